"""How is a weekly report drafted by hand?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from esc_tracker import clock
from milestones.calls.weeks import BadWeek, ReportingWeek
from reports.weekly import drafting
from reports.weekly.drafting import CannotDraft
from reports.weekly.weeks import newest, weeks_due


class Command(BaseCommand):
    """Draft one week, or every week that is due; prints one line a week."""

    help = "Draft the weekly report of a finished week. A week that is written already stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a week, and whether only to say."""
        parser.add_argument("--week", metavar="2020-W37", help="default: every finished week that has no report")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Draft and say; an unfinished week, or one before the record, ends with 1."""
        now = clock.now()
        weeks = [_read(options["week"])] if options["week"] else weeks_due(now)
        if not weeks:
            self.stdout.write("No week is due: every finished week has its report.")
        for week in weeks:
            self.stdout.write(_written(week) or (_would_draft(week) if options["dry_run"] else _draft(week)))


def _draft(week: ReportingWeek) -> str:
    try:
        report = drafting.draft(week)
    except CannotDraft as refusal:
        raise CommandError(str(refusal)) from None
    return f"{week}: drafted as of {report.as_of:%Y-%m-%d %H:%M} UTC, digest {report.digest}"


def _would_draft(week: ReportingWeek) -> str:
    if refusal := drafting.why_not_draft(week, clock.now()):
        raise CommandError(refusal)
    return f"{week}: would be drafted as of {week.cut_off:%Y-%m-%d %H:%M} UTC"


def _written(week: ReportingWeek) -> str:
    report = newest(week)
    if report is None:
        return ""
    return f"{week}: written already, version {report.version}, {report.get_state_display().lower()}"


def _read(text: str) -> ReportingWeek:
    try:
        return ReportingWeek.read(text)
    except BadWeek as refusal:
        raise CommandError(str(refusal)) from None
