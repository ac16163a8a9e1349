"""Are the numbers in the frame those of the rows that they lead to?"""

import pytest

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.review.reviewing import review_seats
from esc_tracker.reader import reader_for
from milestones.deciding import confirm
from milestones.questions import ask
from milestones.targets.revisions import request_revision
from milestones.workflow import Status
from reports.waiting import Waiting, take_waiting, waiting_of
from tests.milestones.telling import in_september, milestone, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(plan, cbp, ice, plcy) -> None:
    """CBP answers for nine milestones: 3.1 and 5.1 are heard this week, 3.2 was last week, 7.1 is reported."""
    with clock.at(in_september(8)):
        say("3.2", cbp)
    with clock.at(in_september(13)):
        said = say("3.1", cbp)
        ask(said, by=plcy, text="When?")
        later = TargetDate.month(2020, 12)
        request_revision(milestone("4.3"), by=ice, seen_version=0, target=later, category="legal", text="Court.")
    with clock.at(in_september(14, 9)):
        say("3.1", cbp, outlook="at_risk")
        say("5.1", cbp)
        say("7.1", cbp, status=Status.REPORTED_COMPLETE)
        ask(say("4.4", ice), by=plcy, text="Who?")


def test_a_member_has_what_their_agency_owes(record, cbp):
    waits = take_waiting(reader_for(cbp))

    assert (waits.ours, waits.not_heard, waits.to_decide) == (8, 6, 0)
    assert (waits.asked_of_us, waits.asked_by_us) == (0, 0)  # the words of the 14th answered what was asked


def test_the_chairs_office_has_what_it_decides_and_asked(record, plcy):
    waits = take_waiting(reader_for(plcy))

    assert (waits.date_changes, waits.completions, waits.to_decide) == (1, 1, 2)
    assert waits.asked_by_us == 1
    assert waits.ours == 1
    assert waits.overdue == 14


def test_a_day_gone_by_has_what_waited_then(record, plcy, cbp):
    then = take_waiting(reader_for(plcy, "2020-09-13"))

    assert (then.date_changes, then.completions, then.asked_by_us, then.overdue) == (1, 0, 1, 15)
    assert take_waiting(reader_for(cbp, "2020-09-13")).asked_of_us == 1
    assert take_waiting(reader_for(plcy, "2020-09-12")).asked_by_us == 0


def test_a_decision_made_waits_no_more(record, plcy):
    confirm(milestone("7.1"), by=plcy, seen_version=1)

    assert take_waiting(reader_for(plcy)).to_decide == 1


def test_two_questions_on_one_milestone_are_one_milestone(record, plcy):
    ask(milestone("4.4").updates.get(), by=plcy, text="Since when?")

    assert take_waiting(reader_for(plcy)).asked_by_us == 1


def test_what_is_counted_already_is_not_counted_again(record, cbp):
    assert take_waiting(reader_for(cbp), overdue=3).overdue == 3


def test_those_who_cannot_act_have_what_is_overdue(record, reader, coac, rf):
    for person, overdue in ((reader, 14), (coac, 15)):
        request = rf.get("/")
        request.reader = reader_for(person)

        assert waiting_of(request) == Waiting(overdue=overdue)


def test_it_takes_one_query(record, cbp, django_assert_num_queries):
    eyes = reader_for(cbp)

    with django_assert_num_queries(1):
        take_waiting(eyes)


def test_the_chairs_office_alone_learns_how_many_seats_the_years_review_has_not_come_to(
    record, plcy, cbp, django_assert_num_queries
):
    before = take_waiting(reader_for(plcy)).seats
    review_seats({cbp.pk: True}, seen={}, by=plcy)

    with django_assert_num_queries(1):
        waits = take_waiting(reader_for(plcy))

    assert (before, waits.seats) == (3, 2)  # CBP's, ICE/HSI's and their own, which a colleague reviews
    assert take_waiting(reader_for(cbp)).seats == 0
    assert take_waiting(reader_for(plcy, "2020-09-13")).seats == 0
