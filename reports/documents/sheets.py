"""How are the frozen figures of a report written as a workbook and as CSV?"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from esc_tracker.spreadsheets import csv_lines, workbook
from reports.documents.tabulated import long_table, mark_of, notes_of, sheets_of, title_of


def xlsx_of(figures: Mapping[str, Any], *, is_published: bool = True) -> bytes:
    """Return an edition as a workbook, a sheet for each section; the same figures give the same bytes. No query."""
    return workbook(
        sheets_of(figures, is_published=is_published),
        title=title_of(figures),
        mark=mark_of(figures, is_published=is_published),
        made_at=datetime.fromisoformat(figures["as_of"]),
    )


def csv_of(figures: Mapping[str, Any], *, is_published: bool = True) -> Iterator[str]:
    """Yield an edition as CSV: what it is and its totals as notes, then every list in one table. No query."""
    table, notes = long_table(figures), notes_of(figures, is_published=is_published)
    return csv_lines(notes, [column.name for column in table.columns], table.rows)
