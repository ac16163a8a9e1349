"""Does the CSV of a report say first what it is, and then hold every list in one table?"""

import pytest

from reports.documents.sheets import csv_of
from tests.reports.documents.opening import bytes_of, lines_of

pytestmark = pytest.mark.django_db

LISTS = ("attention", "overdue", "silent", "unconfirmed", "completed", "reported", "moved", "due_soon")


def file_of(figures) -> tuple[list[str], list[dict[str, str]]]:
    return lines_of("".join(csv_of(figures)).encode())


def test_the_notes_say_what_the_file_is_and_its_totals(esc):
    notes, _ = file_of(esc)

    assert notes[0] == "# ESC Milestone Tracker: Weekly status report 2020-W36"
    assert f"# Headline: {esc['headline']}" in notes
    assert "# As of: the end of Sep 6, 2020" in notes
    assert f"# Overdue: {esc['totals']['overdue']} (before: {esc['totals_before']['overdue']})" in notes
    assert f"# SHA-256: {esc['digest']}" in notes
    assert notes[-1] == "# Asked of CBP about 3.1, by 2020-09-18: zzz-ask"
    assert all(note.startswith("# ") and "\n" not in note for note in notes)


def test_every_list_stands_in_one_table(esc, coac_figures):
    for figures in (esc, coac_figures):
        _, rows = file_of(figures)

        assert [(row["section"], row["milestone"]) for row in rows] == [
            (key.replace("_", " ").capitalize(), row["code"]) for key in LISTS for row in figures.get(key, ())
        ]


def test_days_are_written_as_iso_and_words_by_agency(esc):
    _, rows = file_of(esc)

    row = next(row for row in rows if (row["section"], row["milestone"]) == ("Attention", "3.1"))
    assert (row["target"], row["target_on"]) == ("Aug. 2020", "2020-08-31")
    assert (row["status"], row["outlook"], row["days_overdue"]) == ("In progress", "Off track", "6")
    assert row["statement"] == "CBP, Sep 3: zzz-statement of counsel & <others>\n“Second line”"


def test_nothing_in_it_begins_like_a_formula(esc):
    esc["narrative"] = "=1+1\n-2"
    for key in LISTS:
        for row in esc[key]:
            row["text"] = "=HYPERLINK(1)"
            row["summary"] = "\t@A1"

    notes, rows = file_of(esc)

    assert "# In the chair’s words: -2" in notes
    cells = [cell for row in rows for cell in row.values()]
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]


def test_coacs_table_has_no_column_for_what_agencies_write(coac_figures):
    _, rows = file_of(coac_figures)

    assert list(rows[0]) == [
        *("section", "milestone", "action", "text", "agencies", "supporting", "plan", "plan_on", "target"),
        *("target_on", "status", "overdue", "days_overdue", "completed_on", "outcome", "summary"),
        *("target_before", "target_before_on"),
    ]


def test_the_answer_is_marked_as_csv_and_named_after_its_report(client_of, coac, week_36):
    answer = client_of(coac).get("/reports/2020-W36.csv")

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="esc-report-2020-W36-v2-coac.csv"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert bytes_of(answer).startswith(b"\xef\xbb\xbf# ESC Milestone Tracker")
