"""What happened to one milestone, in sentences, and who may read them?

Put together from the ledgers up to the reader's moment. The agency speaks; the person is named within the own agency
and to the chair's office. COAC has no history at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, DateField, F, Q, Value

from actions.target_dates import Kind, TargetDate
from esc_tracker.accounts.models import PLCY
from esc_tracker.reader import Reader
from milestones.models import Milestone, Note, OverdueFlag, Responsibility, StatusUpdate, TargetRevision
from milestones.telling import say_completed, say_day, slippage
from milestones.workflow import Move, Outcome, Outlook, Status, initial_status

State = TargetRevision.State
NOBODY = "The tracker"


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """One thing that happened: when, who says so, and what, in a sentence.

    `kind` is words, decision, target, responsibility, flag or note; `quotes` are `(label, text)`, what was written.
    """

    at: datetime
    kind: str
    speaker: str
    person: str
    sentence: str
    quotes: tuple[tuple[str, str], ...] = ()
    place: int = 0


@dataclass(frozen=True)
class Ledgers:
    """The rows one milestone's history is told from, up to a moment, oldest first."""

    updates: Sequence[StatusUpdate]
    revisions: Sequence[TargetRevision]
    responsibilities: Sequence[Responsibility]
    remarks: Sequence[dict[str, Any]]


def ledgers_of(milestone: Milestone, reader: Reader) -> Ledgers:
    """Fetch what this reader's history of a milestone is told from. Four queries; one for COAC, who has none."""
    held = Responsibility.objects.filter(milestone=milestone).lead_first().annotate(by_name=F("by__name"))
    if reader.moment is not None:
        held = held.filter(Q(assigned_from=None) | Q(assigned_from__lt=reader.moment))
    if not reader.sees_internal:
        return Ledgers((), (), list(held), ())
    return Ledgers(
        updates=list(
            _before(StatusUpdate.objects.filter(milestone=milestone), reader)
            .select_related("agency")
            .order_by("version")
        ),
        revisions=list(
            _before(TargetRevision.objects.filter(milestone=milestone), reader)
            .select_related("agency")
            .annotate(decider_name=F("decided_by__name"))
        ),
        responsibilities=list(held),
        remarks=list(_remarks(milestone, reader)),
    )


def history_of(milestone: Milestone, reader: Reader, ledgers: Ledgers | None = None) -> list[HistoryLine]:
    """Tell the history of a milestone as this reader may read it, newest first; empty for COAC."""
    if not reader.sees_internal:
        return []
    told = ledgers or ledgers_of(milestone, reader)
    lines = [
        *_acts(milestone, told.updates, reader),
        *_targets(milestone, told.revisions, reader),
        *_responsibilities(told.responsibilities, reader),
        *_told_remarks(told.remarks, reader),
    ]
    return sorted(lines, key=lambda line: (line.at, line.place), reverse=True)


def in_force(responsibilities: Iterable[Responsibility], moment: datetime | None) -> list[Responsibility]:
    """Keep those that hold at a moment (None: now), in their order (twin of querysets.in_force)."""
    return [
        held for held in responsibilities if held.assigned_until is None or (moment and held.assigned_until >= moment)
    ]


def last_words(updates: Sequence[StatusUpdate]) -> dict[str, StatusUpdate]:
    """Return each agency's last word, by agency code, from updates in order of version."""
    return {update.agency_id: update for update in updates if update.is_words}


def _before(rows: Any, reader: Reader) -> Any:
    rows = rows.annotate(by_name=F("by__name"))
    return rows if reader.moment is None else rows.filter(recorded_at__lt=reader.moment)


def _remarks(milestone: Milestone, reader: Reader) -> Any:
    """Return notes this reader may read and overdue flags, as dictionaries. One query for both."""
    flags = OverdueFlag.objects.filter(milestone=milestone).order_by()
    notes = Note.objects.filter(milestone=milestone).order_by()
    if not reader.is_plcy:
        notes = notes.filter(Q(audience=Note.Audience.ESC) | Q(agency_id=reader.agency))
    if reader.moment is not None:
        flags, notes = flags.filter(opened_at__lt=reader.moment), notes.filter(recorded_at__lt=reader.moment)
    noted = notes.annotate(
        at=F("recorded_at"), whose=F("agency_id"), says=F("agency__name"), who=F("by__name"),
        day=Value(None, DateField()),
    )  # fmt: skip
    flagged = flags.annotate(
        at=F("opened_at"), day=F("target_on"),
        **{name: Value("", CharField()) for name in ("whose", "says", "who", "audience", "text")},
    )  # fmt: skip
    columns = ("day", "at", "whose", "says", "who", "audience", "text")
    return flagged.values(*columns).union(noted.values(*columns), all=True)


