"""Does the chair's office see what went out by mail, what did not and what would, and turn mail on or off?"""

import pytest

from esc_tracker.accounts.models import Pace, User
from esc_tracker.journal.models import Entry
from milestones.models import Person
from reports.models import Delivery, MailSwitch
from tests.milestones.pages.reading import text_of, words_of
from tests.milestones.people.naming import call, keep
from tests.milestones.telling import in_september
from tests.reports.record import mail_on
from tests.reports.telling.jobs import gather, notice, send

pytestmark = pytest.mark.django_db
MORNING = in_september(14, 8)
REFUSED = "ConnectionRefusedError: [Errno 111] Connection refused"


@pytest.fixture
def chair(plan, client_of, plcy):
    """A client of the chair's office."""
    return client_of(plcy)


@pytest.fixture
def waiting(plan, plcy, cbp, usps) -> None:
    """Mail is on; on Sep 14 the overdue digests of CBP, USPS and PLCY wait to be sent."""
    mail_on(plcy)
    notice(MORNING)
    gather(MORNING)


def written() -> tuple[int, int]:
    """Count turns of the switch and entries of the journal."""
    return MailSwitch.objects.count(), Entry.objects.count()


def part(words: str, after: str, before: str) -> str:
    """Return what a page says between two headings."""
    return words.partition(after)[2].partition(before)[0]


# --- How mail stands ------------------------------------------------------------------------------------------------


def test_before_it_is_turned_on_the_page_says_that_nobody_is_told(chair):
    words = words_of(chair.get("/mail/"))

    assert "Mail is off: nobody is told anything by mail It was never turned on." in words
    assert "This installation mails only esc.example; everything else is held." in words
    assert "Nothing has gone out yet" in words


def test_what_was_sent_is_listed_with_whom_it_reached(waiting, chair):
    assert "Mail is on; three messages wait to be sent" in words_of(chair.get("/mail/"))
    assert send(MORNING) == (3, 0)

    words = words_of(chair.get("/mail/"))

    assert "Mail is on; everything was sent" in words
    listed = part(words, "What went out last", "Footer")
    assert "CBP cbp@esc.example Notices of Sep 14, 2020 Mon, Sep 14, 8 a.m." in listed
    assert "Waiting to be sent" not in words


def test_what_could_not_be_sent_heads_the_page_with_the_reason_in_words(waiting, chair):
    two = Delivery.objects.order_by("address").values("pk")[:2]
    Delivery.objects.filter(pk__in=[row["pk"] for row in two]).update(error=REFUSED, tries=4)

    words = words_of(chair.get("/mail/"))

    assert "Two messages could not be sent: connection refused" in words
    failing = part(words, "Messages that could not be sent", "Waiting to be sent")
    assert "cbp@esc.example Notices of Sep 14, 2020 Mon, Sep 14, 8 a.m. Connection refused 4, next within minutes" in (
        failing
    )
    assert "Errno" not in words
    assert "usps@esc.example" in part(words, "Waiting to be sent", "Nothing has gone out yet")


def test_an_address_not_on_the_list_and_a_seat_that_ended_are_held_and_say_so(waiting, chair, settings, usps):
    settings.MAIL_ALLOWED = ["cbp@esc.example", "usps@esc.example"]

    words = words_of(chair.get("/mail/"))

    held = part(words, "Held back", "Waiting to be sent")
    assert "plcy@esc.example" in held
    assert "Held: not on this installation’s list of addresses None yet" in held
    assert "cbp@esc.example" not in held


def test_outside_production_an_empty_list_reaches_nobody_and_in_production_everybody(chair, settings):
    settings.MAIL_ALLOWED = []
    assert "This installation mails nobody: its list of addresses is empty." in words_of(chair.get("/mail/"))

    settings.PRODUCTION = True
    assert "This installation" not in words_of(chair.get("/mail/"))


def test_an_earlier_day_shows_what_had_been_sent_by_then_and_offers_nothing(waiting, chair):
    send(MORNING)
    assert "cbp@esc.example" in words_of(chair.get("/mail/"))

    words = words_of(chair.get("/mail/?as_of=2020-09-13"))

    assert "Nothing has gone out yet" in words
    assert "Turn mail" not in words
    assert "cbp@esc.example" not in words


@pytest.mark.parametrize("who", ["cbp", "reader", "coac"])
@pytest.mark.parametrize("path", ["/mail/", "/mail/dry-run/", "/mail/turn/"])
def test_nobody_else_reads_it(plan, client_of, request, who, path):
    answer = client_of(request.getfixturevalue(who)).get(path)

    assert answer.status_code == 403
    assert "This page is for PLCY staff." in text_of(answer)


