"""Does the site keep its word through half an hour of work and ten faults? (F20, R51, R52, R54)

Five members save and read, the chair's office publishes, and the jobs draft, flag and mail, while parts of the site
are ended, cut off and started again in an order that the seed decides. `--fault-seconds` makes it shorter.
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from statistics import median

import psycopg2
import pytest
import requests

from esc_tracker import clock
from scripts.servers import answers
from tests.faults.conftest import WEEKS
from tests.faults.installation import BEATS, WEB, WORKERS, Installation
from tests.faults.member import Member, hidden
from tests.faults.table import HELD, Line, chain_is_whole, doubled, lost

pytestmark = [pytest.mark.faults, pytest.mark.long]
SEED, FAULTS, MEMBERS = 20200914, 10, 5
CODES = ("5.1", "5.2", "5.3")  # Joint: half of the members speak for CBP, half for USPS.
PAGES = ("/", "/milestones/", "/overdue/", "/reports/", "/milestones/{code}/", "/meetings/", "/decisions/")
WEB_RECOVERS_WITHIN, ALL_RECOVERS_WITHIN = 5, 60
WAITING_MAIL_SECONDS = 720  # Whose sender was killed waits ten minutes for another.
SIXTH = 6  # the first five minutes of thirty: by then every process has seen its work
FLAT = 0.20
# Each thread of each web process, each child of each worker, and one each for the workers themselves.
CONNECTIONS_MAX = len(WEB) * 2 * 8 + len(WORKERS) * (2 + 1)
DUE = """
from esc_tracker import clock
from reports.weekly import weeks
print(*weeks.weeks_due(clock.now()))
"""
JOBS = ("flag_overdue", "write_weekly_reports", "send_due")


# --- Who works ------------------------------------------------------------------------------------------------------


@dataclass
class Crew:
    """Members at work, each in a thread, until they are told to go home; `went_wrong` is what no person would see."""

    ends: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)
    went_wrong: list[BaseException] = field(default_factory=list)

    def begin(self, work: Callable[[], None], *, every: float) -> None:
        """Let somebody do their work again and again, with a pause between."""

        def go_on() -> None:
            try:
                while not self.ends.wait(every):
                    work()
            except BaseException as problem:
                self.went_wrong.append(problem)

        self.threads.append(threading.Thread(target=go_on, daemon=True))
        self.threads[-1].start()

    def go_home(self) -> None:
        """Let each finish what they are at."""
        self.ends.set()
        for thread in self.threads:
            thread.join(ALL_RECOVERS_WITHIN)
        assert not any(thread.is_alive() for thread in self.threads)


def _writing(member: Member, number: int) -> Callable[[], None]:
    random, count = Random(SEED + number), iter(range(1_000_000))  # noqa: S311 - what they do, the same in each run

    def work() -> None:
        code = random.choice(CODES)
        if random.random() < 0.5:
            member.save(code, f"Member {number}, words {next(count)}.", tries=120)
        else:
            with contextlib.suppress(requests.RequestException):
                member.ask(random.choice(PAGES).format(code=code))

    return work


def _publishing(site: Installation, chair: Member) -> Callable[[], None]:
    """Publish the next draft, as the chair's office does on Mondays: a mail for each of the committee's people."""

    def work() -> None:
        with contextlib.suppress(requests.RequestException):
            drafts = chair.ask("/reports/").text
            weeks = [week for week in _weeks(site) if f"/reports/{week}/" in drafts]
            if weeks:
                path = f"/reports/{weeks[0]}/publish/"
                page = chair.ask(path)
                if page.status_code == 200 and 'name="digest"' in page.text:
                    form = {name: hidden(page.text, name) for name in ("csrfmiddlewaretoken", "digest")}
                    chair.ask(path, form)

    return work


def _weeks(site: Installation) -> list[str]:
    """Return the drafted weeks that nobody has published, the oldest first; none while the database is away."""
    with contextlib.suppress(Exception):
        return [
            week for (week,) in site.ask("SELECT week FROM reports_weeklyreport WHERE state = 'draft' ORDER BY week")
        ]
    return []


# --- What is done to the site; each returns once the fault is over ----------------------------------------------------


def _hold(site: Installation, seconds: float) -> None:
    """Let the fault last; what ended by itself is started again, as the containers are."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        site.restart_ended()
        time.sleep(0.2)


