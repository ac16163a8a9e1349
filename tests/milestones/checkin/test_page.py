"""What does an agency find at its check-in, in which order, and who may come?"""

import re
from datetime import date

import pytest

from actions.target_dates import TargetDate
from esc_tracker import clock
from milestones.checkin.typed import Choice
from milestones.deciding import confirm
from milestones.models import Milestone, Responsibility
from milestones.updates import post_update
from milestones.workflow import Status
from tests.milestones.checkin.sitting import due_out, question_on, record, rows_on, update
from tests.milestones.telling import give, in_september, milestone, say, words

pytestmark = pytest.mark.django_db
THEN = "/check-in/?as_of=2020-09-14"
MINE = ["3.1", "3.2", "3.3", "5.2", "5.3", "7.1", "2.2", "5.1", "2.1"]


def test_a_member_finds_all_open_milestones_the_most_urgent_first(client_of, cbp):
    page = client_of(cbp).get("/check-in/")

    assert page.status_code == 200
    assert [(key, [row.code for row in rows]) for key, _, rows in page.context["groups"]] == [
        ("overdue", ["3.1", "3.2", "3.3", "5.2", "5.3", "7.1"]),
        ("soon", ["2.2"]),
        ("rest", ["5.1", "2.1"]),
    ]
    assert (page.context["answered"], page.context["total"]) == (0, 9)


def test_what_is_done_is_no_row(client_of, cbp, plcy):
    say("3.1", cbp, status=Status.REPORTED_COMPLETE)
    say("3.2", cbp, status=Status.REPORTED_COMPLETE)
    confirm(milestone("3.1"), by=plcy, seen_version=1)

    page = client_of(cbp).get("/check-in/")

    assert list(rows_on(page)) == [code for code in MINE if code not in {"3.1", "3.2"}]
    assert [each.code for each in page.context["reported"]] == ["3.2"]


def test_what_an_agency_only_supports_is_no_row(client_of, uspto, plcy):
    give("3.1", "USPTO", by=plcy, part="supporting")

    assert list(rows_on(client_of(uspto).get("/check-in/"))) == ["11.2"]


def test_an_assigned_milestone_is_a_row_from_then_on(client_of, uspto, plcy):
    give("1.1", "USPTO", by=plcy)

    assert list(rows_on(client_of(uspto).get("/check-in/"))) == ["1.1", "11.2"]


def test_a_row_shows_what_was_last_said_and_how_long_ago(client_of, cbp, usps):
    with clock.at(in_september(2)):
        say("5.2", cbp, outlook="at_risk")
        say("5.2", usps)

    page = client_of(cbp).get("/check-in/")

    row, text = rows_on(page)["5.2"], page.content.decode()
    assert (row.said.agency_id, row.ago, [said.agency_id for said in row.others]) == ("CBP", "12 days ago", ["USPS"])
    assert row.form["statement"].value() == "The rule is being drafted."
    assert "12 days ago:</span> “The rule is being drafted.”" in text
    assert "15 days overdue" not in text
    assert "14 days overdue" in text


@pytest.mark.parametrize(("day", "ago"), [(14, "today"), (13, "yesterday"), (12, "2 days ago")])
def test_days_are_told_as_people_say_them(client_of, cbp, day, ago):
    with clock.at(in_september(day, 0, 1)):
        say("3.2", cbp)

    assert rows_on(client_of(cbp).get("/check-in/"))["3.2"].ago == ago


def test_what_was_answered_in_this_period_counts_as_done(client_of, cbp):
    with clock.at(in_september(13, 23, 59)):
        say("3.1", cbp)
    say("3.2", cbp)

    page = client_of(cbp).get("/check-in/")

    assert (page.context["answered"], page.context["total"]) == (1, 9)
    assert [code for code, row in rows_on(page).items() if row.is_answered] == ["3.2"]
    assert "<strong>1 of 9</strong> done" in page.content.decode()


