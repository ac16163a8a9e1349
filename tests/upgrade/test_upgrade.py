"""Does a record of the release before, people and reports and all, come through the upgrade whole? (F17, R50)"""

import contextlib
import json
import lzma
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.backup import restore
from scripts.servers import TOP, postgres

HERE = Path(__file__).parent
TELL = """
import json
from django.db import connection
from django.test import Client
from esc_tracker.accounts.models import User
with connection.cursor() as cursor:
    def ask(query):
        cursor.execute(query)
        return cursor.fetchall()
    told = {
        "updates": ask("SELECT milestone_id, version, statement FROM milestones_statusupdate ORDER BY 1, 2"),
        "entries": ask("SELECT number, verb, about, digest FROM journal_entry ORDER BY number"),
        "reports": ask("SELECT week, version, digest FROM reports_weeklyreport ORDER BY 1, 2"),
        "people": ask("SELECT email, role, agency_id FROM accounts_user ORDER BY email"),
    }
"""
OPEN = """
told = {}
for person in User.objects.order_by("email"):
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    told[person.email] = [client.get(path).status_code for path in ("/", "/milestones/5.1/", "/reports/2020-W36/")]
"""
SAVE = """
from tests.milestones.telling import say
told = say("5.1", User.objects.get(email="cbp@esc.example")).version
"""

pytestmark = pytest.mark.services


@pytest.fixture(params=["sqlite", "postgres"])
def before(request, tmp_path) -> Iterator[str]:
    """Give the address of a database restored from what the release before wrote."""
    file = tmp_path / "before.backup"
    file.write_bytes(lzma.decompress((HERE / f"before_{request.param}.backup.xz").read_bytes()))
    with contextlib.ExitStack() as servers:
        if request.param == "postgres":
            url = servers.enter_context(postgres())
        else:
            url = f"sqlite:///{tmp_path / 'upgraded.sqlite3'}"
        restore(url, file)
        yield url


def _manage(url: str, *command: str) -> str:
    env = {"PATH": os.environ["PATH"], "DATABASE_URL": url, "ESC_TODAY": "2020-09-14"}
    done = subprocess.run([sys.executable, "manage.py", *command], cwd=TOP, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _tell(url: str, *program: str) -> object:
    return json.loads(_manage(url, "shell", "-v0", "-c", "".join((TELL, *program, "\nprint(json.dumps(told))"))))


def test_a_record_of_the_release_before_comes_through_whole(before):
    had = _tell(before)

    _manage(before, "migrate", "--no-input", "-v0")
    _manage(before, "createcachetable")

    assert _tell(before) == had
    assert len(had["entries"]) > 100
    assert had["reports"]
    assert _manage(before, "verify_record").startswith("journal: every entry is sealed to the one before\n")
    assert "No planned migration operations." in _manage(before, "migrate", "--plan")
    opened = _tell(before, OPEN)
    assert {name: statuses for name, statuses in opened.items() if statuses != [200, 200, 200]} == {
        "admin@esc.example": [302, 403, 403],
        "coac@esc.example": [200, 200, 404],  # released up to week 35
    }
    assert _tell(before, SAVE) > 0
    assert _manage(before, "verify_record").count("the record says the same") >= len(had["reports"])
