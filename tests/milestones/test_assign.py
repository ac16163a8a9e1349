"""Is an agency named for milestones all together or not at all, by the chair's office, with a reason?"""

from datetime import date

import pytest

from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from esc_tracker.journal.models import Entry
from esc_tracker.reader import esc_reader
from milestones.authority import CHAIR, Authority
from milestones.deciding import withdraw
from milestones.models import Milestone, Responsibility
from milestones.plan.assigning import assign, assigned_by_this, end_part
from milestones.refusals import Incomplete, NotAllowed
from milestones.workflow import Outlook
from tests.milestones.telling import give, in_september, milestone, say


def _assign(codes, agency, *, by, part="lead", reason="Agreed by the ESC.", authority=CHAIR):
    return assign(codes, agency=Agency.objects.get(pk=agency), part=part, by=by, reason=reason, authority=authority)


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
        pytest.param(["1.1", "one"], "CBP", "lead", "Agreed.", "milestones", id="not written as a milestone"),
        pytest.param([], "CBP", "lead", "Agreed.", "milestones", id="no milestone chosen"),
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


def test_the_same_agency_twice_is_refused_with_the_part_it_has(plan, plcy):
    _assign(["1.1"], "CBP", by=plcy)
    before = _record()

    with pytest.raises(Incomplete, match=r"CBP has a part in milestone 1\.1 already: lead\."):
        _assign(["1.1"], "CBP", by=plcy)

    assert _record() == before


def test_each_milestone_that_cannot_be_given_is_named(plan, plcy):
    with pytest.raises(Incomplete) as refused:
        _assign(["1.1", "3.1", "4.3"], "USPS", by=plcy)

    assert refused.value.problems == {
        "milestones": "Milestone 3.1 has a lead already: CBP. Milestone 4.3 has a lead already: ICE/HSI."
    }
    assert milestone("1.1").responsibilities.count() == 0


def test_a_meeting_or_a_principal_may_stand_behind_it_and_is_kept(plan, plcy):
    principal = Authority(kind="principal", principal="Dana Reyes", on=date(2020, 9, 11))

    [given] = _assign(["1.1"], "CBP", by=plcy, authority=principal)

    assert str(given.decided_under) == "Dana Reyes, Sep 11, 2020"
    assert Entry.objects.last().after["authority"] == "Dana Reyes, Sep 11, 2020"


def test_a_meeting_that_was_not_held_names_nobody(plan, plcy):
    before = _record()

    with pytest.raises(Incomplete) as refused:
        _assign(["1.1"], "CBP", by=plcy, authority=Authority(kind="meeting", meeting=7))

    assert list(refused.value.problems) == ["authority_meeting"]
    assert _record() == before


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"codes": ["1.2", "1.1", "1.1"]}, True),
        ({"codes": ["1.1"]}, True),
        ({"codes": ["1.1", "1.2", "8.1"]}, False),
        ({"codes": []}, False),
        ({"reason": "Another."}, False),
        ({"part": "supporting"}, False),
        ({"authority": Authority(kind="principal", principal="Dana Reyes", on=date(2020, 9, 11))}, False),
    ],
)
def test_an_assignment_sent_twice_is_recognized(plan, plcy, plcy2, changes, same):
    _assign(["1.1", "1.2"], "CBP", by=plcy)
    sent = {"codes": ["1.1", "1.2"], "part": "lead", "reason": " Agreed by the ESC. ", "authority": CHAIR} | changes

    known = [assigned_by_this(**sent, agency=Agency.objects.get(pk="CBP"), by=who) for who in (plcy, plcy2)]

    assert known == [same, False]


# --- The end of a part -----------------------------------------------------------------------------------------------


def held(code: str, agency: str) -> Responsibility:
    return milestone(code).responsibilities.get(agency_id=agency)


def test_a_part_ends_and_stays_on_the_record(plan, plcy):
    ended = end_part(held("4.3", "ICE-HSI"), by=plcy, reason=" Moved to the IPR Center. ")

    row = held("4.3", "ICE-HSI")
    assert (row.basis, row.part, row.assigned_from) == ("named_in_plan", "lead", None)
    assert (row.end.by, row.end.reason, row.end.authority) == (plcy, "Moved to the IPR Center.", "chair")
    assert row.assigned_until == row.end.recorded_at == ended.assigned_until
    entry = Entry.objects.last()
    assert (entry.verb, entry.about, entry.before) == (
        "milestones.end_part", "4.3", {"agency": "ICE-HSI", "part": "lead", "basis": "named_in_plan"}
    )  # fmt: skip
    assert entry.after == {"part": None, "reason": "Moved to the IPR Center.", "authority": "the chair's office"}


