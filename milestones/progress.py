"""How far along are the milestones of each action and of each agency?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import FilteredRelation, Q

from esc_tracker.marks import Segment, cut
from esc_tracker.reader import Reader
from milestones.calls.calling import latest_due_call
from milestones.models import Milestone
from milestones.querysets import LEAD_OR_JOINT, MilestoneQuerySet, in_force
from milestones.telling import counted
from milestones.workflow import NOT_RELEASED, OPEN, Status

_PIECES = (
    ("completed", "completed"),
    ("reported_complete", "awaiting confirmation"),
    ("overdue", "overdue"),
    ("in_progress", "in progress"),
    ("not_started", "not started"),
    ("withdrawn", "withdrawn"),
    ("not_released", "not released"),
)


@dataclass
class Progress:
    """How many milestones there are, by status; the overdue ones are counted apart from their status.

    `silent` is how many an agency owes an answer for, None where that is not told.
    """

    counts: dict[str, int] = field(default_factory=dict)
    silent: int | None = None

    def add(self, status: str, overdue: bool) -> None:
        """Count one more milestone."""
        key = "overdue" if overdue else status
        self.counts[key] = self.counts.get(key, 0) + 1

    @property
    def total(self) -> int:
        """Return how many there are."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Return how many are completed."""
        return self.counts.get(Status.COMPLETED, 0)

    @property
    def overdue(self) -> int:
        """Return how many are overdue."""
        return self.counts.get("overdue", 0)

    @property
    def open(self) -> int:
        """Return how many are neither reported, completed nor withdrawn."""
        return self.overdue + sum(self.counts.get(status, 0) for status in OPEN)

    @property
    def withdrawn(self) -> int:
        """Return how many were withdrawn."""
        return self.counts.get(Status.WITHDRAWN, 0)

    @property
    def in_words(self) -> str:
        """Say it: "2 of 3 done · 1 overdue"."""
        said = [f"{self.done} of {self.total} done"]
        if self.overdue:
            said.append(f"{self.overdue} overdue")
        if hidden := self.counts.get(NOT_RELEASED, 0):
            said.append(f"{hidden} not released")
        return " · ".join(said)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Cut it into the pieces of a bar."""
        return cut([(key, label, self.counts.get(key, 0)) for key, label in _PIECES])


@dataclass(frozen=True)
class AgencyProgress:
    """How far along the milestones of all agencies are; `all` counts each milestone once."""

    all: Progress
    by_agency: dict[str, Progress]
    unassigned: Progress
    joint: int

    @property
    def why_not_the_sum(self) -> str:
        """Say why the agencies' numbers do not add up, "" when they do."""
        if not self.joint:
            return ""
        carry = (
            "is carried by more than one agency and counts"
            if self.joint == 1
            else "are carried by more than one agency and count"
        )
        return f"{counted(self.joint, 'milestone')} {carry} for each of them: the agencies’ numbers do not add up."


def progress_of(rows: Iterable[Milestone]) -> Progress:
    """Count rows that are fetched already."""
    progress = Progress()
    for row in rows:
        progress.add(row.status, row.overdue)
    return progress


def by_action(reader: Reader) -> dict[tuple[int, str], Progress]:
    """Return the progress of each action, by `(number, title)` in plan order. One query."""
    columns = ("action_id", "action__title", "status", "overdue")
    rows = Milestone.objects.visible_to(reader).order_by("action_id", "position").values_list(*columns)
    found: dict[tuple[int, str], Progress] = {}
    for number, title, status, overdue in rows:
        found.setdefault((number, title), Progress()).add(status, overdue)
    return found


def by_agency(reader: Reader, codes: Sequence[str]) -> AgencyProgress:
    """Return the progress of each of these agencies, none left out. One query; the committee's silence three more."""
    held = FilteredRelation(
        "responsibilities",
        condition=in_force(reader.moment, "responsibilities__") & Q(responsibilities__part__in=LEAD_OR_JOINT),
    )
    columns = ("pk", "status", "overdue", "held__agency_id")
    rows = Milestone.objects.visible_to(reader).annotate(held=held).order_by("pk").values_list(*columns)
    found = AgencyProgress(Progress(), {code: Progress() for code in codes}, Progress(), 0)
    seen: dict[int, int] = {}
    for pk, status, overdue, code in rows:
        if pk not in seen:
            found.all.add(status, overdue)
        seen[pk] = seen.get(pk, 0) + 1
        (found.by_agency[code] if code else found.unassigned).add(status, overdue)
    if reader.sees_internal:
        _add_silence(found, reader)
    return AgencyProgress(found.all, found.by_agency, found.unassigned, sum(times > 1 for times in seen.values()))


def _add_silence(found: AgencyProgress, reader: Reader) -> None:
    for progress in found.by_agency.values():
        progress.silent = 0
    call = latest_due_call(reader.moment)
    if call is None:
        return
    seen: MilestoneQuerySet = Milestone.objects.visible_to(reader)
    still_open = seen.filter(status__in=OPEN)
    owed = Milestone.objects.silence_of(call, reader.moment).filter(milestone__in=still_open.values("pk"))
    for code in owed.order_by().values_list("agency_id", flat=True):
        progress = found.by_agency[code]
        progress.silent = (progress.silent or 0) + 1
