"""What does one milestone look like to a machine?

One shape for the API and for every list of a report; each reader gets the keys they may see, and no blank others.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.reader import Reader
from milestones.models import Milestone, Responsibility, StatusUpdate

Row = dict[str, Any]


def row_of(milestone: Milestone, reader: Reader) -> Row:
    """Return one milestone, ready for JSON: days as ISO text, null where there is no day and no choice.

    Takes a row of `visible_to(reader).for_table(reader)`; no query. The committee also reads `outlook`, `words`,
    `moves` and `version`, as of the reader's moment.
    """
    row: Row = {
        "code": milestone.code,
        "action": milestone.action_id,
        "position": milestone.position,
        "text": milestone.text,
        "agencies": [_part(each) for each in milestone.responsible],
        "timeline": {"printed": milestone.plan_printed, **(target_of(milestone.plan) or {})},
        "target": target_of(milestone.target),
        "status": milestone.status,
        "completed_on": iso(milestone.completed_on),
        "outcome": milestone.outcome or None,
        "overdue": milestone.overdue,
        "days_overdue": milestone.days_overdue,
        "summary": milestone.summary,
    }
    if reader.sees_internal:
        row |= {
            "outlook": milestone.outlook,
            "words": [_words(said) for said in _responsible_first(milestone.last_words, milestone.responsible)],
            "moves": milestone.moves,
            "version": milestone.version_then,
        }
    return row


def target_of(target: TargetDate | None) -> Row | None:
    """Return what a target means, None where there is none."""
    return {"kind": target.kind.value, "due_on": iso(target.due_on)} if target else None


def iso(day: date | None) -> str | None:
    """Return a day as ISO text, None for none."""
    return day.isoformat() if day else None


def _part(held: Responsibility) -> Row:
    return {"code": held.agency_id, "part": held.part, "basis": held.basis}


def _words(said: StatusUpdate) -> Row:
    return {
        "agency": said.agency_id,
        "statement": said.statement,
        "next_step": said.next_step,
        "next_step_on": iso(said.next_step_on),
        "waiting_on": said.waiting_on,
        "outlook": said.outlook,
        "reason": said.reason,
        "needed": said.needed,
        "forecast_on": iso(said.forecast_on),
        "no_forecast_reason": said.no_forecast_reason,
        "written_on": iso(said.written_on),
        "updated_on": iso(clock.day_of(said.recorded_at)),
    }


def _responsible_first(said: Sequence[StatusUpdate], responsible: Sequence[Responsibility]) -> list[StatusUpdate]:
    """Order words as responsibilities are; those of agencies without a part come last, the newest first."""
    places = {held.agency_id: place for place, held in enumerate(responsible)}
    return sorted(said, key=lambda each: (places.get(each.agency_id, len(places)), -each.version))
