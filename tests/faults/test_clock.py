"""Is each day New York's, and each job done once, whatever the machine's clock and zone say? (F13, R55, property e)"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from esc_tracker import clock
from milestones.models import OverdueFlag
from milestones.overdue import flag_overdue
from milestones.workflow import Status, is_overdue
from tests.faults.conftest import WEEKS
from tests.faults.installation import BEATS, WORKERS, Installation
from tests.faults.table import Line, chain_is_whole, doubled

FAKETIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
EST, EDT = "-05:00", "-04:00"
MOMENTS = st.floats(946_684_800, 4_133_980_799).map(lambda second: datetime.fromtimestamp(second, UTC))
ZONES = ("UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati")


def moment(text: str) -> datetime:
    """Return a moment, UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


@contextlib.contextmanager
def machine_in(zone: str) -> Iterator[None]:
    """Let the machine believe that it stands in another zone."""
    before = os.environ.get("TZ")
    try:
        os.environ["TZ"] = zone
        time.tzset()
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


# --- The rule ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("target", "now", "overdue"),
    [
        # "Oct. 2020" is due through October 31, in New York: in UTC it is November already at 20:30.
        (date(2020, 10, 31), f"2020-10-31T20:30{EDT}", False),
        (date(2020, 10, 31), f"2020-10-31T23:59:59.999999{EDT}", False),
        (date(2020, 10, 31), f"2020-11-01T00:00{EDT}", True),
        # The night in which 02:00 is 03:00.
        (date(2026, 3, 7), f"2026-03-07T23:59{EST}", False),
        (date(2026, 3, 7), f"2026-03-08T00:00{EST}", True),
        (date(2026, 3, 8), f"2026-03-08T01:59{EST}", False),
        (date(2026, 3, 8), f"2026-03-08T03:00{EDT}", False),
        (date(2026, 3, 8), f"2026-03-08T23:59{EDT}", False),
        (date(2026, 3, 8), f"2026-03-09T00:00{EDT}", True),
        # The night in which 01:30 is twice.
        (date(2026, 10, 31), f"2026-10-31T23:59{EDT}", False),
        (date(2026, 10, 31), f"2026-11-01T00:00{EDT}", True),
        (date(2026, 11, 1), f"2026-11-01T01:30{EDT}", False),
        (date(2026, 11, 1), f"2026-11-01T01:30{EST}", False),
        (date(2026, 11, 1), f"2026-11-01T23:59{EST}", False),
        (date(2026, 11, 1), f"2026-11-02T00:00{EST}", True),
        # Leap day, and the end of a year.
        (date(2028, 2, 29), f"2028-02-29T23:59{EST}", False),
        (date(2028, 2, 29), f"2028-03-01T00:00{EST}", True),
        (date(2020, 12, 31), f"2020-12-31T23:59{EST}", False),
        (date(2020, 12, 31), f"2021-01-01T00:00{EST}", True),
    ],
)
def test_a_target_is_overdue_from_the_midnight_after_it_in_new_york(settings, zone, target, now, overdue):
    settings.ESC_TODAY = None

    with machine_in(zone), time_machine.travel(moment(now), tick=False):
        found = is_overdue(Status.IN_PROGRESS, target, clock.today())

    assert found is overdue


@given(
    target=st.dates(date(2000, 1, 1), date(2100, 12, 31)),
    moments=st.tuples(*[MOMENTS] * 2),
    status=st.sampled_from(Status),
)
def test_what_is_overdue_stays_so_as_time_goes_on_and_is_so_everywhere(target, moments, status):
    def told(now: datetime, zone: str) -> bool:
        with machine_in(zone), time_machine.travel(now, tick=False):
            return is_overdue(status, target, clock.day_of(clock.wall()))

    earlier, later = ([told(now, zone) for zone in ZONES] for now in sorted(moments))

    assert len(set(earlier)) == len(set(later)) == 1
    assert later[0] or not earlier[0]


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ZONES)
def test_flags_open_at_midnight_in_new_york_and_stay_when_the_clock_goes_back(plan, settings, zone):
    settings.ESC_TODAY = None
    opened = []

    with machine_in(zone):
        for now in (
            "2020-10-31T20:30-04:00",
            "2020-11-01T00:00-04:00",
            "2020-10-31T22:00-04:00",
            "2020-11-01T00:30-04:00",
        ):
            with time_machine.travel(moment(now), tick=False):
                opened.append(len(flag_overdue(clock.today()).opened))

    assert opened[:2] == [15, 12]
    assert OverdueFlag.objects.filter(closed_at=None).count() == 27
    assert OverdueFlag.objects.filter(closed_at=None).values("milestone").distinct().count() == 27
    moments = list(OverdueFlag.objects.order_by("pk").values_list("opened_at", flat=True))
    assert moments == sorted(moments)


