"""What does the worker do for reports when it is woken?

Each job asks the database what is due and not yet done; running one twice, late or at once changes nothing.
"""

import structlog
from celery import shared_task

from esc_tracker import clock
from reports import delivery
from reports.meetings import freezing
from reports.weekly import drafting

log = structlog.get_logger(__name__)


@shared_task
def write_weekly_reports() -> None:
    """Draft the report of every finished week that has none."""
    drafted = drafting.write_due(clock.now())
    log.info("write_weekly_reports", drafted=len(drafted))


@shared_task
def freeze_read_aheads() -> None:
    """Freeze the read-ahead of every meeting whose time has come."""
    frozen = freezing.freeze_due(clock.now())
    log.info("freeze_read_aheads", frozen=len(frozen))


@shared_task
def send_due() -> None:
    """Notice what is there to be told, gather it into one mail a person and day, and send the mail that waits."""
    told = delivery.queue_notices(clock.now())
    done = delivery.send_due(clock.wall())
    log.info(
        "send_due",
        noticed=told.noticed,
        addressed=told.addressed,
        mails=told.mails,
        sent=done.sent,
        failed=done.failed,
        stuck=done.stuck,
    )
