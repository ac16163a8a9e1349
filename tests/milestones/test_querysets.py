"""Does each reader see the rows they may, with the fields they may, at a price that does not grow?"""

from datetime import date

import pytest

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Role
from esc_tracker.reader import Reader, coac_reader, esc_reader
from milestones.deciding import confirm
from milestones.models import Milestone, SharedSummary, StatusUpdate
from milestones.querysets import coded
from milestones.workflow import NOT_RELEASED, Outlook, Status
from tests.milestones.telling import give, in_september, milestone, say

INTERNAL = ("outlook", "lead_code", "moves", "last_update_at", "version_then", "last_words")
NOW = Reader(role=Role.READER, today=date(2020, 9, 14))


@pytest.fixture
def told(plan, cbp, ice, usps, plcy) -> None:
    """Tell a little: 3.1 at risk, 5.1 two words, 4.3 reported, 2.2 completed, a summary of 3.1 cleared."""
    with clock.at(in_september(8)):
        say("3.1", cbp, status=Status.IN_PROGRESS, outlook=Outlook.AT_RISK)
        say("5.1", cbp)
        say("5.1", usps, outlook=Outlook.OFF_TRACK)
        say("4.3", ice, status=Status.REPORTED_COMPLETE)
        say("2.2", cbp, status=Status.REPORTED_COMPLETE)
        confirm(milestone("2.2"), by=plcy, seen_version=1)
    facts = {"milestone": milestone("3.1"), "agency_id": "CBP", "by": cbp, "recorded_at": in_september(8)}
    SharedSummary.objects.create(text="Cleared.", cleared_at=in_september(9), cleared_by=plcy, **facts)
    SharedSummary.objects.create(text="Only proposed.", **facts)


def seen(code: str, reader: Reader) -> Milestone:
    """Return one milestone as a reader's list shows it."""
    return Milestone.objects.visible_to(reader).coded(code).for_table(reader).get()


# --- COAC ---------------------------------------------------------------------------------------------------------


def test_coac_rows_carry_no_internal_field(told):
    row = seen("3.1", coac_reader(in_september(10)))

    assert [name for name in INTERNAL if hasattr(row, name)] == []
    assert (row.status, row.overdue, row.days_overdue) == ("in_progress", True, 10)


def test_coac_reads_a_completion_only_once_confirmed(told):
    reader = coac_reader(in_september(10))

    reported, confirmed = seen("4.3", reader), seen("2.2", reader)

    assert (reported.status, reported.completed_kind, reported.completed_on, reported.outcome) == (
        "reported_complete",
        "",
        None,
        "",
    )
    assert (confirmed.completed_kind, confirmed.completed_on, confirmed.outcome) == (
        "month",
        date(2020, 8, 31),
        "delivered",
    )


def test_of_a_withheld_milestone_coac_reads_the_plan_alone(told):
    for code in ("3.1", "2.2"):
        row = seen(code, coac_reader(in_september(10), withheld=frozenset({"3.1", "2.2"})))

        assert (row.status, row.overdue, row.days_overdue) == (NOT_RELEASED, False, None)
        assert (row.target_kind, row.target_on, row.target, row.summary) == (None, None, None, "")
        assert (row.completed_kind, row.completed_on, row.outcome) == ("", None, "")
        assert row.plan == TargetDate.read(row.plan_printed)


def test_coac_cannot_count_or_find_a_withheld_milestone_by_what_is_hidden(told):
    rows = Milestone.objects.visible_to(coac_reader(in_september(10), withheld=frozenset({"3.1"})))

    assert "3.1" not in {row.code for row in rows.overdue()}
    assert rows.filter(status="in_progress").filter(coded(["3.1"])).count() == 0
    assert {row.code for row in rows.filter(status=NOT_RELEASED)} == {"3.1"}
    assert rows.count() == 30


@pytest.mark.parametrize(
    ("moment", "summary"),
    [(in_september(9), ""), (in_september(9, 13), "Cleared."), (in_september(14), "Cleared.")],
)
def test_coac_reads_the_last_summary_cleared_and_never_a_proposal(told, moment, summary):
    assert seen("3.1", coac_reader(moment)).summary == summary


def test_committee_and_coac_see_the_same_shared_facts_of_the_same_moment(told):
    moment = in_september(10)
    shared = ("status", "target_kind", "target_on", "overdue", "days_overdue", "unassigned", "summary")

    ours, theirs = (list(Milestone.objects.visible_to(reader)) for reader in (esc_reader(moment), coac_reader(moment)))

    assert [[getattr(row, name) for name in shared] for row in ours] == [
        [getattr(row, name) for name in shared] for row in theirs
    ]


