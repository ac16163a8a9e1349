"""What happens when an agency says who is called about its milestones?"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Max, Q, QuerySet

from actions.target_dates import LAST_YEAR
from esc_tracker import clock
from esc_tracker.accounts.models import Agency, Role, User
from esc_tracker.journal.acts import Act, act
from esc_tracker.plain_text import problem_with_address, problem_with_line
from esc_tracker.refusals import Incomplete, Overtaken, demand
from milestones.models import Contact, Person, Responsibility
from milestones.people.contacts import Part, contacts_of
from milestones.people.permissions import why_not_people, why_not_send_report

NAME_MAX = 120
PHONE_MAX = 40
EMAIL_MAX = 254
LOOK_AGAIN = "Look again, and save again."


def keep_person(
    agency: Agency,
    *,
    by: User,
    name: str,
    office: str,
    email: str,
    phone: str,
    seat: User | None = None,
    gets_report: bool | None = None,
    person: Person | None = None,
    seen: str | None = None,
) -> Person:
    """Add a person to an agency's people, or correct `person`'s details; with or without a seat in the tracker.

    `gets_report` has the weekly report sent to one without a seat, as PLCY decides; None leaves that alone, but it ends
    where the person gets a seat, or somebody else than PLCY changes the address PLCY ticked.
    `seen` is `seal_of(person)` as the form showed them. The same details sent again change nothing.
    Raises NotAllowed, Incomplete or Overtaken, with nothing written.
    """
    with act("milestones.keep_person", by=by, about=agency.code) as this:
        demand(why_not_people(by, agency.code))
        details: dict[str, object] = {
            "name": name.strip(),
            "office": office.strip(),
            "email": email.strip().lower(),
            "phone": phone.strip(),
            "seat_id": seat.pk if seat else None,
        }
        people = Person.objects.filter(agency=agency)
        known = people.filter(pk=person.pk).first() if person else _person_at(people, str(details["email"]))
        if person and known is None:
            raise Incomplete({"person": f"{person.name} is not one of {agency}’s people."})
        details["gets_report"] = _gets_report(known, details, gets_report, by)
        if known and _details(known) == details:
            this.changed_nothing()
            return known
        others = people.exclude(pk=person.pk) if person else people
        if problems := _problems_with_person(agency, details, seat, known if person else None, others):
            raise Incomplete(problems)
        if known and seen is not None and seal_of(known) != seen:
            raise Overtaken(
                {"name": f"{known.name} was changed since you opened this page. Look again, and save again."}
            )
        kept = known or Person(agency=agency)
        this.before = _as_facts(known) if known else {}
        for column, value in details.items():
            setattr(kept, column, value)
        kept.save()
        this.after = _as_facts(kept)
    return kept


def set_away(person: Person, *, by: User, away_until: date | None) -> Person:
    """Say until which day, that day included, a person is away and mail goes to the alternate; None: they are back.

    Raises NotAllowed or Incomplete, with nothing written.
    """
    with act("milestones.set_away", by=by, about=person.agency_id) as this:
        demand(why_not_people(by, person.agency_id))
        kept = Person.objects.get(pk=person.pk)
        today = clock.day_of(this.recorded_at)
        if kept.away_until == away_until:
            this.changed_nothing()
            return kept
        if away_until is not None and not today <= away_until <= date(LAST_YEAR, 12, 31):
            raise Incomplete({"away_until": f"Name a day from today on, not after {LAST_YEAR}."})
        this.before = {"person": kept.name, "away_until": _iso(kept.away_until)}
        this.after = {"person": kept.name, "away_until": _iso(away_until)}
        kept.away_until = away_until
        kept.save(update_fields=["away_until"])
    return kept


def name_contact(
    responsibilities: Sequence[Responsibility],
    *,
    by: User,
    part: str,
    person: Person | None,
    seen: datetime | None = None,
) -> list[Contact]:
    """Name a person contact, alternate or principal for one agency's parts in these milestones; None ends it.

    A person has one part in each: the new one replaces it. Rows are closed, never changed. `seen` is `last_change_of`
    the agency as the form showed it. Returns the rows opened; what stands already is left alone.
    Raises NotAllowed, Incomplete or Overtaken, with nothing written.
    """
    codes = [each.milestone.code for each in responsibilities]
    with act("milestones.name_contact", by=by, about=", ".join(codes)[:60]) as this:
        agency = _one_agency(responsibilities)
        demand(why_not_people(by, agency.code))
        person = Person.objects.select_related("seat").get(pk=person.pk) if person else None
        held = list(
            Responsibility.objects.in_force()
            .filter(pk__in=[each.pk for each in responsibilities])
            .select_related("milestone")
            .order_by("milestone__action_id", "milestone__position")
        )
        if problems := _problems_with_naming(agency, part, person, held, codes):
            raise Incomplete(problems)
        stands = contacts_of(held, None)
        to_open, to_close = _changes(held, stands, Part(part), person)
        if not to_open and not to_close:
            this.changed_nothing()
            return []
        _demand_nothing_changed(held, part, seen)
        return move_contacts(this, by, to_close, [(each, Part(part), person) for each in to_open if person])


def move_contacts(
    this: Act, by: User, to_close: Sequence[Contact], to_open: Sequence[tuple[Responsibility, Part, Person]]
) -> list[Contact]:
    """Inside an act: end what stood and begin what stands from now on, and tell the journal. Two queries."""
    Contact.objects.filter(pk__in=[each.pk for each in to_close], until=None).update(until=this.recorded_at)
    opened = [
        Contact(responsibility=held, person=person, part=part, by=by, named_at=this.recorded_at)
        for held, part, person in to_open
    ]
    Contact.objects.bulk_create(opened)
    this.before |= {
        "contacts": [[each.responsibility.milestone.code, each.part, each.person.name] for each in to_close]
    }
    this.after |= {"contacts": [[held.milestone.code, part, person.name] for held, part, person in to_open]}
    return opened


def seal_of(person: Person) -> str:
    """Return what a form remembers of a person's details, to see whether they were changed meanwhile."""
    return hashlib.sha256(json.dumps(_details(person), sort_keys=True).encode()).hexdigest()[:16]


