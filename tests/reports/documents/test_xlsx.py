"""Does the workbook of a report hold the frozen figures, cell by cell, and nothing that a spreadsheet would run?"""

import json
from datetime import date
from pathlib import Path

import pytest

from milestones.workflow import LABELS
from reports.documents.sheets import xlsx_of
from reports.documents.tabulated import sheets_of
from reports.models import WeeklyReport
from tests.reports.documents.opening import book_of, bytes_of, rows_of, text_in

pytestmark = pytest.mark.django_db

SCHEMA_1 = Path(__file__).parents[1] / "schema_1"
LISTS = {
    "Attention": "attention",
    "Overdue": "overdue",
    "Silent": "silent",
    "Unconfirmed": "unconfirmed",
    "Completed": "completed",
    "Reported": "reported",
    "Moved": "moved",
    "Due soon": "due_soon",
}
SHEETS = ["Summary", "By action", "By agency", *LISTS, "Answers", "Asks", "Timeline", "Burn-up"]
COACS = [name for name in SHEETS if name not in {"Attention", "Silent", "Unconfirmed", "Answers", "Asks"}]
AGENCIES = {"ICE-HSI": "ICE/HSI"}
FILES = ("2020-W36.xlsx", "2020-W36.csv", "2020-W36.docx", "2020-W36/one-page.docx")


HEADS = (
    *("Milestone", "Action", "Text", "Agencies", "Plan", "Plan on", "Target on", "Status", "Overdue", "Days overdue"),
    *("Completed on", "Outcome", "Summary"),
)


@pytest.fixture
def sample() -> dict:
    """The committee's edition of a week, written under schema 1."""
    return json.loads((SCHEMA_1 / "2020-W35-esc.json").read_text())


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def shared(row: dict) -> dict:
    """Return what the cells of one milestone must be, from its row of the figures."""
    speaking = [AGENCIES.get(each["code"], each["code"]) for each in row["agencies"] if each["part"] != "supporting"]
    kind, on = row.get("completed_kind"), row["completed_on"]
    return {
        "Milestone": row["code"],
        "Action": row["action"],
        "Text": row["text"],
        "Agencies": " and ".join(speaking) or "No agency named yet",
        "Plan": row["timeline"]["printed"],
        "Plan on": day(row["timeline"].get("due_on")),
        "Target on": day(row["target"]["due_on"]) if row["target"] else None,
        "Status": LABELS[row["status"]],
        "Overdue": "yes" if row["overdue"] else "no",
        "Days overdue": row["days_overdue"],
        "Completed on": on[:7] if kind == "month" else day(on),
        "Outcome": LABELS[row["outcome"]] if row["outcome"] else None,
        "Summary": row["summary"] or None,
    }


def internal(row: dict) -> dict:
    return {"Moves": row["moves"], "Outlook": LABELS[row["outlook"]]}


# --- The sheets -----------------------------------------------------------------------------------------------------


def test_each_section_of_the_figures_has_a_sheet(esc, coac_figures):
    assert book_of(xlsx_of(esc)).sheetnames == SHEETS
    assert book_of(xlsx_of(coac_figures)).sheetnames == COACS


@pytest.mark.parametrize("edition", ["esc", "coac"])
def test_figures_of_the_first_schema_have_sheets_too(edition):
    figures = json.loads((SCHEMA_1 / f"2020-W35-{edition}.json").read_text())

    book = book_of(xlsx_of(figures))

    gone = {"Unconfirmed", "Answers", "Timeline", "Burn-up"}
    assert book.sheetnames == [name for name in (SHEETS if edition == "esc" else COACS) if name not in gone]
    assert [row["Milestone"] for row in rows_of(book, "Overdue")] == [row["code"] for row in figures["overdue"]]


def test_every_list_holds_its_rows_cell_by_cell(esc, coac_figures):
    book, shared_book = book_of(xlsx_of(esc)), book_of(xlsx_of(coac_figures))

    for name, key in LISTS.items():
        expected = [shared(row) | internal(row) for row in esc[key]]
        found = rows_of(book, name)
        assert [{head: row[head] for head in (*HEADS, "Moves", "Outlook")} for row in found] == expected
        if key in coac_figures:
            expected = [shared(row) for row in coac_figures[key]]
            found = rows_of(shared_book, name)
            assert [{head: row[head] for head in HEADS} for row in found] == expected
    assert {key for key in LISTS.values() if esc[key]} >= {"attention", "overdue", "silent", "moved", "due_soon"}