def test_from_then_on_no_agency_is_named_and_before_it_one_was(plan, plcy):
    moment = in_september(10)
    with clock.at(moment):
        end_part(held("4.3", "ICE-HSI"), by=plcy, reason="Moved.")

    seen = [
        (row.lead_code, row.unassigned, [each.agency_id for each in row.responsible])
        for reader in (esc_reader(moment), esc_reader(in_september(11)))
        for row in [Milestone.objects.visible_to(reader).coded("4.3").for_table(reader).get()]
    ]

    assert seen == [("ICE-HSI", False, ["ICE-HSI"]), (None, True, [])]
    assert milestone("4.3").current_lead is None


def test_when_the_lead_goes_the_other_stays_and_the_outlook_is_the_next_leads(plan, plcy, cbp, usps):
    say("5.2", usps, outlook=Outlook.AT_RISK)
    say("5.2", cbp, outlook=Outlook.ON_TRACK)
    assert milestone("5.2").current_outlook == Outlook.AT_RISK

    end_part(held("5.2", "USPS"), by=plcy, reason="CBP carries it alone.")

    assert (milestone("5.2").current_lead, milestone("5.2").current_outlook) == (None, "")
    assert [each.agency_id for each in milestone("5.2").responsibilities.in_force()] == ["CBP"]
    end_part(milestone("5.2").responsibilities.in_force().get(), by=plcy, reason="To lead it.")
    give("5.2", "CBP", by=plcy)
    assert (milestone("5.2").current_lead_id, milestone("5.2").current_outlook) == ("CBP", Outlook.ON_TRACK)


def test_the_end_of_a_joint_part_changes_no_lead(plan, plcy, cbp):
    say("5.1", cbp, outlook=Outlook.AT_RISK)

    end_part(held("5.1", "USPS"), by=plcy, reason="CBP carries it alone.")

    assert (milestone("5.1").current_lead_id, milestone("5.1").current_outlook) == ("CBP", Outlook.AT_RISK)


def test_a_part_that_ended_can_be_given_again(plan, plcy):
    end_part(held("4.3", "ICE-HSI"), by=plcy, reason="Moved.")

    give("4.3", "ICE-HSI", by=plcy)

    assert [each.basis for each in milestone("4.3").responsibilities.order_by("pk")] == ["named_in_plan", "assigned"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "NUL \x00"}, "reason"),
        ({"authority": Authority(kind="meeting", meeting=7)}, "authority_meeting"),
        ({"authority": Authority(kind="principal", on=date(2020, 9, 11))}, "authority_principal"),
        ({"authority": Authority(kind="principal", principal="Dana", on=date(2020, 9, 15))}, "authority_on"),
    ],
    ids=["no reason", "long", "unprintable", "no such meeting", "nobody named", "decided tomorrow"],
)
def test_an_end_that_cannot_be_is_said_in_words_and_nothing_is_written(plan, plcy, changes, field):
    before = _record()

    with pytest.raises(Incomplete) as refused:
        end_part(held("4.3", "ICE-HSI"), by=plcy, **{"reason": "Moved.", **changes})

    assert list(refused.value.problems) == [field]
    assert (_record(), held("4.3", "ICE-HSI").assigned_until) == (before, None)


def test_an_end_sent_twice_has_one_effect(plan, plcy):
    first = end_part(held("4.3", "ICE-HSI"), by=plcy, reason="Moved.")
    before = _record()

    again = end_part(held("4.3", "ICE-HSI"), by=plcy, reason="Moved. ")

    assert (again.assigned_until, _record()) == (first.assigned_until, before)


def test_a_part_that_a_colleague_ended_is_told_with_the_reason(plan, plcy, plcy2):
    end_part(held("4.3", "ICE-HSI"), by=plcy2, reason="Moved.")
    before = _record()

    with pytest.raises(NotAllowed, match=r"of ICE/HSI in milestone 4\.3 was ended meanwhile by PLCY2: Moved\."):
        end_part(held("4.3", "ICE-HSI"), by=plcy, reason="It is theirs no more.")

    assert _record() == before


@pytest.mark.parametrize("who", ["ice", "reader", "coac", "admin_user"])
def test_only_the_chairs_office_ends_a_part(plan, request, who):
    before = _record()

    with pytest.raises(NotAllowed, match="Only PLCY"):
        end_part(held("4.3", "ICE-HSI"), by=request.getfixturevalue(who), reason="Moved.")

    assert (_record(), held("4.3", "ICE-HSI").assigned_until) == (before, None)
