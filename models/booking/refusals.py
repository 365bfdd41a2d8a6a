"""Why a bank transaction cannot be booked."""

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

REFUSALS = {
    "draft": _lt("not posted"),
    "secured": _lt("secured with a hash"),
    "booked": _lt("matched or booked already"),
    "locked": _lt("in a locked period"),
    "tax_locked": _lt("in a period whose taxes are locked"),
    "partner": _lt("without a partner"),
    "nothing": _lt("without an amount"),
    "refused": _lt("refused by Odoo, or matched meanwhile"),
}


def find_refusal(line):
    """Return why a bank transaction cannot be booked on anything.

    :param line: `account.bank.statement.line` record
    :return str: key of `REFUSALS`; "" when it can be
    """
    if line.state != "posted":
        return "draft"
    if line.inalterable_hash:
        return "secured"
    if not line.label_editable:
        return "booked"
    if not line.partner_editable:
        return "locked"
    return "nothing" if line.currency_id.is_zero(line.amount) else ""


def count_refusals(env, refusals):
    """Return refusals in words, with their numbers.

    :param env: environment, for the language
    :param refusals: `Counter` of keys of `REFUSALS`
    :return str: such as "in a locked period: 2, not posted: 1"; "" for none
    """
    return ", ".join(
        env._("%(reason)s: %(count)s", reason=env._(reason), count=refusals[code])
        for code, reason in REFUSALS.items()
        if refusals[code]
    )
