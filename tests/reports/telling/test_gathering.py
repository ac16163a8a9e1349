"""Does each person get at most one mail of notices a day, at the pace they chose?"""

import pytest

from esc_tracker import clock
from esc_tracker.accounts.models import Pace, User
from milestones.deciding import confirm
from milestones.models import OverdueFlag
from milestones.workflow import Status
from reports.models import Delivery, Telling
from reports.telling import gathering
from tests.milestones.people.naming import Part, call, keep
from tests.milestones.telling import in_september, milestone, say
from tests.reports.record import mail_on
from tests.reports.telling.jobs import Kind, gather, mails, notice, send, tell, told

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = in_september(14, 8), in_september(15, 8)


@pytest.fixture(autouse=True)
def on(plan, plcy) -> None:
    """Mail is on, and nothing is overdue but what a test says."""
    mail_on(plcy)


def paced(user: User, pace: Pace) -> None:
    User.objects.filter(pk=user.pk).update(pace=pace)


def decide(code: str, by: User, plcy: User, at) -> None:
    """Have an agency report a milestone, and PLCY confirm it: one notice for the agency."""
    with clock.at(at):
        say(code, by, status=Status.REPORTED_COMPLETE)
        row = milestone(code)
        confirm(row, by=plcy, seen_version=row.version)
    notice(at, flag=False)


def to(address: str) -> list[tuple[str, str]]:
    return [(message, state) for message, whom, state in mails() if whom == address]


# --- One a day ------------------------------------------------------------------------------------------------------


def test_all_that_is_noticed_by_the_hour_is_one_mail_and_the_rest_waits_for_tomorrow(uspto, cbp, plcy, mailoutbox):
    decide("3.1", cbp, plcy, in_september(14, 6))
    decide("3.2", cbp, plcy, in_september(14, 7))
    assert gather(MONDAY) == (2, 1)
    assert send(MONDAY) == (1, 0)

    decide("3.3", cbp, plcy, in_september(14, 15))
    assert gather(in_september(14, 16)) == (1, 0)
    assert gather(in_september(14, 23)) == (0, 0)
    assert gather(in_september(15, 6)) == (0, 0)
    assert gather(TUESDAY) == (0, 1)
    assert send(TUESDAY) == (1, 0)

    assert to("cbp@esc.example") == [("notices-2020-09-14", "sent"), ("notices-2020-09-15", "sent")]
    row = Delivery.objects.get(message="notices-2020-09-14")
    assert (row.recipient, row.person, row.tellings.count()) == (cbp, None, 2)


