"""Does a target move only as agreed, with every move on the ledger?"""

from datetime import date

import pytest

from actions.target_dates import Kind, TargetDate
from esc_tracker import clock
from esc_tracker.journal.models import Entry
from esc_tracker.reader import esc_reader
from milestones.deciding import confirm, withdraw
from milestones.models import Milestone, TargetRevision
from milestones.refusals import Incomplete, NotAllowed, StaleUpdate
from milestones.targets.revisions import decide_revision, request_revision
from milestones.workflow import Status
from tests.milestones.telling import in_september, milestone, say

DECEMBER = TargetDate.month(2020, 12)
SEPTEMBER = TargetDate.month(2020, 9)


def ask(code, by, target=DECEMBER, *, category="legal", text="A court has to decide first.", **seen):
    row = milestone(code)
    return request_revision(
        row,
        by=by,
        target=target,
        category=category,
        text=text,
        **{"seen_version": row.version, **seen},
    )


def _record() -> tuple[int, int]:
    return TargetRevision.objects.count(), Entry.objects.count()


def _target(code: str) -> tuple[str | None, date | None, int, int]:
    row = milestone(code)
    return row.current_target_kind, row.current_target_on, row.current_moves, row.version


def test_a_later_target_waits_and_moves_nothing(plan, ice):
    asked = ask("4.3", ice)

    assert (asked.state, asked.version, asked.decided_at) == ("pending", None, None)
    assert _target("4.3") == ("month", date(2020, 10, 31), 0, 0)


def test_an_earlier_target_is_accepted_at_once(plan, ice):
    asked = ask("4.3", ice, SEPTEMBER)

    assert (asked.state, asked.version, asked.decided_by) == ("accepted", 1, None)
    assert _target("4.3") == ("month", date(2020, 9, 30), 1, 1)


@pytest.mark.parametrize("today", [TargetDate.day(date(2020, 9, 14))])
def test_a_target_of_today_is_not_in_the_past(plan, ice, today):
    assert ask("4.3", ice, today).state == "accepted"


@pytest.mark.parametrize(
    "target", [TargetDate.read("Ongoing"), TargetDate.read("see timeline on page 3")], ids=["ongoing", "no date"]
)
def test_removing_a_date_waits(plan, ice, plcy, target):
    asked = ask("4.3", ice, target)
    assert asked.state == "pending"

    decide_revision(asked, by=plcy, accept=True)

    assert _target("4.3") == (target.kind.value, None, 1, 1)


def test_a_first_date_for_the_ongoing_milestone_is_accepted_at_once(plan, cbp):
    assert ask("2.1", cbp).state == "accepted"
    assert _target("2.1") == ("month", date(2020, 12, 31), 1, 1)


def test_accepting_moves_the_target_and_counts_the_move(plan, ice, plcy):
    decided = decide_revision(ask("4.3", ice), by=plcy, accept=True)

    assert (decided.state, decided.version, decided.decided_by, decided.authority) == ("accepted", 1, plcy, "chair")
    assert _target("4.3") == ("month", date(2020, 12, 31), 1, 1)


def test_refusing_moves_nothing(plan, ice, plcy):
    decided = decide_revision(ask("4.3", ice), by=plcy, accept=False)

    assert (decided.state, decided.version) == ("refused", None)
    assert _target("4.3") == ("month", date(2020, 10, 31), 0, 0)


def test_the_plan_keeps_its_own_date_for_ever(plan, ice, plcy):
    decide_revision(ask("4.3", ice), by=plcy, accept=True)

    row = milestone("4.3")
    assert (row.plan_printed, row.plan_kind, row.plan_on) == ("Oct. 2020", "month", date(2020, 10, 31))


def test_a_new_request_supersedes_the_one_that_waits(plan, cbp, usps):
    first = ask("5.1", cbp)

    ask("5.1", usps, TargetDate.month(2021, 1))

    first.refresh_from_db()
    assert (first.state, first.version) == ("superseded", None)
    assert TargetRevision.objects.filter(state="pending").count() == 1


