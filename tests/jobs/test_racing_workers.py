"""Do two schedules and two workers, over a real broker, still write each report once and send each mail once?"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from esc_tracker import clock
from esc_tracker.accounts.models import Role
from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from milestones.overdue import flag_overdue
from reports.models import Delivery, Telling, WeeklyReport
from scripts.children import Children
from tests.factories import make_user
from tests.reports.record import begin_record, mail_on, published
from tests.reports.smtp_sink import smtp_sink

TOP = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60
TICK_SECONDS = 1
READERS = 8
CELERY = (sys.executable, "-m", "celery", "-A", "esc_tracker")

pytestmark = pytest.mark.broker


def _wait(condition: Callable[[], bool]) -> bool:
    limit = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < limit and not condition():
        time.sleep(0.2)
    return condition()


def _done() -> bool:
    """Say whether three reports are drafted, and both PLCY and CBP were told, beside the report, what is overdue."""
    told = Telling.objects.filter(delivery__sent_at__isnull=False).values("address").distinct().count()
    waits = Delivery.objects.filter(sent_at=None).exists() or Telling.objects.filter(delivery=None).exists()
    return WeeklyReport.objects.count() == 3 and told == 2 and not waits


def _environment(broker_url: str, smtp_port: int, var_dir: Path) -> dict[str, str]:
    there = connection.settings_dict
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"postgres://{there['USER']}@{there['HOST']}:{there['PORT']}/{there['NAME']}",
        "REDIS_URL": broker_url,
        "VAR_DIR": str(var_dir),
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "ESC_TODAY": "2020-09-14",
        "DIGEST_AT": "00:00",
        "TICK_SECONDS": str(TICK_SECONDS),
    }


def test_two_schedules_and_two_workers_do_each_thing_once(transactional_db, broker_url, tmp_path):
    assert connection.vendor == "postgresql"
    begin_record()
    plcy = make_user("plcy@esc.example", Role.PLCY_STAFF)
    for number in range(READERS):
        make_user(f"reader{number}@esc.example", Role.READER)
    make_user("cbp@esc.example", Role.ESC_MEMBER, "CBP")
    mail_on(plcy)
    published("2020-W35", by=plcy, tell=True)
    flag_overdue(clock.today())  # else what is due may be told first, and what is overdue only tomorrow

    with smtp_sink() as sink, Children() as children:
        for name in ("first", "second"):
            var_dir = tmp_path / name
            var_dir.mkdir()
            env = _environment(broker_url, sink.port, var_dir)
            worker = [*CELERY, "worker", "--pool", "solo", "--hostname", f"{name}@here", "--loglevel", "warning"]
            children.start(f"worker-{name}", worker, env=env, cwd=TOP)
            beat = [*CELERY, "beat", "--pidfile", str(var_dir / "beat.pid"), "--loglevel", "warning"]
            children.start(f"beat-{name}", beat, env=env, cwd=TOP)
        finished = _wait(_done)
        time.sleep(3 * TICK_SECONDS)
        ended = children.ended()
        identities = sink.identities()

    assert (finished, ended) == (True, None)
    assert list(WeeklyReport.objects.values_list("week", "version")) == [
        ("2020-W37", 1),
        ("2020-W36", 1),
        ("2020-W35", 1),
    ]
    assert Entry.objects.filter(verb="reports.draft").count() == 3
    assert len(identities) == len(set(identities)) == READERS + 2 + 2
    assert sorted(Delivery.objects.filter(report=None).values_list("message", "address")) == [
        ("notices-2020-09-14", "cbp@esc.example"),
        ("notices-2020-09-14", "plcy@esc.example"),
    ]
    assert set(Delivery.objects.values_list("tries", flat=True)) == {1}
    assert first_broken_entry() == ""
