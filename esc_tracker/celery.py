"""How do the worker, the schedule and the web process find each other's jobs?

The schedule stands in the settings; a job's work stands in a door, never here.
"""

import os
import sys
from contextlib import ExitStack
from typing import Any

import django
from celery import Celery
from celery.apps import worker as worker_program
from celery.signals import beat_init, celeryd_init, setup_logging, task_postrun, task_prerun
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from esc_tracker import checks, queue
from esc_tracker.logs import say_at_once
from esc_tracker.origin import Origin, coming_from

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esc_tracker.settings")

queue.guard()
app = Celery("esc_tracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def prepare_process(**_: Any) -> None:
    """Refuse a dangerous configuration, and make the folder that the schedule is kept in.

    Exits rather than raises: Celery logs what a listener raises, and starts all the same.
    """
    django.setup()  # The worker is told before Celery has done so.
    try:
        checks.refuse_to_start()
    except ImproperlyConfigured as danger:
        sys.exit(str(danger))
    connections.close_all()  # What was asked of the database here is no connection to fork with.
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)


@setup_logging.connect
def keep_our_logs(**_: Any) -> None:
    """Leave the lines to the settings: with a listener here Celery sets up none of its own.

    In production what the worker prints when it is told to end is a line like every other.
    """
    if settings.PRODUCTION:
        worker_program.safe_say = say_at_once  # type: ignore[attr-defined]  # its stubs leave it out


_entered: dict[str, ExitStack] = {}


@task_prerun.connect
def enter_job(task_id: str, **_: Any) -> None:
    """Let what a job does come from it."""
    entered = _entered[task_id] = ExitStack()
    entered.enter_context(coming_from(Origin("job", task_id)))


@task_postrun.connect
def leave_job(task_id: str, **_: Any) -> None:
    """Close what `enter_job` opened."""
    _entered.pop(task_id).close()
