"""Rates of foreign currencies, where Odoo says nothing when there is none."""

from datetime import date


def get_first_rate_date(company, currency):
    """Return the first day for which Odoo has a rate between a currency and that of a company.

    Without one Odoo converts 1:1, without a word. One of the two currencies may be the one that all rates are
    expressed in, and has none itself.

    :param company: `res.company` record
    :param currency: `res.currency` record
    :return date | None: None when there is no rate at all
    """
    if currency == company.currency_id:
        return date.min
    return max((first for first, _last in _get_rate_days(company, currency)), default=None)


def get_last_rate_date(company, currency):
    """Return the day of the newest rate between a currency and that of a company: later days are converted with it.

    :param company: `res.company` record
    :param currency: `res.currency` record, another one than the company's
    :return date | None: None when there is no rate at all
    """
    return min((last for _first, last in _get_rate_days(company, currency)), default=None)


def _get_rate_days(company, currency):
    rates = company.env["res.currency.rate"]._read_group(
        [
            ("currency_id", "in", (currency | company.currency_id).ids),
            ("company_id", "in", (False, company.root_id.id)),
        ],
        groupby=["currency_id"],
        aggregates=["name:min", "name:max", "rate:min", "rate:max"],
    )
    # A currency whose rates are all 1 is the one that the others are expressed in: alone it says nothing.
    return [(first, last) for _currency, first, last, low, high in rates if (low, high) != (1.0, 1.0)]
