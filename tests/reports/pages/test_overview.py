"""What does each role meet first, and is it what needs them?"""

import re

import pytest

from esc_tracker import clock
from esc_tracker.accounts.models import Agency, Role, User
from milestones.workflow import Status
from reports.models import WeeklyReport
from reports.weekly import publishing, releasing
from tests.milestones.telling import in_september, say
from tests.reports.pages.reading import headings_of, headline_of, words_of
from tests.reports.record import released

pytestmark = pytest.mark.django_db


# --- The chair's office ---------------------------------------------------------------------------------------------


def test_plcy_reads_how_much_is_overdue_and_since_when(client_of, plcy, history):
    answer = client_of(plcy).get("/")

    assert headline_of(answer) == (
        "Fifteen of 30 milestones are overdue, as many as last week; for seven of them no agency has been named."
    )
    assert "Next, nine fall due on Oct. 31 (Sat); nobody has given word on them." in words_of(answer)


def test_plcy_reads_of_the_plan_as_loaded_what_the_product_promises(client_of, plcy, plan):
    answer = client_of(plcy).get("/")

    assert headline_of(answer) == "Fifteen of 30 milestones are overdue; for seven of them no agency has been named."
    assert "Next, 12 fall due on Oct. 31 (Sat); nobody has given word on them." in words_of(answer)
    assert "No call has fallen due yet" in headings_of(answer)


def test_plcy_finds_what_waits_each_leading_to_its_rows(client_of, plcy, week_37):
    html = client_of(plcy).get("/").content.decode()

    waiting = html.partition("Waiting for you</h2>")[2].partition("</section>")[0]
    assert [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", each)).strip() for each in re.findall(r"<a.*?</a>", waiting)
    ] == [
        "1 completion to confirm",
        "13 open milestones without an agency",
        "4 seats not yet reviewed this year",
        "W37 report to publish",
        "W36 report to release",
        "Mail is off: nobody is told anything by it",
    ]
    assert re.findall(r'href="([^"]+)"', waiting) == [
        "/decisions/",
        "/milestones/assign/",
        "/accounts/review/",
        "/reports/2020-W37/",
        "/reports/2020-W36/",
        "/mail/",
    ]


def test_plcy_finds_no_report_waiting_once_the_latest_is_released(client_of, plcy, week_37):
    with clock.at(in_september(14, 1)):
        publishing.publish(week_37, by=plcy, tell=False)
    releasing.release(WeeklyReport.objects.get(week="2020-W37"), by=plcy, cleared_by="Dana Reyes, counsel", tell=False)

    answer = client_of(plcy).get("/")

    assert "report to" not in words_of(answer)


def test_plcy_finds_who_was_silent_at_the_last_call(client_of, plcy, history):
    html = client_of(plcy).get("/").content.decode()

    silent = html.partition("Silent at the last call</h2>")[2].partition("</section>")[0]
    rows = [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in re.findall(r"<li>.*?</li>", silent, re.S)
    ]
    assert rows[0] == "CBP 7 of 8 open milestones without an update"
    assert 'href="/milestones/?silent=1&amp;agency=ICE-HSI"' in silent


def test_plcy_finds_the_oldest_overdue_first_and_the_way_to_all(client_of, plcy, history):
    answer = client_of(plcy).get("/")

    html = answer.content.decode()
    lines = re.findall(r'<li class="esc-line">.*?</li>', html, re.S)
    assert [re.search(r"/milestones/([0-9.]+)/", line)[1] for line in lines] == [
        "1.1",
        "1.2",
        "8.1",
        "8.2",
        "8.3",
        "9.1",
    ]
    assert "all 15 →" in words_of(answer)


def test_what_falls_due_leads_to_those_of_that_day(client_of, plcy, history):
    answer = client_of(plcy).get("/")

    assert "due_after=2020-10-31&amp;due_before=2020-10-31" in answer.content.decode()
    assert "Oct. 31 (Sat) 9 milestones 9 no word" in words_of(answer)


def test_no_agency_named_yet_stands_last_and_apart(client_of, plcy, history):
    said = words_of(client_of(plcy).get("/"))

    by_agency = said.partition("Progress by agency")[2]
    assert by_agency.index("PLCY") < by_agency.index("No agency named yet")
    assert "1 of 14 done · 7 overdue" in by_agency
    assert "the lines add up to more than all milestones" in by_agency


def test_plcy_looking_back_finds_no_reports_to_work_on(client_of, plcy, week_37):
    said = words_of(client_of(plcy).get("/?as_of=2020-09-10"))

    assert "completion to confirm" in said
    assert "report to" not in said


# --- A member -------------------------------------------------------------------------------------------------------


