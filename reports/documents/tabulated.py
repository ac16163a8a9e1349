"""What do the frozen figures of a report say as tables?

Reads nothing but the figures of one edition, of this schema or an older one; workbook and CSV show it. COAC's edition
holds shared fields only, so its tables have no column for what agencies write.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from esc_tracker import clock
from esc_tracker.accounts.templatetags.esc import agency_name
from esc_tracker.spreadsheets import Cell, Column, Sheet
from milestones.calls.weeks import ReportingWeek
from milestones.telling import days_in_words, say_day
from milestones.workflow import LABELS, NOT_RELEASED, CompletedKind, Status
from reports import sentences
from reports.onepage import EDITIONS, FOR_WHOM, MARKS, NOBODY, say_as_of
from reports.wording import target_of

Figures = Mapping[str, Any]
Row = Mapping[str, Any]

COUNTS = ("milestones", *Status.values, NOT_RELEASED, "overdue", "unassigned")
COUNT_LABELS = LABELS | {"milestones": "Milestones", "overdue": "Overdue", "unassigned": NOBODY}
LINES = {"statement": "statement", "next_step": "next step", "reason": "reason", "needed": "needed"}


@dataclass(frozen=True)
class _Told:
    """One column of a table of milestones and what stands in it; internal ones are the committee's alone."""

    column: Column
    of: Callable[[Row], Cell]
    internal: bool = False


@dataclass(frozen=True)
class _List:
    """One list of a report: its key in the figures, the name of its sheet, the columns it has beside those of all."""

    key: str
    name: str
    more: tuple[_Told, ...] = ()


def sheets_of(figures: Figures, *, is_published: bool = True) -> tuple[Sheet, ...]:
    """Return the tables of an edition, one for each section that its figures hold. No query."""
    drawn = [
        _summary(figures, is_published=is_published),
        _shares(figures, "by_action", "By action", {"number": Column("Action", 8), "title": Column("Title", 60)}),
        _shares(figures, "by_agency", "By agency", {"name": Column("Agency", 24)}),
        *(_milestones(figures, each) for each in LISTS),
        _answers(figures),
        _asks(figures),
        _timeline(figures),
        _burn_up(figures),
    ]
    return tuple(sheet for sheet in drawn if sheet is not None)


def notes_of(figures: Figures, *, is_published: bool = True) -> list[str]:
    """Say what a file of an edition is, a note for each line of its summary, and what PLCY asks."""
    told = [f"ESC Milestone Tracker: Weekly status report {figures['week']}"]
    for what, now, before in _summary(figures, is_published=is_published).rows:
        lines = str(now).splitlines() or [""]
        told += [f"{what}: {line}" for line in lines[:-1]]
        told.append(f"{what}: {lines[-1]}" + ("" if before is None else f" (before: {before})"))
    for ask in figures.get("asks") or ():
        whom, text, code, by = _ask(ask)
        about = f" about {code}" if code else ""
        told.append(f"Asked of {whom}{about}{f', by {by}' if by else ''}: {text}")
    return told


def long_table(figures: Figures) -> Sheet:
    """Return all lists of an edition as one table; the first column names the list."""
    told = [each for each in (*ALL, *MORE) if not each.internal or _is_esc(figures)]
    return Sheet("Report", [Column("Section", 14), *(each.column for each in told)], _long_rows(figures, told))


def title_of(figures: Figures) -> str:
    """Name an edition in a few words, for the properties of a file."""
    return f"Weekly status report {figures['week']}, {EDITIONS[figures['edition']]}, version {figures['version']}"


def file_name_of(figures: Figures, ending: str, *, form: str = "report", is_published: bool = True) -> str:
    """Name the file of an edition: `esc-report-2020-W36-v1-coac.xlsx`; the committee's bears no edition."""
    edition = "" if _is_esc(figures) else f"-{figures['edition']}"
    draft = "" if is_published else "-draft"
    return f"esc-{form}-{figures['week']}-v{figures['version']}{edition}{draft}.{ending}"


