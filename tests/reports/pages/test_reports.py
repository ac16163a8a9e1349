"""Does a report's page show its frozen figures, and to each reader only the editions they may know of?"""

import hashlib
import json

import pytest

from esc_tracker import clock
from milestones.workflow import Outlook, Status
from reports.models import WeeklyReport
from reports.weekly import releasing
from tests.milestones.telling import in_september, say
from tests.reports.pages.reading import headings_of, headline_of, words_of
from tests.reports.record import begin_record, drafted

pytestmark = pytest.mark.django_db


# --- The list -------------------------------------------------------------------------------------------------------


def test_plcy_finds_drafts_members_what_is_published_coac_what_is_released(client_of, plcy, cbp, reader, coac, week_37):
    def listed(user) -> list[str]:
        return [each.week for each in client_of(user).get("/reports/").context["listed"]]

    assert listed(plcy) == ["2020-W37", "2020-W36", "2020-W35"]
    assert listed(cbp) == listed(reader) == ["2020-W36", "2020-W35"]
    assert listed(coac) == ["2020-W35"]


def test_the_list_says_which_is_the_latest(client_of, plcy, coac, week_37):
    assert headline_of(client_of(plcy).get("/reports/")) == "The latest published report is of Aug 31 – Sep 6"
    assert headline_of(client_of(coac).get("/reports/")) == "The latest released report is of Aug 24 – 30"


def test_an_empty_list_says_what_will_come(client_of, cbp, record):
    answer = client_of(cbp).get("/reports/")

    assert headline_of(answer) == "No report has been published yet"
    assert "A draft is written every Monday for the week just ended." in words_of(answer)


def test_plcy_finds_the_register_of_releases_from_the_list(client_of, plcy, cbp, week_37):
    assert "/reports/releases/" in client_of(plcy).get("/reports/").content.decode()
    assert "/reports/releases/" not in client_of(cbp).get("/reports/").content.decode()


# --- One report -----------------------------------------------------------------------------------------------------


def test_a_draft_tells_its_figures_section_by_section(client_of, plcy, week_37):
    answer = client_of(plcy).get("/reports/2020-W37/")

    assert headline_of(answer) == week_37.content["headline"]
    assert headings_of(answer) == [
        "What needs the ESC’s attention",
        "Timeline of the plan",
        "One completion awaits confirmation",
        "One target moved",
        "Nine milestones fall due in the next 60 days",
        "Progress by action",
        "Planned and completed",
        "Progress by agency",
        "How each number is defined",
        "Anyone can check that this report is unchanged",
    ]
    assert headings_of(answer, level=3) == [
        "Two milestones are off track or at risk",
        "Fifteen milestones are overdue",
        "Fifteen answers to the call are missing",
    ]
    said = words_of(answer)
    assert "Weekly status report, Sep 7 – 13, 2020" in said
    assert "As of the end of Sep 13, 2020 Counts from the end of Sep 6, 2020 State Draft" in said
    assert "No completion is past target and not confirmed." in said
    assert "Nothing was completed. One completion awaits confirmation" in said
    assert "Counsel has not answered." in said
    assert "Oct. 2020 Dec. 2020" in said
    assert week_37.digest in said


def test_the_week_before_tells_what_was_completed_and_how_late(client_of, cbp, week_37):
    said = words_of(client_of(cbp).get("/reports/2020-W36/"))

    assert "One milestone was completed" in said
    assert "In Aug. 2020 Delivered 2 months before target" in said


def test_the_page_renders_what_was_frozen_and_nothing_since(client_of, cbp, week_37):
    before = client_of(cbp).get("/reports/2020-W36/").context["account"]

    say("3.2", cbp, outlook=Outlook.OFF_TRACK, status=Status.IN_PROGRESS)

    assert client_of(cbp).get("/reports/2020-W36/").context["account"] == before