def test_every_move_stays_on_the_ledger_and_each_day_knows_its_target(plan, ice, plcy):
    with clock.at(in_september(2)):
        asked = ask("4.3", ice)
    with clock.at(in_september(4)):
        decide_revision(asked, by=plcy, accept=True)
    with clock.at(in_september(9)):
        ask("4.3", ice, TargetDate.day(date(2020, 11, 15)))

    seen = [
        Milestone.objects.visible_to(esc_reader(in_september(day))).get(pk=asked.milestone_id) for day in (3, 5, 10)
    ]

    assert [(row.target, row.moves) for row in seen] == [
        (TargetDate.month(2020, 10), 0),
        (DECEMBER, 1),
        (TargetDate.day(date(2020, 11, 15)), 2),
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"target": TargetDate.day(date(2020, 9, 13))}, "target", id="yesterday"),
        pytest.param({"target": TargetDate.month(2020, 8)}, "target", id="a month that is over"),
        pytest.param({"target": TargetDate.month(2020, 10)}, "target", id="the target already"),
        pytest.param({"target": TargetDate(Kind.COMPLETED)}, "target", id="completed is no target"),
        pytest.param({"target": TargetDate.month(2101, 1)}, "target", id="after 2100"),
        pytest.param({"category": "weather"}, "category", id="unknown category"),
        pytest.param({"text": "  "}, "text", id="no reason"),
        pytest.param({"text": "x" * 501}, "text", id="long reason"),
        pytest.param({"text": "NUL \x00"}, "text", id="unprintable reason"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_said_and_nothing_is_written(plan, ice, changes, field):
    before = _record()

    with pytest.raises(Incomplete) as refused:
        ask("4.3", ice, **changes)

    assert set(refused.value.problems) == {field}
    assert _record() == before


@pytest.mark.parametrize("seen", [-1, 1, 99])
def test_a_stale_request_writes_nothing(plan, ice, seen):
    before = _record()

    with pytest.raises(StaleUpdate):
        ask("4.3", ice, seen_version=seen)

    assert _record() == before


@pytest.mark.parametrize("target", [SEPTEMBER, DECEMBER], ids=["accepted at once", "waits"])
def test_the_same_request_sent_twice_is_one_request(plan, ice, target):
    asked = ask("4.3", ice, target)
    before = _record()

    again = ask("4.3", ice, target, seen_version=0)

    assert (again.pk, again.state) == (asked.pk, asked.state)
    assert _record() == before


def test_a_request_sent_again_after_its_approval_is_one_request(plan, ice, plcy):
    decide_revision(ask("4.3", ice), by=plcy, accept=True)
    before = _record()

    assert ask("4.3", ice, seen_version=0).state == "accepted"
    assert (_record(), _target("4.3")[2]) == (before, 1)


def test_what_was_refused_can_be_asked_again(plan, ice, plcy):
    refused = decide_revision(ask("4.3", ice), by=plcy, accept=False)

    again = ask("4.3", ice)

    assert (again.state, again.pk != refused.pk) == ("pending", True)


def test_a_request_that_its_writer_has_not_seen_is_not_replaced(plan, cbp, usps):
    theirs = ask("5.1", usps)
    before = _record()

    with pytest.raises(StaleUpdate):
        ask("5.1", cbp, TargetDate.month(2021, 1), seen_waiting=0)

    theirs.refresh_from_db()
    assert (_record(), theirs.state) == (before, "pending")
    assert ask("5.1", cbp, TargetDate.month(2021, 1), seen_waiting=theirs.pk).state == "pending"


@pytest.mark.parametrize("who", ["cbp", "plcy", "reader", "coac"])
def test_others_may_not_ask(plan, request, who):
    before = _record()

    with pytest.raises(NotAllowed):
        ask("4.3", request.getfixturevalue(who))

    assert _record() == before


def test_only_an_open_milestone_gets_a_new_target(plan, ice, plcy):
    say("4.3", ice, status=Status.REPORTED_COMPLETE)

    with pytest.raises(NotAllowed, match="Only an open milestone"):
        ask("4.3", ice)


@pytest.mark.parametrize("who", ["ice", "reader", "coac"])
def test_only_the_chairs_office_decides(plan, request, ice, who):
    asked = ask("4.3", ice)
    before = _record()

    with pytest.raises(NotAllowed, match="Only PLCY"):
        decide_revision(asked, by=request.getfixturevalue(who), accept=True)

    assert (_record(), _target("4.3")[2]) == (before, 0)


def test_nobody_decides_their_own_request(plan, plcy, plcy2):
    asked = ask("4.2", plcy)

    with pytest.raises(NotAllowed, match="You asked for this yourself"):
        decide_revision(asked, by=plcy, accept=True)

    assert decide_revision(asked, by=plcy2, accept=True).state == "accepted"


@pytest.mark.parametrize(("who", "again"), [("plcy", False), ("plcy2", True), ("plcy2", False)])
def test_a_request_is_decided_once(plan, request, ice, plcy, who, again):
    asked = ask("4.3", ice)
    decide_revision(asked, by=plcy, accept=True)
    before = _record()

    with pytest.raises(NotAllowed, match="This request was decided meanwhile: accepted"):
        decide_revision(asked, by=request.getfixturevalue(who), accept=again)

    assert (_record(), _target("4.3")[2]) == (before, 1)


@pytest.mark.parametrize(("accept", "version"), [(True, 1), (False, 0)])
def test_the_same_decision_sent_twice_is_one_decision(plan, ice, plcy, accept, version):
    asked = ask("4.3", ice)
    decided = decide_revision(asked, by=plcy, accept=accept)
    before = _record()

    again = decide_revision(asked, by=plcy, accept=accept)

    assert (again.pk, again.state, again.decided_at) == (decided.pk, decided.state, decided.decided_at)
    assert (_record(), milestone("4.3").version) == (before, version)


def test_a_request_that_was_replaced_cannot_be_approved(plan, ice, plcy):
    seen = ask("4.3", ice)
    ask("4.3", ice, TargetDate.month(2021, 3))
    before = _record()

    with pytest.raises(NotAllowed, match="The request you saw waits no more: a newer one took its place"):
        decide_revision(seen, by=plcy, accept=True)

    assert (_record(), _target("4.3")[1]) == (before, date(2020, 10, 31))


def test_a_completed_milestone_keeps_its_target(plan, ice, plcy):
    asked = ask("4.3", ice)
    say("4.3", ice, status=Status.REPORTED_COMPLETE)
    confirm(milestone("4.3"), by=plcy, seen_version=1)
    before = _record()

    with pytest.raises(NotAllowed, match="its target stays"):
        decide_revision(asked, by=plcy, accept=True)

    assert (_record(), _target("4.3")[2]) == (before, 0)
    assert decide_revision(asked, by=plcy, accept=False).state == "refused"


def test_a_withdrawn_milestone_keeps_its_target_and_lets_no_request_wait(plan, ice, plcy):
    asked = ask("4.3", ice)
    withdraw(milestone("4.3"), by=plcy, seen_version=0, remark="Overtaken.")
    before = _record()

    with pytest.raises(NotAllowed, match="or the milestone was withdrawn"):
        decide_revision(asked, by=plcy, accept=True)

    assert (_record(), _target("4.3")[2]) == (before, 0)
