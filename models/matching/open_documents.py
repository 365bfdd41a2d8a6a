"""What is open in the books: documents, and registered payments that the bank has not shown yet."""

from odoo.fields import Domain
from odoo.tools import SQL

from ...payment_references import NUMBER, classify, number_key
from ..support.money import to_units
from .cases import CUSTOMER_REFERENCE, OpenDocument

# What a document number is written with, and payments leave out.
SIGNS = " \t\n!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
SALES = ("out_invoice", "out_refund", "out_receipt")
PURCHASES = ("in_invoice", "in_refund", "in_receipt")


def get_open_items_domain(env, journal):
    """Return which journal items may be settled by bank transactions of a journal: Odoo's own rules, one company.

    :param env: environment
    :param journal: `account.journal` record
    :return Domain: on `account.move.line`
    """
    company = journal.company_id
    line = env["account.bank.statement.line"].new({"journal_id": journal.id, "company_id": company.id})
    # The condition that leaves out the items of the line itself has no sense before the line exists.
    domain = [leaf for leaf in line._get_default_amls_matching_domain() if leaf[0] != "statement_line_id"]
    return Domain(domain) & Domain("company_id", "=", company.id)


class DocumentReader:
    """Reads what is open and carries a reference of payments, or has one of their amounts."""

    def __init__(self, search):
        """Take what payments say.

        :param Search search: of the batch
        """
        self.env = search.env
        self._search = search

    def find(self):
        """Return the open documents; one query for any number of payments.

        :return list: of `OpenDocument`
        """
        search = self._search
        items = self.env["account.move.line"]
        items.flush_model()
        self.env["account.move"].flush_model()
        self.env["account.payment"].flush_model()
        query = items._search(search.open_items_domain & Domain("currency_id", "=", search.currency.id))
        keys = search.keys
        self.env.cr.execute(
            SQL(
                """
                SELECT item.id, item.account_id, item.amount_residual_currency, partner.commercial_partner_id,
                       move.id, move.amount_residual, move.name, move.ref, move.payment_reference, move.move_type,
                       COALESCE(move.invoice_date, move.date),
                       payment.id, payment.name, payment.memo, payment.payment_reference, paid.references, paid.names,
                       ARRAY[written.name, written.reference, written.ref]
                  FROM account_move_line item
                  JOIN account_move move ON move.id = item.move_id
                  JOIN account_account account ON account.id = item.account_id
             LEFT JOIN res_partner partner ON partner.id = item.partner_id
             LEFT JOIN account_payment payment ON payment.id = item.payment_id
     LEFT JOIN LATERAL (%(paid)s) paid ON payment.id IS NOT NULL
    CROSS JOIN LATERAL (SELECT translate(upper(move.name), %(signs)s, '') AS name,
                               translate(upper(move.payment_reference), %(signs)s, '') AS reference,
                               translate(upper(move.ref), %(signs)s, '') AS ref) written
                 WHERE item.id IN (%(open)s)
                   AND CASE WHEN account.account_type IN ('asset_receivable', 'liability_payable')
                            THEN move.move_type IN %(documents)s
                                 AND (written.name = ANY(%(keys)s) OR written.reference = ANY(%(keys)s)
                                      OR written.ref = ANY(%(keys)s)
                                      OR item.amount_residual_currency = ANY(%(amounts)s::numeric[]))
                            ELSE payment.journal_id = %(journal)s
                                 AND item.amount_residual_currency = ANY(%(amounts)s::numeric[])
                       END
                """,
                paid=self._get_paid_references_query(),
                open=query.subselect(),
                documents=SALES + PURCHASES,
                amounts=[str(amount) for amount in search.amounts],
                keys=list(keys),
                signs=SIGNS,
                journal=search.journal.id,
            )
        )
        return self._read_rows(self.env.cr.fetchall(), keys)

    def _get_paid_references_query(self):
        """Return the references, and the names, of the documents that a registered payment is reconciled with."""
        return SQL(
            """
            SELECT array_agg(DISTINCT reference) AS references, array_agg(DISTINCT document.name) AS names
              FROM account_move_line due
              JOIN account_partial_reconcile part ON due.id IN (part.debit_move_id, part.credit_move_id)
              JOIN account_move_line other
                   ON other.id IN (part.debit_move_id, part.credit_move_id) AND other.id != due.id
              JOIN account_move document ON document.id = other.move_id AND document.move_type != 'entry'
        CROSS JOIN LATERAL (VALUES (document.name), (document.payment_reference),
                            (CASE WHEN document.move_type IN %s THEN document.ref END)) texts(reference)
             WHERE due.payment_id = payment.id AND reference IS NOT NULL
            """,
            PURCHASES,
        )

    def _read_rows(self, rows, keys):
        """Return rows of open items as documents: the items of one entry are one document.

        :param list rows: as `read` gets them
        :param set keys: references that were looked for
        :return list: of `OpenDocument`
        """
        documents = {}
        currency = self._search.currency
        for item_id, account_id, residual, partner_id, move_id, whole, *texts, written in rows:
            document = documents.get(move_id)
            if not document:
                named_by = frozenset(keys.intersection(written))
                document = documents[move_id] = self._make_document(move_id, partner_id, texts, named_by)
                document.whole = abs(to_units(whole or 0, currency))
            document.item_ids.append(item_id)
            document.account_ids.add(account_id)
            document.residual += to_units(residual, currency)
        return list(documents.values())

    def _make_document(self, move_id, partner_id, texts, named_by):
        """Return a document without its items.

        :param list texts: of its row
        :param frozenset named_by: keys that were looked for and are written on it
        :return OpenDocument:
        """
        name, ref, reference, move_type, date, payment_id, payment_name, *written, paid, paid_names = texts
        own = None
        if payment_id:
            numbers = [name, payment_name, *written, *(paid or ())]
        elif move_type in SALES:
            numbers = [name, reference]
            # The reference of a credit note says what it reverses: another document.
            own = ref if move_type != "out_refund" else None
        else:
            numbers = [name, reference, ref]
        references = get_references(numbers, own)
        return OpenDocument(
            move_id,
            partner_id or 0,
            bool(payment_id),
            move_type in PURCHASES,
            date,
            references,
            {number_key(text) for text in (name, payment_name, *(paid_names or ())) if text},
            bool(named_by or payment_id),
            written=tuple(filter(None, [*numbers, own])),
            named_by=named_by,
        )


