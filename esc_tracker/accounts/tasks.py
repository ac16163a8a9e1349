"""What does the worker do for accounts when it is woken?

Each job asks the database what is due and not yet done; running one twice, late or at once changes nothing.
"""

import structlog
from celery import shared_task

from esc_tracker import clock
from esc_tracker.accounts import retention, seat_changes
from esc_tracker.accounts.links import sending

log = structlog.get_logger(__name__)


@shared_task
def purge() -> None:
    """Throw away what is kept longer than its class asks for."""
    log.info("purge", rows=sum(purged.rows for purged in retention.purge(clock.wall()) if not purged.held))


@shared_task
def send_links() -> None:
    """Send the links to choose a passphrase that wait."""
    done = sending.send_links(clock.wall())
    log.info("send_links", sent=done.sent, failed=done.failed)


@shared_task
def close_unused() -> None:
    """Close seats unused for too long, where the installation says how long that is."""
    log.info("close_unused", closed=len(seat_changes.close_unused(clock.wall())))
