"""Evidence in words: what speaks for a match, and what does not."""

from hashlib import sha256

from odoo.tools.translate import LazyTranslate

from .facts import EVIDENCE

_lt = LazyTranslate(__name__)

FOUND = {
    "amount": _lt("amount equal"),
    "sum": _lt("the sum is equal"),
    "number": _lt("number found"),
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
}


def describe_evidence(env, finding):
    """Return the evidence of a finding in words.

    :param env: environment, for the language
    :param Finding finding: what was found
    :return str: such as "amount equal, account known, number not found"
    """
    words = [env._(FOUND[fact]) for fact in finding.found if fact in FOUND]
    words += [env._(MISSING[fact]) for fact in finding.missing if fact in MISSING]
    if finding.evidence != "suggestion":
        title = env._(EVIDENCE[finding.evidence])
        return f"{title}: {', '.join(words)}" if words else title
    return ", ".join(words)


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