def test_every_row_is_left_as_it_is_until_somebody_chooses(client_of, cbp):
    say("3.2", cbp)

    rows = rows_on(client_of(cbp).get("/check-in/"))

    assert {row.choice for row in rows.values()} == {Choice.LEAVE}
    assert [choice for choice, _ in rows["3.2"].choices] == [Choice.LEAVE, Choice.NO_CHANGE, Choice.UPDATE]
    assert [choice for choice, _ in rows["3.1"].choices] == [Choice.LEAVE, Choice.UPDATE]
    assert not any(row.is_open for row in rows.values())


def test_every_field_is_named_after_its_milestone_and_labelled(client_of, cbp):
    text = client_of(cbp).get("/check-in/").content.decode()

    for name in ("version", "choice", "status", "statement", "next_step", "next_step_on", "waiting_on", "outlook",
                 "reason", "needed", "forecast", "no_forecast_reason", "completed_on", "outcome", "note",
                 "agency_note"):  # fmt: skip
        assert f'name="3.2-{name}"' in text
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', text))
    fields = set(re.findall(r'<(?:input|textarea|select)(?![^>]*type="hidden")[^>]* id="([^"]+)"', text))
    assert fields - labelled == set()
    assert len(re.findall(r'<li id="3\.2"', text)) == 1


def test_questions_and_due_outs_come_first(client_of, cbp, usps, plcy):
    question = question_on(say("5.2", cbp), plcy, "Which counsel?")
    question_on(say("5.2", usps), plcy)
    owed = due_out(plcy)
    due_out(plcy, "USPS")

    page = client_of(cbp).get("/check-in/")

    text = page.content.decode()
    assert [each.name for each in page.context["asked"]] == [
        f"question-{question.pk}-answer",
        f"due-out-{owed.pk}-answer",
    ]
    assert text.index("Which counsel?") < text.index("A list of ports.") < text.index('id="3.1"')
    assert f'name="question-{question.pk}-answer"' in text


def test_a_question_answered_by_new_words_is_gone(client_of, cbp, plcy):
    question_on(say("5.2", cbp), plcy)
    say("5.2", cbp, outlook="at_risk")

    assert client_of(cbp).get("/check-in/").context["asked"] == []


def test_the_page_of_an_agency_with_nothing_to_say_says_so(client_of, uspto, plcy):
    say("11.2", uspto, status=Status.REPORTED_COMPLETE)
    confirm(milestone("11.2"), by=plcy, seen_version=1)

    page = client_of(uspto).get("/check-in/")

    assert "No open milestone waits for USPTO." in page.content.decode()
    assert "Submit the answers" not in page.content.decode()


# --- Who may come ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["coac", "reader"])
@pytest.mark.parametrize("verb", ["get", "post"])
def test_who_only_reads_is_told_so(client_of, request, who, verb):
    answer = getattr(client_of(request.getfixturevalue(who)), verb)("/check-in/")

    assert answer.status_code == 403
    assert "Your role reads the record and does not change it." in answer.content.decode()


@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_member_comes_to_no_other_agencys(client_of, cbp, verb):
    answer = getattr(client_of(cbp), verb)("/check-in/?for_agency=USPS")

    assert answer.status_code == 403
    assert "Only USPS, and PLCY from a named source, can update for USPS." in answer.content.decode()


@pytest.mark.parametrize("asked", ["CBP", "cbp", " CBP "])
def test_a_member_may_name_their_own_agency(client_of, cbp, asked):
    assert client_of(cbp).get("/check-in/", {"for_agency": asked}).status_code == 200


@pytest.mark.parametrize("verb", ["get", "post"])
def test_nothing_is_answered_on_an_earlier_day(client_of, cbp, verb):
    say("3.2", cbp)

    client = client_of(cbp)
    answer = client.get(THEN) if verb == "get" else client.post(THEN, update("3.2"))

    assert answer.status_code == 403
    assert "You are looking at the record as of Sep 14, 2020; nothing can be changed here." in answer.content.decode()
    assert milestone("3.2").version == 1


def test_plcy_chooses_an_agency(client_of, plcy):
    page = client_of(plcy).get("/check-in/")

    lines = {agency.code: (waiting, overdue) for agency, waiting, overdue, _ in page.context["lines"]}
    assert lines["CBP"] == (9, 6)
    assert lines["PLCY"] == (14, 7)
    assert "/check-in/?for_agency=ICE-HSI" in page.content.decode()


