"""Does a target date say what the plan printed, and fall due when the committee says it does?"""

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.target_dates import (
    BadTargetDate,
    Kind,
    TargetDate,
    iso,
    month_end,
    months_between,
    parse_forecast,
    problem_with_printed,
)

FORECAST_DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 12, 31))


# What the plan prints


@pytest.mark.parametrize(
    ("printed", "due_on"),
    [
        ("July 2020", date(2020, 7, 31)),
        ("Aug. 2020", date(2020, 8, 31)),
        ("Oct. 2020", date(2020, 10, 31)),
        ("Nov. 2020", date(2020, 11, 30)),
    ],
)
def test_each_month_the_plan_prints_falls_due_on_its_last_day(printed: str, due_on: date) -> None:
    target = TargetDate.read(printed)

    assert (target.kind, target.due_on, target.printed) == (Kind.MONTH, due_on, printed)


def test_ongoing_names_no_date() -> None:
    target = TargetDate.read("Ongoing")

    assert (target.kind, target.due_on, target.printed) == (Kind.ONGOING, None, "Ongoing")


def test_completed_in_the_date_column_names_no_date() -> None:
    target = TargetDate.read("Completed")

    assert (target.kind, target.due_on, target.printed) == (Kind.COMPLETED, None, "Completed")


@pytest.mark.parametrize(
    ("printed", "month"),
    [
        *(("January 2021", 1), ("Jan. 2021", 1), ("Jan 2021", 1)),
        *(("February 2021", 2), ("Feb. 2021", 2), ("March 2021", 3), ("Mar. 2021", 3)),
        *(("April 2021", 4), ("Apr. 2021", 4), ("May 2021", 5), ("May. 2021", 5)),
        *(("June 2021", 6), ("Jun. 2021", 6), ("July 2021", 7), ("Jul. 2021", 7)),
        *(("August 2021", 8), ("Aug 2021", 8), ("September 2021", 9), ("Sept. 2021", 9)),
        *(("Sept 2021", 9), ("Sep. 2021", 9), ("October 2021", 10), ("Oct 2021", 10)),
        *(("November 2021", 11), ("Nov 2021", 11), ("December 2021", 12), ("Dec. 2021", 12)),
        *(("OCT. 2021", 10), (" Oct. 2021 ", 10), ("Oct.\u00a02021", 10)),
    ],
)
def test_month_is_read_long_or_short_with_or_without_a_period(printed: str, month: int) -> None:
    target = TargetDate.read(printed)

    assert (target.kind, target.due_on) == (Kind.MONTH, month_end(2021, month))
    assert target.printed == printed


@pytest.mark.parametrize(
    ("printed", "due_on"),
    [
        ("Oct. 9, 2020", date(2020, 10, 9)),
        ("October 09, 2020", date(2020, 10, 9)),
        ("Oct. 31, 2020", date(2020, 10, 31)),
        ("Feb. 29, 2020", date(2020, 2, 29)),
    ],
)
def test_exact_day_is_read_as_that_day(printed: str, due_on: date) -> None:
    target = TargetDate.read(printed)

    assert (target.kind, target.due_on, target.printed) == (Kind.DAY, due_on, printed)


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "see timeline on page 4",
        "every 24 months",
        "Oct.",
        "2020",
        "Oct. 20",
        "Fall 2020",
        "Q4 2020",
        "by Oct. 2020",
        "Oct. or Nov. 2020",
        "Octo 2020",
        "Oct.. 2020",
        "Oct.2020",
        "Oct. 2o20",
        "Oct. 1999",
        "Oct. 2101",
        "Oct. 0, 2020",
        "Oct. 32, 2020",
        "Feb. 29, 2021",
        "Oct. \uff12\uff10\uff12\uff10",
        "2020-10",
        "10/2020",
        "Completed in July 2020",
        "Ongoing.",
    ],
)
def test_words_that_name_no_date_are_undated_and_kept_as_printed(printed: str) -> None:
    target = TargetDate.read(printed)

    assert (target.kind, target.due_on, target.printed) == (Kind.UNDATED, None, printed)


