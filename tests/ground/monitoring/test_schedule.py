"""Does beat go on sending each job when the machine's clock is set wrong, or right again? (F13)"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings

from esc_tracker import clock
from esc_tracker.beat import Scheduler
from esc_tracker.celery import app
from esc_tracker.monitoring.jobs import scheduled, short_name

BEGAN = datetime(2020, 9, 14, 13, tzinfo=UTC)


class Noting(Scheduler):
    """A schedule that notes what it would send, and needs no broker."""

    producer = None

    def setup_schedule(self) -> None:
        """Begin without having sent anything."""
        super().setup_schedule()
        self.sent: list[str] = []

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        """Note it."""
        self.sent.append(short_name(entry.task))

    def sent_within(self, now: time_machine.Traveller, ticks: int) -> list[str]:
        """Let so many ticks pass, looking as often as it asks for, and return what was sent."""
        self.sent = []
        until = clock.wall() + timedelta(seconds=ticks * settings.TICK_SECONDS + 1)
        while clock.wall() < until:
            now.shift(min(max(self.tick(), 0.01), 300))  # Beat never sleeps longer than five minutes.
        return sorted(self.sent)


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    """Hold the machine's clock."""
    with time_machine.travel(BEGAN, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize("step", [timedelta(hours=-2), timedelta(days=8), timedelta(days=-8), timedelta(minutes=-1)])
def test_each_job_is_sent_once_a_tick_after_the_clock_was_moved(now, tmp_path, step):
    schedule = Noting(app, schedule_filename=str(tmp_path / "beat"), lazy=False)
    schedule.sent_within(now, 2)

    now.shift(step)
    schedule.sent_within(now, 1)
    sent = schedule.sent_within(now, 3)

    assert {sent.count(name) for name in scheduled()} <= {3, 4}
    schedule.close()


def test_a_schedule_file_from_the_future_does_not_hold_the_jobs_up(now, tmp_path: Path):
    ahead = Noting(app, schedule_filename=str(tmp_path / "beat"), lazy=False)
    ahead.sent_within(now, 2)
    ahead.close()

    now.move_to(BEGAN - timedelta(days=8))
    schedule = Noting(app, schedule_filename=str(tmp_path / "beat"), lazy=False)

    assert set(schedule.sent_within(now, 2)) == set(scheduled())
    schedule.close()
