"""How is every job run once, without a worker?"""

from collections.abc import Callable
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError

from esc_tracker import clock
from esc_tracker.accounts import retention, seat_changes
from esc_tracker.accounts.links import sending
from esc_tracker.monitoring.jobs import noted
from milestones import overdue
from milestones.calls import calling
from reports import delivery
from reports.meetings import freezing
from reports.weekly import drafting

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """Make one pass of every job, by the same functions that the schedule calls; prints one line a job."""

    help = (
        "Open the week's call, flag what is overdue, draft weekly reports, freeze read-aheads, send what waits and "
        "links to choose a passphrase, close unused seats, purge what is over: one pass of each."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run each job; one that fails does not stop the others, and the command then ends with 1."""
        failed = []
        for name, job in JOBS.items():
            try:
                with noted(name):
                    self.stdout.write(f"{name}: {job()}")
            except Exception:  # The other jobs still have their work to do.
                log.exception("run_due_jobs failed", job=name)
                failed.append(name)
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}. The log says why.")


def _open_calls() -> str:
    return f"opened {len(calling.open_calls(clock.now()))}"


def _flag_overdue() -> str:
    flagged = overdue.flag_overdue(clock.today())
    return f"opened {len(flagged.opened)}, closed {len(flagged.closed)}, open {flagged.open}"


def _write_weekly_reports() -> str:
    return f"drafted {len(drafting.write_due(clock.now()))}"


def _freeze_read_aheads() -> str:
    return f"frozen {len(freezing.freeze_due(clock.now()))}"


def _send_due() -> str:
    told = delivery.queue_notices(clock.now())
    done = delivery.send_due(clock.wall())
    return f"noticed {told.noticed}, mails {told.mails}, sent {done.sent}, failed {done.failed}, stuck {done.stuck}"


def _purge() -> str:
    return f"threw away {sum(purged.rows for purged in retention.purge(clock.wall()) if not purged.held)}"


def _send_links() -> str:
    done = sending.send_links(clock.wall())
    return f"sent {done.sent}, failed {done.failed}"


def _close_unused() -> str:
    return f"closed {len(seat_changes.close_unused(clock.wall()))}"


JOBS: dict[str, Callable[[], str]] = {
    "open_calls": _open_calls,
    "flag_overdue": _flag_overdue,
    "write_weekly_reports": _write_weekly_reports,
    "freeze_read_aheads": _freeze_read_aheads,
    "send_due": _send_due,
    "purge": _purge,
    "send_links": _send_links,
    "close_unused": _close_unused,
}
