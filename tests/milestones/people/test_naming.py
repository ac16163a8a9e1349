"""Does an agency say who is called, each change once, and does the history keep the old name?"""

from datetime import date

import pytest

from esc_tracker import clock
from esc_tracker.journal.models import Entry
from esc_tracker.refusals import Incomplete, NotAllowed, Overtaken
from milestones.models import Contact, Person
from milestones.people.contacts import contacts_of
from milestones.people.naming import keep_person, last_change_of, name_contact, seal_of, set_away
from tests.factories import make_agency
from tests.milestones.people.naming import Part, call, held, keep, standing
from tests.milestones.telling import give, in_september

pytestmark = pytest.mark.django_db


def record() -> tuple[int, int, int, int]:
    """Count people, contacts, those that ended, and entries."""
    ended = Contact.objects.filter(until__isnull=False)
    return Person.objects.count(), Contact.objects.count(), ended.count(), Entry.objects.count()


# --- A person's details ---------------------------------------------------------------------------------------------


def test_an_agency_keeps_a_person_with_or_without_an_account(plan, cbp):
    before = record()

    kim = keep_person(
        make_agency("CBP"),
        by=cbp,
        name=" Kim Lee ",
        office="Office of Trade",
        email="Kim.Lee@CBP.example",
        phone="202-555-0100",
    )
    cary = keep("Cary Boone", by=cbp, seat=cbp)

    assert record() == (before[0] + 2, 0, 0, before[3] + 2)
    assert (kim.name, kim.office, kim.email, kim.phone, kim.seat) == (
        "Kim Lee", "Office of Trade", "kim.lee@cbp.example", "202-555-0100", None,
    )  # fmt: skip
    assert cary.seat == cbp
    entry = Entry.objects.get(number=before[3] + 1)
    assert (entry.verb, entry.about, entry.before) == ("milestones.keep_person", "CBP", {})
    assert entry.after["name"] == "Kim Lee"


def test_details_are_corrected_and_the_journal_keeps_both(plan, cbp):
    kim = keep("Kim Lee", by=cbp)

    keep("Kim Li", by=cbp, email="kim.li@cbp.example", person=kim)

    kim.refresh_from_db()
    assert (kim.name, kim.email) == ("Kim Li", "kim.li@cbp.example")
    entry = Entry.objects.last()
    assert (entry.before["name"], entry.after["name"]) == ("Kim Lee", "Kim Li")


def test_the_same_details_sent_twice_change_nothing_the_second_time(plan, cbp):
    kim = keep("Kim Lee", by=cbp)
    before = record()

    assert keep("Kim Lee", by=cbp) == kim
    assert keep("Kim Lee", by=cbp, person=kim, seen="of an older form") == kim

    assert record() == before


