"""Does what worker, beat and commands write hold nothing of what people typed, one object a line? (R43)"""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from esc_tracker import clock
from esc_tracker.accounts.links.asking import invite
from esc_tracker.accounts.models import Role
from tests.factories import make_user
from tests.house.production import environment
from tests.house.visiting import database_address

CANARY = "zq-canary-7431"
PATIENCE_SECONDS = 60
SENDING = "from esc_tracker.accounts.tasks import send_links; send_links()"
JOBS = {"send_links_failed", "send_links", "purge", "close_unused"}


def _start(name: str, output: Path, env: dict[str, str]) -> "subprocess.Popen[bytes]":
    words = re.search(rf"^{name}: celery (.*)$", (django_settings.BASE_DIR / "Procfile").read_text(), re.MULTILINE)[1]
    with output.open("wb") as sink:
        command = [sys.executable, "-m", "celery", *words.split()]
        return subprocess.Popen(command, cwd=django_settings.BASE_DIR, env=env, stdout=sink, stderr=sink)


def _told(text: str) -> list[dict[str, str]]:
    """Return every line as the object it is, with its moment in UTC."""
    told = [json.loads(line) for line in text.splitlines() if line]
    for line in told:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line["at"]), line
    return told


@pytest.mark.broker
def test_jobs_write_one_object_a_line_and_nothing_of_the_person_they_concern(
    transactional_db, broker_url: str, tmp_path: Path
) -> None:
    person = make_user(f"{CANARY}@esc.example", Role.ADMINISTRATOR)
    person.name = f"{CANARY}\r\nX-Forged: yes"
    person.save()
    invite(person, by=None, moment=clock.wall())  # There is no mail server: sending it fails.
    env = environment(DATABASE_URL=database_address(), REDIS_URL=broker_url, VAR_DIR=str(tmp_path), TICK_SECONDS="1")
    logs = {name: tmp_path / f"{name}.log" for name in ("worker", "beat")}

    running = {name: _start(name, log, env) for name, log in logs.items()}
    try:
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends and not all(job in logs["worker"].read_text() for job in JOBS):
            time.sleep(0.5)
    finally:
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        for process in running.values():
            process.wait(timeout=PATIENCE_SECONDS)

    told = {name: _told(log.read_text()) for name, log in logs.items()}
    ours = [line for line in told["worker"] if line["event"] in JOBS]
    assert {line["event"] for line in ours} == JOBS
    assert all(line["source"] == "job" and re.fullmatch(r"[0-9a-f-]{36}", line["request_id"]) for line in ours)
    assert any("Scheduler: Sending due task" in line["event"] for line in told["beat"])
    assert CANARY not in logs["worker"].read_text() + logs["beat"].read_text()
    assert "X-Forged" not in logs["worker"].read_text()


@pytest.mark.services
def test_command_logs_one_object_a_line_and_nothing_of_the_person_it_concerns(transactional_db, tmp_path: Path) -> None:
    person = make_user(f"{CANARY}@esc.example", Role.ADMINISTRATOR)
    invite(person, by=None, moment=clock.wall())
    env = environment(DATABASE_URL=database_address(), VAR_DIR=str(tmp_path))

    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", SENDING],
        cwd=django_settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )

    events = {line["event"]: line for line in _told(done.stderr)}
    assert events.keys() == {"send_links_failed", "send_links"}
    assert events["send_links_failed"]["error"] == "ConnectionRefusedError"
    assert {line["source"] for line in events.values()} == {"command"}
    assert CANARY not in done.stdout + done.stderr
