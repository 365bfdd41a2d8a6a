"""The journal items of a booking: what a person decided about one bank transaction, in values of `account.move.line`."""

from dataclasses import dataclass, field

from .taxes import add_taxes


@dataclass(frozen=True, slots=True)
class Booking:
    """One line of what a bank transaction is booked on.

    `amount` has the sign of the bank transaction, and holds its taxes: money that came in is positive.
    """

    account_id: int
    amount: float  # in the currency of the journal
    label: str = ""  # that of the bank transaction when there is none
    partner_id: int = 0
    tax_ids: tuple[int, ...] = ()
    distribution: dict = field(default_factory=dict)  # Odoo's analytic distribution
    model_id: int = 0  # reconciliation model that a person chose


def make_items(line, bookings, partner_id=0):
    """Return the items that take the place of the suspense item of a bank transaction.

    What the bookings leave stays on the suspense account. Whatever rounding leaves in the currency of the company is on
    the largest item.

    :param line: `account.bank.statement.line` record that is booked on nothing yet
    :param list bookings: of `Booking`
    :param int partner_id: of the bank transaction from now on, 0 for the one that it has
    :return list: values of `account.move.line`, equal to the suspense item in its currency and in the company's
    """
    suspense = line._seek_for_lines()[1]
    taxes = line.env["account.tax"]
    parts = [(_get_values(line, suspense, booking), taxes.browse(booking.tax_ids).sorted()) for booking in bookings]
    whole = [values for values, _taxes in parts]
    rest_currency = suspense.currency_id.round(suspense.amount_currency - sum(one["amount_currency"] for one in whole))
    rest = line.company_id.currency_id.round(suspense.balance - sum(one["balance"] for one in whole))
    is_partial = not suspense.currency_id.is_zero(rest_currency)
    if rest and whole and not is_partial:  # before the taxes: their bases follow
        largest = max(whole, key=lambda one: abs(one["balance"]))
        largest["balance"] = line.company_id.currency_id.round(largest["balance"] + rest)
    items = add_taxes(line.env, parts, line.company_id)
    return [*items, _get_rest(line, suspense, partner_id, rest_currency, rest)] if is_partial else items


def _get_values(line, suspense, booking):
    """Return one booking as an item with taxes in it, in the currency of the suspense item and at its rate.

    :param line: `account.bank.statement.line` record
    :param suspense: its `account.move.line` record
    :param Booking booking: of that line
    :return dict: values of `account.move.line`
    """
    currency, own = suspense.currency_id, line.company_id.currency_id
    amount = currency.round(suspense.amount_currency * booking.amount / line.amount)
    return {
        "name": booking.label or line.payment_ref,
        "account_id": booking.account_id,
        "partner_id": booking.partner_id,
        "currency_id": currency.id,
        "amount_currency": amount,
        "balance": own.round(suspense.balance * amount / suspense.amount_currency),
        "analytic_distribution": booking.distribution or False,
        "reconcile_model_id": booking.model_id or False,
    }


def _get_rest(line, suspense, partner_id, amount_currency, balance):
    """Return what stays open as an item on the suspense account.

    :param line: `account.bank.statement.line` record
    :param suspense: its `account.move.line` record
    :param int partner_id: of the bank transaction from now on, 0 for the one that it has
    :param float amount_currency: what is left, in the currency of that item
    :param float balance: the same in the currency of the company
    :return dict: values of `account.move.line`
    """
    return {
        "name": line.payment_ref,
        "account_id": suspense.account_id.id,
        "partner_id": partner_id or line.partner_id.id,
        "currency_id": suspense.currency_id.id,
        "amount_currency": amount_currency,
        "balance": balance,
    }
