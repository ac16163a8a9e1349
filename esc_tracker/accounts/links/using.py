"""Does a link still work, and what happens when it is used?

Looking at it changes nothing, since mail programs look at links before people do; choosing a passphrase uses it up.
"""

from django.db import transaction
from django.db.models import QuerySet
from django.views.decorators.debug import sensitive_variables

from esc_tracker import clock
from esc_tracker.accounts.links.asking import end_links
from esc_tracker.accounts.models import PassphraseLink, User, seated
from esc_tracker.accounts.sessions.ending import end_sessions_of
from esc_tracker.accounts.signin.passphrases import choose_passphrase
from esc_tracker.refusals import NotAllowed
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event

OVER = "This link has been used or has run out."


def person_of(digest: str) -> User | None:
    """Return who may choose a passphrase by the link with this digest, None when nobody may (any more). One query."""
    link = _good().filter(digest=digest).select_related("person").first() if digest else None
    return link.person if link else None


@sensitive_variables()
def choose(digest: str, passphrase: str) -> User:
    """Give the person the passphrase they chose, use the link up, and end every other link and session of theirs.

    The form has checked the passphrase. Two at once: one wins. Raises NotAllowed, with nothing written.
    """
    with transaction.atomic():
        link = _good().filter(digest=digest).select_related("person").first() if digest else None
        now = clock.wall()
        # Columns of this row only: of a join, PostgreSQL would not look again after waiting for the other one.
        mine = PassphraseLink.objects.filter(digest=digest, used_at=None, expires_at__gt=now)
        if link is None or link.person is None or not mine.update(used_at=now):
            raise NotAllowed(OVER)
        person = link.person
        end_links(person, now)
        choose_passphrase(person, passphrase)
        note_event(Kind.LINK, person=person, about=person.name, what=f"{link.purpose} used", link=link.pk)
        end_sessions_of(person, "passphrase chosen by a link")
    return person


def _good() -> QuerySet[PassphraseLink]:
    """Return the links that work now."""
    now = clock.wall()
    return PassphraseLink.objects.filter(
        seated(clock.day_of(now), prefix="person__"), used_at=None, expires_at__gt=now
    ).exclude(digest="")
