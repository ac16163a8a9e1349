"""What did the person ask to read about one milestone?"""

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Subquery, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from esc_tracker.accounts.guards import why_not_read_journal
from esc_tracker.accounts.models import PLCY, User
from esc_tracker.numbers import opening
from esc_tracker.reader import Reader, reader_of
from milestones.history import (
    Ledgers,
    history_of,
    in_force,
    last_words,
    ledgers_of,
    next_in_words,
    shared_of,
)
from milestones.lateness import UNCONFIRMED, lateness
from milestones.links import link
from milestones.models import Milestone, Responsibility, StatusUpdate
from milestones.offers import Offer, offer, offered_acts
from milestones.people.permissions import why_not_people
from milestones.people.showing import Named, contact_lines
from milestones.permissions import speakers, why_not_ask
from milestones.plan.editions import PlaceInPlan, place_in_plan
from milestones.querysets import MilestoneQuerySet
from milestones.reported import reported_of
from milestones.tables import target_in_words
from milestones.targets.account import targets_of
from milestones.telling import entered_in_words, say_completed
from milestones.views.reading import tell_the_header
from milestones.waits import waits_of
from milestones.workflow import NOT_RELEASED, UPDATABLE, Move, Outcome, Outlook, Status

_WORSE = (None, Outlook.ON_TRACK, Outlook.AT_RISK, Outlook.OFF_TRACK)  # from nothing said to the worst


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One agency's last word: what it says, and beside it whether it has said anything.

    `entered` says that PLCY entered it and from where; `ask` is offered to those who may ask about it.
    """

    agency: str
    said: StatusUpdate | None
    next_step: str
    confirmed: bool
    entered: str
    ask: Offer | None


@dataclass(frozen=True, kw_only=True)
class Part:
    """One agency's part in a milestone, with the people it named for it, and whether this person may name some."""

    code: str
    agency: str
    part: str
    people: tuple[Named, ...]
    may_name: bool


@require_safe
def milestone(request: HttpRequest, code: str) -> HttpResponse:
    """Show one milestone with all that this reader may read of it.

    Eight queries for the committee, more by one each for contacts, another agency's concurrence, a place taken; four
    for COAC.
    """
    reader = reader_of(request)
    user = cast(User, request.user)
    rows = Milestone.objects.visible_to(reader).coded(code)
    found = get_object_or_404(rows.select_related("action", "edition", "addition__by").annotate(**_around(reader)))
    tell_the_header(request, found.late or 0)  # type: ignore[attr-defined]  # annotated
    ledgers = ledgers_of(found, reader)
    found.responsible = in_force(ledgers.responsibilities, reader.moment)
    words = last_words(ledgers.updates)
    found.last_words = sorted(words.values(), key=lambda said: -said.version)
    context = {
        "reader": reader,
        "milestone": found,
        "before": _code_of(found.before),  # type: ignore[attr-defined]  # annotated
        "after": _code_of(found.after),  # type: ignore[attr-defined]  # annotated
        "parts": _parts(user, found, reader),
        "target": target_in_words(found),
        "released": found.status != NOT_RELEASED,
        "unconfirmed": UNCONFIRMED,
        "completion": _completion(found),
        "per_plan": found.status == Status.COMPLETED and not found.completed_kind,
    }
    context |= _internal(user, reader, found, ledgers, words) if reader.sees_internal else {}
    return render(request, "milestones/detail.html", context)


def _internal(
    user: User, reader: Reader, found: Milestone, ledgers: Ledgers, words: dict[str, StatusUpdate]
) -> dict[str, Any]:
    """Return what only the committee reads."""
    report = next((each for each in reversed(ledgers.updates) if each.move == Move.REPORT), None)
    reported = reported_of(found, report, reader)
    targets = targets_of(found, reader, ledgers.revisions, found.last_words)
    shared = shared_of(ledgers, reader)
    voices = _voices(user, reader, found, words, ledgers)
    history = history_of(found, reader, ledgers)
    waits = waits_of(user, reader, found, ledgers=ledgers, reported=reported, targets=targets, shared=shared)
    return {
        "shows_outlook": found.status in UPDATABLE,
        "place": _place(found, reader),
        "reported": reported,
        "targets": targets,
        "shared": shared,
        "waits": waits,
        "waits_heading": f"{opening(len(waits))} {'thing waits' if len(waits) == 1 else 'things wait'}",
        "voices": voices,
        "worse": _worse(found.outlook, voices),
        "acts": offered_acts(user, reader, found, reporter=report.agency_id if report else None),
        "history": [line for line in history if line.kind != "note"],
        "notes": [line for line in history if line.kind == "note"],
        "journal_url": "" if why_not_read_journal(user) else link("reports:journal", reader=reader, about=found.code),
    }


