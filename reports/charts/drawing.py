"""What do all charts share: a line of days, the months on it, and the words beside a picture?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports import sentences

WIDE, NARROW = 960, 343  # a page or a sheet; a phone of 375 points with its margins
STEPS = (1, 2, 3, 6, 12, 24, 60, 120)  # months between two lines of the axis
# How wide letters of our type stand, of their size: what is much narrower or wider than the others.
LETTERS = {**dict.fromkeys(" .,:;·'’|il", 0.26), **dict.fromkeys("fjrt()/-", 0.36), **dict.fromkeys("mwMW", 0.83)}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One geometry of a chart, in the units of its viewBox; `size` is that of the letters."""

    width: float
    height: float
    size: int


@dataclass(frozen=True)
class Row:
    """One row of a chart's table: the cell of the first column, the others, and where the first leads ("" nowhere)."""

    label: str
    cells: tuple[str, ...]
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart: a sentence that says what it shows, its picture for a page and for a phone, and its table.

    `template` draws a picture with presentation attributes alone. `note` says how it counts, "" where that is plain.
    """

    key: str
    title: str
    reading: str
    template: str
    wide: Picture
    narrow: Picture
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""
    is_numeric: bool = False
    is_linked: bool = False

    @property
    def width(self) -> float:
        """Return the width of the picture for a page."""
        return self.wide.width

    @property
    def height(self) -> float:
        """Return the height of the picture for a page."""
        return self.wide.height


@dataclass(frozen=True)
class Tick:
    """Where a month begins, or where a count is reached, and what is written there; `strong` for a new year."""

    at: float
    label: str
    strong: bool = False


@dataclass(frozen=True)
class Key:
    """One entry of a legend: the mark, its middle, its word, and where that begins."""

    mark: str
    x: float
    y: float
    label: str
    text_x: float


@dataclass(frozen=True)
class Pill:
    """The day of an account: `at` is where its line stands, the rest the box with its words above that line."""

    at: float
    text: str
    x: float
    y: float
    width: float
    height: float
    text_x: float
    text_y: float

    @property
    def bottom(self) -> float:
        """Return where the line begins."""
        return round(self.y + self.height, 1)

    def hides(self, tick: Tick, size: int) -> bool:
        """Say whether a label at a tick would stand behind the box."""
        return self.x - size * 0.3 - width_of(tick.label, size) < tick.at < self.x + self.width


@dataclass(frozen=True)
class Days:
    """A stretch of days laid out from left to right; days outside of it are drawn at its ends."""

    first: date
    last: date
    left: float
    right: float

    def x(self, day: date) -> float:
        """Return where a day stands."""
        share = (day - self.first).days / max((self.last - self.first).days, 1)
        return round(self.left + min(max(share, 0), 1) * (self.right - self.left), 1)

    def months(self, size: int) -> tuple[Tick, ...]:
        """Return the beginnings of months as close as letters of a size allow; the first and Januaries name the year.

        What would stand upon its neighbor has no label.
        """
        least = size * 2.9
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        wide = (self.right - self.left) / max(count, 1)
        step = next((step for step in STEPS if step * wide >= least), STEPS[-1])
        ticks: list[Tick] = []
        free = self.left - least
        for month in _months(self.first, self.last):
            if (month.month - 1 + 12 * month.year) % step or month == self.last:
                continue
            at, strong = self.x(month), not ticks or month.month == 1
            labels = (f"{month:%b} {month.year}", f"{month:%b}") if strong else (f"{month:%b}",)
            ends = {label: at + width_of(label, size) + size for label in labels}
            label = next((each for each in labels if at >= free and ends[each] <= self.right + size), "")
            free = ends[label] if label else free
            ticks.append(Tick(at, label, strong))
        return tuple(ticks)


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        if month >= first:
            yield month
        month = month_after(month)


def month_after(day: date) -> date:
    """Return the first day of the month after that of a day; the last there is stays."""
    if (day.year, day.month) == (date.max.year, 12):
        return day
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def width_of(text: str, size: float) -> float:
    """Estimate how wide a text stands in letters of a size."""
    return size * sum(LETTERS.get(letter, 0.6 if letter.isupper() else 0.51) for letter in text)


def bold_width_of(text: str, size: float) -> float:
    """Estimate how wide a text stands in bold letters."""
    return width_of(text, size) * 1.1


def legend(entries: Sequence[tuple[str, str]], *, width: float, size: int, top: float) -> tuple[Key, ...]:
    """Place the entries `(mark, word)` one after the other from `top` on, in as many lines as they need."""
    keys: list[Key] = []
    x, y = 0.0, top + size * 0.75
    for mark, label in entries:
        takes = size * 1.7 + width_of(label, size)
        if x and x + takes > width:
            x, y = 0.0, y + size * 1.5
        keys.append(Key(mark, round(x + size * 0.65, 1), round(y, 1), label, round(x + size * 1.7, 1)))
        x += takes + size * 1.3
    return tuple(keys)


def pill(day: date, at: float, *, top: float, width: float, size: int) -> Pill:
    """Place the words "As of Sep 13" above the line of that day, inside a picture of a width."""
    text = f"As of {sentences.day(day)}"
    across, high = round(width_of(text, size) + size, 1), round(size * 1.5, 1)
    x = round(min(max(at - across / 2, 0), width - across), 1)
    return Pill(at, text, x, round(top, 1), across, high, round(x + across / 2, 1), round(top + high / 2, 1))


def day_of(text: Any) -> date | None:
    """Read a day of a report's figures; None where there is none."""
    return date.fromisoformat(text) if text else None
