"""What do people notice when the database cuts them off or crashes, and what is lost? (F8, F9, R54)"""

import contextlib
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.installation import WEB, Installation
from tests.faults.member import Member, hidden
from tests.faults.table import Line, chain_is_whole, doubled, lost
from tests.faults.writing import writing

pytestmark = pytest.mark.faults
CUTS, WRITERS = 5, 6
THREADS = 32  # of all web processes together
WEB_BACK_SECONDS = 5
CUT = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'esc' AND usename = 'esc_site'"


def _crash(site: Installation) -> None:
    """End every process of the database at once, as a machine that loses power does."""
    pids = site.processes_of("database")
    site.kill("database")
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _stop_at_once(site: Installation) -> None:
    """Tell the database to end without waiting for anybody (`pg_ctl -m immediate`)."""
    child = site.parts.pop("database")
    child.process.send_signal(signal.SIGQUIT)
    child.process.wait(60)
    site.children.running.remove(child)


def _update_form(person: Member, code: str, statement: str) -> dict[str, str]:
    page = person.ask(f"/milestones/{code}/update/").text
    seen = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "version")}
    return {"statement": statement, "status": "in_progress", "outlook": "on_track", "forecast": "2027-12", **seen}


def test_cut_connections_cost_at_most_the_request_that_was_under_way(site, members, told):
    site.start(*WEB, "proxy")
    people = members(WRITERS)

    with writing(people) as writers:
        site.wait(lambda: writers.acknowledged >= WRITERS, "members save")
        slowest, costs = 0.0, []
        for _ in range(CUTS):
            writers.mark()
            before = writers.failures
            site.ask(CUT)
            slowest = max(slowest, site.wait(writers.all_answered, "everybody is answered again"))
            costs += [failed - known for failed, known in zip(writers.failures, before, strict=True)]

    missing, found = lost(site, *people), doubled(site)
    told(Line("F8", "Database connections cut", f"all of the site's, {CUTS} times", slowest, missing, found))
    assert max(costs) <= 1
    assert all(failure.startswith("503") for person in people for failure in person.failures)
    assert (missing, found, chain_is_whole(site)) == (0, 0, True)


def test_connections_that_were_cut_while_nobody_used_them_cost_nothing(site, members, told):
    site.start(*WEB, "proxy")
    (person,) = members(1)

    def open_page(_: int) -> int:
        tab = Member(site, person.email)
        tab.browser.cookies.update(person.browser.cookies)
        return tab.ask("/milestones/5.1/").status_code

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(open_page, range(2 * THREADS)))
        cut = site.ask(CUT)[0][0]
        statuses = list(threads.map(open_page, range(2 * THREADS)))

    assert cut > 0
    assert statuses == [200] * len(statuses)
    told(Line("F8", "Idle database connections cut", f"{cut} idle ones, then {len(statuses)} requests", None, 0, 0))


@pytest.mark.parametrize(
    ("end", "how"),
    [(_stop_at_once, "immediate shutdown"), (_crash, "kill -9 of all its processes")],
    ids=["shutdown", "crash"],
)
def test_a_crash_of_the_database_is_told_plainly_and_over_by_itself(site, members, told, end, how):
    site.start(*WEB, "proxy")
    people = members(WRITERS)
    watcher = people.pop(0)  # of CBP
    form = _update_form(watcher, "2.1", "Written while the database was away.")

    with writing(people) as writers:
        site.wait(lambda: writers.acknowledged >= WRITERS, "members save")
        end(site)
        page = watcher.ask("/milestones/5.1/")
        probe = Member(site, "")  # As the machinery asks, without a session: one would be looked up.
        alive, ready = probe.ask("/livez"), probe.ask("/readyz")
        refused = watcher.ask("/milestones/2.1/update/", form)
        acknowledged = writers.acknowledged
        site.start("database")
        site.wait(lambda: site.ask("SELECT 1"), "the database takes work")
        ready_in = site.wait(lambda: probe.ask("/readyz").status_code == 200, "ready again")
        back_in = ready_in + site.wait(lambda: writers.acknowledged > acknowledged, "a member saves again")
        writers.mark()
        site.wait(writers.all_answered, "everybody is answered again")
    sent_again = [watcher.ask("/milestones/2.1/update/", form).status_code for _ in range(2)]

    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "The tracker is not available for a moment" in page.text
    assert (alive.status_code, ready.status_code, ready.headers["Retry-After"]) == (200, 503, "5")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert "Nothing was saved" in refused.text
    assert sent_again == [302, 302]
    kept = site.ask("SELECT count(*) FROM milestones_statusupdate WHERE statement = %s", form["statement"])
    assert kept == [(1,)]
    missing, found = lost(site, *people), doubled(site)
    told(Line("F9", "Database crashed under writers", how, back_in, missing, found))
    assert (missing, found, chain_is_whole(site)) == (0, 0, True)
    assert ready_in < WEB_BACK_SECONDS