def _named(reader: Reader, agency: str | None, person: str | None) -> str:
    """Return the person's name if this reader may read it, else ""."""
    return person or "" if reader.is_plcy or (agency and agency == reader.agency) else ""


# --- Updates and decisions ------------------------------------------------------------------------------------------


def _acts(milestone: Milestone, updates: Sequence[StatusUpdate], reader: Reader) -> Iterable[HistoryLine]:
    status: str = initial_status(milestone.plan_kind)
    said: dict[str, StatusUpdate] = {}
    for update in updates:
        before = said.get(update.agency_id)
        yield HistoryLine(
            at=update.recorded_at,
            kind="words" if update.is_words else "decision",
            speaker=update.agency.name,
            person=_named(reader, update.agency_id, update.by_name),  # type: ignore[attr-defined]  # annotated
            sentence=_act_in_words(update, status, before),
            quotes=tuple(_quotes(update, before)),
            place=update.version,
        )
        status = update.status
        if update.is_words:
            said[update.agency_id] = update


def _act_in_words(update: StatusUpdate, status: str, before: StatusUpdate | None) -> str:
    done = " ".join(part for part in (say_completed(update.completed_kind, update.completed_on),) if part)
    outcome = Outcome(update.outcome).label.lower() if update.outcome else ""
    return {
        Move.UPDATE: _update_in_words(update, status, before),
        Move.REPORT: f"Reported it complete: {outcome}, {done}.",
        Move.TAKE_BACK: "Took the report of completion back; it is in progress again.",
        Move.CONFIRM: f"Confirmed the completion: {outcome}, {done}.",
        Move.RETURN: "Returned the report of completion; it is in progress again.",
        Move.REOPEN: "Reopened it; it is in progress again.",
        Move.WITHDRAW: "Withdrew it from the plan.",
    }[Move(update.move)]


def _update_in_words(update: StatusUpdate, status: str, before: StatusUpdate | None) -> str:
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


def _quotes(update: StatusUpdate, before: StatusUpdate | None) -> Iterable[tuple[str, str]]:
    if not update.is_words:
        return [("", update.remark)] if update.remark else []
    if before and _same_words(before, update) and before.reason == update.reason and before.needed == update.needed:
        return []
    pairs = (
        ("", update.statement),
        ("Next", next_in_words(update)),
        ("Outlook", Outlook(update.outlook).label if before is None else ""),
        ("Why", update.reason),
        ("Needed from the ESC", update.needed),
        ("Forecast", str(update.forecast) if update.forecast and before is None else ""),
        ("No forecast", update.no_forecast_reason),
    )
    return [(label, text) for label, text in pairs if text]


def next_in_words(update: StatusUpdate) -> str:
    """Say what comes next, by when and waiting on whom; "" if that was not said."""
    if not update.next_step:
        return f"waiting on {update.waiting_on}" if update.waiting_on else ""
    by_when = f" by {say_day(update.next_step_on)}" if update.next_step_on else ""
    waiting = f", waiting on {update.waiting_on}" if update.waiting_on else ""
    return f"{update.next_step.rstrip('.') if by_when or waiting else update.next_step}{by_when}{waiting}"


# --- Targets --------------------------------------------------------------------------------------------------------


