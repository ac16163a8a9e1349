"""When does each milestone fall due, and what is late?

One row for each milestone up to sixty of them, above that one for each action. What is overdue is told by a thick bar
from its target to the day of the account and by its days in words, not by color alone. What has no date is named at
the left edge and never drawn as due.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from milestones.telling import say_day
from milestones.workflow import OPEN, Status
from reports.charts.course import (
    Course,
    Figures,
    Place,
    by_action,
    course_of,
    days_between,
    is_moved,
    note_of,
    nowhere,
    reading_of,
    table_by_action,
    table_row,
    tally,
    title_of,
)
from reports.charts.drawing import (
    NARROW,
    WIDE,
    Chart,
    Days,
    Key,
    Picture,
    Pill,
    Tick,
    bold_width_of,
    legend,
    month_after,
    pill,
    width_of,
)

MOST_LANES = 60
HALF = 8.5  # of the widest mark
MARGIN = 9  # right of the last day, for half a mark
BACK, AHEAD = timedelta(days=366), timedelta(days=550)  # what lies further off is drawn at the edge
NOTE = (
    "A milestone without a date is named at the left and never drawn as due. "
    "The plan’s own date is drawn where the target was moved."
)


@dataclass(frozen=True)
class Mark:
    """One date: `kind` is plan, target, forecast or done; `tone` says how a target stands."""

    kind: str
    x: float
    tone: str = ""


@dataclass(frozen=True)
class Bar:
    """A line between two dates: `kind` is late, moved, slip or span."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Label:
    """Words in a row: `tone` is late or awaiting, `ends` where they end."""

    text: str
    x: float
    anchor: str
    tone: str
    ends: float


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What stands in one row: its words at the left edge ("" none), its bars, marks and label."""

    title: str
    is_late: bool
    note: str = ""
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()
    words: Label | None = None


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One row: its number, where that leads ("" nowhere), and what is drawn; `y` is its middle."""

    label: str
    url: str
    y: float
    top: float
    drawn: Drawn


@dataclass(frozen=True, kw_only=True)
class Timeline(Picture):
    """The whole picture: `bands` (top, height) shade every other action, `lanes` stand between `top` and `bottom`."""

    lane: float
    left: float
    right: float
    top: float
    bottom: float
    months: tuple[Tick, ...]
    months_below: tuple[Tick, ...]
    pill: Pill
    note_x: float
    note_size: int
    bands: tuple[tuple[float, float], ...]
    legend: tuple[Key, ...]
    lanes: tuple[Lane, ...]


class _Frame(NamedTuple):
    """How large one geometry is: of a page, of a phone."""

    width: int
    size: int
    lane: int
    awaiting: str
    is_brief: bool


_FRAMES = (
    _Frame(WIDE, 14, 22, "awaiting confirmation", is_brief=False),
    _Frame(NARROW, 12, 24, "awaiting", is_brief=True),
)
_LEGEND = {
    "late": "overdue since its target",
    "target": "target",
    "plan": "plan, before it was moved",
    "forecast": "forecast",
    "done": "completed",
}


def timeline_chart(rows: Sequence[Figures], today: date, url_of: Place | None = None) -> Chart:
    """Draw the timeline of the rows of a report's `timeline`; `url_of` says where a milestone or an action leads."""
    courses = [course_of(row) for row in rows]
    is_folded = len(courses) > MOST_LANES
    forecasts = any("forecast" in row for row in rows)
    place = url_of or nowhere
    wide, narrow = (_draw(courses, today, place, frame, is_folded=is_folded) for frame in _FRAMES)
    columns, table = (
        (
            ("Action", "Milestones", "Completed", "Overdue", "First target", "Last target"),
            table_by_action(courses, place),
        )
        if is_folded
        else (
            ("Milestone", "Plan", "Target", "Overdue", *(("Forecast",) if forecasts else ()), "Status", "Completed"),
            tuple(table_row(row, today, place, forecasts=forecasts) for row in rows),
        )
    )
    return Chart(
        key="timeline",
        title="Timeline of the plan",
        reading=reading_of(courses, today),
        template="charts/timeline.html",
        wide=wide,
        narrow=narrow,
        caption=f"Timeline of the plan as of {say_day(today)}",
        columns=columns,
        rows=table,
        note=NOTE,
        is_linked=url_of is not None,
    )


# --- The picture --------------------------------------------------------------------------------------------------


