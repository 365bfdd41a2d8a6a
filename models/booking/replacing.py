"""Suspense items of many bank transactions replaced at once, and taken back at once.

Items of posted entries are never edited where taxes are among them, which Odoo refuses: they are removed by one call
and created by another. What one item without taxes takes over is written on the suspense item, all alike together
(doc/decisions.md, 43).
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
    written, removed, created = defaultdict(list), [], []
    for line, values_list in counterparts.items():
        suspense = line._seek_for_lines()[1]
        if len(values_list) == 1 and _is_moved(suspense, values_list[0]):
            written[_get_changes(suspense, values_list[0])].append(suspense.id)
        else:
            removed += suspense.ids
            created += [{**values, "move_id": line.move_id.id} for values in values_list]
    items = _get_items(env, counterparts)
    for changes, ids in written.items():
        items.browse(ids).write(dict(changes))
    items.browse(removed).with_context(check_move_validity=False).unlink()
    items.create(created)


def restore_items(env, lines):
    """Take bank transactions back to what the bank said: all that they were booked on comes free.

    It leaves what Odoo's `action_undo_reconciliation` leaves, for all of them at once.

    :param env: environment of who does it
    :param lines: `account.bank.statement.line` records that are booked
    :raises UserError: in Odoo's own words, when it refuses one of them
    """
    if not lines:
        return
    items = _get_items(env, lines)
    booked, created = items, []
    for line in lines:
        _liquidity, suspense, others = line._seek_for_lines()
        booked += suspense + others
        created.append({**line._prepare_move_line_default_vals()[1], "move_id": line.move_id.id})
    booked.remove_move_reconcile()
    lines.payment_ids.unlink()
    booked.with_context(check_move_validity=False).unlink()
    items.create(created)
    lines.move_id.filtered(lambda move: not move.checked).checked = True


def _get_items(env, lines):
    """Return no items, in the context that their entries ask for.

    The chatter is the trail where the audit trail is on: there it tells of each item. Defaults of the screen are left
    out, such as that which fills in the taxes of an account.
    """
    companies = env["res.company"].union(*(line.company_id for line in lines))
    # sudo: a user of a branch may not read the company above, whose books these may be.
    is_trailed = any(companies.sudo().mapped("restrictive_audit_trail"))
    return (
        env["account.move.line"]
        .with_context(clean_context(env.context))
        .with_context(
            force_delete=True, dynamic_unlink=True, account_default_taxes=False, tracking_disable=not is_trailed
        )
    )


def _is_moved(suspense, values):
    """Tell whether a counterpart is the suspense item on another account: then it need not be created anew."""
    return (
        not any(number for _code, _zero, numbers in values.get("tax_ids") or () for number in numbers or ())
        and not values.get("tax_tag_ids")
        and values["currency_id"] == suspense.currency_id.id
        and suspense.currency_id.is_zero(values["amount_currency"] - suspense.amount_currency)
        and suspense.company_currency_id.is_zero(values["balance"] - suspense.balance)
    )


def _get_changes(suspense, values):
    """Return what a counterpart changes of the suspense item, so that what changes alike is written together.

    :param suspense: `account.move.line` record
    :param dict values: of the counterpart
    :return frozendict: values of `account.move.line`
    """
    kept = {"name": suspense.name or False, "partner_id": suspense.partner_id.id}
    changes = {name: values[name] or False for name in WRITTEN if name in values}
    # What is analytic is said even when it is nothing: Odoo would look for a model of it.
    return frozendict({name: value for name, value in changes.items() if name not in kept or value != kept[name]})
