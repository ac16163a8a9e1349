"""Which file does a person take away from a list of milestones?

A file leaves the site, so it says itself what it is, as of when, and who may see it. Cells are guarded: a spreadsheet
runs what begins like a formula.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.http import StreamingHttpResponse

from esc_tracker import clock
from esc_tracker.reader import Reader
from milestones.filters import UNASSIGNED_LABEL
from milestones.models import Milestone
from milestones.querysets import MilestoneQuerySet
from milestones.tables import agencies_of
from milestones.telling import say_day
from milestones.words import has_control_characters
from milestones.workflow import NO_OUTLOOK, NO_OUTLOOK_LABEL, NOT_RELEASED, NOT_RELEASED_LABEL, Outcome, Outlook, Status

BOM = "\ufeff"  # without it a spreadsheet reads UTF-8 as Latin letters
CHUNK = 500  # rows fetched at a time
_FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")
_LABELS = (
    dict(Status.choices) | dict(Outlook.choices) | {NOT_RELEASED: NOT_RELEASED_LABEL, NO_OUTLOOK: NO_OUTLOOK_LABEL}
)

SHARED_COLUMNS = (
    *("milestone", "action", "action_title", "text", "agencies", "plan", "target", "target_on", "status"),
    *("overdue", "days_overdue", "completed_on", "outcome", "summary"),
)
INTERNAL_COLUMNS = ("moves", "outlook", "last_update_on", "last_update_by", "statement", "next_step", "forecast")


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def guarded(value: object) -> str:
    """Return a cell's text, harmless to a spreadsheet: no formula, no character that cannot be printed."""
    text = "" if value is None else str(value)
    if has_control_characters(text):
        text = "".join(" " if has_control_characters(char) else char for char in text)
    return f"'{text}" if _FORMULA.match(text) else text


def csv_lines(head: Iterable[str], columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield a file line by line: the notes, each after `# `, an empty line, the column names, the rows."""
    writer = csv.writer(_Echo())
    yield BOM
    for note in head:
        yield writer.writerow([f"# {guarded(note)}"])
    yield writer.writerow([])
    yield writer.writerow(list(columns))
    for row in rows:
        yield writer.writerow([guarded(value) for value in row])


def milestones_csv(rows: MilestoneQuerySet, reader: Reader, *, filters: str) -> StreamingHttpResponse:
    """Answer with all rows as CSV, in the order given; `filters` says in words what they match."""
    columns = SHARED_COLUMNS + (INTERNAL_COLUMNS if reader.sees_internal else ())
    found = rows.for_table(reader).iterator(chunk_size=CHUNK)
    lines = csv_lines(notes("Milestones", reader, filters), columns, (_cells(row, reader) for row in found))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="milestones-{reader.today}.csv"'
    return answer


def notes(title: str, reader: Reader, filters: str) -> list[str]:
    """Return what a file says about itself."""
    whose = "SHARED: only what has been released; assume that everything here is public."
    return [
        f"ESC Milestone Tracker: {title}",
        f"Filters: {filters or 'none'}",
        f"As of {say_day(reader.today)} ({reader.today})",
        whose if reader.is_coac else "INTERNAL: for the ESC; not for release.",
    ]


def _cells(row: Milestone, reader: Reader) -> list[Any]:
    target = row.target
    cells = [
        row.code,
        row.action_id,
        row.action.title,
        row.text,
        agencies_of(row.responsible) or UNASSIGNED_LABEL,
        row.plan_printed,
        row.plan_printed if target == row.plan else target,
        row.target_on,
        _LABELS[row.status],
        "yes" if row.overdue else "no",
        row.days_overdue,
        _completed(row.completed_kind, row.completed_on),
        Outcome(row.outcome).label if row.outcome else "",
        row.summary,
    ]
    return cells + _internal_cells(row) if reader.sees_internal else cells


def _internal_cells(row: Milestone) -> list[Any]:
    cells = [row.moves, _LABELS[row.outlook]]
    if not row.last_words:
        return [*cells, "", "", "", "", ""]
    said = row.last_words[0]
    return [*cells, clock.day_of(said.recorded_at), said.agency.name, said.statement, said.next_step, said.forecast]


def _completed(kind: str, on: date | None) -> object:
    """Write a month as 2020-09, a day as 2020-09-11."""
    if kind == "unknown":
        return "not known"
    return f"{on:%Y-%m}" if on and kind == "month" else on
