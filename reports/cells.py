"""What does each cell of an account's list say, and what heads the list?

Reads nothing but rows of figures (milestones/rows.py), so that a page says what was frozen and no more. A cell is said
once for the page and once as plain text, so that every form of a report says the same.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any

from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString

from esc_tracker.accounts.templatetags.esc import agency_name
from esc_tracker.marks import day_mark, outlook_mark, overdue_mark, target_mark
from esc_tracker.reader import Reader
from milestones.filters import UNASSIGNED_LABEL
from milestones.lateness import lateness
from milestones.links import link
from milestones.models import TargetRevision
from milestones.telling import say_completed, say_day
from milestones.workflow import Outcome
from reports import sentences
from reports.wording import agreeing, target_of

Figures = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """What one cell says: on the page, and as plain text with its lines apart."""

    html: SafeString
    text: str


@dataclass(frozen=True)
class Line:
    """One line of a cell: what it is, its words, and a remark on them, such as whose words PLCY replaced."""

    label: SafeString | str
    words: str
    remark: str = ""
    edited: bool = False


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


# --- How a cell is made ---------------------------------------------------------------------------------------------


def plain(text: str) -> Cell:
    """Say a few words."""
    return Cell(format_html("{}", text), text)


def aside(text: str) -> Cell:
    """Say it in passing."""
    return Cell(format_html('<span class="esc-aside">{}</span>', text), text)


def drawn(mark: SafeString) -> Cell:
    """Show a mark; as text it is what it reads without its picture."""
    return Cell(mark, unescape(strip_tags(mark)).strip())


def beside(*parts: Cell) -> Cell:
    """Say several in one line."""
    said = [part for part in parts if part.text]
    return Cell(format_html_join(" ", "{}", [(part.html,) for part in said]), " ".join(part.text for part in said))


def stacked(*parts: Cell, nothing: str = "") -> Cell:
    """Say several, one below the other; `nothing` where none says anything."""
    said = [part for part in parts if part.text]
    if not said:
        return aside(nothing) if nothing else plain("")
    return Cell(format_html_join("", "{}", [(part.html,) for part in said]), "\n".join(part.text for part in said))


def paragraph(part: Cell) -> Cell:
    """Say it in a paragraph of its own."""
    return Cell(format_html("<p>{}</p>", part.html), part.text)


def lines_of(lines: Iterable[Line], nothing: str = "") -> Cell:
    """Say each line as a paragraph of its own; `nothing` where there is none."""
    return stacked(*(_line(each) for each in lines), nothing=nothing)


def _line(line: Line) -> Cell:
    if not line.edited:
        remark = format_html(' <span class="esc-aside">{}</span>', line.remark) if line.remark else ""
        html = format_html("<p><strong>{}:</strong> {}{}</p>", line.label, line.words, remark)
        return Cell(html, f"{drawn(format_html('{}', line.label)).text}: {line.words} {line.remark}".rstrip())
    html = format_html(
        '<p><strong>{}:</strong> {} <span class="esc-edited">edited by PLCY</span></p><p class="esc-own">{}</p>',
        line.label,
        line.words,
        line.remark,
    )
    text = f"{drawn(format_html('{}', line.label)).text}: {line.words} (edited by PLCY)\n{line.remark}"
    return Cell(html, text)


# --- Targets and completions ----------------------------------------------------------------------------------------


def target(row: Figures, exact: str = "") -> Cell:
    """Show its target; "exact" adds the day it falls due."""
    due = target_of(row["target"])
    return drawn(target_mark(due, exact)) if due else aside("None")


def overdue(row: Figures) -> Cell:
    """Show how many days it is overdue."""
    return drawn(overdue_mark(row["days_overdue"], short=True))


def outlook(row: Figures) -> Cell:
    """Show how its agencies expect it to end."""
    return drawn(outlook_mark(row["outlook"]))


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


def completion(row: Figures) -> tuple[Cell, Cell, Cell]:
    """Say when it was completed, with what outcome, and how that lies against its target."""
    return plain(completed_when(row)), plain(outcome(row)), plain(against_target(row))


def moved_from(row: Figures) -> Cell:
    """Say the target it had before."""
    return plain(str(target_of(row["moved_from"]) or "None"))


def begun(text: str) -> str:
    """Begin a cell with a capital letter."""
    return text[:1].upper() + text[1:]


def revisions(row: Figures) -> Cell:
    """Show why its target was moved, each time."""
    return lines_of(Line(category(each["category"]), each["reason"]) for each in row["revisions"])


def category(key: str) -> str:
    """Name a category of reasons."""
    return str(TargetRevision.Category(key).label)


# --- Words of the agencies ------------------------------------------------------------------------------------------


def why(row: Figures) -> Cell:
    """Show each agency's reason, and what it needs."""
    lines = []
    for said in row["words"]:
        agency = agency_name(said["agency"])
        lines += [_said(said, "reason", agency)] if said["reason"] else []
        lines += [_said(said, "needed", f"{agency} needs")] if said["needed"] else []
    return lines_of(lines)


def words(row: Figures) -> Cell:
    """Show each agency's statement with its day."""
    lines = []
    for said in row["words"]:
        spoke = format_html("{}, {}", agency_name(said["agency"]), day_mark(day_of(said["updated_on"]), "short"))
        lines.append(_said(said, "statement", spoke))
    return lines_of(lines, nothing="Nothing yet")


def words_and_forecast(row: Figures) -> Cell:
    """Show each agency's statement with its day, and when it now expects to finish."""
    expected = [
        aside(f"{agency_name(said['agency'])} expects to finish by {_day_said(on, said)}")
        for said in row["words"]
        if (on := day_of(said["forecast_on"]))
    ]
    return stacked(words(row), *(paragraph(each) for each in expected))


def next_step(row: Figures, label: str = "", *, nothing: str = "") -> Cell:
    """Show what each agency does next, by when, and whom it waits for; `label` stands in for a lone agency's name."""
    lines = []
    for said in row["words"]:
        if said["next_step"]:
            by = day_of(said["next_step_on"])
            when = f", by {_day_said(by, said)}" if by else ""
            waiting = f", waiting on {said['waiting_on']}" if said["waiting_on"] else ""
            agency = agency_name(said["agency"])
            named = agency if not label else label if len(row["words"]) == 1 else f"{label}, {agency}"
            lines.append(_said(said, "next_step", named, f"{when}{waiting}"))
    return lines_of(lines, nothing)


def _day_said(day: date, said: Figures) -> str:
    """Say a day that an agency named, with the year where it is not the one in which it was said."""
    return sentences.day(day) if str(day.year) == said["updated_on"][:4] else say_day(day)


def _said(said: Figures, field: str, label: SafeString | str, more: str = "") -> Line:
    """Return one line of an agency's words; where PLCY replaced it, PLCY's line with the agency's own beside it."""
    edited = said.get("edited", {}).get(field)
    if edited is None:
        return Line(label, f"{said[field]}{more}")
    return Line(label, f"{edited}{more}", f"{agency_name(said['agency'])} wrote: “{said[field]}”", edited=True)
