"""What does each reader see of a report on one page, and get as a file?"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esc_tracker import clock
from milestones.updates import post_update
from milestones.workflow import Outlook
from tests.milestones.telling import milestone, words
from tests.reports.pages.reading import headings_of, headline_of, words_of
from tests.reports.record import begin_record, drafted, new_york, published, released

PAGE = "/reports/2020-W35/one-page/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def record(db, cbp) -> None:
    """A record in which 3.3 is off track."""
    begin_record()
    with clock.at(new_york(8, 27)):
        said = words(Outlook.OFF_TRACK, statement="Counsel has it.", reason="So.", needed="A reply.")
        post_update(milestone("3.3"), by=cbp, seen_version=0, words=said)


def test_the_page_tells_the_bottom_line_and_what_needs_attention(cbp, plcy, client_of):
    [report] = published("2020-W35", by=plcy)

    answer = client_of(cbp).get(PAGE)

    text = words_of(answer)
    assert headline_of(answer) == report.content["headline"]
    assert headings_of(answer) == ["Needs attention", "Confirmed complete since Aug 25, 2020", "Next dates"]
    assert "3.3 CBP will transmit its report" in text
    assert "Off track Target Aug. 2020 Counsel has it. CBP, Aug 27" in text
    assert "Needs: A reply. CBP" in text
    assert "For the committee. Not for release to COAC." in text
    assert report.digest in text


def test_coac_reads_its_own_edition(plcy, coac, client_of):
    [report] = published("2020-W35", by=plcy)
    edition = released(report, by=plcy)

    answer = client_of(coac).get(PAGE)

    text = words_of(answer)
    assert "COAC edition" in text
    assert "Counsel has it." not in text
    assert edition.digest in text
    assert client_of(coac).get(f"{PAGE}?edition=esc").status_code == 404


@pytest.mark.parametrize("path", [PAGE, "/reports/2020-W35.pdf", "/reports/2020-W35/one-page.pdf"])
def test_a_draft_is_for_the_chairs_office(plcy, cbp, client_of, path):
    drafted("2020-W35")

    assert client_of(cbp).get(path).status_code == 404
    assert client_of(plcy).get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/reports/2020-W35.pdf", "esc-report-2020-W35-v1.pdf"),
        ("/reports/2020-W35/one-page.pdf", "esc-one-page-2020-W35-v1.pdf"),
        ("/reports/2020-W35/one-page.pdf?edition=coac", "esc-one-page-2020-W35-v1-coac.pdf"),
    ],
)
def test_a_file_is_a_pdf_with_a_name(plcy, cbp, client_of, path, name):
    released(published("2020-W35", by=plcy)[0], by=plcy)

    answer = client_of(cbp).get(path)

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'inline; filename="{name}"'
    assert answer.content.startswith(b"%PDF-1.7")


def test_the_page_takes_few_queries(plcy, cbp, client_of):
    published("2020-W35", by=plcy)
    client = client_of(cbp)
    client.get(PAGE)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(PAGE)

    assert len(queries) <= 6