# --- The site under another clock -------------------------------------------------------------------------------------

JOBS = ("flag_overdue", "write_weekly_reports", "send_due")
WHICH = """
from esc_tracker import clock
from milestones.calls.weeks import ReportingWeek
from reports.models import WeeklyReport
from reports.weekly import weeks
reports = {report.week: report for report in WeeklyReport.objects.all()}
assert list(reports) and all(each.as_of == ReportingWeek.read(each.week).cut_off for each in reports.values())
print(len(reports), *(week for week in weeks.finished_weeks(clock.now()) if str(week) not in reports), sep="\\n")
"""


@pytest.fixture
def set_clock(site, tmp_path) -> Iterator[Callable[[str], None]]:
    """Return a function that moves the clock of every process of the site: "-2h", "+8d"; what waits goes on waiting."""
    assert FAKETIME, "This test needs libfaketime: apt-get install faketime"
    file = tmp_path / "clock"
    file.write_text("+0")
    # faketime misreads until when Python's own sleep lasts.
    sleep = "import select, time\ntime.sleep = lambda seconds: select.select([], [], [], seconds) and None\n"
    (tmp_path / "sitecustomize.py").write_text(sleep)
    faked = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "PYTHONPATH": str(tmp_path),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # Setting a clock moves the wall's time alone.
    }

    def set_to(offset: str) -> None:
        ready = tmp_path / "clock.new"
        ready.write_text(offset)
        ready.replace(file)

    site.told.update(faked)
    yield set_to
    for name in (*WORKERS, *BEATS):
        site.kill(name)
    for variable in faked:
        del site.told[variable]


def _drafted(site: Installation) -> int:
    return len(site.ask("SELECT week FROM reports_weeklyreport"))


def _runs(site: Installation) -> dict[str, int]:
    return dict(site.ask("SELECT name, runs FROM monitoring_jobrun WHERE name IN %s", JOBS))


def _jobs_go_on(site: Installation, what: str) -> float:
    """Wait until each job has begun and ended anew; return after how many seconds."""
    before = _runs(site)
    return site.wait(lambda: all(_runs(site).get(name, 0) > before.get(name, 0) + 1 for name in JOBS), what)


@pytest.mark.faults
@pytest.mark.long
def test_a_clock_set_back_and_forward_leaves_no_gap_and_makes_nothing_twice(site, set_clock, told):
    site.start(*WORKERS, *BEATS)
    site.wait(lambda: _drafted(site) == WEEKS, f"{WEEKS} reports")

    set_clock("-2h")
    after_back = _jobs_go_on(site, "jobs after the clock was set back two hours")
    set_clock("+8d")
    after_forward = site.wait(lambda: _drafted(site) > WEEKS, "the report of the week skipped")
    _jobs_go_on(site, "jobs eight days later")
    count, *missing = site.tell(WHICH).split()
    set_clock("+0")
    after_home = _jobs_go_on(site, "jobs after the clock was set right")

    recovered_in = max(after_back, after_forward, after_home)
    found = doubled(site)
    told(Line("F13", "Clock set wrong and right", "2 h back, 8 days forward, 8 days back", recovered_in, 0, found))
    assert missing == []
    assert int(count) in (WEEKS + 1, WEEKS + 2)
    assert (found, chain_is_whole(site)) == (0, True)
    assert recovered_in <= 60
    [(out_of_order,)] = site.ask(
        "SELECT count(*) FROM journal_entry one JOIN journal_entry next ON next.number = one.number + 1 "
        "WHERE next.recorded_at < one.recorded_at"
    )
    assert out_of_order == 0
