"""Does the page show what waits, the oldest first, with all that is needed, each to whom it concerns?"""

import re
from datetime import date

import pytest

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from milestones.authority import Authority
from milestones.deciding import confirm, return_completion
from milestones.models import Concurrence, Meeting, SharedSummary, StatusUpdate
from milestones.plan.assigning import assign
from milestones.targets.revisions import decide_revision
from milestones.workflow import Outlook, Status
from tests.milestones.telling import give, in_september, milestone, say
from tests.reports.decisions.conftest import ask
from tests.reports.pages.reading import headings_of, headline_of, words_of

pytestmark = pytest.mark.django_db


def keys(answer) -> list[str]:
    return [row["it"].key for row in answer.context["rows"]]


def told(answer) -> list[tuple]:
    return [(each.codes, each.what, each.outcome, each.authority) for each in answer.context["decided"]]


def test_nothing_waits_at_first(client_of, plcy, record):
    page = client_of(plcy).get("/decisions/")

    assert headline_of(page) == "Nothing waits for a decision"
    assert "Record these decisions" not in words_of(page)
    assert headings_of(page) == ["Who answers, and who is told", "Nothing was decided in the last 30 days"]


def test_what_waits_stands_the_oldest_first(client_of, plcy, asked, reported):
    page = client_of(plcy).get("/decisions/")

    assert headline_of(page) == "Two decisions wait: one new target and one completion"
    assert "The oldest has waited since Tue, Sep 8, 2020" in words_of(page)
    assert keys(page) == ["completion-5.1", f"revision-{asked.pk}"]


def test_a_new_target_comes_with_all_that_is_needed(client_of, plcy, asked):
    text = words_of(client_of(plcy).get("/decisions/"))

    for words in (
        "New target asked by ICE/HSI (ICE-HSI), Sep 10, 2020",
        "4.5 ICE/HSI will leverage known",
        "Plan Oct. 2020",
        "Target now Oct. 2020 never moved",
        "Asked for Dec. 2020 +2 months",
        "Legal or regulatory process: A court has to decide first.",
        "ICE/HSI, Sep 9 At risk “The rule is being drafted.”",
        "Approve Dec. 2020",
        "Refuse: Oct. 2020 stays",
    ):
        assert words in text, words


def test_a_target_that_was_moved_before_says_so(client_of, plcy, ice, asked):
    decide_revision(asked, by=plcy, accept=True)
    ask("4.5", ice, TargetDate.read("Ongoing"))

    text = words_of(client_of(plcy).get("/decisions/"))

    for words in ("Target now Dec. 2020 moved once, +2 months", "Asked for Ongoing", "Approve ongoing"):
        assert words in text, words


def test_a_completion_comes_with_all_that_is_needed(client_of, plcy, reported):
    text = words_of(client_of(plcy).get("/decisions/"))

    for words in (
        "Completion reported by CBP (CBP), Sep 8, 2020",
        "Completed On Sep 4, 2020 87 days before target",
        "Outcome Delivered",
        "Evidence: Memorandum 20-7, Sep 4, 2020 ; record copy held by CBP, Office of Trade",
        "USPS has not answered yet",
        "CBP, Sep 8 “The memorandum is signed.”",
    ):
        assert words in text, words


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([(True, "")], "USPS concurs, Sep 9, 2020"),
        (
            [(True, ""), (False, "Two posts are missing.")],
            "USPS does not concur, Sep 10, 2020 : “Two posts are missing.”",
        ),
    ],
)
def test_the_other_agencys_latest_answer_counts(client_of, plcy, usps, reported, answers, said):
    report = StatusUpdate.objects.get(move="report")
    for day, (concurs, text) in enumerate(answers, start=9):
        Concurrence.objects.create(
            report=report, agency=usps.agency, by=usps, recorded_at=in_september(day), concurs=concurs, text=text
        )

    assert said in words_of(client_of(plcy).get("/decisions/"))


def test_without_evidence_none_is_cited(client_of, plcy, ice, record):
    say("4.3", ice, status=Status.REPORTED_COMPLETE)

    assert "Evidence: None cited" in words_of(client_of(plcy).get("/decisions/"))


def test_what_the_other_agency_says_leaves_the_evidence_as_it_is(client_of, plcy, usps, reported):
    say("5.1", usps)

    assert "Evidence: Memorandum 20-7" in words_of(client_of(plcy).get("/decisions/"))


def test_a_completion_long_past_its_target_says_that_it_is_unconfirmed(client_of, plcy, settings, reported):
    seen = []
    for day in (date(2020, 12, 14), date(2020, 12, 15)):
        settings.ESC_TODAY = day
        seen.append("past target, unconfirmed" in words_of(client_of(plcy).get("/decisions/")))

    assert seen == [False, True]