def test_while_a_mail_waits_nothing_more_is_gathered_for_its_address(cbp, plcy, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    decide("3.1", cbp, plcy, in_september(14, 6))
    gather(MONDAY)
    assert send(MONDAY) == (0, 1)

    decide("3.2", cbp, plcy, in_september(15, 6))
    assert gather(TUESDAY) == (1, 0)

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send(TUESDAY, minutes=3) == (1, 0)
    assert gather(in_september(15, 9)) == (0, 0)
    assert gather(in_september(16, 9)) == (0, 1)


def test_a_reminder_of_the_afternoon_goes_out_at_once_to_who_got_no_mail_that_day(uspto, plcy):
    decide("11.2", uspto, plcy, in_september(14, 15))

    assert gather(in_september(14, 15, 5)) == (1, 1)


# --- Pace -----------------------------------------------------------------------------------------------------------


def test_once_a_week_is_monday_or_the_day_after_a_monday_that_was_missed(cbp, plcy):
    paced(cbp, Pace.WEEKLY)
    decide("3.1", cbp, plcy, in_september(9))
    gather(in_september(9, 13))
    gather(in_september(11, 13))
    assert to("cbp@esc.example") == []

    decide("3.2", cbp, plcy, TUESDAY)
    gather(in_september(15, 9))
    assert to("cbp@esc.example") == [("notices-2020-09-15", "waits")]
    assert len(told()["cbp@esc.example"]) == 2
    send(in_september(15, 9))

    decide("3.3", cbp, plcy, in_september(16))
    gather(in_september(16, 13))
    gather(in_september(20, 13))
    assert len(to("cbp@esc.example")) == 1

    gather(in_september(21, 7))
    assert to("cbp@esc.example")[1:] == [("notices-2020-09-21", "waits")]


def test_who_wants_none_gets_none_and_it_is_kept_why(cbp, plcy, mailoutbox):
    paced(cbp, Pace.NONE)
    decide("3.1", cbp, plcy, in_september(14, 6))
    decide("3.2", cbp, plcy, in_september(14, 9))

    gather(in_september(14, 8))
    gather(in_september(14, 10))

    assert to("cbp@esc.example") == [("unwanted-2020-09-14", "Not sent: no mail wanted beside the report")]
    assert Telling.objects.filter(delivery=None).count() == 0
    assert send(MONDAY) == (0, 0)
    assert mailoutbox == []


@pytest.mark.parametrize("pace", [Pace.WEEKLY, Pace.NONE])
def test_a_contact_hears_of_what_is_overdue_whatever_the_pace(cbp, plcy, pace):
    paced(cbp, pace)
    cary = keep("Cary Boone", by=cbp, email="cary@esc.example", seat=cbp)
    call("3.2", cary, by=cbp)
    call("3.3", keep("Kim Lee", by=cbp), by=cbp)
    call("3.3", cary, by=cbp, part=Part.ALTERNATE)
    call("5.3", cary, by=cbp)
    decide("5.3", cbp, plcy, TUESDAY)
    notice(TUESDAY)

    gather(in_september(15, 9))

    row = Delivery.objects.get(message="notices-2020-09-15", address="cary@esc.example")
    assert {(each.notice.kind, each.notice.milestone.code) for each in row.tellings.all()} == {(Kind.OVERDUE, "3.2")}
    assert row.recipient == cbp


def test_one_who_hears_of_it_only_by_a_seat_is_told_at_the_own_pace(cbp, plcy):
    paced(cbp, Pace.NONE)
    notice(TUESDAY)
    assert OverdueFlag.objects.filter(milestone=milestone("3.2"), closed_at=None).exists()

    gather(in_september(15, 9))

    assert [message for message, _ in to("cbp@esc.example")] == ["unwanted-2020-09-15"]


def test_a_person_without_a_seat_is_told_at_once(cbp, plcy):
    kim = keep("Kim Lee", by=cbp, email="kim@esc.example")
    call("3.2", kim, by=cbp)

    notice(TUESDAY)
    gather(in_september(15, 9))

    row = Delivery.objects.get(address="kim@esc.example")
    assert (row.message, row.recipient, row.person) == ("notices-2020-09-15", None, kim)


# --- The job --------------------------------------------------------------------------------------------------------


def test_gathering_takes_as_many_queries_for_much_as_for_little(
    cbp, ice, usps, plcy, plcy2, django_assert_max_num_queries
):
    notice(MONDAY)
    with clock.at(MONDAY):
        gather(in_september(14, 6))
        from_there = Telling.objects.count()
    assert from_there == 0
    gather(MONDAY)
    Telling.objects.update(delivery=None)
    Delivery.objects.all().delete()
    assert Telling.objects.count() > 15

    with clock.at(MONDAY), django_assert_max_num_queries(14):
        assert gathering.gather(MONDAY) == 5


def test_a_week_without_the_job_is_caught_up_by_one_mail_and_nothing_is_told_again(cbp, plcy, mailoutbox):
    tell(in_september(14, 8))
    first = len(mailoutbox)

    tell(in_september(22, 8))

    assert first == 2
    assert [message.to for message in mailoutbox[first:]] == []
    assert len({(each.notice_id, each.address) for each in Telling.objects.all()}) == Telling.objects.count()
