"""Which editions of the plan does a reader know, and what became of what each printed?"""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from esc_tracker import clock
from esc_tracker.reader import Reader
from milestones.authority import decided_in_words
from milestones.models import Addition, Milestone, StatusUpdate
from milestones.progress import Progress
from milestones.querysets import recorded_before
from milestones.workflow import Move


@dataclass(frozen=True)
class EditionProgress:
    """One edition as a reader sees it: `source` is where it comes from, "" where that is not theirs to know.

    `recorded_on` is None for edition 1, which has always been there.
    """

    number: int
    title: str
    source: str
    recorded_on: date | None
    progress: Progress = field(default_factory=Progress)


def editions_of(reader: Reader) -> list[EditionProgress]:
    """Return the editions this reader knows as of their moment, the first one first. One query.

    COAC does not read on whose decision a later edition stands.
    """
    columns = ("edition_id", "edition__title", "edition__source_name", "edition__recorded_at", "status", "overdue")
    rows = Milestone.objects.visible_to(reader).order_by("edition_id", "pk").values_list(*columns)
    found: dict[int, EditionProgress] = {}
    for number, title, source, recorded_at, status, overdue in rows:
        if number not in found:
            told = "" if recorded_at and not reader.sees_internal else source
            found[number] = EditionProgress(number, title, told, clock.day_of(recorded_at) if recorded_at else None)
        found[number].progress.add(status, overdue)
    return list(found.values())


@dataclass(frozen=True)
class PlaceInPlan:
    """How a milestone came into the plan after edition 1, and what took whose place; empty where nothing did.

    `decided` says on whose decision it was added; `takes_place_of` and `place_taken_by` are numbers.
    """

    added: Addition | None = None
    decided: str = ""
    takes_place_of: tuple[str, ...] = ()
    place_taken_by: str = ""

    def __bool__(self) -> bool:
        """Say whether there is anything to tell."""
        return bool(self.added or self.takes_place_of or self.place_taken_by)


def place_in_plan(milestone: Milestone, reader: Reader) -> PlaceInPlan:
    """Return how a milestone came into the plan and what took whose place, as of the reader's moment.

    Two queries for the committee, none for COAC, who reads of no decision.
    """
    if not reader.sees_internal:
        return PlaceInPlan()
    additions = Addition.objects.filter(recorded_before(reader.moment), milestone=milestone)
    added = additions.select_related("by").first()
    withdrawals = StatusUpdate.objects.before(reader.moment).filter(
        Q(milestone=milestone) | Q(superseded_by=milestone), move=Move.WITHDRAW, superseded_by__isnull=False
    )
    pairs = [
        (each.milestone, each.superseded_by)
        for each in withdrawals.select_related("milestone", "superseded_by").order_by("recorded_at", "pk")
        if each.superseded_by
    ]
    return PlaceInPlan(
        added=added,
        decided=decided_in_words(added, "decided", added.by.name if reader.is_plcy else "") if added else "",
        takes_place_of=tuple(old.code for old, new in pairs if new == milestone),
        place_taken_by=next((new.code for old, new in pairs if old == milestone), ""),
    )
