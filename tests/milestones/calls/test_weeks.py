"""Is a week the committee's week, whatever holiday, year end or clock change falls into it?"""

from datetime import UTC, date, datetime, timedelta

import pytest

from esc_tracker import clock
from milestones.calls.weeks import BadWeek, ReportingPeriod, ReportingWeek, Rhythm, period_of
from milestones.working_days import working_day_on_or_before


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
        pytest.param("2020-W52", utc(2020, 12, 23, 14), utc(2020, 12, 24, 17), id="Christmas is a Friday"),
        pytest.param("2024-W52", utc(2024, 12, 24, 14), utc(2024, 12, 27, 17), id="Christmas is a Wednesday"),
        pytest.param("2021-W03", utc(2021, 1, 19, 14), utc(2021, 1, 22, 17), id="Inauguration Day is a Wednesday"),
        pytest.param("2017-W03", utc(2017, 1, 18, 14), utc(2017, 1, 19, 17), id="Inauguration Day is a Friday"),
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


def test_every_call_of_a_hundred_years_opens_within_its_week_and_is_due_after_that():
    week = ReportingWeek.read("2000-W01")

    while week.starts_on.year < 2101:
        assert week.starts_at < week.call_opens_at < week.call_due_at < week.cut_off
        week = week.after()


# --- Periods ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rhythm", "day", "starts_on", "last_week"),
    [
        pytest.param("weekly", date(2020, 9, 13), date(2020, 9, 7), "2020-W37", id="a week"),
        pytest.param("two_weeks", date(2020, 1, 6), date(2020, 1, 6), "2020-W03", id="the pair counted from"),
        pytest.param("two_weeks", date(2020, 1, 5), date(2019, 12, 23), "2020-W01", id="the pair before it"),
        pytest.param("two_weeks", date(2020, 9, 1), date(2020, 8, 31), "2020-W37", id="first of a pair"),
        pytest.param("two_weeks", date(2020, 9, 13), date(2020, 8, 31), "2020-W37", id="second of a pair"),
        pytest.param("two_weeks", date(2020, 12, 31), date(2020, 12, 21), "2020-W53", id="a year of 53 weeks"),
        pytest.param("two_weeks", date(2021, 1, 4), date(2021, 1, 4), "2021-W02", id="the year after it"),
        pytest.param("monthly", date(2020, 8, 31), date(2020, 8, 31), "2020-W39", id="its Sunday is of September"),
        pytest.param("monthly", date(2020, 9, 27), date(2020, 8, 31), "2020-W39", id="the last Sunday of September"),
        pytest.param("monthly", date(2020, 9, 28), date(2020, 9, 28), "2020-W43", id="a week of October"),
        pytest.param("monthly", date(2021, 1, 1), date(2020, 12, 28), "2021-W04", id="over the turn of the year"),
    ],
)  # fmt: skip
def test_period_of_a_day(rhythm, day, starts_on, last_week):
    period = ReportingPeriod.of(day, rhythm)

    assert (period.starts_on, str(period.last_week)) == (starts_on, last_week)
    assert period.ends_on == period.last_week.ends_on
    assert period.starts_at == clock.start_of(starts_on)


@pytest.mark.parametrize("rhythm", Rhythm)
def test_periods_follow_each_other_without_gap_or_overlap(rhythm):
    period = ReportingPeriod.of(date(2018, 1, 1), rhythm)

    while period.starts_on.year < 2030:
        after = ReportingPeriod.of(period.ends_on + timedelta(days=1), rhythm)
        assert after.starts_on == period.ends_on + timedelta(days=1)
        assert all(
            ReportingPeriod.of(period.starts_on + timedelta(days=day), rhythm) == period
            for day in range((period.ends_on - period.starts_on).days + 1)
        )
        period = after


def test_the_rhythm_is_a_setting(settings):
    settings.CALL_RHYTHM = "monthly"

    assert str(period_of(date(2020, 9, 14)).last_week) == "2020-W39"
