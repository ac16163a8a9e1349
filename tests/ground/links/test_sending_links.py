"""Does a link to choose a passphrase reach its person by mail, once, however servers and workers behave? (R15, R32)"""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection

from esc_tracker import clock
from esc_tracker.accounts.links.asking import ask_reset, invite
from esc_tracker.accounts.links.sending import digest_of, send_links
from esc_tracker.accounts.models import PassphraseLink, Role, User
from esc_tracker.security.models import Kind, SecurityEvent
from tests.factories import make_user
from tests.reports.smtp_sink import DIES_AFTER_SENDING, smtp_sink

SMTP = "django.core.mail.backends.smtp.EmailBackend"
LINK = re.compile(r"http://localhost:8000/accounts/passphrase/(\S+)/")

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings):
    """A mail server that listens, and the settings that lead to it."""
    settings.BASE_URL = "http://localhost:8000"
    with smtp_sink() as server:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", server.port
        yield server


def send(minutes: int = 0) -> tuple[int, int]:
    """Make one pass, so many minutes from now; return how many were sent and failed."""
    done = send_links(clock.wall() + timedelta(minutes=minutes))
    return done.sent, done.failed


def invited(person: User) -> PassphraseLink:
    """Have a person invited from the terminal."""
    return invite(person, by=None, moment=clock.wall())


def secret_in(text: str) -> str:
    """Return the secret of the one link in a text."""
    [secret] = LINK.findall(text)
    return secret


def test_an_invitation_is_plain_text_to_the_person_and_only_the_digest_of_its_secret_is_kept(cbp, sink):
    link = invited(cbp)

    assert send() == (1, 0)

    [message] = sink.messages
    assert (message["To"], message.get_content_type()) == ("cbp@esc.example", "text/plain")
    secret = secret_in(sink.text("cbp@esc.example"))
    link.refresh_from_db()
    assert message["Message-ID"] == f"<invitation-{link.pk}-{link.digest[:12]}.{cbp.pk}@esc.example>"
    assert link.digest == digest_of(secret)
    assert secret not in str(vars(link))
    assert len(secret) == 43
    assert timedelta(days=7) - timedelta(minutes=1) < link.expires_at - link.sent_at <= timedelta(days=7)


def test_a_reset_is_good_for_half_an_hour(cbp, sink):
    ask_reset("CBP@esc.example")

    assert send() == (1, 0)

    link = PassphraseLink.objects.get()
    assert timedelta(minutes=29) < link.expires_at - link.sent_at <= timedelta(minutes=30)


def test_sending_again_sends_nothing_again(cbp, sink):
    invited(cbp)

    assert [send(), send(), send(60)] == [(1, 0), (0, 0), (0, 0)]

    assert len(sink.messages) == 1


def test_account_mail_goes_out_while_plcys_switch_is_off(cbp, mailoutbox):
    invited(cbp)

    send()

    assert [message.to for message in mailoutbox] == [["cbp@esc.example"]]


def test_whom_this_installation_may_not_reach_is_not_mailed_and_waits(mailoutbox, db):
    dana = make_user("dana@cbp.example", Role.READER)
    invited(dana)

    assert send() == (0, 0)

    assert mailoutbox == []
    assert list(PassphraseLink.objects.values_list("tries", "sent_at", "digest")) == [(0, None, "")]


@pytest.mark.parametrize("address", ["nobody@esc.example", "closed@esc.example"])
def test_an_address_without_an_open_seat_gets_a_row_and_no_mail(address, mailoutbox, db):
    make_user("closed@esc.example", Role.READER)
    User.objects.update(is_active=False)

    ask_reset(address)

    assert send() == (0, 0)
    assert mailoutbox == []
    assert list(PassphraseLink.objects.values_list("person", "purpose")) == [(None, "reset")]


def test_a_server_that_is_closed_is_tried_again_later_with_the_same_link(cbp, sink):
    link = invited(cbp)
    sink.closed = True
    assert send() == (0, 1)
    link.refresh_from_db()
    first = link.digest
    sink.closed = False

    assert [send(), send(1), send(3)] == [(0, 0), (0, 0), (1, 0)]

    link.refresh_from_db()
    assert link.tries == 2
    assert link.digest == digest_of(secret_in(sink.text("cbp@esc.example"))) == first


def test_a_refused_recipient_does_not_stop_the_others(cbp, ice, sink):
    invited(cbp)
    invited(ice)
    sink.refuses = {"cbp@esc.example"}

    assert send() == (1, 1)

    assert [message["To"] for message in sink.messages] == ["ice-hsi@esc.example"]


