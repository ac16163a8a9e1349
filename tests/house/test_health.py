"""Do the two probes tell the truth, to anybody, without a session?"""

import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder

from esc_tracker import clock
from esc_tracker.health import server_error
from esc_tracker.monitoring.jobs import scheduled
from esc_tracker.monitoring.models import JobRun
from reports.models import STUCK_AFTER, Delivery

NOBODY_LISTENS = "redis://127.0.0.1:1/0"
NEVER_RAN = {"last_tick_seconds": None, "late_jobs": list(scheduled()), "deliveries_stuck": 0}


def test_livez_answers_anybody_without_a_query(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/livez")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_probes_take_no_post(client, db):
    assert [client.post(url).status_code for url in ("/livez", "/readyz")] == [405, 405]


def test_readyz_without_a_broker_named(client, db, settings):
    settings.REDIS_URL = ""

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "degraded", "database": "up", "broker": "not set", **NEVER_RAN}


def test_readyz_with_a_lost_broker_is_degraded_and_stays_in_service(client, db, settings):
    settings.REDIS_URL = NOBODY_LISTENS

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "degraded", "database": "up", "broker": "down", **NEVER_RAN}


@pytest.mark.broker
def test_readyz_with_all_it_needs(client, db, settings, broker_url):
    settings.REDIS_URL = broker_url
    call_command("run_due_jobs", stdout=StringIO())

    answer = client.get("/readyz")

    said = answer.json()
    assert answer.status_code == 200
    assert said.pop("last_tick_seconds") in range(60)
    assert said == {"status": "ready", "database": "up", "broker": "up", "late_jobs": [], "deliveries_stuck": 0}


@pytest.mark.broker
def test_readyz_names_the_job_that_has_not_ended_well_for_too_long(client, db, settings, broker_url):
    settings.REDIS_URL = broker_url
    call_command("run_due_jobs", stdout=StringIO())
    for_too_long = clock.wall() - timedelta(minutes=5, seconds=1)
    JobRun.objects.filter(name="flag_overdue").update(succeeded_at=for_too_long)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["late_jobs"]) == ("degraded", ["flag_overdue"])


@pytest.mark.broker
def test_readyz_tells_of_mail_that_does_not_go_out(client, plan, plcy, settings, broker_url):
    settings.REDIS_URL = broker_url
    call_command("run_due_jobs", stdout=StringIO())
    Delivery.objects.create(
        message="notices-2020-09-14", address=plcy.email, recipient=plcy, queued_at=clock.now(), tries=STUCK_AFTER
    )

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["deliveries_stuck"]) == ("degraded", 1)


def test_readyz_asks_the_database_eight_things(client, db, settings, django_assert_num_queries):
    settings.REDIS_URL = ""

    with django_assert_num_queries(8):
        client.get("/readyz")


def test_readyz_is_not_ready_while_a_migration_waits(client, db, settings):
    settings.REDIS_URL = ""
    MigrationRecorder.Migration.objects.filter(app="reports").delete()

    answer = client.get("/readyz")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json() == {"status": "not ready", "database": "migrations waiting", "broker": "not set"}


LOST = "postgres://nobody@127.0.0.1:1/none"


def _with_lost_database(ask: str) -> str:
    """Return what this code prints; it has a client `c`."""
    begin = (
        "import django; django.setup(); from django.test import Client;"
        "c = Client(headers={'host': 'localhost'}, raise_request_exception=False);"
    )
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "esc_tracker.settings", "DATABASE_URL": LOST}
    done = subprocess.run(
        [sys.executable, "-c", begin + ask],
        env=env,
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.services
def test_lost_database_leaves_livez_and_fails_readyz():
    said = _with_lost_database(
        "live, ready = c.get('/livez'), c.get('/readyz');"
        "print(live.status_code, ready.status_code, ready['Retry-After'], ready.json()['database'])"
    )

    assert said == "200 503 5 down\n"


@pytest.mark.services
def test_page_without_database_asks_to_try_again():
    said = _with_lost_database(
        "c.cookies['sessionid'] = 'somebodyelse' + 'k' * 20; answer = c.get('/admin/');"
        "print(answer.status_code, answer.get('Retry-After'), b'not available for a moment' in answer.content)"
    )

    assert said == "503 5 True\n"


def test_any_other_failure_is_told_plainly(rf):
    try:
        raise KeyError
    except KeyError:
        answer = server_error(rf.get("/"))

    assert answer.status_code == 500
    assert b"KeyError" not in answer.content
