"""Suggestions: open documents that a payment names, equals, or that are its partner's."""

from ...payment_references import CREDITOR, NUMBER, STRUCTURED, name_key, number_strength
from ..matching.facts import Finding
from .open_items import MOST_SUGGESTIONS
from .subset_sum import find_only_subset


def get_facts(known, payment, item):
    """Return what speaks for a document, and what does not.

    :param LookUp known: what was read
    :param Payment payment: of the bank
    :param item: `OpenItem`, or its record
    :return tuple: names of facts found, and missing
    """
    item = known.open.by_id[item.id]
    facts = {
        "amount": item.cents == known.search.units[payment.key],
        **get_partner_facts(known, payment, item.owner),
        "number": is_named(known.search.references[payment.key], item.references),
    }
    return tuple(fact for fact in facts if facts[fact]), tuple(fact for fact in facts if not facts[fact])


def get_partner_facts(known, payment, owner):
    """Return whether the payer is the partner of a document, by the best sign that there is.

    :param LookUp known: what was read
    :param Payment payment: of the bank
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


def is_named(texts, names):
    """Tell whether the texts of a payment name a document.

    :param References texts: of the payment
    :param dict names: references of the document by kind
    """
    return bool(
        names.get(STRUCTURED, set()) & texts.structured
        or names.get(CREDITOR, set()) & texts.creditor
        or texts.get_named([key for key in names.get(NUMBER, ()) if key in texts.spans and number_strength(key)])
    )


class LikelyDocuments:
    """Finds single documents, and sets of documents of one partner whose sum equals."""

    def __init__(self, known):
        """Take what was read.

        :param LookUp known: of the batch
        """
        self._known = known

    def find(self):
        """Find what payments may settle.

        :return list: of `Finding`
        """
        known, search = self._known, self._known.search
        findings = []
        for payment in search.payments:
            key, mine = payment.key, known.partners.get(payment.key)
            items = known.open.get_plausible(
                payment,
                search.units[key],
                mine.id if mine else 0,
                search.references[key],
                known.dismissed[key],
                MOST_SUGGESTIONS,
            )
            judged = (self._judge(payment, item) for item in items)
            findings += [finding for finding in judged if finding]
            findings += self._find_sums(payment)
        return findings

    def _judge(self, payment, item):
        """Return one document as a candidate, or nothing when too little speaks for it.

        :param Payment payment: of the bank
        :param OpenItem item: of the direction of the payment
        :return Finding | None: the candidate
        """
        found, missing = get_facts(self._known, payment, item)
        mine, kin = self._known.partners.get(payment.key), item.owner.kin_id
        is_mine = bool(mine) and mine.id == kin
        if mine and kin and not is_mine and "number" not in found:
            return None  # somebody else's money
        if not is_mine and not {"amount", "number"}.intersection(found):
            return None
        return Finding(payment.key, "suggestion", item.account_id, kin, (item.id,), found, missing)

    def _find_sums(self, payment):
        """Return the only set of open documents of the payment's partner that makes up its amount.

        :return list: of one `Finding`, or none
        """
        mine, cents = self._known.partners.get(payment.key), self._known.search.units[payment.key]
        if not mine:
            return []
        findings = []
        for account_id, items in self._known.open.get_due(mine.id, cents > 0).items():
            group = [item for item in items if item.line_id != payment.key]
            places = find_only_subset([abs(item.cents) for item in group], abs(cents))
            if places:
                facts = get_partner_facts(self._known, payment, self._known.open.owners[mine.id])
                found = ("sum", *(fact for fact in facts if facts[fact]))
                documents = tuple(group[place].id for place in places)
                findings.append(Finding(payment.key, "suggestion", account_id, mine.id, documents, found))
        return findings
