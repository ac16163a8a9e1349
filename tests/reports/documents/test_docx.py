"""Can the copy of a report be worked on in Word: headings, tables whose heads repeat, and what the copy is?"""

import json
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from reports.documents.copies import one_page_docx, report_docx
from reports.documents.word import Word
from tests.reports.documents.opening import text_in
from tests.reports.record import new_york

pytestmark = pytest.mark.django_db

SCHEMA_1 = Path(__file__).parents[1] / "schema_1"
INCHES = 914_400


def opened(content: bytes):
    """Open a document."""
    return docx.Document(BytesIO(content))


def headings_of(document) -> list[tuple[str, str]]:
    return [(each.style.name, each.text) for each in document.paragraphs if each.style.name.startswith(("Head", "Tit"))]


def table_of(document, *heads: str) -> list[list[str]]:
    """Return the rows of the first table with these heads."""
    return next(
        [[cell.text for cell in row.cells] for row in table.rows[1:]]
        for table in document.tables
        if [cell.text for cell in table.rows[0].cells] == list(heads)
    )


# --- The report -----------------------------------------------------------------------------------------------------


def test_a_report_has_the_headings_of_its_page_as_real_ones(esc):
    found = headings_of(opened(report_docx(esc)))

    assert found == [
        ("Title", "Weekly status report, Aug 31 – Sep 6, 2020"),
        ("Heading 1", "One thing is asked of the principals"),
        ("Heading 1", "What needs the ESC’s attention"),
        ("Heading 2", "Two milestones are off track or at risk"),
        ("Heading 2", "Fifteen milestones are overdue"),
        ("Heading 2", "Sixteen answers to the call are missing"),
        ("Heading 1", "One completion awaits confirmation"),
        ("Heading 1", "One target moved"),
        ("Heading 1", "Ten milestones fall due in the next 60 days"),
        ("Heading 1", "Progress by action"),
        ("Heading 1", "Progress by agency"),
        ("Heading 1", "How each number is defined"),
        ("Heading 1", "Anyone can check that this report is unchanged"),
    ]


def test_a_report_says_what_is_in_its_figures(esc):
    document = opened(report_docx(esc))

    said = [each.text for each in document.paragraphs]
    assert esc["headline"] in said
    assert esc["forward"] in said
    assert "zzz-narrative" in said
    assert "Version 2, a correction: zzz-correction." in said
    assert "Nothing was completed." in said
    assert "USPS silent on 2 of 3: 5.1, 5.3" in said
    assert table_of(document, "Who", "What is asked", "Milestone", "By") == [["CBP", "zzz-ask", "3.1", "Fri, Sep 18"]]
    overdue = table_of(document, "No.", "Milestone", "Agency", "Was due", "Overdue", "Outlook", "What was said")
    assert [row[0] for row in overdue] == [row["code"] for row in esc["overdue"]]
    [moved] = table_of(document, "No.", "Milestone", "Agency", "From", "To", "Why")
    assert (moved[0], *moved[2:]) == ("4.5", "ICE/HSI", "Oct. 2020", "Dec. 2020", "Dependency: zzz-moved")
    counts = table_of(document, "What is counted", "How many", "Change since the end of Aug 30, 2020")
    assert [row[:2] for row in counts][:4] == [
        ["Milestones", str(esc["totals"]["milestones"])],
        ["Completed", str(esc["totals"]["completed"])],
        ["Awaiting confirmation", str(esc["totals"]["reported_complete"])],
        ["Overdue", str(esc["totals"]["overdue"])],
    ]


def test_the_copy_says_on_each_sheet_and_first_of_all_that_the_frozen_report_is_the_record(esc):
    document = opened(report_docx(esc))

    notice = f"Working copy; the record is the frozen report, SHA-256 {esc['digest']}"
    head = document.sections[0].header.paragraphs[0].text
    assert head == f"INTERNAL: For the committee. Not for release to COAC. · {notice}"
    assert notice in [each.text for each in document.paragraphs[:5]]
    assert 'w:instr="PAGE"' in text_in(report_docx(esc))


def test_the_copy_of_a_draft_says_that_nothing_is_frozen(esc):
    for written in (report_docx, one_page_docx):
        document = opened(written(esc, is_published=False))

        head = document.sections[0].header.paragraphs[0].text
        assert head.startswith("INTERNAL DRAFT: For the committee.")
        assert head.endswith("Working copy of a draft; nothing is frozen before the report is published.")


