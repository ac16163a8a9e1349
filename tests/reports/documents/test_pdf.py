"""Does the PDF of a report hold what was frozen, in a form that everybody can read, and nothing else?"""

import json
import re
import socket
import subprocess
import sys
import zlib
from copy import deepcopy
from importlib.abc import MetaPathFinder
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from esc_tracker import clock
from milestones.deciding import confirm
from milestones.updates import post_update
from milestones.workflow import Outlook, Status
from reports.documents.pdf import MISSING, Form, draw, pdf_of
from reports.models import ReleasedEdition, WeeklyReport
from tests.milestones.telling import milestone, say, words
from tests.reports.record import begin_record, drafted, new_york, published, released

CANARY = "Xylophone"
_drawn: dict[tuple[str, Form, bool], bytes] = {}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def record(db, settings) -> None:
    settings.BASE_URL = "https://esc.example"
    begin_record()


@pytest.fixture
def report(cbp, ice, plcy) -> WeeklyReport:
    """The report of W36: 3.3 off track, 2.2 completed, seven overdue; each internal line holds a canary."""
    with clock.at(new_york(8, 27)):
        lines = dict.fromkeys(("statement", "next_step", "waiting_on", "reason", "needed"), f"A {CANARY}.")
        said = words(Outlook.OFF_TRACK, **lines)
        post_update(milestone("3.3"), by=cbp, seen_version=0, words=said)
        say("2.2", cbp, status=Status.REPORTED_COMPLETE)
    with clock.at(new_york(9, 1)):
        confirm(milestone("2.2"), by=plcy, seen_version=1)
    return published("2020-W35", "2020-W36", by=plcy)[1]


@pytest.fixture
def edition(report, plcy) -> ReleasedEdition:
    """What of it was released to COAC."""
    return released(report, by=plcy)


def drawn(figures: dict, form: Form, *, is_published: bool = True) -> bytes:
    """Return a PDF, drawn once for all tests: the record is told alike for each, to the same digest."""
    key = (figures["digest"], form, is_published)
    if key not in _drawn:
        _drawn[key] = pdf_of(figures, form, is_published=is_published)
    return _drawn[key]


def text_of(pdf: bytes) -> str:
    """Return the text of all sheets on one line."""
    return " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(pdf)).pages).split())


def bytes_of(pdf: bytes) -> bytes:
    """Return all that a file holds, its packed streams unpacked."""
    found = [pdf]
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompressobj().decompress(packed))
        except zlib.error:
            continue  # It was not packed, so it is read above.
    return b"\n".join(found)


