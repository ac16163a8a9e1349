"""Is a week the committee's week, whatever holiday, year end or clock change falls into it?"""

from datetime import UTC, date, datetime, timedelta

import pytest

from esc_tracker import clock
from milestones.calls.weeks import BadWeek, ReportingWeek, working_day_on_or_before


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2020, 9, 7), "2020-W37"),
        (date(2020, 9, 13), "2020-W37"),
        (date(2020, 9, 14), "2020-W38"),
        (date(2020, 1, 1), "2020-W01"),
        (date(2019, 12, 30), "2020-W01"),
        (date(2020, 12, 31), "2020-W53"),
        (date(2021, 1, 3), "2020-W53"),
        (date(2021, 1, 4), "2021-W01"),
    ],
)
def test_week_of_a_day(day, week):
    assert str(ReportingWeek.of(day)) == week
    assert ReportingWeek.read(week) == ReportingWeek.of(day)


@pytest.mark.parametrize(
    "text",
    [
        *("", "2020-W00", "2020-W54", "2021-W53", "2020-W1", "2020W37", "2020-w37", "2020-W37 ", " 2020-W37"),
        *("2020-W37\n", "１０２０-W37", "2020-W３７", "1999-W01", "2101-W01", "0000-W01", "9999-W53", "2020-W37\x00"),
    ],
)  # fmt: skip
def test_no_such_week_is_said_in_words(text):
    with pytest.raises(BadWeek, match="There is no reporting week"):
        ReportingWeek.read(text)


def test_a_week_runs_from_monday_to_the_midnight_that_ends_its_sunday():
    week = ReportingWeek.read("2020-W37")

    assert (week.starts_on, week.ends_on) == (date(2020, 9, 7), date(2020, 9, 13))
    assert (week.starts_at, week.cut_off) == (utc(2020, 9, 7, 4), utc(2020, 9, 14, 4))


def test_weeks_follow_each_other_without_gap_or_overlap():
    week = ReportingWeek.read("2020-W01")

    for _ in range(120):
        assert week.cut_off == week.after().starts_at
        assert week.after().before() == week < week.after()
        week = week.after()


@pytest.mark.parametrize(
    ("week", "hours"), [("2020-W10", 167), ("2020-W11", 168), ("2020-W43", 168), ("2020-W44", 169), ("2021-W10", 167)]
)
def test_a_week_with_a_clock_change_is_an_hour_shorter_or_longer(week, hours):
    read = ReportingWeek.read(week)

    assert read.cut_off - read.starts_at == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("week", "opens_at", "due_at"),
    [
        pytest.param("2020-W37", utc(2020, 9, 9, 13), utc(2020, 9, 11, 16), id="plain, summer time"),
        pytest.param("2020-W50", utc(2020, 12, 9, 14), utc(2020, 12, 11, 17), id="plain, winter time"),
        pytest.param("2020-W44", utc(2020, 10, 28, 13), utc(2020, 10, 30, 16), id="before the clocks change"),
        pytest.param("2020-W45", utc(2020, 11, 4, 14), utc(2020, 11, 6, 17), id="after the clocks change"),
        pytest.param("2020-W46", utc(2020, 11, 10, 14), utc(2020, 11, 13, 17), id="Veterans Day is a Wednesday"),
        pytest.param("2020-W27", utc(2020, 7, 1, 13), utc(2020, 7, 2, 16), id="July 4 is kept on Friday, July 3"),
        pytest.param("2020-W48", utc(2020, 11, 25, 14), utc(2020, 11, 27, 17), id="Thanksgiving is a Thursday"),
        pytest.param("2020-W53", utc(2020, 12, 30, 14), utc(2020, 12, 31, 17), id="New Year's Day is a Friday"),
        pytest.param("2024-W25", utc(2024, 6, 18, 13), utc(2024, 6, 21, 16), id="Juneteenth is a Wednesday"),
    ],
)  # fmt: skip
def test_call_opens_on_wednesday_and_is_due_on_friday_or_the_working_day_before(week, opens_at, due_at):
    read = ReportingWeek.read(week)

    assert (read.call_opens_at, read.call_due_at) == (opens_at, due_at)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2020, 9, 11), date(2020, 9, 11)),
        (date(2020, 9, 13), date(2020, 9, 11)),
        (date(2020, 9, 7), date(2020, 9, 4)),  # Labor Day
        (date(2021, 1, 1), date(2020, 12, 31)),
        (date(2022, 1, 2), date(2021, 12, 30)),  # New Year's Day on a Saturday is kept on Friday, December 31
    ],
)
def test_working_day_on_or_before(day, working):
    assert working_day_on_or_before(day) == working


def test_every_call_of_ten_years_opens_before_it_is_due_within_its_week():
    week = ReportingWeek.read("2018-W01")

    while week.starts_on.year < 2028:
        assert week.call_opens_at < week.call_due_at < week.cut_off
        assert clock.day_of(week.call_due_at) >= week.starts_on
        week = week.after()
