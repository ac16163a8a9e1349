"""Is the right call opened or planned, in the rhythm that is set, and never twice?"""

from datetime import date, datetime, timedelta

import pytest

from esc_tracker import clock
from esc_tracker.journal.models import Entry
from milestones.calls.calling import calls_since, latest_due_call, open_calls, plan_call
from milestones.calls.weeks import ReportingWeek
from milestones.models import Call
from milestones.refusals import NotAllowed
from tests.milestones.calls.calling import call_of, move, open_call, skip, terms, written
from tests.milestones.telling import in_september

pytestmark = pytest.mark.django_db
A_LITTLE = timedelta(microseconds=1)


def plan_week(week: str, by, *, at: datetime) -> Call:
    with clock.at(at):
        return plan_call(ReportingWeek.read(week), by=by)


def opened(at: datetime) -> list[str]:
    with clock.at(at):
        return open_calls(clock.now())


# --- The rhythm ---------------------------------------------------------------------------------------------------


def test_every_two_weeks_the_call_opens_in_the_second_week(plan, settings):
    settings.CALL_RHYTHM = "two_weeks"

    assert [opened(in_september(day, 10)) for day in (2, 9, 16)] == [[], ["2020-W37"], []]

    call = call_of()
    assert (call.starts_on, call.ends_on) == (date(2020, 8, 31), date(2020, 9, 13))
    assert latest_due_call(in_september(14)).starts_at == in_september(1, 0) - timedelta(days=1)


def test_every_month_the_call_opens_in_the_last_week(plan, settings):
    settings.CALL_RHYTHM = "monthly"

    assert [opened(in_september(day, 10)) for day in (9, 16, 23, 30)] == [[], [], ["2020-W39"], []]

    call = call_of("2020-W39")
    assert (call.starts_on, call.ends_on) == (date(2020, 8, 31), date(2020, 9, 27))


def test_where_the_rhythm_changes_periods_do_not_overlap(plan, settings):
    open_call(in_september(9, 9))

    settings.CALL_RHYTHM = "monthly"
    open_call(in_september(23, 9))

    assert call_of("2020-W39").starts_on == date(2020, 9, 14)
    assert latest_due_call(in_september(26)).week == "2020-W39"


def test_in_the_week_of_christmas_the_call_is_due_the_day_before(plan):
    assert opened(datetime(2020, 12, 23, 9, tzinfo=clock.NEW_YORK)) == ["2020-W52"]

    assert call_of("2020-W52").due_at == datetime(2020, 12, 24, 12, tzinfo=clock.NEW_YORK)


def test_where_wednesday_is_a_holiday_the_call_opens_on_tuesday(plan):
    tuesday = datetime(2020, 11, 10, 9, tzinfo=clock.NEW_YORK)

    assert [opened(tuesday - A_LITTLE), opened(tuesday)] == [[], ["2020-W46"]]


# --- Planned ahead ------------------------------------------------------------------------------------------------


def test_plcy_puts_a_coming_call_on_the_record(plan, plcy):
    call = plan_week("2020-W39", plcy, at=in_september(14))

    assert (call.opens_at, call.due_at) == (in_september(23, 9), in_september(25, 12))
    assert call.recorded_at == in_september(14)
    assert Entry.objects.filter(verb="milestones.plan_call", about="2020-W39", by=plcy).count() == 1


def test_a_call_is_planned_once(plan, plcy, plcy2):
    first = plan_week("2020-W39", plcy, at=in_september(14))
    before = written()

    assert plan_week("2020-W39", plcy2, at=in_september(15)) == first
    assert written() == before


def test_a_planned_call_is_not_opened_a_second_time(plan, plcy):
    plan_week("2020-W37", plcy, at=in_september(7))
    before = written()

    assert opened(in_september(9, 9)) == []
    assert written() == before
    assert latest_due_call(in_september(11, 12)).week == "2020-W37"


def test_a_planned_call_opens_when_it_was_moved_to(plan, plcy):
    plan_week("2020-W37", plcy, at=in_september(7))
    move(in_september(7), plcy, opens_at=in_september(10, 9), due_at=in_september(12, 12))

    assert opened(in_september(9, 9)) == []
    assert [terms().is_opened(in_september(day, 9)) for day in (9, 10)] == [False, True]
    assert [latest_due_call(in_september(day, 12)) is None for day in (11, 12)] == [True, False]


def test_a_call_skipped_before_it_opens_stays_skipped(plan, plcy):
    plan_week("2020-W37", plcy, at=in_september(7))
    skip(in_september(8), plcy)

    assert opened(in_september(9, 9)) == []
    assert latest_due_call(in_september(30)) is None


@pytest.mark.parametrize(
    ("week", "why"),
    [
        ("2020-W36", "The call of 2020-W36 was missed; it is not opened afterwards."),
        ("2022-W01", "Calls are planned one year ahead at most."),
    ],
)
def test_only_the_present_and_coming_calls_are_planned(plan, plcy, week, why):
    before = written()

    with pytest.raises(NotAllowed, match=why):
        plan_week(week, plcy, at=in_september(7))

    assert written() == before


def test_a_missed_call_is_not_planned_in_the_week_it_was_missed(plan, plcy):
    with pytest.raises(NotAllowed, match="was missed"):
        plan_week("2020-W37", plcy, at=in_september(11, 12))

    assert plan_week("2020-W37", plcy, at=in_september(11, 12) - A_LITTLE).week == "2020-W37"


def test_a_week_in_the_middle_of_a_period_has_no_call(plan, plcy, settings):
    settings.CALL_RHYTHM = "monthly"

    with pytest.raises(NotAllowed, match="There is no call in 2020-W38: that period’s call is in 2020-W39"):
        plan_week("2020-W38", plcy, at=in_september(7))


@pytest.mark.parametrize("who", ["cbp", "reader", "coac", "admin_user"])
def test_nobody_else_plans_a_call(plan, request, who):
    before = written()

    with pytest.raises(NotAllowed, match="Only PLCY, the chair’s office, calls for updates"):
        plan_week("2020-W37", request.getfixturevalue(who), at=in_september(7))

    assert written() == before


def test_calls_planned_ahead_do_not_hide_the_one_that_fell_due(plan, plcy):
    open_call(in_september(9, 9))
    for number in range(39, 51):
        plan_week(f"2020-W{number}", plcy, at=in_september(14))

    assert latest_due_call(in_september(14)).week == "2020-W37"
    with clock.at(in_september(14)):
        assert latest_due_call(None).week == "2020-W37"


# --- Counted for "three calls without words" ----------------------------------------------------------------------


def test_calls_that_were_skipped_are_not_counted(plan, plcy):
    for day in (2, 9, 16):
        open_call(in_september(day, 9))
    skip(in_september(17), plcy, week="2020-W38")

    assert calls_since(date(2020, 8, 30), date(2020, 9, 30)) == 2
