"""Where do plan, target and forecasts stand, and by which moves did the target get there?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from actions.target_dates import Kind, TargetDate
from esc_tracker.accounts.models import PLCY
from esc_tracker.reader import Reader
from milestones.authority import decided_in_words
from milestones.models import Milestone, Responsibility, StatusUpdate, TargetRevision
from milestones.permissions import speakers
from milestones.targets.moves import may_see_waiting
from milestones.telling import entered_in_words, say_moves, slippage
from milestones.workflow import OPEN

State = TargetRevision.State
AT_ONCE = "accepted at once: earlier than the target, or the first date"
REPLACED = "replaced by a newer request, or left when the milestone was withdrawn"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request for a new target, in words: who asked, from which date to which, why, and what became of it.

    `moved` is true where the target moved by it; `slipped` is "+2 months", "" where a date is missing; `decision` is ""
    while it waits; `person` is where PLCY entered it from, if it did. Names only where this reader may read them.
    """

    pk: int
    agency: str
    person: str
    at: datetime
    before: TargetDate | None
    after: TargetDate
    slipped: str
    category: str
    text: str
    state: str
    decision: str
    decided_at: datetime | None

    @property
    def moved(self) -> bool:
        """Say whether the target moved by it."""
        return self.state == State.ACCEPTED


@dataclass(frozen=True, kw_only=True)
class Targets:
    """The three dates of a milestone side by side, the request that waits, and all others, the newest first."""

    plan: TargetDate
    target: TargetDate | None
    forecasts: tuple[tuple[str, StatusUpdate], ...]
    moves: str
    waiting: Asked | None
    ledger: tuple[Asked, ...]


def revisions_of(milestone: Milestone, reader: Reader) -> list[TargetRevision]:
    """Fetch the requests made by the reader's moment, agency and names fetched; none for COAC. One query."""
    if not reader.sees_internal:
        return []
    rows = TargetRevision.objects.filter(milestone=milestone).select_related("agency", "check_in")
    rows = rows.annotate(by_name=F("by__name"), decider_name=F("decided_by__name"))
    return list(rows if reader.moment is None else rows.filter(recorded_at__lt=reader.moment))


def targets_of(
    milestone: Milestone, reader: Reader, revisions: Iterable[TargetRevision], words: Iterable[StatusUpdate]
) -> Targets:
    """Tell where the three dates of a milestone stand, as this reader may read it. No query.

    `milestone` comes from `visible_to`, with `responsible`; `revisions` are `revisions_of`, in any order; `words` each
    agency's last word. Not for COAC: it reads plan and target alone.
    """
    asked = _ledger(milestone, reader, revisions)
    return Targets(
        plan=milestone.plan,
        target=_as_printed(milestone),
        forecasts=tuple(_forecasts(milestone.responsible, words)) if milestone.status in OPEN else (),
        moves=say_moves(milestone.moves, milestone.plan, milestone.target),
        waiting=next((each for each in asked if each.state == State.PENDING), None),
        ledger=tuple(each for each in asked if each.state != State.PENDING),
    )


def state_then(revision: TargetRevision, reader: Reader) -> str:
    """Return what had become of a request by the reader's moment."""
    decided = revision.decided_at
    return State.PENDING if decided is None or (reader.moment and decided >= reader.moment) else revision.state


def target_at(milestone: Milestone, revisions: Iterable[TargetRevision], version: int) -> TargetDate | None:
    """Return the target that stood when the act of this version was made. No query."""
    moves = [each for each in revisions if each.version is not None and each.version < version]
    last = max(moves, key=lambda each: each.version or 0, default=None)
    return last.new_target if last else _planned(milestone)


def say_target(target: TargetDate | None) -> str:
    """Say a target in a sentence: "Dec. 2020", "ongoing", "no date"."""
    if target is None or (target.kind == Kind.UNDATED and not target.printed):
        return "no date"
    return str(target) if target.is_dated or target.printed else str(target).lower()


