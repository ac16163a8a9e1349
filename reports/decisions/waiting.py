"""What waits for a decision, the oldest first, with everything needed to decide it?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from actions.target_dates import TargetDate
from esc_tracker.accounts.models import User
from esc_tracker.reader import Reader
from milestones.evidence import Evidence
from milestones.lateness import lateness
from milestones.models import (
    Concurrence,
    Milestone,
    Responsibility,
    SharedSummary,
    StatusUpdate,
    TargetRevision,
)
from milestones.permissions import why_not_decide, why_not_decide_revision
from milestones.querysets import MilestoneQuerySet, recorded_before, still_open
from milestones.reported import Answer, asked_to_concur, evidence_for
from milestones.targets.account import say_target
from milestones.targets.moves import may_see_waiting
from milestones.telling import entered_in_words, say_completed, say_moves, slippage
from milestones.workflow import NO_OUTLOOK, UPDATABLE, Move, Outcome, Status

State = TargetRevision.State


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One thing that waits: since when, for which milestone, who asked, and what that agency said last.

    `key` names it in forms and addresses; `person` is "" where this reader may not read it; `own` is why the chair's
    office cannot decide it on its own, "" when it can.
    """

    key: str
    asked: TargetRevision | StatusUpdate
    milestone: Milestone
    person: str
    words: StatusUpdate | None
    own: str

    @property
    def agency(self) -> str:
        """Return the name of the agency that waits."""
        return str(self.asked.agency)

    @property
    def outlook(self) -> str:
        """Return how that agency expects it to end; `none` while it has not said."""
        return self.words.outlook if self.words else NO_OUTLOOK


@dataclass(frozen=True, kw_only=True)
class DateChange(Waiting):
    """A new target that waits, beside the plan and the present target; `closed` where it can only be refused."""

    revision: TargetRevision
    moves: str

    @property
    def slipped(self) -> str:
        """Say how far the target would move, "+2 months"; "" where one of them names no date."""
        present = self.milestone.target
        return slippage(present, self.revision.new_target) if present else ""

    @property
    def wanted(self) -> str:
        """Say the target asked for inside a sentence: "Dec. 2020", "no date"."""
        return say_target(self.revision.new_target)

    @property
    def present(self) -> str:
        """Say the present target inside a sentence."""
        return say_target(self.target)

    @property
    def target(self) -> TargetDate | None:
        """Return the present target, in the plan's own words while it means what the plan says."""
        found = self.milestone
        return found.plan if found.target == found.plan else found.target

    @property
    def closed(self) -> bool:
        """Say whether the milestone is closed, so that its target stays."""
        return self.milestone.status not in UPDATABLE


@dataclass(frozen=True, kw_only=True)
class Completion(Waiting):
    """A completion that waits to be confirmed: when and with what outcome, how late, with what evidence.

    `answers` are those of the other agencies that were asked whether they concur.
    """

    evidence: Evidence
    answers: tuple[Answer, ...]

    @property
    def when(self) -> str:
        """Say when it was completed: "on Sep 9, 2020"."""
        return say_completed(self.milestone.completed_kind, self.milestone.completed_on)

    @property
    def outcome(self) -> str:
        """Say with what outcome."""
        return Outcome(self.milestone.outcome).label if self.milestone.outcome else ""

    @property
    def late(self) -> str:
        """Say how late it is against target and plan: "12 days after target"; "" where a date is not known."""
        found = self.milestone
        return lateness(found.completed_kind, found.completed_on, found.target_on, found.plan_on)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What waits, the oldest first; and the numbers of the milestones of which a text for COAC waits to be cleared."""

    waiting: tuple[Waiting, ...] = ()
    texts: tuple[str, ...] = ()


def waiting_for(reader: Reader, user: User) -> Desk:
    """Return what waits by the reader's moment. Five queries at most.

    PLCY sees all, a member what concerns the milestones its agency answers for; nobody else sees any.
    """
    if not reader.is_plcy and reader.agency is None:
        return Desk()
    revisions = _pending(reader)
    rows = _milestones(reader, revisions)
    acts = _acts(rows.values(), reader)
    known = {pk for pk, row in rows.items() if may_see_waiting(reader, row.responsible)}
    reports = {pk: report for pk, row in rows.items() if pk in known and (report := _report(row, acts[pk]))}
    answers = _concurrences(reports.values(), reader)
    waiting: list[Waiting] = [
        _date_change(revision, rows[revision.milestone_id], acts, reader, user)
        for revision in revisions
        if revision.milestone_id in known
    ]
    waiting += [
        _completion(rows[pk], report, acts[pk], answers.get(report.pk, {}), reader, user)
        for pk, report in reports.items()
    ]
    return Desk(
        waiting=tuple(sorted(waiting, key=lambda each: (each.asked.recorded_at, each.milestone.pk))),
        texts=tuple(row.code for row in rows.values() if reader.is_plcy and row.proposes),  # type: ignore[attr-defined]
    )


def _pending(reader: Reader) -> list[TargetRevision]:
    """Fetch the requests that waited by the reader's moment. One query."""
    rows = TargetRevision.objects.filter(recorded_before(reader.moment), still_open("decided_at", reader.moment))
    return list(rows.select_related("agency", "check_in").annotate(by_name=F("by__name")))


