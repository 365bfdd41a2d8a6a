"""Suggestions: open documents that a payment names, equals, or that are its partner's."""

from ...payment_references import STRONG, STRUCTURED, WEAK, name_key, read_tail
from ..matching.bank_codes import is_no_document, is_return
from ..matching.facts import Finding
from ..matching.weighing import is_in_time
from .open_items import MOST_SUGGESTIONS, is_named
from .subset_sum import find_only_subset

# Facts that say who paid, or is paid.
PAYER = frozenset(("account", "name", "partner"))


def get_facts(known, payment, item):
    """Return what speaks for a document, and what does not.

    :param LookUp known: what was read
    :param Payment payment: of the bank
    :param item: `OpenItem`, or its record
    :return tuple: names of facts found, and missing
    """
    item = known.open.by_id[item.id]
    payer = get_partner_facts(known, payment, item.owner)
    texts = known.get_texts(payment)
    named = get_named_fact(texts[:1], item, any(payer.values()))
    if not named and (named := get_named_fact(texts[1:], item, any(payer.values()))) and payer.get("payer") is False:
        named = "part"  # the payer's own reference names another partner's
    facts = {"amount": item.cents == known.search.units[payment.key], **payer, named or "number": bool(named)}
    found = tuple(fact for fact in facts if facts[fact])
    missing = tuple(fact for fact in facts if not facts[fact])
    return found, (*missing, *get_objections(known, payment, [item], found))


def get_named_fact(texts, item, is_payer_known):
    """Return how a payment names a document.

    :param list texts: of `References` of the payment
    :param OpenItem item: of the document
    :param bool is_payer_known: whether the payer is its partner
    :return str: name of a fact: the number; one that others may have, too; a part of it; "" when it does not
    """
    strengths = (STRONG, WEAK) if is_payer_known else (STRONG,)
    if any(is_named(one, item, strengths) for one in texts):
        return "number"
    if any(is_named(one, item) for one in texts):
        return "weak"
    return "part" if any(one.may_name(number) for one in texts for number in item.written) else ""


def get_objections(known, payment, items, found):
    """Return what stands against documents, however much speaks for them.

    :param LookUp known: what was read
    :param Payment payment: of the bank
    :param list items: of `OpenItem`, all that the payment would settle
    :param tuple found: names of facts that speak for them
    :return tuple: names of facts
    """
    objections = {
        "other_number": names_another(
            known.search.references[payment.key], items, not {"number", "weak"}.isdisjoint(found)
        ),
        "month": is_other_month(known.search.references[payment.key].months, items),
        "time": any(item.is_payment and not is_in_time(item.date, payment.date) for item in items),
        "registered": any(item.is_payment and item.cents < 0 for item in items) and PAYER.isdisjoint(found),
    }
    return tuple(fact for fact in objections if objections[fact])


def names_another(texts, items, is_named_whole):
    """Tell whether texts name something else than documents.

    :param References texts: what was written for us
    :param list items: of `OpenItem`
    :param bool is_named_whole: whether the texts name them
    """
    numbers = set().union(*(item.written for item in items))
    structured = set().union(*(item.references.get(STRUCTURED, ()) for item in items))
    if (structured or not is_named_whole) and texts.printed - structured:
        return True
    tails = set() if is_named_whole else {tail for number in numbers if (tail := read_tail(number))}
    return texts.names_another(numbers | tails)


def is_other_month(months, items):
    """Tell whether a text names a month that is none of the documents'."""
    return bool(months) and not any(month.is_of(item.date) for month in months for item in items)


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


