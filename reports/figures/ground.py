"""What is an account drawn up from?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from esc_tracker.reader import Reader, last_day_before
from milestones.models import Milestone
from milestones.rows import Row, row_of


@dataclass(frozen=True, slots=True)
class Before:
    """What a milestone was at the `since` of an account."""

    status: str
    target: tuple[str | None, date | None]
    overdue: bool
    unassigned: bool


@dataclass(frozen=True)
class Ground:
    """What an account is drawn up from: the milestones as a reader sees them, and what they were at its `since`."""

    milestones: list[Milestone]
    before: Mapping[int, Before]


class Rows:
    """Each milestone as a row of JSON, made once: what is overdue and silent stands in two lists, and is one row."""

    def __init__(self, reader: Reader) -> None:
        """Make rows for this reader."""
        self._reader = reader
        self._made: dict[int, Row] = {}

    def __call__(self, milestone: Milestone) -> Row:
        """Return the row of a milestone; what a list adds goes into a row of its own (`row | {...}`)."""
        if milestone.pk not in self._made:
            self._made[milestone.pk] = row_of(milestone, self._reader)
        return self._made[milestone.pk]


def ground_of(reader: Reader, since: datetime) -> Ground:
    """Fetch what an account of a stretch of time is drawn up from. Four queries, three for COAC."""
    rows = Milestone.objects.visible_to(reader).for_table(reader).order_by("action_id", "position")
    return Ground(list(rows), _before(reader, since))


def moment_text(moment: datetime) -> str:
    """Return a moment with its offset, in UTC: 2020-09-14T04:00:00+00:00."""
    return moment.astimezone(UTC).isoformat()


def _before(reader: Reader, since: datetime) -> dict[int, Before]:
    """Return what the same reader's milestones were at `since`. One query."""
    then = replace(reader, moment=since, today=last_day_before(since), as_of=None)
    rows: Any = Milestone.objects.visible_to(then).order_by()
    facts = rows.values_list("pk", "status", "target_kind", "target_on", "overdue", "unassigned")
    return {
        key: Before(status, (kind, due_on), overdue, unassigned)
        for key, status, kind, due_on, overdue, unassigned in facts
    }