@given(printed=st.text())
def test_reading_never_fails_and_never_loses_a_character(printed: str) -> None:
    assert TargetDate.read(printed).printed == printed


# What we print


@pytest.mark.parametrize(
    ("month", "words"),
    [
        *((1, "Jan. 2021"), (2, "Feb. 2021"), (3, "March 2021"), (4, "April 2021")),
        *((5, "May 2021"), (6, "June 2021"), (7, "July 2021"), (8, "Aug. 2021")),
        *((9, "Sept. 2021"), (10, "Oct. 2021"), (11, "Nov. 2021"), (12, "Dec. 2021")),
    ],
)
def test_month_is_printed_in_the_style_of_the_plan(month: int, words: str) -> None:
    assert str(TargetDate.month(2021, month)) == words


def test_day_is_printed_in_the_style_of_the_plan() -> None:
    assert str(TargetDate.day(date(2020, 10, 9))) == "Oct. 9, 2020"


@pytest.mark.parametrize(
    ("kind", "words"),
    [(Kind.ONGOING, "Ongoing"), (Kind.COMPLETED, "Completed"), (Kind.UNDATED, "No date")],
)
def test_target_without_a_date_or_printed_words_names_its_kind(kind: Kind, words: str) -> None:
    assert str(TargetDate(kind)) == words


def test_printed_words_win_over_our_own() -> None:
    assert str(TargetDate.read("October 2020")) == "October 2020"
    assert str(TargetDate.read("see timeline on page 4")) == "see timeline on page 4"


@given(day=FORECAST_DAYS)
def test_what_we_print_reads_back_as_the_same_target(day: date) -> None:
    for target in (TargetDate.day(day), TargetDate.month(day.year, day.month)):
        assert TargetDate.read(str(target)) == target


# What cannot be said


@pytest.mark.parametrize("kind", [Kind.MONTH, Kind.DAY])
def test_month_or_day_without_a_due_date_is_refused(kind: Kind) -> None:
    with pytest.raises(ValueError, match="cannot fall due on None"):
        TargetDate(kind)


@pytest.mark.parametrize("kind", [Kind.ONGOING, Kind.COMPLETED, Kind.UNDATED])
def test_target_that_names_no_date_cannot_fall_due(kind: Kind) -> None:
    with pytest.raises(ValueError, match="cannot fall due on 2020-10-31"):
        TargetDate(kind, date(2020, 10, 31))


def test_month_that_falls_due_before_its_last_day_is_refused() -> None:
    with pytest.raises(ValueError, match="A month falls due on its last day, not on 2020-10-30"):
        TargetDate(Kind.MONTH, date(2020, 10, 30))


def test_february_of_a_leap_year_cannot_fall_due_on_the_28th() -> None:
    with pytest.raises(ValueError, match="not on 2020-02-28"):
        TargetDate(Kind.MONTH, date(2020, 2, 28))


def test_target_cannot_fall_due_at_a_moment() -> None:
    with pytest.raises(ValueError, match="not at a moment"):
        TargetDate(Kind.DAY, datetime(2020, 10, 31, tzinfo=UTC))


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="'quarter' is not a valid Kind"):
        TargetDate("quarter")  # type: ignore[arg-type]


def test_stored_word_becomes_a_kind() -> None:
    assert TargetDate("month", date(2020, 10, 31)).kind is Kind.MONTH  # type: ignore[arg-type]


def test_target_date_never_changes() -> None:
    target = TargetDate.month(2020, 10)

    with pytest.raises(FrozenInstanceError):
        target.due_on = date(2020, 11, 30)  # type: ignore[misc]


def test_targets_that_mean_the_same_are_equal_however_printed() -> None:
    assert TargetDate.read("Oct. 2020") == TargetDate.read("October 2020") == TargetDate.month(2020, 10)


