"""Is every due report drafted once, whoever is killed while drafting? (F1, F2, R51, R52)"""

import os
import signal
from random import Random

import pytest

from tests.faults.conftest import WEEKS
from tests.faults.installation import BEATS, WORKERS, Installation
from tests.faults.table import Line, chain_is_whole, doubled, drafted

pytestmark = pytest.mark.faults
SEED, KILLS = 20200914, 6


def _wait_for_one_being_written(site: Installation) -> None:
    asleep = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    site.wait(lambda: site.ask(asleep), "a report being written")


def test_a_worker_child_killed_in_the_middle_of_a_report(site, slow_to_write, told):
    site.start(*WORKERS, *BEATS)

    for _ in range(KILLS):
        _wait_for_one_being_written(site)
        for pid in (pid for name in WORKERS for pid in site.processes_of(name)):  # one of them is writing it
            os.kill(pid, signal.SIGKILL)
    left = WEEKS - drafted(site)
    recovered_in = site.wait(lambda: drafted(site) == WEEKS, f"{WEEKS} reports")

    assert left > 0
    found = doubled(site)
    told(Line("F1", "Worker child killed mid-report", f"kill -9, {KILLS} times", recovered_in, 0, found))
    assert (found, chain_is_whole(site)) == (0, True)


def test_a_whole_worker_killed(site, slow_to_write, told):
    random = Random(SEED)  # noqa: S311 - which worker, the same in each run
    site.start(*WORKERS, *BEATS)

    for _ in range(KILLS):
        _wait_for_one_being_written(site)
        name = random.choice(WORKERS)
        site.kill(name)
        site.start(name)
    left = WEEKS - drafted(site)
    recovered_in = site.wait(lambda: drafted(site) == WEEKS, f"{WEEKS} reports")

    assert left > 0
    found = doubled(site)
    told(Line("F2", "Whole worker killed", f"kill -9 of its group, {KILLS} times", recovered_in, 0, found))
    assert (found, chain_is_whole(site)) == (0, True)
