"""What ends the sessions of a person?"""

from django.db import transaction
from django.utils.crypto import salted_hmac

from esc_tracker import clock
from esc_tracker.accounts.models import Session, User
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event


def end_sessions_of(person: User, *, why: str, but: str | None = None, by: User | None = None) -> int:
    """End a person's sessions, but for the one with the key `but`; return how many were still alive.

    Noted when there was one, with `why` in a word or two and whose they were. At most three queries, in the caller's
    transaction.
    """
    with transaction.atomic():
        rows = Session.objects.filter(person=person)
        if but:
            rows = rows.exclude(session_key=but)
        alive = rows.filter(expire_date__gt=clock.wall()).exclude(session_data="").count()
        rows.delete()
        if alive:
            note_event(Kind.SESSION_ENDED, person=by or person, about=str(person), why=why, count=alive)
    return alive


def end_one(person: User, mark: str, *, why: str) -> bool:
    """End the person's own session with this mark; say whether there was one. At most three queries."""
    with transaction.atomic():
        row = next((row for row in Session.objects.filter(person=person) if mark_of(row) == mark), None)
        if row is None or not Session.objects.filter(session_key=row.session_key).delete()[0]:
            return False
        note_event(Kind.SESSION_ENDED, person=person, about=str(person), why=why, count=1)
        return True


def mark_of(row: Session) -> str:
    """Return a name for a session that may stand in a page: its key never does."""
    return salted_hmac("esc_tracker.accounts.sessions", row.session_key).hexdigest()[:20]
