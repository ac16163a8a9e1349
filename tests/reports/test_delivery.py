"""Is each person told exactly once, whatever the mail server does?"""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from esc_tracker import clock
from esc_tracker.accounts.models import Role, User
from esc_tracker.outgoing import wait_after
from milestones.models import Person
from reports import delivery, switch
from reports.models import Delivery
from reports.weekly import publishing, releasing
from reports.weekly.permissions import NotNow
from tests.factories import make_user
from tests.milestones.people.naming import keep
from tests.reports.record import begin_record, drafted, mail_on, new_york, published, released
from tests.reports.smtp_sink import DIES_AFTER_SENDING, smtp_sink

SMTP = "django.core.mail.backends.smtp.EmailBackend"

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(db, plcy) -> None:
    begin_record()
    mail_on(plcy)


@pytest.fixture
def sink(settings):
    """A real mail server, to which mail goes."""
    with smtp_sink() as server:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", server.port
        yield server


@pytest.fixture
def two_told(record, cbp, plcy) -> list[Delivery]:
    """A published report with two mails waiting: to CBP's member and to PLCY."""
    published("2020-W35", by=plcy, tell=True)
    return list(Delivery.objects.order_by("recipient__email"))


def send(minutes: int = 0) -> tuple[int, int]:
    """Make one pass, so many minutes from now; return how many were sent and failed."""
    done = delivery.send_due(clock.wall() + timedelta(minutes=minutes))
    return done.sent, done.failed


def waiting_for() -> list[str]:
    return list(Delivery.objects.order_by("recipient__email").values_list("recipient__email", flat=True))


# --- Who is told ---------------------------------------------------------------------------------------------------


def test_publishing_queues_one_mail_for_each_of_the_committees_people(
    record, cbp, usps, plcy, reader, coac, admin_user
):
    User.objects.filter(pk=usps.pk).update(is_active=False)

    published("2020-W35", by=plcy, tell=True)

    assert waiting_for() == ["cbp@esc.example", "plcy@esc.example", "reader@esc.example"]
    assert {each.message for each in Delivery.objects.all()} == {"report-2020-W35-1-esc"}


def test_while_mail_is_off_nothing_is_queued_and_nothing_sent(record, cbp, plcy, coac, mailoutbox):
    published("2020-W35", by=plcy, tell=True)
    switch.turn(False, by=plcy)

    [report] = published("2020-W36", by=plcy, tell=True)
    released(report, by=plcy, tell=True)

    assert send() == (0, 0)
    assert mailoutbox == []
    assert {each.message for each in Delivery.objects.all()} == {"report-2020-W35-1-esc"}


def test_a_person_without_a_seat_whom_plcy_ticked_gets_the_committees_edition(record, cbp, plcy, coac, sink):
    ticked = keep("Kim Lee", by=plcy, email="Kim.Lee@esc.example", gets_report=True)
    keep("Dana Reyes", by=plcy, email="dana.reyes@esc.example")
    keep("Cary Boone", by=plcy, email="CBP@esc.example", gets_report=True)
    keep("Coral Achebe", by=plcy, email="coac@esc.example", gets_report=True)

    published("2020-W35", by=plcy, tell=True)

    assert sorted(Delivery.objects.values_list("address", "person")) == [
        ("cbp@esc.example", None),
        ("kim.lee@esc.example", ticked.pk),
        ("plcy@esc.example", None),
    ]
    assert send() == (3, 0)
    assert "kim.lee@esc.example" in [message["To"] for message in sink.messages]


def test_who_is_no_longer_ticked_or_has_a_seat_by_now_is_not_told_that_way(record, plcy, mailoutbox):
    for name in ("kim", "dana"):
        keep(name, by=plcy, email=f"{name}@esc.example", gets_report=True)
    published("2020-W35", by=plcy, tell=True)
    Person.objects.filter(name="kim").update(gets_report=False)
    make_user("dana@esc.example", Role.COAC_READER)

    assert send() == (1, 0)

    assert [message.to for message in mailoutbox] == [["plcy@esc.example"]]
    assert Delivery.objects.get(address="dana@esc.example").error == "Not sent: this address has a seat by now"


