"""Can any text that somebody wrote add a header or a recipient to a mail, or keep it from going out? (R32)

All mail of the record goes to a real mail server, with something at the head of every text that a careless mailer takes
for a header; then names and addresses are tried one by one on each kind of mail.
"""

from email import message_from_bytes
from email.headerregistry import Address
from email.message import Message
from email.policy import default

import pytest
from django.core import mail

from esc_tracker import clock
from esc_tracker.accounts.links.letter import invitation, reset, seat_by_agency
from esc_tracker.accounts.models import User
from esc_tracker.accounts.seats import nominate
from esc_tracker.refusals import Incomplete
from milestones.models import Person
from milestones.people.naming import keep_person
from reports import delivery
from reports.models import Delivery
from reports.telling.composing import notices_mail
from reports.telling.digest import Digest
from tests.hostile.telling import HEADERS, MANY_LINES, tell_hostile
from tests.reports.smtp_sink import smtp_sink

SMTP = "django.core.mail.backends.smtp.EmailBackend"
# A mail of ours has these and no other, each once.
OURS = {"content-type", "mime-version", "subject", "from", "to", "date", "message-id"}
OF_A_PART = {"content-type", "mime-version", "content-transfer-encoding", "content-id", "content-disposition"}
EVIL = "evil.example"
LINES = (
    *(
        "a\r\nBcc: evil@evil.example",
        "a\nBcc: evil@evil.example",
        "a\rX: y",
        "a\r\n\r\nbody",
        "a\n\tfolded",
        "a\u2028b",
    ),
)
NAMES = (*HEADERS, *LINES, "\u202eevil\u2066", "e\u0301" * 50, "\x00\x0b\x0c\x1b[0m", "x" * 5000, ',;<>@"\\()')
ADDRESSES = (
    "a@cbp.example\r\nBcc: evil@evil.example",
    "a@cbp.example\nX: y",
    "a@cbp.example, evil@evil.example",
    "a b@cbp.example",
    '"x\r\nBcc: e@evil.example"@cbp.example',
    "A <a@cbp.example>",
    "a@cbp.example;b@evil.example",
    "a@cbp.example%0aBcc:x",
    "a@cbp.example\x00",
    "a@\u202ecbp.example",
    "=?utf-8?q?a=0aBcc:_e?=@cbp.example",
    "a@cbp.example\u2028Bcc: e@evil.example",
    "a" * 300 + "@cbp.example",
    "@cbp.example",
    "a@",
    "a@b@cbp.example",
    "a@[127.0.0.1\r\nX: y]",
)


def parts_of(message: Message) -> list[Message]:
    """Return the message and all in it."""
    return list(message.walk())


def assert_ours(message: Message) -> None:
    """A message has our headers only, one recipient, and nothing of what was tried in any of them."""
    names = [name.lower() for name in message]
    assert len(names) == len(set(names))
    assert set(names) - {"content-transfer-encoding"} == OURS
    assert len(message["To"].addresses) == len(message["From"].addresses) == 1
    assert message["Message-ID"].count("@") == 1
    for part in parts_of(message):
        if part is not message:
            assert {name.lower() for name in part} <= OF_A_PART
        assert not part.defects
        for value in part.values():
            assert EVIL not in str(value)
            assert "\n" not in str(value)


def test_mail_of_a_hostile_record_has_our_headers_and_reaches_only_people_of_the_record(db, settings):
    people = tell_hostile(HEADERS, first=True, lines=MANY_LINES)
    people["plcy"].name = "A\r\nBcc: evil@evil.example\r\n\r\nB"  # which no door takes, but a broken import might bring
    people["plcy"].save(update_fields=["name"])
    known = {address.lower() for model in (User, Person) for address in model.objects.values_list("email", flat=True)}
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.MAIL_ALLOWED = ["esc.example", "cbp.example", "gao.example"]

    with smtp_sink() as sink:
        settings.EMAIL_PORT = sink.port
        with clock.at(clock.start_of(settings.ESC_TODAY).replace(hour=9)):
            delivery.queue_notices(clock.now())
            Delivery.objects.filter(sent_at=None).update(next_try_at=None)
            done = delivery.send_due(clock.wall())

    assert done.failed == 0
    assert len(sink.messages) == done.sent > 8
    for message in sink.messages:
        assert_ours(message)
        assert str(message["To"]).lower() in known
    told = "".join(str(message.get_body(("plain",)).get_content()) for message in sink.messages)
    assert EVIL in told  # it was there, and stayed in the text


def letters(name: str, to: str):
    """Write one of each kind of mail that names a person."""
    more = {"to": to, "message_id": "<a.1@esc.example>"}
    link, ends_at = "https://esc.example/accounts/passphrase/x/", clock.now()
    yield invitation(name=name, role=name, link=link, ends_at=ends_at, **more)
    yield reset(name=name, link=link, ends_at=ends_at, **more)
    yield seat_by_agency(name=name, role=name, link=link, **more)
    yield notices_mail(
        Digest(subject=name.splitlines()[0] if name.splitlines() else "", day=clock.today(), to_name=name,
               sections=(), why="", settings_url=""), **more,
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:30])
def test_a_name_stays_a_name(name):
    for letter in letters(name, "a@cbp.example"):
        sent = message_from_bytes(letter.message().as_bytes(), policy=default)

        assert_ours_but_for_the_name(sent)
        assert letter.recipients() == ["a@cbp.example"]


def assert_ours_but_for_the_name(message: Message) -> None:
    names = [name.lower() for name in message]
    assert len(names) == len(set(names))
    assert set(names) - {"content-transfer-encoding"} == OURS
    assert [str(each) for each in message["To"].addresses] == [str(Address(addr_spec="a@cbp.example"))]


@pytest.mark.parametrize("to", ["a%0d%0abcc:x@cbp.example", "a'|x@cbp.example"])
def test_an_odd_address_stays_one_address(to):
    for letter in letters("Kim Lee", to):
        raw = letter.message().as_bytes()

        sent = message_from_bytes(raw, policy=default)
        assert b"\nBcc" not in raw
        assert "bcc" not in {name.lower() for name in sent}
        assert len(sent["To"].addresses) == 1
        assert letter.recipients() == [to]


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: ascii(address)[:30])
def test_an_address_that_is_none_enters_no_door(address, plan, cbp, plcy):
    with pytest.raises(Incomplete):
        keep_person(cbp.agency, by=cbp, name="Kim Lee", office="", email=address, phone="")
    with pytest.raises(Incomplete):
        nominate(by=plcy, name="Eve Ortiz", email=address, role="reader", agency=None)

    assert Person.objects.count() == 0
    assert mail.outbox == []


@pytest.mark.parametrize("name", LINES, ids=ascii)
def test_a_name_of_several_lines_enters_no_door(name, plan, cbp, plcy):
    with pytest.raises(Incomplete):
        keep_person(cbp.agency, by=cbp, name=name, office="", email="kim@cbp.example", phone="")
    with pytest.raises(Incomplete):
        nominate(by=plcy, name=name, email="eve@gao.example", role="reader", agency=None)

    assert Person.objects.count() == 0
