"""Which file does a person take away from a list of milestones?

A file leaves the site, so it says itself what it is, as of when, and who may see it.
"""

from collections.abc import Callable, Sequence
from datetime import date

from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase

from esc_tracker import clock
from esc_tracker.reader import Reader
from esc_tracker.security.middleware import count_rows
from esc_tracker.spreadsheets import CSV, XLSX, Cell, Column, Sheet, csv_lines, workbook
from milestones.filters import UNASSIGNED_LABEL
from milestones.lists import shown
from milestones.models import Milestone
from milestones.querysets import MilestoneQuerySet
from milestones.tables import agencies_of
from milestones.telling import say_day
from milestones.workflow import LABELS

CHUNK = 500  # rows fetched at a time
TITLE = "ESC Milestone Tracker: Milestones"
MARK = "INTERNAL: for the ESC; not for release."
COAC_MARK = "SHARED: only what has been released; assume that everything here is public."

SHARED_COLUMNS = (
    *(Column("Milestone", 10), Column("Action", 8), Column("Action title", 34), Column("Text", 60)),
    *(Column("Agencies", 20), Column("Plan", 14), Column("Target", 14), Column("Target on", 13), Column("Status", 16)),
    *(Column("Overdue", 9), Column("Days overdue", 9), Column("Completed on", 13), Column("Outcome", 16)),
    Column("Summary", 50),
)
INTERNAL_COLUMNS = (
    *(Column("Moves", 8), Column("Outlook", 12), Column("Last update on", 13), Column("Last update by", 12)),
    *(Column("Statement", 50), Column("Next step", 36), Column("Forecast", 14)),
)


def export_acts(query: QueryDict) -> list[dict[str, str]]:
    """Return the ways to the files of what a list shows, as acts of its page."""
    query = query.copy()
    for name in ("page", "per_page", "export"):
        query.pop(name, None)
    acts = []
    for form in FORMATS:
        query["export"] = form
        acts.append(
            {"label": form.upper(), "url": f"?{query.urlencode()}", "style": "outline", "icon": "file_download"}
        )
    return acts


def why_no_file(asked: Sequence[str]) -> str:
    """Say why there is no file of the form asked for; "" when there is one."""
    known = " or ".join(FORMATS)
    if len(asked) > 1:
        return f"Ask for one file at a time: {known}."
    return "" if asked[0] in FORMATS else f"Milestones can be exported as {known}, not as “{shown(asked[0])}”."


def milestones_file(form: str, rows: MilestoneQuerySet, reader: Reader, *, filters: str) -> HttpResponseBase:
    """Answer with all rows in one of FORMATS, in the order given; `filters` says in words what they match."""
    columns = SHARED_COLUMNS + (INTERNAL_COLUMNS if reader.sees_internal else ())
    found = rows.for_table(reader).iterator(chunk_size=CHUNK)
    answer = FORMATS[form](Sheet("Milestones", columns, (_cells(row, reader) for row in found)), reader, filters)
    count_rows(answer, rows.order_by().count())
    answer.headers["Content-Disposition"] = f'attachment; filename="milestones-{reader.today}.{form}"'
    return answer


def _csv(sheet: Sheet, reader: Reader, filters: str) -> HttpResponseBase:
    names = [column.name for column in sheet.columns]
    return StreamingHttpResponse(csv_lines(_notes(reader, filters), names, sheet.rows), content_type=CSV)


def _xlsx(sheet: Sheet, reader: Reader, filters: str) -> HttpResponseBase:
    notes = Sheet("Notes", [Column("About this file", 100)], [[note] for note in _notes(reader, filters)])
    title = f"{TITLE}, as of {say_day(reader.today)}"
    book = workbook([sheet, notes], title=title, mark=_mark(reader), made_at=clock.start_of(reader.today))
    return HttpResponse(book, content_type=XLSX)


FORMATS: dict[str, Callable[[Sheet, Reader, str], HttpResponseBase]] = {"csv": _csv, "xlsx": _xlsx}


def _notes(reader: Reader, filters: str) -> list[str]:
    """Return what a file says about itself."""
    as_of = f"As of {say_day(reader.today)} ({reader.today})"
    return [TITLE, f"Filters: {filters or 'none'}", as_of, _mark(reader)]


def _mark(reader: Reader) -> str:
    return COAC_MARK if reader.is_coac else MARK


def _cells(row: Milestone, reader: Reader) -> list[Cell]:
    target = row.target
    cells: list[Cell] = [
        row.code,
        row.action_id,
        row.action.title,
        row.text,
        agencies_of(row.responsible) or UNASSIGNED_LABEL,
        row.plan_printed,
        row.plan_printed if target == row.plan else str(target or ""),
        row.target_on,
        LABELS[row.status],
        "yes" if row.overdue else "no",
        row.days_overdue,
        _completed(row.completed_kind, row.completed_on),
        LABELS.get(row.outcome, ""),
        row.summary,
    ]
    return cells + _internal_cells(row) if reader.sees_internal else cells


def _internal_cells(row: Milestone) -> list[Cell]:
    cells: list[Cell] = [row.moves, LABELS[row.outlook]]
    if not row.last_words:
        return [*cells, "", "", "", "", ""]
    said = row.last_words[0]
    forecast = str(said.forecast or "")
    return [*cells, clock.day_of(said.recorded_at), said.agency.name, said.statement, said.next_step, forecast]


def _completed(kind: str, on: date | None) -> Cell:
    """Write a month as 2020-09, a day as 2020-09-11."""
    if kind == "unknown":
        return "not known"
    return f"{on:%Y-%m}" if on and kind == "month" else on