@pytest.mark.parametrize("written", [report_docx, one_page_docx])
def test_the_head_of_every_table_repeats_and_no_row_breaks(written, esc, coac_figures):
    for figures in (esc, coac_figures):
        for table in opened(written(figures)).tables:
            first, *others = [row._tr.trPr for row in table.rows]
            assert first.find(qn("w:tblHeader")) is not None
            assert all(each.find(qn("w:tblHeader")) is None for each in others)
            assert all(each.find(qn("w:cantSplit")) is not None for each in (first, *others))


@pytest.mark.parametrize("written", [report_docx, one_page_docx])
def test_it_is_for_us_letter_in_american_english_and_names_no_person(written, esc):
    document = opened(written(esc))

    section, told = document.sections[0], document.core_properties
    assert (section.page_width, section.page_height) == (8.5 * INCHES, 11 * INCHES)
    assert (told.language, told.title[:30]) == ("en-US", "Weekly status report 2020-W36,")
    assert (told.author, told.last_modified_by, told.comments) == ("", "", "")
    [language] = document.styles.element.xpath("w:docDefaults//w:lang/@w:val")
    assert language == "en-US"
    assert "python-docx" not in text_in(written(esc))


@pytest.mark.parametrize("edition", ["esc", "coac"])
def test_figures_of_the_first_schema_are_written_too(edition):
    figures = json.loads((SCHEMA_1 / f"2020-W35-{edition}.json").read_text())

    report, page = opened(report_docx(figures)), opened(one_page_docx(figures))

    assert figures["headline"] in [each.text for each in report.paragraphs]
    assert figures["headline"] in [each.text for each in page.paragraphs]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x00b\x07c\ufffe", "abc"),
        ("<w:p/> & “quotes”", "<w:p/> & “quotes”"),
        ("one\ntwo", "one\ntwo"),
        ("😀", "😀"),
    ],
)
def test_text_of_people_stays_text(text, kept, esc):
    esc["overdue"][0]["text"] = text

    document = opened(report_docx(esc))

    rows = table_of(document, "No.", "Milestone", "Agency", "Was due", "Overdue", "Outlook", "What was said")
    assert rows[0][1] == kept


# --- The one page ---------------------------------------------------------------------------------------------------


def test_the_one_page_tells_what_its_page_tells(esc):
    document = opened(one_page_docx(esc))

    assert headings_of(document) == [
        ("Title", "Weekly status report on one page, Aug 31 – Sep 6, 2020"),
        ("Heading 1", "Needs attention"),
        ("Heading 1", "Asked of principals"),
        ("Heading 1", next(text for _, text in headings_of(document) if "since" in text)),
        ("Heading 1", "Next dates"),
    ]
    first, *_ = table_of(document, "Milestone", "How it stands", "What was said", "What comes next")
    assert first[0].startswith("3.1 CBP will complete")
    assert first[1:] == [
        "Off track, 6 days overdue, target Aug. 2020",
        "CBP, Sep 3: zzz-statement of counsel & <others> “Second line”",
        "zzz-step (Sep 18)\nNeeds: zzz-needed\nCBP, waiting on zzz-waiting",
    ]
    said = [each.text for each in document.paragraphs]
    assert "Version 2 corrects the one before: zzz-correction" in said
    assert "CBP, by Sep 18: zzz-ask (milestone 3.1)" in said
    assert [each.style.name for each in document.paragraphs if each.text.startswith("CBP, by")] == ["List Bullet"]


def test_coacs_one_page_shows_agencies_in_the_place_of_words(coac_figures):
    document = opened(one_page_docx(coac_figures))

    rows = table_of(document, "Milestone", "How it stands", "Agency")
    assert rows[0][2] == "No agency named yet"
    assert document.sections[0].header.paragraphs[0].text.startswith("SHARED: Released to COAC.")


def test_a_document_takes_a_long_table_in_its_stride():
    word = Word(title="T", mark="M", notice="N", made_at=new_york(9, 7))

    word.table(("No.", "What"), [(str(number), "x") for number in range(400)], (1, 4))

    assert len(opened(word.content()).tables[0].rows) == 401


@pytest.mark.parametrize(
    ("who", "path", "name"),
    [
        ("cbp", "2020-W36.docx", "esc-report-2020-W36-v2.docx"),
        ("cbp", "2020-W36.docx?version=1", "esc-report-2020-W36-v1.docx"),
        ("coac", "2020-W36/one-page.docx", "esc-one-page-2020-W36-v2-coac.docx"),
    ],
)
def test_the_answer_is_marked_as_a_document_and_named(who, path, name, request, client_of, coac, week_36):
    answer = client_of(request.getfixturevalue(who)).get(f"/reports/{path}")

    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["Content-Type"].endswith("officedocument.wordprocessingml.document")
    assert opened(answer.content).paragraphs
