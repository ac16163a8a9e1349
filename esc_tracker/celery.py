"""How do the worker, the schedule and the web process find each other's jobs?

The schedule stands in the settings; a job's work stands in a door, never here.
"""

import os
from contextlib import ExitStack
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init, setup_logging, task_postrun, task_prerun
from django.conf import settings

from esc_tracker import checks
from esc_tracker.origin import Origin, coming_from

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esc_tracker.settings")

app = Celery("esc_tracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def prepare_process(**_: Any) -> None:
    """Refuse a dangerous configuration, and make the folder that the schedule is kept in."""
    checks.refuse_to_start()
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)


@setup_logging.connect
def keep_our_logs(**_: Any) -> None:
    """Leave the lines to the settings: with a listener here Celery sets up none of its own."""


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
