"""What does a principal read of a report on one page?

Reads nothing but the frozen figures of one edition, of this schema or an older one; page, PDF, DOCX and mail show it.
COAC's edition holds shared fields only, so its page has no statements, next steps or asks to show.
"""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.urls import reverse

from esc_tracker import clock
from esc_tracker.accounts.templatetags.esc import agency_name
from milestones.calls.weeks import ReportingWeek
from milestones.telling import counted, days_in_words, say_completed, say_day
from milestones.workflow import Outlook, Status
from reports import sentences
from reports.progress import open_in_time
from reports.wording import say_target

CONCERNS, ASKS, DONE, DATES, CODES = 5, 5, 5, 4, 8  # how many of each fit on the sheet
TEXT, SAID, OWN, STEP, WAITED, ASKED = 100, 200, 80, 100, 50, 200  # characters
NOBODY = "No agency named yet"
EDITIONS = {"esc": "ESC edition", "coac": "COAC edition"}
FOR_WHOM = {
    "esc": "For the committee. Not for release to COAC.",
    "coac": "Released to COAC. Assume everything here is public.",
}
MARKS = {"esc": "INTERNAL", "coac": "SHARED"}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Number:
    """One of the five numbers; `change` is in words, "two more", "" where there is nothing to compare with."""

    count: int
    label: str
    change: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Line:
    """What an agency said, or what PLCY put in its place; `own` is then what the agency said."""

    text: str = ""
    own: str = ""

    @property
    def note(self) -> str:
        """Say that PLCY edited it, and what the agency wrote; "" for its own words."""
        return f"edited by PLCY; the agency wrote: “{self.own}”" if self.own else ""


@dataclass(frozen=True)
class Concern:
    """One milestone that needs attention: how it stands, what was said, what comes next and who has it."""

    code: str
    text: str
    holder: str
    target: str
    outlook: str
    days_overdue: int | None
    said_by: str = ""
    said: Line = Line()
    next_step: Line = Line()
    next_on: str = ""
    needed: Line = Line()

    @property
    def is_marked(self) -> bool:
        """Say whether its outlook is one that needs attention."""
        return self.outlook in (Outlook.OFF_TRACK, Outlook.AT_RISK)

    @property
    def state(self) -> str:
        """Say how it stands: "Off track, 45 days overdue, target July 2020"."""
        found = [str(Outlook(self.outlook).label)] if self.is_marked else []
        if self.days_overdue:
            found.append(f"{counted(self.days_overdue, 'day')} overdue")
        return ", ".join([*found, f"target {self.target}"])


@dataclass(frozen=True)
class Ask:
    """What PLCY asks of one agency's principal, or of all of them; `about` names a milestone, `by` a day."""

    whom: str
    text: str
    about: str = ""
    by: str = ""


@dataclass(frozen=True)
class Done:
    """One milestone whose completion was confirmed since the report before; `when` is the day the work ended."""

    code: str
    text: str
    agencies: str
    when: str


@dataclass(frozen=True)
class NextDate:
    """A day on which milestones fall due; `more` counts those whose numbers found no room."""

    day: str
    count: int
    codes: tuple[str, ...]
    more: int


@dataclass(frozen=True, kw_only=True)
class OnePage:
    """One edition of a report on one page; each `more_…` counts what found no room there."""

    week: str
    days: str
    edition: str
    version: int
    as_of: str
    since: str
    digest: str
    address: str
    headline: str
    forward: str
    correction: str
    numbers: tuple[Number, ...]
    concerns: tuple[Concern, ...]
    more_concerns: int
    asks: tuple[Ask, ...]
    more_asks: int
    done: tuple[Done, ...]
    more_done: int
    dates: tuple[NextDate, ...]
    more_dates: int

    @property
    def is_coac(self) -> bool:
        """Say whether this is the edition that is shared with COAC."""
        return self.edition == "coac"

    @property
    def edition_label(self) -> str:
        """Name the edition, with its version where there was an earlier one."""
        return EDITIONS[self.edition] + (f", version {self.version}" if self.version > 1 else "")

    @property
    def for_whom(self) -> str:
        """Say who may read it."""
        return FOR_WHOM[self.edition]

    @property
    def mark(self) -> str:
        """Return the word that stands on each sheet."""
        return MARKS[self.edition]

    @property
    def compared(self) -> bool:
        """Say whether the numbers are compared with those of the report before."""
        return any(number.change for number in self.numbers)

    @property
    def concerns_heading(self) -> str:
        """Name the list of concerns: COAC's holds what is overdue and nothing else."""
        return "Overdue" if self.is_coac else "Needs attention"

    @property
    def no_concerns(self) -> str:
        """Say that there is none."""
        return "No milestone is overdue." if self.is_coac else "No milestone is off track, at risk or overdue."

    @property
    def done_heading(self) -> str:
        """Name the list of what got done; the work itself may have ended earlier."""
        return f"Confirmed complete since {self.since}"

    @property
    def nothing_done(self) -> str:
        """Say that nothing was completed."""
        return "No completion was confirmed."

    @property
    def ranking(self) -> str:
        """Say by which rule the milestones were chosen."""
        if self.is_coac:
            return "The longest overdue first."
        return "Off track first, then at risk with something needed, then the longest overdue."