def mark_of(figures: Figures, *, is_published: bool = True) -> str:
    """Say who may see an edition: "INTERNAL: For the committee. Not for release to COAC."; a draft is marked as one."""
    mark = MARKS[figures["edition"]] if is_published else "INTERNAL DRAFT"
    return f"{mark}: {FOR_WHOM[figures['edition']]}"


# --- One table after the other --------------------------------------------------------------------------------------


def _summary(figures: Figures, *, is_published: bool) -> Sheet:
    week = ReportingWeek.read(figures["week"])
    as_of, since = (datetime.fromisoformat(figures[name]) for name in ("as_of", "since"))
    rows: list[tuple[Cell, Cell, Cell]] = [
        ("Week", f"{week} ({days_in_words(week.starts_on, week.ends_on)}, {week.ends_on.year})", None),
        ("Edition", EDITIONS[figures["edition"]], None),
        ("Version", figures["version"], None),
        ("For whom", mark_of(figures, is_published=is_published), None),
        ("As of", say_as_of(as_of), None),
        ("Counts from", say_as_of(since), None),
    ]
    if call := figures.get("call"):
        rows.append(("Call judged by", f"{call['week']}, due on {_day_of_moment(call['due_at'])}", None))
    written = (
        ("Headline", figures["headline"]),
        ("What comes next", figures.get("forward")),
        ("In the chair’s words", figures.get("narrative")),
        ("Why corrected", figures.get("correction")),
    )
    rows += [(what, text, None) for what, text in written if text]
    before = figures.get("totals_before") or {}
    totals = figures["totals"]
    rows += [(COUNT_LABELS[key], totals[key], before.get(key)) for key in COUNTS if key in totals]
    if "definitions" in figures:
        rows.append(("Version of the definitions", figures["definitions"], None))
    rows.append(("SHA-256", figures["digest"], None))
    return Sheet("Summary", [Column("What", 26), Column("This report", 90), Column("The report before", 12)], rows)


def _shares(figures: Figures, key: str, name: str, heads: Mapping[str, Column]) -> Sheet | None:
    """Count action by action or agency by agency."""
    if key not in figures:
        return None
    counts = [count for count in COUNTS if any(count in row for row in figures[key])]
    columns = [*heads.values(), *(Column(COUNT_LABELS[count], 13) for count in counts)]
    return Sheet(name, columns, [tuple(row.get(part) for part in (*heads, *counts)) for row in figures[key]])


def _milestones(figures: Figures, listed: _List) -> Sheet | None:
    if listed.key not in figures:
        return None
    told = [each for each in (*ALL, *listed.more) if not each.internal or _is_esc(figures)]
    rows = [tuple(each.of(row) for each in told) for row in figures[listed.key]]
    return Sheet(listed.name, [each.column for each in told], rows)


def _long_rows(figures: Figures, told: Sequence[_Told]) -> Iterator[tuple[Cell, ...]]:
    for listed in LISTS:
        for row in figures.get(listed.key, ()):
            cells = (each.of(row) if each in ALL or each in listed.more else None for each in told)
            yield (listed.name, *cells)


def _answers(figures: Figures) -> Sheet | None:
    if "answers" not in figures:
        return None
    counts = (Column("Asked", 10), Column("Answered", 10), Column("Silent", 10))
    rows = [(agency_name(row["agency"]), row["asked"], row["answered"], row["silent"]) for row in figures["answers"]]
    return Sheet("Answers", [Column("Agency", 24), *counts], rows)


def _asks(figures: Figures) -> Sheet | None:
    if "asks" not in figures:
        return None
    columns = [Column("Asked of", 20), Column("What is asked", 80), Column("Milestone", 10), Column("By", 13)]
    return Sheet("Asks", columns, [_ask(ask) for ask in figures["asks"]])


def _ask(ask: Row) -> tuple[Cell, ...]:
    whom = agency_name(ask["agency"]) or "All principals"
    return whom, ask["text"], ask.get("milestone") or None, _day(ask.get("by"))


