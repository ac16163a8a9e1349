"""Which jobs ran, and which are late?

Noting a run must never be the reason that a job fails: without the database it is left out.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import F, Max

from esc_tracker import clock
from esc_tracker.monitoring.models import JobRun

LATE_AFTER_TICKS = 5
LATE_AFTER = timedelta(minutes=5)  # however short the tick


@dataclass(frozen=True)
class Jobs:
    """When the last job ended well, None when none ever did; which jobs have not for too long, by name."""

    last: datetime | None
    late: tuple[str, ...]


@contextmanager
def noted(name: str) -> Iterator[None]:
    """Note that a job begins, and how it ends. Two queries, four for a job's first run."""
    begun(name)
    try:
        yield
    except BaseException:
        ended(name, succeeded=False)
        raise
    ended(name, succeeded=True)


def begun(name: str) -> None:
    """Note that a job begins."""
    now = clock.wall()
    with suppress(DatabaseError, InterfaceError):
        if not JobRun.objects.filter(name=name).update(started_at=now):
            JobRun.objects.get_or_create(name=name, defaults={"started_at": now})


def ended(name: str, *, succeeded: bool) -> None:
    """Note how a job ended."""
    now = clock.wall()
    with suppress(DatabaseError, InterfaceError):
        run = JobRun.objects.filter(name=name)
        if succeeded:
            run.update(succeeded_at=now, runs=F("runs") + 1)
        else:
            run.update(failed_at=now, runs=F("runs") + 1, failures=F("failures") + 1)


def scheduled() -> Iterable[str]:
    """Return the name of each job that beat wakes."""
    return sorted(short_name(str(entry["task"])) for entry in settings.CELERY_BEAT_SCHEDULE.values())


def short_name(task: str) -> str:
    """Return a job's name: the last word of its task's."""
    return task.rpartition(".")[2]


def look_at_jobs(now: datetime) -> Jobs:
    """Say which scheduled jobs are late at this real moment. Two queries."""
    since = now - max(LATE_AFTER, timedelta(seconds=LATE_AFTER_TICKS * settings.TICK_SECONDS))
    in_time = set(JobRun.objects.filter(succeeded_at__gte=since).values_list("name", flat=True))
    last = JobRun.objects.aggregate(last=Max("succeeded_at"))["last"]
    return Jobs(last, tuple(name for name in scheduled() if name not in in_time))
