"""Is it known which job ran when, without a job ever failing for being noted?"""

from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from esc_tracker import celery_app
from esc_tracker.monitoring.jobs import noted, scheduled, short_name
from esc_tracker.monitoring.models import JobRun
from reports.management.commands.run_due_jobs import JOBS

pytestmark = pytest.mark.django_db


def test_command_and_schedule_know_the_same_jobs():
    assert sorted(JOBS) == list(scheduled())


def test_every_scheduled_job_is_a_task_that_is_there():
    celery_app.loader.import_default_modules()

    asked = {entry["task"] for entry in django_settings.CELERY_BEAT_SCHEDULE.values()}

    assert asked <= set(celery_app.tasks)


def test_a_pass_of_every_job_is_noted(plan):
    call_command("run_due_jobs", stdout=StringIO())

    assert list(JobRun.objects.values_list("name", "runs", "failures")) == [(name, 1, 0) for name in scheduled()]
    assert not JobRun.objects.filter(succeeded_at=None).exists()


def test_a_job_that_the_worker_runs_is_noted(plan):
    celery_app.loader.import_default_modules()
    task = celery_app.tasks["milestones.tasks.flag_overdue"]

    task.apply()

    run = JobRun.objects.get()
    assert (run.name, run.runs, run.failures) == (short_name(task.name), 1, 0) == ("flag_overdue", 1, 0)


def test_a_failure_is_noted_and_goes_on_as_one():
    with pytest.raises(ZeroDivisionError), noted("a job"):
        raise ZeroDivisionError

    run = JobRun.objects.get()
    assert (run.runs, run.failures, run.succeeded_at) == (1, 1, None)
    assert run.failed_at >= run.started_at


def test_a_command_whose_job_failed_says_which(plan, monkeypatch):
    monkeypatch.setitem(JOBS, "purge", lambda: 1 / 0)

    with pytest.raises(CommandError, match="Failed: purge"):
        call_command("run_due_jobs", stdout=StringIO())

    assert list(JobRun.objects.filter(failures=1).values_list("name", flat=True)) == ["purge"]


@pytest.mark.django_db(transaction=True)
def test_a_job_runs_though_it_cannot_be_noted():
    done = []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE monitoring_jobrun RENAME TO away")
    try:
        with noted("a job"):
            done.append("its work")
        with pytest.raises(DatabaseError):
            JobRun.objects.count()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO monitoring_jobrun")

    assert done == ["its work"]
    assert JobRun.objects.count() == 0