def test_words_stand_by_agency_and_an_edited_line_beside_the_agencys_own(esc):
    rows = {row["Milestone"]: row for row in rows_of(book_of(xlsx_of(esc)), "Attention")}

    assert rows["3.1"]["Statement"] == "CBP, Sep 3: zzz-statement of counsel & <others>\n“Second line”"
    assert rows["3.1"]["Next step"] == "CBP, Sep 3: zzz-step, by Sep 18, waiting on zzz-waiting"
    assert rows["3.1"]["Needed"] == "CBP, Sep 3: zzz-needed"
    assert rows["3.1"]["Forecast"] == "CBP: Mar 17, 2031"
    assert rows["3.1"]["Own words where edited"] is None
    assert rows["5.2"]["Statement"] == "USPS, Sep 3: zzz-edited (edited by PLCY)"
    assert rows["5.2"]["Own words where edited"] == "USPS, statement: zzz-before"
    assert rows["5.2"]["Forecast"] == "USPS: zzz-cannot"


def test_each_list_brings_what_is_its_own(esc):
    book = book_of(xlsx_of(esc))

    [moved] = rows_of(book, "Moved")
    assert (moved["Target before"], moved["Target before on"]) == ("Oct. 2020", date(2020, 10, 31))
    assert (moved["Target"], moved["Why it moved"]) == ("Dec. 2020", "ICE/HSI, dependency, Sep 3: zzz-moved")
    silent = rows_of(book, "Silent")
    assert [(row["Silent agency"].replace("/", "-"), row["Call"]) for row in silent] == [
        (row["agency"], row["call"]) for row in esc["silent"]
    ]
    past = rows_of(book, "Unconfirmed")
    assert [row["Working days past target"] for row in past] == [row["working_days"] for row in esc["unconfirmed"]]


def test_the_summary_tells_totals_with_those_before_and_what_the_file_is(esc):
    rows = {row["What"]: row for row in rows_of(book_of(xlsx_of(esc)), "Summary")}

    assert rows["Week"]["This report"] == "2020-W36 (Aug 31 – Sep 6, 2020)"
    assert rows["Version"]["This report"] == 2
    assert rows["As of"]["This report"] == "the end of Sep 6, 2020"
    assert rows["For whom"]["This report"].startswith("INTERNAL")
    assert rows["Headline"]["This report"] == esc["headline"]
    assert rows["What comes next"]["This report"] == esc["forward"]
    assert rows["In the chair’s words"]["This report"] == "zzz-narrative"
    assert rows["Why corrected"]["This report"] == "zzz-correction"
    assert rows["SHA-256"]["This report"] == esc["digest"]
    for what, key in (("Milestones", "milestones"), ("Overdue", "overdue"), ("No agency named yet", "unassigned")):
        assert (rows[what]["This report"], rows[what]["The report before"]) == (
            esc["totals"][key],
            esc["totals_before"][key],
        )


def test_counts_asks_answers_timeline_and_course_are_those_of_the_figures(esc, coac_figures):
    book = book_of(xlsx_of(esc))

    assert [(row["Action"], row["Title"], row["Milestones"], row["Overdue"]) for row in rows_of(book, "By action")] == [
        (row["number"], row["title"], row["milestones"], row["overdue"]) for row in esc["by_action"]
    ]
    assert [(row["Agency"], row["In progress"]) for row in rows_of(book, "By agency")] == [
        (row["name"], row["in_progress"]) for row in esc["by_agency"]
    ]
    assert [tuple(row.values()) for row in rows_of(book, "Asks")] == [("CBP", "zzz-ask", "3.1", date(2020, 9, 18))]
    assert [tuple(row.values())[1:] for row in rows_of(book, "Answers")] == [
        (row["asked"], row["answered"], row["silent"]) for row in esc["answers"]
    ]
    assert [(row["Milestone"], row["Plan on"], row["Forecast"]) for row in rows_of(book, "Timeline")] == [
        (row["code"], day(row["plan"]["due_on"]), day(row["forecast"])) for row in esc["timeline"]
    ]
    assert [tuple(row.values()) for row in rows_of(book, "Burn-up")] == [
        (day(row["on"]), row["planned"], row["completed"]) for row in esc["burn_up"]
    ]
    assert not {"Forecast", "Outlook"} & set(rows_of(book_of(xlsx_of(coac_figures)), "Timeline")[0])


# --- How they are written -------------------------------------------------------------------------------------------


