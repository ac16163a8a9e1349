"""What is known of one milestone on its way, and in which words is it told?

Reads the rows of a report's `timeline`: of this schema, for the committee or for COAC, whose rows tell no forecast.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from actions.target_dates import Kind
from milestones.telling import listed, say_day
from milestones.workflow import LABELS, NOT_RELEASED, OPEN, CompletedKind, Status
from reports import sentences
from reports.charts.drawing import Row, day_of
from reports.wording import agreeing, say_date, say_target

Figures = Mapping[str, Any]
Place = Callable[[str], str]
NAMED_AT_MOST = 2  # of the longest overdue; more are counted


class Course(NamedTuple):
    """What is drawn of one milestone."""

    code: str
    action: int
    status: str
    kind: str
    plan_on: date | None
    target_on: date | None
    overdue: bool
    forecast_on: date | None
    done_on: date | None


def reading_of(courses: Sequence[Course], today: date) -> str:
    """Say how much is overdue, since when the longest, and when the next target falls due."""
    if not courses:
        return "The plan has no milestones yet."
    late = sorted((each for each in courses if each.overdue and each.target_on), key=lambda each: _due(each, today))
    ahead = sorted(_due(each, today) for each in courses if each.status in OPEN and _due(each, today) >= today)
    then = f"the next target is {say_date(ahead[0])}" if ahead else "no other target lies ahead"
    return f"{_late_in_words(late, len(courses), today)}; {then}."


def _late_in_words(late: Sequence[Course], total: int, today: date) -> str:
    milestones = f"{total:,} {agreeing(total, 'milestone', 'milestones')}"
    if not late:
        return f"None of {milestones} is overdue"
    days = days_between(_due(late[0], today), today)
    longest = [each.code for each in late if each.target_on == late[0].target_on]
    if len(late) == 1:
        return f"One of {milestones} is overdue, {longest[0]}, by {days}"
    others = len(longest) - NAMED_AT_MOST
    if others > 1:  # One other is named as well: counting it would be longer.
        longest = [*longest[:NAMED_AT_MOST], f"{sentences.counted(others)} more"]
    return f"{sentences.opening(len(late))} of {milestones} are overdue, the longest by {days} ({listed(longest)})"


def days_between(first: date, last: date) -> str:
    """Say how many days lie between: "14 days"."""
    days = (last - first).days
    return f"{days:,} {agreeing(days, 'day', 'days')}"


def _due(course: Course, otherwise: date) -> date:
    return course.target_on or otherwise - timedelta(days=1)


def nowhere(_code: str) -> str:
    """Lead nowhere: in a document there are no pages."""
    return ""


def course_of(row: Figures) -> Course:
    """Read one row."""
    plan, target = row["plan"] or {}, row["target"] or {}
    return Course(
        code=row["code"],
        action=row["action"],
        status=row["status"],
        kind=target.get("kind") or plan.get("kind") or Kind.UNDATED,
        plan_on=day_of(plan.get("due_on")),
        target_on=day_of(target.get("due_on")),
        overdue=row["overdue"],
        forecast_on=day_of(row.get("forecast")) if row["status"] in OPEN else None,
        done_on=day_of((row["completed"] or {}).get("on")),
    )


# --- The table ----------------------------------------------------------------------------------------------------


def table_row(row: Figures, today: date, place: Place, *, forecasts: bool) -> Row:
    course = course_of(row)
    forecast = day_of(row.get("forecast"))
    return Row(
        row["code"],
        (
            say_target(row["plan"]),
            say_target(row["target"]) if row["target"] else "",
            days_between(_due(course, today), today) if row["overdue"] else "",
            *(((say_day(forecast) if forecast else ""),) if forecasts else ()),
            LABELS[row["status"]],
            _completed(row["completed"]),
        ),
        place(row["code"]),
    )


def _completed(row: Figures | None) -> str:
    if row is None:
        return ""
    day = day_of(row.get("on"))
    if day is None:
        return "Day not known"
    return say_day(day) if row["kind"] == CompletedKind.DAY else f"{day:%b} {day.year}"


def table_by_action(courses: Sequence[Course], place: Place) -> tuple[Row, ...]:
    rows = []
    for action, held in by_action(courses):
        targets = targets_of(held)
        rows.append(
            Row(
                str(action),
                (
                    f"{len(held):,}",
                    f"{count_of(held, Status.COMPLETED):,}",
                    f"{sum(each.overdue for each in held):,}",
                    say_day(min(targets)) if targets else "",
                    say_day(max(targets)) if targets else "",
                ),
                place(str(action)),
            )
        )
    return tuple(rows)


def by_action(courses: Iterable[Course]) -> list[tuple[int, list[Course]]]:
    ordered = sorted(courses, key=lambda each: each.action)
    return [(action, list(held)) for action, held in groupby(ordered, key=lambda each: each.action)]


def targets_of(held: Iterable[Course]) -> list[date]:
    return [each.target_on for each in held if each.target_on and each.status != Status.WITHDRAWN]


def count_of(held: Iterable[Course], status: str) -> int:
    return sum(each.status == status for each in held)


def is_moved(course: Course) -> bool:
    return course.status != Status.WITHDRAWN and course.plan_on is not None and course.plan_on != course.target_on


def note_of(course: Course) -> str:
    """Name what has no date on the line of days, "" for what has."""
    if course.status in {Status.WITHDRAWN, NOT_RELEASED}:
        return LABELS[course.status].removeprefix("Status ").lower()
    if course.status == Status.COMPLETED:
        return "" if course.done_on else "completed"
    if course.target_on:
        return ""
    return "ongoing" if course.kind == Kind.ONGOING else "no date"


def title_of(course: Course, today: date) -> str:
    """Tell one row in words, for who points at it or has it read out."""
    said = [LABELS[course.status].lower()]
    if course.overdue and course.target_on:
        said = [f"overdue by {days_between(course.target_on, today)}, target {say_day(course.target_on)}"]
    elif course.target_on and course.status not in {Status.COMPLETED, Status.WITHDRAWN}:
        said.append(f"target {say_day(course.target_on)}")
    elif note_of(course) in {"ongoing", "no date"}:
        said.append(note_of(course))
    if course.done_on:
        said.append(say_day(course.done_on))
    if is_moved(course) and course.plan_on:
        said.append(f"plan {say_day(course.plan_on)}")
    if course.forecast_on:
        said.append(f"forecast {say_day(course.forecast_on)}")
    return ", ".join(said)


def tally(held: Sequence[Course], *, brief: bool = False) -> str:
    """Say how an action stands: "7 of 46 done, 9 overdue"; in brief only what matters most."""
    done, late = f"{count_of(held, Status.COMPLETED):,} of {len(held):,} done", sum(each.overdue for each in held)
    if not late:
        return done
    return f"{late:,} overdue" if brief else f"{done}, {late:,} overdue"
