"""Does a mail server that refuses, hangs or drops cost a report, a mail or a name of one? (F15)

What waits for its next try waits minutes: the tests let that time be over, and change nothing else.
"""

from collections import Counter, defaultdict

import pytest

from tests.faults.installation import BEATS, WEB, WORKERS, Installation
from tests.faults.member import Member
from tests.faults.table import Line, chain_is_whole, doubled

pytestmark = [pytest.mark.faults, pytest.mark.long]
PUBLISH = """
from esc_tracker import clock
from esc_tracker.accounts.models import User
from reports.weekly import drafting, publishing
from reports.weekly.weeks import weeks_due
publishing.publish(drafting.draft(weeks_due(clock.now())[0]), by=User.objects.get(email="chair@agency.test"), tell=True)
"""
WAITING = "SELECT id FROM reports_delivery WHERE sent_at IS NULL AND report_id IS NOT NULL"
# A claim holds for ten minutes; a failure sets a shorter wait in its place.
UNDER_WAY = "next_try_at >= claimed_at + interval '10 minutes'"
STUCK_AFTER = 3  # tries


@pytest.fixture
def person(site, members) -> Member:
    """Return a member of the running site; the jobs do not run yet."""
    site.start(*WEB, "proxy")
    return members(1)[0]


def _queued(site: Installation) -> int:
    """Publish a report while jobs are not running, and return for how many it waits."""
    site.tell(PUBLISH)
    return len(site.ask(WAITING))


def _tried(site: Installation, tries: int) -> bool:
    """Say whether each report that waits has failed so often, and none is being sent."""
    return not site.ask(f"{WAITING} AND (tries < %s OR error = '' OR {UNDER_WAY})", tries)


def _wait_is_over(site: Installation) -> None:
    site.ask("UPDATE reports_delivery SET next_try_at = now() WHERE sent_at IS NULL")


def _all_sent(site: Installation) -> bool:
    return not site.ask(WAITING)


def _published_week(person: Member) -> None:
    """The report is there for its readers, whatever the mail does."""
    [(week,)] = person.site.ask("SELECT week FROM reports_weeklyreport WHERE state = 'published'")
    answer = person.ask(f"/reports/{week}/")
    assert (answer.status_code, week in answer.text) == (200, True)


def _names(site: Installation) -> dict[str, set[str]]:
    """Return under which identities each address got the report."""
    names = defaultdict(set)
    for message in site.sink.messages:
        if "weekly status report" in str(message["Subject"]):
            names[str(message["To"])].add(str(message["Message-ID"]))
    return names


def _assert_told_once_each(site: Installation, people: int) -> int:
    names = _names(site)
    assert (len(names), {len(identities) for identities in names.values()}) == (people, {1})
    assert len({identity for [identity] in names.values()}) == people
    found = doubled(site)
    assert (found, chain_is_whole(site)) == (0, True)
    return found


def test_a_server_that_refuses_everything_keeps_no_report_back_and_the_operator_sees_what_waits(site, person, told):
    people, site.sink.closed = _queued(site), True
    site.start(*WORKERS, *BEATS)

    for tries in range(1, STUCK_AFTER + 1):
        site.wait(lambda tries=tries: _tried(site, tries), f"{tries} tries of each")
        if tries < STUCK_AFTER:
            _wait_is_over(site)
    said = person.ask("/readyz")
    _published_week(person)
    site.sink.closed = False
    _wait_is_over(site)
    recovered_in = site.wait(
        lambda: _all_sent(site) and not person.ask("/readyz").json()["deliveries_stuck"], "all sent, nothing stuck"
    )

    assert people > 1
    assert (said.status_code, said.json()["status"]) == (200, "degraded")
    assert said.json()["deliveries_stuck"] >= people
    found = _assert_told_once_each(site, people)
    told(Line("F15", "Mail server refuses", f"421 to everything, {STUCK_AFTER} tries", recovered_in, 0, found))


def test_a_server_that_drops_after_data_gets_it_again_under_the_same_identity(site, person, told):
    people, site.sink.drops_after_data = _queued(site), 3
    site.start(*WORKERS, *BEATS)

    site.wait(lambda: site.ask(f"{WAITING} AND error <> ''") and not site.sink.drops_after_data, "three dropped")
    site.wait(lambda: _tried(site, 1), "the others sent")
    _published_week(person)
    _wait_is_over(site)
    recovered_in = site.wait(lambda: _all_sent(site), "all sent")

    arrived = Counter(site.sink.identities())
    assert sorted(arrived.values())[-3:] == [2, 2, 2]
    assert set(arrived.values()) <= {1, 2}
    found = _assert_told_once_each(site, people)
    told(Line("F15", "Mail server drops after DATA", "three messages", recovered_in, 0, found))


def test_a_worker_killed_between_data_and_stamping_repeats_the_same_identity(site, person, told):
    people, site.sink.holds_after_data = _queued(site), True
    site.start(*WORKERS, *BEATS)

    site.wait(lambda: site.sink.messages, "a message is taken and not yet answered")
    for name in WORKERS:
        site.kill(name)
    taken = site.sink.identities()
    site.sink.holds_after_data = False
    _published_week(person)
    site.start(*WORKERS)
    _wait_is_over(site)  # ten minutes, for which a claim holds
    recovered_in = site.wait(lambda: _all_sent(site), "all sent")

    arrived = Counter(site.sink.identities())
    assert {arrived[identity] for identity in taken} == {2}
    assert {arrived[identity] for identity in arrived if identity not in taken} == {1}
    found = _assert_told_once_each(site, people)
    told(Line("F15", "Worker killed after DATA", "kill -9 before the answer", recovered_in, 0, found))


@pytest.mark.long
def test_a_server_that_hangs_costs_no_report_and_no_mail(site, person, told):
    people, site.sink.hangs = _queued(site), True
    site.start(*WORKERS, *BEATS)

    site.wait(lambda: site.ask(f"{WAITING} AND error <> ''"), "one gives up waiting")
    _published_week(person)
    site.sink.hangs = False
    _wait_is_over(site)
    recovered_in = site.wait(lambda: _all_sent(site), "all sent")

    found = _assert_told_once_each(site, people)
    told(Line("F15", "Mail server hangs", "no answer to a greeting", recovered_in, 0, found))
