"""Open journal items as suggestions see them: read once, then found by what may tie a payment to them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date as day
from itertools import chain, islice

from ...payment_references import CREDITOR, NUMBER, STRONG, STRUCTURED, WEAK, name_key, number_strength

MOST_SUGGESTIONS = 5  # of one payment that are shown


@dataclass(frozen=True, slots=True)
class Owner:
    """A partner of open items, as far as a payment may tell that it is the payer."""

    id: int  # 0 where an item has none
    kin_id: int  # of the commercial partner
    names: frozenset  # keys of its own and of its commercial partner's
    numbers: frozenset  # accounts of all of its commercial partner's


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One open journal item."""

    id: int
    account_id: int
    owner: Owner
    cents: int  # that are open, in the smallest unit of the currency; positive when money is to come in
    line_id: int  # the bank transaction whose item it is, if any
    is_due: bool  # on an account of partners
    references: dict  # keys by kind
    written: frozenset  # of `Number`: its numbers as they stand on the document
    date: day
    is_payment: bool


def is_named(texts, item, strengths=(STRONG, WEAK)):
    """Tell whether texts name a document.

    :param References texts: of a payment
    :param OpenItem item: of the document
    :param strengths: how much a number must say
    """
    numbers = {}
    for number in item.written:
        if number.key in texts.spans and number_strength(number.key) in strengths:
            numbers.setdefault(number.key, []).append(number)
    names = item.references
    return bool(
        names.get(STRUCTURED, set()) & texts.structured
        or names.get(CREDITOR, set()) & texts.creditor
        or (numbers and texts.get_named(numbers))
    )


class OpenItems:
    """Open items by reference, amount and partner."""

    def __init__(self, items, owners):
        """Sort items by what may tie payments to them.

        :param list items: of `OpenItem`, oldest first
        :param dict owners: id of a partner: `Owner`, theirs and of their commercial partners
        """
        self.owners = owners
        self.by_id = {item.id: item for item in items}
        self._named = defaultdict(list)
        self._alike = defaultdict(list)
        self._owners = defaultdict(set)
        self._due = defaultdict(dict)
        # Of equals, the candidate of the lowest id is the best.
        for item in sorted(items, key=lambda item: item.id):
            owner, incoming = item.owner, item.cents > 0
            for kind, keys in item.references.items():
                for key in keys:
                    if kind != NUMBER or number_strength(key):
                        self._named[key].append(item)
            for trait in (("amount", item.cents), ("equal", owner.id, item.cents), ("owner", owner.id, incoming)):
                self._alike[trait].append(item)
            for sign in (("kin", owner.kin_id), *(("name", name) for name in owner.names)):
                self._owners[sign].add(owner.id)
            for number in owner.numbers:
                self._owners["number", number].add(owner.id)
        for item in items:
            if item.is_due:
                self._due[item.owner.kin_id, item.cents > 0].setdefault(item.account_id, []).append(item)

    def get_plausible(self, payment, cents, mine, texts, dismissed, most):
        """Return the items that a payment names, and the first of those that have amount or partner in common with it.

        The others of these have no better evidence, and higher ids: they are never shown, and need not be judged.

        :param Payment payment: of the bank
        :param int cents: its amount
        :param int mine: its commercial partner, 0 when that is not known
        :param texts: list of `References` of the payment
        :param set dismissed: sets of ids of items that are not to be shown
        :param int most: how many are shown
        :return: `OpenItem`, each once
        """

        def is_free(item):
            fits = item.cents * cents > 0 and item.line_id != payment.key
            return fits and frozenset((item.id,)) not in dismissed

        signs = [("number", payment.account_number), ("name", name_key(payment.partner_name))]
        if mine:
            signs = [("kin", mine), ("kin", 0)]
        owners = set().union(*(self._owners.get(sign, ()) for sign in signs))
        traits = [("amount", cents)]
        for owner in owners:
            traits += [("equal", owner, cents), ("owner", owner, cents > 0)]
        named = chain.from_iterable(self._named.get(key, ()) for one in texts for key in one.keys)
        alike = (islice(filter(is_free, self._alike.get(trait, ())), most) for trait in traits)
        return {item.id: item for item in chain(filter(is_free, named), *alike)}.values()

    def get_named(self, payment, texts):
        """Return the items of documents that a payment names.

        :param Payment payment: of the bank
        :param texts: list of `References`
        :return list: of `OpenItem`, each once
        """
        carriers = chain.from_iterable(self._named.get(key, ()) for one in texts for key in one.keys)
        return [
            item
            for item in {item.id: item for item in carriers}.values()
            if item.line_id != payment.key and any(is_named(one, item) for one in texts)
        ]

    def get_due(self, kin_id, incoming):
        """Return what a commercial partner owes, or is owed.

        :return dict: id of an account: list of `OpenItem`, oldest first
        """
        return self._due.get((kin_id, incoming), {})
