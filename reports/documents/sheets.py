"""How are the frozen figures of a report written as a workbook and as CSV?"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from milestones.spreadsheets import csv_lines, workbook
from reports.documents.tabulated import long_table, mark_of, notes_of, sheets_of, title_of


def xlsx_of(figures: Mapping[str, Any]) -> bytes:
    """Return an edition as a workbook, a sheet for each section; the same figures give the same bytes. No query."""
    as_of = datetime.fromisoformat(figures["as_of"])
    return workbook(sheets_of(figures), title=title_of(figures), mark=mark_of(figures), made_at=as_of)


def csv_of(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield an edition as CSV: what it is and its totals as notes, then every list in one table. No query."""
    table = long_table(figures)
    return csv_lines(notes_of(figures), [column.name for column in table.columns], table.rows)
