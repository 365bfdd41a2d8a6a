"""The days on which people hear of an authorization that ends. Calendar days only; it knows neither records nor mails."""

from datetime import timedelta

from ...const import EXPIRES_SOON_DAYS, EXPIRY_ACTIVITY_DAYS

SATURDAY = 5


def workdays_before(day, count):
    """Return the day that lies some working days, Monday to Friday, before another day.

    :param date day: it does not count itself
    :param int count: working days
    :return date: a working day
    """
    while count:
        day -= timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day


# Stages of the mails to who renews, in their order (doc/decisions.md, 42).
MAIL_STAGES = {
    "two_weeks": lambda end: end - timedelta(days=14),
    "three_days": lambda end: workdays_before(end, 3),
    "day": lambda end: end,
    "after": lambda end: end + timedelta(days=3),
}


def due_mail(end, beginning, today):
    """Return the stage whose mail is due: the latest one reached, so that a late mail stands for those missed.

    A stage that lies before the authorization began is nobody's news: who has just authorized for a week knows it.

    :param date end: last day of the authorization
    :param date | bool beginning: day on which it was given, when known
    :param date today: in the same time zone
    :return str | None: name of the stage, None before the first
    """
    days = {stage: day_of(end) for stage, day_of in MAIL_STAGES.items()}
    reached = [stage for stage, day in days.items() if day <= today and (not beginning or day > beginning)]
    return reached[-1] if reached else None


def needs_badge(end, today):
    """Tell whether the end is near enough for a badge.

    :param date end: last day of the authorization
    :param date today: in the same time zone
    :return bool: true from thirty days before
    """
    return today >= end - timedelta(days=EXPIRES_SOON_DAYS)


def needs_activity(end, today):
    """Tell whether the end is near enough for an activity.

    :param date end: last day of the authorization
    :param date today: in the same time zone
    :return bool: true from twenty-one days before
    """
    return today >= end - timedelta(days=EXPIRY_ACTIVITY_DAYS)