class RepeatedReferences:
    """Tells which documents carry a reference of other documents of their partner: of a contract, or of a customer."""

    def __init__(self, search):
        """Begin; nothing is read yet.

        :param Search search: of the batch
        """
        self._search = search

    def find(self):
        """Find them among the documents that the payments name; one query.

        :return frozenset: keys of `OpenDocument`
        """
        env = self._search.env
        named = [document.key for document in self._search.open_documents if document.named_by]
        env.cr.execute(
            SQL(
                """
                SELECT DISTINCT move.id
                  FROM account_move move
                  JOIN account_move other ON other.commercial_partner_id = move.commercial_partner_id
                       AND other.company_id = move.company_id AND other.id != move.id AND other.state = 'posted'
                       AND other.move_type = move.move_type
                       AND (translate(upper(other.payment_reference), %s, '') = translate(upper(move.payment_reference), %s, '')
                            OR translate(upper(other.ref), %s, '') = translate(upper(move.ref), %s, ''))
                 WHERE move.id = ANY(%s)
                """,
                SIGNS,
                SIGNS,
                SIGNS,
                SIGNS,
                named,
            )
        )
        return frozenset(move_id for (move_id,) in env.cr.fetchall())


def get_references(numbers, customer_reference=None):
    """Return the references of a document by kind.

    :param list numbers: texts, or None, that name it
    :param str customer_reference: the customer's own, which may stand on several documents
    :return dict: kind: keys
    """
    references = {}
    for number in filter(None, numbers):
        kind, key = classify(number)
        if key:
            references.setdefault(kind, set()).add(key)
    key = number_key(customer_reference) if customer_reference else ""
    if key and key not in references.get(NUMBER, ()):
        references[CUSTOMER_REFERENCE] = {key}
    return references
