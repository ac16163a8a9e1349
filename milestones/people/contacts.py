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
from milestones.querysets import LEAD_OR_JOINT, MilestoneQuerySet
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


class Reach:
    """Whom mail to some agencies reaches on one day: their parts in force, who is named for them, and their seats."""

    def __init__(self, agencies: Collection[str], today: date) -> None:
        """Look it up. Three queries, however many agencies and milestones."""
        now = clock.real_day()
        held = list(
            Responsibility.objects.in_force().filter(agency_id__in=sorted(agencies)).select_related("milestone")
        )
        self._today = today
        self._held: dict[str, dict[str, dict[str, Contact]]] = {}
        for_each = contacts_of(held, None)
        for each in held:
            named_here = {part: row for part, row in for_each.get(each.pk, {}).items() if is_reachable(row, now)}
            self._held.setdefault(each.agency_id, {})[each.milestone.code] = named_here
        self._seats: dict[str, list[str]] = {}
        for code, email in User.objects.filter(seated(now), agency_id__in=sorted(agencies)).values_list(
            "agency_id", "email"
        ):
            self._seats.setdefault(code, []).append(email.lower())

    def seats(self, agency: str) -> list[str]:
        """Return the addresses of everybody with a seat for an agency, sorted. No query."""
        return sorted(self._seats.get(agency, []))

    def addresses(self, agency: str, codes: Collection[str]) -> tuple[list[str], list[str]]:
        """Return `(to, cc)` for these milestones of an agency. No query.

        The contact of the agency's part in each; while the contact is away the alternate, if there is one; the
        principals are `cc`. For a milestone without a contact everybody with a seat. Sorted, no address twice.
        """
        held = [parts for code, parts in self._held.get(agency, {}).items() if code in codes]
        told = [_told(parts, self._today) for parts in held]
        to = {each.person.email.lower() for each in told if each}
        if not held or None in told:
            to |= set(self.seats(agency))
        cc = {parts[Part.PRINCIPAL].person.email.lower() for parts in held if Part.PRINCIPAL in parts}
        return sorted(to), sorted(cc - to)

    def calls(self, address: str, agency: str, code: str) -> bool:
        """Say whether an address is that of the contact or the alternate for an agency's milestone. No query."""
        parts = self._held.get(agency, {}).get(code, {})
        return any(parts[part].person.email.lower() == address for part in REACHED if part in parts)


def mail_addresses(agency_code: str, codes: Collection[str], today: date) -> tuple[list[str], list[str]]:
    """Return `(to, cc)`: whom mail to an agency about these milestones reaches on a day. Three queries (see Reach)."""
    return Reach([agency_code], today).addresses(agency_code, codes)


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
