"""Is a file that leaves the site complete, marked, and harmless?"""

import csv
from datetime import date, datetime
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from esc_tracker.spreadsheets import guarded
from milestones.models import Milestone
from tests.milestones.pages.reading import MARKER, asked, text_of
from tests.milestones.pages.saying import say

pytestmark = pytest.mark.django_db


def file_of(client, query="") -> tuple[list[str], list[dict[str, str]]]:
    """Return a file's notes and its rows."""
    answer = client.get(f"/milestones/?{query}&export=csv")
    assert answer.status_code == 200
    lines = list(csv.reader(StringIO(text_of(answer).removeprefix("\ufeff"))))
    empty = lines.index([])
    header = lines[empty + 1]
    return [line[0] for line in lines[:empty]], [dict(zip(header, line, strict=True)) for line in lines[empty + 2 :]]


def test_file_holds_all_rows_that_match_in_the_order_asked_for(client_of, reader, month):
    client = client_of(reader)

    _, rows = file_of(client, "sort=-code&per_page=25&page=2")
    _, overdue = file_of(client, "overdue=1&agency=CBP")

    assert [row["milestone"] for row in rows][:5] == ["11.3", "11.2", "11.1", "10.1", "9.2"]
    assert len(rows) == 30
    assert [row["milestone"] for row in overdue] == asked(client, "overdue=1&agency=CBP")


def test_file_says_what_it_is_as_of_when_and_who_may_see_it(client_of, reader, month):
    answer = client_of(reader).get("/milestones/?agency=CBP&overdue=1&as_of=2020-09-12&export=csv")

    text = text_of(answer)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="milestones-2020-09-12.csv"'
    assert text.startswith("\ufeff# ESC Milestone Tracker: Milestones\r\n# Filters: Agency: CBP; Overdue\r\n")
    notes = text.split("\r\n\r\n")[0]
    assert "# As of Sep 12, 2020 (2020-09-12)" in notes.replace('"', "")
    assert "# INTERNAL" in notes.replace('"', "")


def test_cells_are_those_of_the_record(client_of, reader, month):
    _, rows = file_of(client_of(reader), "q=4.3")

    assert rows[0] | {"text": ""} == {
        "milestone": "4.3",
        "action": "4",
        "action_title": "Apply Civil Fines, Penalties, and Injunctive Actions for Violative Imported Products",
        "text": "",
        "agencies": "ICE/HSI",
        "plan": "Oct. 2020",
        "target": "Dec. 2020",
        "target_on": "2020-12-31",
        "status": "In progress",
        "overdue": "no",
        "days_overdue": "",
        "completed_on": "",
        "outcome": "",
        "summary": "",
        "moves": "1",
        "outlook": "At risk",
        "last_update_on": "2020-09-11",
        "last_update_by": "ICE/HSI",
        "statement": f"{MARKER} curriculum drafted",
        "next_step": "Sessions 3 to 5",
        "forecast": "Jan. 2021",
    }


def test_unnamed_milestones_are_named_as_such(client_of, reader, plan):
    _, rows = file_of(client_of(reader), "q=8.1")

    assert rows[0]["agencies"] == "No agency named yet"


def test_coac_gets_shared_columns_of_the_released_state(client_of, coac, month):
    client = client_of(coac)

    notes, rows = file_of(client)

    assert notes[-1].startswith("# SHARED")
    assert MARKER not in text_of(client.get("/milestones/?export=csv"))
    assert not {"moves", "outlook", "statement", "forecast"} & set(rows[0])
    assert {row["milestone"]: row["status"] for row in rows}["4.4"] == "Status not released"
    assert {row["milestone"]: row["target"] for row in rows}["4.3"] == "Oct. 2020"


@pytest.mark.parametrize("asked_for", ["xls", "pdf", "CSV", "csv%00", "xlsx%00"])
def test_other_files_are_refused_in_words(asked_for, client_of, reader, plan):
    answer = client_of(reader).get(f"/milestones/?export={asked_for}")

    assert answer.status_code == 400
    assert answer.context["reason"].startswith("Milestones can be exported as csv or xlsx, not as “")


def test_one_file_is_given_at_a_time(client_of, reader, plan):
    answer = client_of(reader).get("/milestones/?export=csv&export=xlsx")

    assert answer.status_code == 400
    assert answer.context["reason"] == "Ask for one file at a time: csv or xlsx."


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1+1", "'  =1+1"),
        ("\t=1", "'\t=1"),
        ("\r\n=1", "'\r\n=1"),
        ("\n", "'\n"),
        ("\u00a0=1", "'\u00a0=1"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠A1", "'＠A1"),
        ("\x00=1", "' =1"),
        ("a\x07b\u202ec", "a b c"),
        ("plain = text", "plain = text"),
        (None, ""),
        (3, "3"),
    ],
)
def test_no_cell_is_a_formula_or_holds_what_cannot_be_printed(text, cell):
    assert guarded(text) == cell