def test_the_file_is_the_frozen_bytes(client_of, cbp, week_37):
    report = WeeklyReport.objects.get(week="2020-W36")

    answer = client_of(cbp).get("/reports/2020-W36.json")

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.content == report.figures.encode()
    rest = {name: value for name, value in json.loads(answer.content).items() if name != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == report.digest


def test_every_form_of_the_same_edition_and_version_is_one_link_away(client_of, cbp, coac, week_37):
    def forms(user, path: str) -> dict[str, str]:
        return {form["label"]: form["url"] for form in client_of(user).get(path).context["forms"]}

    esc = "edition=esc&version=1"
    assert forms(cbp, "/reports/2020-W36/") == {
        "One page": f"/reports/2020-W36/one-page/?{esc}",
        "PDF": f"/reports/2020-W36.pdf?{esc}",
        "DOCX": f"/reports/2020-W36.docx?{esc}",
        "XLSX": f"/reports/2020-W36.xlsx?{esc}",
        "CSV": f"/reports/2020-W36.csv?{esc}",
        "JSON": f"/reports/2020-W36.json?{esc}",
    }
    assert forms(coac, "/reports/2020-W35/")["CSV"] == "/reports/2020-W35.csv?edition=coac&version=1"


def test_coac_reads_its_own_edition_without_asking_for_it(client_of, coac, week_37):
    answer = client_of(coac).get("/reports/2020-W35/")

    assert answer.context["account"].edition == "coac"
    assert "Two milestones need attention" not in headings_of(answer)
    html = answer.content.decode()
    for hidden in (
        "The rule is being drafted",
        "Outlook",
        "answers to the call",
        "Dana Reyes",
        "ESC edition",
        "Publish",
    ):
        assert hidden not in html
    released = WeeklyReport.objects.get(week="2020-W35").released()
    assert client_of(coac).get("/reports/2020-W35.json").content == released.figures.encode()


def test_the_committee_may_read_both_editions(client_of, cbp, week_37):
    esc = client_of(cbp).get("/reports/2020-W35/")
    shared = client_of(cbp).get("/reports/2020-W35/?edition=coac")

    assert (esc.context["account"].edition, shared.context["account"].edition) == ("esc", "coac")
    assert esc.context["other_edition"] == {"label": "COAC edition", "url": "/reports/2020-W35/?edition=coac&version=1"}
    assert shared.context["other_edition"]["label"] == "ESC edition"


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("cbp", "/reports/2020-W37/"),
        ("cbp", "/reports/2020-W37.json"),
        ("reader", "/reports/2020-W37/"),
        ("cbp", "/reports/2020-W36/?edition=coac"),
        ("cbp", "/reports/2020-W36/?edition=secret"),
        ("cbp", "/reports/2020-W36/?version=2"),
        ("cbp", "/reports/2020-W36/?version=%00"),
        ("cbp", "/reports/2020-W36/?version=99999999999999999999"),
        ("coac", "/reports/2020-W36/"),
        ("coac", "/reports/2020-W37/"),
        ("coac", "/reports/2020-W35/?edition=esc"),
        ("coac", "/reports/2020-W35.json?edition=esc"),
        ("plcy", "/reports/2020-W38/"),
        ("plcy", "/reports/2020-W54/"),
        ("plcy", "/reports/2020-W00/"),
        ("plcy", "/reports/2021-W53/"),
        ("plcy", "/reports/0000-W01/"),
        ("plcy", "/reports/2020-W٣٧/"),
    ],
)
def test_what_a_reader_may_not_know_of_is_not_there(who, path, request, client_of, coac, reader, week_37):
    assert client_of(request.getfixturevalue(who)).get(path).status_code == 404


def test_a_reader_of_the_past_finds_what_was_published_by_then(client_of, cbp, week_37):
    client = client_of(cbp)

    assert client.get("/reports/2020-W36/?as_of=2020-09-06").status_code == 404
    assert client.get("/reports/2020-W36/?as_of=2020-09-07").status_code == 200
    assert client.get("/reports/2020-W35/?edition=coac&as_of=2020-09-07").status_code == 404
    assert client.get("/reports/2020-W35/?edition=coac&as_of=2020-09-08").status_code == 200


def test_a_release_withdrawn_is_not_there_for_coac(client_of, coac, plcy, week_37):
    releasing.withdraw(WeeklyReport.objects.get(week="2020-W35"), by=plcy)

    assert client_of(coac).get("/reports/2020-W35/").status_code == 404
    assert client_of(coac).get("/reports/").context["listed"] == []


def test_totals_lead_to_their_rows_as_of_the_same_day(client_of, cbp, week_37):
    numbers = client_of(cbp).get("/reports/2020-W36/").context["account"].numbers

    urls = {number.label: number.url for number in numbers}
    assert urls["overdue"] == "#overdue"
    assert urls["completed"] == "/milestones/?status=completed&as_of=2020-09-06"
    assert urls["without an agency"] == "/milestones/?agency=unassigned&as_of=2020-09-06"


def test_text_of_people_is_shown_as_text(client_of, plcy, cbp, history):
    with clock.at(in_september(11)):
        say("3.2", cbp, outlook=Outlook.AT_RISK, status=Status.IN_PROGRESS)
    [*_, report] = drafted("2020-W35", "2020-W36", "2020-W37")
    WeeklyReport.objects.filter(pk=report.pk).update(
        figures=report.figures.replace("Counsel has not answered.", "<script>alert(1)</script>")
    )

    html = client_of(plcy).get("/reports/2020-W37/").content.decode()

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_the_plan_alone_makes_a_report_too(client_of, plcy, db):
    begin_record()
    drafted("2020-W35")

    answer = client_of(plcy).get("/reports/2020-W35/")

    assert headings_of(answer, level=3) == ["Seven milestones are overdue"]
    said = words_of(answer)
    assert "None is off track or at risk." in said
    assert "No answer to a call is missing." in said
    assert "Nothing was completed. No completion awaits confirmation. No target moved." in said


@pytest.mark.parametrize(
    ("who", "path", "queries"),
    [
        ("plcy", "/reports/", 6),
        ("coac", "/reports/", 7),
        ("plcy", "/reports/2020-W37/", 5),
        ("plcy", "/reports/2020-W36/", 6),
        ("cbp", "/reports/2020-W36/", 5),
        ("coac", "/reports/2020-W35/", 6),
        ("cbp", "/reports/2020-W36.json", 5),  # one of them for the security log
    ],
)
def test_the_pages_take_their_few_queries(
    who, path, queries, request, client_of, coac, week_37, django_assert_num_queries
):
    client = client_of(request.getfixturevalue(who))

    with django_assert_num_queries(queries):
        assert client.get(path).status_code == 200

    assert queries <= 8