def _timeline(figures: Figures) -> Sheet | None:
    if "timeline" not in figures:
        return None
    told = [each for each in TIMELINE if not each.internal or _is_esc(figures)]
    rows = [tuple(each.of(row) for each in told) for row in figures["timeline"]]
    return Sheet("Timeline", [each.column for each in told], rows)


def _burn_up(figures: Figures) -> Sheet | None:
    if "burn_up" not in figures:
        return None
    rows = [(_day(row["on"]), row["planned"], row["completed"]) for row in figures["burn_up"]]
    return Sheet("Burn-up", [Column("Sunday", 13), Column("Planned by then"), Column("Completed by then")], rows)


# --- One cell after the other ---------------------------------------------------------------------------------------


def _is_esc(figures: Figures) -> bool:
    return bool(figures["edition"] == "esc")


def _plain(key: str) -> Callable[[Row], Cell]:
    return lambda row: row.get(key)


def _dated(key: str) -> Callable[[Row], Cell]:
    return lambda row: _day(row.get(key))


def _labelled(key: str) -> Callable[[Row], Cell]:
    return lambda row: LABELS.get(row.get(key) or "", "")


def _target(key: str) -> Callable[[Row], Cell]:
    """Say a target as the plan writes it."""
    return lambda row: str(target_of(row.get(key)) or "")


def _due(key: str) -> Callable[[Row], Cell]:
    """Return the day on which a target falls due."""
    return lambda row: _day((row.get(key) or {}).get("due_on"))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _day_of_moment(text: str) -> str:
    return say_day(clock.day_of(datetime.fromisoformat(text)))


def _agencies(row: Row) -> Cell:
    speaking = [agency_name(each["code"]) for each in row["agencies"] if each["part"] != "supporting"]
    return " and ".join(speaking) or NOBODY


def _supporting(row: Row) -> Cell:
    return ", ".join(agency_name(each["code"]) for each in row["agencies"] if each["part"] == "supporting")


def _completed(row: Row) -> Cell:
    """Return the day it was completed, else as much as is known: 2020-09, "not known"."""
    held = row.get("completed")
    kind, on = (held["kind"], held["on"]) if held else (row.get("completed_kind"), row.get("completed_on"))
    if kind == CompletedKind.UNKNOWN:
        return "not known"
    return on[:7] if kind == CompletedKind.MONTH and on else _day(on)


def _line(field: str) -> Callable[[Row], Cell]:
    """Say one line of each agency's words: "CBP, Sep 11: …"; where PLCY replaced it, PLCY's line, marked."""
    return lambda row: "\n".join(_said(said, field) for said in row.get("words", ()) if _spoken(said, field))


def _spoken(said: Row, field: str) -> str:
    return str(said.get("edited", {}).get(field, said.get(field)) or "")


def _said(said: Row, field: str) -> str:
    text = f"{agency_name(said['agency'])}, {_short(said['updated_on'])}: {_spoken(said, field)}"
    if field == "next_step":
        text += f", by {_short(said['next_step_on'])}" if said.get("next_step_on") else ""
        text += f", waiting on {said['waiting_on']}" if said.get("waiting_on") else ""
    return f"{text} (edited by PLCY)" if field in said.get("edited", {}) else text


def _short(day: str) -> str:
    return sentences.day(date.fromisoformat(day))


def _own_words(row: Row) -> Cell:
    """Return the agencies' own lines that PLCY replaced."""
    return "\n".join(
        f"{agency_name(said['agency'])}, {LINES[field]}: {said[field]}"
        for said in row.get("words", ())
        for field in LINES
        if field in said.get("edited", {})
    )


def _outlooks(row: Row) -> Cell:
    return "\n".join(f"{agency_name(said['agency'])}: {LABELS[said['outlook']]}" for said in row.get("words", ()))


def _forecast(row: Row) -> Cell:
    """Say when each agency now expects it, or why it cannot say."""
    lines = []
    for said in row.get("words", ()):
        on = _day(said.get("forecast_on"))
        text = say_day(on) if on else said.get("no_forecast_reason")
        lines += [f"{agency_name(said['agency'])}: {text}"] if text else []
    return "\n".join(lines)


