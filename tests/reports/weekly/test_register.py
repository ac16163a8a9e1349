"""Does the register of releases tell PLCY who released what, cleared by whom, and what was held back?"""

import csv

import pytest

from esc_tracker import clock
from reports.models import WeeklyReport
from reports.weekly import releasing
from tests.milestones.telling import in_september
from tests.reports.pages.reading import headline_of, words_of

pytestmark = pytest.mark.django_db

REGISTER = "/reports/releases/"


@pytest.fixture
def releases(week_37, plcy, plcy2):
    """W35 released on Sep 8; W36 released on Sep 10 with 4.3 held back, and withdrawn on Sep 12."""
    w36 = WeeklyReport.objects.get(week="2020-W36")
    with clock.at(in_september(10)):
        edition = releasing.release(
            w36, by=plcy2, cleared_by="=cmd()", withheld=["4.3"], withheld_because="Sample: with counsel.", tell=False
        )
    with clock.at(in_september(12)):
        releasing.withdraw(w36, by=plcy)
    return edition


def rows_of(answer) -> list[dict[str, str]]:
    lines = answer.content.decode("utf-8-sig").split("\r\n")
    return list(csv.DictReader(lines[lines.index("") + 1 :]))


def test_it_lists_every_release_those_withdrawn_too(client_of, plcy, plcy2, releases):
    page = client_of(plcy).get(REGISTER)

    said = words_of(page)
    assert headline_of(page) == "Two releases; COAC looks through that of Aug 24 – 30"
    assert f"Aug 31 – Sep 6 2020-W36, version 1 Withdrawn Sep 12, 2020 by {plcy} Sep 10, 2020 by {plcy2} =cmd()" in said
    assert f"4.3 Sample: with counsel. {releases.digest}" in said
    assert "Aug 24 – 30 2020-W35, version 1 Released COAC looks through it" in said


def test_it_honours_an_earlier_day(client_of, plcy, releases):
    page = client_of(plcy).get(REGISTER + "?as_of=2020-09-11")

    assert headline_of(page) == "Two releases; COAC looks through that of Aug 31 – Sep 6"
    assert "Withdrawn" not in words_of(page)
    assert headline_of(client_of(plcy).get(REGISTER + "?as_of=2020-09-07")) == "Nothing has been released to COAC yet"


def test_it_goes_out_as_a_file_that_says_what_it_is(client_of, plcy, plcy2, releases):
    answer = client_of(plcy).get(REGISTER + "?export=csv")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="releases-2020-09-14.csv"'
    head = answer.content.decode("utf-8-sig").split("\r\n")[:3]
    assert head == [
        "# ESC Milestone Tracker: Register of releases to COAC",
        '"# As of Sep 14, 2020 (2020-09-14)"',
        "# INTERNAL: for PLCY; not for release.",
    ]
    latest, first = rows_of(answer)
    assert latest == {
        "week": "2020-W36",
        "version": "1",
        "as_of": "2020-09-07T00:00:00-04:00",
        "released_at": "2020-09-10T12:00:00-04:00",
        "released_by": str(plcy2),
        "cleared_by": "'=cmd()",
        "withheld": "4.3",
        "withheld_because": "Sample: with counsel.",
        "digest": releases.digest,
        "state": "Withdrawn",
        "withdrawn_at": "2020-09-12T12:00:00-04:00",
        "withdrawn_by": str(plcy),
    }
    assert (first["week"], first["state"], first["withdrawn_at"], first["withheld_because"]) == (
        "2020-W35",
        "Released",
        "",
        "",
    )


def test_another_form_of_file_is_refused_in_words(client_of, plcy, releases):
    answer = client_of(plcy).get(REGISTER + "?export=pdf")

    assert answer.status_code == 400
    assert "can be exported as csv" in words_of(answer)


def test_without_a_release_it_says_so(client_of, plcy, record):
    assert headline_of(client_of(plcy).get(REGISTER)) == "Nothing has been released to COAC yet"


def test_with_every_release_withdrawn_it_says_what_coac_sees(client_of, plcy, week_37):
    releasing.withdraw(WeeklyReport.objects.get(week="2020-W35"), by=plcy)

    assert headline_of(client_of(plcy).get(REGISTER)) == "No release stands: COAC sees the plan as loaded"


@pytest.mark.parametrize("who", ["cbp", "reader", "coac"])
@pytest.mark.parametrize("query", ["", "?export=csv"])
def test_only_plcy_reads_it(who, query, request, client_of, coac, reader, releases):
    answer = client_of(request.getfixturevalue(who)).get(REGISTER + query)

    assert answer.status_code == 403
    assert "This page is for PLCY staff." in words_of(answer)