def make_counterpart(item, label):
    """Return the values of the journal item that settles a whole document.

    :param item: `account.move.line` record, open
    :param str label: of the payment
    :return dict: values of `account.move.line`
    """
    return {
        "name": label,
        "account_id": item.account_id.id,
        "partner_id": item.partner_id.id,
        "currency_id": item.currency_id.id,
        "amount_currency": -item.amount_residual_currency,
        "balance": -item.amount_residual,
    }


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
            if is_no_document(payment.bank_code):
                continue
            key, mine = payment.key, known.partners.get(payment.key)
            items = known.open.get_plausible(
                payment,
                search.units[key],
                mine.id if mine else 0,
                known.get_texts(payment),
                known.dismissed[key],
                MOST_SUGGESTIONS,
            )
            judged = (self._judge(payment, item) for item in items)
            findings += [finding for finding in judged if finding]
            findings += self._find_sums(payment)
            findings += self._find_named_sum(payment)
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
        if mine and kin and not is_mine and {"number", "weak"}.isdisjoint(found):
            return None  # somebody else's money
        if not is_mine and {"amount", "number", "weak"}.isdisjoint(found):
            return None
        return Finding(payment.key, "suggestion", item.account_id, kin, (item.id,), found, missing)

    # ------------------------------------------------------------------ several documents

    def _find_sums(self, payment):
        """Return the only sets of open documents of the payment's partner that make up its amount.

        Credit notes are looked at where invoices alone do not.

        :return list: of `Finding`, one an account at most
        """
        known = self._known
        mine, cents = known.partners.get(payment.key), known.search.units[payment.key]
        if not mine or is_return(payment.bank_code):
            return []
        findings = []
        against = known.open.get_due(mine.id, cents < 0)
        for account_id, items in known.open.get_due(mine.id, cents > 0).items():
            group = [item for item in items if item.line_id != payment.key]
            chosen = self._find_set(group, cents)
            if not chosen and (notes := against.get(account_id)):
                chosen = self._find_set([*group, *notes], cents)
            if chosen:
                facts = get_partner_facts(known, payment, known.open.owners[mine.id])
                findings.append(self._make_sum(payment, chosen, mine.id, tuple(fact for fact in facts if facts[fact])))
        return findings

    def _find_set(self, items, cents):
        """Return the only items that make up an amount.

        :param list items: of `OpenItem`
        :param int cents: the amount
        :return list: of `OpenItem`; empty when there is no such set, or more than one
        """
        places = find_only_subset([item.cents for item in items], cents)
        return [items[place] for place in places or ()]

    def _find_named_sum(self, payment):
        """Return all that a payment names, when it makes up the amount, whosever it is.

        :return list: of one `Finding`, or none
        """
        known = self._known
        named = known.open.get_named(payment, known.get_texts(payment))
        if len(named) < 2 or sum(item.cents for item in named) != known.search.units[payment.key]:
            return []
        kin = {item.owner.kin_id for item in named}
        if len({item.account_id for item in named}) > 1 and not known.is_company_currency:
            return []
        facts = [get_partner_facts(known, payment, item.owner) for item in named]
        found = tuple(fact for fact in facts[0] if all(one.get(fact) for one in facts))
        missing = ("payer",) if any(one.get("payer") is False for one in facts) else ()
        return [self._make_sum(payment, named, kin.pop() if len(kin) == 1 else 0, found, missing)]

    def _make_sum(self, payment, items, partner_id, found, missing=()):
        """Return several documents as a candidate.

        :param Payment payment: of the bank
        :param list items: of `OpenItem`
        :param int partner_id: their commercial partner, 0 when there are several
        :param tuple found, missing: names of facts about the payer
        :return Finding:
        """
        named = {item.id for item in self._known.open.get_named(payment, self._known.get_texts(payment))}
        ids = {item.id for item in items}
        # What is named is all in the sum, or names all of it; a credit note alone does not say what it is deducted from.
        cents = self._known.search.units[payment.key]
        if any(item.id in named and item.cents * cents > 0 for item in items) and (named <= ids or ids <= named):
            found = (*found, "number")
        accounts = {item.account_id for item in items}
        return Finding(
            payment.key,
            "suggestion",
            min(accounts),
            partner_id,
            tuple(item.id for item in items),
            ("sum", *found),
            (*missing, *get_objections(self._known, payment, items, found)),
            self._get_counterparts(payment, items) if len(accounts) > 1 else (),
        )

    def _get_counterparts(self, payment, items):
        """Return the values of journal items that settle documents on several accounts, one each.

        :param list items: of `OpenItem`, in the company's currency
        :return tuple: of dict
        """
        records = self._known.items.browse([item.id for item in items])
        return tuple(make_counterpart(item, payment.label) for item in records)