def _revisions(row: Row) -> Cell:
    return "\n".join(
        f"{agency_name(each['agency'])}, {each['category']}, {_short(each['decided_on'])}: {each['reason']}"
        for each in row.get("revisions", ())
    )


ALL = (
    _Told(Column("Milestone", 10), _plain("code")),
    _Told(Column("Action", 8), _plain("action")),
    _Told(Column("Text", 60), _plain("text")),
    _Told(Column("Agencies", 20), _agencies),
    _Told(Column("Supporting", 14), _supporting),
    _Told(Column("Plan", 14), lambda row: row["timeline"]["printed"]),
    _Told(Column("Plan on", 13), _due("timeline")),
    _Told(Column("Target", 14), _target("target")),
    _Told(Column("Target on", 13), _due("target")),
    _Told(Column("Status", 16), _labelled("status")),
    _Told(Column("Overdue", 9), lambda row: "yes" if row["overdue"] else "no"),
    _Told(Column("Days overdue", 9), _plain("days_overdue")),
    _Told(Column("Completed on", 13), _completed),
    _Told(Column("Outcome", 16), _labelled("outcome")),
    _Told(Column("Summary", 50), _plain("summary")),
    _Told(Column("Moves", 8), _plain("moves"), internal=True),
    _Told(Column("Outlook", 12), _labelled("outlook"), internal=True),
    _Told(Column("Outlook by agency", 18), _outlooks, internal=True),
    _Told(Column("Statement", 60), _line("statement"), internal=True),
    _Told(Column("Next step", 44), _line("next_step"), internal=True),
    _Told(Column("Reason", 44), _line("reason"), internal=True),
    _Told(Column("Needed", 44), _line("needed"), internal=True),
    _Told(Column("Forecast", 24), _forecast, internal=True),
    _Told(Column("Own words where edited", 44), _own_words, internal=True),
)
_SILENT = _Told(Column("Silent agency", 14), lambda row: agency_name(row["agency"]), internal=True)
_CALL = _Told(Column("Call", 12), _plain("call"), internal=True)
_WORKING_DAYS = _Told(Column("Working days past target", 12), _plain("working_days"), internal=True)
_CONFIRMED = _Told(Column("Confirmed on", 13), _dated("confirmed_on"), internal=True)
_MOVED_FROM = _Told(Column("Target before", 14), _target("moved_from"))
_MOVED_FROM_ON = _Told(Column("Target before on", 13), _due("moved_from"))
_WHY_MOVED = _Told(Column("Why it moved", 60), _revisions, internal=True)
LISTS = (
    _List("attention", "Attention"),
    _List("overdue", "Overdue"),
    _List("silent", "Silent", (_SILENT, _CALL)),
    _List("unconfirmed", "Unconfirmed", (_WORKING_DAYS,)),
    _List("completed", "Completed", (_CONFIRMED,)),
    _List("reported", "Reported"),
    _List("moved", "Moved", (_MOVED_FROM, _MOVED_FROM_ON, _WHY_MOVED)),
    _List("due_soon", "Due soon"),
)
MORE = tuple(told for each in LISTS for told in each.more)
TIMELINE = (
    _Told(Column("Milestone", 10), _plain("code")),
    _Told(Column("Action", 8), _plain("action")),
    _Told(Column("Plan", 14), _target("plan")),
    _Told(Column("Plan on", 13), _due("plan")),
    _Told(Column("Target", 14), _target("target")),
    _Told(Column("Target on", 13), _due("target")),
    _Told(Column("Status", 20), _labelled("status")),
    _Told(Column("Overdue", 9), lambda row: "yes" if row["overdue"] else "no"),
    _Told(Column("Completed on", 13), _completed),
    _Told(Column("Forecast", 13), _dated("forecast"), internal=True),
    _Told(Column("Outlook", 12), _labelled("outlook"), internal=True),
)