def _milestones(reader: Reader, revisions: Sequence[TargetRevision]) -> dict[int, Milestone]:
    """Fetch the milestones something waits for, with who is responsible, by key, in plan order. Two queries.

    Adds `proposes` (bool): whether a text for COAC waits to be cleared.
    """
    rows: MilestoneQuerySet = Milestone.objects.visible_to(reader)
    asked_for = {each.milestone_id for each in revisions}
    held = Responsibility.objects.in_force(reader.moment).lead_first()
    found = rows.annotate(proposes=Exists(_proposed(reader)))
    found = found.filter(Q(pk__in=asked_for) | Q(status=Status.REPORTED_COMPLETE) | Q(proposes=True))
    found = found.prefetch_related(Prefetch("responsibilities", held, to_attr="responsible"))
    return {row.pk: row for row in found.order_by("action_id", "position")}


def _proposed(reader: Reader) -> QuerySet[SharedSummary]:
    """Return a milestone's text for COAC that was proposed last, where it waits to be cleared."""
    told = SharedSummary.objects.filter(recorded_before(reader.moment))
    newer = told.filter(milestone=OuterRef("milestone"), recorded_at__gt=OuterRef("recorded_at"))
    return told.filter(still_open("cleared_at", reader.moment), ~Exists(newer), milestone=OuterRef("pk"))


def _acts(rows: Iterable[Milestone], reader: Reader) -> dict[int, list[StatusUpdate]]:
    """Fetch each agency's last word, and every act since a completion was reported, by milestone. One query."""
    acts: dict[int, list[StatusUpdate]] = {row.pk: [] for row in rows}
    if not acts:
        return acts
    told = StatusUpdate.objects.filter(milestone__in=acts)
    last = told.last_words(reader.moment).order_by().values("pk")
    needed = told.before(reader.moment).filter(Q(status=Status.REPORTED_COMPLETE) | Q(pk__in=last))
    for each in needed.select_related("agency", "check_in").annotate(by_name=F("by__name")).order_by("version"):
        acts[each.milestone_id].append(each)
    return acts


def _concurrences(reports: Iterable[StatusUpdate], reader: Reader) -> dict[int, dict[str, Concurrence]]:
    """Fetch each agency's latest answer to each report, by report and agency. One query."""
    found: dict[int, dict[str, Concurrence]] = {}
    asked = [report.pk for report in reports]
    rows = Concurrence.objects.filter(recorded_before(reader.moment), report__in=asked) if asked else ()
    for row in sorted(rows, key=lambda each: (each.recorded_at, each.pk)):
        found.setdefault(row.report_id, {})[row.agency_id] = row
    return found


def _date_change(
    revision: TargetRevision,
    row: Milestone,
    acts: dict[int, list[StatusUpdate]],
    reader: Reader,
    user: User,
) -> DateChange:
    return DateChange(
        key=f"revision-{revision.pk}",
        asked=revision,
        revision=revision,
        milestone=row,
        person=_named(revision, reader),
        words=_last_words(acts[row.pk], revision.agency_id),
        own=why_not_decide_revision(user, revision) if reader.is_plcy and reader.moment is None else "",
        moves=say_moves(row.moves, row.plan, row.target),
    )


def _completion(
    row: Milestone,
    report: StatusUpdate,
    acts: Sequence[StatusUpdate],
    answers: dict[str, Concurrence],
    reader: Reader,
    user: User,
) -> Completion:
    words = _last_words(acts, report.agency_id)
    own = why_not_decide(user, Move.CONFIRM, row.status, reported_by_id=report.by_id) if reader.is_plcy else ""
    return Completion(
        key=f"completion-{row.code}",
        asked=report,
        milestone=row,
        person=_named(report, reader),
        words=words,
        own=own,
        evidence=evidence_for(report, [words] if words else []),
        answers=tuple(
            _answer(held, answers.get(held.agency_id)) for held in asked_to_concur(report.agency_id, row.responsible)
        ),
    )


def _report(row: Milestone, acts: Sequence[StatusUpdate]) -> StatusUpdate | None:
    """Return the act that reported the completion that waits; None where none does."""
    if row.status != Status.REPORTED_COMPLETE:
        return None
    return next((act for act in reversed(acts) if act.move == Move.REPORT), None)


def _last_words(acts: Sequence[StatusUpdate], agency: str) -> StatusUpdate | None:
    return next((act for act in reversed(acts) if act.is_words and act.agency_id == agency), None)


def _answer(held: Responsibility, answer: Concurrence | None) -> Answer:
    if answer is None:
        return Answer(agency=held.agency.name)
    return Answer(agency=held.agency.name, concurs=answer.concurs, text=answer.text, at=answer.recorded_at)


def _named(asked: TargetRevision | StatusUpdate, reader: Reader) -> str:
    """Return where PLCY entered it from, else who asked, if this reader may read the person's name."""
    if entered := entered_in_words(asked.check_in, asked.agency.name, named=False):
        return entered
    name: str = asked.by_name  # type: ignore[union-attr]  # annotated
    return name if reader.is_plcy or asked.agency_id == reader.agency else ""