def test_month_is_not_the_same_target_as_its_last_day() -> None:
    assert TargetDate.month(2020, 10) != TargetDate.day(date(2020, 10, 31))


@pytest.mark.parametrize(
    ("target", "dated"),
    [
        (TargetDate.month(2020, 10), True),
        (TargetDate.day(date(2020, 10, 9)), True),
        (TargetDate(Kind.ONGOING), False),
        (TargetDate(Kind.COMPLETED), False),
        (TargetDate(Kind.UNDATED), False),
    ],
    ids=["month", "day", "ongoing", "completed", "undated"],
)
def test_only_months_and_days_are_dated(target: TargetDate, dated: bool) -> None:
    assert target.is_dated is dated


# The last day of a month


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2020, 2, 29), (2021, 2, 28), (2000, 2, 29), (2100, 2, 28), (2020, 4, 30), (2020, 10, 31), (2020, 12, 31)],
)
def test_month_ends_on(year: int, month: int, day: int) -> None:
    assert month_end(year, month) == date(year, month, day)


@pytest.mark.parametrize("month", [0, 13, -1])
def test_month_outside_the_year_is_refused(month: int) -> None:
    with pytest.raises(ValueError, match=f"There is no month {month}"):
        month_end(2020, month)


# Slippage


@pytest.mark.parametrize(
    ("earlier", "later", "months"),
    [
        (date(2020, 10, 31), date(2020, 10, 31), 0),
        (date(2020, 10, 1), date(2020, 10, 31), 0),
        (date(2020, 10, 31), date(2020, 11, 1), 1),
        (date(2020, 10, 31), date(2020, 11, 30), 1),
        (date(2020, 12, 31), date(2021, 1, 31), 1),
        (date(2020, 10, 31), date(2021, 10, 31), 12),
        (date(2020, 10, 31), date(2020, 8, 31), -2),
    ],
)
def test_slippage_counts_calendar_months(earlier: date, later: date, months: int) -> None:
    assert months_between(earlier, later) == months


@given(earlier=FORECAST_DAYS, later=FORECAST_DAYS)
def test_slippage_back_undoes_slippage_forth(earlier: date, later: date) -> None:
    assert months_between(earlier, later) == -months_between(later, earlier)


# What a person types


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("2020-10", TargetDate(Kind.MONTH, date(2020, 10, 31))),
        ("2020-02", TargetDate(Kind.MONTH, date(2020, 2, 29))),
        ("2021-02", TargetDate(Kind.MONTH, date(2021, 2, 28))),
        ("2020-10-31", TargetDate(Kind.DAY, date(2020, 10, 31))),
        ("2020-02-29", TargetDate(Kind.DAY, date(2020, 2, 29))),
        ("2000-01-01", TargetDate(Kind.DAY, date(2000, 1, 1))),
        ("2100-12", TargetDate(Kind.MONTH, date(2100, 12, 31))),
    ],
)
def test_forecast_takes_a_month_or_a_day(text: str, target: TargetDate) -> None:
    assert parse_forecast(text) == target


