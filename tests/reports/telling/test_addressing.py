"""Does each notice reach whom it should at that moment, once, and does none reach whom it should not?"""

from datetime import date, time

import pytest

from esc_tracker import clock
from esc_tracker.accounts.models import Role, User
from milestones.calls.reminding import remind
from milestones.models import CallReminder, Milestone
from milestones.people.naming import set_away
from milestones.workflow import Status
from reports import switch
from reports.models import Notice, Telling
from reports.telling import addressing
from tests.factories import make_user
from tests.milestones.calls.calling import call_of, open_call, skip
from tests.milestones.people.naming import Part, call, keep
from tests.milestones.telling import in_september, milestone, say
from tests.reports.record import mail_on, new_york
from tests.reports.telling.jobs import Kind, gather, notice, told

pytestmark = pytest.mark.django_db
MONDAY = in_september(14, 8)


@pytest.fixture
def on(plan, plcy) -> None:
    """Mail is on."""
    mail_on(plcy)


def overdue(code: str, agency: str | None) -> Notice:
    """Return the notice that a milestone is overdue."""
    return Notice.objects.get(kind=Kind.OVERDUE, milestone=milestone(code), agency=agency)


def reached(notice: Notice) -> list[tuple[str, bool]]:
    return list(notice.tellings.order_by("address").values_list("address", "copy"))


# --- When -----------------------------------------------------------------------------------------------------------


def test_nobody_is_addressed_while_mail_is_off(plan, cbp, plcy):
    notice(MONDAY)

    assert gather(MONDAY) == (0, 0)

    assert Telling.objects.count() == 0


def test_nobody_is_addressed_before_the_hour(on, cbp, settings):
    notice(in_september(14, 0, 5))
    assert gather(in_september(14, 6, 59)) == (0, 0)
    assert gather(in_september(14, 7))[0] > 0

    settings.DIGEST_AT = time(9, 30)
    assert not addressing.is_time(in_september(14, 9, 29))
    assert addressing.is_time(in_september(14, 9, 30))


def test_what_was_noticed_a_fortnight_ago_and_never_told_is_dropped_in_words(plan, cbp, plcy):
    notice(in_september(1))
    notice(in_september(14, 7))
    mail_on(plcy)

    gather(in_september(15, 13))

    assert set(Notice.objects.filter(noticed_at__lt=in_september(2)).values_list("dropped", "addressed_at")) == {
        ("Not told within 14 days.", None)
    }
    assert not Telling.objects.filter(notice__noticed_at__lt=in_september(2)).exists()


# --- Whom -----------------------------------------------------------------------------------------------------------


def test_the_contact_is_told_and_while_away_the_alternate_and_no_principal(on, cbp, plcy):
    kim = keep("Kim Lee", by=cbp)
    call("3.2", kim, by=cbp)
    call("3.2", keep("Dana Reyes", by=cbp), by=cbp, part=Part.ALTERNATE)
    call("3.2", keep("Jo Cole", by=cbp), by=cbp, part=Part.PRINCIPAL)
    call("3.3", kim, by=cbp)
    notice(MONDAY)
    gather(MONDAY)
    assert reached(overdue("3.2", "CBP")) == [("kim.lee@cbp.example", False)]

    Telling.objects.all().delete()
    Notice.objects.update(addressed_at=None)
    set_away(kim, by=cbp, away_until=date(2020, 9, 14))
    gather(MONDAY)

    assert reached(overdue("3.2", "CBP")) == [("dana.reyes@cbp.example", False)]
    assert reached(overdue("3.3", "CBP")) == [("kim.lee@cbp.example", False)]


def test_without_a_contact_everybody_with_a_seat_and_without_an_agency_the_chairs_office(on, cbp, plcy, plcy2):
    make_user("second@cbp.example", Role.ESC_MEMBER, "CBP")
    User.objects.filter(pk=make_user("closed@cbp.example").pk).update(is_active=False)

    notice(MONDAY)
    gather(MONDAY)

    assert reached(overdue("3.2", "CBP")) == [("cbp@esc.example", False), ("second@cbp.example", False)]
    assert reached(overdue("8.1", None)) == [("plcy2@esc.example", False), ("plcy@esc.example", False)]


def test_a_principal_reads_a_copy_of_a_reminder_only_where_plcy_chose_so(on, uspto, plcy):
    call("11.2", keep("Jo Cole", by=uspto, agency="USPTO"), by=uspto, agency="USPTO", part=Part.PRINCIPAL)
    open_call(in_september(9, 9))
    with clock.at(in_september(10)):
        remind(call_of(), by=plcy)
    reminder = CallReminder.objects.get(agency="USPTO")
    notice(in_september(10, 13))
    gather(in_september(10, 13))
    key = f"reminder-{reminder.pk}"
    assert reached(Notice.objects.get(key=key)) == [("uspto@esc.example", False)]

    Telling.objects.all().delete()
    Notice.objects.update(addressed_at=None)
    CallReminder.objects.update(copies_principal=True)
    gather(in_september(10, 14))

    assert reached(Notice.objects.get(key=key)) == [("jo.cole@uspto.example", True), ("uspto@esc.example", False)]
    assert reached(Notice.objects.get(key="call-2020-W37-USPTO")) == [("uspto@esc.example", False)]


@pytest.mark.parametrize("outsider", ["coac", "admin_user"])
def test_one_outside_the_committee_is_never_told_even_if_named_as_a_contact(on, cbp, outsider, request):
    address = request.getfixturevalue(outsider).email
    call("3.2", keep("Coral Achebe", by=cbp, email=address.upper()), by=cbp)

    notice(MONDAY)
    gather(MONDAY)

    assert address not in told()
    assert overdue("3.2", "CBP").addressed_at is None


def test_who_has_nobody_waits_until_somebody_is_there_and_is_told_once(on):
    notice(MONDAY)
    gather(MONDAY)
    assert overdue("5.3", "USPS").addressed_at is None

    make_user("usps@esc.example", Role.ESC_MEMBER, "USPS")
    assert gather(in_september(14, 9)) == (2, 1)
    assert gather(in_september(14, 10)) == (0, 0)

    assert len(told()["usps@esc.example"]) == 2


# --- What no longer holds -------------------------------------------------------------------------------------------


def test_what_no_longer_holds_is_dropped_with_why(on, cbp, uspto, plcy):
    open_call(in_september(9, 9))
    with clock.at(in_september(9, 10)):
        notice(in_september(9, 10))
        notice(new_york(10, 2))
        say("3.2", cbp, status=Status.REPORTED_COMPLETE)
        Milestone.objects.coded("11.2").update(current_target_on=date(2020, 11, 30))
    skip(in_september(9, 11), plcy)

    gather(in_september(9, 12))

    dropped = dict(Notice.objects.exclude(dropped="").values_list("key", "dropped"))
    assert dropped[overdue("3.2", "CBP").key] == "the milestone is no longer open"
    assert dropped["due-11.2-2020-10-31-30-USPTO"] == "its target moved"
    assert dropped["call-2020-W37-CBP"].startswith("The call of 2020-W37 was skipped")
    assert not Telling.objects.filter(notice__key__in=dropped).exists()


def test_addressing_takes_as_many_queries_for_much_as_for_little(on, cbp, ice, usps, django_assert_max_num_queries):
    switch.is_on()
    open_call(in_september(9, 9))
    notice(in_september(10))
    count = Notice.objects.count()

    with clock.at(in_september(10)), django_assert_max_num_queries(21):
        addressing.address(in_september(10))

    assert count > 20
