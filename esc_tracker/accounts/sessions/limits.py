"""How long may a session stand, unused and in all?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from esc_tracker import clock
from esc_tracker.accounts.models import User

TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Limits:
    """What ends a session: `idle` without use, `whole` from signing in on, `access` where a seat ends by itself."""

    idle: timedelta
    whole: timedelta
    access: datetime | None = None

    def last_end(self, started_at: datetime) -> datetime:
        """Return the moment from which a session is over however much it is used."""
        end = started_at + self.whole
        return min(end, self.access) if self.access else end

    def ends_at(self, started_at: datetime, seen_at: datetime) -> datetime:
        """Return the moment from which a session is over if it is not used again."""
        return min(seen_at + self.idle, self.last_end(started_at))


def limits_of(person: User | None) -> Limits:
    """Return the limits of a person; None is a visitor who has not signed in. No query."""
    role = str(person.role) if person else ""
    idle, hours = settings.SESSION_IDLE_MINUTES, settings.SESSION_HOURS
    return Limits(
        idle=timedelta(minutes=idle.get(role, idle[""])),
        whole=timedelta(hours=hours.get(role, hours[""])),
        access=clock.start_of(person.access_ends_on) if person and person.access_ends_on else None,
    )
