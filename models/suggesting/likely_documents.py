from dataclasses import dataclass

from odoo import api, models
from odoo.fields import Domain

from ...payment_references import CREDITOR, NUMBER, STRUCTURED, References, name_key, number_strength
from ...statement_files.accounts import spellings
from ..matching.facts import Finding
from ..support.money import from_units, to_units
from .open_items import OpenItem, OpenItems, Owner
from .payment_batches import DAYS
from .subset_sum import find_only_subset
from .suggestions import MOST_SUGGESTIONS

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
    cents: dict  # key of a payment: its amount in the smallest unit of the currency
    dismissed: dict  # key of a payment: what users do not want to see again
    items: object  # `account.move.line` records that may have to do with them, open, oldest first
    open: OpenItems  # the same, as values


class PontoMatching(models.AbstractModel):
    """Suggestions: open documents that a payment names, equals, or that are its partner's."""

    _inherit = "ponto.matching"

    # ------------------------------------------------------------------ what is read

    @api.model
    def _look_up(self, journal, payments, dismissed, owners=None):
        """Read what may have to do with payments; the number of queries does not depend on theirs.

        :param journal: `account.journal` record
        :param list payments: of `Payment`, at least one
        :param dict dismissed: as `_get_dismissed` gives it
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
        currency = journal.currency_id or journal.company_id.currency_id
        return LookUp(
            journal,
            payments,
            partners,
            texts,
            {payment.key: to_units(payment.amount, currency) for payment in payments},
            dismissed,
            items,
            self._read_items(items, currency),
        )

    @api.model
    def _get_likely_items(self, journal, payments, partners, texts):
        """Return the open journal items that payments name or equal, that are their partners', or registered payments.

        Each kind is a search of its own: many of one kind hide none of another, and PostgreSQL plans each well.

        :return: `account.move.line` records, oldest first
        """
        currency = journal.currency_id or journal.company_id.currency_id
        amounts = list({from_units(to_units(payment.amount, currency), currency) for payment in payments})
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
    def _read_items(self, items, currency):
        """Return open items as values.

        :param items: `account.move.line` records
        :param currency: `res.currency` record of all of them
        :return OpenItems: in the same order
        """
        numbers = self._get_partner_accounts(items.partner_id)
        owners = {False: Owner(0, 0, frozenset(), frozenset())}
        for partner in items.partner_id | items.partner_id.commercial_partner_id:
            kin = partner.commercial_partner_id
            names = frozenset(key for name in (partner.name, kin.name) if (key := name_key(name)))
            owners[partner.id] = Owner(partner.id, kin.id, names, frozenset(numbers.get(kin, ())))
        values = [
            OpenItem(
                item.id,
                item.account_id.id,
                owners[item.partner_id.id],
                to_units(item.amount_residual_currency, currency),
                item.statement_line_id.id,
                item.account_type in PARTNER_ACCOUNTS,
                self._get_references(self._get_names(item)),
            )
            for item in items
        ]
        return OpenItems(values, owners)

    @api.model
    def _get_names(self, item):
        """Return the numbers by which somebody may name a document."""
        move = item.move_id
        names = [move.name, move.ref, move.payment_reference, item.payment_id.memo]
        return [name for name in names if name and name != "/"]

    @api.model
    def _get_partner_accounts(self, partners):
        """Return the account numbers of partners, in every spelling.

        :param partners: `res.partner` records
        :return dict: commercial partner: set of numbers
        """
        numbers = {}
        for account in self.env["res.partner.bank"].search(
            [("partner_id.commercial_partner_id", "in", partners.commercial_partner_id.ids)]
        ):
            kin = account.partner_id.commercial_partner_id
            numbers.setdefault(kin, set()).update(spellings(account.sanitized_acc_number or ""))
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
            cents, mine = known.cents[payment.key], known.partners.get(payment.key)
            texts, dismissed = known.texts[payment.key], known.dismissed[payment.key]
            items = known.open.get_plausible(payment, cents, mine.id if mine else 0, texts, dismissed, MOST_SUGGESTIONS)
            judged = (self._judge_document(known, payment, item) for item in items)
            findings += [finding for finding in judged if finding]
            findings += self._find_sums(known, payment)
        return findings

    @api.model
    def _get_fitting(self, known, payment):
        """Return the open items that money in the direction of a payment settles.

        :return: `account.move.line` records
        """
        cents = known.cents[payment.key]
        return known.items.browse(
            item.id for item in known.open.by_id.values() if item.cents * cents > 0 and item.line_id != payment.key
        )

    @api.model
    def _judge_document(self, known, payment, item):
        """Return one document as a candidate, or nothing when too little speaks for it.

        :param LookUp known: what was read
        :param Payment payment: of the bank
        :param OpenItem item: of the direction of the payment
        :return Finding | None: the candidate
        """
        found, missing = self._get_facts(known, payment, item)
        mine, kin = known.partners.get(payment.key), item.owner.kin_id
        is_mine = bool(mine) and mine.id == kin
        if mine and kin and not is_mine and "number" not in found:
            return None  # somebody else's money
        if not is_mine and not {"amount", "number"}.intersection(found):
            return None
        return Finding(payment.key, "suggestion", item.account_id, kin, (item.id,), found, missing)

    @api.model
    def _get_facts(self, known, payment, item):
        """Return what speaks for a document, and what does not.

        :param item: `OpenItem`, or its record
        :return tuple: names of facts found, and missing
        """
        item = known.open.by_id[item.id]
        facts = {
            "amount": item.cents == known.cents[payment.key],
            **self._get_partner_facts(known, payment, item.owner),
            "number": self._is_named(known.texts[payment.key], item.references),
        }
        return tuple(fact for fact in facts if facts[fact]), tuple(fact for fact in facts if not facts[fact])

    @api.model
    def _get_partner_facts(self, known, payment, owner):
        """Return whether the payer is the partner of a document, by the best sign that there is.

        :param Owner owner: of the document
        :return dict: one fact: whether it is so; nothing when the bank does not tell who it is
        """
        mine = known.partners.get(payment.key)
        if owner.kin_id and mine and mine.id != owner.kin_id:
            return {"payer": False}
        if payment.account_number and payment.account_number in owner.numbers:
            return {"account": True}
        if payment.partner_name and name_key(payment.partner_name) in owner.names:
            return {"name": True}
        if owner.kin_id and mine:
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
    def _find_sums(self, known, payment):
        """Return the only set of open documents of the payment's partner that makes up its amount.

        :return list: of one `Finding`, or none
        """
        mine, cents = known.partners.get(payment.key), known.cents[payment.key]
        if not mine:
            return []
        findings = []
        for account_id, items in known.open.get_due(mine.id, cents > 0).items():
            group = [item for item in items if item.line_id != payment.key]
            places = find_only_subset([abs(item.cents) for item in group], abs(cents))
            if places:
                facts = self._get_partner_facts(known, payment, known.open.owners[mine.id])
                found = ("sum", *(fact for fact in facts if facts[fact]))
                documents = tuple(group[place].id for place in places)
                findings.append(Finding(payment.key, "suggestion", account_id, mine.id, documents, found))
        return findings
