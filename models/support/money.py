"""Amounts as whole numbers of a currency's smallest unit, and back: what is compared and added up loses nothing.

The smallest unit is the last decimal of the currency, not what it is rounded to: where the smallest coin is 0.05, 10.02
is neither 10.00 nor 10.05.
"""

from decimal import ROUND_HALF_UP, Decimal


def to_units(amount, currency):
    """Return an amount in the smallest unit of a currency.

    :param amount: float as Odoo stores it, int, or `Decimal`; half a unit is rounded away from zero, as Odoo does
    :param currency: `res.currency` record
    :return int: the amount; negative when the amount is
    """
    currency.ensure_one()  # the one that is not known has no decimals: it would be rounded to whole ones
    # The shortest text of a float is the amount that was meant: 1.005 and not 1.00499999999999989.
    exact = amount if isinstance(amount, Decimal) else Decimal(repr(amount))
    return int(exact.scaleb(currency.decimal_places).to_integral_value(ROUND_HALF_UP))


def from_units(units, currency):
    """Return the amount of so many smallest units of a currency.

    :param int units: the amount as `to_units` gives it
    :param currency: `res.currency` record
    :return float: the amount, as near as a float can be
    """
    return units / 10**currency.decimal_places


def has_its_decimals(amount, currency):
    """Tell whether an amount has no more decimals than a currency.

    :param Decimal amount: finite, of a size that the books can hold
    :param currency: `res.currency` record
    """
    return amount == round(amount, currency.decimal_places)


def would_be_rounded(amount, currency):
    """Tell whether Odoo changes an amount when it is stored, as 10.02 where a currency is rounded to 0.05.

    :param Decimal amount: finite, of a size that the books can hold
    :param currency: `res.currency` record
    """
    return amount % Decimal(repr(currency.rounding)) != 0