# --- The dry run ----------------------------------------------------------------------------------------------------


def test_the_dry_run_says_who_would_get_what_and_who_nothing_and_writes_nothing(chair, plcy, cbp, usps, uspto):
    User.objects.filter(pk=usps.pk).update(pace=Pace.NONE)
    notice(MORNING)
    before = written(), Delivery.objects.count()

    words = words_of(chair.get("/mail/dry-run/"))

    assert "A dry run: nothing is sent by looking. Mail is off, so none of it goes out." in words
    gets = part(words, "Who would get what Who", "Who would get nothing, and why")
    assert "CBP cbp@esc.example CBP 6 overdue Now" in gets
    assert "usps@esc.example" not in gets
    nothing = part(words, "Who would get nothing, and why", "Footer")
    assert "USPS usps@esc.example Chose no mail beside the report" in nothing
    assert "USPTO uspto@esc.example No notices" in nothing
    assert (written(), Delivery.objects.count()) == before


def test_an_agency_without_a_contact_or_a_seat_is_named(chair):
    notice(MORNING)

    words = words_of(chair.get("/mail/dry-run/"))

    assert "USPS: no contact and nobody with a seat 5.2, 5.3" in words


# --- The switch -----------------------------------------------------------------------------------------------------


def test_the_page_before_turning_it_on_shows_what_would_go_out_and_asking_writes_nothing(chair, cbp):
    notice(MORNING)
    before = written()

    words = words_of(chair.get("/mail/turn/"))

    assert "Turn mail on?" in words
    assert "cbp@esc.example CBP 6 overdue" in words
    assert written() == before


def test_plcy_turns_it_on_and_off_and_each_turn_counts_once(chair, plcy):
    turns, entries = written()

    for said, sentence in (
        ("on", "Saved: mail is on."),
        ("on", "Mail was on already; nothing was changed."),
        ("off", "Saved: mail is off."),
    ):
        assert sentence in words_of(chair.post("/mail/turn/", {"turn": said}, follow=True))

    assert written() == (turns + 2, entries + 2)
    assert f"Turned off by {plcy}, Mon, Sep 14" in words_of(chair.get("/mail/"))


@pytest.mark.parametrize("form", [{}, {"turn": ""}, {"turn": "maybe"}, {"turn": ["on", "off"]}])
def test_a_submission_that_says_neither_changes_nothing(chair, form):
    before = written()

    answer = chair.post("/mail/turn/", form)

    assert answer.status_code == 400
    assert "The page did not say whether to turn mail on or off, so nothing was changed." in text_of(answer)
    assert written() == before


@pytest.mark.parametrize("who", ["cbp", "reader", "coac"])
def test_nobody_else_turns_it(plan, client_of, request, who):
    client, before = client_of(request.getfixturevalue(who)), written()

    assert client.post("/mail/turn/", {"turn": "on"}).status_code == 403
    assert written() == before


def test_it_is_not_turned_on_an_earlier_day(chair, plcy):
    mail_on(plcy)
    before = written()

    assert chair.post("/mail/turn/?as_of=2020-09-10", {"turn": "off"}).status_code == 403
    assert written() == before


# --- What waits for PLCY --------------------------------------------------------------------------------------------


def test_the_overview_tells_plcy_that_mail_is_off_or_that_something_could_not_be_sent(chair, client_of, plcy, cbp):
    assert "Mail is off: nobody is told anything by it" in words_of(chair.get("/"))

    mail_on(plcy)
    notice(MORNING)
    gather(MORNING)
    assert "by it" not in words_of(chair.get("/"))
    Delivery.objects.filter(address="cbp@esc.example").update(error=REFUSED, tries=1)

    assert "1 message could not be sent" in words_of(chair.get("/"))
    assert 'href="/mail/"' in text_of(chair.get("/"))
    assert "could not be sent" not in words_of(client_of(cbp).get("/"))
    assert "could not be sent" not in words_of(chair.get("/?as_of=2020-09-01"))


# --- Queries --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "queries"), [("/mail/", 7), ("/mail/dry-run/", 31), ("/mail/turn/", 4)])
def test_the_page_takes_its_few_queries(waiting, chair, plcy, path, queries, django_assert_num_queries):
    for name in ("Kim Lee", "Max Moe", "Lou Ortiz"):
        call("3.1", keep(name, by=plcy), by=plcy)
    assert Person.objects.count() == 3

    with django_assert_num_queries(queries):
        assert chair.get(path).status_code == 200
