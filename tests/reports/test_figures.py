"""What do the figures hold, to the word, on days that a person can check?"""

import json
from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.reader import coac_reader, esc_reader
from milestones.calls.answers import Heard, stretches, take_roll
from milestones.calls.calling import open_calls
from milestones.deciding import confirm
from milestones.models import Call, Milestone, Responsibility, SharedSummary, TargetRevision
from milestones.targets.revisions import decide_revision, request_revision
from milestones.workflow import Outlook, Status
from reports.figures import take_figures
from reports.figures.course import Promise, burn_up
from tests.milestones.telling import give, milestone, say
from tests.reports.record import BEGINS_AT, begin_record, new_york, week

AS_OF = week("2020-W37").cut_off
SINCE = week("2020-W36").cut_off
NOBODY = "for seven of them no agency has been named."

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def record(db) -> None:
    begin_record()


def figures(since=SINCE, as_of=AS_OF, **more):
    return take_figures(esc_reader(as_of), since, **more)


def codes(rows) -> list[str]:
    return [row["code"] for row in rows]


def test_the_plan_as_loaded_is_told_in_one_sentence():
    assert figures(since=BEGINS_AT)["headline"] == (
        "Fifteen of 30 milestones are overdue; for seven of them no agency has been named."
    )


def test_the_headline_compares_with_last_week(cbp):
    with clock.at(new_york(9, 9)):
        say("3.3", cbp, status=Status.REPORTED_COMPLETE)

    assert figures()["headline"] == (
        "Fourteen of 30 milestones are overdue, one fewer than last week; for seven of them no agency has been named."
    )


def test_the_headline_names_the_day_when_the_last_account_is_older():
    since = week("2020-W35").cut_off

    assert figures(since=since)["headline"] == (
        "Fifteen of 30 milestones are overdue, eight more than on Aug 30; for seven of them no agency has been named."
    )


def test_nobody_compares_with_the_start_of_the_record():
    assert "than" not in figures(since=BEGINS_AT)["headline"]


def test_moments_are_written_with_their_offset():
    told = figures()

    assert (told["since"], told["as_of"]) == ("2020-09-07T04:00:00+00:00", "2020-09-14T04:00:00+00:00")


def test_what_no_agency_is_named_for_stands_last_and_apart():
    rows = figures()["by_agency"]

    assert [(row["code"], row["name"], row["milestones"], row["overdue"]) for row in rows] == [
        ("CBP", "CBP", 9, 6),
        ("ICE-HSI", "ICE/HSI", 5, 2),
        ("USPS", "USPS", 3, 2),
        ("USPTO", "USPTO", 1, 0),
        ("PLCY", "PLCY", 1, 0),
        ("unassigned", "No agency named yet", 14, 7),
    ]


def test_rows_carry_the_milestone_as_the_api_shows_it(cbp):
    with clock.at(new_york(9, 9)):
        say("3.3", cbp, outlook=Outlook.OFF_TRACK)

    [row] = [each for each in figures()["overdue"] if each["code"] == "3.3"]

    assert row == {
        "code": "3.3",
        "action": 3,
        "position": 3,
        "text": milestone("3.3").text,
        "agencies": [{"code": "CBP", "part": "lead", "basis": "named_in_plan"}],
        "timeline": {"printed": "Aug. 2020", "kind": "month", "due_on": "2020-08-31"},
        "target": {"kind": "month", "due_on": "2020-08-31"},
        "status": "not_started",
        "completed_on": None,
        "outcome": None,
        "overdue": True,
        "days_overdue": 13,
        "summary": "",
        "outlook": "off_track",
        "words": [
            {
                "agency": "CBP",
                "statement": "The rule is being drafted.",
                "next_step": "",
                "next_step_on": None,
                "waiting_on": "",
                "outlook": "off_track",
                "reason": "Counsel has not answered.",
                "needed": "A decision of the ESC.",
                "forecast_on": "2020-12-31",
                "no_forecast_reason": "",
                "written_on": "2020-09-09",
                "updated_on": "2020-09-09",
            }
        ],
        "moves": 0,
        "version": 1,
    }


