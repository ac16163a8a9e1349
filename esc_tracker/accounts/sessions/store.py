"""Where does a session live, and until when? (Django's session engine, on rows of our own.)

A row that is gone or over is never written again: what ends a session ends it also for a request that is under way.
A row that is over by time stays without its contents until it is purged: it still tells whose it was.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction

from esc_tracker import clock
from esc_tracker.accounts.models import Session, User
from esc_tracker.accounts.sessions.browsers import browser_in_words
from esc_tracker.accounts.sessions.limits import Left, end_of_session, last_end
from esc_tracker.origin import origin
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event

SEEN_EVERY = timedelta(minutes=1)


class SessionStore(SessionBase):
    """One browser's session. Reading it is one query; `seen_at` is written at most once a minute, by one more.

    `agent` is the browser's User-Agent. After `load`, `ended_person` is the key of the person whose session this was
    when it is over by time, and `ended_why` is "idle" or "hours".
    """

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.agent = ""
        self.ended_person: int | None = None
        self.ended_why = ""
        self._row: Session | None = None

    # --- Reading --------------------------------------------------------------------------------------------------

    def load(self) -> dict[str, Any]:
        """Return what the session holds: nothing when it is unknown or over, or its person may not be signed in."""
        key, self._session_key = self.session_key or "", None
        if not key or set(key) - set(VALID_KEY_CHARS):
            return {}
        row = Session.objects.select_related("person").filter(session_key=key).first()
        if row is None:
            return {}
        now = clock.wall()
        end = min(row.expire_date, end_of_session(row.person, row.started_at, row.seen_at))
        if not row.session_data or end <= now:
            self._find_it_over(row, end)
            return {}
        if row.person and not row.person.is_seated(clock.real_day()):
            with transaction.atomic():
                if Session.objects.filter(session_key=key).delete()[0]:
                    note_event(Kind.SESSION_ENDED, person=row.person, why="seat")
            return {}
        self._row, self._session_key = row, key
        held: dict[str, Any] = self.decode(row.session_data)
        return held

    def _find_it_over(self, row: Session, end: datetime) -> None:
        """Take what it holds out of a row that is over, once, so that nothing brings it back; remember whose it was."""
        self.ended_person = row.person_id
        self.ended_why = "hours" if row.person and end >= last_end(row.person, row.started_at) else "idle"
        if not row.session_data:
            return
        standing = Session.objects.filter(session_key=row.session_key, seen_at=row.seen_at).exclude(session_data="")
        with transaction.atomic():
            if standing.update(session_data="", expire_date=end) and row.person:
                note_event(Kind.SESSION_ENDED, person=row.person, why=self.ended_why)

    @property
    def left(self) -> Left | None:
        """Return how long it lasts; None for a session without a row. No query once loaded."""
        self._get_session()
        if self._row is None:
            return None
        final = self._row.expire_date >= last_end(self._row.person, self._row.started_at)
        return Left(max(0, int((self._row.expire_date - clock.wall()).total_seconds())), final)

    def exists(self, session_key: str) -> bool:
        """Say whether a key is taken. One query."""
        return Session.objects.filter(session_key=session_key).exists()

    # --- Writing --------------------------------------------------------------------------------------------------

    def touch(self, *, at_once: bool = False) -> None:
        """Put off the idle end, as something was done: one query, at most once a minute unless `at_once`."""
        self._get_session()
        row, now = self._row, clock.wall()
        if row is None or (now - row.seen_at < SEEN_EVERY and not at_once):
            return
        end = end_of_session(row.person, row.started_at, now)
        if self._standing(now).update(seen_at=now, expire_date=end, address=origin().address):
            row.seen_at, row.expire_date = now, end

    def create(self) -> None:
        """Begin a new row under a new key."""
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]  # the stubs leave it out
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Write what it holds. Raises UpdateError when the row is gone or over: it is not made again."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)
        now = clock.wall()
        written: dict[str, Any] = {"session_data": self.encode(data)}
        person_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        if must_create or self._row is None or self._row.person_id != person_id:  # A sign-in begins a session.
            person = User.objects.filter(pk=person_id).first() if person_id else None
            written |= {"person": person, "started_at": now, "seen_at": now}
            written |= {"expire_date": end_of_session(person, now, now)}
            written |= {"browser": browser_in_words(self.agent), "address": origin().address}
        if must_create:
            try:
                with transaction.atomic():
                    self._row = Session.objects.create(session_key=self.session_key, **written)
            except IntegrityError:
                raise CreateError from None
        else:
            if not self._standing(now).update(**written):
                raise UpdateError
            if self._row is None:
                self._row = Session(session_key=self.session_key)
            for column, value in written.items():
                setattr(self._row, column, value)

    def cycle_key(self) -> None:
        """Go on under a new key. The row itself is renamed: one that was ended meanwhile does not come back."""
        data, old = self._get_session(), self.session_key
        if old is None:
            self.create()
            self._session_cache = data
            return
        new = self._get_new_session_key()  # type: ignore[attr-defined]  # the stubs leave it out
        if not self._standing(clock.wall()).update(session_key=new):
            raise UpdateError
        self._session_key = new
        self.modified = True

    def delete(self, session_key: str | None = None) -> None:
        """End it: the row is gone."""
        key = session_key or self.session_key
        if key:
            Session.objects.filter(session_key=key).delete()
            self._row = None

    @classmethod
    def clear_expired(cls) -> None:
        """Leave rows that are over to the purge, which keeps them as long as it is told to."""

    def _standing(self, now: datetime) -> Any:
        """Match this session's row while it is not over."""
        return Session.objects.filter(session_key=self.session_key, expire_date__gt=now).exclude(session_data="")