def last_change_of(agency_code: str) -> datetime | None:
    """Return when an agency's contacts were last changed, None if none was ever named. One query."""
    rows = Contact.objects.filter(responsibility__agency_id=agency_code)
    found = rows.aggregate(named=Max("named_at"), ended=Max("until"))
    return max((moment for moment in found.values() if moment), default=None)


# --- A person's details -----------------------------------------------------------------------------------------------


def _details(person: Person) -> dict[str, object]:
    return {name: getattr(person, name) for name in ("name", "office", "email", "phone", "seat_id", "gets_report")}


def _as_facts(person: Person) -> dict[str, object]:
    """Return what the journal keeps of a person; the seat by the name colleagues know."""
    facts = _details(person) | {"seat": person.seat.name if person.seat else None}
    return {name: value for name, value in facts.items() if name != "seat_id"}


def _gets_report(known: Person | None, details: dict[str, object], wish: bool | None, by: User) -> bool:
    """Return whether the weekly report goes there from now on. The tick is PLCY's, for the address PLCY saw."""
    stands = known is not None and known.gets_report
    if wish is not None and wish != stands:
        demand(why_not_send_report(by))
    if wish is not None and by.role == Role.PLCY_STAFF:
        return wish
    same_address = known is not None and known.email == details["email"]
    return stands and details["seat_id"] is None and (same_address or by.role == Role.PLCY_STAFF)


def _problems_with_person(
    agency: Agency, details: dict[str, object], seat: User | None, known: Person | None, others: QuerySet[Person]
) -> dict[str, str]:
    limits = {"name": NAME_MAX, "office": NAME_MAX, "email": EMAIL_MAX, "phone": PHONE_MAX}
    missing = {"name": "Write the name.", "email": "Write the e-mail address."}
    problems = {
        name: problem
        for name, limit in limits.items()
        if (problem := problem_with_line(str(details[name]), limit, missing=missing.get(name, "")))
    }
    if "email" not in problems:
        problems |= _problems_with_email(agency, str(details["email"]), others)
    if seat and (problem := _problem_with_seat(agency, seat, known, others)):
        problems["seat"] = problem
    if seat and details["gets_report"]:
        problems["gets_report"] = f"{seat.name} has an account, and chooses there whether the report comes."
    return problems


