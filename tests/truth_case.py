"""Generated documents in Odoo, generated payments at the bank, and what was matched with what, read by plain SQL."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta

from odoo import Command

from .bulk_documents import copy_documents
from .common import PontoCase
from .payment_books import HOLDER, OWN_KINDS, SAVINGS
from .payment_stories import tell

ITEMS_OF_LINES = """
SELECT line.transaction_details ->> 'ponto', partner.commercial_partner_id, item.id, item.account_id,
       item.amount_residual
  FROM account_bank_statement_line line
  LEFT JOIN res_partner partner ON partner.id = line.partner_id
  JOIN account_journal journal ON journal.id = line.journal_id
  JOIN account_move_line item ON item.move_id = line.move_id AND item.account_id <> journal.default_account_id
 WHERE line.journal_id = %s
"""


@dataclass(frozen=True)
class Outcome:
    """What Odoo's books say of a payment.

    :param documents: keys of the documents that its line is reconciled with, directly or through each other
    :param accounts: ids of the accounts that its line is booked on, beside the bank's
    :param residual: what of its line and of these documents is still open
    :param partner: id of the company to which the partner of its line belongs, if it has one
    """

    documents: frozenset[str]
    accounts: frozenset[int]
    residual: float
    partner: int | None


class TruthCase(PontoCase):
    """A company whose first import is done, and which then gets 400 payments of a seed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls._create_company("Tweede Bakkerij Maes")
        cls.env.user.company_ids |= cls.other_company
        cls.companies = {"main": cls.company, "other": cls.other_company}
        cls.env["account.journal"].create(
            {"name": "Savings", "code": "SAV", "type": "bank", "bank_acc_number": SAVINGS, "company_id": cls.company.id}
        )
        cls.dollar = cls.env.ref("base.USD")
        cls.dollar.active = True
        cls.env["res.currency.rate"].create(
            {"name": date.today() - timedelta(days=900), "currency_id": cls.dollar.id, "company_rate": 1.1,
             "company_id": cls.company.id}
        )  # fmt: skip

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account(holder_name=HOLDER)
        self.pay(self.bank_account, "10.00", days_ago=90, remittance_information="Start")
        self.connection = self.connect_and_import()
        self.account = self.connection.account_ids
        self.quiet = self.env(context={**self.env.context, "tracking_disable": True, "mail_notrack": True})

    def play(self, seed):
        """Enter the documents of a seed, let its payments arrive and be imported.

        :return tuple: ledger (`payment_books.Ledger`), list of pairs of a payment and its outcome
        """
        ledger = tell(seed, date.today())
        self.partners = self._enter_parties(ledger)
        self.moves = self._enter_documents(ledger)
        self._pay_before([each for each in ledger.documents if each.state == "paid" or each.settled])
        self.registered = self._register(
            [each for each in ledger.documents if each.state in ("registered", "unlinked")]
        )
        ids = {self._arrive(payment): payment for payment in ledger.payments}
        self.synchronize(self.connection)
        self.env.invalidate_all()
        outcomes = self._read_outcomes()
        self.assertLessEqual(ids.keys(), outcomes.keys(), "every payment is on a line")
        return ledger, [(payment, outcomes[ponto_id]) for ponto_id, payment in ids.items()]

    # ------------------------------------------------------------------ in Odoo

    def _enter_parties(self, ledger):
        """Create partners with the bank accounts that are known; return the partner by key of the party."""
        parties = ledger.customers + ledger.suppliers
        model = self.quiet["res.partner"]
        partners = model.create([{"name": party.name, "is_company": True} for party in parties])
        of_party = dict(zip([party.key for party in parties], partners, strict=True))
        with_contact = [party for party in parties if party.known and party.on_contact]
        contacts = model.create(
            [{"name": "Boekhouding", "parent_id": of_party[party.key].id} for party in with_contact]
        )
        holders = of_party | dict(zip([party.key for party in with_contact], contacts, strict=True))
        self.quiet["res.partner.bank"].create(
            [{"acc_number": self._printed(party.account), "partner_id": holders[party.key].id}
             for party in parties if party.known]
        )  # fmt: skip
        return of_party

    @staticmethod
    def _printed(account):
        """Return an account number in groups of four, as people type it."""
        return " ".join(account[start : start + 4] for start in range(0, len(account), 4))

    def _enter_documents(self, ledger):
        """Create the documents, and post those that are no drafts; return the entry by key of the document.

        Plain ones are copied from the first of their kind, which costs a second instead of a minute.
        """
        plain, moves = defaultdict(list), {}
        for document in ledger.documents:
            ordinary = document.company == "main" and document.currency == "EUR" and not document.discount
            if ordinary and document.state != "draft":
                plain[document.kind].append(document)
            else:
                model = self.quiet["account.move"].with_company(self.companies[document.company])
                moves[document.key] = model.create(self._document_values(document))
                if document.state != "draft":
                    moves[document.key].action_post()
        for documents in plain.values():
            first = replace(documents[0], number=f"{documents[0].kind}/2020/0001", amount=1, day=date(2020, 1, 31))
            prototype = self.quiet["account.move"].create(self._document_values(first))
            prototype.action_post()
            copies = copy_documents(prototype, [self._copied_values(document) for document in documents])
            moves |= dict(zip([document.key for document in documents], copies, strict=True))
            prototype.button_draft()
            prototype.button_cancel()
        return moves

    def _copied_values(self, document):
        values = self._document_values(document)
        own = document.kind in OWN_KINDS
        return {
            "name": values["name"],
            "partner_id": values["partner_id"],
            "commercial_partner_id": self.partners[document.party.key].id,
            "day": document.day,
            "amount": document.amount,
            "ref": values["ref"] or None,
            "payment_reference": document.reference or (document.number if own else None),
        }

    def _document_values(self, document):
        own = document.kind in OWN_KINDS
        item = {"name": "Goods", "quantity": 1, "price_unit": float(document.amount), "tax_ids": [Command.clear()]}
        values = {
            "move_type": document.kind,
            "partner_id": self._addressee(document).id,
            "invoice_date": document.day,
            "date": document.day,
            "invoice_line_ids": [Command.create(item)],
            "invoice_payment_term_id": self._discount_terms().id if document.discount else False,
            "invoice_date_due": document.day,
            "ref": (document.order or self._taken_back(document)) if own else document.number,
            "name": document.number if own else f"BILL/{document.day:%Y/%m}/{document.key[1:]:0>4}",
        }
        if document.reference:
            values["payment_reference"] = document.reference
        if document.currency == "USD":
            values["currency_id"] = self.dollar.id
        return values

    def _addressee(self, document):
        """Return whom a document is addressed to: every second one of a party with contacts is to the contact."""
        party = self.partners[document.party.key]
        return (int(document.key[1:]) % 2 and party.child_ids[:1]) or party

    @staticmethod
    def _taken_back(document):
        """Return what Odoo writes on a credit note of an invoice."""
        return document.origin and f"Reversal of: {document.origin}"

    def _discount_terms(self):
        name = "2 % within ten days"
        terms = self.quiet["account.payment.term"]
        return terms.search([("name", "=", name)]) or terms.create(
            {"name": name, "early_discount": True, "discount_days": 10, "discount_percentage": 2.0,
             "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})]}
        )  # fmt: skip

    def _due(self, documents):
        """Return the items by which documents are owed."""
        moves = self.env["account.move"].union(*[self.moves[each.key] for each in documents])
        return moves.line_ids.filtered(
            lambda item: item.account_id.account_type in ("asset_receivable", "liability_payable")
        )

    def _pay_before(self, documents):
        """Settle documents in cash, in full or in part, by an entry that has nothing to do with the bank."""
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "general")], limit=1
        )
        till = self.env["account.account"].create({"name": "Till", "code": "579001", "account_type": "asset_current"})
        due = [self._due([document]) for document in documents]
        paid = [float(document.settled) or item.balance for document, item in zip(documents, due, strict=True)]
        items = [{"account_id": item.account_id.id, "balance": -amount, "partner_id": item.partner_id.id}
                 for item, amount in zip(due, paid, strict=True)]  # fmt: skip
        items.append({"account_id": till.id, "balance": sum(paid)})
        entry = self.quiet["account.move"].create(
            {"journal_id": journal.id, "line_ids": [Command.create(item) for item in items]}
        )
        entry.action_post()
        settling = entry.line_ids.filtered(lambda item: item.account_id != till)
        self.env["account.move.line"]._reconcile_plan([pair[0] | pair[1] for pair in zip(due, settling, strict=True)])
        self.assertTrue(all(item.reconciled for item in settling))

    def _register(self, documents):
        """Register payments of documents on outstanding accounts; return the key of the document by its item there."""
        values = [
            {
                "payment_type": "inbound" if document.kind == "out_invoice" else "outbound",
                "partner_type": "customer" if document.kind in OWN_KINDS else "supplier",
                "partner_id": self.partners[document.party.key].id,
                "amount": float(document.amount),
                "date": document.day + timedelta(days=2),
                "memo": document.reference or document.number,
                "journal_id": self.account.journal_id.id,
                "company_id": self.company.id,
            }
            for document in documents
        ]
        payments = self.quiet["account.payment"].create(values)
        payments.action_post()
        plan, outstanding = [], {}
        for document, payment in zip(documents, payments, strict=True):
            waiting, settling, _others = payment._seek_for_lines()
            outstanding[waiting.id] = document.key
            if document.state == "registered":
                plan.append(self._due([document]) | settling)
        self.env["account.move.line"]._reconcile_plan(plan)
        for document in documents:
            paid = "paid" if document.state == "registered" else "not_paid"
            self.assertEqual(self.moves[document.key].payment_state, paid)
        return outstanding

    # ------------------------------------------------------------------ at the bank

    def _arrive(self, payment):
        """Book a payment at the bank; return its id at Ponto."""
        item = self.bank.add_transaction(
            self.bank_account,
            payment.amount,
            payment.day,
            remittance_information=payment.text or None,
            **payment.attributes,
        )
        return item.id

    # ------------------------------------------------------------------ what the books say

    def _read_outcomes(self):
        """Return the outcome of every line of the account by its id at Ponto."""
        self.env.flush_all()
        group_of = self._groups_of_reconciled_items()
        documents, residuals = defaultdict(set), defaultdict(float)
        for item, (key, residual) in self._items_of_documents().items():
            documents[group_of(item)].add(key)
            residuals[group_of(item)] += abs(residual)
        found = {}
        self.env.cr.execute(ITEMS_OF_LINES, [self.account.journal_id.id])
        for ponto_id, partner, item, account, residual in self.env.cr.fetchall():
            before = found.get(ponto_id, Outcome(frozenset(), frozenset(), 0.0, partner))
            group = group_of(item)
            found[ponto_id] = Outcome(
                before.documents | documents.get(group, set()),
                before.accounts | {account},
                before.residual + abs(float(residual)) + residuals.get(group, 0.0),
                partner,
            )
        return found

    def _groups_of_reconciled_items(self):
        """Return a function that gives one number to all items that are reconciled with each other."""
        parents = {}

        def top(item):
            while parents.get(item, item) != item:
                item = parents[item]
            return item

        self.env.cr.execute("SELECT debit_move_id, credit_move_id FROM account_partial_reconcile")
        for debit, credit in self.env.cr.fetchall():
            parents[top(debit)] = top(credit)
        return top

    def _items_of_documents(self):
        """Return key and residual by item: of documents themselves, or of their registered payments.

        The item of a document that has such a payment has a key that is nobody's truth.
        """
        waiting = set(self.registered.values())
        keys = {
            item.id: f"{key} instead of its payment" if key in waiting else key
            for key, move in self.moves.items()
            for item in self._due_of(move)
        }
        keys |= self.registered
        self.env.cr.execute("SELECT id, amount_residual FROM account_move_line WHERE id = ANY(%s)", [list(keys)])
        return {item: (keys[item], float(residual)) for item, residual in self.env.cr.fetchall()}

    @staticmethod
    def _due_of(move):
        return move.line_ids.filtered(
            lambda item: item.account_id.account_type in ("asset_receivable", "liability_payable")
        )
