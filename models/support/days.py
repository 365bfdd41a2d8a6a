"""Days as people say them, in the language of an environment."""

import babel.dates
import pytz

from odoo.tools.misc import babel_locale_parse, format_date, get_lang


def local_day(moment, zone):
    """Return the calendar day of a moment in a time zone.

    :param datetime moment: naive UTC
    :param str zone: name of the time zone
    :return date: the day
    """
    return pytz.utc.localize(moment).astimezone(pytz.timezone(zone)).date()


def say_day(env, day):
    """Return a day with its year: July 4, 2026.

    :param env: environment with the reader's language
    :param date day: the day
    :return str: the text
    """
    return format_date(env, day, date_format="long")


def say_recent_day(env, day, today):
    """Return a day, with its year only where it is another one: March 3.

    :param env: environment with the reader's language
    :param date day: the day
    :param date today: the reader's day
    :return str: the text
    """
    if day.year != today.year:
        return say_day(env, day)
    return babel.dates.format_skeleton("MMMMd", day, locale=babel_locale_parse(get_lang(env).code))
