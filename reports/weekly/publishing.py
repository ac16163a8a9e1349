"""What happens when a weekly report is published?"""

from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import act
from reports import delivery
from reports.models import WeeklyReport
from reports.weekly import permissions
from reports.weekly.drafting import told
from reports.weekly.permissions import NotNow, demand
from reports.weekly.weeks import later_published, published_last, report_before, waits_for
from reports.weekly.writing import rows_with_words
from reports.written import outdated

State = WeeklyReport.State


def why_not_publish(report: WeeklyReport, *, by: User) -> str:
    """Say why this person may not publish this report now; "" when they may. Three queries, five for a correction."""
    return permissions.why_not_publish(
        by,
        report,
        waits_for=waits_for(report),
        before=report_before(report.week),
        left_behind_by=_left_behind_by(report),
    )


def publish(report: WeeklyReport, *, by: User, seen_digest: str = "", tell: bool = True) -> WeeklyReport:
    """Freeze a report's ESC edition, in week order, and queue one mail for each of the committee's people.

    `seen_digest` is that of the draft the person read: if it was refreshed since, nothing is published. `tell` false
    queues no mail. Raises NotAllowed or NotNow, with nothing written.
    """
    with act("reports.publish", by=by, about=report.week) as this:
        row = WeeklyReport.objects.get(pk=report.pk)
        demand(by, why_not_publish(row, by=by))
        if seen_digest and seen_digest != row.digest:
            raise NotNow("This draft was refreshed since you opened it. Read it again, then publish.")
        this.before = {"state": row.state}
        row.state, row.published_at, row.published_by = State.PUBLISHED, this.recorded_at, by
        dropped = list(outdated(rows_with_words(row), row.edits))  # they print nothing: nobody is told of them
        row.edits = [edit for edit in row.edits if edit not in dropped]
        row.save(update_fields=["state", "published_at", "published_by", "edits"])
        if tell:
            delivery.queue_esc(row, this.recorded_at)
        this.after = {"state": row.state, **told(row), **({"dropped_edits": dropped} if dropped else {})}
    return row


def _left_behind_by(report: WeeklyReport) -> str:
    """Return the later week that was published after a correction had moved on from the version before, "" for none."""
    corrected = published_last(report.week) if report.version > 1 else None
    return later_published(report.week) if corrected and corrected.as_of != report.as_of else ""
