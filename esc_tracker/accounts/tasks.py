"""What does the worker do for accounts when it is woken?

Each job asks the database what is due and not yet done; running one twice, late or at once changes nothing.
"""

import structlog
from celery import shared_task

from esc_tracker import clock
from esc_tracker.accounts import retention

log = structlog.get_logger(__name__)


@shared_task
def purge() -> None:
    """Throw away what is kept longer than its class asks for."""
    log.info("purge", rows=sum(purged.rows for purged in retention.purge(clock.wall()) if not purged.held))
