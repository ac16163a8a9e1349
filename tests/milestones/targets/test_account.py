"""Does the ledger of targets tell every move in words, each day as it was known then, and to those it is for?"""

from datetime import date

import pytest

from actions.target_dates import Kind, TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Role
from esc_tracker.reader import Reader, coac_reader, esc_reader, reader_for
from milestones.authority import Authority
from milestones.models import Milestone
from milestones.targets.account import Targets, revisions_of, say_target, targets_of
from milestones.targets.moves import accepted_at_once
from milestones.targets.revisions import decide_revision, request_revision
from milestones.workflow import Status
from tests.milestones.telling import in_september, milestone, say

AMELIA = Authority(kind="principal", principal="Amelia Reyes, Deputy Secretary", on=date(2020, 9, 7))


def ask(code, by, target, category="legal", text="A court has to decide first."):
    row = milestone(code)
    return request_revision(row, by=by, seen_version=row.version, target=target, category=category, text=text)


def account(code: str, reader: Reader) -> Targets:
    row = Milestone.objects.visible_to(reader).coded(code).for_table(reader).get()
    return targets_of(row, reader, revisions_of(row, reader), row.last_words)


@pytest.fixture
def moved_twice(plan, ice, plcy) -> None:
    """4.3: to December, approved by a principal; to November 15, at once; to March, refused; no date, which waits."""
    with clock.at(in_september(2)):
        asked = ask("4.3", ice, TargetDate.month(2020, 12))
    with clock.at(in_september(8)):
        decide_revision(asked, by=plcy, accept=True, authority=AMELIA)
        ask("4.3", ice, TargetDate.day(date(2020, 11, 15)), "resources", "Two trainers came back.")
    with clock.at(in_september(9)):
        decide_revision(ask("4.3", ice, TargetDate.month(2021, 3)), by=plcy, accept=False)
    with clock.at(in_september(10)):
        ask("4.3", ice, TargetDate(Kind.ONGOING), "scope", "It never ends.")


def test_every_request_is_told_in_words_the_newest_first(moved_twice, plcy):
    told = account("4.3", reader_for(plcy))

    assert (str(told.plan), str(told.target), told.moves) == ("Oct. 2020", "Nov. 15, 2020", "moved twice, +1 month")
    assert [(str(each.before), str(each.after), each.slipped, each.category, each.moved) for each in told.ledger] == [
        ("Nov. 15, 2020", "March 2021", "+4 months", "Legal or regulatory process", False),
        ("Dec. 2020", "Nov. 15, 2020", "−1 month", "Resources", True),
        ("Oct. 2020", "Dec. 2020", "+2 months", "Legal or regulatory process", True),
    ]
    assert [each.decision for each in told.ledger] == [
        "refused by the chair's office (PLCY)",
        "accepted at once: earlier than the target, or the first date",
        "approved by Amelia Reyes, Deputy Secretary, Sep 7, 2020; recorded by PLCY",
    ]
    assert [(each.agency, each.person) for each in told.ledger] == [("ICE/HSI", "ICE-HSI")] * 3
    assert (str(told.waiting.before), str(told.waiting.after), told.waiting.text, told.waiting.decision) == (
        "Nov. 15, 2020",
        "Ongoing",
        "It never ends.",
        "",
    )


def test_a_request_that_was_replaced_says_so(plan, ice, plcy):
    ask("4.3", ice, TargetDate.month(2020, 12))
    ask("4.3", ice, TargetDate.month(2021, 1))

    told = account("4.3", reader_for(plcy))

    assert str(told.waiting.after) == "Jan. 2021"
    assert [(each.state, each.decision[:27]) for each in told.ledger] == [
        ("superseded", "replaced by a newer request"),
    ]


def test_names_of_persons_are_for_plcy_and_their_own_agency(moved_twice, ice, cbp):
    own, other = account("4.3", reader_for(ice)), account("4.3", reader_for(cbp))

    assert {each.person for each in own.ledger} == {"ICE-HSI"}
    assert own.ledger[0].decision == "refused by the chair's office"
    assert {each.person for each in other.ledger} == {""}


@pytest.mark.parametrize(
    ("who", "sees"), [("cbp", True), ("usps", True), ("plcy", True), ("ice", False), ("reader", False)]
)
def test_a_request_that_waits_is_for_the_agencies_that_answer_and_plcy(plan, request, usps, who, sees):
    reader = reader_for(request.getfixturevalue(who))
    ask("5.1", usps, TargetDate.month(2021, 1))

    told = account("5.1", reader)

    assert (told.waiting is not None, told.ledger) == (sees, ())


def test_each_day_knows_its_own_ledger(moved_twice):
    def then(day: int) -> list[tuple[str, str]]:
        reader = Reader(role=Role.PLCY_STAFF, moment=in_september(day, 0), today=date(2020, 9, day - 1))
        told = account("4.3", reader)
        asked = [each for each in (told.waiting, *told.ledger) if each]
        return [(str(told.target), told.moves), *((str(each.after), each.state) for each in asked)]

    assert then(2) == [("Oct. 2020", "")]
    assert then(3) == [("Oct. 2020", ""), ("Dec. 2020", "pending")]
    assert then(9) == [
        ("Nov. 15, 2020", "moved twice, +1 month"),
        ("Nov. 15, 2020", "accepted"),
        ("Dec. 2020", "accepted"),
    ]
    assert account("4.3", esc_reader(in_september(3, 0))).waiting is None


def test_coac_has_no_ledger(moved_twice, django_assert_num_queries):
    reader = coac_reader(in_september(12))

    with django_assert_num_queries(0):
        assert revisions_of(Milestone(), reader) == []


def test_forecasts_stand_beside_the_target_each_agencys_own(plan, cbp, usps):
    say("5.1", usps)
    say("5.1", cbp)

    told = account("5.1", esc_reader(in_september(20)))

    assert [(name, str(said.forecast)) for name, said in told.forecasts] == [
        ("CBP", "Dec. 2020"),
        ("USPS", "Dec. 2020"),
    ]


def test_nothing_is_expected_of_what_is_reported_complete(plan, cbp, usps):
    say("5.1", usps)
    say("5.1", cbp, status=Status.REPORTED_COMPLETE)

    assert account("5.1", esc_reader(in_september(20))).forecasts == ()


@pytest.mark.parametrize(
    ("present", "new", "at_once"),
    [
        (date(2020, 10, 31), date(2020, 10, 30), True),
        (date(2020, 10, 31), date(2020, 10, 31), False),
        (date(2020, 10, 31), date(2020, 11, 1), False),
        (None, date(2020, 11, 1), True),
        (date(2020, 10, 31), None, False),
        (None, None, False),
    ],
)
def test_only_an_earlier_or_a_first_date_needs_no_decision(present, new, at_once):
    assert accepted_at_once(present, new) is at_once


def test_a_target_is_said_in_a_sentence():
    said = [TargetDate.month(2020, 12), TargetDate(Kind.ONGOING), TargetDate(Kind.UNDATED), None]

    assert [say_target(target) for target in said] == ["Dec. 2020", "ongoing", "no date", "no date"]


def test_the_whole_account_takes_one_query(moved_twice, plcy, django_assert_num_queries):
    reader = reader_for(plcy)
    row = Milestone.objects.visible_to(reader).coded("4.3").for_table(reader).get()

    with django_assert_num_queries(1):
        assert len(targets_of(row, reader, revisions_of(row, reader), row.last_words).ledger) == 3
