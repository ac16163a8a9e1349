"""How do the worker, the schedule and the web process find each other's jobs?

The schedule stands in the settings; a job's work stands in a door, never here.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init
from django.conf import settings

from esc_tracker import checks

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
