"""Is everybody told of each thing once, whatever runs, races or fails?"""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esc_tracker import clock
from esc_tracker.accounts.models import Role
from milestones.calls.reminding import remind
from milestones.models import OverdueFlag
from milestones.overdue import flag_overdue
from reports import delivery
from reports.models import Delivery, Notice, Telling
from reports.telling import addressing, gathering, noticing
from tests.factories import make_user
from tests.milestones.calls.calling import call_of, open_call
from tests.milestones.telling import in_september
from tests.reports.record import mail_on
from tests.reports.smtp_sink import DIES_AFTER_SENDING, Sink, smtp_sink
from tests.reports.telling.jobs import gather, notice, send, tell

SMTP = "django.core.mail.backends.smtp.EmailBackend"
MONDAY, TUESDAY = in_september(14, 8), in_september(15, 8)
AGENCIES = ("CBP", "ICE-HSI", "USPS", "USPTO")

pytestmark = pytest.mark.django_db


def seat_everybody() -> None:
    """Seat one of PLCY and one of each agency, and turn mail on."""
    mail_on(make_user("plcy@esc.example", Role.PLCY_STAFF))
    for agency in AGENCIES:
        make_user(f"{agency.lower()}@esc.example", Role.ESC_MEMBER, agency)


@pytest.fixture
def seated(plan) -> None:
    seat_everybody()


@pytest.fixture
def sink(settings):
    """A real mail server, to which mail goes."""
    with smtp_sink() as server:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", server.port
        yield server


@pytest.fixture
def waiting(seated) -> int:
    """The overdue of four addressees, each in one mail that waits; how many."""
    notice(MONDAY)
    return gather(MONDAY)[1]


def arrived(sink: Sink) -> list[str]:
    return sorted(str(message["To"]) for message in sink.messages)


# --- What a mail server may do --------------------------------------------------------------------------------------


def test_each_arrives_once_however_often_the_jobs_run(waiting, sink):
    passes = [tell(MONDAY), tell(MONDAY), tell(in_september(14, 20))]

    assert passes == [(waiting, 0), (0, 0), (0, 0)]
    assert arrived(sink) == ["cbp@esc.example", "ice-hsi@esc.example", "plcy@esc.example", "usps@esc.example"]
    assert all(message.get_body(("html",)) and message.get_body(("plain",)) for message in sink.messages)


def test_a_refused_address_stops_nobody_and_gets_it_later_under_the_same_identity(waiting, sink):
    sink.refuses = {"cbp@esc.example"}
    assert send(MONDAY) == (3, 1)
    refused = Delivery.objects.get(sent_at=None)
    assert (refused.address, refused.tries) == ("cbp@esc.example", 1)
    assert "550" in refused.error

    sink.refuses = set()
    assert [send(MONDAY, minutes=1), send(MONDAY, minutes=3)] == [(0, 0), (1, 0)]

    assert f"<notices-2020-09-14.{refused.pk}@esc.example>" in sink.identities()
    assert len(sink.identities()) == len(set(sink.identities())) == 4


@pytest.mark.parametrize("fault", ["closed", "hangs", "nobody listens"])
def test_a_server_that_is_away_for_a_while_costs_no_mail(waiting, sink, settings, fault):
    settings.EMAIL_TIMEOUT = 0.2
    port = settings.EMAIL_PORT
    sink.closed, sink.hangs = fault == "closed", fault == "hangs"
    if fault == "nobody listens":
        settings.EMAIL_PORT = 1
    assert send(MONDAY) == (0, 4)

    sink.closed = sink.hangs = False
    settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = port, 20
    assert send(MONDAY, minutes=3) == (4, 0)

    assert len(sink.identities()) == len(set(sink.identities())) == 4


def test_a_server_that_drops_after_the_text_gets_it_again_under_the_same_identity(waiting, sink):
    sink.drops_after_data = 1

    assert [send(MONDAY), send(MONDAY, minutes=3)] == [(3, 1), (1, 0)]

    assert (len(sink.identities()), len(set(sink.identities()))) == (5, 4)


def test_a_worker_that_dies_before_stamping_repeats_the_same_identity_after_its_lease(waiting, settings, mailoutbox):
    settings.EMAIL_BACKEND = DIES_AFTER_SENDING
    with pytest.raises(SystemExit):
        send(MONDAY)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert [send(MONDAY, minutes=5), send(MONDAY, minutes=11)] == [(3, 0), (1, 0)]

    identities = [message.extra_headers["Message-ID"] for message in mailoutbox]
    assert identities[0] == identities[4]
    assert len(set(identities)) == 4


