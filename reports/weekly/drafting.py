"""What happens when a weekly report is drafted, and when its figures are taken again?"""

from datetime import datetime

from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import act
from esc_tracker.journal.models import Entry
from milestones.calls.weeks import ReportingWeek
from reports.editions import take_esc
from reports.models import WeeklyReport
from reports.weekly.permissions import demand, why_not_refresh
from reports.weekly.weeks import beginning, report_before, weeks_due


class CannotDraft(Exception):
    """No report can be written of this week; the message says why to a person."""


def write_due(now: datetime) -> list[WeeklyReport]:
    """Draft every week that is due, in week order, and return the new drafts."""
    return [draft(week) for week in weeks_due(now)]


def draft(week: ReportingWeek) -> WeeklyReport:
    """Draft the report of a finished week as of its cut-off, under the journal's lock.

    A report that is there already stays as it is. Raises CannotDraft for a week that is unfinished or before the
    record. Sixteen queries.
    """
    with act("reports.draft", by=None, about=str(week)) as this:
        there = WeeklyReport.objects.filter(week=str(week)).order_by("-version").first()
        if there is not None:
            this.changed_nothing()
            return there
        if refusal := why_not_draft(week, this.recorded_at):
            raise CannotDraft(refusal)
        report = WeeklyReport(week=str(week), version=1, drafted_at=this.recorded_at)
        _take(report, as_of=week.cut_off)
        report.save(force_insert=True)
        this.after = told(report)
    return report


def why_not_draft(week: ReportingWeek, now: datetime) -> str:
    """Say why no report can be written of a week; "" when one can. One query."""
    begins_at = Entry.objects.begins_at()
    if begins_at is None:
        return "The record is empty: nothing can be reported yet."
    if week.cut_off <= begins_at:
        return f"The record begins after week {week}."
    return "" if week.cut_off <= now else f"Week {week} is not finished: its report can be written from Monday on."


def refresh(report: WeeklyReport, *, by: User) -> WeeklyReport:
    """Take a draft's figures again as of now, or the next week's cut-off once past; `as_of` never runs backwards.

    Raises NotAllowed or NotNow, with nothing written.
    """
    with act("reports.refresh", by=by, about=report.week) as this:
        row = WeeklyReport.objects.get(pk=report.pk)
        demand(by, why_not_refresh(by, row))
        this.before = told(row)
        limit = ReportingWeek.read(row.week).after().cut_off
        _take(row, as_of=max(row.as_of, min(this.recorded_at, limit)))
        row.save(update_fields=["as_of", "since", "figures", "digest"])
        this.after = told(row)
    return row


def _take(report: WeeklyReport, *, as_of: datetime) -> None:
    before = report_before(report.week)
    report.as_of, report.since = as_of, before.as_of if before else beginning(report)
    edition = take_esc(
        week=report.week, version=report.version, as_of=report.as_of, since=report.since, written=report.written
    )
    report.figures, report.digest = edition.text, edition.digest


def told(report: WeeklyReport) -> dict[str, str | int]:
    """Return what the journal keeps of a report’s figures."""
    return {
        "version": report.version,
        "as_of": report.as_of.isoformat(),
        "since": report.since.isoformat(),
        "digest": report.digest,
    }
