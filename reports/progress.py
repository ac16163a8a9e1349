"""How is one line of a frozen report drawn: which bar, which words?

Takes counts in the shape of a report's totals. There the overdue are counted beside their status, not apart from it.
"""

from collections.abc import Mapping

from esc_tracker.marks import Segment, cut
from milestones.workflow import NOT_RELEASED, OPEN, Status, values
from reports import sentences


def bar_of(counts: Mapping[str, int]) -> tuple[Segment, ...]:
    """Cut all milestones into done, awaiting confirmation, overdue, open in time, and what counts no more."""
    return cut(
        (
            ("completed", "completed", counts[Status.COMPLETED]),
            ("reported_complete", "awaiting confirmation", counts[Status.REPORTED_COMPLETE]),
            ("overdue", "overdue", counts["overdue"]),
            ("in_progress", "open, not overdue", open_in_time(counts)),
            ("withdrawn", "withdrawn", counts[Status.WITHDRAWN]),
            ("not_released", "not released", counts.get(NOT_RELEASED, 0)),
        )
    )


def open_in_time(counts: Mapping[str, int]) -> int:
    """Count what is open and not overdue."""
    return sum(counts[status] for status in values(OPEN)) - counts["overdue"]


def in_words(counts: Mapping[str, int]) -> str:
    """Say it: "2 of 3 done · 1 overdue"."""
    said = [f"{counts[Status.COMPLETED]} of {counts['milestones']} done"]
    said += [f"{counts['overdue']} overdue"] if counts["overdue"] else []
    said += [f"{counts[Status.REPORTED_COMPLETE]} awaiting confirmation"] if counts[Status.REPORTED_COMPLETE] else []
    said += [f"{counts[NOT_RELEASED]} not released"] if counts.get(NOT_RELEASED) else []
    return " · ".join(said)


def change_in_words(by: int) -> str:
    """Say by how much a number differs from that of the report before: "three more", "one fewer", "no change"."""
    return f"{sentences.counted(abs(by))} {'more' if by > 0 else 'fewer'}" if by else "no change"
