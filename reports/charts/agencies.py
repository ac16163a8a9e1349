"""Who carries how much, and how does it stand?

One stacked bar for each agency, its length the number of milestones. Each status has its pattern besides its color, so
that the bars read in black and white. What no agency is named for stands apart at the bottom.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from milestones.telling import counted
from milestones.workflow import NOT_RELEASED, Status
from reports import sentences
from reports.charts.drawing import NARROW, WIDE, Chart, Key, Picture, Row, legend, width_of
from reports.progress import in_words, open_in_time
from reports.wording import agreeing

Figures = Mapping[str, Any]
NOTE = "A joint milestone counts for each of its agencies, so the lines add up to more than all milestones."
PARTS = (
    ("completed", "completed"),
    ("reported_complete", "awaiting confirmation"),
    ("overdue", "overdue"),
    ("open", "open, not overdue"),
    ("withdrawn", "withdrawn"),
    ("not_released", "not released"),
)


@dataclass(frozen=True)
class Part:
    """One piece of a bar: which, how many, where; `plate` is how wide its number stands, 0 where it has no room."""

    key: str
    count: int
    label: str
    x: float
    width: float
    plate: float
    plate_x: float
    text_x: float


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One agency: `y` is the baseline of its name, `top` the upper end of its bar, `words` what stands beside it."""

    label: str
    title: str
    url: str
    y: float
    top: float
    parts: tuple[Part, ...]
    words: str
    words_x: float
    words_end: bool
    text_y: float


@dataclass(frozen=True, kw_only=True)
class Bars(Picture):
    """The whole picture: `apart` is where the line above what no agency is named for stands, None without one."""

    bar: float
    plate: float
    plate_y: float
    left: float
    bars: tuple[Bar, ...]
    legend: tuple[Key, ...]
    apart: float | None


class _Frame(NamedTuple):
    """How large one geometry is; on a phone the name stands above its bar."""

    width: int
    size: int
    lane: int
    bar: int
    is_stacked: bool


_FRAMES = (_Frame(WIDE, 14, 34, 22, is_stacked=False), _Frame(NARROW, 12, 50, 22, is_stacked=True))


def agencies_chart(rows: Sequence[Figures], unassigned: str, url_of: Callable[[str], str] | None = None) -> Chart:
    """Draw the rows of a report's `by_agency`; `unassigned` is the code of what no agency is named for."""
    parts = [part for part in PARTS if part[0] not in {"withdrawn", "not_released"} or _any(rows, part[0])]
    place = url_of or _nowhere
    wide, narrow = (_draw(rows, unassigned, parts, place, frame) for frame in _FRAMES)
    return Chart(
        key="agencies",
        title="Progress by agency",
        reading=reading_of(rows, unassigned),
        template="charts/agencies.html",
        wide=wide,
        narrow=narrow,
        caption="Milestones by agency and status",
        columns=("Agency", "Milestones", *(label.capitalize() for _, label in parts)),
        rows=tuple(
            Row(
                row["name"],
                (f"{row['milestones']:,}", *(f"{_count(row, key):,}" for key, _ in parts)),
                place(row["code"]),
            )
            for row in rows
        ),
        note=NOTE,
        is_numeric=True,
        is_linked=url_of is not None,
    )


def reading_of(rows: Sequence[Figures], unassigned: str) -> str:
    """Say which agency has the most overdue, and how many milestones no agency is named for."""
    named = [row for row in rows if row["code"] != unassigned]
    nobodys = sum(row["milestones"] for row in rows if row["code"] == unassigned)
    without = (
        f"{sentences.counted(nobodys)} {agreeing(nobodys, 'milestone has', 'milestones have')} no agency named yet"
    )
    if not named:
        return f"{without[0].upper()}{without[1:]}." if nobodys else "The plan has no milestones yet."
    most = max(named, key=lambda row: row["overdue"])
    late = most["overdue"]
    equals = [row["name"] for row in named if row["overdue"] == late]
    if not late:
        said = "No agency has an overdue milestone"
    elif len(equals) > 1:
        said = f"{_listed(equals)} have the most overdue, {sentences.counted(late)} each"
    else:
        of = counted(most["milestones"], "milestone")
        said = f"{most['name']} has the most overdue, {sentences.counted(late)} of its {of}"
    return f"{said}; {without}." if nobodys else f"{said}."


def _listed(names: Sequence[str]) -> str:
    if len(names) > 3:
        return f"{sentences.opening(len(names))} agencies"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _any(rows: Sequence[Figures], key: str) -> bool:
    return any(_count(row, key) for row in rows)


def _count(row: Figures, key: str) -> int:
    if key == "open":
        return open_in_time(row)
    return int(row.get({"withdrawn": Status.WITHDRAWN.value, "not_released": NOT_RELEASED}.get(key, key), 0))


def _nowhere(_code: str) -> str:
    return ""


def _draw(
    rows: Sequence[Figures],
    unassigned: str,
    parts: Sequence[tuple[str, str]],
    place: Callable[[str], str],
    frame: _Frame,
) -> Bars:
    size = frame.size
    keys = legend([part for part in parts if _any(rows, part[0])], width=frame.width, size=size, top=0)
    names = max((width_of(row["name"], size) for row in rows), default=0) + size
    beside = max((width_of(in_words(row), size) for row in rows), default=0) + size
    left = 0.0 if frame.is_stacked else names
    room = frame.width - 1 - left - (0 if frame.is_stacked else beside)
    longest = max([row["milestones"] for row in rows] or [1]) or 1
    top = (keys[-1].y if keys else 0) + size * (1.4 if frame.is_stacked else 1)
    bars: list[Bar] = []
    apart = None
    for row in rows:
        if row["code"] == unassigned and bars:
            apart = round(top + size * 0.4, 1)
            top += size * 0.8
        bars.append(_bar(row, parts, place(row["code"]), top, left, room / longest, frame))
        top += frame.lane
    return Bars(
        width=frame.width,
        height=round(top + 2, 1),
        size=size,
        bar=frame.bar,
        plate=frame.bar - 6,
        plate_y=3,
        left=round(left, 1),
        bars=tuple(bars),
        legend=keys,
        apart=apart,
    )


def _bar(
    row: Figures, parts: Sequence[tuple[str, str]], url: str, top: float, left: float, unit: float, frame: _Frame
) -> Bar:
    size = frame.size
    cut, x = [], left
    for key, label in parts:
        count = _count(row, key)
        if count:
            wide, number = count * unit, width_of(f"{count:,}", size) + size * 0.4
            plate = round(number if number < wide - 2 else 0, 1)
            middle = round(x + wide / 2, 1)
            cut.append(
                Part(key, count, label, round(x, 1), round(wide, 1), plate, round(middle - plate / 2, 1), middle)
            )
            x += wide
    bar_top = top + (size * 1.5 if frame.is_stacked else (frame.lane - frame.bar) / 2)
    words = in_words(row)
    if frame.is_stacked and width_of(row["name"] + words, size) + size > frame.width:
        words = ""
    said = ", ".join(f"{part.count:,} {part.label}" for part in cut)
    return Bar(
        label=row["name"],
        title=f"{row['name']}: {counted(row['milestones'], 'milestone')}{': ' if said else ''}{said}",
        url=url,
        y=round(top + size if frame.is_stacked else bar_top + frame.bar / 2 + size * 0.35, 1),
        top=round(bar_top, 1),
        parts=tuple(cut),
        words=words,
        words_x=frame.width - 1 if frame.is_stacked else round(x + size * 0.6, 1),
        words_end=frame.is_stacked,
        text_y=round(bar_top + frame.bar / 2 + size * 0.35, 1),
    )
