"""What record do the report tests stand on? A short one, told through the doors."""

from datetime import datetime
from io import StringIO

from django.core.management import call_command

from esc_tracker import clock
from esc_tracker.accounts.models import User
from milestones.calls.weeks import ReportingWeek
from reports import switch
from reports.models import ReleasedEdition, WeeklyReport
from reports.weekly import drafting, publishing, releasing

BEGINS_AT = datetime(2020, 8, 25, 9, tzinfo=clock.NEW_YORK)  # a Tuesday of 2020-W35


def new_york(month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """Return a moment of 2020, New York."""
    return datetime(2020, month, day, hour, minute, tzinfo=clock.NEW_YORK)


def begin_record() -> None:
    """Load the plan on the day the record begins."""
    with clock.at(BEGINS_AT):
        call_command("load_plan", stdout=StringIO())


def mail_on(by: User) -> None:
    """Turn mail on, as the record begins."""
    with clock.at(BEGINS_AT):
        switch.turn(True, by=by)


def week(text: str) -> ReportingWeek:
    """Read a week."""
    return ReportingWeek.read(text)


def drafted(*weeks: str) -> list[WeeklyReport]:
    """Draft these weeks, each on its Monday."""
    reports = []
    for text in weeks:
        with clock.at(week(text).cut_off):
            reports.append(drafting.draft(week(text)))
    return reports


def published(*weeks: str, by: User, tell: bool = False) -> list[WeeklyReport]:
    """Draft and publish these weeks, each on its Monday."""
    reports = []
    for text in weeks:
        with clock.at(week(text).cut_off):
            reports.append(publishing.publish(drafting.draft(week(text)), by=by, tell=tell))
    return reports


def released(report: WeeklyReport, *, by: User, withheld: tuple[str, ...] = (), tell: bool = False) -> ReleasedEdition:
    """Release a published report."""
    why = "Sample: counsel is reading it." if withheld else ""
    return releasing.release(
        report, by=by, cleared_by="Dana Reyes, PLCY counsel", withheld=withheld, withheld_because=why, tell=tell
    )