def test_who_wants_no_report_by_mail_gets_none(record, cbp, plcy, reader):
    User.objects.filter(pk=cbp.pk).update(wants_report=False)

    published("2020-W35", by=plcy, tell=True)

    assert waiting_for() == ["plcy@esc.example", "reader@esc.example"]


def test_releasing_queues_one_mail_for_each_coac_reader(record, cbp, plcy, reader, coac):
    [report] = published("2020-W35", by=plcy)

    released(report, by=plcy, tell=True)

    assert waiting_for() == ["coac@esc.example"]


def test_what_is_not_published_queues_nothing(record, cbp, plcy):
    _, second = drafted("2020-W35", "2020-W36")

    with pytest.raises(NotNow):
        publishing.publish(second, by=plcy)

    assert waiting_for() == []


# --- Exactly once --------------------------------------------------------------------------------------------------


def test_what_waits_is_sent_once_however_often_the_job_runs(two_told, sink):
    assert [send(), send(), send(minutes=60)] == [(2, 0), (0, 0), (0, 0)]

    assert sorted(sink.identities()) == sorted(f"<report-2020-w35-1-esc.{each.pk}@esc.example>" for each in two_told)
    assert all(each.sent_at and each.tries == 1 for each in Delivery.objects.all())


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_message_once(settings):
    begin_record()
    plcy = make_user("plcy@esc.example", Role.PLCY_STAFF)
    for number in range(11):
        make_user(f"reader{number}@esc.example", Role.READER)
    mail_on(plcy)
    published("2020-W35", by=plcy, tell=True)
    ready, passes = threading.Barrier(2), []

    def work() -> None:
        ready.wait()
        passes.append(delivery.send_due(clock.wall()))
        connection.close()

    with smtp_sink() as sink:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", sink.port
        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    assert len(passes) == 2
    assert sum(each.sent for each in passes) == 12
    assert len(sink.identities()) == len(set(sink.identities())) == 12


def test_a_refused_recipient_does_not_stop_the_others(two_told, sink):
    sink.refuses = {"cbp@esc.example"}

    assert send() == (1, 1)

    refused, sent = Delivery.objects.order_by("recipient__email")
    assert sent.sent_at is not None
    assert (refused.sent_at, refused.tries) == (None, 1)
    assert "550" in refused.error
    assert "no such person here" in refused.error


def test_a_server_that_is_closed_for_now_gets_all_of_it_later(two_told, sink):
    sink.closed = True
    assert send() == (0, 2)
    assert {each.error.partition(":")[0] for each in Delivery.objects.all()} == {"SMTPSenderRefused"}

    sink.closed = False
    assert send(minutes=3) == (2, 0)

    assert len(sink.identities()) == len(set(sink.identities())) == 2


def test_a_failed_message_is_tried_again_later_and_then_not_again(two_told, sink):
    sink.refuses = {"cbp@esc.example"}
    send()
    sink.refuses = set()

    assert [send(minutes=1), send(minutes=3), send(minutes=60)] == [(0, 0), (1, 0), (0, 0)]

    assert len(sink.identities()) == 2
    assert not Delivery.objects.exclude(error="").exists()


def test_what_fails_several_times_is_counted_as_stuck(two_told, sink):
    sink.refuses = {"cbp@esc.example"}

    stuck = [delivery.send_due(clock.wall() + timedelta(minutes=minutes)).stuck for minutes in (0, 3, 8)]

    assert stuck == [0, 0, 1]
    assert Delivery.objects.stuck().get().recipient.email == "cbp@esc.example"


@pytest.mark.parametrize(("tries", "minutes"), [(1, 2), (2, 4), (3, 8), (8, 256), (9, 360), (10_000, 360)])
def test_each_wait_is_twice_the_one_before_up_to_six_hours(tries, minutes):
    assert wait_after(tries) == timedelta(minutes=minutes)


def test_a_server_that_drops_after_the_text_gets_it_again_under_the_same_identity(two_told, sink):
    sink.drops_after_data = 1

    assert [send(), send(minutes=3)] == [(1, 1), (1, 0)]

    identities = sink.identities()
    assert (len(identities), len(set(identities))) == (3, 2)