def tags_of(pdf: bytes) -> list[DictionaryObject]:
    """Return every element of the tree that tells a reading program what is what."""
    waiting, found = [PdfReader(BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"]], []
    while waiting:
        element = waiting.pop()
        found.append(element)
        kids = element.get("/K", [])
        kids = [each.get_object() for each in (kids if isinstance(kids, list) else [kids])]
        waiting += [each for each in kids if isinstance(each, DictionaryObject) and "/S" in each]
    return found


def test_the_report_reads_back_with_its_headline_its_milestones_and_its_digest(report):
    figures = report.content

    text = text_of(drawn(figures, Form.REPORT))

    codes = {row["code"] for row in figures["timeline"]}
    assert figures["headline"] in text
    assert len(codes) == 30
    assert {code for code in codes if not re.search(rf"\b{re.escape(code)}\b", text)} == set()
    assert figures["digest"] in text.replace(" ", "")
    assert f"CBP needs: A {CANARY}." in text


def test_the_one_page_is_one_sheet_of_us_letter(report):
    figures = report.content

    [sheet] = PdfReader(BytesIO(drawn(figures, Form.ONE_PAGE))).pages

    text = " ".join(sheet.extract_text().split())
    assert (sheet.mediabox.width, sheet.mediabox.height) == (612, 792)
    assert figures["headline"] in text
    assert "3.3 CBP will transmit its report" in text
    assert f"A {CANARY}." in text
    assert figures["digest"] in text.replace(" ", "")


def test_the_most_that_can_be_said_still_stands_on_one_sheet(report):
    figures = deepcopy(report.content)
    long = "Considerably longer words than most people would write of a milestone. " * 6
    figures |= {"overdue": [], "correction": long, "digest": "f" * 64, "totals_before": figures["totals"]}
    figures["asks"] = [{"agency": "ICE-HSI", "text": long, "milestone": "11.2", "by": "2020-09-11"}] * 9
    figures["completed"] = [{**figures["completed"][0], "text": long}] * 9
    row = figures["attention"][0]
    said = dict.fromkeys(("statement", "next_step", "needed", "waiting_on"), long)
    row |= {"text": long, "words": [{**row["words"][0], **said, "edited": said, "next_step_on": "2020-09-30"}]}
    figures["attention"] = [{**row, "code": f"{number}.1"} for number in range(1, 9)]
    figures["due_soon"] = [
        {**each, "target": {"kind": "day", "due_on": f"2020-09-1{day}"}}
        for day in range(6)
        for each in figures["due_soon"][:9]
    ]

    sheets = PdfReader(BytesIO(drawn(figures, Form.ONE_PAGE))).pages

    assert len(sheets) == 1


@pytest.mark.parametrize("form", list(Form))
def test_every_sheet_says_whose_it_is_and_where_it_is_from(report, form):
    sheets = PdfReader(BytesIO(drawn(report.content, form))).pages

    for number, sheet in enumerate(sheets, start=1):
        text = " ".join(sheet.extract_text().split())
        assert "INTERNAL · ESC weekly status report 2020-W36 · ESC edition, version 1" in text
        assert "as of the end of Sep 6, 2020" in text
        assert f"SHA-256 {report.digest}" in text
        assert "https://esc.example/reports/2020-W36/" in text
        assert f"Page {number} of {len(sheets)}" in text


def test_heads_of_tables_are_printed_again_on_the_next_sheet(report):
    sheets = PdfReader(BytesIO(drawn(report.content, Form.REPORT))).pages

    heads = [len(re.findall(r"No\.\s+Milestone\s+Agency", sheet.extract_text())) for sheet in sheets]

    lists = sum(bool(report.content[name]) for name in ("attention", "overdue", "completed", "due_soon"))
    assert sum(heads) > lists


@pytest.mark.parametrize("form", list(Form))
def test_it_is_tagged_and_says_its_title_and_language(report, form):
    pdf = drawn(report.content, form)

    root = PdfReader(BytesIO(pdf)).trailer["/Root"]
    about = PdfReader(BytesIO(pdf)).metadata
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-US"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert re.search(rb"pdfuaid:part=\"1\"|<pdfuaid:part>1<", root["/Metadata"].get_object().get_data())
    assert about.title.startswith("ESC weekly status report 2020-W36")
    assert about.author == "Interagency Executive Steering Committee"


def test_tables_have_header_cells_and_pictures_have_words(report):
    tags = tags_of(drawn(report.content, Form.REPORT))

    def named(kind: str) -> list[DictionaryObject]:
        return [each for each in tags if each.get("/S") == kind]

    assert len(named("/H1")) == 1
    assert len(named("/TH")) > 30
    assert all(each["/A"]["/Headers"] for each in named("/TD"))
    assert len(named("/Figure")) > 10
    assert [each for each in named("/Figure") if not each.get("/Alt")] == []


@pytest.mark.parametrize("form", list(Form))
def test_coacs_edition_holds_nothing_internal_in_any_byte(report, edition, form):
    internal, shared = drawn(report.content, form), drawn(edition.content, form)

    assert CANARY in text_of(internal)
    assert CANARY not in text_of(shared)
    assert CANARY.encode() not in bytes_of(shared)
    assert CANARY not in str(PdfReader(BytesIO(shared)).metadata)
    assert CANARY not in str([tag.get("/Alt") for tag in tags_of(shared)])
    assert "SHARED · ESC weekly status report 2020-W36 · COAC edition" in text_of(shared)
    assert report.digest not in text_of(shared).replace(" ", "")
    assert edition.digest in text_of(shared).replace(" ", "")


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("edition", ["esc", "coac"])
def test_a_report_written_under_an_older_schema_is_drawn_from_what_it_has(form, edition):
    sample = Path(__file__).parents[1] / "schema_1" / f"2020-W35-{edition}.json"
    figures = json.loads(sample.read_text())

    text = text_of(drawn(figures, form))

    assert figures["headline"] in text
    assert figures["digest"] in text.replace(" ", "")


def test_a_draft_says_that_it_is_one(plcy):
    [report] = drafted("2020-W35")

    text = text_of(drawn(report.content, Form.ONE_PAGE, is_published=False))

    assert "INTERNAL DRAFT · ESC weekly status report 2020-W35" in text


def test_what_people_wrote_stays_text(cbp, plcy):
    with clock.at(new_york(8, 27)):
        said = words(
            Outlook.OFF_TRACK, statement='<img src="file:///etc/passwd"> <b>& so</b>', reason="So.", needed="A."
        )
        post_update(milestone("3.3"), by=cbp, seen_version=0, words=said)
    [report] = drafted("2020-W35")

    assert '<img src="file:///etc/passwd"> <b>& so</b>' in text_of(drawn(report.content, Form.ONE_PAGE))


def test_nothing_is_fetched_from_elsewhere():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a.png"
        pdf = draw(f'<html lang="en"><title>T</title><img src="{address}" alt="Not there"><p>Words.</p></html>')

        with pytest.raises(TimeoutError):
            server.accept()
    assert "Words." in text_of(pdf)


def test_the_same_edition_is_drawn_once(report, monkeypatch):
    first = pdf_of(report.content, Form.ONE_PAGE)
    forget_weasyprint(monkeypatch)

    assert pdf_of(report.content, Form.ONE_PAGE) == first


def test_without_pango_the_page_says_so(report, plcy, client_of, monkeypatch):
    forget_weasyprint(monkeypatch)

    answer = client_of(plcy).get("/reports/2020-W36.pdf")

    assert answer.status_code == 503
    assert MISSING in answer.content.decode()
    assert "/reports/2020-W36/" in answer.content.decode()


@pytest.mark.services
def test_a_machine_without_pango_starts_and_only_refuses_the_pdf():
    program = """
import cffi
load = cffi.FFI.dlopen
def without_pango(self, name, *flags):
    if "pango" in str(name):
        raise OSError(f"cannot load library {name!r}")
    return load(self, name, *flags)
cffi.FFI.dlopen = without_pango
import django
django.setup()
from reports.documents import pdf
try:
    pdf.draw("<p>Words.</p>")
except pdf.NoPdf as why:
    print(why)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)

    assert ended.stdout.strip() == MISSING, ended.stderr


def forget_weasyprint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library be asked for anew, and not be there."""

    class Lost(MetaPathFinder):
        def find_spec(self, name: str, path: object, target: object = None) -> None:
            if name.partition(".")[0] == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [each for each in sys.modules if each.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Lost(), *sys.meta_path])