@pytest.mark.parametrize("asked", ["ICE-HSI", "ICE/HSI", "ice-hsi"])
def test_plcy_opens_any_agencys_check_in(client_of, plcy, asked):
    page = client_of(plcy).get("/check-in/", {"for_agency": asked})

    assert list(rows_on(page)) == ["6.2", "6.3", "4.3", "4.4", "4.5"]
    assert page.context["head"].enters
    assert "From where does it come?" in page.content.decode()


def test_plcys_own_holds_what_no_agency_is_named_for(client_of, plcy):
    page = client_of(plcy).get("/check-in/?for_agency=PLCY")

    rows = rows_on(page)
    assert {"4.2", "1.1", "8.1"} <= set(rows)
    assert "6.1" not in rows
    assert len(rows) == 14
    assert not page.context["head"].enters


@pytest.mark.parametrize("asked", ["FBI", "unassigned", "%00", "x" * 300])
def test_no_agency_no_check_in(client_of, plcy, asked):
    assert client_of(plcy).get(f"/check-in/?for_agency={asked}").status_code == 404


@pytest.mark.parametrize("verb", ["put", "patch", "delete"])
def test_other_verbs_are_not_answered(client_of, cbp, verb):
    assert getattr(client_of(cbp), verb)("/check-in/").status_code == 405


def test_reading_it_writes_nothing(client_of, cbp):
    before = record()

    client_of(cbp).get("/check-in/")

    assert record() == before


# --- How much it takes -----------------------------------------------------------------------------------------------


def fifty_open_milestones(by) -> None:
    """Let CBP lead fifty milestones, each said of a month ago, half of them overdue; ask about ten of them."""
    first = milestone("3.1")
    copies = [
        Milestone(
            action_id=3,
            position=100 + n,
            edition=first.edition,
            text=f"Sample promise {n}.",
            plan_printed="Aug. 2020",
            plan_kind="month",
            plan_on=date(2020, 8, 31),
            current_status="not_started",
            current_target_kind="month",
            current_target_on=date(2020, 8, 31) if n % 2 else date(2020, 10, 31),
            current_lead_id="CBP",
        )
        for n in range(41)
    ]
    made = Milestone.objects.bulk_create(copies)
    Responsibility.objects.bulk_create(
        Responsibility(milestone=each, agency_id="CBP", part="lead", basis="named_in_plan") for each in made
    )
    with clock.at(in_september(2)):
        for each in made:
            say(each.code, by)


def test_a_check_in_of_fifty_milestones_takes_at_most_twelve_queries(client_of, cbp, plcy, django_assert_num_queries):
    fifty_open_milestones(cbp)
    for n in range(10):
        question_on(Milestone.objects.coded(f"3.{100 + n}").get().updates.get(), plcy)
    due_out(plcy)
    client = client_of(cbp)

    with django_assert_num_queries(11):
        page = client.get("/check-in/")

    assert page.context["total"] == 50
    assert len(page.context["asked"]) == 11


def test_plcy_entering_for_it_takes_no_more(client_of, cbp, plcy, django_assert_num_queries):
    fifty_open_milestones(cbp)
    client = client_of(plcy)

    with django_assert_num_queries(11):
        assert client.get("/check-in/?for_agency=CBP").context["total"] == 50


def test_choosing_an_agency_takes_few(client_of, plcy, django_assert_max_num_queries):
    client = client_of(plcy)

    with django_assert_max_num_queries(8):
        client.get("/check-in/")


def test_nothing_that_was_typed_reaches_the_page_unescaped(client_of, cbp):
    said = words(statement="<b>bold</b>", forecast=TargetDate.month(2020, 12))
    post_update(milestone("3.2"), by=cbp, seen_version=0, words=said)

    text = client_of(cbp).get("/check-in/").content.decode()

    assert "<b>bold" not in text
    assert "&lt;b&gt;bold" in text
