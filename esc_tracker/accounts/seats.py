"""What happens when the chair's office nominates a person, and an administrator seats or declines them?

A nomination is an act of the chair's office on the record, and what became of it an act of an administrator, who
cannot change what it says.
"""

from datetime import date, datetime, timedelta
from typing import Any

from esc_tracker import clock
from esc_tracker.accounts.links.asking import invite
from esc_tracker.accounts.models import PLCY, Agency, Nomination, Role, User, seated
from esc_tracker.accounts.seat_changes import note_seat, seat_facts
from esc_tracker.journal.acts import act
from esc_tracker.plain_text import problem_with_address, problem_with_line
from esc_tracker.refusals import Incomplete, Overtaken, demand

NAME_MAX = 120
EMAIL_MAX = 254
REMARK_MAX = 200
LAST_DAY = date(2100, 12, 31)
State = Nomination.State


def why_not_nominate(user: User) -> str:
    """Say why this person may not nominate anybody; "" when they may. No query."""
    return "" if user.role == Role.PLCY_STAFF else f"Only {PLCY}, the chair’s office, nominates people."


def why_not_seat(user: User, nomination: Nomination) -> str:
    """Say why this person may not seat or decline a nominee; "" when they may. No query."""
    if not user.is_administrator:
        return "Only an administrator seats people."
    if nomination.email.lower() == user.email.lower():
        return "This is you; another administrator decides it."
    return ""


def nominate(
    *, by: User, name: str, email: str, role: str, agency: Agency | None, access_ends_on: date | None = None
) -> Nomination:
    """Ask the administrator to seat a person. The same nomination sent twice is one.

    Raises NotAllowed or Incomplete, with nothing written.
    """
    name, email = name.strip(), email.strip().lower()
    with act("accounts.nominate", by=by, about=name[:60]) as this:
        demand(why_not_nominate(by))
        asked: dict[str, Any] = {"name": name, "role": role, "agency_id": agency.code if agency else None}
        asked["access_ends_on"] = access_ends_on
        problems = _problems_with_person(name, email) | _problems_with_seat(role, agency, access_ends_on)
        waiting = None
        if "email" not in problems:  # No database is asked for what is no address: not each takes every character.
            waiting = Nomination.objects.filter(email__iexact=email, state=State.WAITING).first()
        if waiting and all(getattr(waiting, column) == value for column, value in asked.items()):
            this.changed_nothing()
            return waiting
        if waiting:
            problems["email"] = f"{waiting.name} is nominated at this address already."
        if "email" not in problems and (holder := _holder_of(email)):
            problems["email"] = f"{holder.name} has a seat at this address already."
        if problems:
            raise Incomplete(problems)
        nomination = Nomination.objects.create(email=email, by=by, recorded_at=this.recorded_at, **asked)
        this.after = _facts(nomination)
    return nomination


def seat(nomination: Nomination, *, by: User) -> User:
    """Give a nominee the seat asked for: a new account, or a closed one opened again; and have them invited.

    The same administrator's second try changes nothing. Raises NotAllowed, Incomplete or Overtaken, with nothing
    written.
    """
    with act("accounts.seat", by=by, about=nomination.name[:60]) as this:
        row = _still_waiting(nomination, by, State.SEATED)
        if row is None:
            this.changed_nothing()
            return User.objects.get(email__iexact=nomination.email)
        if holder := _holder_of(row.email):
            raise Incomplete({"email": f"{holder.name} has a seat at this address already; decline the nomination."})
        if row.access_ends_on and row.access_ends_on <= clock.real_day():
            raise Incomplete({"access_ends_on": "The time asked for is over; decline the nomination."})
        closed = User.objects.filter(email__iexact=row.email).first()
        if closed:
            this.before = {"role": closed.role, "agency": closed.agency_id}
        person = closed or User(email=row.email)
        stood = seat_facts(closed) if closed else {}
        person.name, person.role, person.agency = row.name, row.role, row.agency
        person.access_ends_on, person.is_active = row.access_ends_on, True
        person.set_unusable_password()
        person.save()
        _decide(row, State.SEATED, by, this.recorded_at)
        note_seat(person, by=by, before=stood, why="nominated")
        invite(person, by=by, moment=clock.wall())
        this.after = _facts(row)
    return person