def test_headings_stay_in_sight_and_filter_and_a_milestones_number_is_text(esc):
    book = book_of(xlsx_of(esc))

    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert len(sheet.title) <= 31
        assert sheet.print_title_rows == "$1:$1"
    cell = book["Timeline"]["A2"]
    assert (cell.value, cell.data_type) == ("1.1", "s")
    due = next(cell for cell in book["Overdue"][2] if cell.is_date)
    assert due.number_format == "mmm d, yyyy"
    assert book["Overdue"]["C2"].alignment.wrap_text


def test_a_number_with_a_zero_at_its_end_stays_what_it_is(sample):
    sample["overdue"][0]["code"] = "1.10"

    assert rows_of(book_of(xlsx_of(sample)), "Overdue")[0]["Milestone"] == "1.10"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("＝1+1", "'＝1+1"),
        ("\t@SUM(A1)", "'\t@SUM(A1)"),
        ("https://evil.example", "https://evil.example"),
        ("a\x00b\x07c\ufffed\uffffe", "a b c d e"),
        ("_x0041_", "_x005F_x0041_"),  # how the format writes it, so that it is not read as an A
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("😀 & <b>", "😀 & <b>"),
    ],
)
def test_text_of_people_stays_text(text, cell, sample):
    sample["narrative"] = text

    book = book_of(xlsx_of(sample))

    rows = {row["What"]: row["This report"] for row in rows_of(book, "Summary")}
    assert rows["In the chair’s words"] == cell
    cells = [each for sheet in book for row in sheet for each in row]
    assert {each.data_type for each in cells} <= {"s", "n", "d"}
    assert not any(each.hyperlink for each in cells)


@pytest.mark.parametrize(("text", "units"), [("a" * 32_767, 32_767), ("a" * 40_000, 32_767), ("😀" * 20_000, 32_766)])
def test_what_is_longer_than_a_cell_ends_in_three_dots(text, units, sample):
    sample["narrative"] = text

    rows = {row["What"]: row["This report"] for row in rows_of(book_of(xlsx_of(sample)), "Summary")}

    found = rows["In the chair’s words"]
    assert len(found.encode("utf-16-le")) // 2 == units
    assert found.endswith(" …") == (found != text)


def test_properties_name_the_report_and_no_person(esc):
    book = book_of(xlsx_of(esc))

    assert book.properties.title == "Weekly status report 2020-W36, ESC edition, version 2"
    assert not book.properties.creator
    assert not book.properties.lastModifiedBy
    assert "plcy@esc.example" not in text_in(xlsx_of(esc))
    assert "Dana Reyes" not in text_in(xlsx_of(esc))


def test_the_same_figures_give_the_same_bytes(esc):
    assert xlsx_of(esc) == xlsx_of(json.loads(json.dumps(esc)))


def test_no_sheet_has_two_columns_of_one_name(esc, coac_figures):
    for figures in (esc, coac_figures):
        for sheet in sheets_of(figures):
            names = [column.name for column in sheet.columns]
            assert len(names) == len(set(names))
            assert all(len(row) == len(names) for row in sheet.rows)


# --- The page that gives it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "query", "name"),
    [
        ("cbp", "", "esc-report-2020-W36-v2.xlsx"),
        ("cbp", "?version=1", "esc-report-2020-W36-v1.xlsx"),
        ("cbp", "?edition=coac", "esc-report-2020-W36-v2-coac.xlsx"),
        ("coac", "", "esc-report-2020-W36-v2-coac.xlsx"),
    ],
)
def test_the_file_is_of_the_edition_and_version_asked_for(who, query, name, request, client_of, coac, week_36):
    answer = client_of(request.getfixturevalue(who)).get(f"/reports/2020-W36.xlsx{query}")

    report = WeeklyReport.objects.get(week="2020-W36", version=1 if "-v1" in name else 2)
    figures = report.released().content if "coac" in name else report.content
    assert answer.content == xlsx_of(figures)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("who", "query"),
    [
        ("coac", "?edition=esc"),
        ("coac", "?version=1"),
        ("cbp", "?version=9"),
        ("cbp", "?edition=%00"),
        ("plcy", "?version=%00"),
    ],
)
def test_what_a_reader_may_not_know_of_is_in_no_file(who, query, request, client_of, coac, week_36):
    client = client_of(request.getfixturevalue(who))

    assert [client.get(f"/reports/{file}{query}").status_code for file in FILES] == [404] * len(FILES)


def test_a_file_takes_the_queries_of_its_report(client_of, cbp, week_36, django_assert_num_queries):
    client = client_of(cbp)

    for file in FILES:
        with django_assert_num_queries(5):  # one of them for the security log
            bytes_of(client.get(f"/reports/{file}"))
