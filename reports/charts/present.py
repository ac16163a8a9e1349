"""What do the charts of a dashboard draw?

The same rows as those of a report's figures, taken from a survey: no query.
"""

from typing import Any

from esc_tracker import clock
from esc_tracker.reader import Reader
from milestones.rows import iso
from milestones.workflow import OPEN
from reports.figures import UNASSIGNED, UNASSIGNED_NAME
from reports.figures.course import burn_up, completed_row, promises_of
from reports.survey import Fact, Survey, counts_of

Row = dict[str, Any]


def present(survey: Survey, reader: Reader) -> Row:
    """Return `as_of`, `timeline`, `burn_up` and `by_agency` as `take_figures` draws them up for this reader's day."""
    promises = promises_of(
        survey.facts, reader.today, {fact.pk: fact.confirmed_at for fact in survey.facts if fact.confirmed_at}
    )
    begins_on = clock.day_of(survey.begins_at) if survey.begins_at else reader.today
    in_order = sorted(survey.facts, key=lambda fact: (fact.action, fact.position))
    return {
        "as_of": clock.end_of(reader.today).isoformat(),
        "timeline": [_row(fact, reader) for fact in in_order],
        "burn_up": burn_up(promises, begins_on=begins_on, today=reader.today),
        "by_agency": [
            {"code": code, "name": name, **counts_of(held)}
            for code, name in survey.agencies.items()
            if (held := survey.held_by(code))
        ]
        + [{"code": UNASSIGNED, "name": UNASSIGNED_NAME, **counts_of(survey.of_nobody())}],
    }


def _row(fact: Fact, reader: Reader) -> Row:
    row = {
        "code": fact.code,
        "action": fact.action,
        "plan": {"kind": fact.plan_kind, "due_on": iso(fact.plan_on)},
        "target": {"kind": fact.target.kind.value, "due_on": iso(fact.target.due_on)} if fact.target else None,
        "status": fact.status,
        "overdue": fact.overdue,
        "completed": completed_row(fact),
    }
    if reader.sees_internal:
        row |= {"outlook": fact.outlook, "forecast": iso(fact.forecast_on) if fact.status in OPEN else None}
    return row