def one_page_of(figures: Mapping[str, Any]) -> OnePage:
    """Tell the frozen figures of one edition on one page. No query."""
    week = ReportingWeek.read(figures["week"])
    ranked = rank(figures)
    asks: Sequence[Row] = figures.get("asks") or ()
    done: Sequence[Row] = figures["completed"]
    days = [(due_on, list(rows)) for due_on, rows in groupby(_by_day(figures["due_soon"]), key=_due_on)]
    return OnePage(
        week=str(week),
        days=f"{days_in_words(week.starts_on, week.ends_on)}, {week.ends_on.year}",
        edition=figures["edition"],
        version=figures["version"],
        as_of=say_as_of(datetime.fromisoformat(figures["as_of"])),
        since=say_day(_ended_by(datetime.fromisoformat(figures["since"]))),
        digest=figures["digest"],
        address=address_of(figures),
        headline=figures["headline"],
        forward=figures.get("forward") or "",
        correction=_clipped(figures.get("correction") or "", ASKED),
        numbers=_numbers(figures["totals"], figures.get("totals_before")),
        concerns=tuple(_concern(row) for row in ranked[:CONCERNS]),
        more_concerns=max(0, len(ranked) - CONCERNS),
        asks=tuple(_ask(each) for each in asks[:ASKS]),
        more_asks=max(0, len(asks) - ASKS),
        done=tuple(_done(row) for row in done[:DONE]),
        more_done=max(0, len(done) - DONE),
        dates=tuple(_next_date(due_on, rows) for due_on, rows in days[:DATES]),
        more_dates=sum(len(rows) for _, rows in days[DATES:]),
    )


def rank(figures: Mapping[str, Any]) -> list[Row]:
    """Return what needs attention, the first first: off track, at risk with something needed, overdue, at risk.

    Within each the longest overdue come first, then the nearest target, then the number in the plan.
    """
    found = {row["code"]: row for row in (*figures["overdue"], *figures.get("attention", ()))}
    return sorted(found.values(), key=_urgency)


def address_of(figures: Mapping[str, Any], place: str = "reports:report") -> str:
    """Return the whole address of an edition, at one of the pages of a report."""
    edition = "?edition=coac" if figures["edition"] == "coac" else ""
    return f"{settings.BASE_URL}{reverse(place, args=[figures['week']])}{edition}"


def say_as_of(moment: datetime) -> str:
    """Write up to when acts count: a midnight by the day it ends, any other moment by its day and time."""
    if moment == clock.start_of(clock.day_of(moment)):
        return f"the end of {say_day(_ended_by(moment))}"
    there = moment.astimezone(clock.NEW_YORK)
    return f"{say_day(there)}, {there:%H:%M} New York time"


def _ended_by(moment: datetime) -> date:
    return clock.day_of(moment - timedelta(microseconds=1))


def _urgency(row: Row) -> tuple[int, int, str, int, int]:
    outlook, late = row.get("outlook"), row["days_overdue"] or 0
    needed = any(_line(said, "needed").text for said in row.get("words", ()))
    if outlook == Outlook.OFF_TRACK:
        group = 0
    elif outlook == Outlook.AT_RISK and needed:
        group = 1
    else:
        group = 2 if late else 3
    return group, -late, _due_on(row) or "9999", row["action"], row["position"]


