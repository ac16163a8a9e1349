"""How is a word of the record drawn: with which icon, word and color, and how is a total cut into a bar?

The markup lives in templates/components/. A table draws the same few marks hundreds of times, so each is rendered once
and remembered; pages include the component, table columns call these functions, and both show the same thing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Protocol

from django.template.loader import render_to_string
from django.utils import dateformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import is_aware, localtime

DAY_STYLES = {
    "": "M j, Y",  # Sep 11, 2020
    "short": "M j",  # Sep 11
    "weekday": "D, M j, Y",  # Fri, Sep 11, 2020
    "moment": "M j, Y, P",  # Sep 11, 2020, 4:05 p.m.
    "weekday_moment": "D, M j, P",  # Fri, Sep 11, 4:05 p.m.
}


class Due(Protocol):
    """Anything that says when it falls due, such as the plan's target date."""

    @property
    def kind(self) -> str:
        """Return "month", "day" or a way of naming no date."""

    @property
    def due_on(self) -> date | None:
        """Return the day it falls due, None where it names no date."""


@dataclass(frozen=True)
class Segment:
    """One piece of a stacked bar: `x` and `width` are whole percents."""

    key: str
    label: str
    count: int
    x: int
    width: int


@lru_cache(maxsize=32)
def status_mark(status: str) -> SafeString:
    """Draw a milestone's status, such as `in_progress` or `not_released`."""
    return render_to_string("components/status.html", {"status": status})


@lru_cache(maxsize=32)
def outlook_mark(outlook: str) -> SafeString:
    """Draw an outlook, such as `at_risk`; anything empty reads "No word yet"."""
    return render_to_string("components/outlook.html", {"outlook": outlook})


@lru_cache(maxsize=2048)
def overdue_mark(days: int | None, *, short: bool = False) -> SafeString:
    """Draw how many days a milestone is overdue; nothing when it is not. Short where the column says "overdue"."""
    if not days:
        return SafeString()
    return render_to_string("components/overdue_badge.html", {"days": days, "short": short})


@lru_cache(maxsize=2048)
def day_mark(day: date | None, style: str = "") -> SafeString:
    """Draw a day, or the New York day of a moment, in one of DAY_STYLES; nothing when there is none."""
    if day is None:
        return SafeString()
    if isinstance(day, datetime) and is_aware(day):
        day = localtime(day)
    machine = day.isoformat() if style.endswith("moment") else day.strftime("%Y-%m-%d")
    return format_html('<time datetime="{}">{}</time>', machine, dateformat.format(day, DAY_STYLES[style]))


def target_mark(target: Due, exact: str = "") -> SafeString:
    """Draw a target in its own words; "exact" adds the day it falls due: Oct. 2020 (due Sat, Oct 31)."""
    if target.due_on is None:
        return format_html("{}", target)
    machine = "%Y-%m" if target.kind == "month" else "%Y-%m-%d"
    drawn = format_html('<time datetime="{}">{}</time>', target.due_on.strftime(machine), target)
    if not exact:
        return drawn
    falls = dateformat.format(target.due_on, "\\d\\u\\e D, M j" if target.kind == "month" else "D")
    return format_html('{} <span class="esc-aside">({})</span>', drawn, falls)


def cut(parts: Sequence[tuple[str, str, int]]) -> tuple[Segment, ...]:
    """Cut a total into the segments of a stacked bar, in the order given as `(key, label, count)`.

    Widths are whole percents that add up to 100 (largest remainders first), and a part that counts anything is at least
    1 wide. Parts that count nothing are left out; no parts, no segments.
    """
    counted = [part for part in parts if part[2] > 0]
    total = sum(count for _, _, count in counted)
    if not total:
        return ()
    widths = [max(1, count * 100 // total) for _, _, count in counted]
    by_remainder = sorted(range(len(counted)), key=lambda place: -(counted[place][2] * 100 % total))
    for step in range(max(0, 100 - sum(widths))):
        widths[by_remainder[step % len(widths)]] += 1
    widths[widths.index(max(widths))] -= max(0, sum(widths) - 100)
    return tuple(
        Segment(key, label, count, x=sum(widths[:place]), width=widths[place])
        for place, (key, label, count) in enumerate(counted)
    )