# --- Around it -------------------------------------------------------------------------------------------------------


def _around(reader: Reader) -> dict[str, Any]:
    """Return annotations for one milestone: its neighbors as numbers (4.3: 40003), how many are late, and whether it
    took another's place.
    """
    rows: MilestoneQuerySet = Milestone.objects.visible_to(reader)
    number = rows.annotate(place=F("action_id") * 10000 + F("position"))
    here = OuterRef("action_id") * 10000 + OuterRef("position")
    late = (
        rows.filter(overdue=True)
        .order_by()
        .annotate(all=Value(1))
        .values("all")
        .annotate(late=Count("pk"))
        .values("late")
    )
    return {
        "before": Subquery(number.filter(place__lt=here).order_by("-place").values("place")[:1], IntegerField()),
        "after": Subquery(number.filter(place__gt=here).order_by("place").values("place")[:1], IntegerField()),
        "late": Subquery(late, IntegerField()),
        "succeeds": Exists(StatusUpdate.objects.before(reader.moment).filter(superseded_by=OuterRef("pk"))),
    }


def _code_of(place: int | None) -> str:
    return f"{place // 10000}.{place % 10000}" if place else ""


def _place(found: Milestone, reader: Reader) -> PlaceInPlan:
    """Return how it came into the plan and what took whose place; no query where nothing of that happened."""
    happened = found.edition_id > 1 or found.status == Status.WITHDRAWN or found.succeeds  # type: ignore[attr-defined]  # annotated
    return place_in_plan(found, reader) if happened else PlaceInPlan()


# --- Who answers for it ----------------------------------------------------------------------------------------------


def _parts(user: User, found: Milestone, reader: Reader) -> list[Part]:
    """Return who has a part in it and whom one calls there. One query, none for COAC or where nobody has a part."""
    people = {each.code: each.people for each in contact_lines(found.responsible, reader)} if found.responsible else {}
    return [
        Part(
            code=held.agency_id,
            agency=held.agency.name,
            part=_part(held),
            people=people.get(held.agency_id, ()),
            may_name=reader.may_act and found.status in UPDATABLE and not why_not_people(user, held.agency_id),
        )
        for held in found.responsible
    ]


def _part(held: Responsibility) -> str:
    basis = "named in the plan" if held.basis == Responsibility.Basis.NAMED_IN_PLAN else "assigned"
    return f"{Responsibility.Part(held.part).label.lower()}, {basis}"


# --- Where it stands -------------------------------------------------------------------------------------------------


def _completion(found: Milestone) -> dict[str, str]:
    """Return when and with what outcome it was completed, and how late, in words; empty before anybody reported."""
    if not found.completed_kind:
        return {}
    return {
        "when": say_completed(found.completed_kind, found.completed_on),
        "outcome": Outcome(found.outcome).label.lower() if found.outcome else "",
        "lateness": lateness(found.completed_kind, found.completed_on, found.target_on, found.plan_on),
    }


def _voices(
    user: User, reader: Reader, found: Milestone, words: dict[str, StatusUpdate], ledgers: Ledgers
) -> list[Voice]:
    """Return the words of each agency that speaks for it, side by side; PLCY's where no agency is named."""
    names = {held.agency_id: str(held.agency) for held in speakers(found.responsible)} or {PLCY: PLCY}
    return [_voice(user, reader, found, name, code, words.get(code), ledgers) for code, name in names.items()]


def _voice(
    user: User, reader: Reader, found: Milestone, name: str, code: str, said: StatusUpdate | None, ledgers: Ledgers
) -> Voice:
    if said is None:
        return Voice(agency=name, said=None, next_step="", confirmed=False, entered="", ask=None)
    named = reader.is_plcy or reader.agency == code
    may_ask = reader.may_act and not why_not_ask(
        user, asked_of=code, status=found.status, responsible=found.responsible
    )
    return Voice(
        agency=name,
        said=said,
        next_step=next_in_words(said),
        confirmed=any(
            each.agency_id == code and each.is_words and each.version < said.version
            and each.written_on == said.written_on for each in ledgers.updates
        ),
        entered=entered_in_words(said.check_in, name, named=named),
        ask=offer(f"Ask {name} about this", "ask", found, f"?update={said.version}") if may_ask else None,
    )  # fmt: skip


def _worse(outlook: str, voices: list[Voice]) -> list[tuple[str, str]]:
    """Return `(outlook, agency)` of each agency that sees it worse than the milestone's outlook, the lead's."""
    places = {value: place for place, value in enumerate(_WORSE)}
    said = places.get(cast(Outlook, outlook), 0)
    worse = [(voice.said.outlook, voice.agency) for voice in voices if voice.said]
    return [(value, agency) for value, agency in worse if said and places[cast(Outlook, value)] > said]
