"""What does a table look like in a spreadsheet, and how is it kept harmless there?

A spreadsheet runs what begins like a formula, so text is guarded and never written as one; a milestone's number stays
text ("1.10" is no number), a day a real day. The same sheet is written as CSV or into a workbook.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO

from esc_tracker.plain_text import has_control_characters

BOM = "\ufeff"  # without it a spreadsheet reads UTF-8 as Latin letters
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CELL_MAX = 32_767  # characters that a workbook's cell holds
LETTER = 1  # among the paper sizes of a workbook
ACROSS = 260  # characters that can still be read on one printed sheet; what is wider goes over several
FOOT = "&L{mark}&C&A&RPage &P of &N"
# What shows nothing, and what a spreadsheet may therefore drop before it looks for a formula.
_UNSEEN = (
    r"\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    r"\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff"
)
_FORMULA = re.compile(rf"[\t\r\n]|[{_UNSEEN}]*[=+\-@＝＋－＠]")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "remove_timezone": True,
    "default_date_format": "mmm d, yyyy",
}

Cell = str | int | date | None


@dataclass(frozen=True)
class Column:
    """One column: its heading, and how wide it stands in a workbook, in characters."""

    heading: str
    width: int = 12

    @property
    def name(self) -> str:
        """Return the name a machine reads: "Days overdue" is `days_overdue`."""
        return re.sub(r"[^a-z0-9]+", "_", self.heading.lower()).strip("_")


@dataclass(frozen=True)
class Sheet:
    """One table: its name (31 characters at most), its columns, and its rows, a cell for each column."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]


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


def csv_lines(notes: Iterable[str], columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield a file line by line: the notes, each after `# `, an empty line, the column names, the rows."""
    writer = csv.writer(_Echo())
    yield BOM
    for note in notes:
        yield writer.writerow([f"# {guarded(note)}"])
    yield writer.writerow([])
    yield writer.writerow(list(columns))
    for row in rows:
        yield writer.writerow([guarded(value) for value in row])


def workbook(sheets: Iterable[Sheet], *, title: str, mark: str, made_at: datetime) -> bytes:
    """Write sheets as one XLSX file: headings frozen and filtered, real days, text as text, no formula, no link.

    `mark` says at the foot of each printed sheet who may see it. No person is named in the file's properties; nothing
    in it tells when it was asked for, so the same sheets give the same bytes. Rows are held one at a time.
    """
    import xlsxwriter  # noqa: PLC0415 - a heavy library, loaded where a file is asked for

    file = BytesIO()
    book = xlsxwriter.Workbook(file, _OPTIONS)
    book.set_properties({"title": title, "comments": mark, "created": made_at.astimezone(UTC)})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DFE1E2", "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    number = book.add_format({"valign": "top", "num_format": "0"})
    day = book.add_format({"valign": "top", "align": "left", "num_format": _OPTIONS["default_date_format"]})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        page.set_landscape()
        page.set_paper(LETTER)
        if sum(column.width for column in sheet.columns) <= ACROSS:
            page.fit_to_pages(1, 0)
        else:
            page.repeat_columns(0)
        page.repeat_rows(0)
        page.freeze_panes(1, 0)
        page.set_footer(FOOT.format(mark=mark.replace("&", "&&")))
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, column.width)
            page.write_string(0, place, column.heading, head)
        last = 0
        for last, row in enumerate(sheet.rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(last, place, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001 - a workbook knows no zones
                elif isinstance(cell, int):
                    page.write_number(last, place, cell, number)
                elif cell:
                    page.write_string(last, place, _fitting(cell), text)
        page.autofilter(0, 0, last, len(sheet.columns) - 1)
        page.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
    book.close()
    return file.getvalue()


def _fitting(text: str) -> str:
    """Return a text that a workbook's cell can hold; what is too long ends in " …"."""
    clean = guarded(_NOT_XML.sub(" ", text)).replace("\r\n", "\n").replace("\r", "\n")
    units = clean.encode("utf-16-le")  # a cell counts these, two bytes each
    if len(units) <= 2 * CELL_MAX:
        return clean
    return f"{units[: 2 * (CELL_MAX - 2)].decode('utf-16-le', 'ignore')} …"