def test_the_plan_that_says_completed_has_no_target():
    told = take_figures(esc_reader(AS_OF), SINCE)

    assert told["totals"]["completed"] == 1
    assert told["completed"] == []


def test_attention_lists_off_track_before_at_risk(cbp, ice):
    with clock.at(new_york(9, 9)):
        say("3.1", cbp, outlook=Outlook.AT_RISK)
        say("4.3", ice, outlook=Outlook.OFF_TRACK)
        say("2.2", cbp)

    assert codes(figures()["attention"]) == ["4.3", "3.1"]


def test_a_joint_milestone_shows_both_words_the_lead_first(cbp, usps):
    with clock.at(new_york(9, 9)):
        say("5.2", cbp, outlook=Outlook.AT_RISK)
        say("5.2", usps)

    [row] = [each for each in figures()["overdue"] + figures()["due_soon"] if each["code"] == "5.2"]

    assert [each["agency"] for each in row["words"]] == ["USPS", "CBP"]
    assert row["outlook"] == "on_track"


def test_a_confirmed_completion_is_listed_with_the_day_it_was_confirmed(cbp, plcy):
    with clock.at(new_york(9, 9)):
        say("3.3", cbp, status=Status.REPORTED_COMPLETE)
    with clock.at(new_york(9, 11)):
        confirm(milestone("3.3"), by=plcy, seen_version=1)

    [row] = figures()["completed"]

    assert (row["code"], row["completed_on"], row["completed_kind"]) == ("3.3", "2020-08-31", "month")
    assert (row["outcome"], row["confirmed_on"], row["overdue"]) == ("delivered", "2020-09-11", False)
    assert figures(since=new_york(9, 12))["completed"] == []


def test_what_is_reported_awaits_confirmation_and_is_not_overdue(cbp):
    with clock.at(new_york(9, 9)):
        say("3.3", cbp, status=Status.REPORTED_COMPLETE)

    told = figures()

    assert codes(told["reported"]) == ["3.3"]
    assert "3.3" not in codes(told["overdue"])


def test_a_moved_target_tells_from_where_and_why(cbp, plcy):
    with clock.at(new_york(9, 9)):
        request_revision(
            milestone("3.1"),
            by=cbp,
            seen_version=0,
            target=TargetDate.month(2020, 12),
            category=TargetRevision.Category.LEGAL,
            text="The comment period was extended.",
        )
    with clock.at(new_york(9, 10)):
        decide_revision(TargetRevision.objects.get(), by=plcy, accept=True)

    [row] = figures()["moved"]

    assert (row["code"], row["moves"], row["target"]) == ("3.1", 1, {"kind": "month", "due_on": "2020-12-31"})
    assert row["moved_from"] == {"kind": "month", "due_on": milestone("3.1").plan_on.isoformat()}
    assert row["revisions"] == [
        {
            "agency": "CBP",
            "category": "legal",
            "reason": "The comment period was extended.",
            "to": {"kind": "month", "due_on": "2020-12-31"},
            "decided_on": "2020-09-10",
        }
    ]


def test_due_soon_reaches_sixty_days_and_leaves_out_what_is_overdue():
    told = figures(as_of=new_york(9, 1, 12))  # sixty days later is Oct 31

    assert len(told["due_soon"]) == 12
    assert {row["target"]["due_on"] for row in told["due_soon"]} == {"2020-10-31"}
    assert figures(as_of=new_york(8, 31, 12))["due_soon"][-1]["target"]["due_on"] == "2020-08-31"


def test_silence_names_the_agency_and_leaves_out_what_nobody_is_named_for(cbp, usps):
    with clock.at(new_york(9, 9, 10)):
        open_calls(clock.now())
        say("5.2", cbp)

    told = figures(week="2020-W37")["silent"]

    assert [(row["agency"], row["code"]) for row in told if row["code"] == "5.2"] == [("USPS", "5.2")]
    assert {row["agency"] for row in told} == {"CBP", "ICE-HSI", "USPS", "USPTO", "PLCY"}
    assert len(told) == 18  # 16 milestones with an agency, three of them joint, less one answer


