"""Is a late completion told against target and plan, and what waits too long called past target, unconfirmed?"""

from datetime import date, timedelta

import pytest
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st

from actions.target_dates import TargetDate
from esc_tracker.accounts.models import Role
from esc_tracker.reader import Reader, coac_reader
from milestones.deciding import confirm
from milestones.lateness import is_unconfirmed, lateness, unconfirmed_before
from milestones.models import Milestone
from milestones.targets.revisions import decide_revision, request_revision
from milestones.updates import post_update
from milestones.words import Completion
from milestones.workflow import Outcome, Status
from milestones.working_days import is_working_day
from tests.milestones.telling import in_september, milestone, say, words

TARGET, PLAN = date(2020, 10, 31), date(2020, 8, 31)


@pytest.mark.parametrize(
    ("kind", "on", "target", "plan", "words"),
    [
        ("day", date(2020, 11, 12), TARGET, PLAN, "12 days after target, 73 days after the plan’s date"),
        ("day", date(2020, 11, 12), TARGET, TARGET, "12 days after target"),
        ("day", date(2020, 10, 30), TARGET, PLAN, "1 day before target, 60 days after the plan’s date"),
        ("day", TARGET, TARGET, PLAN, "on the day of its target, 61 days after the plan’s date"),
        ("day", PLAN, TARGET, PLAN, "61 days before target, on the day of the plan’s date"),
        ("day", date(2020, 11, 12), TARGET, None, "12 days after target"),
        ("day", date(2020, 11, 12), None, PLAN, "73 days after the plan’s date"),
        ("month", date(2020, 11, 30), TARGET, PLAN, "1 month after target, 3 months after the plan’s date"),
        ("month", TARGET, TARGET, PLAN, "in the month of its target, 2 months after the plan’s date"),
        ("unknown", None, TARGET, PLAN, ""),
        ("day", date(2020, 11, 12), None, None, ""),
    ],
)
def test_late_is_said_in_words_and_numbers_against_target_and_plan(kind, on, target, plan, words):
    assert lateness(kind, on, target, plan) == words


@pytest.mark.parametrize(
    ("today", "first_day_that_may_wait"),
    [
        (date(2020, 9, 14), date(2020, 8, 28)),  # Labor Day, Sep 7, is counted out
        (date(2020, 9, 13), date(2020, 8, 27)),  # a Sunday counts for nothing
        (date(2020, 12, 28), date(2020, 12, 11)),  # Christmas Day
    ],
)
def test_ten_working_days_leave_out_weekends_and_federal_holidays(today, first_day_that_may_wait):
    assert unconfirmed_before(today) == first_day_that_may_wait


@given(
    today=st.dates(date(2000, 3, 1), date(2100, 12, 31)),
    back=st.integers(-3, 40),
    status=st.sampled_from(Status.values),
)
def test_unconfirmed_is_more_than_ten_working_days_after_the_target(today, back, status):
    target = today - timedelta(days=back)

    worked = sum(is_working_day(target + timedelta(days=day)) for day in range(1, back + 1))

    assert is_unconfirmed(status, target, today) == (status == "reported_complete" and worked > 10)


def test_what_names_no_date_is_never_past_its_target():
    assert not is_unconfirmed(Status.REPORTED_COMPLETE, None, date(2020, 9, 14))


@pytest.mark.parametrize("today", [date(2020, 8, 31) + timedelta(days=days) for days in range(0, 30, 3)])
def test_the_database_judges_as_python_does(plan, cbp, ice, usps, today):
    for code, by in (("3.1", cbp), ("4.3", ice), ("5.1", usps), ("2.1", cbp), ("7.1", cbp)):
        say(code, by, status=Status.REPORTED_COMPLETE)

    rows = list(Milestone.objects.visible_to(Reader(role=Role.READER, today=today)))

    assert [row.unconfirmed for row in rows] == [is_unconfirmed(row.status, row.target_on, today) for row in rows]
    assert milestone("3.1").plan_on == date(2020, 8, 31)


def test_the_database_judges_an_earlier_day_and_coac_alike(plan, cbp):
    say("3.1", cbp, status=Status.REPORTED_COMPLETE)
    then = in_september(17, 0)
    readers = [Reader(role=Role.READER, moment=then, today=date(2020, 9, 16)), coac_reader(then)]

    rows = [
        Milestone.objects.visible_to(reader).filter(unconfirmed=True).values_list(F("position")) for reader in readers
    ]

    assert [len(found) for found in rows] == [1, 1]


def test_what_waits_unconfirmed_says_so_on_the_list_its_own_page_and_where_it_is_decided(
    client_of, settings, plan, cbp, plcy
):
    say("3.1", cbp, status=Status.REPORTED_COMPLETE)
    settings.ESC_TODAY = date(2020, 9, 16)
    client = client_of(plcy)

    pages = [
        client.get(path).content.decode()
        for path in ("/milestones/?action=3", "/milestones/3.1/", "/milestones/3.1/confirm/")
    ]

    assert all("past target, unconfirmed" in page for page in pages)


def test_the_confirm_page_and_the_history_tell_late_against_target_and_plan(client_of, settings, plan, cbp, plcy):
    asked = request_revision(
        milestone("3.1"), by=cbp, seen_version=0, target=TargetDate.month(2020, 10), category="legal", text="A court."
    )
    decide_revision(asked, by=plcy, accept=True)
    settings.ESC_TODAY = date(2020, 11, 16)
    done = Completion.when(TargetDate.day(date(2020, 11, 12)), Outcome.DELIVERED)
    post_update(
        milestone("3.1"), by=cbp, seen_version=1, words=words(), status=Status.REPORTED_COMPLETE, completion=done
    )

    client = client_of(plcy)

    page = client.get("/milestones/3.1/confirm/").content.decode()
    confirm(milestone("3.1"), by=plcy, seen_version=2)
    history = client.get("/milestones/3.1/").content.decode()

    late = "12 days after target, 73 days after the plan’s date"
    assert late in page
    assert "past target, unconfirmed" not in page
    assert f"Confirmed the completion: delivered, on Nov 12, 2020, {late}." in history
