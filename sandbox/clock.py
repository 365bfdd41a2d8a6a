"""The sandbox's own time: real time plus an offset, or frozen; and the hours at which Ponto synchronizes."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

# Ponto's background synchronizations, Belgian local time (support article KA-02521).
BACKGROUND_HOURS = (2, 8, 14, 20)


class Clock:
    """Tell the time of one fake bank, always as an aware UTC date-time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = timedelta()
        self._frozen: datetime | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Return how this clock differs from the machine's: days in which nobody asked it pass too."""
        return {"_offset": self._offset, "_frozen": self._frozen}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _lock=threading.Lock())

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        with self._lock:
            return self._now()

    def _now(self) -> datetime:
        return self._frozen if self._frozen is not None else datetime.now(timezone.utc) + self._offset

    def today(self) -> date:
        """Return the calendar day in UTC."""
        return self.now().date()

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Move the clock forward, whether it runs or is frozen, and return the new moment."""
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        with self._lock:
            if self._frozen is not None:
                self._frozen += step
            else:
                self._offset += step
            return self._now()

    def set(self, moment: datetime) -> None:
        """Freeze the clock at a moment.

        :param moment: aware date-time of any zone
        :raise ValueError: when the moment has no zone
        """
        if moment.tzinfo is None:
            raise ValueError("the sandbox clock needs an aware date-time")
        with self._lock:
            self._frozen = moment.astimezone(timezone.utc)

    def release(self) -> None:
        """Let a frozen clock run on from the moment at which it stands."""
        with self._lock:
            if self._frozen is not None:
                self._offset = self._frozen - datetime.now(timezone.utc)
                self._frozen = None


def to_milliseconds(moment: datetime) -> datetime:
    """Cut a moment to whole milliseconds, the resolution of Ponto's own resources."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@functools.lru_cache
def _summer_time(year: int) -> tuple[datetime, datetime]:
    """Return when European summer time begins and ends: the last Sundays of March and October, 01:00 UTC."""
    last_days = (date(year, 3, 31), date(year, 10, 31))
    sundays = (day - timedelta(days=(day.weekday() + 1) % 7) for day in last_days)
    begin, end = (datetime.combine(sunday, time(1), timezone.utc) for sunday in sundays)
    return begin, end


def brussels_offset(moment: datetime) -> timedelta:
    """Return Belgium's offset to UTC at a moment, by the European rule, without a zone database.

    :param moment: aware date-time
    """
    begin, end = _summer_time(moment.year)
    return timedelta(hours=2 if begin <= moment < end else 1)


def brussels_day(moment: datetime) -> date:
    """Return the Belgian calendar day of a moment."""
    return (moment + brussels_offset(moment)).date()


def background_slot(day: date, hour: int) -> datetime:
    """Return the UTC moment of Ponto's background synchronization of a Belgian day.

    :param day: calendar day in Belgium
    :param hour: one of :data:`BACKGROUND_HOURS`
    """
    naive = datetime.combine(day, time(hour), timezone.utc)
    return naive - brussels_offset(naive - timedelta(hours=1))


def background_slots(after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the background synchronizations later than one moment and not later than another, in order."""
    day = brussels_day(after)
    while day <= brussels_day(until):
        for hour in BACKGROUND_HOURS:
            slot = background_slot(day, hour)
            if after < slot <= until:
                yield slot
        day += timedelta(days=1)