def test_ones_own_request_is_marked(client_of, plcy, plcy2, record):
    ask("4.2", plcy)

    own, colleagues = (words_of(client_of(who).get("/decisions/")) for who in (plcy, plcy2))

    assert "You asked for this yourself" in own
    assert "What a meeting or a principal decided, you may record." in own
    assert "You asked for this yourself" not in colleagues


# --- Beside what waits -----------------------------------------------------------------------------------------------


def test_it_says_who_has_no_agency_and_about_what_nobody_would_be_told(client_of, plcy, cbp, record):
    page = client_of(plcy).get("/decisions/")

    assert page.context["unnamed"] == 13
    assert len(page.context["untold"]) == 29 - 10  # of 29 open ones CBP, who has a seat, answers for ten
    assert '<a class="usa-link" href="/milestones/assign/">' in page.content.decode()
    assert '<a class="usa-link esc-nowrap" href="/milestones/4.3/">4.3</a>' in page.content.decode()


def test_the_standing_number_reads_zero_once_somebody_is_told_everywhere(
    client_of, plcy, cbp, ice, usps, uspto, record
):
    unnamed = ["1.1", "1.2", "1.3", "4.1", "4.6", "8.1", "8.2", "8.3", "9.1", "9.2", "10.1", "11.1", "11.3"]
    assign(unnamed, agency=Agency.objects.get(pk="CBP"), part="lead", by=plcy, reason="Agreed by the ESC.")

    text = words_of(client_of(plcy).get("/decisions/"))

    assert "Every open milestone has an agency." in text
    assert "Somebody is told about every open milestone." in text


def test_texts_for_coac_that_wait_to_be_cleared_are_linked(client_of, plcy, cbp, record):
    facts = {"agency_id": "CBP", "by": cbp}
    for code, day, cleared in (("3.1", 8, False), ("3.2", 8, True), ("3.3", 8, False), ("3.3", 9, True)):
        SharedSummary.objects.create(
            milestone=milestone(code), text="For COAC.", recorded_at=in_september(day), **facts,
            cleared_at=in_september(day) if cleared else None, cleared_by=plcy if cleared else None,
        )  # fmt: skip

    page = client_of(plcy).get("/decisions/")

    assert page.context["proposals"] == ("3.1",)
    assert "1 text for COAC to clear" in words_of(page)


# --- What was decided ------------------------------------------------------------------------------------------------


def test_decisions_of_thirty_days_say_whose_they_are(client_of, plcy, plcy2, ice, asked, reported):
    meeting = Meeting.objects.create(number=3, recorded_at=in_september(1), by=plcy)
    meeting.announcements.create(
        recorded_at=in_september(1), by=plcy, title="September", held_at=in_september(11, 10),
        read_ahead_at=in_september(9),
    )  # fmt: skip
    with clock.at(in_september(11)):
        decide_revision(asked, by=plcy, accept=True, authority=Authority(kind="meeting", meeting=3))
        give("1.1", "CBP", by=plcy)
    with clock.at(in_september(12)):
        dana = Authority(kind="principal", principal="Dana Reyes", on=date(2020, 9, 11))
        return_completion(milestone("5.1"), by=plcy2, seen_version=1, remark="Page 3 is missing.", authority=dana)
        for code in ("8.1", "8.2"):
            ask(code, plcy)
    with clock.at(in_september(13)):
        assign(["1.2", "1.3"], agency=Agency.objects.get(pk="USPS"), part="lead", by=plcy, reason="Agreed.")

    page = client_of(plcy).get("/decisions/")

    assert told(page) == [
        (("1.2", "1.3"), "Who is responsible", "USPS is lead agency", "The chair's office"),
        (("5.1",), "Completion, reported by CBP", "Returned", "Dana Reyes, Sep 11, 2020"),
        (("1.1",), "Who is responsible", "CBP is lead agency", "The chair's office"),
        (("4.5",), "New target Dec. 2020, asked by ICE/HSI", "Approved", "The ESC, meeting 3"),
    ]
    assert [each.recorded_by for each in page.context["decided"]] == ["PLCY", "PLCY2", "PLCY", "PLCY"]
    assert page.context["decided"][1].note == "Page 3 is missing."


def test_what_is_older_than_thirty_days_is_left_out(client_of, plcy, ice, settings, asked):
    with clock.at(in_september(11)):
        decide_revision(asked, by=plcy, accept=False)

    seen = []
    for day in (date(2020, 10, 11), date(2020, 10, 12)):
        settings.ESC_TODAY = day
        seen.append(told(client_of(plcy).get("/decisions/")))

    assert seen == [[(("4.5",), "New target Dec. 2020, asked by ICE/HSI", "Refused", "The chair's office")], []]


