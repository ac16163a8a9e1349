"""Are exactly the moves of the product allowed, and no other?"""

from datetime import date
from itertools import product

import pytest

from actions.target_dates import Kind
from milestones.workflow import (
    OPEN,
    UPDATABLE,
    Move,
    Status,
    agency_may_choose,
    agency_move,
    chair_leads_to,
    chair_may,
    initial_status,
    is_overdue,
    values,
)

N, P, R, C, W = (
    Status.NOT_STARTED,
    Status.IN_PROGRESS,
    Status.REPORTED_COMPLETE,
    Status.COMPLETED,
    Status.WITHDRAWN,
)
DECISIONS = (Move.CONFIRM, Move.RETURN, Move.REOPEN, Move.WITHDRAW)


def test_open_means_not_started_or_in_progress():
    assert {N, P} == OPEN
    assert {N, P, R} == UPDATABLE


@pytest.mark.parametrize(
    ("status", "ours", "choices"),
    [
        (N, False, (N, P, R)),
        (P, False, (P, R)),
        (R, True, (R, P)),
        (R, False, (R,)),
        (C, True, ()),
        (W, True, ()),
    ],
)
def test_agency_may_choose(status, ours, choices):
    assert agency_may_choose(status, reported_by_us=ours) == choices


def test_nobody_else_takes_a_report_back():
    assert agency_may_choose(R) == (R,)


def test_no_agency_confirms_or_withdraws():
    chosen = {
        after
        for before, ours in product(Status, (True, False))
        for after in agency_may_choose(before, reported_by_us=ours)
    }

    assert chosen == {N, P, R}


@pytest.mark.parametrize(
    ("before", "after", "move"),
    [
        (N, N, Move.UPDATE),
        (N, P, Move.UPDATE),
        (P, P, Move.UPDATE),
        (N, R, Move.REPORT),
        (P, R, Move.REPORT),
        (R, R, Move.UPDATE),
        (R, P, Move.TAKE_BACK),
    ],
)
def test_agency_move_has_a_name(before, after, move):
    assert agency_move(before, after) == move


def test_chair_moves_are_these_and_no_other():
    allowed = {(move, before) for move, before in product(DECISIONS, Status) if chair_may(move, before)}

    assert allowed == {
        (Move.CONFIRM, R),
        (Move.RETURN, R),
        (Move.REOPEN, C),
        (Move.WITHDRAW, N),
        (Move.WITHDRAW, P),
        (Move.WITHDRAW, R),
    }
    assert [chair_leads_to(move) for move in DECISIONS] == [C, P, P, W]


def test_withdrawn_is_final():
    assert agency_may_choose(W, reported_by_us=True) == ()
    assert not any(chair_may(move, W) for move in DECISIONS)


@pytest.mark.parametrize(
    ("kind", "status"), [(Kind.MONTH, N), (Kind.DAY, N), (Kind.ONGOING, P), (Kind.COMPLETED, C), (Kind.UNDATED, N)]
)
def test_the_date_column_tells_where_a_milestone_starts(kind, status):
    assert initial_status(kind) == initial_status(kind.value) == status


DUE = date(2020, 10, 31)


@pytest.mark.parametrize(
    ("status", "target_on", "today", "overdue"),
    [
        (N, DUE, date(2020, 10, 30), False),
        (N, DUE, date(2020, 10, 31), False),
        (N, DUE, date(2020, 11, 1), True),
        (P, DUE, date(2020, 11, 1), True),
        (P, DUE, date(2021, 1, 1), True),
        (R, DUE, date(2020, 11, 1), False),
        (C, DUE, date(2020, 11, 1), False),
        (W, DUE, date(2020, 11, 1), False),
        (N, None, date(2020, 11, 1), False),
        (P, date(2020, 2, 29), date(2020, 2, 29), False),
        (P, date(2020, 2, 29), date(2020, 3, 1), True),
        (P, date(2020, 12, 31), date(2021, 1, 1), True),
    ],
)
def test_is_overdue(status, target_on, today, overdue):
    assert is_overdue(status, target_on, today) is overdue
    assert is_overdue(status.value, target_on, today) is overdue


def test_stored_statuses_keep_the_order_of_the_workflow():
    assert values({R, N, P}) == ["not_started", "in_progress", "reported_complete"]
