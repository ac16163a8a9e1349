"""Where is a session kept, and until when is it good?

Django's session engine over rows of ours. One column, `expire_date`, is the earliest of all limits; it moves on with
use, at most once a minute. A row that is over is never loaded again and never made to last again, also not by a request
under way: every writing asks that it stands. It stays until it is purged, since it tells whose it was, and the browser
goes on naming it, under BEFORE, so that text sent too late finds its person.
"""

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from esc_tracker import clock
from esc_tracker.accounts.models import Session, User
from esc_tracker.accounts.sessions.limits import TOUCH_EVERY, Limits, limits_of
from esc_tracker.browsers import browser_in_words
from esc_tracker.origin import origin

BEFORE = "before"  # the key of the session that was over in this browser before this one began


class SessionStore(SessionBase):
    """One browser's session. Reading it is one query, its person included; `row` is None until it is stored."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.row: Session | None = None
        self._loaded: dict[str, Any] = {}

    # --- Reading --------------------------------------------------------------------------------------------------

    def load(self) -> dict[str, Any]:
        """Return what the session holds; of one that is over only its key. One query."""
        key = self.session_key or ""
        if set(key) - set(VALID_KEY_CHARS):
            self._session_key = None
            return {}
        # The key is let go of once the database has answered: without one, a browser would be told to forget it.
        row = Session.objects.select_related("person").filter(session_key=key).first()
        self._session_key = None
        if row is None:
            return {}
        if _is_over(row):
            if row.expire_date > clock.wall():
                end(Session.objects.filter(session_key=key))
            return {BEFORE: key} if row.person_id else {}
        self.row, self._session_key = row, key
        held = self._contents(row)
        self._loaded = deepcopy(held)
        return held

    def _contents(self, row: Session) -> dict[str, Any]:
        held: dict[str, Any] = self.decode(row.session_data)
        return held

    def exists(self, session_key: str) -> bool:
        """Say whether a key is taken. One query."""
        return Session.objects.filter(session_key=session_key).exists()

    @property
    def limits(self) -> Limits:
        """Return the limits of the session's person. No query."""
        return limits_of(self.row.person if self.row else None)

    @property
    def left(self) -> timedelta:
        """Return the time left if it is not used; nothing for a session that is not stored."""
        return self._until(self.row.expire_date if self.row else None)

    @property
    def left_in_all(self) -> timedelta:
        """Return the time left however much it is used."""
        return self._until(self.limits.last_end(self.row.started_at) if self.row else None)

    def _until(self, moment: datetime | None) -> timedelta:
        return max(moment - clock.wall(), timedelta()) if moment else timedelta()

    # --- Writing --------------------------------------------------------------------------------------------------

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
        """Write what it holds: a saving is a use. Raises UpdateError when the row is gone or over: none is made again.

        Usually one query; what a request at the same time wrote is kept, by two more.
        """
        if self.session_key is None:
            self.create()
            return
        data: dict[str, Any] = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # as above
        if must_create:
            self._begin(data)
            return
        with transaction.atomic():
            if not self._write(data, self._standing().filter(session_data=self.row.session_data if self.row else "")):
                present = self._standing().select_for_update().first()
                if present is None:
                    raise UpdateError
                self._take_over(data, self._contents(present))
                self._write(data, self._standing())
        self._loaded = deepcopy(data)

    def _begin(self, data: dict[str, Any]) -> None:
        now = clock.wall()
        person = self._person_of(data)
        row = Session(
            session_key=cast(str, self.session_key),
            session_data=self.encode(data),
            expire_date=limits_of(person).ends_at(now, now),
            person=person,
            started_at=now,
            seen_at=now,
            browser=browser_in_words(origin().agent),
            address=origin().address,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            if not self.exists(row.session_key):
                raise  # Another key would not help, and asking for one would never end.
            raise CreateError from None
        self.row = row

    def _write(self, data: dict[str, Any], standing: QuerySet[Session]) -> int:
        """Write one row if it is among these; says how many it were. Whoever signs in begins to be signed in now."""
        now, person = clock.wall(), self._person_of(data)
        began = self.row.started_at if self.row and self.row.person_id == (person.pk if person else None) else now
        written = {
            "session_data": self.encode(data),
            "expire_date": limits_of(person).ends_at(began, now),
            "person": person,
            "started_at": began,
            "seen_at": now,
            "browser": browser_in_words(origin().agent),
            "address": origin().address,
        }
        found = standing.update(**written)
        if found:
            self.row = Session(session_key=cast(str, self.session_key), **written)
        return found

    def _take_over(self, data: dict[str, Any], present: dict[str, Any]) -> None:
        """Put into `data` what another request wrote meanwhile, but for what this one changed itself."""
        for name in {*present, *self._loaded}:
            was, ours = self._loaded.get(name), data.get(name)
            if was == ours:
                if name in present:
                    data[name] = present[name]
                else:
                    data.pop(name, None)

    def _person_of(self, data: dict[str, Any]) -> User | None:
        """Return whose session it becomes. One query when they have just signed in, else none."""
        if SESSION_KEY not in data:
            return None
        key = int(data[SESSION_KEY])
        if self.row and self.row.person_id == key:
            return self.row.person
        return User.objects.filter(pk=key).first()

    def touch(self) -> None:
        """Move the idle end on, at most once a minute: one statement then, none otherwise.

        A session that was ended meanwhile stays ended.
        """
        now = clock.wall()
        if self.row is None or now - self.row.seen_at < TOUCH_EVERY:
            return
        ends_at = self.limits.ends_at(self.row.started_at, now)
        if self._standing().update(seen_at=now, expire_date=ends_at, address=origin().address):
            self.row.seen_at, self.row.expire_date = now, ends_at

    def cycle_key(self) -> None:
        """Go on under a new key, the row with it: since when it stands stays true, and the old key is nobody's."""
        data, old = self._get_session(), self.session_key  # type: ignore[attr-defined]  # as above
        if old is None:
            self.create()
            self._session_cache = data
            return
        new = self._get_new_session_key()  # type: ignore[attr-defined]  # the stubs leave it out
        if not self._standing().update(session_key=new):
            raise UpdateError
        self._session_key = new
        self.modified = True

    def delete(self, session_key: str | None = None) -> None:
        """End it: of a person's, the row stays as one that is over, without what it held."""
        key = session_key or self.session_key
        if not key:
            return
        rows = Session.objects.filter(session_key=key)
        end(rows.filter(person__isnull=False))
        rows.filter(person=None).delete()
        self.row = None

    @classmethod
    def clear_expired(cls) -> None:
        """Leave what is over to the purge, which keeps it as long as it is told to."""

    def _standing(self) -> QuerySet[Session]:
        """Match this session's row while it is not over."""
        return Session.objects.filter(session_key=self.session_key, expire_date__gt=clock.wall())


def _is_over(row: Session) -> bool:
    """Say whether a session is over, by its own end or by limits and a seat that changed without a door."""
    now = clock.wall()
    if row.person and not row.person.is_seated(clock.day_of(now)):
        return True
    return min(row.expire_date, limits_of(row.person).ends_at(row.started_at, row.seen_at)) <= now


def end(rows: QuerySet[Session]) -> int:
    """End those of these sessions that stand, for good; returns how many. One query."""
    now = clock.wall()
    return rows.filter(expire_date__gt=now).update(expire_date=now, session_data="")


def session_of(request: HttpRequest) -> SessionStore:
    """Return the session; the settings name our engine."""
    return cast(SessionStore, request.session)
