"""How long may a person stay signed in, with and without doing anything?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from esc_tracker import clock
from esc_tracker.accounts.models import User

WARNING = timedelta(minutes=2)


@dataclass(frozen=True)
class Left:
    """How long a session lasts from now: `seconds` until it ends, and whether that is its last end.

    `final`: nothing the person does puts the end off.
    """

    seconds: int
    final: bool


def last_end(person: User | None, started_at: datetime) -> datetime:
    """Return when a session ends whatever the person does: after its hours, or as their access ends. No query."""
    end = started_at + timedelta(hours=_for(person, settings.SESSION_HOURS))
    if person and person.access_ends_on:
        return min(end, clock.start_of(person.access_ends_on))
    return end


def end_of_session(person: User | None, started_at: datetime, seen_at: datetime) -> datetime:
    """Return when a session ends if nothing more is done: the earlier of its idle and its last end. No query."""
    idle = seen_at + timedelta(minutes=_for(person, settings.SESSION_IDLE_MINUTES))
    return min(idle, last_end(person, started_at))


def _for(person: User | None, limits: Mapping[str, float]) -> float:
    return limits.get(person.role if person else "", limits[""])