def _draw(courses: Sequence[Course], today: date, place: Place, frame: _Frame, *, is_folded: bool) -> Timeline:
    size = frame.size
    actions = by_action(courses)
    notes = (
        [tally(held, brief=frame.is_brief) for _, held in actions] if is_folded else [note_of(each) for each in courses]
    )
    labels = [str(action) for action, _ in actions] if is_folded else [each.code for each in courses]
    note_x = max((width_of(label, size) for label in labels), default=0) + size
    left = note_x + max((bold_width_of(note, size - 1) for note in notes), default=0) + (size if any(notes) else 0)
    days = _days(_dates(courses, is_folded=is_folded), today, left, frame.width - MARGIN)
    keys = legend(_entries(courses, is_folded=is_folded), width=frame.width, size=size, top=0)
    above = (keys[-1].y if keys else 0) + size
    top = round(above + size * 2.2, 1)
    of_today = pill(today, days.x(today), top=above, width=frame.width, size=size)
    months = days.months(size)
    bands: list[tuple[float, float]] = []
    lanes: list[Lane] = []
    for number, (action, held) in enumerate(actions):
        begins = top + len(lanes) * frame.lane
        for each in [held] if is_folded else [[one] for one in held]:
            y = round(top + (len(lanes) + 0.5) * frame.lane, 1)
            drawn = (
                _folded(action, each, days, today, frame) if is_folded else _lane(each[0], days, today, frame, note_x)
            )
            code = str(action) if is_folded else each[0].code
            lanes.append(Lane(label=code, url=place(code), y=y, top=round(y - frame.lane / 2, 1), drawn=drawn))
        if number % 2 == 0:
            bands.append((round(begins, 1), round(top + len(lanes) * frame.lane - begins, 1)))
    bottom = round(top + len(lanes) * frame.lane, 1)
    return Timeline(
        width=frame.width,
        height=round(bottom + size * 1.8, 1),
        size=size,
        lane=frame.lane,
        note_x=round(note_x, 1),
        note_size=size - 1,
        left=round(left, 1),
        right=frame.width - MARGIN,
        top=top,
        bottom=bottom,
        months=tuple(tick for tick in months if not of_today.hides(tick, size)),
        months_below=months,
        pill=of_today,
        bands=tuple(bands),
        legend=keys,
        lanes=tuple(lanes),
    )


def _dates(courses: Iterable[Course], *, is_folded: bool) -> list[date]:
    """Return every date that is drawn."""
    if is_folded:
        return [each.target_on for each in courses if each.status in OPEN and each.target_on]
    return [
        day
        for each in courses
        if each.status != Status.WITHDRAWN
        for day in (each.plan_on, each.target_on, each.forecast_on, each.done_on)
        if day
    ]


def _days(dates: Sequence[date], today: date, left: float, right: float) -> Days:
    """Span whole months from the first date drawn to the last, today among them, but no more than can be read."""
    first, last = max(min([today, *dates]), today - BACK), min(max([today, *dates]), today + AHEAD)
    return Days(first.replace(day=1), month_after(last), left, right)


def _entries(courses: Sequence[Course], *, is_folded: bool) -> list[tuple[str, str]]:
    """Return what the legend explains: only what is drawn."""
    if is_folded:
        return [("late", "overdue since the oldest target"), ("target", "next and last target")]
    drawn = {
        "late": any(each.overdue for each in courses),
        "target": any(each.target_on for each in courses),
        "plan": any(is_moved(each) for each in courses),
        "forecast": any(each.forecast_on for each in courses),
        "done": any(each.status == Status.COMPLETED for each in courses),
    }
    return [(mark, _LEGEND[mark]) for mark in drawn if drawn[mark]]


def _lane(course: Course, days: Days, today: date, frame: _Frame, edge: float) -> Drawn:
    marks, bars = ([], []) if course.status == Status.WITHDRAWN else _marks(course, days, today)
    words = ""
    if course.overdue and course.target_on:
        words = days_between(course.target_on, today)
    elif course.status == Status.REPORTED_COMPLETE and course.target_on:
        words = frame.awaiting
    tone = "late" if course.overdue else "awaiting"
    label = _placed(words, tone, marks, bars, between=(edge, days.x(today), days.right), size=frame.size)
    return Drawn(
        title=f"{course.code}: {title_of(course, today)}",
        is_late=course.overdue,
        note=note_of(course),
        bars=_clear(bars, label, frame.size),
        marks=tuple(marks),
        words=label,
    )