def _as_printed(milestone: Milestone) -> TargetDate | None:
    """Return the target in the plan's own words while it means what the plan says."""
    return milestone.plan if milestone.target == milestone.plan else milestone.target


def _ledger(milestone: Milestone, reader: Reader, revisions: Iterable[TargetRevision]) -> list[Asked]:
    """Tell each request, the newest first; one that waits only to those who may know of it.

    A request is told from the target that stood when it was accepted, or now while it waits.
    """
    told = sorted(revisions, key=lambda each: (each.recorded_at, each.pk))
    known = may_see_waiting(reader, milestone.responsible)
    accepted = sorted(
        (each for each in told if state_then(each, reader) == State.ACCEPTED), key=lambda each: each.version or 0
    )
    before = _stood_before(milestone, accepted)
    lines = []
    for each in told:
        state = state_then(each, reader)
        if state == State.PENDING and not known:
            continue
        stood = before[each.pk] if state == State.ACCEPTED else _stood_at(milestone, accepted, each, reader)
        lines.append(_asked(each, state, stood, reader))
    return lines[::-1]


def _stood_before(milestone: Milestone, accepted: Sequence[TargetRevision]) -> dict[int, TargetDate | None]:
    """Return, by key, the target that each accepted request moved."""
    stood, before = _planned(milestone), {}
    for each in accepted:
        before[each.pk], stood = stood, each.new_target
    return before


def _stood_at(
    milestone: Milestone, accepted: Sequence[TargetRevision], asked: TargetRevision, reader: Reader
) -> TargetDate | None:
    """Return the target that stood when a request was decided otherwise, or that stands while it waits."""
    until = None if state_then(asked, reader) == State.PENDING else asked.decided_at
    stood = _planned(milestone)
    for each in accepted:
        if until is None or (each.decided_at and each.decided_at < until):
            stood = each.new_target
    return stood


def _planned(milestone: Milestone) -> TargetDate | None:
    """Return the target a milestone began with: the plan's, none where the plan says completed."""
    return None if milestone.plan.kind == Kind.COMPLETED else milestone.plan


def _asked(revision: TargetRevision, state: str, before: TargetDate | None, reader: Reader) -> Asked:
    entered = entered_in_words(revision.check_in, revision.agency.name, named=False)
    return Asked(
        pk=revision.pk,
        agency=revision.agency.name,
        person=entered or _named(reader, revision.agency_id, revision.by_name),  # type: ignore[attr-defined]  # annotated
        at=revision.recorded_at,
        before=before,
        after=revision.new_target,
        slipped=slippage(before, revision.new_target) if before else "",
        category=TargetRevision.Category(revision.category).label,
        text=revision.text,
        state=state,
        decision=_decision(revision, state, reader),
        decided_at=None if state == State.PENDING else revision.decided_at,
    )


def _decision(revision: TargetRevision, state: str, reader: Reader) -> str:
    if state == State.PENDING:
        return ""
    if state == State.SUPERSEDED:
        return REPLACED
    name = _named(reader, PLCY, revision.decider_name)  # type: ignore[attr-defined]  # annotated
    return decided_in_words(revision, "approved" if state == State.ACCEPTED else "refused", name) or AT_ONCE


def _named(reader: Reader, agency: str | None, person: str | None) -> str:
    """Return the person's name if this reader may read it, else ""."""
    return person or "" if reader.is_plcy or (agency and agency == reader.agency) else ""


def _forecasts(
    responsible: Sequence[Responsibility], words: Iterable[StatusUpdate]
) -> Iterable[tuple[str, StatusUpdate]]:
    """Yield each speaking agency's name with its last word, where that gives a forecast; PLCY's where none speaks."""
    said = {word.agency_id: word for word in words}
    names = {held.agency_id: held.agency.name for held in speakers(responsible)} or {PLCY: PLCY}
    return ((name, said[code]) for code, name in names.items() if code in said and said[code].forecast)
