"""Which acts does a page offer this person?"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from esc_tracker.accounts.models import User
from esc_tracker.reader import Reader
from milestones.models import Milestone, StatusUpdate
from milestones.permissions import speakers, why_not_decide, why_not_note, why_not_propose, why_not_update
from milestones.workflow import OPEN, UPDATABLE, Move, Status


@dataclass(frozen=True)
class Offer:
    """One act: what its link or button says, and where it leads."""

    label: str
    url: str


@dataclass(frozen=True)
class OfferedActs:
    """What this person may do on this milestone: buttons, then links, and one sentence where there is no button."""

    main: tuple[Offer, ...] = ()
    more: tuple[Offer, ...] = ()
    why_not: str = ""


def offered_acts(user: User, reader: Reader, milestone: Milestone, *, reporter: str | None = None) -> OfferedActs:
    """Return the acts that a page offers; needs `milestone.responsible` and its annotations. No query.

    `reporter` is the agency whose report of completion waits. What waits for an answer (a completion, a request, a
    question) is offered where it is shown.
    """
    if reader.as_of and reader.sees_internal:
        return OfferedActs(why_not=why_not_then(reader))
    if not reader.may_act:
        return OfferedActs()
    no_update = why_not_update(user, milestone.status, milestone.responsible)
    main = tuple(_words(milestone) if not no_update else _entering(reader, milestone))
    return OfferedActs(
        main=main,
        more=tuple(_beside(user, reader, milestone, no_update, reporter)),
        why_not="" if main else no_update,
    )


def offer(label: str, name: str, milestone: Milestone, query: str = "") -> Offer:
    """Offer an act of this floor on a milestone by the name of its page."""
    return Offer(label, f"{reverse(f'milestones:{name}', args=[milestone.code])}{query}")


def _words(milestone: Milestone) -> Iterable[Offer]:
    """Offer what the agency that speaks for it does."""
    yield offer("Post an update", "update", milestone)
    if milestone.status in OPEN:
        yield offer("Report complete", "update", milestone, f"?status={Status.REPORTED_COMPLETE.value}")


def _entering(reader: Reader, milestone: Milestone) -> Iterable[Offer]:
    """Offer PLCY to enter what an agency that speaks for it sent."""
    if reader.is_plcy and milestone.status in UPDATABLE:
        for held in speakers(milestone.responsible):
            if held.agency_id != reader.agency:
                yield check_in_offer(f"Enter {held.agency.name}’s answer", milestone, held.agency_id)


def check_in_offer(label: str, milestone: Milestone, agency: str) -> Offer:
    """Offer PLCY a milestone's row in an agency's check-in."""
    return Offer(label, f"{reverse('milestones:check_in')}?for_agency={agency}#{milestone.code}")


def _beside(user: User, reader: Reader, milestone: Milestone, no_update: str, reporter: str | None) -> Iterable[Offer]:
    """Offer what is done more rarely."""
    if not no_update and milestone.status in OPEN:
        yield offer("Ask for a new target", "revise", milestone)
    if not no_update and milestone.status == Status.REPORTED_COMPLETE and reporter == reader.agency:
        yield offer("Take the report back", "update", milestone, f"?status={Status.IN_PROGRESS.value}")
    if no_update and not why_not_note(user, milestone.responsible):
        yield offer("Add a note", "update", milestone)
    if not why_not_propose(user, milestone.responsible):
        yield offer("Write the text for COAC", "summary", milestone)
    if reader.is_plcy:
        for held in speakers(milestone.responsible) if milestone.status in OPEN else ():
            if held.agency_id != reader.agency:
                query = f"?for_agency={held.agency_id}"
                yield offer(f"Enter {held.agency.name}’s request for a new target", "revise", milestone, query)
        if milestone.status != Status.WITHDRAWN:
            yield Offer("Name an agency", f"{reverse('milestones:assign')}?milestone={milestone.code}")
            for held in milestone.responsible:
                path = reverse("milestones:end_part", args=[milestone.code, held.agency_id])
                yield Offer(f"End {held.agency.name}’s part", path)
        if not why_not_decide(user, Move.REOPEN, milestone.status, reported_by_id=None):
            yield offer("Reopen it", "reopen", milestone)
        if not why_not_decide(user, Move.WITHDRAW, milestone.status, reported_by_id=None):
            yield offer("Withdraw it", "withdraw", milestone)


def why_not_then(reader: Reader) -> str:
    """Say why nothing can be done by one who looks at an earlier day; "" when they look at the present."""
    if reader.as_of is None:
        return ""
    day = f"{reader.as_of:%b} {reader.as_of.day}, {reader.as_of.year}"
    return f"You are looking at the record as of {day}; nothing can be changed here."


def last_report(milestone: Milestone) -> StatusUpdate | None:
    """Return the act that last reported a milestone complete, agency and person fetched. One query."""
    reports = StatusUpdate.objects.filter(milestone=milestone, move=Move.REPORT)
    return reports.select_related("agency", "by").order_by("-version").first()