def test_a_member_meets_their_own_agency_first(client_of, cbp, history):
    answer = client_of(cbp).get("/")

    assert headline_of(answer) == "CBP answers for 9 milestones; six are overdue."
    assert headings_of(answer) == [
        "8 of 8 open milestones wait for your word this week",
        "Decided on your requests",
        "Six are overdue CBP in full →",
        "Two more got no update for the last call",
        "One is reported, completed or withdrawn",
        "The whole plan",
        "Timeline of the plan",
        "Planned and completed",
    ]
    assert "At the last call CBP gave no update on seven of its eight open milestones." in words_of(answer)


def test_a_member_updates_from_there_and_nothing_that_is_closed(client_of, cbp, history):
    html = client_of(cbp).get("/").content.decode()

    assert html.count("/update/") == 8
    assert "/milestones/3.1/update/" in html
    assert "/milestones/2.2/update/" not in html


def test_a_member_looking_back_changes_nothing(client_of, cbp, history):
    html = client_of(cbp).get("/?as_of=2020-09-10").content.decode()

    assert "/update/" not in html
    assert "/milestones/3.1/?as_of=2020-09-10" in html


def test_each_agency_of_a_joint_milestone_reads_its_own_outlook(client_of, cbp, usps, history):
    of_cbp = client_of(cbp).get("/").content.decode()
    of_usps = client_of(usps).get("/").content.decode()

    line = re.compile(r'/milestones/5\.2/".*?</li>', re.S)
    assert "No word yet" in line.search(of_cbp)[0]
    assert "At risk" in line.search(of_usps)[0]


def test_an_agency_without_milestones_is_told_so(client_of, record):
    Agency.objects.create(code="FDA", name="FDA", full_name="Food and Drug Administration", sort_order=9)
    other = User.objects.create_user("fda@esc.example", name="FDA", role=Role.ESC_MEMBER, agency_id="FDA")

    answer = client_of(other).get("/")

    assert headline_of(answer) == "FDA answers for no milestone yet."
    assert "No milestone is assigned to your agency yet." in words_of(answer)


# --- A reader, COAC, an administrator -------------------------------------------------------------------------------


def test_a_reader_reads_the_plan_and_changes_nothing(client_of, reader, history):
    answer = client_of(reader).get("/")

    assert headline_of(answer).startswith("Fifteen of 30 milestones are overdue")
    assert headings_of(answer) == [
        "Overdue, oldest first all 15 →",
        "Due in the next 60 days",
        "Timeline of the plan",
        "Progress by action",
        "Progress by agency",
        "Planned and completed",
    ]
    assert "/update/" not in answer.content.decode()


def test_coac_meets_the_plan_as_loaded_before_the_first_release(client_of, coac, history):
    answer = client_of(coac).get("/")

    assert headline_of(answer) == "Seven of 30 milestones are overdue; no agency has been named for any of them."
    assert "No report has been released yet" in headings_of(answer)


def test_coac_meets_what_changed_since_the_release_before(client_of, coac, plcy, week_37):
    publishing.publish(week_37, by=plcy, tell=False)
    releasing.release(week_37, by=plcy, cleared_by="Dana Reyes, counsel", tell=False)

    answer = client_of(coac).get("/")

    said = words_of(answer)
    assert headings_of(answer)[0] == "What changed since Aug 30, 2020"
    changed = said.partition("What changed since")[2].partition("Progress by action")[0]
    assert "2.2" in changed
    assert "Target moved from Oct. 2020 to Dec. 2020" in changed
    assert said.endswith("Report for Sep 7 – 13 2020-W37 Report for Aug 24 – 30 2020-W35")


def test_coac_reads_no_word_of_any_agency(client_of, coac, plcy, week_37):
    publishing.publish(week_37, by=plcy, tell=False)
    released(week_37, by=plcy, withheld=("2.2",))

    html = client_of(coac).get("/").content.decode()

    for hidden in ("The rule is being drafted", "It waits for 4.3", "At risk", "No word yet", "Silent", "Dana Reyes"):
        assert hidden not in html
    assert "1 not released" in html
    beside_the_plan = re.sub(r'<section class="esc-block esc-chart".*?</section>', "", html, flags=re.S)
    assert "2.2" not in beside_the_plan
    assert "<title>2.2: status not released, plan Oct 31, 2020</title>" in html


def test_an_administrators_first_page_is_the_account_list(client_of, admin_user, record):
    answer = client_of(admin_user).get("/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


# --- How many queries -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "path", "queries"),
    [
        ("plcy", "/", 9),
        ("plcy", "/?as_of=2020-09-12", 9),
        ("cbp", "/", 9),
        ("cbp", "/?as_of=2020-09-12", 9),
        ("reader", "/", 5),
        ("coac", "/", 8),
    ],
)
def test_the_first_page_takes_its_few_queries(
    who, path, queries, request, client_of, coac, reader, week_37, cbp, usps, django_assert_num_queries
):
    say("5.1", cbp, status=Status.IN_PROGRESS)
    say("5.1", usps)
    client = client_of(request.getfixturevalue(who))

    with django_assert_num_queries(queries):
        assert client.get(path).status_code == 200

    assert queries <= 9
