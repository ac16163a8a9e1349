"""Whom does one call about a milestone, and whom does mail reach?

Contacts are kept per responsibility: one agency's part in one milestone. A contact whose account was closed, or whose
time ran out, is no contact any more. Accounts end by the real clock, absences by the day of the record.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from esc_tracker import clock
from esc_tracker.accounts.models import Role, User, seated
from esc_tracker.reader import Reader
from milestones.models import Contact, Milestone, Person, Responsibility
from milestones.querysets import LEAD_OR_JOINT, MilestoneQuerySet, coded
from milestones.workflow import OPEN, UPDATABLE, values

Part = Contact.Part
REACHED = (Part.CONTACT, Part.ALTERNATE)  # who gets the mail; the principal reads a copy


def contacts_of(responsibilities: Iterable[Responsibility], moment: datetime | None) -> dict[int, dict[str, Contact]]:
    """Return `{responsibility id: {part: contact}}` as named before a moment (None: now). One query.

    Each contact comes with its person and the person's seat; a responsibility nobody was named for is left out.
    """
    found: dict[int, dict[str, Contact]] = {}
    rows = Contact.objects.filter(named(moment), responsibility__in=[each.pk for each in responsibilities])
    for row in rows.select_related("person__seat", "responsibility__milestone"):
        found.setdefault(row.responsibility_id, {})[row.part] = row
    return found


def mail_addresses(agency_code: str, codes: Collection[str], today: date) -> tuple[list[str], list[str]]:
    """Return `(to, cc)`: whom mail to an agency about these milestones reaches on a day. Two queries at most.

    The contact of the agency's part in each; while the contact is away the alternate, if there is one; all principals
    in copy. For a milestone without a contact everybody with a seat for the agency. Sorted, no address twice.
    """
    held = list(Responsibility.objects.in_force().filter(coded(codes, "milestone__"), agency_id=agency_code))
    named_for = contacts_of(held, None)
    now = clock.real_day()
    to: set[str] = set()
    cc: set[str] = set()
    all_told = bool(held)
    for each in held:
        parts = {part: row for part, row in named_for.get(each.pk, {}).items() if is_reachable(row, now)}
        told = _told(parts, today)
        all_told = all_told and told is not None
        to |= {told.person.email.lower()} if told else set()
        cc |= {parts[Part.PRINCIPAL].person.email.lower()} if Part.PRINCIPAL in parts else set()
    if not all_told:
        to |= {
            email.lower()
            for email in User.objects.filter(seated(now), agency_id=agency_code).values_list("email", flat=True)
        }
    return sorted(to), sorted(cc - to)


def untold(reader: Reader) -> list[Milestone]:
    """Return the open milestones about which nobody would be told, in plan order. One query.

    No agency leads or shares it, or none of those has a contact or a seat that mail reaches.
    """
    now = clock.real_day()
    named_for = Contact.objects.filter(named(reader.moment), reachable(now), responsibility=OuterRef("pk"))
    seats = User.objects.filter(seated(now), agency=OuterRef("agency"))
    held = Responsibility.objects.in_force(reader.moment).filter(milestone=OuterRef("pk"), part__in=LEAD_OR_JOINT)
    told = held.filter(Exists(named_for.filter(part__in=REACHED)) | Exists(seats))
    rows: MilestoneQuerySet = Milestone.objects.visible_to(reader)
    rows = rows.filter(~Exists(told), status__in=values(OPEN))
    return list(rows.order_by("action_id", "position"))


def left_without_contact(user: User) -> list[str]:
    """Return the milestones, by number, whose only contact or alternate is this person's seat. One query.

    Those are left without a contact when the seat ends, or have none since it ended. Completed and withdrawn
    milestones do not count.
    """
    theirs = Contact.objects.filter(named(None), part__in=REACHED, responsibility=OuterRef("pk"), person__seat=user)
    others = Contact.objects.filter(
        named(None), reachable(clock.real_day()), part__in=REACHED, responsibility=OuterRef("pk")
    )
    others = others.filter(Q(person__seat=None) | ~Q(person__seat=user))
    held = Responsibility.objects.in_force().filter(Exists(theirs), ~Exists(others), milestone=OuterRef("pk"))
    everything = Reader(role=Role.READER, today=clock.today())
    rows: MilestoneQuerySet = Milestone.objects.visible_to(everything)
    rows = rows.filter(Exists(held), status__in=values(UPDATABLE))
    return [row.code for row in rows.order_by("action_id", "position")]


def named(moment: datetime | None) -> Q:
    """Match contacts that stand as of a moment: named before it, and not ended before it (None: now)."""
    if moment is None:
        return Q(until=None)
    return Q(named_at__lt=moment) & (Q(until=None) | Q(until__gte=moment))


def reachable(on: date) -> Q:
    """Match contacts without a seat, or whose seat has not ended by a day of the real clock (twin: `is_reachable`)."""
    return Q(person__seat=None) | seated(on, "person__seat__")


def is_reachable(contact: Contact, on: date) -> bool:
    """Say whether mail still reaches a contact; person and seat fetched."""
    return contact.person.seat is None or contact.person.seat.is_seated(on)


def is_away(person: Person, today: date) -> bool:
    """Say whether a person is away on a day: to the end of the last day they named."""
    return person.away_until is not None and today <= person.away_until


def _told(parts: dict[str, Contact], today: date) -> Contact | None:
    """Return who of the reachable gets the mail: the contact, else, or while they are away, the alternate."""
    found = [parts[part] for part in REACHED if part in parts]
    return next((each for each in found if not is_away(each.person, today)), found[0] if found else None)
