"""Is overdue what is past its target in New York, in Python, in SQL and in the flags alike?"""

import time
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.db.models import DateField, F, Value

from actions.target_dates import Kind, TargetDate, month_end
from esc_tracker import clock
from esc_tracker.accounts.models import Role
from esc_tracker.journal.models import Entry
from esc_tracker.reader import Reader, esc_reader
from milestones.deciding import return_completion, withdraw
from milestones.models import Milestone, OverdueFlag
from milestones.overdue import flag_overdue
from milestones.querysets import DaysBetween
from milestones.targets.revisions import decide_revision, request_revision
from milestones.workflow import Outlook, Status, is_overdue
from tests.milestones.telling import in_september, milestone, say

JULY = ("1.1", "1.2", "8.1", "8.2", "8.3", "9.1", "11.1")
AUGUST = ("3.1", "3.2", "3.3", "5.2", "5.3", "6.2", "6.3", "7.1")
OPEN_DATED = (Status.NOT_STARTED, Status.IN_PROGRESS)


def as_of(day: date) -> Reader:
    return Reader(role=Role.READER, today=day)


def overdue_on(day: date) -> list[str]:
    return [row.code for row in Milestone.objects.visible_to(as_of(day)).overdue()]


def test_fifteen_are_overdue_on_the_demonstration_day_the_oldest_first(plan):
    assert overdue_on(date(2020, 9, 14)) == [*JULY, *AUGUST]


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2020, 7, 31), 0),
        (date(2020, 8, 1), 7),
        (date(2020, 8, 31), 7),
        (date(2020, 9, 1), 15),
        (date(2020, 10, 31), 15),
        (date(2020, 11, 1), 27),
        (date(2020, 11, 30), 27),
        (date(2020, 12, 1), 28),
        (date(2100, 1, 1), 28),
    ],
)
def test_a_month_is_overdue_from_the_first_of_the_next(plan, day, count):
    assert len(overdue_on(day)) == count


