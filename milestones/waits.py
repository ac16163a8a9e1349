"""What waits on one milestone, and who can do something about it?"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from esc_tracker import clock
from esc_tracker.accounts.models import PLCY, User, agency_name
from esc_tracker.reader import Reader
from milestones.history import Ledgers, Shared
from milestones.models import Milestone, Question, StatusUpdate
from milestones.offers import Offer, check_in_offer, offer
from milestones.permissions import why_not_answer, why_not_chair, why_not_clear
from milestones.questions import is_open
from milestones.reported import Reported, why_not_concur
from milestones.targets.account import Targets, say_target
from milestones.telling import say_day
from milestones.workflow import Status


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One thing that waits: what, who said so and when, what was written, and what this person can do about it.

    `reported` comes with a completion that waits to be confirmed.
    """

    title: str
    aside: str = ""
    quotes: tuple[tuple[str, str], ...] = ()
    acts: tuple[Offer, ...] = ()
    reported: Reported | None = None


def waits_of(
    user: User,
    reader: Reader,
    milestone: Milestone,
    *,
    ledgers: Ledgers,
    reported: Reported | None,
    targets: Targets,
    shared: Shared,
) -> list[Waiting]:
    """Return what waits on a milestone as this reader may know it, what is to be decided first. No query.

    Not for COAC. On an earlier day it tells what waited then, and offers nothing.
    """
    return [
        *_completion(user, reader, milestone, reported),
        *_target(user, reader, targets),
        *(_question(user, reader, milestone, each) for each in ledgers.questions if is_open(each, reader)),
        *_due_outs(reader, ledgers),
        *_text(user, reader, milestone, shared),
    ]


def _completion(user: User, reader: Reader, milestone: Milestone, reported: Reported | None) -> Iterable[Waiting]:
    if reported is None or milestone.status != Status.REPORTED_COMPLETE:
        return
    acts: list[Offer] = []
    if reader.may_act and not why_not_chair(user):
        acts = [offer("Confirm completion", "confirm", milestone), offer("Return it", "return", milestone)]
    reporter = reported.report.agency_id
    if reader.may_act and not why_not_concur(user, milestone.status, milestone.responsible, reporter=reporter):
        acts.append(offer(f"Say whether {agency_name(str(user.agency_id))} concurs", "concur", milestone))
    yield Waiting(
        title="A completion waits for your decision" if reader.is_plcy else f"A completion waits for {PLCY}’s decision",
        aside=f"{reported.report.agency} reported it on {_day(reported.report)}",
        acts=tuple(acts),
        reported=reported,
    )


def _target(user: User, reader: Reader, targets: Targets) -> Iterable[Waiting]:
    asked = targets.waiting
    if asked is None:
        return
    decides = reader.may_act and not why_not_chair(user)
    slipped = f" ({asked.slipped})" if asked.slipped else ""
    yield Waiting(
        title=f"{asked.agency} asks for a new target: {say_target(asked.after)}{slipped}",
        aside=f"{_signed(asked.agency, asked.person)}, {say_day(clock.day_of(asked.at))}",
        quotes=((asked.category, asked.text),),
        acts=(Offer("Decide", f"{reverse('reports:decisions')}#revision-{asked.pk}"),) if decides else (),
    )


def _question(user: User, reader: Reader, milestone: Milestone, question: Question) -> Waiting:
    acts: tuple[Offer, ...] = ()
    if reader.may_act and not why_not_answer(user, question):
        path = reverse("milestones:answer", args=[milestone.code, question.pk])
        acts = (Offer("Answer", path),)
    elif reader.may_act and not why_not_answer(user, question, entered=True):
        acts = (check_in_offer(f"Enter {question.asked_of.name}’s answer", milestone, question.asked_of_id),)
    name = question.by_name if reader.is_plcy or reader.agency == question.agency_id else ""  # type: ignore[attr-defined]  # annotated
    return Waiting(
        title=f"{question.agency.name} asks {question.asked_of.name}",
        aside=f"{_signed(question.agency.name, name)}, {_day(question)}",
        quotes=(("", question.text),),
        acts=acts,
    )


def _due_outs(reader: Reader, ledgers: Ledgers) -> Iterable[Waiting]:
    for owed in ledgers.of("due_out"):
        if owed.ended_at and (reader.moment is None or owed.ended_at < reader.moment):
            continue
        owner = agency_name(owed.whose) if owed.whose else owed.mode
        answers = reader.may_act and (reader.is_plcy or owed.whose == reader.agency)
        answer = Offer("Answer", reverse("reports:answer_due_out", args=[owed.key]))
        yield Waiting(
            title=f"Due out of ESC meeting {owed.number}: {owner}",
            aside=f"by {say_day(owed.day)}" if owed.day else "",
            quotes=(("", owed.said),),
            acts=(answer,) if answers else (),
        )


def _text(user: User, reader: Reader, milestone: Milestone, shared: Shared) -> Iterable[Waiting]:
    """Tell of a text for COAC that waits to be cleared: to PLCY, and to the agency that proposed it."""
    text = shared.proposed
    if text is None or not (reader.is_plcy or agency_name(reader.agency or "") == text.agency):
        return
    clears = reader.may_act and not why_not_clear(user)
    yield Waiting(
        title="A text for COAC waits to be cleared",
        aside=f"{_signed(text.agency, text.person)}, {say_day(clock.day_of(text.at))}",
        quotes=(("", text.text),),
        acts=(offer("Compare and clear", "summary", milestone),) if clears else (),
    )


def _signed(agency: str, person: str) -> str:
    return f"{agency} ({person})" if person else agency


def _day(row: StatusUpdate | Question) -> str:
    return say_day(clock.day_of(row.recorded_at))
