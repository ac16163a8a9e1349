"""What do the tests of packs stand on?"""

import pytest

from actions.target_dates import TargetDate
from esc_tracker import clock
from milestones.authority import Authority, AuthorityKind
from milestones.calls.calling import open_calls
from milestones.deciding import confirm
from milestones.meetings.due_outs import answer_due_out
from milestones.models import Meeting
from milestones.targets.revisions import decide_revision, request_revision
from milestones.workflow import Outlook, Status
from tests.milestones.meetings.telling import meet, owed
from tests.milestones.telling import in_september, milestone, say
from tests.reports.record import begin_record, new_york

BY_MEETING_1 = Authority(kind=AuthorityKind.MEETING, meeting=1)


def ask(code, by, month):
    """Ask for a later target, the last day of a month of 2020."""
    row = milestone(code)
    return request_revision(
        row,
        by=by,
        seen_version=row.version,
        target=TargetDate.month(2020, month),
        category="dependency",
        text="It waits for counsel.",
    )


@pytest.fixture
def record(db) -> None:
    """The plan, loaded on Aug 25."""
    begin_record()


@pytest.fixture
def meetings(record, cbp, ice, usps, plcy) -> list[Meeting]:
    """Three meetings: of Sep 1 and Sep 10 at 10:00, held, and of Sep 17, planned.

    Before the first 3.1 was at risk. After it 2.2 was reported and confirmed, 4.5 moved to December on its decision,
    CBP answered one of two due-outs; after the second 4.3 was reported, 3.1 went off track, 4.4 asked for November.
    """
    with clock.at(new_york(8, 26)):
        first, second, third = (meet(day, plcy, announced=new_york(8, 26)) for day in (1, 10, 17))
        say("3.1", cbp, outlook=Outlook.AT_RISK)
    with clock.at(in_september(2, 9)):
        open_calls(clock.now())
        owed(first, plcy, text="A list of ports.")
        owed(first, plcy, "USPS", text="A schedule of talks.", milestone=milestone("5.1"))
    with clock.at(in_september(3)):
        say("2.2", cbp, status=Status.REPORTED_COMPLETE)
        later = ask("4.5", ice, 12)
    with clock.at(in_september(4)):
        confirm(milestone("2.2"), by=plcy, seen_version=1)
        decide_revision(later, by=plcy, accept=True, authority=BY_MEETING_1)
        answer_due_out(first.due_outs.get(agency="CBP"), by=cbp, text="Twelve ports.")
    with clock.at(in_september(11)):
        say("4.3", ice, status=Status.REPORTED_COMPLETE)
        say("3.1", cbp, outlook=Outlook.OFF_TRACK)
        ask("4.4", ice, 11)
    return [first, second, third]
