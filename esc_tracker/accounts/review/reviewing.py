"""What happens when somebody says, once a year, who still needs their seat?

Due from January 1 by the real clock. A member says it of their agency's people, PLCY of everybody, nobody of themself;
an administrator sees it and closes the seats.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Exists, OuterRef, QuerySet

from esc_tracker import clock
from esc_tracker.accounts.models import PLCY, Nomination, Role, SeatReview, User, seated
from esc_tracker.journal.acts import act
from esc_tracker.refusals import Incomplete, Overtaken, demand

NO_AGENCY = "Readers and administrators"
_SAID = {True: "still needed", False: "no longer needed", None: "not reviewed"}


@dataclass(frozen=True)
class Seat:
    """One seat as the review shows it; `said` is this year's answer, `why_not` why this reader does not give it."""

    person: User
    asked_by: str
    said: SeatReview | None
    why_not: str


@dataclass(frozen=True)
class Group:
    """The seats of one agency, or of nobody's agency; `reviewed` of them have an answer."""

    name: str
    seats: list[Seat]
    reviewed: int


def why_not_see_review(user: User) -> str:
    """Say why this person may not see the review; "" when they may. No query."""
    may = user.role in {Role.ESC_MEMBER, Role.PLCY_STAFF, Role.ADMINISTRATOR}
    return "" if may else f"The review of seats is for ESC members, {PLCY} and administrators."


def why_not_review(user: User, person: User) -> str:
    """Say why this person may not say whether that one's seat is needed; "" when they may. No query."""
    if user.role not in {Role.ESC_MEMBER, Role.PLCY_STAFF}:
        return f"Members and {PLCY} review seats."
    if user.pk == person.pk:
        return (
            f"This is you; a colleague or {PLCY} says it." if user.role == Role.ESC_MEMBER else "A colleague says it."
        )
    if user.role == Role.ESC_MEMBER and user.agency_id != person.agency_id:
        return "You review the seats of your own agency."
    return ""


def unreviewed(day: date) -> QuerySet[User]:
    """Return the people whose seat has no answer in the year of a real day. No query yet."""
    answers = SeatReview.objects.filter(year=day.year, person=OuterRef("pk"))
    return User.objects.filter(~Exists(answers), seated(day))


def groups_for(user: User, day: date) -> list[Group]:
    """Return the seats this person sees on a real day, by agency. Three queries. Raises NotAllowed."""
    demand(why_not_see_review(user))
    people = User.objects.filter(seated(day)).select_related("agency")
    if user.role == Role.ESC_MEMBER:
        people = people.filter(agency=user.agency_id)
    found = sorted(people, key=lambda each: (each.agency is None, *_place(each), each.name, each.pk))
    said = {row.person_id: row for row in SeatReview.objects.filter(year=day.year).select_related("by")}
    asked = Nomination.objects.filter(state=Nomination.State.SEATED).select_related("by").order_by("decided_at", "pk")
    by = {row.email.lower(): row.by.name for row in asked}
    groups = []
    for name, held in groupby(found, key=lambda each: each.agency.name if each.agency else NO_AGENCY):
        seats = [
            Seat(each, by.get(each.email.lower(), "an administrator"), said.get(each.pk), why_not_review(user, each))
            for each in held
        ]
        groups.append(Group(name, seats, sum(seat.said is not None for seat in seats)))
    return groups


def review_seats(answers: Mapping[int, bool], *, seen: Mapping[int, bool | None], by: User) -> int:
    """Keep what is said of seats in this real year, by person's key; returns how many answers are new.

    `seen` is the answer that stood when the page was drawn: one given by somebody else meanwhile is not written over.
    The same answers sent twice are kept once. Raises NotAllowed, Incomplete or Overtaken, with nothing written.
    """
    day = clock.real_day()
    with act("accounts.review_seats", by=by, about=str(day.year)) as this:
        demand(why_not_see_review(by))
        people = User.objects.filter(seated(day), pk__in=answers).in_bulk()
        if answers.keys() - people.keys():
            raise Incomplete({"seats": "A seat ended meanwhile. Load the page again."})
        stood = {row.person_id: row for row in SeatReview.objects.filter(year=day.year, person__in=answers)}
        wanted = {key: needed for key, needed in answers.items() if key not in stood or stood[key].needed != needed}
        for key in sorted(wanted):
            demand(why_not_review(by, people[key]))
            standing = stood[key].needed if key in stood else None
            if standing != seen.get(key):
                raise Overtaken({"seats": f"{people[key].name}’s seat is {_SAID[standing]} by now. Look again."})
        if not wanted:
            this.changed_nothing()
        this.before = {str(key): _SAID[stood[key].needed] for key in sorted(wanted) if key in stood}
        this.after = {str(key): _SAID[needed] for key, needed in sorted(wanted.items())}
        for key, needed in wanted.items():
            row = stood.get(key) or SeatReview(year=day.year, person=people[key])
            row.needed, row.by, row.recorded_at = needed, by, this.recorded_at
            row.save()
    return len(wanted)


def _place(person: User) -> tuple[int, str]:
    return (person.agency.sort_order, person.agency.code) if person.agency else (0, "")
