"""Does a broker that forgets, is gone or answers nothing cost a save, a report or a page? (F3, F4, R51, R52)"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from threading import Event, Thread
from typing import Any

import pytest
import redis

from tests.faults.conftest import WEEKS
from tests.faults.installation import BEATS, WEB, WORKERS, Installation
from tests.faults.member import Member
from tests.faults.table import Line, chain_is_whole, doubled, drafted, lost

pytestmark = [pytest.mark.faults, pytest.mark.long]
CODE = "5.1"
SAVES = 20
WAITED_AT_MOST_SECONDS = 2
WRITERS = 2


@contextmanager
def _saving(*people: Member) -> Iterator[None]:
    """Let these people save one update after another until the block ends."""
    enough = Event()

    def save(person: Member) -> None:
        number = 0
        while not enough.is_set():
            number += 1
            person.save(CODE, f"{person.email}, update {number}.")

    threads = [Thread(target=save, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        enough.set()
        for thread in threads:
            thread.join()


def _readiness(person: Member) -> tuple[int, dict[str, Any]]:
    answer = person.ask("/readyz")
    return answer.status_code, answer.json()


def _ready(person: Member) -> bool:
    return _readiness(person)[1]["status"] == "ready"


def _timed(do: Callable[[], object]) -> float:
    begun = time.monotonic()
    do()
    return time.monotonic() - begun


def _forget(site: Installation) -> None:
    with redis.Redis.from_url(site.broker.url) as broker:
        broker.flushdb()


def test_a_broker_that_forgets_everything_while_reports_are_drafted_and_people_save(site, slow_to_write, members, told):
    site.start(*WEB, "proxy")
    people = members(WRITERS)
    site.start(*WORKERS, *BEATS)

    with _saving(*people):
        for forget in (_forget, lambda here: (here.kill("broker"), here.start("broker")), _forget):
            before = drafted(site)
            site.wait(lambda before=before: drafted(site) > before, "one report more")
            forget(site)
        left = WEEKS - drafted(site)
        recovered_in = site.wait(lambda: drafted(site) == WEEKS, f"{WEEKS} reports")

    assert left > 0
    assert max(status for person in people for status in person.statuses) < 500
    assert all(person.acknowledged and not person.failures for person in people)
    found = lost(site, *people), doubled(site)
    told(Line("F3", "Broker restart without persistence", "kill -9, start; FLUSHDB twice", recovered_in, *found))
    assert (found, chain_is_whole(site)) == ((0, 0), True)


@contextmanager
def _gone(site: Installation) -> Iterator[None]:
    """Let connections to the broker be refused."""
    site.kill("broker")
    yield
    site.start("broker")


@contextmanager
def _silent(site: Installation) -> Iterator[None]:
    """Let the broker take connections and answer nothing."""
    site.hold("broker")
    yield
    site.let_go("broker")


@pytest.mark.parametrize(
    ("away", "seconds", "said"),
    [
        pytest.param(_gone, 10, "kill -9, 10 s", id="gone"),
        pytest.param(_gone, 60, "kill -9, 60 s", id="gone-for-a-minute", marks=pytest.mark.long),
        pytest.param(_silent, 60, "held by a signal, 60 s", id="silent-for-a-minute", marks=pytest.mark.long),
    ],
)
def test_a_broker_that_is_away_costs_no_save_and_the_jobs_go_on_after_it(site, members, told, away, seconds, said):
    site.start(*WEB, "proxy")
    [person] = members(1)
    site.start(*WORKERS, *BEATS)
    site.wait(lambda: drafted(site) == WEEKS and _ready(person), "all well")
    usual = median(_timed(lambda number=number: person.save(CODE, f"Before, {number}.")) for number in range(5))

    with away(site):
        ends = time.monotonic() + seconds
        waited = [
            _timed(lambda number=number: person.save(CODE, f"Meanwhile, {number}.")) - usual for number in range(SAVES)
        ]
        without = _readiness(person)
        site.ask("DELETE FROM reports_weeklyreport WHERE week = (SELECT max(week) FROM reports_weeklyreport)")
        time.sleep(max(0.0, ends - time.monotonic()))
        done_without = drafted(site)
    recovered_in = site.wait(lambda: drafted(site) == WEEKS and _ready(person), "all well again")

    assert (len(person.acknowledged), person.failures) == (5 + SAVES, [])
    assert max(waited) < WAITED_AT_MOST_SECONDS
    assert done_without == WEEKS - 1
    assert (without[0], without[1]["status"], without[1]["broker"]) == (200, "degraded", "down")
    found = lost(site, person), doubled(site)
    told(Line("F4", "Broker down", said, recovered_in, *found))
    assert (found, chain_is_whole(site)) == ((0, 0), True)
