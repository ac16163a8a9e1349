"""Does the end of an agency's part stand among the decisions, on whose authority it was?"""

import pytest

from esc_tracker import clock
from esc_tracker.reader import reader_for
from milestones.authority import Authority, AuthorityKind
from milestones.history import history_of
from milestones.meetings.planning import announce
from milestones.plan.assigning import end_part
from reports.decisions.decided import decided_at_meeting, decided_lately
from tests.milestones.telling import in_september, milestone

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(plan, plcy) -> None:
    """The first meeting, of September 10, ends ICE/HSI's part in 4.3; PLCY records it the day after."""
    with clock.at(in_september(8)):
        announce(by=plcy, title="First", held_at=in_september(10))
    with clock.at(in_september(11)):
        by_the_esc = Authority(kind=AuthorityKind.MEETING, meeting=1)
        end_part(milestone("4.3").responsibilities.get(), by=plcy, reason="Moved to CBP.", authority=by_the_esc)


def test_it_is_decided_lately_and_at_its_meeting(ended, plcy):
    eyes = reader_for(plcy)

    [lately], [at_meeting] = decided_lately(eyes), decided_at_meeting(1, eyes)

    assert lately == at_meeting
    assert (lately.codes, lately.what) == (("4.3",), "Who is responsible")
    assert (lately.outcome, lately.note) == ("ICE/HSI is no longer lead agency", "Moved to CBP.")
    assert (lately.authority, lately.recorded_by) == ("The ESC, meeting 1", plcy.name)


def test_it_was_not_decided_before_it_was_recorded(ended, plcy):
    assert decided_lately(reader_for(plcy, "2020-09-10")) == []


def test_the_history_names_whose_decision_it_was(ended, plcy):
    found = milestone("4.3")

    line = next(each for each in history_of(found, reader_for(plcy)) if each.kind == "responsibility")

    assert line.sentence == (
        f"ICE/HSI is no longer lead agency. Decided by the ESC, meeting 1; recorded by PLCY ({plcy.name})."
    )
    assert line.quotes == (("Why", "Moved to CBP."),)
