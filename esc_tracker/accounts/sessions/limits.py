"""How long may a session stand, unused and in all?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from esc_tracker.accounts.models import Role

TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Limits:
    """What ends a session: `idle` without use, `whole` from signing in on."""

    idle: timedelta
    whole: timedelta

    def ends_at(self, started_at: datetime, seen_at: datetime) -> datetime:
        """Return the moment from which a session is over."""
        return min(seen_at + self.idle, started_at + self.whole)


def limits_of(role: Role | str | None) -> Limits:
    """Return the limits of a role; None for a visitor who has not signed in."""
    idle, hours = settings.SESSION_IDLE_MINUTES, settings.SESSION_HOURS
    return Limits(
        idle=timedelta(minutes=idle.get(str(role), idle[""])), whole=timedelta(hours=hours.get(str(role), hours[""]))
    )
