"""Do beat and a worker, over a real broker, do the jobs of the day, once each however often they tick?"""

import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from esc_tracker import clock
from milestones.models import OverdueFlag
from reports.models import WeeklyReport
from scripts.children import Children
from scripts.run import processes

TOP = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60
TICK_SECONDS = 1
RECORD_BEGINS_AT = datetime(2020, 9, 1, 14, tzinfo=UTC)

pytestmark = pytest.mark.broker


def _wait(condition: Callable[[], bool]) -> bool:
    limit = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < limit and not condition():
        time.sleep(0.2)
    return condition()


def _environment(broker_url: str, var_dir: Path) -> dict[str, str]:
    there = connection.settings_dict
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DATABASE_URL": f"postgres://{there['USER']}@{there['HOST']}:{there['PORT']}/{there['NAME']}",
        "REDIS_URL": broker_url,
        "VAR_DIR": str(var_dir),
        "ESC_TODAY": "2020-09-14",
        "TICK_SECONDS": str(TICK_SECONDS),
    }


def _done() -> tuple[list[str], int]:
    return list(WeeklyReport.objects.order_by("week").values_list("week", flat=True)), OverdueFlag.objects.count()


def test_ticks_flag_what_is_overdue_and_draft_every_finished_week_once(transactional_db, broker_url, tmp_path):
    assert connection.vendor == "postgresql"
    with clock.at(RECORD_BEGINS_AT):
        call_command("load_plan", stdout=StringIO())
    expected = (["2020-W36", "2020-W37"], 15)

    with Children() as children:
        for name in ("worker", "beat"):
            children.start(name, processes()[name], env=_environment(broker_url, tmp_path), cwd=TOP)
        _wait(lambda: _done() == expected)
        time.sleep(3 * TICK_SECONDS)
        ended = children.ended()

    assert ended is None
    assert _done() == expected
