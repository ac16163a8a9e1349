"""Who is to be sent a link to choose a passphrase?

Asking writes a row; sending is a job's (`sending`). An address that nobody has gets a row too, never sent: the answer
takes equally long, and says the same.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from esc_tracker import clock
from esc_tracker.accounts.models import PassphraseLink, User, seated
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event

Purpose = PassphraseLink.Purpose
# From wherever they are asked for: nobody fills a person's mailbox by asking from many sources.
RESETS_AT_MOST, WITHIN = 5, timedelta(minutes=15)


def why_not_invite(user: User, person: User) -> str:
    """Say why this person may not send an invitation to that one; "" when they may. No query."""
    if not user.is_administrator:
        return "Only an administrator sends invitations."
    if user.pk == person.pk:
        return "This is you; choose a new passphrase on your own page."
    return "" if person.is_seated(clock.real_day()) else f"{person.name} has no open seat."


def invite(person: User, *, by: User | None, moment: datetime) -> PassphraseLink:
    """Have an invitation sent, in the transaction of the caller; any link the person has ends now. Three queries.

    `by` is None at the terminal, `moment` a real one.
    """
    end_links(person, moment)
    link = PassphraseLink.objects.create(
        person=person, purpose=Purpose.INVITATION, asked_at=moment, asked_by=by, try_at=moment
    )
    note_event(Kind.LINK, person=by, about=person.name, what="invitation asked for", link=link.pk)
    return link


@transaction.atomic
def ask_reset(address: str) -> None:
    """Have a link sent to whoever may sign in by this address, if anybody. Always the same four queries.

    Links sent before stay good until their time is over: asking again and again keeps nobody out.
    """
    now = clock.wall()
    person = User.objects.filter(seated(clock.day_of(now)), email__iexact=address).first()
    asked = PassphraseLink.objects.filter(person=person, purpose=Purpose.RESET, asked_at__gt=now - WITHIN)[
        :RESETS_AT_MOST
    ].count()
    if asked >= RESETS_AT_MOST:
        person = None
    link = PassphraseLink.objects.create(person=person, purpose=Purpose.RESET, asked_at=now, try_at=now)
    note_event(
        Kind.LINK,
        person=None,
        about=person.name if person else "",
        succeeded=person is not None,
        what="reset asked for",
        link=link.pk,
    )


def end_links(person: User, moment: datetime) -> None:
    """Let no link of a person work from now on, nor one that waits be sent. Two queries."""
    links = PassphraseLink.objects.filter(person=person, used_at=None)
    links.filter(sent_at=None).update(used_at=moment)
    links.filter(Q(expires_at=None) | Q(expires_at__gt=moment)).update(expires_at=moment)
