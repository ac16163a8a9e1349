"""Does mail about a milestone reach whom it should, and does the tracker know where it reaches nobody?"""

from datetime import date, timedelta

import pytest

from esc_tracker import clock
from esc_tracker.accounts.models import Role, User
from esc_tracker.reader import Reader, esc_reader
from milestones.models import Person
from milestones.people.contacts import left_without_contact, mail_addresses, untold
from milestones.people.naming import set_away
from milestones.workflow import Status
from tests.factories import make_user
from tests.milestones.people.naming import Part, call, keep
from tests.milestones.telling import give, in_september, say

pytestmark = pytest.mark.django_db
TODAY = date(2020, 9, 14)
KIM, DANA, PRINCIPAL = "kim.lee@cbp.example", "dana.reyes@cbp.example", "jo.cole@cbp.example"
NOBODY_NAMED = ["1.1", "1.2", "1.3", "4.1", "4.6", "8.1", "8.2", "8.3", "9.1", "9.2", "10.1", "11.1", "11.3"]


@pytest.fixture
def kim(plan, cbp) -> Person:
    """The contact for 3.1, with Dana Reyes as alternate and Jo Cole in copy."""
    kim = keep("Kim Lee", by=cbp)
    call("3.1", kim, by=cbp)
    call("3.1", keep("Dana Reyes", by=cbp), by=cbp, part=Part.ALTERNATE)
    call("3.1", keep("Jo Cole", by=cbp), by=cbp, part=Part.PRINCIPAL)
    return kim


def ends(user: User, in_days: int) -> None:
    """End a seat so many days from now, by the real clock."""
    user.access_ends_on = clock.real_day() + timedelta(days=in_days)
    user.save()


