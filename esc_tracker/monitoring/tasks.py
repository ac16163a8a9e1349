"""What is noted of every job that the worker runs? (Found with the tasks, since it is needed where they run.)"""

from typing import Any

from celery import Task
from celery.signals import task_postrun, task_prerun
from celery.states import SUCCESS

from esc_tracker.monitoring import jobs


@task_prerun.connect
def note_begun(task: Task, **_: Any) -> None:
    """Note that a job begins."""
    jobs.begun(jobs.short_name(task.name))


@task_postrun.connect
def note_ended(task: Task, state: str | None = None, **_: Any) -> None:
    """Note how it ended."""
    jobs.ended(jobs.short_name(task.name), succeeded=state == SUCCESS)
