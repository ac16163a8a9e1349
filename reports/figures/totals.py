"""How many?"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Protocol

from esc_tracker.reader import Reader
from milestones.models import Milestone
from milestones.permissions import speakers
from milestones.rows import Row
from milestones.workflow import NOT_RELEASED, Status

UNASSIGNED = "unassigned"
UNASSIGNED_NAME = "No agency named yet"


class Standing(Protocol):
    """How a milestone stands, now or at an earlier moment."""

    @property
    def status(self) -> str:
        """Return a Status, or NOT_RELEASED."""

    @property
    def overdue(self) -> bool:
        """Say whether it is open and past its target."""

    @property
    def unassigned(self) -> bool:
        """Say whether no agency is named for it."""


def totals_of(milestones: Collection[Standing], reader: Reader) -> dict[str, int]:
    """Count all, each status (zero included), what is not released (COAC only), overdue, or of no agency."""
    return {**_counts(milestones, reader), "unassigned": sum(each.unassigned for each in milestones)}


def by_action(milestones: Sequence[Milestone], reader: Reader) -> list[Row]:
    """Count action by action, in the order given."""
    actions = {each.action_id: each.action for each in milestones}
    held: dict[int, list[Milestone]] = defaultdict(list)
    for each in milestones:
        held[each.action_id].append(each)
    return [
        {"number": number, "title": action.title, **_counts(held[number], reader)} for number, action in actions.items()
    ]


def by_agency(milestones: Sequence[Milestone], reader: Reader) -> list[Row]:
    """Count by lead or joint agency; a joint milestone counts for both, what nobody is named for comes last."""
    held: dict[str, list[Milestone]] = {}
    agencies = {}
    for each in milestones:
        for speaker in speakers(each.responsible):
            agencies[speaker.agency_id] = speaker.agency
            held.setdefault(speaker.agency_id, []).append(each)
    named = sorted(agencies.values(), key=lambda agency: (agency.sort_order, agency.code))
    nobodys = [each for each in milestones if each.unassigned]
    return [
        *({"code": each.code, "name": each.name, **_counts(held[each.code], reader)} for each in named),
        {"code": UNASSIGNED, "name": UNASSIGNED_NAME, **_counts(nobodys, reader)},
    ]


def _counts(milestones: Collection[Standing], reader: Reader) -> dict[str, int]:
    statuses = [*Status.values, *([NOT_RELEASED] if reader.is_coac else [])]
    counts = dict.fromkeys(statuses, 0)
    for each in milestones:
        counts[each.status] += 1
    return {"milestones": len(milestones), **counts, "overdue": sum(each.overdue for each in milestones)}
