"""How do pages show who is called, and what has no contact?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch

from esc_tracker import clock
from esc_tracker.accounts.models import Agency, User, seated
from esc_tracker.numbers import counted, opening
from esc_tracker.reader import Reader
from milestones.models import Contact, Milestone, Person, Responsibility
from milestones.people.contacts import Part, contacts_of, is_away, is_reachable
from milestones.querysets import MilestoneQuerySet
from milestones.telling import say_day
from milestones.workflow import UPDATABLE, values

PARTS = (Part.CONTACT, Part.ALTERNATE, Part.PRINCIPAL)


@dataclass(frozen=True)
class Named:
    """One person in one part, and what to know before one calls: away, account closed; "" for nothing."""

    label: str
    person: Person
    note: str
    reachable: bool


@dataclass(frozen=True)
class AgencyContacts:
    """Who is called for one agency about one milestone."""

    code: str
    name: str
    people: tuple[Named, ...]


@dataclass(frozen=True)
class Line:
    """One milestone in which an agency has a part, with who stands for it, one place for each part."""

    milestone: Milestone
    held: Responsibility
    named: tuple[Named | None, ...]

    @property
    def has_contact(self) -> bool:
        """Say whether mail about it reaches somebody who was named for it."""
        return any(each and each.reachable for each in self.named[:2])


@dataclass(frozen=True)
class Listed:
    """One of an agency's people, what they are for which milestones, and a note as in `Named`."""

    person: Person
    parts: tuple[tuple[str, str], ...]
    note: str


def contact_lines(responsible: Sequence[Responsibility], reader: Reader) -> list[AgencyContacts]:
    """Return who is called for each agency responsible, in their order; [] for who may not know. One query."""
    if not reader.sees_internal:
        return []
    found = contacts_of(responsible, reader.moment)
    return [
        AgencyContacts(
            code=held.agency_id,
            name=str(held.agency),
            people=tuple(each for each in _in_order(found.get(held.pk, {}), reader) if each),
        )
        for held in responsible
    ]


def lines_of(agency: Agency, reader: Reader) -> list[Line]:
    """Return the milestones in which an agency has a part, without a contact first, then in plan order. Three queries.

    Completed and withdrawn ones are left out: nobody is called about them any more.
    """
    held = Responsibility.objects.in_force(reader.moment).filter(agency=agency).select_related("agency")
    rows: MilestoneQuerySet = Milestone.objects.visible_to(reader)
    rows = rows.filter(Exists(held.filter(milestone=OuterRef("pk"))), status__in=values(UPDATABLE))
    rows = rows.order_by("action_id", "position").prefetch_related(Prefetch("responsibilities", held, "ours"))
    ours = [(row, row.ours[0]) for row in rows]
    found = contacts_of([each for _, each in ours], reader.moment)
    lines = [Line(row, each, _in_order(found.get(each.pk, {}), reader)) for row, each in ours]
    return sorted(lines, key=lambda line: line.has_contact)


def in_words(agency: Agency, lines: Sequence[Line]) -> str:
    """Say how many of an agency's milestones have no contact: "Three of the ten milestones … have no contact."."""
    if not lines:
        return f"{agency} has a part in no milestone that is still to be completed."
    without = sum(not line.has_contact for line in lines)
    if len(lines) == 1:
        has = "has no contact" if without else "has a contact"
        return f"The one milestone in which {agency} has a part {has}."
    if not without:
        return f"Each of the {counted(len(lines))} milestones in which {agency} has a part has a contact."
    have = "has" if without == 1 else "have"
    return f"{opening(without)} of the {counted(len(lines))} milestones in which {agency} has a part {have} no contact."


def people_of(agency: Agency, lines: Sequence[Line], reader: Reader) -> list[Listed]:
    """Return an agency's people by name with what they are for; of an earlier day those who stood for something then.

    One query.
    """
    parts: dict[int, dict[str, list[str]]] = {}
    for line in sorted(lines, key=lambda line: (line.milestone.action_id, line.milestone.position)):
        for each in line.named:
            if each:
                parts.setdefault(each.person.pk, {}).setdefault(each.label, []).append(line.milestone.code)
    rows = Person.objects.filter(agency=agency).select_related("seat").order_by("name", "pk")
    if reader.moment is not None:
        rows = rows.filter(pk__in=parts)
    return [
        Listed(
            person=row,
            parts=tuple((label, ", ".join(codes)) for label, codes in parts.get(row.pk, {}).items()),
            note=_note(row, reader),
        )
        for row in rows
    ]


def seats_without_person(agency: Agency) -> list[User]:
    """Return who has a seat for an agency and is none of its people yet. One query."""
    known = Person.objects.filter(agency=agency, seat__isnull=False).values("seat")
    return list(User.objects.filter(seated(clock.real_day()), agency=agency).exclude(pk__in=known))


def _in_order(found: dict[str, Contact], reader: Reader) -> tuple[Named | None, ...]:
    now = clock.real_day()
    return tuple(
        Named(part.label, row.person, _note(row.person, reader), is_reachable(row, now))
        if (row := found.get(part))
        else None
        for part in PARTS
    )


def _note(person: Person, reader: Reader) -> str:
    """Say what to know before one calls; of an earlier day nothing is known."""
    if reader.moment is not None:
        return ""
    now: date = clock.real_day()
    if person.seat and not person.seat.is_active:
        return "account closed"
    if person.seat and person.seat.access_ends_on and not person.seat.is_seated(now):
        return f"access ended on {say_day(person.seat.access_ends_on)}"
    if person.away_until and is_away(person, reader.today):
        return f"away until {say_day(person.away_until)}"
    return ""