def decline(nomination: Nomination, *, by: User, remark: str) -> Nomination:
    """Seat nobody, saying why. The same administrator's second try changes nothing.

    Raises NotAllowed, Incomplete or Overtaken, with nothing written.
    """
    with act("accounts.decline", by=by, about=nomination.name[:60]) as this:
        row = _still_waiting(nomination, by, State.DECLINED)
        if row is None:
            this.changed_nothing()
            return Nomination.objects.get(pk=nomination.pk)
        if problem := problem_with_line(remark, REMARK_MAX, missing="Say why, so that the chair’s office knows."):
            raise Incomplete({"remark": problem})
        row.remark = remark.strip()
        _decide(row, State.DECLINED, by, this.recorded_at)
        this.after = _facts(row) | {"remark": row.remark}
    return row


def problem_with_end(day: date | None, *, first: date) -> str:
    """Say what is wrong with the day on which access ends, "" for a day from `first` to the end of 2100, or none."""
    if day is None or first <= day <= LAST_DAY:
        return ""
    return f"Name a day from {first:%b} {first.day}, {first.year} on, not after {LAST_DAY.year}."


def _still_waiting(nomination: Nomination, by: User, wanted: State) -> Nomination | None:
    """Return the nomination to decide, or None if this very person decided the same before."""
    row = Nomination.objects.select_related("agency", "decided_by").get(pk=nomination.pk)
    demand(why_not_seat(by, row))
    if row.state == State.WAITING:
        return row
    if row.state == wanted and row.decided_by_id == by.pk:
        return None
    raise Overtaken({"nomination": f"{row.name} was {row.get_state_display().lower()} by {row.decided_by} meanwhile."})


def _decide(row: Nomination, state: State, by: User, moment: datetime) -> None:
    row.state, row.decided_by, row.decided_at = state, by, moment
    row.save()


def _holder_of(email: str) -> User | None:
    return User.objects.filter(seated(clock.real_day()), email__iexact=email).first()


def _problems_with_person(name: str, email: str) -> dict[str, str]:
    found = {
        "name": problem_with_line(name, NAME_MAX, missing="Write the name."),
        "email": problem_with_line(email, EMAIL_MAX, missing="Write the e-mail address."),
    }
    if not found["email"]:
        found["email"] = problem_with_address(email)
    return {field: problem for field, problem in found.items() if problem}


def _problems_with_seat(role: str, agency: Agency | None, access_ends_on: date | None) -> dict[str, str]:
    code = agency.code if agency else None
    found = {
        "role": "" if role in Role.values else "Choose a role.",
        "agency": _problem_with_agency(role, code),
        "access_ends_on": problem_with_end(access_ends_on, first=clock.real_day() + timedelta(days=1)),
    }
    return {field: problem for field, problem in found.items() if problem}


def _problem_with_agency(role: str, code: str | None) -> str:
    """Say the rule that the database keeps as `user_agency_follows_role`."""
    if role == Role.ESC_MEMBER and code in {None, PLCY}:
        return f"Choose the member’s agency; {PLCY}’s people have the role {Role.PLCY_STAFF.label}."
    if role == Role.PLCY_STAFF and code != PLCY:
        return f"{Role.PLCY_STAFF.label} belong to {PLCY}."
    if role in {Role.READER, Role.COAC_READER, Role.ADMINISTRATOR} and code:
        return "A person of this role belongs to no agency: leave it empty."
    return ""


def _facts(row: Nomination) -> dict[str, Any]:
    """Return what the journal keeps; the address stays in the nomination."""
    ends = row.access_ends_on.isoformat() if row.access_ends_on else None
    return {"name": row.name, "role": row.role, "agency": row.agency_id, "access_ends_on": ends, "state": row.state}
