"""Does a successor take over everything in one act, and is a stranger refused?"""

import pytest

from esc_tracker.accounts.models import Pace, Role, User
from esc_tracker.journal.models import Entry
from esc_tracker.refusals import Incomplete, NotAllowed
from milestones.models import Contact, DraftRow, Person
from milestones.people.handing_over import HandedOver, hand_over
from tests.factories import make_user
from tests.milestones.people.naming import Part, call, held, keep, standing
from tests.milestones.telling import in_september, milestone

pytestmark = pytest.mark.django_db


@pytest.fixture
def cary(plan, cbp) -> Person:
    """CBP's member, contact for 3.1 and 3.2, alternate for 3.3, a draft on 3.1, no report and other mail on Mondays."""
    cbp.wants_report, cbp.pace = False, Pace.WEEKLY
    cbp.save()
    cary = keep("Cary Boone", by=cbp, seat=cbp)
    call("3.1", cary, by=cbp)
    call("3.2", cary, by=cbp)
    call("3.3", cary, by=cbp, part=Part.ALTERNATE)
    DraftRow.objects.create(
        agency=cbp.agency, desk=cbp.agency, milestone=milestone("3.1"), fields={}, seen_version=0, saved_by=cbp,
        saved_at=in_september(14),
    )  # fmt: skip
    return cary


@pytest.fixture
def kim(plan, cbp) -> Person:
    """Another person of CBP, with an account of their own."""
    return keep("Kim Lee", by=cbp, seat=make_user("kim@esc.example", Role.ESC_MEMBER, "CBP"))


def record() -> tuple[object, ...]:
    """Return what a hand-over may touch."""
    return (
        list(Contact.objects.order_by("pk").values_list("pk", "person", "part", "until")),
        list(DraftRow.objects.values_list("milestone", "saved_by")),
        list(User.objects.order_by("pk").values_list("pk", "wants_report", "pace")),
        Entry.objects.count(),
    )


def test_contacts_drafts_and_preferences_move_in_one_act_and_the_history_keeps_the_old_name(cary, kim, cbp):
    entries = Entry.objects.count()

    done = hand_over(cary, kim, by=cbp)

    assert done == HandedOver(codes=("3.1", "3.2", "3.3"), drafts=1, preferences=True)
    assert [standing(code) for code in ("3.1", "3.2", "3.3")] == [
        {"contact": "Kim Lee"}, {"contact": "Kim Lee"}, {"alternate": "Kim Lee"},
    ]  # fmt: skip
    assert Contact.objects.filter(person=cary, until__isnull=False).count() == 3
    assert DraftRow.objects.get().saved_by == kim.seat
    successor = User.objects.get(email="kim@esc.example")
    assert (successor.wants_report, successor.pace) == (False, Pace.WEEKLY)
    assert Entry.objects.count() == entries + 1
    entry = Entry.objects.last()
    assert (entry.verb, entry.about) == ("milestones.hand_over", "CBP")
    assert (entry.before["person"], entry.after["person"], entry.after["drafts"]) == ("Cary Boone", "Kim Lee", 1)
    assert [(told["wants_report"], told["pace"]) for told in (entry.before, entry.after)] == [
        (True, "immediate"), (False, "weekly"),
    ]  # fmt: skip
    assert entry.before["contacts"][0] == ["3.1", "contact", "Cary Boone"]


def test_handing_over_again_changes_nothing(cary, kim, cbp):
    hand_over(cary, kim, by=cbp)
    before = record()

    assert not hand_over(cary, kim, by=cbp)

    assert record() == before


def test_a_wish_both_have_already_is_left_out_of_the_journal(cary, kim, cbp):
    User.objects.filter(pk=cbp.pk).update(wants_report=True)

    hand_over(cary, kim, by=cbp)

    entry = Entry.objects.last()
    assert (entry.before["pace"], entry.after["pace"]) == ("immediate", "weekly")
    assert "wants_report" not in entry.before | entry.after


def test_to_one_without_an_account_go_the_contacts_and_the_drafts_stay_with_the_agency(cary, cbp):
    done = hand_over(cary, keep("Dana Reyes", by=cbp), by=cbp)

    assert done == HandedOver(codes=("3.1", "3.2", "3.3"), drafts_left=1)
    assert DraftRow.objects.get().saved_by == cbp


def test_where_the_successor_has_a_part_already_the_greater_one_stands(cary, kim, cbp):
    call("3.1", kim, by=cbp, part=Part.ALTERNATE)
    call("3.3", kim, by=cbp)

    hand_over(cary, kim, by=cbp)

    assert (standing("3.1"), standing("3.3")) == ({"contact": "Kim Lee"}, {"contact": "Kim Lee"})


def test_what_the_agency_has_no_part_in_any_more_is_left_as_it_was(cary, kim, cbp):
    gone = held("3.2")
    type(gone).objects.filter(pk=gone.pk).update(assigned_until=in_september(1))

    assert hand_over(cary, kim, by=cbp).codes == ("3.1", "3.3")
    assert Contact.objects.filter(responsibility=gone).count() == 1


def test_one_of_another_agency_oneself_or_one_who_left_is_refused_in_words_and_nothing_is_written(cary, kim, plcy):
    uma = keep("Uma Posey", by=plcy, agency="USPS")
    User.objects.filter(email="kim@esc.example").update(is_active=False)
    before = record()

    for successor, words in (
        (uma, "Uma Posey belongs to USPS, Cary Boone to CBP"),
        (cary, "choose somebody else"),
        (kim, "account of Kim Lee is closed"),
    ):
        with pytest.raises(Incomplete, match=words):
            hand_over(cary, successor, by=plcy)

    assert record() == before


@pytest.mark.parametrize("who", ["usps", "reader", "coac", "admin_user"])
def test_only_the_agency_and_the_chairs_office_hand_over(cary, kim, request, who):
    stranger = request.getfixturevalue(who)
    before = record()

    with pytest.raises(NotAllowed):
        hand_over(cary, kim, by=stranger)

    assert record() == before


def test_when_somebody_left_the_chairs_office_hands_over(cary, kim, cbp, plcy):
    cbp.is_active = False
    cbp.save()

    assert hand_over(cary, kim, by=plcy).codes == ("3.1", "3.2", "3.3")
