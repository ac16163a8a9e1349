"""What happens when an administrator gives a person a seat, changes or closes it?

An account is no part of the record of milestones: each change is a line in the security log, not an act, written in the
transaction of the change, and ends the person's sessions.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from esc_tracker import clock
from esc_tracker.accounts.links.asking import end_links, invite, why_not_invite
from esc_tracker.accounts.models import PassphraseLink, Role, User, seated
from esc_tracker.accounts.sessions.ending import end_sessions_of
from esc_tracker.refusals import Incomplete, demand
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event

OWN = "You cannot change your own role or seat; another administrator does."
LAST = "This is the last administrator; seat another one first."
GIVEN = ("role", "agency", "is_active", "access_ends_on", "sees_journal")  # what may not be changed by its holder
NOTED = (*GIVEN, "email")
CHANGEABLE = ("name", *NOTED)


def why_not_keep_accounts(user: User) -> str:
    """Say why this person may not give or change seats; "" when they may. No query."""
    may = user.is_administrator and user.is_seated(clock.real_day())
    return "" if may else "Only an administrator gives and changes seats."


def add_seat(person: User, *, by: User | None) -> User:
    """Save a new person, without a passphrase, and have them invited. `by` is None at the terminal.

    Raises NotAllowed or, for an address that has a seat, Incomplete; with nothing written.
    """
    with transaction.atomic():
        if by is not None:
            demand(why_not_keep_accounts(User.objects.get(pk=by.pk)))
        if User.objects.filter(email__iexact=person.email).exists():
            raise Incomplete({"email": "There is a person with this address already."})
        person.set_unusable_password()
        person.save(force_insert=True)
        note_seat(person, by=by, before={}, why="added")
        invite(person, by=by, moment=clock.wall())
    return person


def invite_administrator(wanted: User) -> PassphraseLink:
    """Seat an administrator from the terminal, or invite anew whoever is one already; returns the invitation.

    Raises Incomplete when the address is somebody else's, with nothing written.
    """
    with transaction.atomic():
        person = User.objects.filter(email__iexact=wanted.email).first()
        if person is None:
            add_seat(wanted, by=None)
            return PassphraseLink.objects.filter(person=wanted).latest("pk")
        if why_not_keep_accounts(person):
            raise Incomplete({"email": "This address belongs to a person who is no administrator."})
        return invite(person, by=None, moment=clock.wall())


def change_seat(person: User, *, by: User, wanted: Mapping[str, Any]) -> User:
    """Change what is `wanted` of CHANGEABLE (`agency` an Agency or None); what stands so already changes nothing.

    What is noted ends the person's sessions; another address or a closed seat ends their links as well. Raises
    NotAllowed or Incomplete, with nothing written.
    """
    if unknown := wanted.keys() - set(CHANGEABLE):
        raise ValueError(f"No part of a seat: {', '.join(sorted(unknown))}.")
    with transaction.atomic():
        _lock_administrators()  # of two who close each other, the second is none any more
        demand(why_not_keep_accounts(User.objects.get(pk=by.pk)))
        row = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        before, leads = seat_facts(row), not why_not_keep_accounts(row)
        changed = {name for name, value in wanted.items() if getattr(row, name) != value}
        if not changed:
            return row
        demand(OWN if row.pk == by.pk and changed & set(GIVEN) else "")
        for name in changed:
            setattr(row, name, wanted[name])
        if leads and why_not_keep_accounts(row):
            demand(_why_not_last(row))
        row.save(update_fields=sorted(changed))
        if changed & set(NOTED):
            note_seat(row, by=by, before=before, email_changed="email" in changed)
            end_sessions_of(row, "seat changed")
        if "email" in changed or not row.is_seated(clock.real_day()):
            end_links(row, clock.wall())
    return row


def send_invitation(person: User, *, by: User) -> PassphraseLink:
    """Have a new invitation sent; the links before it end. Raises NotAllowed, with nothing written."""
    with transaction.atomic():
        row = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        demand(why_not_keep_accounts(User.objects.get(pk=by.pk)) or why_not_invite(by, row))
        return invite(row, by=by, moment=clock.wall())


def close_unused(now: datetime) -> list[User]:
    """Close the seats that nobody used for INACTIVE_DAYS days, counted from the last sign-in, invitation or seating.

    Never the last administrator's. Without the setting nothing is closed. Two queries, and five for each seat closed.
    """
    if settings.INACTIVE_DAYS is None:
        return []
    limit, closed = now - timedelta(days=settings.INACTIVE_DAYS), []
    with transaction.atomic():
        _lock_administrators()
        people = User.objects.filter(seated(clock.day_of(now))).order_by("pk")
        for person in [each for each in people if _last_used(each) < limit]:
            if person.role == Role.ADMINISTRATOR and _why_not_last(person):
                continue
            before = seat_facts(person)
            person.is_active = False
            person.save(update_fields=["is_active"])
            note_seat(person, by=None, before=before, why=f"unused for {settings.INACTIVE_DAYS} days")
            end_sessions_of(person, "seat unused")
            end_links(person, now)
            closed.append(person)
    return closed


def note_seat(person: User, *, by: User | None, before: dict[str, Any], **more: Any) -> None:
    """Write the line of one changed seat: what it was and is, and never an address. One query."""
    note_event(
        Kind.SEAT, person=by, about=person.name, holder=person.pk, before=before, after=seat_facts(person), **more
    )


def seat_facts(person: User) -> dict[str, Any]:
    """Return what is noted of a seat; no query, no address."""
    ends: date | None = person.access_ends_on
    return {
        "role": str(person.role),
        "agency": person.agency_id,
        "is_active": person.is_active,
        "access_ends_on": ends.isoformat() if ends else None,
        "sees_journal": person.sees_journal,
    }


def _last_used(person: User) -> datetime:
    invited = PassphraseLink.objects.filter(person=person, purpose=PassphraseLink.Purpose.INVITATION)
    asked_at = invited.order_by("-asked_at").values_list("asked_at", flat=True).first()
    return max(moment for moment in (person.last_login, person.joined_at, asked_at) if moment)


def _lock_administrators() -> None:
    """Wait until nobody else is changing administrators. SQLite took its write lock when the transaction began."""
    list(User.objects.select_for_update().filter(role=Role.ADMINISTRATOR).order_by("pk").values_list("pk"))


def _why_not_last(person: User) -> str:
    """Say why this administrator's seat may not end: nobody else could give seats. One query."""
    others = User.objects.filter(seated(clock.real_day()), role=Role.ADMINISTRATOR).exclude(pk=person.pk)
    return "" if others.exists() else LAST
