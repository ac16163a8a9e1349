"""Who answered the latest call, and who was silent?"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F

from esc_tracker.accounts.models import Agency
from esc_tracker.reader import Reader
from milestones.calls.calling import DueCall, latest_due_call
from milestones.models import Milestone
from milestones.rows import Row
from milestones.workflow import OPEN
from reports.figures.ground import Rows, moment_text
from reports.sentences import Heard


class Answers:
    """What came of the latest call fallen due by the reader's moment, `week` leaving out calls of later weeks.

    An agency was asked about what it answered or is silent on; what it left unanswered and is closed by now, or no
    longer its own, counts as neither.
    """

    def __init__(self, reader: Reader, milestones: Sequence[Milestone], week: str) -> None:
        """Ask. Three queries, two when no call has fallen due."""
        self._reader = reader
        self._call = latest_due_call(reader.moment, week=week)
        self._silent: list[tuple[Milestone, str, str]] = []
        self._counts: dict[str, list[int]] = {}
        self._agencies: dict[str, Agency] = {}
        if self._call is not None:
            self._judge(self._call, {each.pk: each for each in milestones if each.status in OPEN})

    def _judge(self, call: DueCall, still_open: dict[int, Milestone]) -> None:
        asked: Iterable[Any] = (
            Milestone.objects.asked_by(call, self._reader.moment)
            .select_related("agency")
            .order_by(F("agency__sort_order"), "agency_id", "milestone__action_id", "milestone__position")
        )
        for held in asked:
            milestone, judged_by = still_open.get(held.milestone_id), call.of(held.agency_id)
            silent = not held.answered and held.holds and milestone is not None
            if not (held.answered or silent):
                continue
            self._agencies[held.agency_id] = held.agency
            counts = self._counts.setdefault(held.agency_id, [0, 0])
            counts[silent] += 1
            if silent and milestone and judged_by:
                self._silent.append((milestone, held.agency_id, judged_by.week))

    @property
    def heard(self) -> list[Heard]:
        """Return how each agency that was asked answered, by name, for a sentence."""
        return [
            Heard(self._agencies[code].name, answered=answered, silent=silent)
            for code, (answered, silent) in self._counts.items()
        ]

    def figures(self, row: Rows) -> Row:
        """Return `call`, `answers` (one row per agency asked) and `silent` (one row per agency and milestone)."""
        call = self._call
        return {
            "call": {"week": call.week, "due_at": moment_text(call.due_at)} if call else None,
            "answers": [
                {"agency": code, "asked": answered + silent, "answered": answered, "silent": silent}
                for code, (answered, silent) in self._counts.items()
            ],
            "silent": [row(milestone) | {"agency": agency, "call": week} for milestone, agency, week in self._silent],
        }
