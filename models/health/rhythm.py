"""When an account is silent for longer than its own rhythm explains. Days only: no Odoo, no clock."""

from datetime import timedelta
from itertools import pairwise

from ...const import RHYTHM_DAYS, RHYTHM_FACTOR, RHYTHM_SPAN_DAYS, RHYTHM_YEAR_DAYS, SILENT_DAYS


def silent_from(days):
    """Return the first day on which an account's silence is no longer its own rhythm.

    :param list days: the days of its transactions, each once, the oldest first; the last year of them counts
    :return date | None: the day, or None when it has too few transactions for a rhythm
    """
    year = [day for day in days if (days[-1] - day).days < RHYTHM_YEAR_DAYS]
    if len(year) < RHYTHM_DAYS or (year[-1] - year[0]).days < RHYTHM_SPAN_DAYS:
        return None
    longest = max((later - earlier).days for earlier, later in pairwise(year))
    return year[-1] + timedelta(days=max(SILENT_DAYS, RHYTHM_FACTOR * longest + 1))
