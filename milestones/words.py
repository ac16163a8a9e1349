"""What must an agency's word say?"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from actions.target_dates import TargetDate
from esc_tracker.plain_text import UNPRINTABLE as UNPRINTABLE
from esc_tracker.plain_text import has_control_characters as has_control_characters
from milestones.workflow import CompletedKind, Outcome, Outlook, Status

STATEMENT_MAX = 500
NEXT_STEP_MAX = 200
SHORT_MAX = 200
NOTE_MAX = 2000
REMARK_MAX = STATEMENT_MAX


@dataclass(frozen=True, kw_only=True)
class Words:
    """Where it stands, what comes next, how it looks: one agency about one milestone."""

    statement: str
    next_step: str = ""
    next_step_on: date | None = None
    waiting_on: str = ""
    outlook: str
    reason: str = ""
    needed: str = ""
    forecast: TargetDate | None = None
    no_forecast_reason: str = ""

    def columns(self) -> dict[str, Any]:
        """Return the words as columns of the ledger."""
        columns = {**asdict(self), "forecast_kind": None, "forecast_on": None}
        del columns["forecast"]
        if self.forecast:
            columns |= {"forecast_kind": self.forecast.kind.value, "forecast_on": self.forecast.due_on}
        return columns


@dataclass(frozen=True, kw_only=True)
class Completion:
    """When a milestone was completed, as far as known, and with what outcome."""

    kind: str
    on: date | None = None
    outcome: str

    @classmethod
    def when(cls, day: TargetDate | None, outcome: str) -> "Completion":
        """Take a month, a day, or None for "not known"."""
        if day is None:
            return cls(kind=CompletedKind.UNKNOWN, outcome=outcome)
        return cls(kind=CompletedKind(day.kind.value), on=day.due_on, outcome=outcome)


def problems_with(
    words: Words, *, status: Status | str, overdue: bool, completion: Completion | None, today: date
) -> dict[str, str]:
    """Return what is missing or wrong in an update, as sentences by form field; empty when it may be posted.

    `status` is the one the update names; `overdue` whether the milestone stays overdue with it.
    """
    problems: dict[str, str] = {}
    if not words.statement.strip():
        problems["statement"] = "Say where it stands, in a sentence or two."
    if words.outlook not in Outlook.values:
        problems["outlook"] = "Choose how it looks."
    elif words.outlook != Outlook.ON_TRACK and not words.reason.strip():
        problems["reason"] = "Say why it is not on track."
    if words.outlook == Outlook.OFF_TRACK and not words.needed.strip():
        problems["needed"] = "Say what is needed from the ESC."
    if overdue and words.forecast is None and not words.no_forecast_reason.strip():
        problems["forecast"] = "This milestone is overdue: say when you now expect it, or why you cannot say."
    if status == Status.REPORTED_COMPLETE:
        problems |= _problems_with_completion(completion, today)
    problems |= {
        name: f"This is {len(value)} characters long; {limit} fit."
        for name, value, limit in _lengths(words)
        if len(value) > limit
    }
    problems |= {name: UNPRINTABLE for name, value, _ in _lengths(words) if has_control_characters(value)}
    return problems


SAID = ("status", *(name for name in Words.__dataclass_fields__ if name != "forecast"), "forecast_kind", "forecast_on")


def says_the_same(before: Any, update: Any) -> bool:
    """Say whether an update is "no change": every word as in the agency's one before (rows of the ledger, or None)."""
    return before is not None and all(getattr(before, name) == getattr(update, name) for name in SAID)


def problems_with_notes(**notes: str) -> dict[str, str]:
    """Return what is wrong with notes, given and answered by form field; empty when they may be kept."""
    long = {
        name: f"This is {len(text)} characters long; {NOTE_MAX} fit."
        for name, text in notes.items()
        if len(text) > NOTE_MAX
    }
    return long | {name: UNPRINTABLE for name, text in notes.items() if has_control_characters(text)}


def _lengths(words: Words) -> list[tuple[str, str, int]]:
    return [
        ("statement", words.statement, STATEMENT_MAX),
        ("next_step", words.next_step, NEXT_STEP_MAX),
        ("waiting_on", words.waiting_on, SHORT_MAX),
        ("reason", words.reason, STATEMENT_MAX),
        ("needed", words.needed, STATEMENT_MAX),
        ("no_forecast_reason", words.no_forecast_reason, SHORT_MAX),
    ]


def _problems_with_completion(completion: Completion | None, today: date) -> dict[str, str]:
    if completion is None:
        return {"completed_on": 'Say on which day or in which month it was completed, or "unknown".'}
    problems: dict[str, str] = {}
    if completion.outcome not in Outcome.values:
        problems["outcome"] = "Choose the outcome."
    first_day = completion.on and (
        completion.on.replace(day=1) if completion.kind == CompletedKind.MONTH else completion.on
    )
    if first_day and first_day > today:
        problems["completed_on"] = "A completion cannot lie in the future."
    return problems
