"""What does it cost people and jobs that parts of the site are restarted in order? (R54, R52)"""

import os
import signal
import time

import pytest
import requests

from tests.faults.conftest import WEEKS
from tests.faults.installation import WEB, Installation
from tests.faults.member import Member
from tests.faults.table import Line, chain_is_whole, doubled, lost
from tests.faults.writing import Writers, writing

pytestmark = [pytest.mark.faults, pytest.mark.long]
WRITERS = 6
PROXY_ASKS_AGAIN_SECONDS = 1  # deploy/upstream.conf: fail_timeout
READY_SECONDS = 20  # On a machine with nothing else to do: less than 5. What it took is told in the table.
ASLEEP = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"


def _reload(site: Installation, name: str) -> None:
    """Have a web service take its processes anew (HUP), and wait until none of the old is left."""
    old = set(site.processes_of(name))
    os.kill(site.parts[name].process.pid, signal.SIGHUP)
    site.wait(lambda: not old & set(site.processes_of(name)), f"{name} has new processes")


def _replace(site: Installation, name: str) -> None:
    """End a web service and start it again, as a deployment of a new image does."""
    site.ask_to_end(name)
    site.start(name)
    ready = f"http://127.0.0.1:{site.ports[name]}/readyz"
    site.wait(lambda: requests.get(ready, headers={"Host": "localhost"}, timeout=10).ok, f"{name} is ready")
    time.sleep(PROXY_ASKS_AGAIN_SECONDS)


def _serve_on(site: Installation, writers: Writers) -> None:
    """Wait until everybody was answered since."""
    writers.mark()
    site.wait(writers.all_answered, "everybody is answered")


@pytest.mark.parametrize(
    ("restart", "how"), [(_reload, "HUP"), (_replace, "TERM, then started")], ids=["reload", "replace"]
)
def test_no_request_fails_while_one_web_service_after_the_other_is_restarted(site, members, told, restart, how):
    site.start(*WEB, "proxy")
    people = members(WRITERS)

    with writing(people) as writers:
        _serve_on(site, writers)
        for name in WEB:
            restart(site, name)
            _serve_on(site, writers)

    statuses = {status for person in people for status in person.statuses}
    missing, found = lost(site, *people), doubled(site)
    told(Line("F10", "Web services restarted in order", f"{how}, one after the other", None, missing, found))
    assert [failure for person in people for failure in person.failures] == []
    assert statuses <= {200, 302, 409}
    assert (missing, found, chain_is_whole(site)) == (0, 0, True)


def test_a_web_service_is_soon_ready_when_the_database_is_up_to_date(site, told):
    begun = time.monotonic()
    site.start("web-1")
    site.start("proxy")

    site.wait(lambda: Member(site, "").ask("/readyz").status_code == 200, "ready")
    ready_in = time.monotonic() - begun

    told(Line("F10", "Web service started", "until /readyz says so", ready_in, 0, 0))
    assert ready_in < READY_SECONDS


def test_a_worker_that_is_asked_to_end_finishes_the_report_it_is_writing(site, told):
    site.ask(
        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END'"
    )
    site.ask("CREATE TRIGGER slowly BEFORE INSERT ON reports_weeklyreport FOR EACH ROW EXECUTE FUNCTION slowly()")
    site.start("worker-1", "beat-1")
    site.wait(lambda: site.ask(ASLEEP), "a report being written")

    ended_in = site.ask_to_end("worker-1", seconds=120)

    drafted = len(site.ask("SELECT week FROM reports_weeklyreport"))
    assert drafted == WEEKS  # One task drafts them all.
    assert (doubled(site), chain_is_whole(site)) == (0, True)
    told(Line("F2", "Worker asked to end mid-report", f"TERM; it ended after {ended_in:.1f} s", None, 0, 0))