# --- The committee ------------------------------------------------------------------------------------------------


def test_outlook_of_a_joint_milestone_is_its_leads_with_both_words_beside_it(told):
    row = seen("5.1", NOW)

    assert (row.lead_code, row.outlook) == ("CBP", Outlook.ON_TRACK)
    assert [(said.agency_id, said.outlook) for said in row.last_words] == [("USPS", "off_track"), ("CBP", "on_track")]


def test_outlook_where_no_agency_is_named_is_the_chairs(plan, plcy):
    assert seen("1.1", NOW).outlook == "none"

    say("1.1", plcy, outlook=Outlook.AT_RISK)

    assert (seen("1.1", NOW).outlook, seen("1.1", NOW).lead_code) == ("at_risk", None)


def test_last_words_are_one_for_each_agency_the_newest_first(told, cbp):
    with clock.at(in_september(12)):
        say("5.1", cbp, outlook=Outlook.AT_RISK)

    now = [(said.agency_id, said.version) for said in seen("5.1", NOW).last_words]
    then = [(said.agency_id, said.version) for said in seen("5.1", esc_reader(in_september(12))).last_words]

    assert (now, then) == ([("CBP", 3), ("USPS", 2)], [("USPS", 2), ("CBP", 1)])


def test_a_decision_is_no_word(told):
    assert StatusUpdate.objects.filter(milestone=milestone("2.2")).count() == 2
    assert [said.move for said in seen("2.2", NOW).last_words] == ["report"]


def test_responsible_agencies_come_lead_first(plan, plcy):
    give("3.1", "USPTO", by=plcy, part="supporting")
    give("3.1", "USPS", by=plcy, part="joint")

    assert [str(each) for each in seen("3.1", NOW).responsible] == ["CBP (lead)", "USPS (joint)", "USPTO (supporting)"]


@pytest.mark.parametrize(
    ("agencies", "count"),
    [
        (["CBP"], 9),
        (["USPS"], 3),
        (["CBP", "USPS"], 9),
        (["ICE-HSI"], 5),
        (["PLCY"], 1),
        (["unassigned"], 14),
        (["PLCY", "unassigned"], 15),
        (["CBP", "USPS", "ICE-HSI", "USPTO", "PLCY", "unassigned"], 30),
        (["FBI"], 0),
        ([], 0),
    ],
    ids=lambda value: "+".join(value) or "nobody" if isinstance(value, list) else str(value),
)
def test_agencies_answer_for_what_they_lead_or_carry_jointly(plan, agencies, count):
    assert Milestone.objects.visible_to(NOW).responsible_to(agencies, NOW).count() == count


def test_a_supporting_agency_is_not_counted(plan, plcy):
    give("8.1", "USPTO", by=plcy, part="supporting")

    rows = Milestone.objects.visible_to(NOW)

    assert rows.responsible_to(["USPTO"], NOW).count() == 1
    assert rows.filter(unassigned=True).count() == 14


def test_numbers_sort_as_numbers(plan):
    codes = [row.code for row in Milestone.objects.visible_to(NOW)]

    assert codes.index("9.2") < codes.index("10.1") < codes.index("11.1")
    assert codes[0] == "1.1"


@pytest.mark.parametrize(("codes", "found"), [([], []), (["4.3"], ["4.3"]), (["10.1", "1.1", "99.9"], ["1.1", "10.1"])])
def test_milestones_are_found_by_number(plan, codes, found):
    assert [row.code for row in Milestone.objects.filter(coded(codes))] == found


@pytest.mark.parametrize(
    ("reader", "queries"),
    [
        pytest.param(NOW, 3, id="committee now"),
        pytest.param(esc_reader(in_september(14)), 3, id="committee then"),
        pytest.param(coac_reader(in_september(14)), 2, id="COAC"),
    ],
)  # fmt: skip
def test_a_table_of_thirty_costs_no_more_queries_than_one_of_one(told, django_assert_num_queries, reader, queries):
    for rows in (Milestone.objects.coded("3.1"), Milestone.objects.all()):
        with django_assert_num_queries(queries):
            for row in rows.visible_to(reader).for_table(reader):
                printed = [row.action.title, row.plan, *(each.agency.name for each in row.responsible)]
                printed += [said.agency.name for said in getattr(row, "last_words", [])]
                assert all(printed)
