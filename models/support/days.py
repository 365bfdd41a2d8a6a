"""Days and moments as people say them, in the language and the time zone of an environment."""

import babel.dates
import pytz

from odoo import fields
from odoo.tools.misc import babel_locale_parse, format_date, format_datetime, format_time, get_lang


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


def say_moment(env, moment, fallback, *, only_time_today=False):
    """Return a moment as the reader's clock shows it.

    Every sentence with a time of day gets it here, so that no two screens give one moment two hours. A reader who has
    chosen no time zone is told which one is meant.

    :param env: environment with the reader's language and time zone
    :param datetime | bool moment: naive UTC, or False
    :param str fallback: name of the time zone for a reader who has none
    :param bool only_time_today: leave the day out when it is today, where the sentence reads well without
    :return str: "" for no moment
    """
    if not moment:
        return ""
    own = env.context.get("tz") or env.user.tz
    zone = own or fallback
    if only_time_today and local_day(moment, zone) == local_day(fields.Datetime.now(), zone):
        text = format_time(env, moment, tz=zone, time_format="short")
    else:
        text = format_datetime(env, moment, tz=zone, dt_format="short")
    return text if own else f"{text} ({zone})"
