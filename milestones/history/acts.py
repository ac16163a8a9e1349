"""What did the agencies say about a milestone, and what did the chair's office decide, act by act?"""

from collections.abc import Iterable, Sequence

from actions.target_dates import TargetDate
from esc_tracker.reader import Reader
from milestones.history.lines import HistoryLine, Quotes, named, signed, source
from milestones.lateness import lateness
from milestones.models import Milestone, StatusUpdate, TargetRevision
from milestones.targets.account import target_at
from milestones.telling import say_completed, say_day
from milestones.workflow import Move, Outcome, Outlook, Status, initial_status

_DECIDED = {Move.CONFIRM: "approved"}  # what a meeting or a principal did to it; else they decided it


def told_acts(
    milestone: Milestone, updates: Sequence[StatusUpdate], revisions: Sequence[TargetRevision], reader: Reader
) -> Iterable[HistoryLine]:
    """Tell each act on status in its order; `revisions` say which target a completion is compared with."""
    status: str = initial_status(milestone.plan_kind)
    said: dict[str, StatusUpdate] = {}
    for update in updates:
        before = said.get(update.agency_id)
        if update.is_words:
            yield _words(update, status, before, reader)
        else:
            target = target_at(milestone, revisions, update.version)
            yield _decision(update, _late(update, target, milestone.plan), reader)
        status = update.status
        if update.is_words:
            said[update.agency_id] = update


def _words(update: StatusUpdate, status: str, before: StatusUpdate | None, reader: Reader) -> HistoryLine:
    person = named(reader, update.by_code, update.by_name)  # type: ignore[attr-defined]  # annotated
    ours = reader.is_plcy or reader.agency == update.agency_id
    entered = source(reader, update.check_in, update.agency, update.by_name)  # type: ignore[attr-defined]  # annotated
    cleared = update.check_in.cleared_by if update.check_in and ours else ""
    return HistoryLine(
        at=update.recorded_at,
        kind="words",
        speaker=update.agency.name,
        person="" if entered else person,
        sentence=f"{_words_in_a_sentence(update, status, before)}{entered}",
        quotes=(*_quotes(update, before), *((("Cleared by", cleared),) if cleared else ())),
        place=update.version,
    )


def _decision(update: StatusUpdate, late: str, reader: Reader) -> HistoryLine:
    move = Move(update.move)
    person, authority = signed(reader, update, _DECIDED.get(move, "decided"), update.by_name)  # type: ignore[attr-defined]  # annotated
    successor = f"; milestone {update.superseded_by.code} takes its place" if update.superseded_by else ""
    sentence = {
        Move.CONFIRM: f"Confirmed the completion: {_done(update)}{late}.",
        Move.RETURN: "Returned the report of completion; it is in progress again.",
        Move.REOPEN: "Reopened it; it is in progress again.",
        Move.WITHDRAW: f"Withdrew it from the plan{successor}.",
    }[move]
    return HistoryLine(
        at=update.recorded_at,
        kind="decision",
        speaker=update.agency.name,
        person=person,
        sentence=f"{sentence}{authority}",
        quotes=(("", update.remark),) if update.remark else (),
        place=update.version,
    )


def _late(update: StatusUpdate, target: TargetDate | None, plan: TargetDate) -> str:
    """Say how late it was completed, against the target of then and the plan, as it goes on after the day."""
    late = lateness(update.completed_kind, update.completed_on, target.due_on if target else None, plan.due_on)
    return f", {late}" if late else ""


def _done(update: StatusUpdate) -> str:
    outcome = Outcome(update.outcome).label.lower() if update.outcome else ""
    return f"{outcome}, {say_completed(update.completed_kind, update.completed_on)}"


def _words_in_a_sentence(update: StatusUpdate, status: str, before: StatusUpdate | None) -> str:
    if update.move == Move.REPORT:
        return f"Reported it complete: {_done(update)}."
    if update.move == Move.TAKE_BACK:
        return "Took the report of completion back; it is in progress again."
    changes = []
    if update.status != status:
        changes.append(f"moved it from “{Status(status).label}” to “{Status(update.status).label}”")
    if before and before.outlook != update.outlook:
        changes.append(
            f"changed the outlook from “{Outlook(before.outlook).label}” to “{Outlook(update.outlook).label}”"
        )
    if before and before.forecast != update.forecast:
        changes.append(f"now expects it {update.forecast}" if update.forecast else "gives no forecast any more")
    if changes:
        said = " and ".join(changes) if len(changes) < 3 else f"{changes[0]}, {changes[1]} and {changes[2]}"
        return f"{said[0].upper()}{said[1:]}."
    if before and _same_words(before, update):
        return "Said that nothing has changed."
    return "Posted an update." if before else "Spoke for the first time."


def _same_words(before: StatusUpdate, update: StatusUpdate) -> bool:
    return (before.statement, before.next_step) == (update.statement, update.next_step)


def _quotes(update: StatusUpdate, before: StatusUpdate | None) -> Quotes:
    evidence = (("Evidence", evidence_in_words(update)),) if update.evidence_title else ()
    if before and _same_words(before, update) and before.reason == update.reason and before.needed == update.needed:
        return evidence
    pairs = (
        ("", update.statement),
        ("Next", next_in_words(update)),
        ("Outlook", Outlook(update.outlook).label if before is None else ""),
        ("Why", update.reason),
        ("Needed from the ESC", update.needed),
        ("Forecast", str(update.forecast) if update.forecast and before is None else ""),
        ("No forecast", update.no_forecast_reason),
        *evidence,
    )
    return tuple((label, text) for label, text in pairs if text)


def evidence_in_words(update: StatusUpdate) -> str:
    """Say what shows that it is complete: title, day, identifier, who holds it, where it can be read."""
    parts = (
        update.evidence_title,
        say_day(update.evidence_on) if update.evidence_on else "",
        update.evidence_identifier,
        f"record copy with {update.evidence_holder}",
        update.evidence_link,
    )
    return ", ".join(part for part in parts if part)


def next_in_words(update: StatusUpdate) -> str:
    """Say what comes next, by when and waiting on whom; "" if that was not said."""
    if not update.next_step:
        return f"waiting on {update.waiting_on}" if update.waiting_on else ""
    by_when = f" by {say_day(update.next_step_on)}" if update.next_step_on else ""
    waiting = f", waiting on {update.waiting_on}" if update.waiting_on else ""
    return f"{update.next_step.rstrip('.') if by_when or waiting else update.next_step}{by_when}{waiting}"
