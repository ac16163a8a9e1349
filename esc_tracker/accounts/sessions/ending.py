"""What ends a person's sessions?"""

from hashlib import sha256

from esc_tracker import clock
from esc_tracker.accounts.models import Session, User
from esc_tracker.accounts.sessions.store import end
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event


def handle_of(session: Session) -> str:
    """Return a name for a session that a page may show: its key opens it, this does not."""
    return sha256(session.session_key.encode()).hexdigest()[:16]


def standing_sessions_of(person: User) -> list[Session]:
    """Return where a person is signed in, last used first. One query."""
    return list(person.sessions.filter(expire_date__gt=clock.wall()).order_by("-seen_at", "-started_at"))


def end_sessions_of(
    person: User, why: str, *, by: User | None = None, but: str | None = None, only: str | None = None
) -> int:
    """End a person's sessions for good, in the transaction of the caller; returns how many stood. One or two queries.

    `by` is who asked for it; `but` is the key of one that stays, `only` that of the one to end.
    """
    rows = Session.objects.filter(person=person)
    if only is not None:
        rows = rows.filter(session_key=only)
    if but is not None:
        rows = rows.exclude(session_key=but)
    ended = end(rows)
    if ended:
        note_event(Kind.SESSION_ENDED, person=by, about=person.name, holder=person.pk, why=why, sessions=ended)
    return ended
