"""How does a test put a person in place, in one line?"""

from typing import Any

from esc_tracker.accounts.models import User
from milestones.models import Contact, Person, Responsibility
from milestones.people.naming import keep_person, name_contact
from tests.factories import make_agency

Part = Contact.Part


def held(code: str, agency: str = "CBP") -> Responsibility:
    """Return an agency's part in a milestone."""
    action, _, position = code.partition(".")
    rows = Responsibility.objects.in_force()
    return rows.get(milestone__action_id=action, milestone__position=position, agency_id=agency)


def keep(name: str, *, by: User, agency: str = "CBP", **more: Any) -> Person:
    """Keep a person whose address follows from the name: "Kim Lee" is kim.lee@agency.example."""
    email = f"{name.lower().replace(' ', '.')}@{agency.lower()}.example"
    details = {"office": "", "phone": "", "email": email} | more
    return keep_person(make_agency(agency), by=by, name=name, **details)


def call(code: str, person: Person | None, *, by: User, part: str = Part.CONTACT, agency: str = "CBP") -> None:
    """Name a person for an agency's part in one milestone; None ends it."""
    name_contact([held(code, agency)], by=by, part=part, person=person)


def standing(code: str, agency: str = "CBP") -> dict[str, str]:
    """Return who stands for an agency's part in a milestone now, `{part: name}`."""
    rows = Contact.objects.filter(responsibility=held(code, agency), until=None)
    return dict(rows.values_list("part", "person__name"))
