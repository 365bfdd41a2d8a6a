"""What is read for the suggestions of one batch, besides what its search reads: each part once, when it is asked for."""

from functools import cached_property
from itertools import chain

from odoo.fields import Domain

from ...payment_references import NUMBER, name_key, number_strength, read_number
from ...statement_files.accounts import spellings
from ..booking.taxes import PARTNER_ACCOUNTS
from ..matching.open_documents import get_references
from ..support.money import to_units
from .open_items import OpenItem, OpenItems, Owner
from .payment_batches import DAYS

# Of each kind of what may have to do with payments, no more than these are read: the newest.
MOST_ITEMS = 500


class LookUp:
    """Open items that may have to do with the payments of a search, at least one."""

    def __init__(self, search, dismissed):
        """Begin; nothing is read yet.

        :param Search search: of the batch
        :param dict dismissed: key of a payment: what users do not want to see again
        """
        self.search = search
        self.dismissed = dismissed

    @cached_property
    def partners(self):
        """Whom the payments are of: dict of the key of a payment: `res.partner` record, commercial."""
        found = self.search.partner_ids
        kin = self.search.env["res.partner"].browse(set(found.values()))
        kin.fetch(["commercial_partner_id"])
        return {key: kin.browse(partner_id).commercial_partner_id for key, partner_id in found.items()}

    @property
    def is_company_currency(self):
        """Whether the payments are in the currency of the company's books."""
        return self.search.currency == self.search.company.currency_id

    @cached_property
    def items(self):
        """What payments name or equal, what is of their partners, and registered payments.

        Each kind is a search of its own: many of one kind hide none of another, and PostgreSQL plans each well.

        :return: `account.move.line` records, oldest first
        """
        search = self.search
        opened = search.open_items_domain & Domain("currency_id", "=", search.currency.id)
        items = search.env["account.move.line"]
        for kind in self._get_kinds():
            items |= items.search(opened & kind, order="date desc, id desc", limit=MOST_ITEMS)
        return items.sorted(lambda item: (item.date, item.id))

    def _get_kinds(self):
        """Return which journal items may have to do with the payments.

        :return list: of `Domain` on `account.move.line`
        """
        search = self.search
        amounts = list(search.amounts)
        partner_ids = list({partner.id for partner in self.partners.values()})
        days = [payment.date for payment in search.payments]
        is_due = Domain("account_id.account_type", "in", PARTNER_ACCOUNTS)
        return [
            Domain("id", "in", self._get_named_ids()),
            is_due
            & (Domain("amount_residual_currency", "in", amounts) | Domain("discount_amount_currency", "in", amounts)),
            is_due & Domain("partner_id.commercial_partner_id", "in", partner_ids),
            # On any other account, only what was registered as a payment of this journal.
            Domain("payment_id", "!=", False)
            & Domain("journal_id", "=", search.journal.id)
            & Domain("date", ">=", min(days) - DAYS)
            & Domain("date", "<=", max(days)),
        ]

    def _get_named_ids(self):
        """Return the ids of the items of documents that payments may name, and of registered payments that they equal."""
        telling = self._get_telling_keys()
        return [
            item_id
            for document in self.search.open_documents
            if document.is_payment or not telling.isdisjoint(document.named_by)
            for item_id in document.item_ids
        ]

    def _get_telling_keys(self):
        """Return what the texts of payments may name documents by.

        :return set: keys, without numbers that say nothing, such as a year
        """
        keys = set()
        for references in chain(self.search.references.values(), self.search.helping.values()):
            keys |= references.structured | references.creditor
            keys.update(key for key in references.spans if number_strength(key))
        return keys

    # ------------------------------------------------------------------ the same as values

    @cached_property
    def open(self):
        """The items as values, in the same order: `OpenItems`."""
        items = self.items
        numbers = self._get_partner_accounts(items.partner_id)
        owners = {False: Owner(0, 0, frozenset(), frozenset())}
        for partner in items.partner_id | items.partner_id.commercial_partner_id:
            kin = partner.commercial_partner_id
            names = frozenset(key for name in (partner.name, kin.name) if (key := name_key(name)))
            owners[partner.id] = Owner(partner.id, kin.id, names, frozenset(numbers.get(kin, ())))
        return OpenItems([self._make_item(item, owners) for item in items], owners)

    def _make_item(self, item, owners):
        """Return a journal item as a value.

        :param item: `account.move.line` record
        :param dict owners: id of a partner: `Owner`
        :return OpenItem:
        """
        names = get_names(item)
        references = get_references(names)
        numbers = references.get(NUMBER, ())
        return OpenItem(
            item.id,
            item.account_id.id,
            owners[item.partner_id.id],
            to_units(item.amount_residual_currency, self.search.currency),
            item.statement_line_id.id,
            item.account_type in PARTNER_ACCOUNTS,
            references,
            frozenset(number for name in names if (number := read_number(name)).key in numbers),
            item.move_id.invoice_date or item.date,
            bool(item.payment_id),
        )

    def get_texts(self, payment):
        """Return what a payment says: what was written for us, and what its payer wrote for itself.

        :param Payment payment: of the search
        :return list: of `References`
        """
        helping = self.search.helping.get(payment.key)
        return [self.search.references[payment.key], *([helping] if helping else ())]

    def _get_partner_accounts(self, partners):
        """Return the account numbers of partners, in every spelling.

        :param partners: `res.partner` records
        :return dict: commercial partner: set of numbers
        """
        numbers = {}
        for account in self.search.env["res.partner.bank"].search(
            [("partner_id.commercial_partner_id", "in", partners.commercial_partner_id.ids)]
        ):
            kin = account.partner_id.commercial_partner_id
            numbers.setdefault(kin, set()).update(spellings(account.sanitized_acc_number or ""))
        return numbers


def get_names(item):
    """Return the numbers by which somebody may name a document.

    :param item: `account.move.line` record
    :return list: of texts
    """
    move = item.move_id
    names = [move.name, move.ref, move.payment_reference, item.payment_id.memo]
    return [name for name in names if name and name != "/"]
