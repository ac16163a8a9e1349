"""Does a decision say whose it is, and who recorded it?"""

from datetime import date

import pytest

from milestones.authority import CHAIR, Authority, decided_in_words
from milestones.models import StatusUpdate

MEETING = Authority(kind="meeting", meeting=3)
PRINCIPAL = Authority(kind="principal", principal="Dana Reyes", on=date(2020, 9, 11))


@pytest.mark.parametrize(
    ("authority", "by_name", "said"),
    [
        (CHAIR, "Lee Park", "approved by the chair's office (Lee Park)"),
        (CHAIR, "", "approved by the chair's office"),
        (MEETING, "Lee Park", "approved by the ESC, meeting 3; recorded by Lee Park"),
        (MEETING, "", "approved by the ESC, meeting 3; recorded by the chair's office"),
        (PRINCIPAL, "Lee Park", "approved by Dana Reyes, Sep 11, 2020; recorded by Lee Park"),
    ],
)
def test_a_decision_says_whose_it_is_and_who_recorded_it(authority, by_name, said):
    assert decided_in_words(StatusUpdate(**authority.columns()), "approved", by_name) == said


def test_where_nothing_was_decided_nothing_is_said():
    assert decided_in_words(StatusUpdate(), "approved", "Lee Park") == ""
