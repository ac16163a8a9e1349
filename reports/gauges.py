"""Does mail go out?"""

from datetime import datetime

from esc_tracker.monitoring.gauges import Gauge
from reports.models import Delivery


def gauges(now: datetime) -> tuple[Gauge, ...]:
    """Return how many messages wait, and how many of them after several tries. Two queries."""
    return (
        Gauge("deliveries_waiting", "Messages that wait to be sent.", Delivery.objects.waiting().count()),
        Gauge("deliveries_stuck", "Messages that wait after several tries.", Delivery.objects.stuck().count()),
    )
