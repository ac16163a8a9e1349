"""Where is a session kept, and until when is it good?

Django's session engine over rows of ours. One column, `expire_date`, is the earlier of both limits; it moves on with
use, at most once a minute. A row that ran out is never loaded again; it stays a while, since it tells whose it was.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from esc_tracker import clock
from esc_tracker.accounts.models import Session
from esc_tracker.accounts.sessions.browsers import browser_in_words
from esc_tracker.accounts.sessions.limits import TOUCH_EVERY, Limits, limits_of
from esc_tracker.origin import origin


class SessionStore(DatabaseStore):
    """One browser's session."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.limits: Limits = limits_of(None)
        self.row: Session | None = None
        self.ran_out = False

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return our own rows."""
        return Session

    def _get_session_from_db(self) -> Session | None:
        """Load the row unless it ran out. One query, or two for one that did not load."""
        key = self.session_key
        self.row = super()._get_session_from_db()  # type: ignore[misc]  # Django's own; its stubs leave it out
        self.ran_out = self.row is None and Session.objects.filter(session_key=key, person__isnull=False).exists()
        return self.row

    def is_empty(self) -> bool:
        """Say whether the browser may forget its cookie: not one that ran out, which tells whose text comes late."""
        return super().is_empty() and not self.ran_out

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row as it is saved: a saving is a use."""
        now = clock.wall()
        key = self._get_or_create_session_key()  # type: ignore[attr-defined]  # as above
        stands = self.row is not None and self.row.session_key == key
        started_at = self.row.started_at if self.row and stands else now
        self.row = Session(
            session_key=key,
            session_data=self.encode(data),
            expire_date=self.limits.ends_at(started_at, now),
            person_id=data.get(SESSION_KEY),
            started_at=started_at,
            seen_at=now,
            browser=browser_in_words(origin().agent),
            address=origin().address,
        )
        return self.row

    def touch(self) -> None:
        """Move the idle end on, at most once a minute: one statement then, none otherwise.

        A session that was ended meanwhile stays ended.
        """
        now = clock.wall()
        if self.row is None:
            return
        ends_at = self.limits.ends_at(self.row.started_at, now)
        if now - self.row.seen_at < TOUCH_EVERY and self.row.expire_date <= ends_at:
            return
        standing = Session.objects.filter(session_key=self.row.session_key, expire_date__gt=now)
        if standing.update(seen_at=now, expire_date=ends_at):
            self.row.seen_at, self.row.expire_date = now, ends_at

    @property
    def left(self) -> timedelta:
        """Return the time left if it is not used; nothing for a session that is not stored."""
        return self._until(self.row.expire_date if self.row else None)

    @property
    def left_in_all(self) -> timedelta:
        """Return the time left however much it is used."""
        return self._until(self.row.started_at + self.limits.whole if self.row else None)

    def _until(self, moment: datetime | None) -> timedelta:
        return max(moment - clock.wall(), timedelta()) if moment else timedelta()