def _numbers(totals: Mapping[str, int], before: Mapping[str, int] | None) -> tuple[Number, ...]:
    """Return the five numbers; the first is the sum of the others and of what was withdrawn or not released."""

    def number(label: str, count: int, then: int | None, tone: str = "") -> Number:
        return Number(count, label, "" if then is None else _change(count - then), tone)

    def plain(key: str, label: str, tone: str = "") -> Number:
        return number(label, totals[key], before[key] if before else None, tone)

    return (
        plain("milestones", "milestones"),
        plain(Status.COMPLETED, "completed", "completed"),
        plain(Status.REPORTED_COMPLETE, "awaiting confirmation"),
        plain("overdue", "overdue", "overdue"),
        number("open, not overdue", open_in_time(totals), open_in_time(before) if before else None),
    )


def _change(by: int) -> str:
    return f"{sentences.counted(abs(by))} {'more' if by > 0 else 'fewer'}" if by else "no change"


def _concern(row: Row) -> Concern:
    plain = Concern(
        code=row["code"],
        text=_clipped(row["text"], TEXT),
        holder=_agencies(row),
        target=say_target(row["target"]),
        outlook=row.get("outlook") or "",
        days_overdue=row["days_overdue"],
    )
    told = _telling(row)
    if told is None:
        return replace(plain, said=Line(_clipped(row.get("summary") or "", SAID)))
    named = agency_name(told["agency"])
    return replace(
        plain,
        said_by=f"{named}, {sentences.day(date.fromisoformat(told['updated_on']))}",
        said=_line(told, "statement", SAID),
        next_step=_line(told, "next_step", STEP),
        next_on=_short_day(told["next_step_on"]) if told["next_step"] else "",
        needed=_line(told, "needed", STEP),
        holder=_holder(plain.holder, named, _clipped(told["waiting_on"], WAITED)),
    )


def _holder(agencies: str, told_by: str, waiting_on: str) -> str:
    """Say who has it: "CBP, waiting on CBP counsel", "CBP and USPS (CBP waits on counsel)"."""
    if not waiting_on:
        return agencies
    return (
        f"{agencies}, waiting on {waiting_on}"
        if agencies == told_by
        else f"{agencies} ({told_by} waits on {waiting_on})"
    )


def _telling(row: Row) -> Row | None:
    """Return the words that tell why it needs attention: those of its own outlook, else the first."""
    words: Sequence[Row] = row.get("words", ())
    return next((said for said in words if said["outlook"] == row.get("outlook")), words[0] if words else None)


def _line(said: Row, field: str, width: int = SAID) -> Line:
    edited, own = said.get("edited", {}).get(field), said.get(field) or ""
    return Line(_clipped(own, width)) if edited is None else Line(_clipped(edited, width), _clipped(own, OWN))


def _ask(asked: Row) -> Ask:
    return Ask(
        whom=agency_name(asked["agency"]) or "All principals",
        text=_clipped(asked["text"], ASKED),
        about=asked.get("milestone") or "",
        by=_short_day(asked.get("by")),
    )


def _done(row: Row) -> Done:
    on = date.fromisoformat(row["completed_on"]) if row["completed_on"] else None
    return Done(row["code"], _clipped(row["text"], TEXT), _agencies(row), say_completed(row["completed_kind"], on))


def _next_date(due_on: str, rows: Sequence[Row]) -> NextDate:
    day = date.fromisoformat(due_on)
    codes = tuple(row["code"] for row in rows)
    return NextDate(f"{day:%a}, {sentences.day(day)}", len(codes), codes[:CODES], max(0, len(codes) - CODES))


def _by_day(rows: Iterable[Row]) -> list[Row]:
    return sorted((row for row in rows if _due_on(row)), key=lambda row: (_due_on(row), row["action"], row["position"]))


def _due_on(row: Row) -> str:
    return (row["target"] or {}).get("due_on") or ""


def _agencies(row: Row) -> str:
    speaking = [agency_name(each["code"]) for each in row["agencies"] if each["part"] != "supporting"]
    return " and ".join(speaking) or NOBODY


def _short_day(text: str | None) -> str:
    return sentences.day(date.fromisoformat(text)) if text else ""


def _clipped(text: str, width: int) -> str:
    """Keep the first words on one line."""
    return textwrap.shorten(text, width, placeholder=" …")