@pytest.mark.parametrize("addressed", [False, True])
def test_a_pass_that_dies_while_addressing_or_gathering_leaves_it_all_to_the_next(seated, monkeypatch, addressed):
    notice(MONDAY)
    if addressed:
        with clock.at(MONDAY):
            addressing.address(clock.now())
    tellings = Telling.objects.count()

    def dies(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr("django.db.models.query.QuerySet.bulk_update", dies)
        with pytest.raises(SystemExit):
            gather(MONDAY)

    assert (Telling.objects.count(), Delivery.objects.count()) == (tellings, 0)
    assert gather(MONDAY)[1] == 4


# --- Two at once ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_notice_address_gather_and_send_each_once(settings, plan):
    seat_everybody()
    open_call(in_september(9, 9))
    with clock.at(MONDAY):
        flag_overdue(clock.today())
    ready, passes, problems = threading.Barrier(2), [], []

    def work() -> None:
        ready.wait()
        try:
            with clock.at(MONDAY):
                for _ in range(3):
                    delivery.queue_notices(clock.now())
                    passes.append(delivery.send_due(clock.wall()))
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    with smtp_sink() as sink:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", sink.port
        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        seen = arrived(sink)

    assert problems == []
    assert seen == sorted(["plcy@esc.example", *(f"{agency.lower()}@esc.example" for agency in AGENCIES)])
    assert sum(each.sent for each in passes) == Delivery.objects.count() == 5
    assert not Telling.objects.filter(delivery=None).exists()


# --- In any order ---------------------------------------------------------------------------------------------------

STEPS = ("flag", "notice", "address", "gather", "send")


def make(step: str) -> None:
    """Make one step of the job, at the record's moment."""
    now = clock.now()
    if step == "flag":
        flag_overdue(clock.today())
    elif step == "notice":
        noticing.notice(now)
    elif step == "address":
        addressing.address(now)
    elif step == "gather":
        gathering.gather(now)
    else:
        delivery.send_due(clock.wall())


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), max_size=12))
def test_whatever_the_order_of_the_steps_each_person_gets_one_mail_of_the_same_things(seated, mailoutbox, steps):
    for rows in (Telling, Notice, Delivery, OverdueFlag):
        rows.objects.all().delete()
    mailoutbox.clear()

    with clock.at(MONDAY):
        for step in (*steps, *STEPS):
            make(step)
    with clock.at(TUESDAY):
        for step in STEPS:
            make(step)

    told = sorted(Telling.objects.values_list("notice__milestone__id", "notice__agency", "address"))
    assert len(told) == len(set(told)) == Telling.objects.filter(delivery__sent_at__isnull=False).count() == 17
    assert sorted(message.to[0] for message in mailoutbox) == [
        "cbp@esc.example",
        "ice-hsi@esc.example",
        "plcy@esc.example",
        "usps@esc.example",
    ]


def test_a_week_that_was_missed_is_caught_up_and_nothing_old_is_repeated(seated, mailoutbox):
    with clock.at(in_september(9, 9)):
        open_call(in_september(9, 9))
        remind(call_of(), by=make_user("plcy@esc.example", Role.PLCY_STAFF))

    tell(in_september(16, 8))
    first = [sorted(message.to) for message in mailoutbox]
    mailoutbox.clear()
    passes = [tell(in_september(day, 8)) for day in (17, 18, 23, 30)]

    assert len(first) == 5
    assert passes == [(0, 0)] * 4
    assert mailoutbox == []
    assert Telling.objects.filter(delivery=None).count() == 0


def test_what_was_noticed_while_mail_was_off_a_few_days_is_told_when_it_is_on(plan, cbp, plcy, mailoutbox):
    tell(in_september(10))
    tell(in_september(14, 8))
    assert mailoutbox == []

    mail_on(plcy)
    tell(in_september(14, 9))

    assert sorted(message.to[0] for message in mailoutbox) == ["cbp@esc.example", "plcy@esc.example"]
    assert Delivery.objects.first().sent_at - Notice.objects.first().noticed_at > timedelta(days=3)
