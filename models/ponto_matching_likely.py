from dataclasses import dataclass

from odoo import api, models
from odoo.fields import Domain

from ..payment_references import CREDITOR, NUMBER, STRUCTURED, References, name_key, number_strength
from .ponto_match_facts import Finding
from .ponto_matching_batch import DAYS
from .ponto_subset import find_only_subset

# Of each kind of what may have to do with payments, no more than these are read: the newest.
MOST_ITEMS = 500
PARTNER_ACCOUNTS = ("asset_receivable", "liability_payable")


@dataclass(frozen=True, slots=True)
class LookUp:
    """What was read for the payments of one journal, once for all of them."""

    journal: object  # `account.journal` record
    payments: list  # of `Payment`
    partners: dict  # key of a payment: `res.partner` record, commercial
    texts: dict  # key of a payment: `References`
    items: object  # `account.move.line` records that may have to do with them, open, oldest first
    names: dict  # id of an item: its references by kind
    numbers: dict  # commercial partner: its account numbers


class PontoMatching(models.AbstractModel):
    """Suggestions: open documents that a payment names, equals, or that are its partner's."""

    _inherit = "ponto.matching"

    # ------------------------------------------------------------------ what is read

    @api.model
    def _look_up(self, journal, payments, owners=None):
        """Read what may have to do with payments; the number of queries does not depend on theirs.

        :param journal: `account.journal` record
        :param list payments: of `Payment`, at least one
        :param dict owners: whom they may be of, where that was looked up before
        :return LookUp: all of it
        """
        found = self._find_partners(journal.company_id, payments, owners)
        kin = self.env["res.partner"].browse(set(found.values()))
        kin.fetch(["commercial_partner_id"])
        partners = {key: kin.browse(partner).commercial_partner_id for key, partner in found.items()}
        texts = {
            payment.key: References((payment.label, *payment.texts, payment.end_to_end_id)) for payment in payments
        }
        items = self._get_likely_items(journal, payments, kin.commercial_partner_id, texts)
        return LookUp(
            journal,
            payments,
            partners,
            texts,
            items,
            {item.id: self._get_references(self._get_names(item)) for item in items},
            self._get_partner_accounts(items.partner_id),
        )

    @api.model
    def _get_likely_items(self, journal, payments, partners, texts):
        """Return the open journal items that payments name or equal, that are their partners', or registered payments.

        Each kind is a search of its own: many of one kind hide none of another, and PostgreSQL plans each well.

        :return: `account.move.line` records, oldest first
        """
        currency = journal.currency_id or journal.company_id.currency_id
        amounts = list({currency.round(payment.amount) for payment in payments})
        named = self._get_open_documents(journal, currency, self._get_telling_keys(texts), amounts)
        days = [payment.date for payment in payments]
        is_due = Domain("account_id.account_type", "in", PARTNER_ACCOUNTS)
        kinds = [
            Domain("id", "in", [item for document in named if document.is_complete for item in document.item_ids]),
            is_due
            & (Domain("amount_residual_currency", "in", amounts) | Domain("discount_amount_currency", "in", amounts)),
            is_due & Domain("partner_id.commercial_partner_id", "in", partners.ids),
            # On any other account, only what was registered as a payment of this journal.
            Domain("payment_id", "!=", False)
            & Domain("journal_id", "=", journal.id)
            & Domain("date", ">=", min(days) - DAYS)
            & Domain("date", "<=", max(days)),
        ]
        opened = self._get_open_items_domain(journal) & Domain("currency_id", "=", currency.id)
        items = self.env["account.move.line"]
        for kind in kinds:
            items |= items.search(opened & kind, order="date desc, id desc", limit=MOST_ITEMS)
        return items.sorted(lambda item: (item.date, item.id))

    @api.model
    def _get_telling_keys(self, texts):
        """Return what the texts of payments may name documents by.

        :param dict texts: key of a payment: `References`
        :return set: keys, without numbers that say nothing, such as a year
        """
        keys = set()
        for references in texts.values():
            keys |= references.structured | references.creditor
            keys.update(key for key in references.spans if number_strength(key))
        return keys

    @api.model
    def _get_names(self, item):
        """Return the numbers by which somebody may name a document."""
        move = item.move_id
        names = [move.name, move.ref, move.payment_reference, item.payment_id.memo]
        return [name for name in names if name and name != "/"]

    @api.model
    def _get_partner_accounts(self, partners):
        """Return the account numbers of partners, sanitized.

        :param partners: `res.partner` records
        :return dict: commercial partner: set of numbers
        """
        numbers = {}
        for account in self.env["res.partner.bank"].search(
            [("partner_id.commercial_partner_id", "in", partners.commercial_partner_id.ids)]
        ):
            kin = account.partner_id.commercial_partner_id
            numbers.setdefault(kin, set()).add(account.sanitized_acc_number)
        return numbers

    # ------------------------------------------------------------------ single documents

    @api.model
    def _find_likely_documents(self, known):
        """Return single documents, and sets of documents of one partner whose sum equals.

        :param LookUp known: what was read
        :return list: of `Finding`
        """
        findings = []
        for payment in known.payments:
            fitting = self._get_fitting(known, payment)
            judged = (self._judge_document(known, payment, item) for item in fitting)
            findings += [finding for finding in judged if finding]
            findings += self._find_sums(known, payment, fitting)
        return findings

    @api.model
    def _get_fitting(self, known, payment):
        """Return the open items that money in the direction of a payment settles."""
        return known.items.filtered(
            lambda item: item.amount_residual_currency * payment.amount > 0 and item.statement_line_id.id != payment.key
        )

    @api.model
    def _judge_document(self, known, payment, item):
        """Return one document as a candidate, or nothing when too little speaks for it.

        :param LookUp known: what was read
        :param Payment payment: of the bank
        :param item: `account.move.line` record, open
        :return Finding | None: the candidate
        """
        found, missing = self._get_facts(known, payment, item)
        mine, partner = known.partners.get(payment.key), item.partner_id.commercial_partner_id
        if mine and partner and mine != partner and "number" not in found:
            return None  # somebody else's money
        if (not mine or mine != partner) and not {"amount", "number"}.intersection(found):
            return None
        return Finding(payment.key, "suggestion", item.account_id.id, partner.id, (item.id,), found, missing)

    @api.model
    def _get_facts(self, known, payment, item):
        """Return what speaks for a document, and what does not.

        :return tuple: names of facts found, and missing
        """
        facts = {
            "amount": item.currency_id.compare_amounts(item.amount_residual_currency, payment.amount) == 0,
            **self._get_partner_facts(known, payment, item.partner_id),
            "number": self._is_named(known.texts[payment.key], known.names[item.id]),
        }
        return tuple(fact for fact in facts if facts[fact]), tuple(fact for fact in facts if not facts[fact])

    @api.model
    def _get_partner_facts(self, known, payment, partner):
        """Return whether the payer is the partner of a document, by the best sign that there is.

        :return dict: one fact: whether it is so; nothing when the bank does not tell who it is
        """
        kin, mine = partner.commercial_partner_id, known.partners.get(payment.key)
        if kin and mine and mine != kin:
            return {"payer": False}
        names = {name_key(name) for name in (partner.name, kin.name) if name}
        if payment.account_number and payment.account_number in known.numbers.get(kin, ()):
            return {"account": True}
        if payment.partner_name and name_key(payment.partner_name) in names:
            return {"name": True}
        if kin and mine:
            return {"partner": True}
        if payment.account_number:
            return {"account": False}
        return {"name": False} if payment.partner_name else {}

    @api.model
    def _is_named(self, texts, names):
        """Tell whether the texts of a payment name a document.

        :param References texts: of the payment
        :param dict names: references of the document by kind
        """
        return bool(
            names.get(STRUCTURED, set()) & texts.structured
            or names.get(CREDITOR, set()) & texts.creditor
            or texts.get_named([key for key in names.get(NUMBER, ()) if key in texts.spans and number_strength(key)])
        )

    # ------------------------------------------------------------------ several documents

    @api.model
    def _find_sums(self, known, payment, items):
        """Return the only set of open documents of the payment's partner that makes up its amount.

        :return list: of one `Finding`, or none
        """
        mine = known.partners.get(payment.key)
        if not mine:
            return []
        theirs = items.filtered(
            lambda item: item.partner_id.commercial_partner_id == mine and item.account_type in PARTNER_ACCOUNTS
        )
        findings = []
        for account, group in theirs.grouped("account_id").items():
            rounding = group.currency_id.rounding
            cents = [round(abs(item.amount_residual_currency) / rounding) for item in group]
            places = find_only_subset(cents, round(abs(payment.amount) / rounding))
            if places:
                facts = self._get_partner_facts(known, payment, mine)
                found = ("sum", *(fact for fact in facts if facts[fact]))
                documents = tuple(group[place].id for place in places)
                findings.append(Finding(payment.key, "suggestion", account.id, mine.id, documents, found))
        return findings