def test_a_worker_that_dies_after_sending_sends_the_same_link_in_the_same_message_again(cbp, settings, mailoutbox):
    link = invited(cbp)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, DIES_AFTER_SENDING
    with pytest.raises(SystemExit):
        send()
    settings.EMAIL_BACKEND = backend

    assert [send(1), send(11)] == [(0, 0), (1, 0)]

    first, second = mailoutbox
    link.refresh_from_db()
    secrets = [re.search(r"passphrase/(\S+)/", message.body)[1] for message in (first, second)]
    assert [digest_of(each) == link.digest for each in secrets] == [True, True]
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_a_key_changed_between_two_tries_makes_another_link_in_another_message(cbp, settings, mailoutbox):
    link = invited(cbp)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, DIES_AFTER_SENDING
    with pytest.raises(SystemExit):
        send()
    settings.EMAIL_BACKEND, settings.SECRET_KEY = backend, "another key " * 5

    send(11)

    first, second = mailoutbox
    link.refresh_from_db()
    secret = re.search(r"passphrase/(\S+)/", second.body)[1]
    assert digest_of(secret) == link.digest
    assert first.extra_headers["Message-ID"] != second.extra_headers["Message-ID"]


def test_two_links_of_one_person_have_nothing_in_common(cbp, mailoutbox):
    ask_reset("cbp@esc.example")
    ask_reset("cbp@esc.example")

    send()

    secrets = {re.search(r"passphrase/(\S+)/", message.body)[1] for message in mailoutbox}
    assert len(secrets) == len({message.extra_headers["Message-ID"] for message in mailoutbox}) == 2


@pytest.mark.parametrize(
    "name",
    ["Dana\r\nBcc: evil@evil.example", "Dana\n\nVisit https://evil.example/ now", "=?utf-8?q?=0ABcc:x@y?=", "Ü" * 120],
)
def test_no_name_adds_a_header_a_recipient_or_a_paragraph(cbp, sink, name):
    User.objects.filter(pk=cbp.pk).update(name=name)
    invited(User.objects.get(pk=cbp.pk))

    assert send() == (1, 0)

    [message] = sink.messages
    assert message["Bcc"] is None
    assert message["Subject"] == "Your seat in the ESC Milestone Tracker"
    assert message["To"] == "cbp@esc.example"
    paragraphs = message.get_body(("plain",)).get_content().replace("\r\n", "\n").strip().split("\n\n")
    assert len(paragraphs) == 5


def test_an_address_with_a_line_break_fails_alone(cbp, ice, sink):
    User.objects.filter(pk=cbp.pk).update(email="cbp@esc.example\nBcc: evil@esc.example")
    invited(cbp)
    invited(ice)

    assert send() == (1, 1)

    assert [message["To"] for message in sink.messages] == ["ice-hsi@esc.example"]


def test_a_new_invitation_ends_the_one_before(cbp, mailoutbox):
    first = invited(cbp)
    send()
    invited(cbp)
    invited(cbp)

    assert send() == (1, 0)

    first.refresh_from_db()
    assert first.expires_at <= clock.wall()
    assert len(mailoutbox) == 2


def test_nobody_fills_a_mailbox_by_asking_from_many_sources(cbp, mailoutbox):
    for _ in range(12):
        ask_reset("cbp@esc.example")

    send()

    assert len(mailoutbox) == 5
    assert PassphraseLink.objects.count() == 12


def test_a_person_closed_meanwhile_is_sent_nothing(cbp, mailoutbox):
    invited(cbp)
    User.objects.update(is_active=False)

    assert send() == (0, 0)

    assert mailoutbox == []


def test_where_only_the_agency_signs_people_on_the_mail_holds_no_link_to_a_passphrase(cbp, settings, mailoutbox):
    settings.PASSPHRASE_SIGN_IN = False
    invited(cbp)

    send()

    assert "/accounts/login/" in mailoutbox[0].body
    assert "passphrase" not in mailoutbox[0].body


def test_a_reset_asked_for_before_passphrases_were_switched_off_is_not_sent(cbp, settings, mailoutbox):
    ask_reset("cbp@esc.example")
    settings.PASSPHRASE_SIGN_IN = False

    assert send() == (0, 0)

    assert mailoutbox == []


def test_asking_and_sending_are_noted_without_an_address(cbp, mailoutbox):
    ask_reset("cbp@esc.example")
    ask_reset("nobody@esc.example")
    send()

    noted = SecurityEvent.objects.filter(kind=Kind.LINK).order_by("pk")
    assert [(each.facts["what"], each.succeeded, each.about) for each in noted] == [
        ("reset asked for", True, "CBP"),
        ("reset asked for", False, ""),
        ("reset sent", True, "CBP"),
    ]
    assert "@" not in str([each.facts for each in noted])


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_link_once(settings):
    people = [make_user(f"reader{number}@esc.example", Role.READER) for number in range(6)]
    for person in people:
        invited(person)
    now, passes = clock.wall(), []

    def work() -> None:
        try:
            passes.append(send_links(now))
        finally:
            connection.close()

    with smtp_sink() as sink:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", sink.port
        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    assert len(passes) == 2
    assert sum(each.sent for each in passes) == 6
    assert sorted(message["To"] for message in sink.messages) == sorted(person.email for person in people)
