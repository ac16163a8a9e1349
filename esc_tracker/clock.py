"""What day is it for the record, and what time is it for machinery?

The only module that asks the time. The record lives in New York days; moments are stored in UTC.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

NEW_YORK = ZoneInfo("America/New_York")
_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def wall() -> datetime:
    """Return the real moment, UTC: for sessions, limits, retries and logs."""
    return datetime.now(UTC)


def now() -> datetime:
    """Return the record's moment, UTC: the real one, on the pinned day if ESC_TODAY pins one."""
    told = _told.get()
    if told is not None:
        return told
    if settings.ESC_TODAY is None:
        return wall()
    return datetime.combine(settings.ESC_TODAY, wall().astimezone(NEW_YORK).time(), NEW_YORK).astimezone(UTC)


def today() -> date:
    """Return the record's day in New York."""
    return day_of(now())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Tell acts of the past: within the block, the record's clock stands at `moment` (aware)."""
    token = _told.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _told.reset(token)


def real_day() -> date:
    """Return the day in New York by the real clock, whatever day the record stands at: accounts end by it."""
    return day_of(wall())


def tells_the_past() -> bool:
    """Say whether the record's clock is held by `at()`."""
    return _told.get() is not None


def day_of(moment: datetime) -> date:
    """Return the New York day in which an aware moment falls."""
    return moment.astimezone(NEW_YORK).date()


def start_of(day: date) -> datetime:
    """Return the New York midnight that begins a day, UTC."""
    return datetime.combine(day, time.min, NEW_YORK).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the New York midnight that ends a day, UTC."""
    return start_of(day + timedelta(days=1))
