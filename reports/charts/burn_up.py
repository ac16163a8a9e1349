"""How far is what is completed behind what was planned, week by week?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from milestones.telling import say_day
from reports import sentences
from reports.charts.drawing import (
    NARROW,
    WIDE,
    Chart,
    Days,
    Picture,
    Pill,
    Row,
    Tick,
    bold_width_of,
    month_after,
    pill,
    width_of,
)

Figures = Mapping[str, Any]
SIXTH = timedelta(days=6)
STEPS_OF_COUNTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
PLANNED, DONE, LATE = "#1a4480", "#216e1f", "#b50909"  # as templates/charts/burn_up.html draws the lines
LINES_AT_MOST = 5  # of the grid
NOTE = (
    "Planned counts the plan’s own dates, moved or not, and so never what the plan gives no date. "
    "Completed counts what was done by that day, as confirmed so far. "
    "What the plan prints as completed counts as both from the beginning."
)


class Point(NamedTuple):
    """What was planned and completed by a Sunday; `completed` is None for a Sunday to come."""

    on: date
    planned: int
    completed: int | None


@dataclass(frozen=True)
class Ending:
    """The words at the end of a line."""

    text: str
    x: float
    y: float
    anchor: str
    ink: str


@dataclass(frozen=True)
class Gap:
    """The distance between the lines on the last Sunday that both know: `y` is its upper end."""

    x: float
    y: float
    height: float


@dataclass(frozen=True, kw_only=True)
class BurnUp(Picture):
    """The whole picture: paths in the words of SVG."""

    left: float
    right: float
    top: float
    bottom: float
    months: tuple[Tick, ...]
    counts: tuple[Tick, ...]
    planned: str
    completed: str
    area: str
    pill: Pill
    dot: tuple[float, float]
    gap: Gap | None
    endings: tuple[Ending, ...]


def burn_up_chart(rows: Sequence[Figures], today: date) -> Chart:
    """Draw the points of a report's `burn_up`, one for each week, at least one of them not after `today`."""
    points = [Point(date.fromisoformat(row["on"]), row["planned"], row["completed"]) for row in rows]
    return Chart(
        key="burn_up",
        title="Planned and completed",
        reading=reading_of(points),
        template="charts/burn_up.html",
        wide=_draw(points, today, width=WIDE, height=320, size=14),
        narrow=_draw(points, today, width=NARROW, height=260, size=12),
        caption="Milestones planned and completed by the end of each week",
        columns=("By", "Planned", "Completed"),
        rows=tuple(
            Row(say_day(each.on), (f"{each.planned:,}", "" if each.completed is None else f"{each.completed:,}"))
            for each in points
        ),
        note=NOTE,
        is_numeric=True,
    )


def reading_of(points: Sequence[Point]) -> str:
    """Say how far behind: "By Sep 13, 11 were planned and 2 are completed: nine behind the plan."."""
    last = _last(points)
    planned, completed = last.planned, last.completed or 0
    were = f"{planned:,} {'was' if planned == 1 else 'were'} planned"
    are = f"{completed:,} {'is' if completed == 1 else 'are'} completed"
    return f"By {sentences.day(last.on)}, {were} and {are}: {_compared(planned - completed)}."


def _compared(behind: int) -> str:
    if not behind:
        return "as planned"
    return f"{sentences.counted(abs(behind))} {'behind' if behind > 0 else 'ahead of'} the plan"


def _last(points: Sequence[Point]) -> Point:
    return [each for each in points if each.completed is not None][-1]


def _draw(points: Sequence[Point], today: date, *, width: int, height: int, size: int) -> BurnUp:
    most = max(each.planned for each in points)
    most = max(most, max(each.completed or 0 for each in points), 1)
    step = next((step for step in STEPS_OF_COUNTS if most / step <= LINES_AT_MOST), most)
    ceiling = -(-most // step) * step
    top, bottom = size * 2.2, height - size * 1.8
    left, right = (
        width_of(f"{ceiling:,}", size) + size * 0.7,
        width - bold_width_of(f"{points[-1].planned:,} planned", size),
    )
    right -= size * 0.6
    days = Days(points[0].on - SIXTH, month_after(max(points[-1].on, today)), left, right)
    last = _last(points)

    def y(count: int) -> float:
        return round(bottom - count / ceiling * (bottom - top), 1)

    def steps(course: Sequence[tuple[date, int]]) -> str:
        """Draw what is reached by each day: level up to it, then up."""
        path = [f"M{days.x(days.first)} {y(course[0][1])}"]
        for (day, count), (_, before) in zip(course[1:], course, strict=False):
            if count != before:
                path.append(f"H{days.x(day)}V{y(count)}")
        return "".join([*path, f"H{days.x(course[-1][0])}"])

    planned = f"{steps([(each.on, each.planned) for each in points])}H{days.x(days.last)}"
    completed = steps([(each.on, each.completed) for each in points if each.completed is not None])
    gap = _gap(last, days, y(last.planned), y(last.completed or 0))
    return BurnUp(
        width=width,
        height=height,
        size=size,
        left=round(left, 1),
        right=round(right, 1),
        top=round(top, 1),
        bottom=round(bottom, 1),
        months=days.months(size),
        counts=tuple(Tick(y(count), f"{count:,}", not count) for count in range(0, ceiling + 1, step)),
        planned=planned,
        completed=completed,
        area=f"{completed}V{y(0)}H{days.x(days.first)}Z",
        pill=pill(today, days.x(today), top=0, width=width, size=size),
        dot=(days.x(last.on), y(last.completed or 0)),
        gap=gap,
        endings=(
            *_endings(points, days, (y(last.planned), y(last.completed or 0)), size, y(points[-1].planned)),
            *_behind(last, gap, days, size),
        ),
    )


def _gap(last: Point, days: Days, planned: float, completed: float) -> Gap | None:
    if last.planned == (last.completed or 0):
        return None
    return Gap(days.x(last.on), min(planned, completed), round(abs(planned - completed), 1))


def _behind(last: Point, gap: Gap | None, days: Days, size: int) -> list[Ending]:
    """Say the distance beside it, where it is high enough for words."""
    behind = last.planned - (last.completed or 0)
    if gap is None or gap.height < size * 2.5:
        return []
    said = f"{abs(behind):,} {'behind' if behind > 0 else 'ahead'}"
    y, aside = round(gap.y + gap.height / 2 + size * 0.35, 1), size * 0.8
    if gap.x + aside + width_of(said, size) < days.right:
        return [Ending(said, round(gap.x + aside, 1), y, "start", LATE)]
    return [Ending(said, round(gap.x - aside, 1), y, "end", LATE)]


def _endings(points: Sequence[Point], days: Days, last: tuple[float, float], size: int, end: float) -> list[Ending]:
    """Name both lines where they end; `last` is how high both stand on the last Sunday known, `end` the plan's end.

    The name of what is completed keeps clear of the other line.
    """
    planned, completed = last
    aside, middle = size * 0.7, size * 0.35
    said = f"{_last(points).completed or 0:,} completed"
    x, y, anchor = days.x(_last(points).on) + aside, completed + middle, "start"
    if abs(planned - completed) < size:
        y = max(planned, completed) + size * 1.2
    if x + bold_width_of(said, size) > days.right:
        x, anchor = x - 2 * aside, "end"
        y = completed - size * 0.7 if completed < planned - size else max(y, completed + size * 1.2)
    return [
        Ending(
            f"{points[-1].planned:,} planned", round(days.right + aside, 1), round(end + middle, 1), "start", PLANNED
        ),
        Ending(said, round(x, 1), round(y, 1), anchor, DONE),
    ]
