"""What happens when one person takes over from another?"""

from dataclasses import dataclass
from typing import Any

from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import act
from esc_tracker.refusals import Incomplete, demand
from milestones.models import Contact, DraftRow, Person, Responsibility
from milestones.people.contacts import Part, named
from milestones.people.naming import move_contacts
from milestones.people.permissions import why_not_people
from milestones.querysets import in_force

_WISHES = ("wants_report", "pace")  # of an account: whether the report comes by mail, and when all else does
_RANK = {Part.CONTACT: 0, Part.ALTERNATE: 1, Part.PRINCIPAL: 2}


@dataclass(frozen=True)
class HandedOver:
    """What one hand-over moved: the milestones, by number, how many drafts, and whether wishes for mail went along.

    `drafts_left` are those that stay with the agency, since the successor has no account.
    """

    codes: tuple[str, ...] = ()
    drafts: int = 0
    drafts_left: int = 0
    preferences: bool = False

    def __bool__(self) -> bool:
        """Say whether anything moved."""
        return bool(self.codes or self.drafts or self.preferences)


def hand_over(giver: Person, successor: Person, *, by: User) -> HandedOver:
    """Give everything one person has to another of the same agency, in one act: contacts, drafts, preferences.

    The history keeps the old name: contact rows are closed and opened. Where the successor has a part already, the
    greater of the two stands. Drafts and preferences go from account to account. Again, it changes nothing.
    Raises NotAllowed or Incomplete, with nothing written.
    """
    with act("milestones.hand_over", by=by, about=giver.agency_id) as this:
        demand(why_not_people(by, giver.agency_id))
        people = Person.objects.select_related("seat", "agency").in_bulk([giver.pk, successor.pk])
        giver, successor = people[giver.pk], people[successor.pk]
        if problems := _problems_with_handing_over(giver, successor):
            raise Incomplete(problems)
        to_close, to_open = _moves(giver, successor)
        drafts = DraftRow.objects.filter(saved_by=giver.seat) if giver.seat else DraftRow.objects.none()
        count = drafts.count()
        wishes = _wishes_to_move(giver, successor)
        done = HandedOver(
            codes=tuple(row.responsibility.milestone.code for row in to_close if row.person_id == giver.pk),
            drafts=count if successor.seat else 0,
            drafts_left=0 if successor.seat else count,
            preferences=bool(wishes),
        )
        if not done:
            this.changed_nothing()
            return done
        this.before = {"person": giver.name}
        this.after = {"person": successor.name, "drafts": done.drafts}
        move_contacts(this, by, to_close, to_open)
        if successor.seat:
            drafts.update(saved_by=successor.seat)
        if successor.seat and wishes:
            this.before |= {name: getattr(successor.seat, name) for name in wishes}
            this.after |= wishes
            User.objects.filter(pk=successor.seat.pk).update(**wishes)
    return done


def _problems_with_handing_over(giver: Person, successor: Person) -> dict[str, str]:
    if giver.pk == successor.pk:
        return {"successor": f"{giver.name} cannot hand over to {giver.name}: choose somebody else."}
    if giver.agency_id != successor.agency_id:
        return {"successor": f"{successor.name} belongs to {successor.agency}, {giver.name} to {giver.agency}."}
    if successor.seat and not successor.seat.is_seated(clock.real_day()):
        return {"successor": f"The account of {successor.name} is closed; choose somebody else."}
    return {}


def _moves(giver: Person, successor: Person) -> tuple[list[Contact], list[tuple[Responsibility, Part, Person]]]:
    """Return the rows that end and those that begin; nobody has two parts in one milestone. One query."""
    rows = Contact.objects.filter(named(None), in_force(None, "responsibility__"), person__in=[giver, successor])
    rows = rows.select_related("person", "responsibility__milestone").order_by(
        "responsibility__milestone__action_id", "responsibility__milestone__position", "pk"
    )
    theirs = {row.responsibility_id: row for row in rows if row.person_id == successor.pk}
    to_close: list[Contact] = []
    to_open: list[tuple[Responsibility, Part, Person]] = []
    for row in rows:
        if row.person_id != giver.pk:
            continue
        to_close.append(row)
        has = theirs.get(row.responsibility_id)
        if has is None or _RANK[Part(row.part)] < _RANK[Part(has.part)]:
            to_close += [has] if has else []
            to_open.append((row.responsibility, Part(row.part), successor))
    return to_close, to_open


def _wishes_to_move(giver: Person, successor: Person) -> dict[str, Any]:
    """Return the wishes for mail that go along, by column: those in which the two accounts differ."""
    if giver.seat is None or successor.seat is None:
        return {}
    theirs = {name: getattr(giver.seat, name) for name in _WISHES}
    return {name: wish for name, wish in theirs.items() if wish != getattr(successor.seat, name)}
