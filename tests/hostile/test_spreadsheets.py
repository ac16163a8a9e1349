"""Does any cell of any file that leaves the site start a formula, or any text break the file? (R29)

Every CSV file and workbook of the access table and all that the pages link is taken by each role from a record with a
formula at the head of every text, and read back with the standard library and with openpyxl.
"""

import csv
import unicodedata
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from esc_tracker import clock
from esc_tracker.clock import start_of
from esc_tracker.plain_text import has_control_characters
from esc_tracker.spreadsheets import Column, Sheet, csv_lines, guarded, workbook
from milestones.models import Milestone
from tests.access.canaries import AFTER, FIELDS, canary
from tests.access.crawling import crawl
from tests.conftest import AS_OF
from tests.hostile.telling import FORMULAS, MANY_LINES, tell_hostile
from tests.hostile.values import TEXTS, tries
from tests.pages.test_access import ROWS

STARTS_A_FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"
INVISIBLE = {"Cf", "Zs", "Zl", "Zp", "Cc"}
AS_FILES = (".csv", ".xlsx")
EXPORTED = ("/milestones/?export=csv", "/milestones/?export=xlsx", "/milestones/?q=zq&export=csv")
ODD = (*FORMULAS, *MANY_LINES, *TEXTS, "\t=1", "\r=1", "\n=1", " \t\u200b\ufeff=1", "'", "a'=1", "\u2003\u2028-1")


def starts_a_formula(text: str) -> bool:
    """Say whether a spreadsheet, which may drop what cannot be seen, could take a text for a formula."""
    if text[:1] in {"\t", "\r", "\n"}:
        return True
    seen = "".join(char for char in text if unicodedata.category(char) not in INVISIBLE)
    return seen[:1] in set(STARTS_A_FORMULA) and seen[:1] != ""


def cells_of(content: bytes) -> list[str]:
    """Return the texts of all cells of a file, after looking whether a workbook holds anything that runs or opens."""
    if not content.startswith(b"PK"):
        text = content.decode()
        assert "\x00" not in text
        assert text.startswith("\ufeff")
        return [
            cell for row in csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), strict=True) for cell in row
        ]
    with ZipFile(BytesIO(content)) as packed:
        assert packed.testzip() is None
        names = packed.namelist()
    assert not [
        name for name in names if any(part in name for part in ("vba", "external", "embed", "activeX", "media"))
    ]
    book = load_workbook(BytesIO(content))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type in {"f", "e"}]
    assert all(
        str(cell.hyperlink.target).startswith(("http://", "https://")) for cell in cells if cell.hyperlink is not None
    )
    assert not book.defined_names or all("=" not in str(name) for name in book.defined_names)
    return [cell.value for cell in cells if isinstance(cell.value, str)]


def files_for(person) -> dict[str, bytes]:
    """Take every CSV file and workbook that somebody may have."""
    client, found = Client(), {}
    client.force_login(person)
    listed = {row["path"] for row in ROWS if row["verb"] == "GET"} & {
        row["path"] for row in ROWS if row["path"].partition("?")[0].endswith(AS_FILES) or "export=" in row["path"]
    }
    linked = {
        address
        for address in crawl(client, ("/", "/milestones/?q=rule&page=1"), printed=False).statuses
        if address.partition("?")[0].endswith(AS_FILES) or "export=" in address
    }
    for address in sorted(listed | linked | set(EXPORTED)):
        answer = client.get(address)
        assert answer.status_code < 500
        if answer.status_code == 200 and "attachment" in answer.headers.get("Content-Disposition", ""):
            found[address] = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return found


def test_no_cell_of_any_file_starts_a_formula_for_anybody(db):
    people = tell_hostile(FORMULAS, first=True, lines=MANY_LINES)
    words = {canary(row["object"], row["field"]) for row in FIELDS if row["canary"] == "yes"}
    wrong, read, carried = [], 0, set()

    with clock.at(AFTER):
        for name in ("coac", "own", "plcy"):
            for address, content in files_for(people[name]).items():
                cells = cells_of(content)
                wrong += [f"{name} {address}: {cell[:60]!r}" for cell in cells if starts_a_formula(cell)]
                carried |= {word for word in words if any(word in cell.lower() for cell in cells)}
                read += 1

    assert "\n".join(wrong) == ""
    assert read > 15
    assert len(carried) > 10


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_no_text_starts_a_formula_or_breaks_the_file(text):
    columns = [Column("Text", 20), Column("After")]

    lines = "".join(csv_lines([text], ["text", "after"], [[text, "end"]]))
    book = workbook([Sheet("Sheet", columns, [[text, "end"]])], title="T", mark="M", made_at=start_of(AS_OF))

    rows = list(csv.reader(StringIO(lines.removeprefix("\ufeff"), newline=""), strict=True))
    assert [len(row) for row in rows] == [1, 0, 2, 2]
    assert rows[-1][1] == "end"
    written = [cell for cell in cells_of(book) if cell not in {"Text", "After", "end"}]
    assert not [cell for cell in [*rows[0], *rows[-1], *written] if starts_a_formula(cell)]
    assert not has_control_characters(rows[-1][0])


def test_what_is_written_is_read_back_as_it_is_shown():
    """A guarded text loses nothing but the mark before it; any other comes back letter for letter."""

    @tries(400)
    @given(st.lists(st.one_of(st.text(st.characters(codec="utf-8"), max_size=60), st.sampled_from(ODD)), min_size=1))
    def any_texts(texts):
        shown = [text for text in texts if not has_control_characters(text)]

        lines = "".join(csv_lines([], ["text"], [[text] for text in shown]))

        read = [row[0] if row else "" for row in csv.reader(StringIO(lines[1:], newline=""), strict=True)][2:]
        assert read == [guarded(text) for text in shown]
        assert [text.removeprefix("'") if guarded(shown[place]) != shown[place] else text
                for place, text in enumerate(read)] == shown  # fmt: skip
        assert not [text for text in read if starts_a_formula(text)]

    any_texts()


def test_the_list_that_is_shown_is_the_list_in_its_files(client_of, plcy, plan):
    client = client_of(plcy)

    html = client.get("/milestones/?per_page=100").content.decode()
    [csv_cells, xlsx_cells] = [
        cells_of(b"".join(answer.streaming_content) if answer.streaming else answer.content)
        for answer in (client.get(f"/milestones/?export={form}") for form in ("csv", "xlsx"))
    ]

    for row in Milestone.objects.all():
        assert f"/milestones/{row.code}/" in html
        assert guarded(row.text) in csv_cells
        assert guarded(row.text) in xlsx_cells
