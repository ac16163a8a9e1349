"""What happens when a weekly report is drafted, taken again, and corrected once it is published?"""

from datetime import datetime

from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import act
from esc_tracker.journal.models import Entry
from milestones.calls.weeks import ReportingWeek
from milestones.refusals import Incomplete, problem_with_text
from reports.editions import take_esc
from reports.models import WeeklyReport
from reports.weekly.permissions import NotNow, demand, why_not_correct, why_not_refresh, why_not_write
from reports.weekly.weeks import beginning, later_published, published_last, report_before, weeks_due

REASON_MAX = 500


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

    But a correction left behind by a later week's publishing goes back to the moment of the version it corrects.
    Raises NotAllowed or NotNow, with nothing written.
    """
    with act("reports.refresh", by=by, about=report.week) as this:
        row = WeeklyReport.objects.get(pk=report.pk)
        demand(by, why_not_refresh(by, row))
        this.before = told(row)
        limit = ReportingWeek.read(row.week).after().cut_off
        as_of = max(row.as_of, min(this.recorded_at, limit))
        if (later := later_published(row.week)) and (corrected := published_last(row.week)):
            if row.as_of == corrected.as_of:
                raise NotNow(f"The report of {later} is published: this correction keeps the moment of its figures.")
            as_of = corrected.as_of
        _take(row, as_of=as_of)
        row.save(update_fields=["as_of", "since", "figures", "digest"])
        this.after = told(row)
    return row


def correct(report: WeeklyReport, *, by: User, reason: str) -> WeeklyReport:
    """Draft a new version of a published week, with the reason, from the version before: its moment, words and asks.

    A draft of it that is there already is returned as it is. Raises NotAllowed, NotNow or Incomplete, with nothing
    written.
    """
    with act("reports.correct", by=by, about=report.week) as this:
        row = WeeklyReport.objects.filter(week=report.week).order_by("-version").first() or report
        there = not row.is_published and row.version > 1
        demand(by, "" if there and not why_not_write(by) else why_not_correct(by, row))
        if there:
            this.changed_nothing()
            return row
        if problem := problem_with_text(reason, REASON_MAX, missing="Say what is corrected, and why."):
            raise Incomplete({"reason": problem})
        this.before = told(row)
        new = WeeklyReport(
            week=row.week,
            version=row.version + 1,
            as_of=row.as_of,
            since=row.since,
            narrative=row.narrative,
            coac_narrative=row.coac_narrative,
            asks=row.asks,
            edits=row.edits,
            reason=reason.strip(),
            drafted_at=this.recorded_at,
        )
        seal_anew(new)
        new.save(force_insert=True)
        this.after = {**told(new), "reason": new.reason}
    return new


def seal_anew(report: WeeklyReport) -> None:
    """Draw a report's edition up again, of the same stretch of time, with what is written in it now. Twelve queries."""
    edition = take_esc(
        week=report.week, version=report.version, as_of=report.as_of, since=report.since, written=report.written
    )
    report.figures, report.digest = edition.text, edition.digest


def _take(report: WeeklyReport, *, as_of: datetime) -> None:
    before = report_before(report.week)
    report.as_of, report.since = as_of, before.as_of if before else beginning(report)
    seal_anew(report)


def told(report: WeeklyReport) -> dict[str, str | int]:
    """Return what the journal keeps of a report’s figures."""
    return {
        "version": report.version,
        "as_of": report.as_of.isoformat(),
        "since": report.since.isoformat(),
        "digest": report.digest,
    }
