"""Does Prometheus read what it asks for, and nobody else anything?"""

import os
import re
import subprocess
import sys
from io import StringIO

import pytest
import requests
from django.core.management import call_command

from scripts.children import Children
from scripts.run import processes, wait_until_it_answers
from scripts.servers import TOP, free_port

TOKEN = "a-long-random-word-for-prometheus"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("sent", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}])
def test_without_its_token_the_address_does_not_exist(client, settings, sent):
    settings.METRICS_TOKEN = TOKEN

    assert client.get("/metrics", headers=sent).status_code == 404


@pytest.mark.parametrize("sent", ["Bearer ", "Bearer"])
def test_without_a_token_set_it_exists_for_nobody(client, settings, sent):
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", headers={"Authorization": sent}).status_code == 404


def test_it_tells_of_jobs_and_of_what_waits(client, plan, settings, django_assert_num_queries):
    settings.METRICS_TOKEN = TOKEN
    call_command("run_due_jobs", stdout=StringIO())

    with django_assert_num_queries(7):
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    said = answer.content.decode()
    assert answer["Content-Type"].startswith("text/plain")
    assert 'esc_job_runs_total{ended="well",job="flag_overdue"} 1.0' in said
    assert 'esc_job_runs_total{ended="failed",job="flag_overdue"} 0.0' in said
    assert re.search(r'^esc_job_age_seconds\{job="send_due"\} \d', said, re.MULTILINE)
    assert "esc_milestones_overdue 15.0" in said
    assert "esc_oldest_unflagged_seconds 0.0" in said
    assert "esc_deliveries_waiting 0.0" in said
    assert "esc_deliveries_stuck 0.0" in said
    assert "esc_job_late{" not in said


def test_it_tells_which_job_never_ran_and_what_no_job_noticed(client, plan, settings):
    settings.METRICS_TOKEN = TOKEN

    said = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()

    assert 'esc_job_late{job="flag_overdue"} 1.0' in said
    assert float(re.search(r"^esc_oldest_unflagged_seconds (\S+)", said, re.MULTILINE)[1]) > 0


@pytest.mark.services
def test_requests_and_queries_of_all_web_processes_are_added_up(tmp_path):
    port = free_port()
    env = {
        "PATH": f"{TOP}/.venv/bin:{os.environ['PATH']}",
        "VAR_DIR": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "METRICS_TOKEN": TOKEN,
        "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}",
    }
    for command in (["migrate", "-v0"], ["createcachetable"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=TOP, env=env, check=True)
    with Children() as children:
        children.start("web", processes()["web"], env=env, cwd=TOP, log=tmp_path / "web.log")
        wait_until_it_answers(children, port)
        site = f"http://127.0.0.1:{port}"
        asked = [requests.get(f"{site}/accounts/login/", timeout=5).status_code for _ in range(20)]
        said = requests.get(f"{site}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=5).text

    assert asked == [200] * 20
    assert 'esc_request_seconds_count{method="GET",route="accounts/login/",status="200"} 20.0' in said
    assert re.search(r'^esc_queries_total\{route="accounts/login/"\} \d', said, re.MULTILINE)
