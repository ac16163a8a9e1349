"""Can the chain be checked outside, from a file that a reader of the journal took away? (R41)"""

import csv
import hashlib
import json
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from esc_tracker.journal.models import Entry
from esc_tracker.security.models import Kind, SecurityEvent
from reports.journal import files
from tests.reports.journal.told import REFERENCE, auditor, on, tell

FORMULA = '=HYPERLINK("http://evil.example")'


@pytest.fixture
def told(cbp, plcy) -> None:
    """Tell four acts, one of them with a formula in every text."""
    tell("milestones.open_call", "2020-W37", at=on(9), source="job", after={"due_at": "2020-09-11T16:00:00+00:00"})
    tell("milestones.post_update", "4.3", by=cbp, at=on(10), before={"version": 0}, after={"statement": "Ça va, “so”."})
    tell("accounts.nominate", FORMULA, by=plcy, at=on(11), after={"name": FORMULA})
    tell("milestones.post_note", "4.3", by=cbp, at=on(12), after={"agency_note": "Ours.", "esc_note": "=1+1"})


def rows_of(answer) -> list[dict[str, str]]:
    """Return the rows of a CSV file by column."""
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").split("\r\n")
    start = lines.index("") + 1
    return list(csv.DictReader(StringIO("\r\n".join(lines[start:]))))


def notes_of(answer) -> str:
    """Return what a CSV file says about itself."""
    return b"".join(answer.streaming_content).decode("utf-8-sig").partition("\r\n\r\n")[0]


def sealed(row: dict[str, str]) -> str:
    """Return the digest of a row, made as the file itself says it is."""
    facts = [
        int(row["number"]),
        row["recorded_at_utc"],
        int(row["person_number"]) if row["person_number"] else None,
        row["act"],
        row["about"].removeprefix("'"),
        json.loads(row["before"]),
        json.loads(row["after"]),
        row["previous_digest"],
    ]
    if row["source"]:
        facts += [row["source"], row["reference"]]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def test_the_whole_chain_can_be_computed_again_from_the_file_of_the_chair(told, client_of, plcy):
    rows = rows_of(client_of(plcy).get("/journal/?export=csv&sort=number"))

    assert [row["number"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["digest"] for row in rows] == [sealed(row) for row in rows]
    assert [row["previous_digest"] for row in rows] == ["", *[row["digest"] for row in rows[:-1]]]
    assert [row["digest"] for row in rows] == list(Entry.objects.values_list("digest", flat=True))


def test_the_links_of_the_chain_can_be_followed_in_everybody_elses_file(told, client_of):
    answer = client_of(auditor()).get("/journal/?export=csv&sort=number")
    rows = rows_of(answer)

    assert [row["previous_digest"] for row in rows] == ["", *[row["digest"] for row in rows[:-1]]]
    assert [row["digest"] for row in rows] == list(Entry.objects.values_list("digest", flat=True))


def test_a_file_holds_what_the_filters_match_and_says_so(told, client_of, plcy):
    client = client_of(plcy)

    answer = client.get("/journal/?export=csv&about=4.3&as_of=2020-09-11")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="journal-2020-09-11.csv"'
    assert [row["number"] for row in rows_of(answer)] == ["2"]
    notes = notes_of(client.get("/journal/?export=csv&about=4.3"))
    assert "# Filters: About: 4.3" in notes
    assert "# As of Sep 14, 2020 (2020-09-14)" in notes
    assert "# INTERNAL: for readers of the journal; not for release." in notes
    assert "# All 2 entries that match." in notes


def test_a_row_tells_who_did_what_when_and_from_where(told, client_of, plcy, cbp):
    [row] = rows_of(client_of(plcy).get("/journal/?export=csv&act=milestones.post_update"))

    assert row | {"digest": "", "previous_digest": ""} == {
        "number": "2",
        "recorded_at_utc": "2020-09-10T13:00:00.000000+00:00",
        "new_york": "2020-09-10 09:00",
        "person": "CBP",
        "person_number": str(cbp.pk),
        "agency": "CBP",
        "act": "milestones.post_update",
        "in_words": "CBP posted an update on 4.3.",
        "about": "4.3",
        "before": '{"version":0}',
        "after": '{"statement":"Ça va, “so”."}',
        "source": "web",
        "reference": REFERENCE,
        "previous_digest": "",
        "digest": "",
    }


def test_no_cell_is_a_formula(told, client_of, plcy):
    client = client_of(plcy)

    rows = rows_of(client.get("/journal/?export=csv"))
    sheet = load_workbook(BytesIO(client.get("/journal/?export=xlsx").content))["Journal"]

    assert [value for row in rows for value in row.values() if value.startswith(("=", "+", "-", "@"))] == []
    assert rows[1]["about"] == f"'{FORMULA}"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


def test_a_workbook_holds_the_same_rows(told, client_of, plcy):
    client = client_of(plcy)

    book = load_workbook(BytesIO(client.get("/journal/?export=xlsx").content))

    head, *rows = book["Journal"].iter_rows(values_only=True)
    digest = head.index("Digest")
    assert [row[0] for row in rows] == [4, 3, 2, 1]
    assert [row[digest] for row in rows] == list(Entry.objects.order_by("-number").values_list("digest", flat=True))
    assert "INTERNAL: for readers of the journal; not for release." in [cell.value for cell in book["Notes"]["A"]]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_that_leaves_entries_out_says_so(told, client_of, plcy, monkeypatch, form):
    monkeypatch.setitem(files.ROWS_MAX, form, 3)
    said = "The first 3 of 4 entries that match. Narrow the period to get the others."

    answer = client_of(plcy).get(f"/journal/?export={form}")

    if form == "csv":
        text = b"".join(answer.streaming_content).decode()
        assert said in text
        assert text.count("milestones.") + text.count("accounts.") == 3
    else:
        book = load_workbook(BytesIO(answer.content))
        assert book["Journal"].max_row == 1 + 3
        assert said in [cell.value for cell in book["Notes"]["A"]]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("export=pdf", "The journal can be exported as csv or xlsx, not as “pdf”."),
        ("export=csv&export=xlsx", "Ask for one file at a time: csv or xlsx."),
    ],
)
def test_there_is_no_other_file(told, client_of, plcy, asked, sentence):
    answer = client_of(plcy).get(f"/journal/?{asked}")

    assert (answer.status_code, answer.has_header("Content-Disposition")) == (400, False)
    assert sentence in answer.text


def test_taking_a_file_away_is_noted_with_its_rows(told, client_of, plcy):
    list(client_of(plcy).get("/journal/?export=csv&about=4.3").streaming_content)

    event = SecurityEvent.objects.get(kind=Kind.EXPORTED)
    assert (event.person, event.facts["rows"]) == (plcy, 2)
