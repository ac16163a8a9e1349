"""What did PLCY write into a report: narrative, asks, edited lines, and why it corrects an earlier version?

Plain values, kept with the report and frozen into its figures; replaying the record with them gives the same bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LINES = ("statement", "next_step", "reason", "needed")  # of an agency's words; the lines that can be replaced
Row = dict[str, Any]


@dataclass(frozen=True)
class Written:
    """What stands in one edition beside the figures.

    `asks` are `{"agency", "text", "milestone", "by"}`: agency "" asks every principal, milestone and by may be null.
    `edits` are `{"code", "agency", "field", "own", "text"}`: `own` is the agency's line that `text` stands in for.
    """

    narrative: str = ""
    asks: Sequence[Mapping[str, Any]] = ()
    edits: Sequence[Mapping[str, str]] = ()
    correction: str = ""


def edit_lines(rows: Iterable[Row], edits: Sequence[Mapping[str, str]]) -> None:
    """Put each edited line beside the agency's own, as `edited: {field: text}` of those words.

    An edit holds for the line it was made of: where the agency's words are others by now, it is left out.
    """
    by_milestone: dict[str, list[Mapping[str, str]]] = {}
    for edit in edits:
        by_milestone.setdefault(edit["code"], []).append(edit)
    for row in rows:
        for said in row.get("words", ()):
            fitting = {
                edit["field"]: edit["text"]
                for edit in by_milestone.get(row["code"], ())
                if edit["agency"] == said["agency"] and said.get(edit["field"]) == edit["own"]
            }
            if fitting:
                said["edited"] = fitting


def outdated(rows: Iterable[Row], edits: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Return the edits that fit no line any more: the agency said something else since, or the row is gone."""
    lines = {
        (row["code"], said["agency"], field, said.get(field))
        for row in rows
        for said in row.get("words", ())
        for field in LINES
    }
    return [edit for edit in edits if (edit["code"], edit["agency"], edit["field"], edit["own"]) not in lines]