def _marks(course: Course, days: Days, today: date) -> tuple[list[Mark], list[Bar]]:
    """Return one mark for each date that is known, drawn in this order, and the lines between them."""
    marks, bars = [], []
    target, plan, forecast, done = course.target_on, course.plan_on, course.forecast_on, course.done_on
    if is_moved(course) and plan:
        if target:
            bars.append(_between("moved", plan, target, days))
        marks.append(Mark("plan", days.x(plan)))
    if target and course.overdue:
        bars.append(_between("late", target, today, days))
    if target and forecast and forecast > target:
        bars.append(_between("slip", max(target, today) if course.overdue else target, forecast, days))
    if forecast:
        marks.append(Mark("forecast", days.x(forecast)))
    if target and target != done:
        marks.append(Mark("target", days.x(target), _tone(course)))
    if done:
        marks.append(Mark("done", days.x(done)))
    return marks, bars


def _between(kind: str, one: date, other: date, days: Days) -> Bar:
    start, end = sorted((days.x(one), days.x(other)))
    return Bar(kind, start, round(end - start, 1))


def _tone(course: Course) -> str:
    if course.overdue:
        return "late"
    return {Status.COMPLETED.value: "past", Status.REPORTED_COMPLETE.value: "awaiting"}.get(course.status, "")


def _placed(
    text: str, tone: str, marks: Sequence[Mark], bars: Sequence[Bar], *, between: tuple[float, float, float], size: int
) -> Label | None:
    """Place words where neither a mark nor the line of the day is in the way: right of what they tell of, else left.

    `between` are the left edge that is free, that line, and the right edge.
    """
    edge, today, right = between
    if not text:
        return None
    target = next(mark.x for mark in marks if mark.kind == "target" and mark.tone == tone)
    ends = next((bar.x + bar.width for bar in bars if bar.kind == "late"), target)
    wide, clear = bold_width_of(text, size), HALF + size * 0.3
    after, before = max(ends + size * 0.5, target + clear), target - clear

    def fits(start: float) -> bool:
        taken = [(mark.x, mark.x) for mark in marks if mark.x != target]
        taken += [(bar.x, bar.x + bar.width) for bar in bars if bar.kind == "moved"]
        free = not any(start - clear < last and first < start + wide + clear for first, last in taken)
        free = free and not start < today < start + wide
        return free and edge <= start and start + wide <= right

    if not fits(after) and fits(before - wide):
        return Label(text, round(before, 1), "end", tone, round(before, 1))
    start = min(after, right - wide)
    return Label(text, round(start, 1), "start", tone, round(start + wide, 1))


def _clear(bars: Sequence[Bar], words: Label | None, size: int) -> tuple[Bar, ...]:
    """Let the line to the forecast begin behind words that stand upon it."""
    cleared = []
    for bar in bars:
        begins = words.ends + size * 0.3 if words and words.anchor == "start" else bar.x
        if bar.kind == "slip" and bar.x < begins < bar.x + bar.width:
            cleared.append(Bar(bar.kind, round(begins, 1), round(bar.x + bar.width - begins, 1)))
        elif bar.kind != "slip" or begins <= bar.x:
            cleared.append(bar)
    return tuple(cleared)


# --- One row for each action --------------------------------------------------------------------------------------


def _folded(action: int, held: Sequence[Course], days: Days, today: date, frame: _Frame) -> Drawn:
    """Draw one action: its overdue since the oldest, and its next and its last target."""
    late = sorted(each.target_on for each in held if each.overdue and each.target_on)
    ahead = sorted(each.target_on for each in held if each.status in OPEN and each.target_on and not each.overdue)
    bars = [_between("span", ahead[0], ahead[-1], days)] if ahead and ahead[0] != ahead[-1] else []
    bars += [_between("late", late[0], today, days)] if late else []
    marks = [Mark("target", days.x(day)) for day in sorted({*ahead[:1], *ahead[-1:]})]
    marks += [Mark("target", days.x(late[0]), "late")] if late else []
    said = [tally(held)]
    said += [f"the oldest by {days_between(late[0], today)}"] if late else []
    said += [f"next target {say_day(ahead[0])}"] if ahead else []
    return Drawn(
        title=f"Action {action}: {', '.join(said)}",
        is_late=bool(late),
        note=tally(held, brief=frame.is_brief),
        bars=tuple(bars),
        marks=tuple(marks),
    )