def test_a_call_of_a_later_week_is_left_out():
    with clock.at(new_york(9, 16, 10)):
        open_calls(clock.now())

    after = new_york(9, 19)

    assert figures(as_of=after, week="2020-W37")["silent"] == []
    assert len(figures(as_of=after, week="2020-W38")["silent"]) == 19


def test_an_agency_named_later_leaves_the_apart_row(plcy):
    with clock.at(new_york(9, 9)):
        give("1.1", "CBP", by=plcy)

    told = figures()

    assert told["totals"]["unassigned"] == 13
    assert told["by_agency"][0]["milestones"] == 10
    assert figures(as_of=SINCE, since=BEGINS_AT)["totals"]["unassigned"] == 14


def test_the_version_of_the_past_is_the_version_of_then(cbp):
    for day in (9, 10, 11):
        with clock.at(new_york(9, day)):
            say("3.3", cbp)

    [row] = [each for each in figures(as_of=new_york(9, 10, 18))["overdue"] if each["code"] == "3.3"]

    assert row["version"] == 2


def test_coac_learns_nothing_of_a_withheld_milestone_but_the_plan(cbp, plcy):
    SharedSummary.objects.create(
        milestone=milestone("3.3"),
        text="CANARY",
        agency_id="CBP",
        by=cbp,
        recorded_at=new_york(9, 8),
        cleared_at=new_york(9, 9),
        cleared_by=plcy,
    )

    told = take_figures(coac_reader(AS_OF, withheld=frozenset({"3.3"})), SINCE)

    assert "CANARY" not in json.dumps(told)
    assert told["totals"]["not_released"] == 1
    assert told["totals"]["overdue"] == 14
    assert "3.3" not in codes(told["overdue"])
    assert told["headline"].endswith("; the status of one is not released.")


def test_a_state_between_two_releases_is_not_told_to_coac(cbp, plcy, plcy2):
    with clock.at(new_york(9, 2)):
        say("3.3", cbp, status=Status.REPORTED_COMPLETE)
        confirm(milestone("3.3"), by=plcy, seen_version=1)

    at_once = take_figures(coac_reader(AS_OF), week("2020-W35").cut_off)
    later = take_figures(coac_reader(AS_OF), SINCE)

    assert codes(at_once["completed"]) == ["3.3"]
    assert codes(later["completed"]) == []


# --- What is told beside the lists --------------------------------------------------------------------------------


def test_the_headline_tells_who_answered_the_latest_call(cbp, uspto):
    with clock.at(new_york(9, 9, 10)):
        open_calls(clock.now())
        say("5.2", cbp)
        say("11.2", uspto)

    told = figures(since=BEGINS_AT, week="2020-W37")

    assert told["headline"] == (
        "Fifteen of 30 milestones are overdue; for seven of them no agency has been named. USPTO answered on all of "
        "its milestones, CBP is silent on eight, ICE/HSI on five, USPS on three and PLCY on one."
    )
    assert told["call"] == {"week": "2020-W37", "due_at": "2020-09-11T16:00:00+00:00"}
    assert told["answers"] == [
        {"agency": "CBP", "asked": 9, "answered": 1, "silent": 8},
        {"agency": "ICE-HSI", "asked": 5, "answered": 0, "silent": 5},
        {"agency": "USPS", "asked": 3, "answered": 0, "silent": 3},
        {"agency": "USPTO", "asked": 1, "answered": 1, "silent": 0},
        {"agency": "PLCY", "asked": 1, "answered": 0, "silent": 1},
    ]


def test_the_answers_are_those_that_the_call_s_own_page_counts(cbp, usps, plcy):
    with clock.at(new_york(9, 9, 10)):
        open_calls(clock.now())
        say("3.3", cbp, status=Status.REPORTED_COMPLETE)
        say("5.2", usps)
    with clock.at(new_york(9, 11, 13)):
        say("5.2", cbp)
        give("1.1", "USPTO", by=plcy)

    told = figures(week="2020-W37")

    [roll] = take_roll(stretches(Call.objects.recorded_before(AS_OF)), AS_OF).values()
    counts = Counter((each.agency.code, each.heard == Heard.SILENT) for each in roll)
    assert {row["agency"]: (row["answered"], row["silent"]) for row in told["answers"]} == {
        code: (counts[code, False], counts[code, True]) for code, _ in counts
    }
    assert told["answers"][0] == {"agency": "CBP", "asked": 9, "answered": 2, "silent": 7}


