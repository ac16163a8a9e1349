"""Is a backup the whole record, and does one command bring it back? (R50)"""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from scripts.backup import CannotBackUp, restore, take
from scripts.servers import TOP, postgres

pytestmark = pytest.mark.services

# What must be the same afterwards: rows of each table, the journal's last link, each report's bytes.
TELL = """
import hashlib, json
from django.apps import apps
from django.db import connection
from esc_tracker.journal.models import Entry
from reports.models import WeeklyReport
rows = {model._meta.db_table: model.objects.count() for model in apps.get_models(include_auto_created=True)}
print(json.dumps({
    "rows": rows,
    "last": Entry.objects.order_by("-pk").values_list("digest", flat=True)[0],
    "reports": list(WeeklyReport.objects.order_by("pk").values_list("week", "version", "digest")),
}))
"""


def _environment(url: str, room: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "DATABASE_URL": url, "VAR_DIR": str(room), "ESC_TODAY": "2020-09-14"}


def _manage(url: str, room: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=TOP, env=_environment(url, room), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _make(target: str, file: Path, url: str, room: Path) -> "subprocess.CompletedProcess[str]":
    env = _environment(url, room)
    return subprocess.run(["make", target, f"FILE={file}"], cwd=TOP, env=env, capture_output=True, text=True)


def _tell(url: str, room: Path) -> dict[str, object]:
    return json.loads(_manage(url, room, "shell", "-v0", "-c", TELL))


@pytest.fixture(params=["sqlite", "postgres"])
def databases(request, tmp_path) -> Iterator[tuple[str, str]]:
    """Give the address of a database with the sample history, and of an empty one."""
    with contextlib.ExitStack() as servers:
        if request.param == "sqlite":
            full, empty = (f"sqlite:///{tmp_path / name}.sqlite3" for name in ("full", "empty"))
        else:
            full = servers.enter_context(postgres())
            with contextlib.closing(psycopg2.connect(full)) as connection:
                connection.autocommit = True
                connection.cursor().execute("CREATE DATABASE empty")
            empty = f"{full.rpartition('/')[0]}/empty"
        _manage(full, tmp_path, "migrate", "-v0")
        _manage(full, tmp_path, "createcachetable")
        _manage(full, tmp_path, "load_demo")
        yield full, empty


def test_a_backup_restored_into_an_empty_database_is_the_same_record(databases, tmp_path):
    full, empty = databases
    file = tmp_path / "safe" / "esc.backup"
    before = _tell(full, tmp_path)

    took = _make("backup", file, full, tmp_path)
    brought = _make("restore", file, empty, tmp_path)

    assert (took.returncode, brought.returncode) == (0, 0), took.stdout + brought.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    assert sum(before["rows"].values()) > 500
    assert before["reports"]
    assert _tell(empty, tmp_path) == before
    assert _manage(empty, tmp_path, "verify_record") == _manage(full, tmp_path, "verify_record")
    assert _manage(empty, tmp_path, "migrate", "--plan").strip().endswith("No planned migration operations.")

    again = _make("restore", file, full, tmp_path)

    assert again.returncode != 0
    assert "there already" in again.stdout or "not empty" in again.stdout
    assert _tell(full, tmp_path) == before


def test_a_backup_is_taken_while_people_write(tmp_path):
    url = f"sqlite:///{tmp_path / 'busy.sqlite3'}"
    with contextlib.closing(sqlite3.connect(tmp_path / "busy.sqlite3", isolation_level=None)) as busy:
        busy.execute("PRAGMA journal_mode=WAL")
        busy.execute("CREATE TABLE words (word text)")
        busy.execute("INSERT INTO words VALUES ('kept')")
        busy.execute("BEGIN IMMEDIATE")
        busy.execute("INSERT INTO words VALUES ('not yet')")

        take(url, tmp_path / "taken")

        busy.execute("COMMIT")
    with contextlib.closing(sqlite3.connect(tmp_path / "taken")) as taken:
        assert taken.execute("SELECT word FROM words").fetchall() == [("kept",)]


def test_a_file_is_whole_or_not_there(tmp_path):
    nobody = "postgres://esc:secret-word@127.0.0.1:1/esc"

    with pytest.raises(CannotBackUp, match="pg_dump: ") as refusal:
        take(nobody, tmp_path / "esc.backup")

    assert list(tmp_path.iterdir()) == []
    assert "secret-word" not in str(refusal.value)


def test_what_is_no_backup_is_not_restored(tmp_path):
    file = tmp_path / "letter.txt"
    file.write_text("Dear committee")

    with pytest.raises(CannotBackUp, match="no backup"):
        restore(f"sqlite:///{tmp_path / 'new.sqlite3'}", file)

    assert not (tmp_path / "new.sqlite3").exists()


def test_an_earlier_backup_is_never_written_over(tmp_path):
    file = tmp_path / "esc.backup"
    file.write_bytes(b"the only one")

    with pytest.raises(CannotBackUp, match="is there already"):
        take(f"sqlite:///{tmp_path / 'any.sqlite3'}", file)

    assert file.read_bytes() == b"the only one"


def test_in_containers_the_programs_of_the_database_are_asked(tmp_path, monkeypatch):
    """No container engine is here: what stands for it takes down what it was told to run."""
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\nprintf PGDMP\n')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    take("", tmp_path / "esc.backup", compose=True)

    assert (tmp_path / "asked").read_text() == (
        "compose exec -T db pg_dump --username=esc --dbname=esc --format=custom\n"
    )
    assert (tmp_path / "esc.backup").read_bytes() == b"PGDMP"
