"""Do the two probes tell the truth, to anybody, without a session?"""

import os
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.db.migrations.recorder import MigrationRecorder

from esc_tracker.health import server_error

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


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
    assert answer.json() == {"status": "degraded", "database": "up", "broker": "not set"}


def test_readyz_with_a_lost_broker_is_degraded_and_stays_in_service(client, db, settings):
    settings.REDIS_URL = NOBODY_LISTENS

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "degraded", "database": "up", "broker": "down"}


@pytest.mark.broker
def test_readyz_with_all_it_needs(client, db, settings, broker_url):
    settings.REDIS_URL = broker_url

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "database": "up", "broker": "up"}


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
        "c.cookies['sessionid'] = 'somebody-or-other'; answer = c.get('/admin/');"
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