def test_without_a_call_nobody_answered_and_nobody_is_silent():
    told = figures()

    assert (told["call"], told["answers"], told["silent"]) == (None, [], [])
    assert "silent" not in told["headline"]


def test_coac_reads_nothing_of_any_call(cbp):
    with clock.at(new_york(9, 9, 10)):
        open_calls(clock.now())

    told = take_figures(coac_reader(AS_OF), SINCE, week="2020-W37")

    assert told["headline"] == "Fifteen of 30 milestones are overdue, as many as last week; " + NOBODY
    assert told["forward"] == "Next, 12 milestones fall due on Oct. 31."
    assert told.keys().isdisjoint({"answers", "call", "silent", "unconfirmed", "attention"})


def test_what_comes_next_is_told_with_how_it_looks(cbp, ice):
    for code, person, outlook in (("2.2", cbp, Outlook.ON_TRACK), ("4.3", ice, Outlook.AT_RISK)):
        with clock.at(new_york(9, 9)):
            say(code, person, outlook=outlook)

    assert figures()["forward"] == (
        "Of the 12 due on Oct. 31, one is on track, one is not, on 10 nobody has given word."
    )


def test_totals_are_told_as_they_were_unless_there_is_nothing_to_compare_with(cbp):
    with clock.at(new_york(9, 9)):
        say("3.3", cbp, status=Status.REPORTED_COMPLETE)

    told = figures()

    assert told["totals_before"] == {**told["totals"], "not_started": 28, "reported_complete": 0, "overdue": 15}
    assert (told["totals"]["not_started"], told["totals"]["reported_complete"], told["totals"]["overdue"]) == (
        27,
        1,
        14,
    )
    assert figures(since=BEGINS_AT)["totals_before"] is None
    assert take_figures(coac_reader(AS_OF), SINCE, compare=False)["totals_before"] is None
    assert take_figures(coac_reader(AS_OF), SINCE)["totals_before"]["overdue"] == 15


def test_what_waits_unconfirmed_for_more_than_ten_working_days_is_listed(cbp):
    with clock.at(new_york(9, 9)):
        say("3.3", cbp, status=Status.REPORTED_COMPLETE)

    assert figures(as_of=new_york(9, 15, 0))["unconfirmed"] == []  # Sep 14 is the ninth, Labor Day left out
    [row] = figures(as_of=new_york(9, 17, 0))["unconfirmed"]
    assert (row["code"], row["target"]["due_on"], row["working_days"]) == ("3.3", "2020-08-31", 11)
    assert row["words"]


def test_the_timeline_tells_plan_target_forecast_and_completion_of_each_milestone(cbp, plcy):
    with clock.at(new_york(9, 9)):
        say("3.1", cbp, outlook=Outlook.AT_RISK)
        say("3.3", cbp, status=Status.REPORTED_COMPLETE)
    with clock.at(new_york(9, 11)):
        confirm(milestone("3.3"), by=plcy, seen_version=1)

    rows = {row["code"]: row for row in figures()["timeline"]}

    assert len(rows) == 30
    assert rows["3.1"] == {
        "code": "3.1",
        "action": 3,
        "plan": {"kind": "month", "due_on": "2020-08-31"},
        "target": {"kind": "month", "due_on": "2020-08-31"},
        "status": "not_started",
        "overdue": True,
        "completed": None,
        "forecast": "2020-12-31",
        "outlook": "at_risk",
    }
    assert (rows["3.3"]["completed"], rows["3.3"]["forecast"]) == ({"kind": "month", "on": "2020-08-31"}, None)
    assert rows["6.1"]["completed"] == {"kind": "unknown", "on": None}
    assert rows["6.1"]["plan"] == {"kind": "completed", "due_on": None}
    assert rows["6.1"]["target"] is None


