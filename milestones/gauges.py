"""How many milestones are overdue, and has each been noticed?"""

from datetime import datetime

from django.db.models import Min

from esc_tracker import clock
from esc_tracker.accounts.models import Role
from esc_tracker.monitoring.gauges import Gauge
from esc_tracker.reader import Reader
from milestones.models import Milestone, OverdueFlag


def gauges(now: datetime) -> tuple[Gauge, ...]:
    """Return what is overdue by the record's day, and for how many seconds one has waited for its flag. Two queries."""
    reader = Reader(role=Role.READER, today=clock.today())
    overdue = Milestone.objects.visible_to(reader).overdue()
    flagged = OverdueFlag.objects.filter(closed_at=None).values("milestone")
    oldest = overdue.exclude(pk__in=flagged).aggregate(on=Min("target_on"))["on"]
    waited = (clock.now() - clock.end_of(oldest)).total_seconds() if oldest else 0
    return (
        Gauge("milestones_overdue", "Milestones past their target.", overdue.count()),
        Gauge("oldest_unflagged_seconds", "How long an overdue milestone has waited to be flagged.", waited),
    )
