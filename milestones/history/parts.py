"""Who was named for a milestone, and how did it come into the plan?"""

from collections.abc import Iterable, Sequence

from esc_tracker.accounts.models import PLCY
from esc_tracker.reader import Reader
from milestones.history.lines import HistoryLine, ended, signed
from milestones.models import Milestone, Responsibility

FIRST_EDITION = 1  # the source document: nothing in it was added


def told_responsibilities(responsibilities: Sequence[Responsibility], reader: Reader) -> Iterable[HistoryLine]:
    """Tell who was named and whose part ended, each with its reason."""
    for held in responsibilities:
        part = Responsibility.Part(held.part).label.lower()
        if held.assigned_from is not None:
            person, authority = signed(reader, held, "decided", held.by_name)  # type: ignore[attr-defined]  # annotated
            yield HistoryLine(
                at=held.assigned_from, kind="responsibility", speaker=PLCY, person=person,
                sentence=f"Named {held.agency} as {part} agency.{authority}", quotes=(("Why", held.reason),),
            )  # fmt: skip
        if held.assigned_until is not None and ended(held.assigned_until, reader):
            person, authority = signed(reader, held.end, "decided", held.ended_by_name)  # type: ignore[attr-defined]  # annotated
            yield HistoryLine(
                at=held.assigned_until, kind="responsibility", speaker=PLCY, person=person,
                sentence=f"{held.agency} is no longer {part} agency.{authority}", quotes=(("Why", held.end.reason),),
            )  # fmt: skip


def told_addition(milestone: Milestone, reader: Reader) -> Iterable[HistoryLine]:
    """Tell how a milestone of a later edition came into the plan. No query where `addition` and its person came with
    the milestone; two otherwise, none for edition 1.
    """
    addition = getattr(milestone, "addition", None) if milestone.edition_id > FIRST_EDITION else None
    if addition is not None and ended(addition.recorded_at, reader):
        person, authority = signed(reader, addition, "decided", addition.by.name)
        yield HistoryLine(
            at=addition.recorded_at, kind="decision", speaker=PLCY, person=person,
            sentence=f"Added it to the plan under edition {milestone.edition_id}.{authority}",
            quotes=(("Why", addition.reason),),
        )  # fmt: skip