# --- Members, and others ---------------------------------------------------------------------------------------------


def test_a_member_sees_what_its_own_agency_waits_for_and_nothing_to_choose(client_of, cbp, usps, ice, asked, reported):
    seen = {who: client_of(who).get("/decisions/") for who in (cbp, usps, ice)}

    assert [keys(seen[who]) for who in (cbp, usps, ice)] == [
        ["completion-5.1"], ["completion-5.1"], [f"revision-{asked.pk}"]
    ]  # fmt: skip
    assert headline_of(seen[ice]) == "ICE/HSI waits for one decision: one new target"
    for page in seen.values():
        assert '<form method="post" action="/decisions/"' not in page.content.decode()
        assert "without an agency" not in words_of(page)


def test_a_person_is_named_to_colleagues_alone(client_of, cbp, usps, reported):
    own, other = (words_of(client_of(who).get("/decisions/")) for who in (cbp, usps))

    assert "reported by CBP (CBP), Sep 8" in own
    assert "reported by CBP, Sep 8" in other


def test_a_member_sees_what_became_of_its_agencys_requests(client_of, plcy, cbp, ice, usps, asked, reported):
    with clock.at(in_september(11)):
        decide_revision(asked, by=plcy, accept=False)
        confirm(milestone("5.1"), by=plcy, seen_version=1)
        give("1.1", "CBP", by=plcy)

    seen = {who: client_of(who).get("/decisions/") for who in (cbp, ice, usps)}

    refused = (("4.5",), "New target Dec. 2020, asked by ICE/HSI", "Refused", "The chair's office")
    confirmed = (("5.1",), "Completion, reported by CBP", "Confirmed", "The chair's office")
    assert [told(seen[who]) for who in (cbp, ice, usps)] == [[confirmed], [refused], []]
    assert {each.recorded_by for who in (cbp, ice) for each in seen[who].context["decided"]} == {"The chair's office"}
    assert headline_of(seen[cbp]) == "CBP waits for no decision"


@pytest.mark.parametrize("who", ["coac", "reader"])
def test_it_is_closed_to_readers_and_coac_in_words(client_of, request, who, record):
    client = client_of(request.getfixturevalue(who))

    answers = [client.get("/decisions/"), client.post("/decisions/")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert all("This page is for PLCY staff and ESC member." in answer.content.decode() for answer in answers)


# --- An earlier day --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "waited", "decided"),
    [
        ("2020-09-07", [], 0),
        ("2020-09-08", ["completion-5.1"], 0),
        ("2020-09-10", ["completion-5.1", "revision"], 0),
        ("2020-09-11", ["revision"], 1),
        ("2020-09-12", [], 2),
    ],
)
def test_an_earlier_day_shows_what_waited_then(client_of, plcy, asked, reported, day, waited, decided):
    with clock.at(in_september(11)):
        confirm(milestone("5.1"), by=plcy, seen_version=1)
    with clock.at(in_september(12)):
        decide_revision(asked, by=plcy, accept=True)

    page = client_of(plcy).get(f"/decisions/?as_of={day}")

    assert [re.sub(r"-\d+$", "", key) if key.startswith("revision") else key for key in keys(page)] == waited
    assert len(page.context["decided"]) == decided
    assert "Record these decisions" not in words_of(page)


def test_nothing_is_recorded_on_a_day_gone_by(client_of, plcy, asked):
    answer = client_of(plcy).post("/decisions/?as_of=2020-09-13", {f"revision-{asked.pk}-answer": "accept"})

    asked.refresh_from_db()
    assert (answer.status_code, asked.state) == (403, "pending")


# --- What it costs ---------------------------------------------------------------------------------------------------


def test_ten_rows_take_at_most_twelve_queries(client_of, plcy, cbp, ice, usps, record, django_assert_max_num_queries):
    for code, who in (("4.4", ice), ("4.5", ice), ("5.1", cbp), ("5.2", usps), ("3.1", cbp), ("3.2", cbp)):
        say(code, who, outlook=Outlook.AT_RISK)
        ask(code, who, TargetDate.month(2021, 3))
    for code, who in (("4.3", ice), ("5.3", usps), ("6.2", ice), ("7.1", cbp)):
        say(code, who, status=Status.REPORTED_COMPLETE)
    meeting = Meeting.objects.create(number=1, recorded_at=in_september(1), by=plcy)
    meeting.announcements.create(
        recorded_at=in_september(1), by=plcy, title="September", held_at=in_september(4), read_ahead_at=in_september(2)
    )
    client = client_of(plcy)

    with django_assert_max_num_queries(12):
        page = client.get("/decisions/")

    assert len(keys(page)) == 10
