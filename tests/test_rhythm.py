from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..models.health.rhythm import silent_from

DAY = timedelta(days=1)


def days_between(first, last, wanted):
    """Return the days of a span for which a condition holds."""
    span = (first + number * DAY for number in range((last - first).days + 1))
    return [day for day in span if wanted(day)]


def without(days, *closings):
    """Return the days that lie in none of some spans."""
    return [day for day in days if not any(first <= day <= last for first, last in closings)]


def workdays(first, last):
    return days_between(first, last, lambda day: day.weekday() < 5)


# Written before the rule: what an account did until its newest transaction, and the first day that is told.
TABLE = {
    # A savings account: interest and a transfer or two.
    "four transactions a year": ([date(2025, 1, 2), date(2025, 4, 1), date(2025, 7, 1), date(2025, 10, 1)], None),
    "four a year, for years": (
        [date(year, month, 1) for year in range(2020, 2026) for month in (1, 4, 7, 10)],
        None,
    ),
    "ten transactions a year": ([date(2025, month, 15) for month in range(1, 11)], None),
    # Friday 5 June 2026 is the newest; a weekend is the longest gap.
    "every working day": (workdays(date(2025, 6, 1), date(2026, 6, 5)), date(2026, 6, 16)),
    "every day of the week": (days_between(date(2025, 6, 1), date(2026, 6, 5), lambda day: True), date(2026, 6, 16)),
    # Closed from Wednesday 24 December 2025 to Friday 2 January 2026: 23 December to 5 January are 13 days.
    "a shop that was closed last Christmas too": (
        without(workdays(date(2025, 11, 1), date(2026, 12, 23)), (date(2025, 12, 24), date(2026, 1, 2))),
        date(2027, 1, 19),
    ),
    # Closed for the first time, for a week with the weekends on both sides: Friday to Monday, 10 days.
    "a shop's first week off": (workdays(date(2026, 1, 5), date(2026, 12, 18)), date(2026, 12, 29)),
    # Three weeks in July 2025: Friday 4 July to Monday 28 July are 24 days.
    "a builder's holiday": (
        without(workdays(date(2025, 6, 30), date(2026, 6, 5)), (date(2025, 7, 5), date(2025, 7, 27))),
        date(2026, 7, 24),
    ),
    "once a week": (
        days_between(date(2025, 6, 1), date(2026, 6, 1), lambda day: day.weekday() == 0),
        date(2026, 6, 16),
    ),
    # The longest month has 31 days: more than 62.
    "once a month": ([date(2025, month, 1) for month in range(1, 13)] + [date(2026, 1, 1)], date(2026, 3, 5)),
    # What a new account does in its first weeks is no rhythm.
    "a new account": (workdays(date(2026, 5, 4), date(2026, 6, 5)), None),
    "two months of working days": (workdays(date(2026, 4, 6), date(2026, 6, 5)), date(2026, 6, 16)),
    "eleven days in three months": ([date(2026, 3, 1) + number * 9 * DAY for number in range(11)], None),
    "twelve days in three months": ([date(2026, 3, 1) + number * 9 * DAY for number in range(12)], date(2026, 6, 27)),
    "no transaction at all": ([], None),
}


@tagged("post_install", "-at_install")
class TestRhythm(BaseCase):
    """When the silence of an account is longer than its own rhythm explains."""

    def test_the_table(self):
        for name, (days, expected) in TABLE.items():
            with self.subTest(name):
                self.assertEqual(silent_from(days), expected)

    def test_over_its_usual_christmas_a_shop_is_not_silent_on_any_day(self):
        days, _expected = TABLE["a shop that was closed last Christmas too"]
        limit = silent_from(days)
        self.assertFalse(days_between(date(2026, 12, 23), date(2027, 1, 4), lambda day: day >= limit))
