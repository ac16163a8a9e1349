"""In which words is a report told by mail?

Builds messages from the frozen figures; imports no model, sends nothing.
"""

import textwrap
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from esc_tracker import clock
from milestones.calls.weeks import ReportingWeek
from milestones.telling import days_in_words, say_day
from milestones.workflow import NOT_RELEASED, NOT_RELEASED_LABEL, Status

WIDTH = 76  # characters; plain text of this width is not folded on the way
_EDITIONS = {"esc": "ESC edition", "coac": "COAC edition"}
_FOR_WHOM = {
    "esc": "For the committee. Not for release to COAC.",
    "coac": "Released to COAC. Assume everything here is public.",
}


def report_mail(figures: dict[str, Any], *, to: str, message_id: str) -> EmailMessage:
    """Return the mail that tells one person about one edition: headline, totals, link and digest, as plain text."""
    week = ReportingWeek.read(figures["week"])
    return EmailMessage(
        subject=f"ESC weekly status report {week}, to {say_day(week.ends_on)}",
        body=_body(figures, week),
        to=[to],
        headers={"Message-ID": message_id},
    )


def message_id(message: str, recipient: int) -> str:
    """Return the identity of a message to a recipient, the same at every try."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{message.lower()}.{recipient}@{domain}>"


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
