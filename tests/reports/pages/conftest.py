"""What do the tests of this floor's pages stand on?"""

import pytest

from actions.target_dates import TargetDate
from esc_tracker import clock
from milestones.calls.calling import open_calls
from milestones.deciding import confirm
from milestones.targets.revisions import decide_revision, request_revision
from milestones.workflow import Outlook, Status
from reports.models import WeeklyReport
from reports.weekly import drafting, publishing, releasing
from tests.milestones.telling import in_september, milestone, say
from tests.reports.record import begin_record, new_york


@pytest.fixture
def record(db) -> None:
    """The plan, loaded on Aug 25: a record that begins in W35."""
    begin_record()


@pytest.fixture
def history(record, cbp, ice, usps, plcy) -> None:
    """Three weeks: 2.2 completed, 4.5 moved to Dec. 2020, 4.3 reported, 3.1 at risk, 5.2 at risk for USPS alone."""
    with clock.at(in_september(2, 9)):
        open_calls(clock.now())
    with clock.at(in_september(3)):
        say("2.2", cbp, status=Status.REPORTED_COMPLETE)
    with clock.at(in_september(4, 10)):
        confirm(milestone("2.2"), by=plcy, seen_version=1)
    with clock.at(in_september(9, 9)):
        open_calls(clock.now())
    with clock.at(in_september(10)):
        say("3.1", cbp, outlook=Outlook.AT_RISK, status=Status.IN_PROGRESS)
        say("4.3", ice, status=Status.REPORTED_COMPLETE)
        say("5.2", usps, outlook=Outlook.AT_RISK)
        later = TargetDate.month(2020, 12)
        row = milestone("4.5")
        asked = request_revision(
            row, by=ice, seen_version=row.version, target=later, category="dependency", text="It waits for 4.3."
        )
        decide_revision(asked, by=plcy, accept=True)


@pytest.fixture
def week_37(history, plcy) -> WeeklyReport:
    """W35 published and released, W36 published, W37 a draft."""
    drafts = {}
    for week, day in (("2020-W35", (8, 31)), ("2020-W36", (9, 7)), ("2020-W37", (9, 14))):
        with clock.at(new_york(*day, 0)):
            drafting.write_due(clock.now())
        drafts[week] = WeeklyReport.objects.get(week=week)
        if week != "2020-W37":
            with clock.at(new_york(*day, 9)):
                publishing.publish(drafts[week], by=plcy, tell=False)
    with clock.at(in_september(8)):
        releasing.release(drafts["2020-W35"], by=plcy, cleared_by="Dana Reyes, PLCY counsel", tell=False)
    return drafts["2020-W37"]
