"""Amounts with taxes in them, divided into the items that Odoo makes of a journal entry."""

from odoo import Command

PARTNER_ACCOUNTS = ("asset_receivable", "liability_payable")


def add_taxes(env, parts, company):
    """Divide counterpart items of one entry into bases and taxes: what the bank moved includes them.

    The items are those that Odoo makes of an entry whose bases were typed. Where an amount with taxes does not divide,
    the cent goes to the tax.

    :param env: environment
    :param list parts: tuples of the values of an item, taxes included, and its `account.tax` records; all items of the
        entry besides the bank's own, so that a tax of two of them becomes one item
    :param company: `res.company` record
    :return list: values of the base items, in the order given, then of the tax items
    """
    parts = [({**values, "tax_ids": [Command.set(taxes.ids)]}, taxes) for values, taxes in parts]
    taxed = [(values, taxes) for values, taxes in parts if taxes]
    if not taxed:
        return [values for values, _taxes in parts]
    wanted = [(values["amount_currency"], values["balance"]) for values, _taxes in taxed]
    for part in taxed:  # each alone: together, rounding would move cents from one to the other
        part[0].update(_get_base_amounts(*_compute(env, [part], company, "total_included")))
    exigible = _is_exigible(env, parts)
    lines = _compute(env, taxed, company, "total_excluded", exigible)
    for line, amounts in zip(lines, wanted, strict=True):
        _correct(line, amounts, company)
    result = env["account.tax"]._prepare_tax_lines(lines, company)
    for (values, _taxes), (_line, update) in zip(taxed, result["base_lines_to_update"], strict=True):
        values.update(update)
    tax_items = [{**values, "display_type": "tax"} for values in result["tax_lines_to_add"]]
    return [*(values for values, _taxes in parts), *tax_items]


def is_refund(taxes, amount):
    """Tell whether Odoo takes an item of a journal entry for one of a refund.

    :param taxes: `account.tax` records of the item
    :param float amount: of the item, a debit when positive
    :return bool:
    """
    kinds = set(taxes.mapped("type_tax_use"))
    if kinds >= {"sale", "purchase"}:
        return amount > 0
    kind = taxes[:1].type_tax_use
    return (kind == "sale" and amount > 0) or (kind == "purchase" and amount < 0)


def _is_exigible(env, parts):
    """Tell whether taxes that are due on payment are due with this entry: it owes or is owed nothing.

    As `account.move` computes `always_tax_exigible`; then the items of these taxes are those of any other tax.
    """
    accounts = env["account.account"].browse(values["account_id"] for values, _taxes in parts)
    return not any(account.account_type in PARTNER_ACCOUNTS for account in accounts)


def _compute(env, taxed, company, mode, exigible=True):
    """Return what Odoo computes of items with taxes, its accounts and tags included.

    :param list taxed: tuples of values and `account.tax` records
    :param str mode: "total_included" when the amounts hold their taxes, "total_excluded" when they are bases
    :param bool exigible: whether taxes due on payment are due now
    :return list: Odoo's dicts, one for each item
    """
    engine = env["account.tax"]
    lines = [
        engine._prepare_base_line_for_taxes_computation(
            values,
            tax_ids=taxes,
            account_id=env["account.account"].browse(values["account_id"]),
            partner_id=env["res.partner"].browse(values["partner_id"] or ()),
            currency_id=env["res.currency"].browse(values["currency_id"]),
            analytic_distribution=values.get("analytic_distribution") or False,
            price_unit=values["amount_currency"],
            quantity=1.0,
            special_mode=mode,
            is_refund=is_refund(taxes, values["amount_currency"]),
            rate=abs(values["amount_currency"] / values["balance"]) if values["balance"] else 0.0,
        )
        for values, taxes in taxed
    ]
    engine._add_tax_details_in_base_lines(lines, company)
    engine._round_base_lines_tax_details(lines, company)
    engine._add_accounting_data_in_base_lines_tax_details(lines, company, include_caba_tags=exigible)
    return lines


def _get_base_amounts(line):
    """Return the amounts of a base, in its own currency and in the company's."""
    details = line["tax_details"]
    return {
        "amount_currency": details["total_excluded_currency"] + details["delta_total_excluded_currency"],
        "balance": details["total_excluded"] + details["delta_total_excluded"],
    }


def _correct(line, wanted, company):
    """Let an item and its taxes sum up to what the bank moved: what is left goes to the largest tax item.

    :param dict line: of Odoo, changed in place
    :param tuple wanted: amount in the item's currency, and in the company's
    :param company: `res.company` record
    """
    shares = [share for tax in line["tax_details"]["taxes_data"] for share in tax["tax_reps_data"]]
    base = _get_base_amounts(line)
    largest = max(shares, key=lambda share: abs(share["tax_amount_currency"]), default={"tax_amount_currency": 0.0})
    for name, base_name, delta_name, currency, amount in (
        ("tax_amount_currency", "amount_currency", "delta_total_excluded_currency", line["currency_id"], wanted[0]),
        ("tax_amount", "balance", "delta_total_excluded", company.currency_id, wanted[1]),
    ):
        rest = currency.round(amount - base[base_name] - sum(share[name] for share in shares))
        if rest and largest["tax_amount_currency"]:
            largest[name] = currency.round(largest[name] + rest)
        elif rest:
            line["tax_details"][delta_name] += rest
