"""What does the worker do for milestones when it is woken?

Each job asks the database what is due and not yet done; running one twice, late or at once changes nothing.
"""

import structlog
from celery import shared_task

from esc_tracker import clock
from milestones import overdue
from milestones.calls import calling

log = structlog.get_logger(__name__)


@shared_task
def open_calls() -> None:
    """Open the call of the present period if it is time."""
    log.info("open_calls", opened=len(calling.open_calls(clock.now())))


@shared_task
def flag_overdue() -> None:
    """Flag what is overdue today."""
    flagged = overdue.flag_overdue(clock.today())
    log.info("flag_overdue", opened=len(flagged.opened), closed=len(flagged.closed), open=flagged.open)
