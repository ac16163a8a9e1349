"""What happens when a weekly report is published?"""

from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import act
from reports import delivery
from reports.models import WeeklyReport
from reports.weekly import permissions
from reports.weekly.drafting import told
from reports.weekly.permissions import NotNow, demand
from reports.weekly.weeks import report_before, waits_for

State = WeeklyReport.State


def why_not_publish(report: WeeklyReport, *, by: User) -> str:
    """Say why this person may not publish this report now; "" when they may. Three queries."""
    before = report_before(report.week)
    return permissions.why_not_publish(by, report, waits_for=waits_for(report), before=before)


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
        row.save(update_fields=["state", "published_at", "published_by"])
        if tell:
            delivery.queue_esc(row, this.recorded_at)
        this.after = {"state": row.state, **told(row)}
    return row