def test_the_contact_gets_it_and_the_principal_a_copy(kim, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        assert mail_addresses("CBP", ["3.1"], TODAY) == ([KIM], [PRINCIPAL])


@pytest.mark.parametrize(
    ("today", "to"), [(date(2020, 9, 20), [DANA]), (date(2020, 9, 21), [KIM]), (date(2020, 9, 14), [DANA])]
)
def test_while_the_contact_is_away_the_last_day_included_the_alternate_gets_it(kim, cbp, today, to):
    set_away(kim, by=cbp, away_until=date(2020, 9, 20))

    assert mail_addresses("CBP", ["3.1"], today) == (to, [PRINCIPAL])


def test_whoever_is_away_with_nobody_at_hand_gets_it_still(kim, cbp):
    for person in Person.objects.all():
        set_away(person, by=cbp, away_until=date(2020, 9, 20))
    assert mail_addresses("CBP", ["3.1"], TODAY)[0] == [KIM]

    call("3.1", None, by=cbp, part=Part.ALTERNATE)
    assert mail_addresses("CBP", ["3.1"], TODAY)[0] == [KIM]


def test_for_a_milestone_without_a_contact_everybody_with_a_seat_gets_it(kim, cbp):
    second = make_user("second@cbp.example", Role.ESC_MEMBER, "CBP")
    make_user("closed@cbp.example", Role.ESC_MEMBER, "CBP")
    User.objects.filter(email="closed@cbp.example").update(is_active=False)
    ends(make_user("ended@cbp.example", Role.ESC_MEMBER, "CBP"), 0)
    ends(second, 1)

    assert mail_addresses("CBP", ["3.2"], TODAY) == (["cbp@esc.example", "second@cbp.example"], [])
    assert mail_addresses("CBP", ["3.1", "3.2"], TODAY)[0] == ["cbp@esc.example", KIM, "second@cbp.example"]


def test_no_address_stands_twice_and_each_agency_answers_for_its_own(kim, cbp, usps):
    call("3.2", kim, by=cbp)
    call("3.3", Person.objects.get(name="Jo Cole"), by=cbp)

    assert mail_addresses("CBP", ["3.1", "3.2", "3.3"], TODAY) == ([PRINCIPAL, KIM], [])
    assert mail_addresses("USPS", ["5.1"], TODAY) == (["usps@esc.example"], [])
    assert mail_addresses("USPTO", ["11.2"], TODAY) == ([], [])


def test_whose_account_has_ended_gets_nothing_any_more(kim, cbp, plcy):
    kim.seat = cbp
    kim.save()
    assert mail_addresses("CBP", ["3.1"], TODAY)[0] == [KIM]

    ends(cbp, 0)
    assert mail_addresses("CBP", ["3.1"], TODAY)[0] == [DANA]

    call("3.1", None, by=plcy, part=Part.ALTERNATE)
    assert mail_addresses("CBP", ["3.1"], TODAY) == ([], [PRINCIPAL])


def test_the_chairs_office_is_reached_like_any_agency(plan, plcy):
    assert mail_addresses("PLCY", ["4.2"], TODAY) == (["plcy@esc.example"], [])


# --- About which milestones would nobody be told? -------------------------------------------------------------------


def codes_untold(reader) -> list[str]:
    return [row.code for row in untold(reader)]


def now() -> Reader:
    """Return a reader of the record as it stands."""
    return Reader(role=Role.READER, today=TODAY)


def test_nobody_is_told_where_no_agency_is_named_or_none_can_be_reached(
    plan, cbp, ice, usps, plcy, django_assert_num_queries
):
    with django_assert_num_queries(1):
        assert codes_untold(now()) == [*NOBODY_NAMED[:-2], "11.1", "11.2", "11.3"]

    keep_tobias = keep("Tobias Orr", by=plcy, agency="USPTO")
    call("11.2", keep_tobias, by=plcy, agency="USPTO")
    assert codes_untold(now()) == NOBODY_NAMED

    give("1.1", "CBP", by=plcy)
    give("1.2", "USPTO", by=plcy)
    assert codes_untold(now()) == [code for code in [*NOBODY_NAMED] if code != "1.1"]


def test_a_supporting_agency_or_a_principal_in_copy_is_not_enough(plan, cbp, ice, usps, plcy):
    give("1.1", "CBP", by=plcy, part="supporting")
    call("11.2", keep("Tobias Orr", by=plcy, agency="USPTO"), by=plcy, agency="USPTO", part=Part.PRINCIPAL)

    assert {"1.1", "11.2"} <= set(codes_untold(now()))


def test_a_milestone_reported_complete_waits_for_plcy_and_a_day_of_the_past_is_answered_too(
    plan, cbp, ice, usps, uspto, plcy
):
    say("1.1", plcy, status=Status.REPORTED_COMPLETE)
    give("1.2", "CBP", by=plcy)

    assert codes_untold(now()) == [code for code in NOBODY_NAMED if code not in {"1.1", "1.2"}]
    assert codes_untold(esc_reader(in_september(14, 0))) == NOBODY_NAMED


def test_a_seat_that_ends_leaves_its_milestones_without_a_contact(kim, cbp, plcy, django_assert_num_queries):
    cary = keep("Cary Boone", by=cbp, seat=cbp)
    call("3.1", cary, by=cbp)
    call("3.2", cary, by=cbp)
    call("3.3", cary, by=cbp, part=Part.ALTERNATE)
    call("7.1", cary, by=cbp, part=Part.PRINCIPAL)
    call("2.2", cary, by=cbp)

    with django_assert_num_queries(1):
        assert left_without_contact(cbp) == ["2.2", "3.2", "3.3"]

    ends(cbp, 0)
    assert left_without_contact(cbp) == ["2.2", "3.2", "3.3"]
    assert left_without_contact(plcy) == []


def test_a_colleague_whose_account_is_closed_too_is_no_help(plan, cbp, plcy):
    closed = make_user("closed@cbp.example", Role.ESC_MEMBER, "CBP")
    call("3.1", keep("Cary Boone", by=cbp, seat=cbp), by=cbp)
    call("3.1", keep("Kim Lee", by=cbp, seat=closed), by=cbp, part=Part.ALTERNATE)
    assert left_without_contact(cbp) == []

    User.objects.filter(pk=closed.pk).update(is_active=False)
    assert left_without_contact(cbp) == ["3.1"]