@pytest.mark.parametrize(
    ("moment", "overdue"),
    [
        pytest.param(datetime(2020, 10, 31, 20, 30, tzinfo=clock.NEW_YORK), False, id="Saturday evening"),
        pytest.param(datetime(2020, 10, 31, 23, 59, 59, 999999, tzinfo=clock.NEW_YORK), False, id="its last instant"),
        pytest.param(datetime(2020, 11, 1, 0, 0, tzinfo=clock.NEW_YORK), True, id="November begins"),
        pytest.param(datetime(2020, 11, 1, 1, 30, tzinfo=clock.NEW_YORK, fold=1), True, id="the repeated hour"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("machine", ["UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati"])
def test_overdue_begins_at_midnight_in_new_york_wherever_the_machine_stands(
    plan, monkeypatch, moment, overdue, machine
):
    monkeypatch.setenv("TZ", machine)
    time.tzset()
    try:
        with clock.at(moment):
            row = Milestone.objects.visible_to(as_of(clock.today())).get(pk=milestone("4.3").pk)
    finally:
        monkeypatch.undo()
        time.tzset()

    assert row.overdue is overdue
    assert row.days_overdue == (1 if overdue else None)


def test_saturday_evening_in_new_york_is_sunday_in_utc_and_still_october():
    moment = datetime(2020, 11, 1, 0, 30, tzinfo=UTC)

    with clock.at(moment):
        assert clock.today() == date(2020, 10, 31)


def test_the_rule_in_python_and_the_rule_in_sql_agree(plan):
    row = milestone("4.3")
    days = [date(2020, 10, 31) + timedelta(days=step) for step in (-400, -1, 0, 1, 2, 400)]
    targets = [None, date(2020, 10, 31), date(2020, 2, 29), date(2019, 12, 31)]

    for status, target_on in product(Status, targets):
        kind = Kind.DAY if target_on else Kind.UNDATED
        Milestone.objects.filter(pk=row.pk).update(
            current_status=status, current_target_kind=kind, current_target_on=target_on
        )
        for today in days:
            seen = Milestone.objects.visible_to(as_of(today)).get(pk=row.pk)
            late = is_overdue(status, target_on, today)
            assert seen.overdue is late
            assert seen.days_overdue == ((today - target_on).days if late else None)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (date(2020, 8, 31), date(2020, 9, 14)),
        (date(2020, 2, 28), date(2020, 3, 1)),
        (date(2019, 2, 28), date(2019, 3, 1)),
        (date(2020, 12, 31), date(2021, 1, 1)),
        (date(2020, 3, 7), date(2020, 3, 9)),
        (date(2020, 10, 31), date(2020, 11, 2)),
        (date(2000, 1, 1), date(2100, 12, 31)),
        (date(2020, 8, 31), date(2020, 8, 31)),
        (date(2020, 9, 14), date(2020, 8, 31)),
    ],
)
def test_days_between_is_the_same_number_in_the_database(plan, earlier, later):
    row = milestone("4.3")
    Milestone.objects.filter(pk=row.pk).update(current_target_kind="day", current_target_on=earlier)
    between = DaysBetween(F("current_target_on"), Value(later, DateField()))

    assert Milestone.objects.annotate(days=between).get(pk=row.pk).days == (later - earlier).days


def test_overdue_never_ends_by_waiting(plan):
    day, late = date(2020, 7, 1), set()

    while day < date(2021, 1, 10):
        now = set(overdue_on(day))
        assert late <= now
        day, late = day + timedelta(days=9), now


# --- Flags --------------------------------------------------------------------------------------------------------


def standing() -> list[str]:
    return [flag.milestone.code for flag in OverdueFlag.objects.filter(closed_at=None).order_by("milestone")]


def test_first_pass_flags_each_overdue_milestone_in_plan_order(plan):
    found = flag_overdue(date(2020, 9, 14))

    assert found.opened == tuple(sorted((*JULY, *AUGUST), key=lambda code: [int(part) for part in code.split(".")]))
    assert (found.closed, found.open) == ((), 15)
    flag = OverdueFlag.objects.get(milestone=milestone("3.1"))
    assert (flag.opened_on, flag.target_on, flag.closed_at) == (date(2020, 9, 14), date(2020, 8, 31), None)


def test_second_pass_of_the_day_changes_nothing_and_leaves_no_entry(plan):
    flag_overdue(date(2020, 9, 14))
    entries = Entry.objects.count()

    found = flag_overdue(date(2020, 9, 14))

    assert (found.opened, found.closed, found.open) == ((), (), 15)
    assert (Entry.objects.count(), OverdueFlag.objects.count()) == (entries, 15)


def test_dry_run_says_the_same_and_writes_nothing(plan):
    entries = Entry.objects.count()

    found = flag_overdue(date(2020, 9, 14), dry_run=True)

    assert (len(found.opened), found.closed, found.open) == (15, (), 15)
    assert (Entry.objects.count(), OverdueFlag.objects.count()) == (entries, 0)


def test_missed_nights_are_caught_up(plan):
    flag_overdue(date(2020, 8, 1))

    found = flag_overdue(date(2020, 12, 1))

    assert (len(found.opened), found.open) == (21, 28)


def test_reporting_complete_closes_the_flag_and_returning_lets_the_next_night_open_a_new_one(plan, cbp, plcy):
    flag_overdue(date(2020, 9, 14))
    say("3.1", cbp, status=Status.REPORTED_COMPLETE)
    assert "3.1" not in standing()

    return_completion(milestone("3.1"), by=plcy, seen_version=1, remark="No evidence is cited.")
    found = flag_overdue(date(2020, 9, 14))

    assert found.opened == ("3.1",)
    assert OverdueFlag.objects.filter(milestone=milestone("3.1")).count() == 2


def test_an_update_leaves_the_flag_standing(plan, cbp):
    flag_overdue(date(2020, 9, 14))

    say("3.1", cbp, status=Status.IN_PROGRESS, outlook=Outlook.AT_RISK)

    assert "3.1" in standing()


def test_withdrawing_closes_the_flag(plan, plcy):
    flag_overdue(date(2020, 9, 14))

    withdraw(milestone("3.1"), by=plcy, seen_version=0, remark="Overtaken by statute.")

    assert "3.1" not in standing()


def test_a_later_target_closes_the_flag_once_it_is_accepted(plan, cbp, plcy):
    flag_overdue(date(2020, 9, 14))
    asked = request_revision(
        milestone("3.1"), by=cbp, seen_version=0, target=TargetDate.month(2020, 12), category="legal", text="A court."
    )
    assert "3.1" in standing()

    decide_revision(asked, by=plcy, accept=True)

    assert "3.1" not in standing()


def test_going_back_to_an_earlier_day_closes_what_is_not_yet_overdue_then(plan):
    flag_overdue(date(2020, 9, 14))

    found = flag_overdue(date(2020, 8, 15))

    assert (found.opened, len(found.closed), found.open) == ((), 8, 7)


def test_pages_never_read_flags(plan):
    reader = esc_reader(in_september(14))

    before = overdue_on(reader.today)
    flag_overdue(date(2020, 9, 14))

    assert overdue_on(reader.today) == before


def test_every_month_target_is_due_on_its_last_day(plan):
    months = Milestone.objects.filter(plan_kind="month")

    assert months.count() == 28
    assert all(row.plan_on == month_end(row.plan_on.year, row.plan_on.month) for row in months)
