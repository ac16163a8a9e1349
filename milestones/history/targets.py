"""Who asked for which target, and what became of it?"""

from collections.abc import Iterable, Sequence

from actions.target_dates import Kind, TargetDate
from esc_tracker.accounts.models import PLCY
from esc_tracker.reader import Reader
from milestones.history.lines import HistoryLine, ended, named, signed, source
from milestones.models import Milestone, TargetRevision
from milestones.telling import slippage

State = TargetRevision.State


def told_targets(
    milestone: Milestone, revisions: Sequence[TargetRevision], reader: Reader, *, sees_waiting: bool
) -> Iterable[HistoryLine]:
    """Tell each request and what became of it; one that waits is for the agencies that answer for it and PLCY."""
    accepted = sorted(
        (each for each in revisions if _state(each, reader) == State.ACCEPTED), key=lambda each: each.version or 0
    )
    before: dict[int, TargetDate] = {}
    target = milestone.plan
    for revision in accepted:
        before[revision.pk], target = target, revision.new_target
    asked_at = {revision.recorded_at for revision in revisions}
    for revision in revisions:
        state, wanted = _state(revision, reader), say_target(revision.new_target)
        if state == State.PENDING and not (sees_waiting or reader.agency == revision.agency_id):
            continue
        at_once = state == State.ACCEPTED and revision.decided_by_id is None
        if state == State.SUPERSEDED:
            why = "A newer request took its place." if revision.decided_at in asked_at else "It was never decided."
            yield _request(revision, reader, f"Asked for a new target, {wanted}. {why}")
        elif not at_once:
            yield _request(revision, reader, f"Asked for a new target, {wanted}.")
        if state == State.ACCEPTED:
            moved = _moved(before[revision.pk], revision.new_target)
            yield (
                _request(revision, reader, moved)
                if at_once
                else _decision(revision, f"Accepted the new target. {moved}", "approved", reader)
            )
        elif state == State.REFUSED:
            yield _decision(revision, f"Refused the new target, {wanted}.", "decided", reader)


def say_target(target: TargetDate) -> str:
    """Say a target that somebody asked for: "no date" where it names none."""
    return "no date" if target.kind == Kind.UNDATED and not target.printed else str(target)


def _request(revision: TargetRevision, reader: Reader, sentence: str) -> HistoryLine:
    entered = source(reader, revision.check_in, revision.agency, revision.by_name)  # type: ignore[attr-defined]  # annotated
    return HistoryLine(
        at=revision.recorded_at,
        kind="target",
        speaker=revision.agency.name,
        person="" if entered else named(reader, revision.agency_id, revision.by_name),  # type: ignore[attr-defined]  # annotated
        sentence=f"{sentence}{entered}",
        quotes=((TargetRevision.Category(revision.category).label, revision.text),),
        place=(revision.version or 0) if revision.decided_by_id is None else 0,  # asked before it was decided
    )


def _decision(revision: TargetRevision, sentence: str, verb: str, reader: Reader) -> HistoryLine:
    person, authority = signed(reader, revision, verb, revision.decider_name)  # type: ignore[attr-defined]  # annotated
    return HistoryLine(
        at=revision.decided_at or revision.recorded_at,  # it was decided: the second is for the type's sake
        kind="target",
        speaker=PLCY,
        person=person,
        sentence=f"{sentence}{authority}",
        place=revision.version or 0,
    )


def _state(revision: TargetRevision, reader: Reader) -> str:
    """Return what had become of a request by the reader's moment."""
    return revision.state if ended(revision.decided_at, reader) else State.PENDING


def _moved(before: TargetDate, after: TargetDate) -> str:
    slipped = slippage(before, after)
    return f"The target moved from {say_target(before)} to {say_target(after)}{f' ({slipped})' if slipped else ''}."