def test_a_server_that_hangs_costs_one_timeout_and_no_mail(two_told, sink, settings):
    settings.EMAIL_TIMEOUT = 0.2
    sink.hangs = True
    assert send() == (0, 2)

    sink.hangs = False
    assert send(minutes=3) == (2, 0)

    assert len(sink.identities()) == 2


def test_with_no_server_at_all_every_mail_waits(two_told, sink, settings):
    settings.EMAIL_PORT = 1

    assert send() == (0, 2)
    assert {each.error.partition(":")[0] for each in Delivery.objects.all()} == {"ConnectionRefusedError"}

    settings.EMAIL_PORT = sink.port
    assert send(minutes=3) == (2, 0)


def test_a_worker_that_dies_before_stamping_repeats_the_same_identity_after_its_lease(two_told, settings, mailoutbox):
    settings.EMAIL_BACKEND = DIES_AFTER_SENDING
    with pytest.raises(SystemExit):
        send()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert [send(minutes=5), send(minutes=11)] == [(1, 0), (1, 0)]

    identities = [message.extra_headers["Message-ID"] for message in mailoutbox]
    assert identities[0] == identities[2]
    assert len(set(identities)) == 2


# --- What must not go out ------------------------------------------------------------------------------------------


def test_an_address_that_is_not_on_the_list_is_held_and_goes_out_once_it_is(two_told, sink, settings):
    settings.MAIL_ALLOWED = ["plcy@esc.example"]
    assert send() == (1, 0)
    held = Delivery.objects.get(sent_at=None)
    assert (held.address, held.tries, held.error) == ("cbp@esc.example", 0, "")

    settings.MAIL_ALLOWED = ["ESC.example"]
    assert send() == (1, 0)

    assert len(sink.messages) == 2


def test_a_recipient_with_a_line_break_is_refused_and_the_others_are_told(two_told, sink):
    Delivery.objects.filter(address="cbp@esc.example").update(address="cbp@esc.example\nBcc: all@esc.example")

    assert send() == (1, 1)

    assert [message["To"] for message in sink.messages] == ["plcy@esc.example"]
    assert Delivery.objects.get(sent_at=None).error.startswith("ValueError: Invalid address")


def test_a_person_who_lost_the_seat_meanwhile_is_not_told(two_told, cbp, mailoutbox):
    User.objects.filter(pk=cbp.pk).update(is_active=False)

    assert send() == (1, 0)

    assert [message.to for message in mailoutbox] == [["plcy@esc.example"]]
    assert delivery.send_due(clock.wall()).stuck == 0


def test_a_person_moved_to_coac_gets_nothing_of_the_committees(two_told, cbp, mailoutbox):
    User.objects.filter(pk=cbp.pk).update(role=Role.COAC_READER, agency=None)

    assert send() == (1, 0)


def test_a_release_withdrawn_before_it_was_told_is_not_told_until_released_again(record, plcy, coac, mailoutbox):
    [report] = published("2020-W35", by=plcy)
    released(report, by=plcy, tell=True)
    releasing.withdraw(report, by=plcy)
    assert send() == (0, 0)

    edition = released(report, by=plcy, withheld=("3.3",), tell=True)

    assert send() == (1, 0)
    assert edition.digest in mailoutbox[0].body


def test_a_report_released_again_is_told_once_only(record, plcy, coac, mailoutbox):
    [report] = published("2020-W35", by=plcy)
    released(report, by=plcy, tell=True)
    send()
    releasing.withdraw(report, by=plcy)

    released(report, by=plcy, tell=True)

    assert send() == (0, 0)
    assert len(mailoutbox) == 1


def test_the_moment_sent_is_the_records_and_the_next_try_is_the_real_clocks(two_told, sink):
    sink.refuses = {"cbp@esc.example"}
    send()

    refused, sent = Delivery.objects.order_by("recipient__email")

    assert clock.day_of(sent.sent_at) == new_york(9, 14).date()
    assert abs(refused.next_try_at - clock.wall() - timedelta(minutes=2)) < timedelta(seconds=30)
