"""Evidence in words: what speaks for a match, and what does not."""

from hashlib import sha256

from odoo.tools.translate import LazyTranslate

from .facts import EVIDENCE

_lt = LazyTranslate(__name__)

FOUND = {
    "amount": _lt("amount equal"),
    "sum": _lt("the sum is equal"),
    "number": _lt("number found"),
    "weak": _lt("a number found that others may have, too"),
    "part": _lt("a part of the number found"),
    "collective": _lt("the bank names no counterparty, as for a file of payments"),
    "account": _lt("account known"),
    "name": _lt("name equal"),
    "partner": _lt("partner known"),
    "discount": _lt("amount less the early payment discount"),
    "mandate": _lt("same creditor and mandate"),
    "counterparty": _lt("same counterparty account"),
}
MISSING = {
    "amount": _lt("amount different"),
    "number": _lt("number not found"),
    "account": _lt("account not known"),
    "name": _lt("name different"),
    "partner": _lt("partner not known"),
    "payer": _lt("the payer is another partner"),
    "other_number": _lt("the text names another number"),
    "month": _lt("the text names another month"),
    "time": _lt("the registered payment is of another time"),
    "registered": _lt("the payment was registered for somebody else"),
}
# Why it did not match by itself.
DOUBTS = {
    "comes_back": _lt("not by itself: it is money that comes back"),
    "nothing_named": _lt("not by itself: the text names nothing that is open"),
    "somebody_elses": _lt("not by itself: what the text names is another partner's"),
    "other_amount": _lt("not by itself: what the text names is open for another amount"),
    "several_payments": _lt("not by itself: several registered payments fit"),
    "payment_and_others": _lt("not by itself: a document of another partner fits as well"),
    "several_documents": _lt("not by itself: several documents carry this reference"),
    "several_partners": _lt("not by itself: the documents are of several partners"),
    "several_accounts": _lt("not by itself: the documents are on several accounts"),
    "too_early": _lt("not by itself: the document is dated after the payment, and the reference may be an older one's"),
    "other_month": _lt("not by itself: the text names another month"),
    "other_time": _lt("not by itself: the registered payment is of another time"),
    "payee_unknown": _lt("not by itself: neither account nor name is that of the registered payment"),
    "names_another": _lt("not by itself: the text names another number, too"),
    "suppliers_number": _lt("not by itself: the payee is not known, and suppliers number alike"),
    "may_be_a_slip": _lt("not by itself: the payer is not known, and the number may be a slip"),
    "claimed_twice": _lt("not by itself: another payment names the same document"),
}
# What a reason says already is not said twice.
IMPLIED = {
    "nothing_named": "number",
    "names_another": "other_number",
    "other_month": "month",
    "other_amount": "amount",
    "other_time": "time",
    "payee_unknown": "registered",
    "somebody_elses": "payer",
}


def describe_evidence(env, finding):
    """Return the evidence of a finding in words.

    :param env: environment, for the language
    :param Finding finding: what was found
    :return str: such as "amount equal, account known; not by itself: the text names nothing that is open"
    """
    words = [env._(FOUND[fact]) for fact in finding.found if fact in FOUND]
    implied = IMPLIED.get(finding.doubt)
    words += [env._(MISSING[fact]) for fact in finding.missing if fact in MISSING and fact != implied]
    sentence = ", ".join(words)
    if finding.evidence != "suggestion":
        title = env._(EVIDENCE[finding.evidence])
        sentence = f"{title}: {sentence}" if words else title
    return f"{sentence}; {env._(DOUBTS[finding.doubt])}" if finding.doubt in DOUBTS else sentence


def get_key(finding):
    """Return what tells a finding from any other of the same payment: a click accepts what was shown, nothing else.

    :param Finding finding: what was found
    :return str: 16 hexadecimal digits
    """
    return _digest(*_get_content(finding), finding.partner_id, finding.found)


def get_content_key(finding):
    """Return what tells whether a finding still does the same, whatever else speaks for it by now.

    :param Finding finding: what was found
    :return str: 16 hexadecimal digits
    """
    return _digest(*_get_content(finding))


def _get_content(finding):
    """Return what a finding does to the books."""
    return finding.evidence, finding.account_id, finding.item_ids, finding.counterparts


def _digest(*parts):
    return sha256(repr(parts).encode()).hexdigest()[:16]