def _person_at(people: QuerySet[Person], email: str) -> Person | None:
    """Return who has this address; no database is asked for what is none: not each takes every character."""
    return None if problem_with_address(email) else people.filter(email__iexact=email).first()


def _problems_with_email(agency: Agency, email: str, others: QuerySet[Person]) -> dict[str, str]:
    if problem := problem_with_address(email):
        return {"email": problem}
    if other := _person_at(others, email):
        return {"email": f"{other.name} of {agency} has this address already."}
    return {}


def _problem_with_seat(agency: Agency, seat: User, known: Person | None, others: QuerySet[Person]) -> str:
    if seat.agency_id != agency.code:
        return f"This account is not one of {agency}’s."
    if not seat.is_seated(clock.real_day()) and (known is None or known.seat_id != seat.pk):
        return f"The account of {seat.name} is closed."
    other = others.filter(seat=seat).first()
    return f"This account is that of {other.name} already." if other else ""


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# --- What a person is for a milestone ---------------------------------------------------------------------------------


def _one_agency(responsibilities: Sequence[Responsibility]) -> Agency:
    agencies = {each.agency_id: each.agency for each in responsibilities}
    if not agencies:
        raise Incomplete({"milestones": "Choose at least one milestone."})
    if len(agencies) > 1:
        raise Incomplete({"milestones": "Name contacts for one agency at a time."})
    return next(iter(agencies.values()))


def _problems_with_naming(
    agency: Agency, part: str, person: Person | None, held: Sequence[Responsibility], codes: Sequence[str]
) -> dict[str, str]:
    problems: dict[str, str] = {}
    if part not in Part.values:
        problems["part"] = "Choose contact, alternate or principal in copy."
    if gone := [code for code in codes if code not in {each.milestone.code for each in held}]:
        problems["milestones"] = f"{agency} has no part in milestone {', '.join(gone)} any more."
    if person and person.agency_id != agency.code:
        problems["person"] = f"{person.name} is not one of {agency}’s people."
    elif person and person.seat and not person.seat.is_seated(clock.real_day()):
        problems["person"] = f"The account of {person.name} is closed; name somebody else."
    return problems


def _changes(
    held: Sequence[Responsibility], stands: dict[int, dict[str, Contact]], part: Part, person: Person | None
) -> tuple[list[Responsibility], list[Contact]]:
    """Return where a row is to be opened, and which rows end: who had the part, and what else the person was."""
    to_open: list[Responsibility] = []
    to_close: list[Contact] = []
    for each in held:
        rows = stands.get(each.pk, {})
        had = rows.get(part)
        if had and person and had.person_id == person.pk:
            continue
        if person:
            to_open.append(each)
        to_close += [row for row in rows.values() if row is had or (person and row.person_id == person.pk)]
    return to_open, to_close


def _demand_nothing_changed(held: Sequence[Responsibility], part: str, seen: datetime | None) -> None:
    """Refuse to write over what somebody else wrote since the form was shown."""
    if seen is None:
        return
    later = Contact.objects.filter(Q(named_at__gt=seen) | Q(until__gt=seen), part=part, responsibility__in=held)
    row = later.select_related("responsibility__milestone").order_by("pk").last()
    if row is None:
        return
    now = Contact.objects.filter(responsibility=row.responsibility, part=part, until=None).select_related("person")
    stands = next((each.person.name for each in now), "nobody")
    what = f"The {row.get_part_display().lower()} for {row.responsibility.milestone.code}"
    raise Overtaken({"milestones": f"{what} was changed since you opened this page: now {stands}. {LOOK_AGAIN}"})
