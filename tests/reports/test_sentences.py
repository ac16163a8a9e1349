"""Is the headline the sentence the house would say?"""

import pytest

from reports.sentences import counted, headline, opening, spelled

PLAN = {"milestones": 30, "change": None, "than": "last week"}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        pytest.param(
            {"overdue": 15, "unassigned_overdue": 7},
            "Fifteen of 30 milestones are overdue; for seven of them no agency has been named.",
            id="as the plan was loaded",
        ),
        pytest.param(
            {"overdue": 15, "unassigned_overdue": 7, "change": 3},
            "Fifteen of 30 milestones are overdue, three more than last week; "
            "for seven of them no agency has been named.",
            id="more",
        ),
        pytest.param(
            {"overdue": 12, "unassigned_overdue": 11, "change": -10, "than": "on Aug 30"},
            "Twelve of 30 milestones are overdue, 10 fewer than on Aug 30; for 11 of them no agency has been named.",
            id="fewer, since a day",
        ),
        pytest.param(
            {"overdue": 15, "unassigned_overdue": 0, "change": 0},
            "Fifteen of 30 milestones are overdue, as many as last week.",
            id="as many, all named",
        ),
        pytest.param(
            {"overdue": 1, "unassigned_overdue": 1},
            "One of 30 milestones is overdue; no agency has been named for it.",
            id="one",
        ),
        pytest.param(
            {"overdue": 4, "unassigned_overdue": 4},
            "Four of 30 milestones are overdue; no agency has been named for any of them.",
            id="all of them nobody's",
        ),
        pytest.param({"overdue": 0, "unassigned_overdue": 0}, "None of 30 milestones is overdue.", id="nothing"),
        pytest.param(
            {"overdue": 0, "unassigned_overdue": 0, "change": -1},
            "None of 30 milestones is overdue, one fewer than last week.",
            id="nothing any more",
        ),
        pytest.param(
            {"overdue": 0, "unassigned_overdue": 0, "change": 0},
            "None of 30 milestones is overdue, as last week.",
            id="nothing still",
        ),
        pytest.param(
            {"overdue": 30, "unassigned_overdue": 14},
            "All 30 milestones are overdue; for 14 of them no agency has been named.",
            id="all",
        ),
        pytest.param(
            {"overdue": 14, "unassigned_overdue": 7, "not_released": 1},
            "Fourteen of 30 milestones are overdue; for seven of them no agency has been named; "
            "the status of one is not released.",
            id="one withheld",
        ),
        pytest.param(
            {"milestones": 0, "overdue": 0, "unassigned_overdue": 0}, "The plan has no milestones yet.", id="empty"
        ),
        pytest.param(
            {"milestones": 1200, "overdue": 100, "unassigned_overdue": 0},
            "100 of 1,200 milestones are overdue.",
            id="many",
        ),
    ],
)
def test_headline_tells_the_numbers_in_one_sentence(facts, said):
    assert headline(**{**PLAN, **facts}) == said


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "zero"), (13, "thirteen"), (20, "twenty"), (42, "forty-two"), (99, "ninety-nine"), (100, "100")],
)
def test_numbers_below_one_hundred_can_be_spelled(number, words):
    assert spelled(number) == words


def test_numbers_open_a_sentence_spelled_and_stand_inside_it_short():
    assert (opening(15), counted(9), counted(10), counted(1000)) == ("Fifteen", "nine", "10", "1,000")