SHAPE = "Write a month such as 2020-10 or a day such as 2020-10-31."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("", SHAPE, id="empty"),
        pytest.param("   ", SHAPE, id="blanks"),
        pytest.param("soon", SHAPE, id="words"),
        pytest.param("Oct. 2020", SHAPE, id="as the plan prints it"),
        pytest.param("10/31/2020", SHAPE, id="slashes"),
        pytest.param("2020-1", SHAPE, id="one digit month"),
        pytest.param("2020-10-3", SHAPE, id="one digit day"),
        pytest.param("20201031", SHAPE, id="no hyphens"),
        pytest.param("2020-10-31T00:00", SHAPE, id="moment"),
        pytest.param("2020-W37", SHAPE, id="week"),
        pytest.param("-2020-10", SHAPE, id="negative year"),
        pytest.param("12020-10", SHAPE, id="five digit year"),
        pytest.param(" 2020-10", SHAPE, id="leading blank"),
        pytest.param("2020-10\n", SHAPE, id="line break"),
        pytest.param("2020-10\x00", SHAPE, id="NUL"),
        pytest.param("2020-1\uff10", SHAPE, id="full-width digit"),
        pytest.param("\u0662\u0660\u0662\u0660-10", SHAPE, id="Arabic digits"),
        pytest.param("2020\u201310", SHAPE, id="en dash"),
        pytest.param("1999-12", "The year must be between 2000 and 2100.", id="year before 2000"),
        pytest.param("2101-01-01", "The year must be between 2000 and 2100.", id="year after 2100"),
        pytest.param("0000-01", "The year must be between 2000 and 2100.", id="year 0"),
        pytest.param("9999-12-31", "The year must be between 2000 and 2100.", id="year 9999"),
        pytest.param("2020-00", "There is no month 00: months run from 01 to 12.", id="month 0"),
        pytest.param("2020-13", "There is no month 13: months run from 01 to 12.", id="month 13"),
        pytest.param("2020-02-30", "February 2020 has no day 30: it ends on day 29.", id="February 30"),
        pytest.param("2021-02-29", "February 2021 has no day 29: it ends on day 28.", id="not a leap year"),
        pytest.param("2020-11-31", "November 2020 has no day 31: it ends on day 30.", id="November 31"),
        pytest.param("2020-10-00", "October 2020 has no day 00: it ends on day 31.", id="day 0"),
    ],
)
def test_forecast_that_names_no_month_or_day_is_refused_in_words(text: str, sentence: str) -> None:
    with pytest.raises(BadTargetDate) as refusal:
        parse_forecast(text)

    assert refusal.value.sentence == sentence
    assert str(refusal.value) == sentence


@given(text=st.text() | st.from_regex(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?", fullmatch=True))
def test_whatever_is_typed_is_taken_as_it_stands_or_refused_in_words(text: str) -> None:
    try:
        understood = iso(parse_forecast(text))
    except BadTargetDate as refusal:
        understood = refusal.sentence

    assert understood == text or understood.endswith(".")


@given(day=FORECAST_DAYS)
def test_form_is_prefilled_with_what_it_takes(day: date) -> None:
    for target in (TargetDate.day(day), TargetDate.month(day.year, day.month)):
        assert parse_forecast(iso(target)) == target


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (TargetDate.month(2020, 10), "2020-10"),
        (TargetDate.day(date(2020, 10, 31)), "2020-10-31"),
        (TargetDate.read("Ongoing"), ""),
        (TargetDate.read("Completed"), ""),
        (TargetDate.read("every 24 months"), ""),
    ],
    ids=["month", "day", "ongoing", "completed", "undated"],
)
def test_target_is_written_the_way_forms_take_it(target: TargetDate, text: str) -> None:
    assert iso(target) == text


# What can be printed


@pytest.mark.parametrize(
    ("printed", "problem"),
    [
        ("Feb. 30, 2021", "There is no Feb. 30, 2021."),
        ("Oct. 0, 2020", "There is no Oct. 0, 2020."),
        ("Oct. 1999", "The year must be between 2000 and 2100."),
        (" Oct. 9, 2101 ", "The year must be between 2000 and 2100."),
        ("2020-10", "Write it as the plan prints it: Oct. 2020."),
        ("2020-10-09", "Write it as the plan prints it: Oct. 9, 2020."),
        ("2021-02-30", "February 2021 has no day 30: it ends on day 28."),
        ("1999-10", "The year must be between 2000 and 2100."),
    ],
)
def test_a_timeline_that_names_a_day_that_does_not_exist_is_not_printed(printed: str, problem: str) -> None:
    assert problem_with_printed(printed) == problem


@pytest.mark.parametrize(
    "printed", ["Oct. 2020", "Feb. 29, 2024", "Ongoing", "every 24 months", "Spring 2021", "May 4", "20210"]
)
def test_a_timeline_that_can_be_read_or_names_no_date_is_printed(printed: str) -> None:
    assert problem_with_printed(printed) == ""
