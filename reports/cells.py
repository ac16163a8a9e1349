"""What does each cell of an account's list say, and what heads the list?

Reads nothing but rows of figures (milestones/rows.py), so that a page says what was frozen and no more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from esc_tracker.accounts.templatetags.esc import agency_name
from esc_tracker.marks import day_mark, target_mark
from esc_tracker.reader import Reader
from milestones.filters import UNASSIGNED_LABEL
from milestones.lateness import lateness
from milestones.links import link
from milestones.models import TargetRevision
from milestones.telling import say_completed
from milestones.workflow import Outcome
from reports import sentences
from reports.wording import agreeing, target_of

Figures = dict[str, Any]
Cell = SafeString | str


@dataclass(frozen=True)
class Told:
    """One milestone in a section of a report; each cell with the name of its column."""

    code: str
    url: str
    text: str
    agencies: str
    cells: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class Section:
    """One list of a report; its heading is the answer."""

    anchor: str
    heading: str
    columns: tuple[str, ...] = ()
    rows: tuple[Told, ...] = ()


def section_of(
    rows: Sequence[Figures],
    reader: Reader,
    anchor: str,
    title: str,
    columns: Sequence[str],
    told: Callable[[Figures], tuple[Cell, ...]],
) -> Section:
    """Tell rows of milestones to a reader, a cell for each column; the reader decides only where links lead."""
    lines = tuple(
        Told(
            row["code"],
            link("milestones:detail", row["code"], reader=reader),
            row["text"],
            agencies(row),
            tuple(zip(columns, told(row), strict=True)),
        )
        for row in rows
    )
    return Section(anchor, title, tuple(columns), lines)


def heading(rows: Sequence[Figures], one: str, several: str, none: str) -> str:
    """Return the answer that heads a list."""
    return f"{sentences.opening(len(rows))} {agreeing(len(rows), one, several)}" if rows else none


def agencies(row: Figures) -> str:
    """Name the agencies that speak for it."""
    speaking = [agency_name(each["code"]) for each in row["agencies"] if each["part"] != "supporting"]
    return " and ".join(speaking) or UNASSIGNED_LABEL


def target(row: Figures, exact: str = "") -> SafeString:
    """Show its target; "exact" adds the day it falls due."""
    due = target_of(row["target"])
    return target_mark(due, exact) if due else aside("None")


def aside(text: str) -> SafeString:
    """Say it in passing."""
    return format_html('<span class="esc-aside">{}</span>', text)


def day_of(text: str | None) -> date | None:
    """Read a day back from its ISO text."""
    return date.fromisoformat(text) if text else None


def completed_when(row: Figures) -> str:
    """Say when it was completed."""
    return begun(say_completed(row["completed_kind"], day_of(row["completed_on"]))) or "By the plan itself"


def outcome(row: Figures) -> str:
    """Say with what outcome it was completed."""
    return str(Outcome(row["outcome"]).label) if row["outcome"] else ""


def against_target(row: Figures) -> str:
    """Say how its completion lies against its target, and against the plan where that names another day."""
    due, planned = target_of(row["target"]), day_of(row["timeline"]["due_on"])
    return begun(lateness(row["completed_kind"], day_of(row["completed_on"]), due.due_on if due else None, planned))


def begun(text: str) -> str:
    """Begin a cell with a capital letter."""
    return text[:1].upper() + text[1:]


def why(row: Figures) -> SafeString:
    """Show each agency's reason, and what it needs."""
    lines = []
    for said in row["words"]:
        if said["reason"]:
            lines.append((agency_name(said["agency"]), said["reason"]))
        if said["needed"]:
            lines.append((f"{agency_name(said['agency'])} needs", said["needed"]))
    return format_html_join("", "<p><strong>{}:</strong> {}</p>", lines)


def words(row: Figures) -> SafeString:
    """Show each agency's statement with its day."""
    lines = [
        (agency_name(said["agency"]), day_mark(day_of(said["updated_on"]), "short"), said["statement"])
        for said in row["words"]
    ]
    return format_html_join("", "<p><strong>{}, {}:</strong> {}</p>", lines) or aside("Nothing yet")


def next_step(row: Figures) -> SafeString:
    """Show what each agency does next."""
    lines = [
        (
            agency_name(said["agency"]),
            said["next_step"],
            f", waiting on {said['waiting_on']}" if said["waiting_on"] else "",
        )
        for said in row["words"]
        if said["next_step"]
    ]
    return format_html_join("", "<p><strong>{}:</strong> {}{}</p>", lines) or aside("Not said")


def revisions(row: Figures) -> SafeString:
    """Show why its target was moved, each time."""
    lines = [(category(each["category"]), each["reason"]) for each in row["revisions"]]
    return format_html_join("", "<p><strong>{}:</strong> {}</p>", lines)


def category(key: str) -> str:
    """Name a category of reasons."""
    return str(TargetRevision.Category(key).label)
