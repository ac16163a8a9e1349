"""How does the schedule go on when the machine's clock was set back?"""

from typing import Any

from celery.beat import PersistentScheduler

from esc_tracker import clock


class Scheduler(PersistentScheduler):
    """Celery's own, but a job that ran in what is now the future ran now: it does not wait for that hour to come again.

    The same holds for a schedule file that was written while the clock was ahead.
    """

    def tick(self, *args: Any, **options: Any) -> float:
        """Send what is due; return after how many seconds to look again."""
        now = clock.wall()
        for entry in self.schedule.values():
            if entry.last_run_at and entry.last_run_at > now:
                entry.last_run_at = now
                self._heap = None  # It is in the order of hours that are to come again: let it be drawn up anew.
        seconds: float = super().tick(*args, **options)
        return seconds