def test_what_an_agency_writes_cannot_run_in_a_spreadsheet(client_of, reader, cbp, plan):
    say("3.1", cbp, statement='=HYPERLINK("https://evil.example")', next_step="＝1+1")

    _, rows = file_of(client_of(reader), "q=3.1")

    assert rows[0]["statement"] == '\'=HYPERLINK("https://evil.example")'
    assert rows[0]["next_step"] == "'＝1+1"


def test_file_takes_the_same_few_queries_for_any_number_of_rows(client_of, reader, month, django_assert_num_queries):
    client = client_of(reader)

    with django_assert_num_queries(8):  # two of them for the security log
        text_of(client.get("/milestones/?export=csv"))

    assert Milestone.objects.count() == 30


# --- As a workbook --------------------------------------------------------------------------------------------------


def book_of(client, query=""):
    """Return a list's workbook, as it is opened."""
    answer = client.get(f"/milestones/?{query}&export=xlsx")
    assert answer.status_code == 200
    return load_workbook(BytesIO(answer.content))


def as_csv(value: object) -> str:
    """Write a cell of a workbook as the other file writes it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    return "" if value is None else str(value)


@pytest.mark.parametrize("who", ["reader", "coac"])
def test_the_workbook_holds_the_same_notes_and_rows_as_the_csv(who, request, client_of, coac, reader, month):
    client = client_of(request.getfixturevalue(who))

    book = book_of(client, "sort=-code&as_of=2020-09-12")
    notes, rows = file_of(client, "sort=-code&as_of=2020-09-12")

    assert book.sheetnames == ["Milestones", "Notes"]
    heads, *cells = book["Milestones"].iter_rows(values_only=True)
    assert [head.lower().replace(" ", "_") for head in heads] == list(rows[0])
    assert [[as_csv(cell) for cell in row] for row in cells] == [list(row.values()) for row in rows]
    assert ["# " + row[0] for row in book["Notes"].iter_rows(min_row=2, values_only=True)] == notes


def test_numbers_of_milestones_stay_text_and_days_are_days(client_of, reader, month):
    sheet = book_of(client_of(reader), "q=4.3")["Milestones"]

    cells = {sheet.cell(1, cell.column).value: cell for cell in sheet[2]}
    assert (cells["Milestone"].value, cells["Milestone"].data_type) == ("4.3", "s")
    assert cells["Target on"].value.date() == date(2020, 12, 31)
    assert cells["Target on"].number_format == "mmm d, yyyy"
    assert cells["Last update on"].value.date() == date(2020, 9, 11)
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:U2"


def test_the_workbook_is_named_after_its_day(client_of, reader, month):
    answer = client_of(reader).get("/milestones/?as_of=2020-09-12&export=xlsx")

    assert answer.headers["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="milestones-2020-09-12.xlsx"'


def test_nothing_that_an_agency_writes_is_a_formula_in_a_workbook(client_of, reader, cbp, plan):
    say("3.1", cbp, statement='=HYPERLINK("https://evil.example")', next_step="http://a.example")

    sheet = book_of(client_of(reader), "q=3.1")["Milestones"]

    cells = {sheet.cell(1, cell.column).value: cell for cell in sheet[2]}
    assert cells["Statement"].value == '\'=HYPERLINK("https://evil.example")'
    assert cells["Next step"].value == "http://a.example"
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n", "d", "inlineStr"}
    assert not any(cell.hyperlink for row in sheet for cell in row)


def test_no_part_of_coacs_workbook_holds_a_word_of_the_committee(client_of, reader, coac, month):
    def text_in(user) -> str:
        content = client_of(user).get("/milestones/?export=xlsx").content
        with ZipFile(BytesIO(content)) as packed:
            return "\n".join(packed.read(name).decode() for name in packed.namelist())

    assert MARKER in text_in(reader)
    assert MARKER not in text_in(coac)


def test_a_list_without_rows_gives_a_workbook_with_headings(client_of, reader, plan):
    sheet = book_of(client_of(reader), "q=zzz-nothing")["Milestones"]

    assert sheet.max_row == 1
    assert sheet["A1"].value == "Milestone"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_page_leads_to_both_files_of_what_it_shows(form, client_of, reader, month):
    page = client_of(reader).get("/milestones/?agency=CBP&sort=-code&per_page=25&page=1")

    assert f"?agency=CBP&sort=-code&export={form}" in [act["url"] for act in page.context["acts"]]


@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\u200b", "\ufeff", "\u2060 "])
def test_no_space_of_any_width_hides_a_formula(before: str) -> None:
    assert guarded(f"{before}=1+1") == f"'{before}=1+1"
