"""What do people notice of a web process that is killed, and of clients that send slowly? (F10, F14, R54)"""

import contextlib
import os
import signal
import socket
import ssl
import statistics
import threading
import time
from collections.abc import Iterator
from random import Random

import pytest
import requests

from tests.faults.installation import WEB, Installation
from tests.faults.member import Member
from tests.faults.table import Line, chain_is_whole, doubled, lost
from tests.faults.writing import writing

pytestmark = [pytest.mark.faults, pytest.mark.long]
SEED, KILLS, WRITERS = 20200914, 10, 6
PROBES, BYTE_SECONDS = 40, 1.0
WEB_BACK_SECONDS = 5
BODY = (
    b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\nContent-Length: 500\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
)
HEADERS = b"GET /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


def _uneven(site: Installation) -> int:
    """Count updates without their entry in the journal, and entries without their update."""
    (updates,), (entries,) = (
        site.ask(f"SELECT count(*) FROM {table}")[0]  # noqa: S608 - our own words
        for table in ("milestones_statusupdate", "journal_entry WHERE verb = 'milestones.post_update'")
    )
    return abs(updates - entries)


def test_web_processes_killed_in_the_middle_of_requests(site, members, told):
    random = Random(SEED)  # noqa: S311 - which process, the same in each run
    site.start(*WEB, "proxy")
    people = members(WRITERS)

    with writing(people) as writers:
        slowest, costs = 0.0, []
        for _ in range(KILLS):
            writers.mark()
            before = sum(writers.failures)
            os.kill(random.choice(site.processes_of(random.choice(WEB))), signal.SIGKILL)
            slowest = max(slowest, site.wait(writers.all_answered, "everybody is answered"))
            costs.append(sum(writers.failures) - before)

    missing, found = lost(site, *people), doubled(site)
    told(Line("F10", "Web process killed mid-request", f"kill -9, {KILLS} times", slowest, missing, found))
    assert max(costs) <= WRITERS
    assert {failure for person in people for failure in person.failures} <= {"503"}  # the proxy's own plain page
    assert (missing, found, _uneven(site), chain_is_whole(site)) == (0, 0, 0, True)


def test_a_whole_web_service_killed_under_load(site, members, told):
    site.start(*WEB, "proxy")
    people = members(WRITERS)

    with writing(people) as writers:
        site.wait(lambda: writers.acknowledged > 0, "a member saves")
        writers.mark()
        before = writers.failures
        site.kill("web-1")
        alone_in = site.wait(writers.all_answered, "the other web service answers everybody")
        costs = [failed - known for failed, known in zip(writers.failures, before, strict=True)]
        site.start("web-1")
        writers.mark()
        site.wait(writers.all_answered, "everybody is answered")

    missing, found = lost(site, *people), doubled(site)
    told(Line("F10", "Whole web service killed", "kill -9 of its group, once", alone_in, missing, found))
    assert max(costs) <= 1
    assert (missing, found, _uneven(site), chain_is_whole(site)) == (0, 0, 0, True)


@contextlib.contextmanager
def slow_clients(site: Installation, port: int, count: int, head: bytes, *, tls: bool) -> Iterator[None]:
    """Let so many clients send a byte a second after `head`, each beginning anew when it is cut off."""
    over = threading.Event()
    context = ssl.create_default_context(cafile=str(site.certificate))

    def send() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as plain:
                sending = context.wrap_socket(plain, server_hostname="localhost") if tls else plain
                with sending:
                    sending.sendall(head)
                    while not over.wait(BYTE_SECONDS):
                        sending.sendall(b"x")
            over.wait(0.1)

    threads = [threading.Thread(target=send) for _ in range(count)]
    for thread in threads:
        thread.start()
    over.wait(2 * BYTE_SECONDS)  # until all of them are at it
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _p95(site: Installation, base: str = "") -> float:
    """Return the 95th percentile of the seconds that the sign-in page takes, asked for one after the other."""
    probe, took = Member(site, ""), []
    for _ in range(PROBES):
        begun = time.monotonic()
        answer = (
            probe.browser.get(
                f"{base}/accounts/login/", headers={"Host": "localhost", "X-Forwarded-Proto": "https"}, timeout=20
            )
            if base
            else probe.ask("/accounts/login/")
        )
        assert answer.status_code == 200
        took.append(time.monotonic() - begun)
    return statistics.quantiles(took, n=20)[-1]


@pytest.mark.parametrize(
    ("head", "what"), [(BODY, "the body"), (HEADERS, "the headers")], ids=["slow body", "slow headers"]
)
def test_slow_clients_at_the_proxy_keep_nobody_waiting(site, members, told, head, what):
    site.start(*WEB, "proxy")
    (person,) = members(1)
    alone = _p95(site)

    p95 = {}
    for count in (4, 20):
        with slow_clients(site, site.ports["proxy"], count, head, tls=True):
            p95[count] = _p95(site)
            assert person.save("2.1", f"Saved beside {count} slow clients.", tries=1)

    measured = f"p95 {alone:.2f} s alone, {p95[4]:.2f} s beside 4, {p95[20]:.2f} s beside 20"
    fault = f"Slow clients at the proxy: {what} at 1 byte a second"
    told(Line("F14", fault, measured, None, lost(site, person), doubled(site)))
    assert max(p95.values()) < max(1.0, 3 * alone)


def test_slow_clients_past_the_proxy_are_the_limit_that_the_proxy_is_for(site, told):
    site.start("web-1")
    base = f"http://127.0.0.1:{site.ports['web-1']}"

    said = []
    for count in (4, 20):
        with slow_clients(site, site.ports["web-1"], count, HEADERS, tls=False):
            try:
                said.append(f"{count}: p95 {_p95(site, base):.2f} s")
            except requests.RequestException:
                said.append(f"{count}: not answered within 20 s")

    fault = "Slow headers at a web process without the proxy"
    told(Line("F14", fault, "; ".join(said), None, 0, 0, "The limit that the proxy is for"))
    assert "p95" in said[0]
