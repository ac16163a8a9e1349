"""How are days and weeks said on the pages of this floor?"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from actions.target_dates import Kind, TargetDate
from milestones.calls.weeks import BadWeek, ReportingWeek
from milestones.telling import days_in_words


def say_date(day: date) -> str:
    """Say a day of this or the next months as the plan writes dates: "Oct. 31"."""
    return str(TargetDate.day(day)).rpartition(",")[0]


def say_due(day: date) -> str:
    """Say the day a target falls due as the plan writes dates, with its weekday: "Oct. 31 (Sat)"."""
    return f"{say_date(day)} ({day:%a})"


def week_in_words(week: str) -> str:
    """Say the days of a reporting week written `2020-W35`: "Aug 24 – 30"; text that names no week stays as it is."""
    try:
        of = ReportingWeek.read(week)
    except BadWeek:
        return week
    return days_in_words(of.starts_on, of.ends_on)


def agreeing(count: int, one: str, several: str) -> str:
    """Return the form of a word that agrees with a count."""
    return one if count == 1 else several


def target_of(row: Mapping[str, Any] | None) -> TargetDate | None:
    """Read a target back from a report's figures, `{"kind", "due_on"}`; None where there is none."""
    if row is None:
        return None
    due_on = row.get("due_on")
    return TargetDate(Kind(row["kind"]), date.fromisoformat(due_on) if due_on else None)


def say_target(row: Mapping[str, Any] | None) -> str:
    """Say a target of a report's figures: "Oct. 2020"; "no target" where there is none."""
    return str(target_of(row) or "no target")
