"""Which rows is one milestone's history told from?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db.models import Case, CharField, DateField, DateTimeField, F, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from esc_tracker.reader import Reader
from milestones.models import (
    Concurrence,
    DueOut,
    Milestone,
    Note,
    OverdueFlag,
    Question,
    Responsibility,
    SharedSummary,
    StatusUpdate,
    TargetRevision,
)
from milestones.querysets import recorded_before
from milestones.questions import questions_for


@dataclass(frozen=True, kw_only=True)
class Remark:
    """What was recorded beside an agency's words and the decisions: one shape for five ledgers, so that one query
    fetches them all.

    `what` is flag, note, summary, concurrence or due_out. `whose` is the agency that speaks, `says` its name, `who` the
    person; of a due-out it is the agency that owes it. `mode` is a note's audience, whether it concurs (`yes`, `no`),
    the person who owes a due-out. `day` is a flag's target or a due-out's day, `number` a meeting's. `end*` tell how
    it ended: cleared, answered.
    """

    what: str
    key: int
    at: datetime
    whose: str | None
    says: str | None
    who: str | None
    said: str
    mode: str
    day: date | None
    number: int | None
    ended_at: datetime | None
    ender: str | None
    ender_code: str | None
    ended_with: str


@dataclass(frozen=True)
class Ledgers:
    """The rows one milestone's history is told from, up to a moment, oldest first."""

    updates: Sequence[StatusUpdate]
    revisions: Sequence[TargetRevision]
    responsibilities: Sequence[Responsibility]
    questions: Sequence[Question]
    remarks: Sequence[Remark]

    def of(self, what: str) -> list[Remark]:
        """Return the remarks of one kind."""
        return [remark for remark in self.remarks if remark.what == what]


def ledgers_of(milestone: Milestone, reader: Reader) -> Ledgers:
    """Fetch what this reader's history of a milestone is told from. Five queries; one for COAC, who has none."""
    held = Responsibility.objects.filter(milestone=milestone).lead_first()
    held = held.select_related("end").annotate(by_name=F("by__name"), ended_by_name=F("end__by__name"))
    if reader.moment is not None:
        held = held.filter(Q(assigned_from=None) | Q(assigned_from__lt=reader.moment))
    if not reader.sees_internal:
        return Ledgers((), (), list(held), (), ())
    before = recorded_before(reader.moment)
    updates = StatusUpdate.objects.filter(before, milestone=milestone).select_related(
        "agency", "check_in", "superseded_by"
    )
    revisions = TargetRevision.objects.filter(before, milestone=milestone).select_related("agency", "check_in")
    return Ledgers(
        updates=list(updates.annotate(by_name=F("by__name"), by_code=F("by__agency_id")).order_by("version")),
        revisions=list(revisions.annotate(by_name=F("by__name"), decider_name=F("decided_by__name"))),
        responsibilities=list(held),
        questions=list(questions_for(reader).filter(milestone=milestone)),
        remarks=[Remark(**row) for row in _remarks(milestone, reader)],
    )


def in_force(responsibilities: Iterable[Responsibility], moment: datetime | None) -> list[Responsibility]:
    """Keep those that hold at a moment (None: now), in their order (twin of querysets.in_force)."""
    return [
        held for held in responsibilities if held.assigned_until is None or (moment and held.assigned_until >= moment)
    ]


def last_words(updates: Sequence[StatusUpdate]) -> dict[str, StatusUpdate]:
    """Return each agency's last word, by agency code, from updates in order of version."""
    return {update.agency_id: update for update in updates if update.is_words}


def _remarks(milestone: Milestone, reader: Reader) -> Any:
    """Return the remarks this reader may read, as dictionaries of Remark's fields. One query for all."""
    before, moment = recorded_before(reader.moment), reader.moment
    flags = OverdueFlag.objects.filter(*([Q(opened_at__lt=moment)] if moment else []), milestone=milestone)
    notes = Note.objects.filter(before, milestone=milestone)
    if not reader.is_plcy:
        notes = notes.filter(Q(audience=Note.Audience.ESC) | Q(agency_id=reader.agency))
    concurs = Case(When(concurs=True, then=Value("yes")), default=Value("no"), output_field=CharField())
    of_agency = {"whose": F("agency_id"), "says": F("agency__name"), "who": F("by__name"), "said": F("text")}
    return _as_remarks(flags, "flag", at=F("opened_at"), day=F("target_on")).union(
        _as_remarks(notes, "note", **of_agency, mode=F("audience")),
        _as_remarks(
            SharedSummary.objects.filter(before, milestone=milestone), "summary", **of_agency,
            ended_at=F("cleared_at"), ender=F("cleared_by__name"), ender_code=F("cleared_by__agency_id"),
        ),
        _as_remarks(
            Concurrence.objects.filter(before, report__milestone=milestone), "concurrence", **of_agency, mode=concurs
        ),
        _as_remarks(
            DueOut.objects.filter(before, milestone=milestone), "due_out", **of_agency,
            mode=F("person"), day=F("due_on"), number=F("meeting_id"), ended_at=F("answered_at"),
            ender=F("answered_by__name"), ender_code=F("answered_by__agency_id"), ended_with=F("answer"),
        ),
        all=True,
    )  # fmt: skip


def _as_remarks(rows: Any, what: str, **columns: Combinable) -> Any:
    """Select rows of a ledger in Remark's shape; the types are said outright, as PostgreSQL asks of a union."""
    nothing = Value("", CharField())
    known: dict[str, Any] = {
        "what": Value(what, CharField()), "key": F("pk"), "at": F("recorded_at"),
        **dict.fromkeys(("whose", "says", "who", "said", "mode", "ender", "ender_code", "ended_with"), nothing),
        "day": Cast(Value(None), DateField()), "number": Cast(Value(None), IntegerField()),
        "ended_at": Cast(Value(None), DateTimeField()), **columns,
    }  # fmt: skip
    names = [field.name for field in fields(Remark)]
    return rows.order_by().values(**{name: known[name] for name in names})