def test_the_burn_up_counts_plan_and_completions_sunday_by_sunday(cbp, plcy):
    with clock.at(new_york(9, 9)):
        say("3.3", cbp, status=Status.REPORTED_COMPLETE)
    with clock.at(new_york(9, 11)):
        confirm(milestone("3.3"), by=plcy, seen_version=1)

    points = {row["on"]: (row["planned"], row["completed"]) for row in figures()["burn_up"]}

    assert min(points) == "2020-08-23"
    assert points["2020-08-23"] == (8, 1)  # the seven of July, and 6.1 in both
    assert (points["2020-08-30"], points["2020-09-06"]) == ((8, 1), (16, 2))
    assert (points["2020-09-13"], points["2020-09-20"]) == ((16, 2), (16, None))
    assert max(points) == "2020-12-06"


@pytest.mark.parametrize(
    ("begins_on", "today", "planned", "points"),
    [
        pytest.param("2020-08-23", "2020-08-23", [], ["2020-08-23", "2020-08-23", 1], id="a Sunday, nothing planned"),
        pytest.param("2020-08-24", "2020-08-25", [], ["2020-08-23", "2020-08-30", 2], id="one week"),
        pytest.param("2020-08-24", "2020-08-25", ["2020-09-07"], ["2020-08-23", "2020-09-13", 4], id="the plan's end"),
        pytest.param("2020-08-24", "2020-12-01", ["2020-09-07"], ["2020-08-23", "2020-12-06", 16], id="past its end"),
        pytest.param("2020-08-24", "2020-08-25", ["2100-01-01"], ["2020-08-23", "2028-04-16", 400], id="a far plan"),
        pytest.param("2000-01-01", "2020-08-25", ["2100-01-01"], ["2013-01-06", "2020-08-30", 400], id="a long record"),
    ],
)
def test_the_burn_up_reaches_over_the_record_and_the_plan_and_no_farther(begins_on, today, planned, points):
    promises = [Promise(date.fromisoformat(day), None) for day in planned]

    rows = burn_up(promises, begins_on=date.fromisoformat(begins_on), today=date.fromisoformat(today))

    assert [rows[0]["on"], rows[-1]["on"], len(rows)] == points
    assert [row["completed"] for row in rows] == [0 if row["on"] <= today else None for row in rows]


# --- Queries ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reader", "queries"), [(esc_reader(AS_OF), 10), (coac_reader(AS_OF), 4)], ids=["esc", "coac"])
def test_figures_take_a_constant_number_of_queries(reader, queries, cbp):
    with clock.at(new_york(9, 9, 10)):
        open_calls(clock.now())
        say("5.2", cbp)

    with CaptureQueriesContext(connection) as asked:
        take_figures(reader, SINCE)
    with CaptureQueriesContext(connection) as asked_of_more:
        _grow_tenfold()
        grown = len(asked_of_more)
        told = take_figures(reader, SINCE)

    assert (len(asked), len(asked_of_more) - grown) == (queries, queries)
    assert told["totals"]["milestones"] == 300


def _grow_tenfold() -> None:
    """Give every action nine more of each of its milestones, with who is responsible."""
    rows = list(Milestone.objects.order_by("pk"))
    copies = [
        Milestone(
            **{field.attname: getattr(row, field.attname) for field in Milestone._meta.fields if not field.primary_key}
        )
        for row in rows
        for _ in range(9)
    ]
    for place, copy in enumerate(copies):
        copy.position = 100 + place
    Milestone.objects.bulk_create(copies)
    kept = Milestone.objects.filter(position__gte=100).in_bulk(field_name="pk").values()
    by_text = {
        row.pk: [copy for copy in kept if (copy.action_id, copy.text) == (row.action_id, row.text)] for row in rows
    }
    Responsibility.objects.bulk_create(
        Responsibility(milestone=copy, agency_id=held.agency_id, part=held.part, basis=held.basis)
        for held in Responsibility.objects.all()
        for copy in by_text[held.milestone_id]
    )
