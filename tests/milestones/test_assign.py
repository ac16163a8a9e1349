"""Is an agency named for milestones all together or not at all, by the chair's office, with a reason?"""

import pytest

from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from esc_tracker.journal.models import Entry
from esc_tracker.reader import esc_reader
from milestones.deciding import withdraw
from milestones.models import Milestone, Responsibility
from milestones.plan.assigning import assign
from milestones.refusals import Incomplete, NotAllowed
from milestones.workflow import Outlook
from tests.milestones.telling import give, in_september, milestone, say


def _assign(codes, agency, *, by, part="lead", reason="Agreed by the ESC."):
    return assign(codes, agency=Agency.objects.get(pk=agency), part=part, by=by, reason=reason)


def _record() -> tuple[int, int]:
    return Responsibility.objects.count(), Entry.objects.count()


def test_several_milestones_are_given_in_one_act(plan, plcy):
    before = _record()

    given = _assign(["1.1", "1.2", "8.1"], "USPTO", by=plcy)

    assert _record() == (before[0] + 3, before[1] + 1)
    assert {(each.basis, each.reason, each.by) for each in given} == {("assigned", "Agreed by the ESC.", plcy)}
    assert [milestone(code).current_lead_id for code in ("1.1", "1.2", "8.1")] == ["USPTO"] * 3
    assert Entry.objects.last().after["milestones"] == ["1.1", "1.2", "8.1"]


def test_from_then_on_it_is_counted_under_that_agency_and_before_it_was_not(plan, plcy):
    moment = in_september(10)
    with clock.at(moment):
        give("1.1", "USPTO", by=plcy)

    for reader, unassigned in ((esc_reader(moment), 14), (esc_reader(in_september(11)), 13)):
        rows = Milestone.objects.visible_to(reader)
        assert rows.filter(unassigned=True).count() == unassigned
        assert rows.responsible_to(["unassigned"], reader).count() == unassigned
        assert rows.responsible_to(["USPTO"], reader).count() == 15 - unassigned


@pytest.mark.parametrize(
    ("codes", "agency", "part", "reason", "field"),
    [
        pytest.param(["1.1"], "CBP", "lead", "  ", "reason", id="no reason"),
        pytest.param(["1.1"], "CBP", "lead", "NUL \x00", "reason", id="unprintable reason"),
        pytest.param(["1.1"], "CBP", "lead", "x" * 501, "reason", id="long reason"),
        pytest.param(["1.1"], "CBP", "owner", "Agreed.", "part", id="unknown part"),
        pytest.param(["1.1", "3.1"], "USPS", "lead", "Agreed.", "milestones", id="one has a lead"),
        pytest.param(["3.1"], "CBP", "supporting", "Agreed.", "milestones", id="has a part already"),
        pytest.param(["1.1"], "CBP", "joint", "Agreed.", "milestones", id="joint without a lead"),
        pytest.param(["1.1", "9.9"], "CBP", "lead", "Agreed.", "milestones", id="no such milestone"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_words_and_nothing_is_written(plan, plcy, codes, agency, part, reason, field):
    before = _record()

    with pytest.raises(Incomplete) as refused:
        _assign(codes, agency, by=plcy, part=part, reason=reason)

    assert field in refused.value.problems
    assert _record() == before


def test_a_milestone_named_twice_is_given_once(plan, plcy):
    assert [each.milestone.code for each in _assign(["1.1", "1.1"], "CBP", by=plcy)] == ["1.1"]


def test_a_withdrawn_milestone_is_given_to_nobody(plan, plcy):
    withdraw(milestone("1.1"), by=plcy, seen_version=0, remark="Overtaken.")
    before = _record()

    with pytest.raises(Incomplete, match="was withdrawn"):
        give("1.1", "CBP", by=plcy)

    assert _record() == before


@pytest.mark.parametrize("who", ["cbp", "reader", "coac", "admin_user"])
def test_only_the_chairs_office_names_an_agency(plan, request, who):
    before = _record()

    with pytest.raises(NotAllowed, match="Only PLCY"):
        give("1.1", "CBP", by=request.getfixturevalue(who))

    assert _record() == before


def test_a_new_lead_brings_its_own_outlook(plan, plcy, cbp):
    say("1.1", plcy, outlook=Outlook.AT_RISK)
    assert milestone("1.1").current_outlook == Outlook.AT_RISK

    give("1.1", "CBP", by=plcy)

    assert milestone("1.1").current_outlook == ""
    say("1.1", cbp, outlook=Outlook.ON_TRACK)
    assert milestone("1.1").current_outlook == Outlook.ON_TRACK


def test_a_joint_agency_changes_no_lead(plan, plcy):
    give("3.1", "USPTO", by=plcy, part="joint")

    assert milestone("3.1").current_lead_id == "CBP"
    assert [each.agency_id for each in milestone("3.1").responsibilities.lead_first()] == ["CBP", "USPTO"]
