"""In which words is a report told by mail?

Builds messages from frozen figures; imports no model, sends nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from email.mime.image import MIMEImage
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from esc_tracker import clock
from milestones.calls.weeks import ReportingWeek
from milestones.telling import say_day
from reports.onepage import one_page_of
from reports.plain_text import plain_text

CHART = "agencies.chart@esc"  # the name by which the HTML finds the picture that travels with it


@dataclass(frozen=True)
class Picture:
    """A chart as PNG, and what it says in words."""

    png: bytes
    words: str


class _WithPicture(EmailMultiAlternatives):
    """A mail whose picture is part of its HTML, not a file beside it."""

    mixed_subtype = "related"


def report_mail(
    figures: dict[str, Any], *, to: str, message_id: str, picture: Picture | None = None
) -> EmailMultiAlternatives:
    """Return the mail that is one edition on one page, as plain text and as HTML without anything from elsewhere.

    Nobody needs an account to read it, or the picture. Sending it to an address with a line break raises
    BadHeaderError.
    """
    page = one_page_of(figures)
    week = ReportingWeek.read(page.week)
    mail = _WithPicture(
        subject=f"ESC weekly status report {week}, to {say_day(week.ends_on)}",
        body=plain_text(page),
        to=[to],
        headers={"Message-ID": message_id},
    )
    mail.attach_alternative(
        render_to_string("emails/report.html", {"page": page, "chart": CHART, "picture": picture}), "text/html"
    )
    if picture:
        mail.attach(_part(picture))
    return mail


def _part(picture: Picture) -> MIMEImage:
    part = MIMEImage(picture.png, "png")
    part.add_header("Content-ID", f"<{CHART}>")
    part.add_header("Content-Disposition", "inline", filename="milestones-by-agency.png")
    return part


def say_moment(moment: datetime) -> str:
    """Say a moment in New York: "Fri, Sep 11, 12:00"."""
    there = moment.astimezone(clock.NEW_YORK)
    return f"{there:%a, %b} {there.day}, {there:%H:%M}"