def _targets(milestone: Milestone, revisions: Sequence[TargetRevision], reader: Reader) -> Iterable[HistoryLine]:
    """Tell each request and what became of it; one that waits is for the asking agency and the chair's office."""
    accepted = sorted(
        (each for each in revisions if _state(each, reader) == State.ACCEPTED), key=lambda each: each.version or 0
    )
    before: dict[int, TargetDate] = {}
    target = milestone.plan
    for revision in accepted:
        before[revision.pk], target = target, revision.new_target
    for revision in revisions:
        state = _state(revision, reader)
        if state == State.PENDING and not (reader.is_plcy or reader.agency == revision.agency_id):
            continue
        at_once = state == State.ACCEPTED and revision.decided_by_id is None
        if not at_once:
            yield _target_line(revision, reader, f"Asked for a new target, {_target(revision.new_target)}.")
        if state == State.ACCEPTED:
            moved = _moved(before[revision.pk], revision.new_target)
            yield (
                _target_line(revision, reader, moved)
                if at_once
                else _decision_line(revision, f"Accepted the new target. {moved}", reader)
            )
        elif state == State.REFUSED:
            yield _decision_line(revision, f"Refused the new target, {_target(revision.new_target)}.", reader)


def _target_line(revision: TargetRevision, reader: Reader, sentence: str) -> HistoryLine:
    return HistoryLine(
        at=revision.recorded_at,
        kind="target",
        speaker=revision.agency.name,
        person=_named(reader, revision.agency_id, revision.by_name),  # type: ignore[attr-defined]  # annotated
        sentence=sentence,
        quotes=((TargetRevision.Category(revision.category).label, revision.text),),
        place=(revision.version or 0) if revision.decided_by_id is None else 0,  # asked before it was decided
    )


def _decision_line(revision: TargetRevision, sentence: str, reader: Reader) -> HistoryLine:
    return HistoryLine(
        at=revision.decided_at or revision.recorded_at,  # it was decided: the second is for the type's sake
        kind="target",
        speaker=PLCY,
        person=_named(reader, PLCY, revision.decider_name),  # type: ignore[attr-defined]  # annotated
        sentence=sentence,
        place=revision.version or 0,
    )


def _state(revision: TargetRevision, reader: Reader) -> str:
    """Return what had become of a request by the reader's moment."""
    decided = revision.decided_at
    return State.PENDING if decided is None or (reader.moment and decided >= reader.moment) else revision.state


def _moved(before: TargetDate, after: TargetDate) -> str:
    slipped = slippage(before, after)
    return f"The target moved from {_target(before)} to {_target(after)}{f' ({slipped})' if slipped else ''}."


def _target(target: TargetDate) -> str:
    return "no date" if target.kind == Kind.UNDATED and not target.printed else str(target)


# --- Responsibilities, flags and notes ------------------------------------------------------------------------------


def _responsibilities(responsibilities: Sequence[Responsibility], reader: Reader) -> Iterable[HistoryLine]:
    for held in responsibilities:
        part = Responsibility.Part(held.part).label.lower()
        person = _named(reader, PLCY, held.by_name)  # type: ignore[attr-defined]  # annotated
        if held.assigned_from is not None:
            yield HistoryLine(
                at=held.assigned_from, kind="responsibility", speaker=PLCY, person=person,
                sentence=f"Named {held.agency} as {part} agency.", quotes=(("Why", held.reason),),
            )  # fmt: skip
        if held.assigned_until is not None and not (reader.moment and held.assigned_until >= reader.moment):
            yield HistoryLine(
                at=held.assigned_until, kind="responsibility", speaker=PLCY, person="",
                sentence=f"{held.agency} is no longer {part} agency.",
            )  # fmt: skip


def _told_remarks(remarks: Sequence[dict[str, Any]], reader: Reader) -> Iterable[HistoryLine]:
    for remark in remarks:
        if remark["day"] is not None:
            sentence = f"Flagged as overdue: its target, {say_day(remark['day'])}, had passed."
            yield HistoryLine(at=remark["at"], kind="flag", speaker=NOBODY, person="", sentence=sentence)
            continue
        own = remark["audience"] == Note.Audience.AGENCY
        audience = (
            ("for PLCY only" if remark["whose"] == PLCY else f"for {remark['says']} and PLCY only")
            if own
            else "for the ESC"
        )
        yield HistoryLine(
            at=remark["at"],
            kind="note",
            speaker=remark["says"],
            person=_named(reader, remark["whose"], remark["who"]),
            sentence=audience,
            quotes=(("", remark["text"]),),
        )
