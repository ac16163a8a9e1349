"""Is the headline the sentence the house would say?"""

import pytest

from reports.sentences import Heard, answered, counted, forward, headline, opening, spelled

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


CBP, ICE, USPS, USPTO, PLCY = (Heard(name, 4, 0) for name in ("CBP", "ICE/HSI", "USPS", "USPTO", "PLCY"))


def silent(heard: Heard, on: int, answered: int = 1) -> Heard:
    return heard._replace(silent=on, answered=answered)


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        pytest.param([], "", id="nobody asked"),
        pytest.param([CBP], "CBP answered on all of its milestones", id="one, all"),
        pytest.param([silent(CBP, 4, answered=0)], "CBP is silent on four", id="one, silent"),
        pytest.param(
            [CBP, silent(ICE, 2)], "CBP answered on all of its milestones, ICE/HSI is silent on two", id="one each"
        ),
        pytest.param([CBP, ICE, USPS], "every agency answered on all of its milestones", id="all"),
        pytest.param(
            [silent(each, 3, answered=0) for each in (CBP, ICE)], "no agency answered the last call", id="none"
        ),
        pytest.param(
            [CBP, silent(ICE, 1), USPS, silent(USPTO, 10), PLCY],
            "CBP, USPS and PLCY answered on all of their milestones, USPTO is silent on 10 and ICE/HSI on one",
            id="five, the most silent first",
        ),
        pytest.param(
            [silent(CBP, 2), silent(ICE, 2), silent(USPS, 1), silent(USPTO, 1), PLCY],
            "PLCY answered on all of its milestones, "
            "CBP is silent on two, ICE/HSI on two, USPS on one and USPTO on one",
            id="four named rather than one counted",
        ),
        pytest.param(
            [silent(each, 2) for each in (CBP, ICE, USPS, USPTO, PLCY)],
            "CBP is silent on two, ICE/HSI on two, USPS on two and two other agencies on four in all",
            id="five silent",
        ),
        pytest.param(
            [CBP, USPS, USPTO, PLCY, silent(ICE, 2)],
            "four agencies answered on all of their milestones, ICE/HSI is silent on two",
            id="four answered",
        ),
    ],
)
def test_answers_name_a_few_and_count_the_others(heard, said):
    assert answered(heard) == said


def test_the_headline_adds_the_answers_to_its_sentence_or_as_a_second_one():
    facts = {**PLAN, "overdue": 9, "change": 3, "heard": [CBP, silent(ICE, 2)]}

    assert headline(**facts, unassigned_overdue=0) == (
        "Nine of 30 milestones are overdue, three more than last week; "
        "CBP answered on all of its milestones, ICE/HSI is silent on two."
    )
    assert headline(**facts, unassigned_overdue=2) == (
        "Nine of 30 milestones are overdue, three more than last week; for two of them no agency has been named. "
        "CBP answered on all of its milestones, ICE/HSI is silent on two."
    )
    assert headline(**{**facts, "overdue": 0, "change": 0, "heard": [CBP, ICE]}, unassigned_overdue=0) == (
        "None of 30 milestones is overdue, as last week; every agency answered on all of its milestones."
    )


@pytest.mark.parametrize(
    ("outlooks", "said"),
    [
        pytest.param([], "", id="nothing"),
        pytest.param(
            ["on_track"] * 9 + ["at_risk", "off_track", "at_risk"],
            "Of the 12 due on Oct. 31, nine are on track, three are not.",
            id="the plan's",
        ),
        pytest.param(["on_track", "none"], "Of the two due on Oct. 31, one is on track, on one nobody has given word."),
        pytest.param(["at_risk", "off_track"], "Of the two due on Oct. 31, none are on track, two are not.", id="bad"),
        pytest.param(["none", "none"], "Next, two fall due on Oct. 31; nobody has given word on them.", id="no word"),
        pytest.param(["at_risk"], "Next, 4.1 falls due on Oct. 31; it is at risk.", id="one"),
        pytest.param(
            ["none"], "Next, 4.1 falls due on Oct. 31; it is without word on how it looks.", id="one, no word"
        ),
    ],
)
def test_what_comes_next_is_told_with_how_it_looks(outlooks, said):
    codes = [f"4.{place}" for place in range(1, len(outlooks) + 1)]

    assert forward(on="Oct. 31", codes=codes, outlooks=outlooks) == said


def test_who_may_not_know_how_it_looks_reads_how_many_fall_due():
    assert forward(on="Oct. 31", codes=["4.1"] * 12, outlooks=None) == "Next, 12 milestones fall due on Oct. 31."
    assert forward(on="Oct. 31", codes=["4.1"], outlooks=None) == "Next, 4.1 falls due on Oct. 31."
    assert forward(on="Oct. 31", codes=[], outlooks=None) == ""