def _worker_child_killed(site: Installation, random: Random) -> None:
    os.kill(random.choice(site.processes_of(random.choice(WORKERS))), signal.SIGKILL)


def _worker_killed(site: Installation, random: Random) -> None:
    name = random.choice(WORKERS)
    site.kill(name)
    site.start(name)


def _broker_restarted(site: Installation, random: Random) -> None:
    site.kill("broker")
    site.start("broker")


def _broker_away(site: Installation, random: Random) -> None:
    site.kill("broker")
    _hold(site, 10)
    site.start("broker")


def _third_beat(site: Installation, random: Random) -> None:
    site.start("beat-3")
    _hold(site, 8)
    site.kill("beat-3")


def _jobs_by_hand(site: Installation, random: Random) -> None:
    by_hand = [threading.Thread(target=lambda: done.append(site.manage("run_due_jobs"))) for _ in range(2)]
    done: list[subprocess.CompletedProcess[str]] = []
    for each in by_hand:
        each.start()
    for each in by_hand:
        each.join()
    assert [(each.returncode, each.stderr) for each in done if each.returncode] == []


def _beats_and_their_file_lost(site: Installation, random: Random) -> None:
    for name in BEATS:
        site.kill(name)
        for path in (site.room / name).glob("beat-schedule*"):
            path.unlink()
    _hold(site, 10)
    site.start(*BEATS)


def _connections_cut(site: Installation, random: Random) -> None:
    site.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'esc' AND pid <> pg_backend_pid()")


def _database_crashed(site: Installation, random: Random) -> None:
    child = site.parts.pop("database")
    child.process.send_signal(signal.SIGQUIT)  # "immediate": no farewell, recovery at the next start
    child.process.wait(30)
    site.children.running.remove(child)
    _hold(site, 3)
    site.start("database")


def _web_process_killed(site: Installation, random: Random) -> None:
    os.kill(random.choice(site.processes_of(random.choice(WEB))), signal.SIGKILL)


def _mail_server_away(site: Installation, random: Random) -> None:
    site.sink.drops_after_data = 1
    site.sink.closed = True
    _hold(site, 10)
    site.sink.closed = False


KINDS: Mapping[str, Callable[[Installation, Random], None]] = {
    "F1": _worker_child_killed,
    "F2": _worker_killed,
    "F3": _broker_restarted,
    "F4": _broker_away,
    "F5": _third_beat,
    "F6": _jobs_by_hand,
    "F7": _beats_and_their_file_lost,
    "F8": _connections_cut,
    "F9": _database_crashed,
    "F10": _web_process_killed,
    "F15": _mail_server_away,
}


# --- What is measured -------------------------------------------------------------------------------------------------


@dataclass
class Watch:
    """Memory and connections of the site, looked at again and again."""

    site: Installation
    begun: float = field(default_factory=time.monotonic)
    memory: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)

    def look(self) -> None:
        """Look once; what is just ending or away is not counted."""
        with contextlib.suppress(OSError, KeyError):
            kinds = {"web": WEB, "worker": WORKERS, "beat": BEATS}
            mib = {kind: sum(map(self.site.memory_mib, names)) for kind, names in kinds.items()}
            self.memory.append((time.monotonic() - self.begun, mib))
        with contextlib.suppress(psycopg2.OperationalError):
            [(count,)] = self.site.ask(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = 'esc' AND pid <> pg_backend_pid()"
            )
            self.connections.append(count)

    def grown(self, seconds: float) -> dict[str, float]:
        """Return by how much the memory of each kind grew from the first sixth to the end, as a share."""

        def at(begin: float, end: float, kind: str) -> float:
            return median(mib[kind] for moment, mib in self.memory if begin <= moment < end)

        first, last = (seconds / SIXTH, seconds / SIXTH * 1.5), (seconds * 0.92, float("inf"))
        return {kind: at(*last, kind) / at(*first, kind) - 1 for kind in ("web", "worker", "beat")}