@pytest.mark.parametrize(
    ("details", "field"),
    [
        pytest.param({"name": "  "}, "name", id="no name"),
        pytest.param({"name": "Kim\nLee"}, "name", id="a line break in the name"),
        pytest.param({"name": "Kim\u2028Lee"}, "name", id="a line separator in the name"),
        pytest.param({"name": "Kim\x00Lee"}, "name", id="NUL"),
        pytest.param({"name": "Kim\u202eLee"}, "name", id="a change of direction"),
        pytest.param({"name": "x" * 121}, "name", id="long name"),
        pytest.param({"office": "x" * 121}, "office", id="long office"),
        pytest.param({"phone": "0" * 41}, "phone", id="long phone"),
        pytest.param({"phone": "202\r\n555"}, "phone", id="a line break in the phone"),
        pytest.param({"email": ""}, "email", id="no address"),
        pytest.param({"email": "kim"}, "email", id="no address, but a word"),
        pytest.param({"email": "kim@cbp.example\nBcc: all@cbp.example"}, "email", id="a header in the address"),
        pytest.param({"email": "kim@cbp.example, lee@cbp.example"}, "email", id="two addresses"),
        pytest.param({"email": f"{'x' * 260}@cbp.example"}, "email", id="long address"),
        pytest.param({"email": "Dana@CBP.example"}, "email", id="the address of a colleague"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_at_its_field_and_nothing_is_written(plan, cbp, details, field):
    keep("Dana", by=cbp, email="dana@cbp.example")
    before = record()

    with pytest.raises(Incomplete) as refused:
        keep(**{"name": "Kim Lee", "email": "kim.lee@cbp.example", "by": cbp, **details})

    assert set(refused.value.problems) == {field}
    assert record() == before


def test_an_account_of_another_agency_or_of_a_colleague_or_closed_is_refused(plan, cbp, usps, plcy):
    keep("Dana", by=cbp, seat=cbp)
    before = record()

    for seat, words in ((usps, "not one of CBP’s"), (plcy, "not one of CBP’s"), (cbp, "that of Dana already")):
        with pytest.raises(Incomplete, match=words):
            keep("Kim Lee", by=cbp, seat=seat)
    cbp.is_active = False
    cbp.save()
    Person.objects.update(seat=None)
    with pytest.raises(Incomplete, match="closed"):
        keep("Kim Lee", by=plcy, seat=cbp)

    assert record() == before


def test_a_person_of_another_agency_is_not_corrected_as_ones_own(plan, plcy):
    kim = keep("Kim Lee", by=plcy, agency="USPS")
    before = record()

    with pytest.raises(Incomplete, match="not one of CBP’s people"):
        keep("Kim Lee", by=plcy, agency="CBP", person=kim)

    assert record() == before


def test_two_who_correct_the_same_person_the_second_is_told(plan, cbp, plcy):
    kim = keep("Kim Lee", by=cbp)
    seen = seal_of(kim)
    keep("Kim Lee", by=plcy, person=kim, phone="202-555-0100", seen=seen)
    before = record()

    with pytest.raises(Overtaken, match="changed since you opened"):
        keep("Kim Lee", by=cbp, person=kim, office="Office of Trade", seen=seen)

    assert record() == before
    assert Person.objects.get().phone == "202-555-0100"


@pytest.mark.parametrize("who", ["usps", "reader", "coac", "admin_user"])
def test_only_the_agency_and_the_chairs_office_change_its_people(plan, cbp, request, who):
    stranger = request.getfixturevalue(who)
    kim = keep("Kim Lee", by=cbp)
    before = record()

    with pytest.raises(NotAllowed):
        keep("Dana Reyes", by=stranger)
    with pytest.raises(NotAllowed):
        set_away(kim, by=stranger, away_until=date(2020, 9, 20))
    with pytest.raises(NotAllowed):
        call("3.1", kim, by=stranger)

    assert record() == before


# --- Away -----------------------------------------------------------------------------------------------------------


def test_a_person_is_away_until_a_day_and_back_again_each_once(plan, cbp):
    kim = keep("Kim Lee", by=cbp)
    before = record()

    for day in (date(2020, 9, 20), date(2020, 9, 20), None, None):
        set_away(kim, by=cbp, away_until=day)

    assert record() == (*before[:3], before[3] + 2)
    assert Entry.objects.last().before == {"person": "Kim Lee", "away_until": "2020-09-20"}
    assert Person.objects.get().away_until is None


@pytest.mark.parametrize("day", [date(2020, 9, 13), date(2101, 1, 1)])
def test_a_day_that_is_over_or_out_of_reach_is_refused(plan, cbp, day):
    kim = keep("Kim Lee", by=cbp)
    before = record()

    with pytest.raises(Incomplete) as refused:
        set_away(kim, by=cbp, away_until=day)

    assert refused.value.problems == {"away_until": "Name a day from today on, not after 2100."}
    assert record() == before


# --- What a person is for a milestone -------------------------------------------------------------------------------


def test_one_person_is_named_for_several_milestones_in_one_act(plan, cbp):
    kim = keep("Kim Lee", by=cbp)
    before = record()

    opened = name_contact([held("3.2"), held("3.1")], by=cbp, part=Part.CONTACT, person=kim)

    assert record() == (before[0], 2, 0, before[3] + 1)
    assert [each.responsibility.milestone.code for each in opened] == ["3.1", "3.2"]
    assert standing("3.1") == standing("3.2") == {"contact": "Kim Lee"}
    entry = Entry.objects.last()
    assert (entry.verb, entry.about) == ("milestones.name_contact", "3.2, 3.1")
    assert entry.after == {"contacts": [["3.1", "contact", "Kim Lee"], ["3.2", "contact", "Kim Lee"]]}


def test_naming_again_changes_nothing_and_a_wider_choice_adds_only_what_is_new(plan, cbp):
    kim = keep("Kim Lee", by=cbp)
    call("3.1", kim, by=cbp)
    before = record()

    call("3.1", kim, by=cbp)
    assert record() == before

    opened = name_contact([held("3.1"), held("3.2")], by=cbp, part=Part.CONTACT, person=kim)
    assert [each.responsibility.milestone.code for each in opened] == ["3.2"]
    assert record() == (before[0], 2, 0, before[3] + 1)


def test_a_successor_closes_the_row_and_the_past_keeps_the_old_name(plan, cbp):
    kim, dana = keep("Kim Lee", by=cbp), keep("Dana Reyes", by=cbp)
    with clock.at(in_september(2)):
        call("3.1", kim, by=cbp)
    with clock.at(in_september(9)):
        call("3.1", dana, by=cbp)
    ours = held("3.1")

    def named(moment) -> str:
        row = contacts_of([ours], moment).get(ours.pk, {}).get("contact")
        return row.person.name if row else ""

    days = [in_september(2), in_september(3), in_september(9), in_september(10), None]
    assert [named(moment) for moment in days] == ["", "Kim Lee", "Kim Lee", "Dana Reyes", "Dana Reyes"]
    assert [row.until for row in Contact.objects.order_by("pk")] == [in_september(9), None]


def test_a_person_has_one_part_in_a_milestone_the_new_one_replaces_it(plan, cbp):
    kim, dana = keep("Kim Lee", by=cbp), keep("Dana Reyes", by=cbp)
    call("3.1", kim, by=cbp)
    call("3.1", dana, by=cbp, part=Part.ALTERNATE)

    call("3.1", dana, by=cbp)

    assert standing("3.1") == {"contact": "Dana Reyes"}


def test_nobody_ends_a_part_once(plan, cbp):
    call("3.1", keep("Kim Lee", by=cbp), by=cbp)
    before = record()

    for _ in range(2):
        call("3.1", None, by=cbp)

    assert standing("3.1") == {}
    assert record() == (before[0], 1, 1, before[3] + 1)


def test_each_agency_of_a_joint_milestone_has_its_own_contact(plan, cbp, usps):
    call("5.1", keep("Kim Lee", by=cbp), by=cbp)
    call("5.1", keep("Uma Posey", by=usps, agency="USPS"), by=usps, agency="USPS")

    assert (standing("5.1"), standing("5.1", "USPS")) == ({"contact": "Kim Lee"}, {"contact": "Uma Posey"})


def test_a_part_given_later_has_a_contact_like_any_other(plan, cbp, plcy):
    give("1.1", "CBP", by=plcy, part="lead")
    give("2.1", "USPS", by=plcy, part="supporting")

    call("1.1", keep("Kim Lee", by=cbp), by=cbp)
    call("2.1", keep("Uma Posey", by=plcy, agency="USPS"), by=plcy, agency="USPS")

    assert (standing("1.1"), standing("2.1", "USPS")) == ({"contact": "Kim Lee"}, {"contact": "Uma Posey"})


def test_what_cannot_be_named_is_said_in_words_and_nothing_is_written(plan, cbp, plcy):
    kim, uma = keep("Kim Lee", by=cbp), keep("Uma Posey", by=plcy, agency="USPS")
    gone = held("3.1")
    type(gone).objects.filter(pk=gone.pk).update(assigned_until=in_september(1))
    before = record()

    for rows, part, person, words in (
        ([], Part.CONTACT, kim, "at least one"),
        ([held("3.2")], "deputy", kim, "Choose contact, alternate"),
        ([held("3.2")], Part.CONTACT, uma, "not one of CBP’s people"),
        ([held("3.2"), held("5.2", "USPS")], Part.CONTACT, kim, "one agency at a time"),
        ([gone, held("3.2")], Part.CONTACT, kim, "no part in milestone 3.1 any more"),
    ):
        with pytest.raises(Incomplete, match=words):
            name_contact(rows, by=plcy, part=part, person=person)

    assert record() == before


def test_whose_account_is_closed_is_named_for_nothing(plan, cbp, plcy):
    cary = keep("Cary Boone", by=cbp, seat=cbp)
    cbp.is_active = False
    cbp.save()
    before = record()

    with pytest.raises(Incomplete, match="account of Cary Boone is closed"):
        call("3.1", cary, by=plcy)

    assert record() == before


def test_two_who_name_at_once_the_second_is_told_unless_they_agree(plan, cbp, plcy):
    kim, dana = keep("Kim Lee", by=cbp), keep("Dana Reyes", by=cbp)
    call("3.1", kim, by=cbp)
    seen = last_change_of("CBP")
    call("3.1", dana, by=plcy)
    before = record()

    with pytest.raises(Overtaken, match=r"The contact for 3\.1 was changed .* now Dana Reyes"):
        name_contact([held("3.1")], by=cbp, part=Part.CONTACT, person=kim, seen=seen)
    assert name_contact([held("3.1")], by=cbp, part=Part.CONTACT, person=dana, seen=seen) == []
    assert record() == before

    name_contact([held("3.2")], by=cbp, part=Part.CONTACT, person=kim, seen=seen)
    assert standing("3.2") == {"contact": "Kim Lee"}
