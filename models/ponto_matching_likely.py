import re

from odoo import api, models
from odoo.fields import Domain

from .ponto_match_facts import Finding
from .ponto_subset import find_only_subset

# A partner with more open documents than these shows the oldest.
MOST_ITEMS = 500
WORD = re.compile(r"[A-Z0-9]+(?:[/\-.][A-Z0-9]+)*")
PARTNER_ACCOUNTS = ("asset_receivable", "liability_payable")


class PontoMatching(models.AbstractModel):
    """Suggestions: open documents that a payment names, equals, or that are its partner's."""

    _inherit = "ponto.matching"

    @api.model
    def _get_likely_items(self, journal, payments, partners):
        """Return the open journal items that may have to do with payments, with one query.

        :param journal: `account.journal` record
        :param list payments: of `Payment`, at least one
        :param dict partners: key of a payment: id of its partner
        :return: `account.move.line` records, oldest first
        """
        line = self.env["account.bank.statement.line"].browse(payments[0].key)
        amounts = [payment.amount for payment in payments]
        words = list({word for payment in payments for word in self._get_words(payment)})
        kin = self.env["res.partner"].browse(set(partners.values())).commercial_partner_id.ids
        telling = Domain.OR(
            [
                Domain("amount_residual_currency", "in", amounts),
                Domain("discount_amount_currency", "in", amounts),
                Domain("partner_id.commercial_partner_id", "in", kin),
                Domain("move_name", "in", words),
                Domain("ref", "in", words),
                Domain("payment_id", "!=", False) & Domain("journal_id", "=", journal.id),
            ]
        )
        documents = Domain("account_id.account_type", "in", PARTNER_ACCOUNTS) | Domain("payment_id", "!=", False)
        domain = Domain(line._get_default_amls_matching_domain()) & documents & telling
        domain &= Domain("statement_line_id", "not in", [payment.key for payment in payments])
        domain &= Domain("currency_id", "=", payments[0].currency_id)
        return self.env["account.move.line"].search(domain, order="date, id", limit=MOST_ITEMS)

    @api.model
    def _get_words(self, payment):
        """Return the words of a payment that may be the number of a document: they hold a digit."""
        words = WORD.findall(" ".join((payment.label, *payment.texts)).upper())
        return {word for word in words if len(word) > 2 and any(sign.isdigit() for sign in word)}

    @api.model
    def _find_likely_documents(self, journal, payments, partners, items):
        """Return single documents, and sets of documents of one partner whose sum equals.

        :return list: of `Finding`
        """
        numbers = self._get_partner_accounts(items.partner_id)
        findings = []
        for payment in payments:
            mine = self._get_kin(partners.get(payment.key))
            fitting = items.filtered(lambda item, amount=payment.amount: item.amount_residual_currency * amount > 0)
            for item in fitting:
                finding = self._judge_document(payment, item, mine, numbers)
                if finding:
                    findings.append(finding)
            findings += self._find_sums(payment, fitting, mine, numbers)
        return findings

    @api.model
    def _get_kin(self, partner_id):
        return self.env["res.partner"].browse(partner_id or ()).commercial_partner_id

    @api.model
    def _judge_document(self, payment, item, mine, numbers):
        """Return one document as a candidate, or nothing when too little speaks for it.

        :param Payment payment: of the bank
        :param item: `account.move.line` record, open
        :param mine: `res.partner` record of the payment, or none
        :param dict numbers: partner: its account numbers
        """
        found, missing = self._get_facts(payment, item, numbers)
        partner = item.partner_id.commercial_partner_id
        if mine and partner and mine != partner and "number" not in found:
            return None  # somebody else's money
        if (not mine or mine != partner) and not {"amount", "number"}.intersection(found):
            return None
        return Finding(payment.key, "suggestion", item.account_id.id, partner.id, (item.id,), found, missing)

    @api.model
    def _get_facts(self, payment, item, numbers):
        """Return what speaks for a document, and what does not.

        :return tuple: names of facts found, and missing
        """
        currency = item.currency_id
        equal = currency.compare_amounts(item.amount_residual_currency, payment.amount) == 0
        facts = {"amount": equal, **self._get_partner_facts(payment, item.partner_id, numbers)}
        facts["number"] = any(self._is_named(name, payment) for name in self._get_names(item))
        if not payment.account_number:
            del facts["account"]
        if not payment.partner_name or facts.get("account"):
            del facts["name"]
        if not facts["partner"]:
            del facts["partner"]
        return tuple(fact for fact in facts if facts[fact]), tuple(fact for fact in facts if not facts[fact])

    @api.model
    def _get_partner_facts(self, payment, partner, numbers):
        names = {self._flatten(name) for name in (partner.name, partner.commercial_partner_id.name) if name}
        return {
            "partner": payment.partner_id and self._get_kin(payment.partner_id) == partner.commercial_partner_id,
            "account": payment.account_number in numbers.get(partner.commercial_partner_id, ()),
            "name": self._flatten(payment.partner_name) in names,
        }

    @api.model
    def _flatten(self, text):
        return " ".join(re.findall(r"\w+", (text or "").upper()))

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

    @api.model
    def _get_names(self, item):
        """Return the numbers by which somebody may name a document."""
        move = item.move_id
        names = (move.name, move.ref, move.payment_reference, item.payment_id.memo)
        return {name for name in names if name and name != "/"}

    @api.model
    def _is_named(self, name, payment):
        """Tell whether a payment names a document, as a whole word, with or without its separators."""
        pieces = re.findall(r"[A-Z0-9]+", name.upper())
        if sum(len(piece) for piece in pieces) < 4 or not any(sign.isdigit() for sign in name):
            return False
        pattern = r"(?<![A-Z0-9])" + r"[\W_]*".join(pieces) + r"(?![A-Z0-9])"
        return bool(re.search(pattern, " ".join((payment.label, *payment.texts)).upper()))

    # ------------------------------------------------------------------ several documents

    @api.model
    def _find_sums(self, payment, items, mine, numbers):
        """Return the only set of open documents of the payment's partner that makes up its amount.

        :return list: of one `Finding`, or none
        """
        if not mine:
            return []
        theirs = items.filtered(
            lambda item: item.partner_id.commercial_partner_id == mine and item.account_type in PARTNER_ACCOUNTS
        )
        currency = theirs.currency_id
        findings = []
        for account, group in theirs.grouped("account_id").items():
            cents = [round(abs(item.amount_residual_currency) / currency.rounding) for item in group]
            places = find_only_subset(cents, round(abs(payment.amount) / currency.rounding))
            if places:
                documents = group.browse([group[place].id for place in places])
                facts = self._get_partner_facts(payment, mine, numbers)
                found = ("sum", *(fact for fact in ("partner", "account", "name") if facts[fact]))
                findings.append(Finding(payment.key, "suggestion", account.id, mine.id, tuple(documents.ids), found))
        return findings
