"""Do the rules in Python and in SQL agree on who may do what, and are they told in words?"""

import pytest

from esc_tracker.accounts.models import Agency, Role
from esc_tracker.reader import reader_for
from milestones.models import Milestone, Responsibility
from milestones.offers import Offer, OfferedActs, offered_acts
from milestones.permissions import why_not_decide, why_not_note, why_not_update
from milestones.plan.assigning import assign
from milestones.updates import post_update
from milestones.words import Completion, Words
from milestones.workflow import CompletedKind, Move, Outcome, Outlook, Status
from tests.factories import make_user

PEOPLE = {
    "CBP": ("cbp@esc.example", Role.ESC_MEMBER, "CBP"),
    "ICE/HSI": ("ice-hsi@esc.example", Role.ESC_MEMBER, "ICE-HSI"),
    "USPS": ("usps@esc.example", Role.ESC_MEMBER, "USPS"),
    "USPTO": ("uspto@esc.example", Role.ESC_MEMBER, "USPTO"),
    "PLCY": ("plcy@esc.example", Role.PLCY_STAFF, None),
    "a reader": ("reader@esc.example", Role.READER, None),
    "COAC": ("coac@esc.example", Role.COAC_READER, None),
    "an administrator": ("admin@esc.example", Role.ADMINISTRATOR, None),
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded(plan, plcy) -> None:
    """Every test stands on the plan, with two supporting agencies and one assigned lead more."""
    given = (("4.3", "USPTO", "supporting"), ("5.1", "ICE-HSI", "supporting"), ("1.1", "USPS", "lead"))
    for code, agency, part in given:
        assign([code], agency=Agency.objects.get(pk=agency), part=part, by=plcy, reason="By the committee.")


def held(milestone: Milestone) -> list[Responsibility]:
    return list(milestone.responsibilities.in_force().lead_first())


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("status", Status.values)
def test_sql_and_python_agree_on_who_may_update_what(who, status):
    user = make_user(*PEOPLE[who])
    Milestone.objects.update(current_status=status, current_completed_kind="", current_completed_on=None)

    by_sql = {row.code for row in Milestone.objects.updatable_by(user)}
    by_python = {row.code for row in Milestone.objects.all() if not why_not_update(user, status, held(row))}

    assert by_sql == by_python


MAY_UPDATE = {
    "CBP": 9,
    "ICE/HSI": 5,
    "USPS": 4,
    "USPTO": 1,
    "PLCY": 14,
    "a reader": 0,
    "COAC": 0,
    "an administrator": 0,
}


@pytest.mark.parametrize(("who", "count"), MAY_UPDATE.items())
def test_how_many_milestones_each_may_update(who, count):
    Milestone.objects.update(current_status=Status.IN_PROGRESS)

    assert Milestone.objects.updatable_by(make_user(*PEOPLE[who])).count() == count


SENTENCES = {
    "another agency": ("CBP", "4.3", "Only ICE/HSI can update this milestone. You are signed in for CBP."),
    "of two agencies": ("USPTO", "5.1", "Only CBP and USPS can update this milestone. You are signed in for USPTO."),
    "nobody named": (
        "CBP",
        "8.2",
        "No agency is named for this milestone yet; PLCY keeps it as chair. You are signed in for CBP.",
    ),
    "supporting": ("USPTO", "4.3", "USPTO supports this milestone: it may add a note, and ICE/HSI may update it."),
    "PLCY": ("PLCY", "4.3", "Only ICE/HSI can update this milestone. You are signed in for PLCY."),
    "a reader": ("a reader", "4.3", "Your role reads the record and does not change it."),
    "COAC": ("COAC", "4.3", "Your role reads the record and does not change it."),
    "completed": ("PLCY", "6.1", "This milestone is completed and takes no more updates."),
}


@pytest.mark.parametrize(("who", "code", "sentence"), SENTENCES.values(), ids=SENTENCES.keys())
def test_the_sentence_says_why_not(who, code, sentence):
    row = Milestone.objects.coded(code).get()

    assert why_not_update(make_user(*PEOPLE[who]), row.current_status, held(row)) == sentence


NOTES = {"ICE/HSI": "", "USPTO": "", "PLCY": "", "CBP": SENTENCES["another agency"][2]}


@pytest.mark.parametrize(("who", "sentence"), NOTES.items())
def test_agencies_with_any_part_and_plcy_may_note(who, sentence):
    assert why_not_note(make_user(*PEOPLE[who]), held(Milestone.objects.coded("4.3").get())) == sentence


@pytest.mark.parametrize("who", [who for who in PEOPLE if who != "PLCY"])
@pytest.mark.parametrize("move", [Move.CONFIRM, Move.RETURN, Move.REOPEN, Move.WITHDRAW])
def test_only_plcy_decides(who, move):
    refusal = why_not_decide(make_user(*PEOPLE[who]), move, Status.REPORTED_COMPLETE, reported_by_id=None)

    assert refusal == "Only PLCY, the chair's office, decides this."


def test_one_who_reported_does_not_decide(plcy, plcy2):
    assert why_not_decide(plcy2, Move.CONFIRM, Status.REPORTED_COMPLETE, reported_by_id=plcy.pk) == ""
    assert "yourself" in why_not_decide(plcy, Move.CONFIRM, Status.REPORTED_COMPLETE, reported_by_id=plcy.pk)
    assert why_not_decide(plcy, Move.WITHDRAW, Status.REPORTED_COMPLETE, reported_by_id=plcy.pk) == ""


# --- What a page offers ----------------------------------------------------------------------------------------------


def offers(who: str, code: str, as_of: str = "") -> OfferedActs:
    user = make_user(*PEOPLE[who])
    reader = reader_for(user, as_of)
    row = Milestone.objects.visible_to(reader).coded(code).for_table(reader).get()
    return offered_acts(user, reader, row)


SPEAKS = ("Post an update", "Report complete")
OFFERED = {
    "its agency": ("ICE/HSI", "4.3", SPEAKS, ("Ask for a new target", "Write the text for COAC"), ""),
    "supporting": ("USPTO", "4.3", (), ("Add a note",), SENTENCES["supporting"][2]),
    "another agency": ("CBP", "4.3", (), (), SENTENCES["another agency"][2]),
    "PLCY, nobody named": (
        "PLCY",
        "8.2",
        SPEAKS,
        ("Ask for a new target", "Write the text for COAC", "Name an agency", "Withdraw it"),
        "",
    ),
    "PLCY, another's": (
        "PLCY",
        "5.1",
        ("Enter CBP’s answer", "Enter USPS’s answer"),
        (
            "Add a note", "Write the text for COAC", "Enter CBP’s request for a new target",
            "Enter USPS’s request for a new target", "Name an agency", "End CBP’s part", "End USPS’s part",
            "End ICE/HSI’s part", "Withdraw it",
        ),
        "",
    ),
    "PLCY, completed": (
        "PLCY",
        "6.1",
        (),
        ("Add a note", "Write the text for COAC", "Name an agency", "Reopen it"),
        SENTENCES["completed"][2],
    ),
    "a reader": ("a reader", "4.3", (), (), ""),
    "COAC": ("COAC", "4.3", (), (), ""),
}  # fmt: skip


def labels(offered: tuple[Offer, ...]) -> tuple[str, ...]:
    return tuple(each.label for each in offered)


@pytest.mark.parametrize(("who", "code", "main", "more", "why_not"), OFFERED.values(), ids=OFFERED.keys())
def test_a_page_offers_what_this_person_may_do(who, code, main, more, why_not):
    offered = offers(who, code)

    assert (labels(offered.main), labels(offered.more), offered.why_not) == (main, more, why_not)


def test_what_is_offered_leads_to_its_page():
    where = {each.label: each.url for who, code in (("ICE/HSI", "4.3"), ("PLCY", "5.1"), ("PLCY", "6.1"))
             for each in (*offers(who, code).main, *offers(who, code).more)}  # fmt: skip

    assert where["Report complete"] == "/milestones/4.3/update/?status=reported_complete"
    assert where["Enter USPS’s answer"] == "/check-in/?for_agency=USPS#5.1"
    assert where["Name an agency"] == "/milestones/assign/?milestone=6.1"
    assert where["End ICE/HSI’s part"] == "/milestones/5.1/end-part/ICE-HSI/"


@pytest.mark.parametrize("who", ["ICE/HSI", "PLCY", "a reader"])
def test_nothing_is_offered_on_an_earlier_day(who):
    assert offers(who, "4.3", "2020-09-14") == OfferedActs(
        why_not="You are looking at the record as of Sep 14, 2020; nothing can be changed here."
    )


def test_only_the_agency_that_reported_is_offered_to_take_it_back(ice, django_assert_num_queries):
    done = Completion(kind=CompletedKind.UNKNOWN, outcome=Outcome.DELIVERED)
    post_update(
        Milestone.objects.coded("4.3").get(),
        by=ice,
        seen_version=0,
        words=Words(statement="All sessions held.", outlook=Outlook.ON_TRACK),
        status=Status.REPORTED_COMPLETE,
        completion=done,
    )
    reader = reader_for(ice)
    row = Milestone.objects.visible_to(reader).coded("4.3").for_table(reader).get()

    with django_assert_num_queries(0):
        ours = offered_acts(ice, reader, row, reporter="ICE-HSI")
        theirs = offered_acts(ice, reader, row, reporter="USPS")

    assert (labels(ours.main), labels(ours.more)[0]) == (("Post an update",), "Take the report back")
    assert "Take the report back" not in labels(theirs.more)
