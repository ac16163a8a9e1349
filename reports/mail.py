"""In which words is a report, a reminder or what was entered for an agency told by mail?

Builds messages from frozen figures and plain facts; imports no model, sends nothing.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from esc_tracker import clock
from milestones.calls.weeks import ReportingWeek
from milestones.telling import counted, days_in_words, say_day
from milestones.workflow import NOT_RELEASED, NOT_RELEASED_LABEL, Status

WIDTH = 76  # characters; plain text of this width is not folded on the way
_EDITIONS = {"esc": "ESC edition", "coac": "COAC edition"}
_FOR_WHOM = {
    "esc": "For the committee. Not for release to COAC.",
    "coac": "Released to COAC. Assume everything here is public.",
}


@dataclass(frozen=True)
class NoticeRow:
    """One milestone in a notice: what is told of it as `(label, text)`, and the path where it can be corrected."""

    code: str
    text: str
    facts: Sequence[tuple[str, str]]
    correct: str = ""


@dataclass(frozen=True, kw_only=True)
class ReminderNotice:
    """What one agency has not answered of a call; `line` is what PLCY added to it, `path` leads to the check-in."""

    agency: str
    week: str
    days: str
    due_at: datetime
    fell_due: bool
    line: str
    codes: Sequence[str]
    rows: Sequence[NoticeRow]
    path: str


@dataclass(frozen=True, kw_only=True)
class EnteredNotice:
    """What PLCY entered for one agency; `source` says from what: "entered by PLCY from CBP's e-mail of Sep 11 …"."""

    agency: str
    source: str
    codes: Sequence[str]
    rows: Sequence[NoticeRow]


def report_mail(figures: dict[str, Any], *, to: str, message_id: str) -> EmailMessage:
    """Return the mail that tells one person about one edition: headline, totals, link and digest, as plain text."""
    week = ReportingWeek.read(figures["week"])
    return EmailMessage(
        subject=f"ESC weekly status report {week}, to {say_day(week.ends_on)}",
        body=_body(figures, week),
        to=[to],
        headers={"Message-ID": message_id},
    )


def reminder_mail(told: ReminderNotice, *, to: Sequence[str], cc: Sequence[str], message_id: str) -> EmailMessage:
    """Return the mail that reminds an agency of what it has not answered, with its last words on each."""
    due = f"{'fell' if told.fell_due else 'fall'} due on {say_moment(told.due_at)}, New York time"
    subject = f"ESC call {told.week}: {told.agency} has not answered on {counted(len(told.rows), 'milestone')}"
    parts = [
        textwrap.fill(f"PLCY asks {told.agency} for its answers to the call of {told.days}. They {due}.", WIDTH),
        *([textwrap.fill(f"PLCY adds: “{told.line}”", WIDTH)] if told.line else []),
        *(_row(row) for row in told.rows),
        f"Answer them all on one page; “no change” is an answer:\n{settings.BASE_URL}{told.path}",
        _FOR_WHOM["esc"],
    ]
    return _notice(subject, parts, to, cc, message_id)


def entered_mail(told: EnteredNotice, *, to: Sequence[str], cc: Sequence[str], message_id: str) -> EmailMessage:
    """Return the mail that tells an agency what was entered for it, and where to correct it, as plain text."""
    subject = f"ESC tracker: PLCY entered what {told.agency} said on {counted(len(told.rows), 'milestone')}"
    parts = [
        textwrap.fill(f"This stands on the record for {told.agency}, {told.source}.", WIDTH),
        *(_row(row) for row in told.rows),
        textwrap.fill(
            "If something is wrong, post an update that says so: the page below each milestone takes it.", WIDTH
        ),
        _FOR_WHOM["esc"],
    ]
    return _notice(subject, parts, to, cc, message_id)


def message_id(message: str, recipient: int) -> str:
    """Return the identity of a message to a recipient, the same at every try."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{message.lower()}.{recipient}@{domain}>"


def say_moment(moment: datetime) -> str:
    """Say a moment in New York: "Fri, Sep 11, 12:00"."""
    there = moment.astimezone(clock.NEW_YORK)
    return f"{there:%a, %b} {there.day}, {there:%H:%M}"


def _notice(subject: str, parts: Sequence[str], to: Sequence[str], cc: Sequence[str], message_id: str) -> EmailMessage:
    body = "\n\n".join(parts) + "\n"
    return EmailMessage(subject=subject, body=body, to=list(to), cc=list(cc), headers={"Message-ID": message_id})


def _row(row: NoticeRow) -> str:
    """Write one milestone: its number and first words, then what is told of it, indented."""
    lines = [textwrap.fill(f"{row.code}  {row.text}", WIDTH, subsequent_indent="      ")]
    lines += [
        textwrap.fill(f"{label}: {text}", WIDTH, initial_indent="      ", subsequent_indent="        ")
        for label, text in row.facts
    ]
    if row.correct:
        lines.append(f"      Correct it: {settings.BASE_URL}{row.correct}")
    return "\n".join(lines)


def _body(figures: dict[str, Any], week: ReportingWeek) -> str:
    edition = figures["edition"]
    version = f", version {figures['version']}" if figures["version"] > 1 else ""
    as_of = datetime.fromisoformat(figures["as_of"])
    parts = [
        f"Weekly status report {week}, {_week(week)}\n{_EDITIONS[edition]}{version}, {_as_of(as_of)}",
        textwrap.fill(figures["headline"], WIDTH),
        *([textwrap.fill(figures["narrative"], WIDTH)] if figures["narrative"] else []),
        _totals(figures["totals"]),
        f"The whole report, with every milestone behind these numbers:\n{_address(figures)}",
        f"To check that the report is unchanged, compare its digest (SHA-256):\n{figures['digest']}",
        _FOR_WHOM[edition],
    ]
    return "\n\n".join(parts) + "\n"


def _totals(totals: dict[str, int]) -> str:
    labels = {status.value: status.label for status in Status} | {NOT_RELEASED: NOT_RELEASED_LABEL}
    lines = [("Milestones", totals["milestones"])]
    lines += [(f"  {label}", totals[name]) for name, label in labels.items() if name in totals]
    lines += [("Overdue", totals["overdue"]), ("No agency named yet", totals["unassigned"])]
    return "\n".join(f"{label:<26}{count:>6}" for label, count in lines)


def _address(figures: dict[str, Any]) -> str:
    edition = "?edition=coac" if figures["edition"] == "coac" else ""
    return f"{settings.BASE_URL}{reverse('reports:report', args=[figures['week']])}{edition}"


def _week(week: ReportingWeek) -> str:
    return f"{days_in_words(week.starts_on, week.ends_on)}, {week.ends_on.year}"


def _as_of(moment: datetime) -> str:
    """Write up to when acts count: a midnight by the day it ends, any other moment by its day and time."""
    if moment == clock.start_of(clock.day_of(moment)):
        ended = clock.day_of(moment) - timedelta(days=1)
        return f"as of the end of {say_day(ended)}"
    there = moment.astimezone(clock.NEW_YORK)
    return f"as of {say_day(there)}, {there:%H:%M} New York time"
