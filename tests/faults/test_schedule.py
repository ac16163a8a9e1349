"""Is every week reported, each with its own figures' moment, after schedule and workers were away for days? (F7, R52)

The record is told as it stood when they went away; nothing has run since, and their schedule files are lost.
"""

from datetime import datetime

import pytest

from esc_tracker import clock
from milestones.calls.weeks import ReportingWeek
from tests.faults.conftest import WEEKS
from tests.faults.installation import BEATS, WORKERS, Installation
from tests.faults.table import Line, chain_is_whole, doubled, drafted

pytestmark = [pytest.mark.faults, pytest.mark.long]
DAYS = 8  # so many days hold the end of a week, whichever day it is
UNTIL_THEY_WENT = f"""
from datetime import timedelta
from esc_tracker import clock
from reports.weekly import drafting
with clock.at(clock.now() - timedelta(days={DAYS})):
    drafting.write_due(clock.now())
"""


def _reports(site: Installation) -> list[tuple[str, datetime, datetime]]:
    """Return week, beginning and moment of each report, in the order in which the journal was told of them."""
    told = site.ask("SELECT about FROM journal_entry WHERE verb = 'reports.draft' ORDER BY number")
    rows = {week: times for week, *times in site.ask("SELECT week, since, as_of FROM reports_weeklyreport")}
    return [(week, *rows[week]) for (week,) in told]


def _finished(first: str) -> list[str]:
    """Return the weeks from the first on that are over by now."""
    week, finished = ReportingWeek.read(first), []
    while week.cut_off <= clock.wall():
        finished.append(str(week))
        week = week.after()
    return finished


def test_after_eight_days_without_schedule_and_workers_each_week_has_its_own_report(site, told):
    site.tell(UNTIL_THEY_WENT)
    before = _reports(site)
    due = _finished(before[0][0])

    site.start(*BEATS, *WORKERS)
    recovered_in = site.wait(lambda: drafted(site) >= len(due), f"{len(due)} reports")

    reports = _reports(site)
    assert len(before) < len(due) == WEEKS
    assert [week for week, _, _ in reports] == due  # none skipped, none twice, the oldest first
    assert reports[: len(before)] == before
    assert [as_of for _, _, as_of in reports] == [ReportingWeek.read(week).cut_off for week in due]
    assert [since for _, since, _ in reports[1:]] == [as_of for _, _, as_of in reports[:-1]]
    found = doubled(site)
    told(Line("F7", "Schedule and workers down", f"{DAYS} days, schedule files lost", recovered_in, 0, found))
    assert (found, chain_is_whole(site)) == (0, True)


def test_a_schedule_that_went_away_before_any_report_catches_up_with_all_of_them_the_oldest_first(site, told):
    site.start("beat-1", "worker-1")
    recovered_in = site.wait(lambda: drafted(site) == WEEKS, f"{WEEKS} reports")

    reports = _reports(site)
    assert [week for week, _, _ in reports] == _finished(reports[0][0])
    assert [as_of for _, _, as_of in reports] == [ReportingWeek.read(week).cut_off for week, _, _ in reports]
    found = doubled(site)
    told(Line("F7", "Schedule never ran", f"{WEEKS} weeks", recovered_in, 0, found))
    assert (found, chain_is_whole(site)) == (0, True)
