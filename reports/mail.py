"""In which words is a report, a reminder or what was entered for an agency told by mail?

Builds messages from frozen figures and plain facts; imports no model, sends nothing.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string

from esc_tracker import clock
from milestones.calls.weeks import ReportingWeek
from milestones.telling import counted, say_day
from reports.onepage import FOR_WHOM, one_page_of
from reports.plain_text import WIDTH, plain_text


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


def report_mail(figures: dict[str, Any], *, to: str, message_id: str) -> EmailMultiAlternatives:
    """Return the mail that is one edition on one page, as plain text and as HTML without anything from elsewhere.

    Nobody needs an account to read it. Sending it to an address with a line break raises BadHeaderError.
    """
    page = one_page_of(figures)
    week = ReportingWeek.read(page.week)
    mail = EmailMultiAlternatives(
        subject=f"ESC weekly status report {week}, to {say_day(week.ends_on)}",
        body=plain_text(page),
        to=[to],
        headers={"Message-ID": message_id},
    )
    mail.attach_alternative(render_to_string("emails/report.html", {"page": page}), "text/html")
    return mail


def reminder_mail(told: ReminderNotice, *, to: Sequence[str], cc: Sequence[str], message_id: str) -> EmailMessage:
    """Return the mail that reminds an agency of what it has not answered, with its last words on each."""
    due = f"{'fell' if told.fell_due else 'fall'} due on {say_moment(told.due_at)}, New York time"
    subject = f"ESC call {told.week}: {told.agency} has not answered on {counted(len(told.rows), 'milestone')}"
    parts = [
        textwrap.fill(f"PLCY asks {told.agency} for its answers to the call of {told.days}. They {due}.", WIDTH),
        *([textwrap.fill(f"PLCY adds: “{told.line}”", WIDTH)] if told.line else []),
        *(_row(row) for row in told.rows),
        f"Answer them all on one page; “no change” is an answer:\n{settings.BASE_URL}{told.path}",
        FOR_WHOM["esc"],
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
        FOR_WHOM["esc"],
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
