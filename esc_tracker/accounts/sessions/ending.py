"""What ends a person's sessions?"""

from esc_tracker.accounts.models import Session, User
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event


def end_sessions_of(person: User, why: str) -> int:
    """End every session of a person, in the transaction of the caller; returns how many. Two queries."""
    ended, _ = Session.objects.filter(person=person).delete()
    if ended:
        note_event(Kind.SESSION_ENDED, person=None, about=person.name, holder=person.pk, why=why, sessions=ended)
    return ended