def _jobs_have_run_since(site: Installation, moment: datetime) -> bool:
    ran = site.ask("SELECT name FROM monitoring_jobrun WHERE succeeded_at > %s", moment)
    return {name for (name,) in ran} >= set(JOBS)


def _moments(seconds: int, random: Random) -> list[float]:
    """Return when the faults begin, seconds from the start: one in each tenth of the time before the quiet end."""
    tenth = seconds * 0.85 / FAULTS
    return [(number + random.uniform(0.1, 0.6)) * tenth for number in range(FAULTS)]


def test_half_an_hour_of_work_and_ten_faults(site, members, told, pytestconfig):
    seconds = pytestconfig.getoption("--fault-seconds")
    random = Random(SEED)  # noqa: S311 - which faults and when, the same in each run
    site.start(*WEB, *WORKERS, *BEATS, "proxy")
    site.wait(lambda: answers(site.ports["proxy"]), "the site answers")
    *writers, probe = members(MEMBERS + 1)
    chair = Member(site, "chair@agency.test")
    chair.sign_in()
    crew, watch = Crew(), Watch(site)
    for number, member in enumerate(writers):
        crew.begin(_writing(member, number), every=1)
    crew.begin(_publishing(site, chair), every=seconds / (WEEKS + 4))
    faults = random.sample(sorted(KINDS), FAULTS)
    web, jobs = {}, {}

    for kind, moment in zip(faults, _moments(seconds, random), strict=True):
        while time.monotonic() - watch.begun < moment:
            _hold(site, 1)
            watch.look()
        KINDS[kind](site, random)
        over, ended_at = time.monotonic(), clock.wall()
        assert probe.save(CODES[0], f"After {kind}.")
        web[kind] = time.monotonic() - over
        site.wait(lambda since=ended_at: _jobs_have_run_since(site, since), f"jobs after {kind}")
        jobs[kind] = time.monotonic() - over
    while time.monotonic() - watch.begun < seconds:
        _hold(site, 1)
        watch.look()
    crew.go_home()
    unsent = "SELECT 1 FROM reports_delivery WHERE sent_at IS NULL"
    site.wait(lambda: not site.ask(unsent), "all mail sent", seconds=WAITING_MAIL_SECONDS)

    everybody = [*writers, probe]
    words = sum(len(member.acknowledged) for member in everybody)
    grown = watch.grown(seconds)
    totals = (lost(site, *everybody), doubled(site))
    faults_told = f"{' '.join(faults)} in {seconds / 60:.0f} min; {words} updates by {MEMBERS} members"
    held = (
        f"{HELD}; each due week reported; memory {', '.join(f'{kind} {share:+.0%}' for kind, share in grown.items())}; "
        f"at most {max(watch.connections)} connections; web back in {max(web.values()):.1f} s"
    )
    told(Line("F20", "Long load", faults_told, max(jobs.values()), *totals, held))
    print(f"{web=}\n{jobs=}\n{grown=}\n{watch.connections=}\n{words=}")  # noqa: T201 - for whom it fails
    assert crew.went_wrong == []
    assert (totals, chain_is_whole(site)) == ((0, 0), True)
    assert site.tell(DUE).split() == []
    assert words > seconds / 10
    assert 500 not in {status for member in (*everybody, chair) for status in member.statuses}
    assert max(web.values()) <= WEB_RECOVERS_WITHIN, web
    assert max(jobs.values()) <= ALL_RECOVERS_WITHIN, jobs
    assert {kind: share for kind, share in grown.items() if abs(share) > FLAT} == {}
    assert max(watch.connections) <= CONNECTIONS_MAX
    [(arrived,)] = site.ask("SELECT count(*) FROM reports_delivery")
    assert len({(message["To"], message["Message-ID"]) for message in site.sink.messages}) == arrived
    assert arrived > 0
