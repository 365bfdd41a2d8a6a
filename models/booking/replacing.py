"""Suspense items of many bank transactions replaced at once, and taken back at once.

Items of posted entries are never edited where taxes are among them, which Odoo refuses: they are removed by one call
and created by another. What one item without taxes takes over is written on the suspense item, all alike together
(doc/decisions.md, 53).
"""

from collections import defaultdict

from odoo.tools import frozendict
from odoo.tools.misc import clean_context

# What a written item takes over; its amounts are those of the suspense item.
WRITTEN = ("name", "account_id", "partner_id", "analytic_distribution", "reconcile_model_id")


def replace_items(env, counterparts):
    """Put counterparts in the place of the suspense items of bank transactions.

    :param env: environment of who does it
    :param dict counterparts: `account.bank.statement.line` record with a suspense item: values of `account.move.line`
        that are equal to that item
    :raises UserError: in Odoo's own words, when it refuses one of them; then nothing is done
    """
    _swap(env, [(line, line._seek_for_lines()[1], values_list) for line, values_list in counterparts.items()])


def restore_items(env, lines):
    """Take bank transactions back to what the bank said: all that they were booked on comes free.

    It leaves what Odoo's `action_undo_reconciliation` leaves, for all of them at once.

    :param env: environment of who does it
    :param lines: `account.bank.statement.line` records that are booked
    :raises UserError: in Odoo's own words, when it refuses one of them
    """
    if not lines:
        return
    entries = []
    for line in lines:
        _liquidity, suspense, others = line._seek_for_lines()
        entries.append((line, suspense + others, [_get_default(line)]))
    env["account.move.line"].union(*(items for _line, items, _values in entries)).remove_move_reconcile()
    lines.payment_ids.unlink()
    _swap(env, entries)
    lines.move_id.filtered(lambda move: not move.checked).checked = True


def _swap(env, entries):
    """Put items in the place of others: alike written together, all others removed and created by one call each.

    :param env: environment of who does it
    :param list entries: tuples of a bank transaction, `account.move.line` records of it, and the values of those that
        take their place, equal to them
    """
    written, removed, created = defaultdict(list), [], []
    for line, items, values_list in entries:
        if len(items) == len(values_list) == 1 and _is_moved(items, values_list[0]):
            written[_get_changes(items, values_list[0])].append(items.id)
        else:
            removed += items.ids
            created += [{**values, "move_id": line.move_id.id} for values in values_list]
    model = _get_items(env, [line for line, _items, _values in entries])
    for changes, ids in written.items():
        model.browse(ids).write(dict(changes))
    model.browse(removed).with_context(check_move_validity=False).unlink()
    model.create(created)


def _get_default(line):
    """Return the suspense item that Odoo gives a bank transaction, in values of `account.move.line`."""
    values = line._prepare_move_line_default_vals()[1]
    balance = values.pop("debit") - values.pop("credit")
    return {**values, "balance": balance, "analytic_distribution": False, "reconcile_model_id": False}


def _get_items(env, lines):
    """Return no items, in the context that their entries ask for.

    The chatter is the trail where the audit trail is on: there it tells of each item. Defaults of the screen are left
    out, such as that which fills in the taxes of an account.
    """
    companies = env["res.company"].union(*(line.company_id for line in lines))
    # sudo: a user of a branch may not read the company above, whose books these may be.
    is_trailed = any(companies.sudo().mapped("restrictive_audit_trail"))
    context = {
        **clean_context(env.context),
        "force_delete": True,
        "dynamic_unlink": True,
        "account_default_taxes": False,
        "tracking_disable": not is_trailed,
    }
    return env(context=context)["account.move.line"]


def _is_moved(item, values):
    """Tell whether an item takes the place of another by a change of its account: then it need not be created anew."""
    return (
        not item.tax_ids
        and not item.tax_repartition_line_id
        and not item.tax_tag_ids
        and not any(number for _code, _zero, numbers in values.get("tax_ids") or () for number in numbers or ())
        and not values.get("tax_tag_ids")
        and not values.get("tax_repartition_line_id")
        and values["currency_id"] == item.currency_id.id
        and item.currency_id.is_zero(values["amount_currency"] - item.amount_currency)
        and item.company_currency_id.is_zero(values["balance"] - item.balance)
    )


def _get_changes(item, values):
    """Return what an item changes of the one that it takes the place of, so that what changes alike is written together.

    :param item: `account.move.line` record
    :param dict values: of what takes its place
    :return frozendict: values of `account.move.line`
    """
    kept = {"name": item.name or False, "partner_id": item.partner_id.id}
    changes = {name: values[name] or False for name in WRITTEN if name in values}
    # What is analytic is said even when it is nothing: Odoo would look for a model of it.
    return frozendict({name: value for name, value in changes.items() if name not in kept or value != kept[name]})
