"""How do the tests read a file of a report?"""

import csv
import zipfile
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

from django.http.response import HttpResponseBase
from openpyxl import load_workbook
from openpyxl.workbook import Workbook


def bytes_of(answer: HttpResponseBase) -> bytes:
    """Return what an answer brings."""
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def text_in(content: bytes) -> str:
    """Return all that a file holds as text, that of its packed parts too, each with its name."""
    if not zipfile.is_zipfile(BytesIO(content)):
        return content.decode()
    with zipfile.ZipFile(BytesIO(content)) as packed:
        return "\n".join(f"{name}\n{packed.read(name).decode(errors='replace')}" for name in packed.namelist())


def book_of(content: bytes) -> Workbook:
    """Open a workbook."""
    return load_workbook(BytesIO(content))


def rows_of(book: Workbook, name: str) -> list[dict[str, Any]]:
    """Return a sheet's rows by its headings; a day is a date, an empty cell None."""
    heads, *rows = book[name].iter_rows(values_only=True)
    return [dict(zip(heads, [plain(cell) for cell in row], strict=True)) for row in rows]


def plain(cell: object) -> object:
    """Return a day without the midnight that openpyxl adds."""
    return cell.date() if isinstance(cell, datetime) else cell


def lines_of(content: bytes) -> tuple[list[str], list[dict[str, str]]]:
    """Return a CSV file's notes and its rows."""
    lines = list(csv.reader(StringIO(content.decode().removeprefix("\ufeff"))))
    empty = lines.index([])
    header = lines[empty + 1]
    return [line[0] for line in lines[:empty]], [dict(zip(header, line, strict=True)) for line in lines[empty + 2 :]]
