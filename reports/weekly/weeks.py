"""Which weeks have a report, which need one, and which report comes before another?"""

from datetime import datetime

from esc_tracker import clock
from esc_tracker.journal.models import Entry, Release
from milestones.calls.weeks import ReportingWeek
from reports.models import WeeklyReport


def weeks_due(now: datetime) -> list[ReportingWeek]:
    """Return the finished weeks without a report, from the week in which the record begins. Two queries."""
    written = set(WeeklyReport.objects.values_list("week", flat=True))
    return [week for week in finished_weeks(now) if str(week) not in written]


def report_before(week: str) -> WeeklyReport | None:
    """Return the newest version of the latest report of an earlier week, None for the first. One query.

    A first draft counts, as it will be published before this week's is; the draft of a correction does not.
    """
    earlier = WeeklyReport.objects.filter(week__lt=week)
    return earlier.exclude(state=WeeklyReport.State.DRAFT, version__gt=1).order_by("-week", "-version").first()


def newest(week: ReportingWeek) -> WeeklyReport | None:
    """Return the newest version of a week's report, None if it is not written. One query."""
    return WeeklyReport.objects.filter(week=str(week)).order_by("-version").first()


def release_before(report: WeeklyReport) -> Release | None:
    """Return the standing release of an earlier week that COAC saw before this report's, None for the first. One query.

    Other versions of the same week do not count: a correction counts from where the report that it corrects did.
    """
    return Release.objects.standing().filter(week__lt=report.week, as_of__lte=report.as_of).first()


def finished_weeks(now: datetime) -> list[ReportingWeek]:
    """Return the weeks that ended by a moment, from the one in which the record begins. One query."""
    begins_at = Entry.objects.begins_at()
    weeks: list[ReportingWeek] = []
    week = ReportingWeek.of(clock.day_of(begins_at)) if begins_at else None
    while week is not None and week.cut_off <= now:
        weeks.append(week)
        week = week.after()
    return weeks


def waits_for(report: WeeklyReport) -> str:
    """Return the first week that has to be published before this one, "" for none. Two queries."""
    published = set(WeeklyReport.objects.published().values_list("week", flat=True))
    weeks = finished_weeks(ReportingWeek.read(report.week).cut_off)[:-1]
    return next((str(week) for week in weeks if str(week) not in published), "")


def published_last(week: str) -> WeeklyReport | None:
    """Return the newest published version of a week's report, None while there is none. One query."""
    return WeeklyReport.objects.published().filter(week=week).order_by("-version").first()


def later_published(week: str) -> str:
    """Return the first later week whose report is published, "" for none. One query."""
    later = WeeklyReport.objects.published().filter(week__gt=week).order_by("week")
    return later.values_list("week", flat=True).first() or ""


def beginning(report: WeeklyReport) -> datetime:
    """Return the start of the record, which holds at least the drafting of this report."""
    return Entry.objects.begins_at() or report.drafted_at
