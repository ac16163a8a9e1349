"""Do the chair's doors decide exactly once, with a remark where one is due, and never on one's own report?"""

from datetime import date

import pytest

from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from milestones.deciding import confirm, reopen, return_completion, withdraw
from milestones.refusals import Incomplete, NotAllowed, StaleUpdate
from milestones.updates import post_update
from tests.milestones.spoken import WORDS, milestone, record, report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded(plan) -> None:
    """Every door test stands on the plan."""


def test_confirm_keeps_what_was_reported_and_names_its_authority(ice, plcy):
    report(ice)

    made = confirm(milestone(), by=plcy, seen_version=1)

    row = milestone()
    assert (made.move, made.status, made.agency_id, made.authority) == ("confirm", "completed", "PLCY", "chair")
    assert (made.completed_kind, made.completed_on, made.outcome) == ("day", date(2020, 9, 11), "delivered")
    assert (row.version, row.current_status, row.current_completed_on) == (2, "completed", date(2020, 9, 11))
    assert (Entry.objects.last().verb, first_broken_entry()) == ("milestones.confirm", "")


def test_return_puts_it_back_in_progress_with_the_remark(ice, plcy):
    report(ice)

    made = return_completion(milestone(), by=plcy, seen_version=1, remark=" Evidence missing. ")

    row = milestone()
    assert (made.move, made.remark, made.completed_kind) == ("return", "Evidence missing.", "")
    assert (row.current_status, row.current_completed_kind, row.current_outcome) == ("in_progress", "", "")


def test_reopen_and_withdraw_say_why(plcy):
    reopened = reopen(milestone("6.1"), by=plcy, seen_version=0, remark="New evidence.")
    withdrawn = withdraw(milestone("6.1"), by=plcy, seen_version=1, remark="Merged into 6.2.")

    assert (reopened.status, withdrawn.status) == ("in_progress", "withdrawn")
    assert milestone("6.1").version == 2


@pytest.mark.parametrize("remark", [" ", "x" * 501, "a\x00b"], ids=["empty", "too long", "a NUL byte"])
@pytest.mark.parametrize("door", [return_completion, withdraw])
def test_a_decision_without_a_fit_remark_writes_nothing(ice, plcy, door, remark):
    report(ice)
    before = record()

    with pytest.raises(Incomplete) as told:
        door(milestone(), by=plcy, seen_version=1, remark=remark)

    assert list(told.value.problems) == ["remark"]
    assert record() == before


def test_nobody_confirms_what_they_reported_themselves(plcy, plcy2):
    report(plcy, "4.2")
    before = record()

    with pytest.raises(NotAllowed, match="You reported this completion yourself"):
        confirm(milestone("4.2"), by=plcy, seen_version=1)
    assert record() == before

    assert confirm(milestone("4.2"), by=plcy2, seen_version=1).status == "completed"


def test_a_member_may_not_confirm(ice):
    report(ice)
    before = record()

    with pytest.raises(NotAllowed, match="Only PLCY"):
        confirm(milestone(), by=ice, seen_version=1)

    assert record() == before


def test_a_decision_made_meanwhile_is_stale(ice, plcy, plcy2):
    report(ice)
    confirm(milestone(), by=plcy, seen_version=1)
    before = record()

    with pytest.raises(StaleUpdate):
        confirm(milestone(), by=plcy2, seen_version=1)
    with pytest.raises(StaleUpdate):
        return_completion(milestone(), by=plcy, seen_version=1, remark="No.")

    assert record() == before


def test_nothing_waits_to_be_confirmed_before_a_report(plcy):
    with pytest.raises(NotAllowed, match="No completion is waiting"):
        confirm(milestone(), by=plcy, seen_version=0)

    assert milestone().version == 0


@pytest.mark.parametrize("last", [confirm, withdraw])
def test_a_closed_milestone_takes_no_more_updates(ice, plcy, last):
    report(ice)
    said = {} if last is confirm else {"remark": "Over."}
    last(milestone(), by=plcy, seen_version=1, **said)

    with pytest.raises(NotAllowed, match="takes no more updates"):
        post_update(milestone(), by=ice, seen_version=2, words=WORDS)

    assert milestone().version == 2
