"""Does the chair's office confirm and return, once, never its own report, and is everything else told in words?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client

from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from milestones.deciding import confirm, return_completion
from milestones.models import Announcement, Meeting, StatusUpdate
from milestones.words import UNPRINTABLE, Completion
from milestones.workflow import Status
from tests.milestones.pages.saying import ledger, milestone, report, say
from tests.milestones.telling import in_september

pytestmark = pytest.mark.django_db
AMELIA = {
    "authority": "principal",
    "authority_principal": "Amelia Reyes, Deputy Secretary",
    "authority_on": "2020-09-11",
}
OWN_WORD = ({}, {"authority": "chair"})  # nothing said is the chair's office


@pytest.fixture(autouse=True)
def reported(plan, ice) -> None:
    """ICE/HSI reported 4.3 complete on Sep 11."""
    report("4.3", ice)


def decide(client: Client, act: str, code: str = "4.3", **fields):
    return client.post(f"/milestones/{code}/{act}/", {"version": "1", "remark": "Evidence missing.", **fields})


def hold_meeting(number: int, *, by) -> None:
    """Let an ESC meeting have been held on Sep 9."""
    meeting = Meeting.objects.create(number=number, recorded_at=in_september(1), by=by)
    Announcement.objects.create(
        meeting=meeting, recorded_at=in_september(1), by=by, title="September", held_at=in_september(9, 14),
        read_ahead_at=in_september(3),
    )  # fmt: skip


def told(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


# --- Confirm ---------------------------------------------------------------------------------------------------------


def test_the_page_shows_what_was_reported(client_of, plcy):
    page = client_of(plcy).get("/milestones/4.3/confirm/")

    text = page.content.decode()
    assert page.status_code == 200
    for words in ("ICE/HSI (ICE-HSI) reported it complete", "Sep 11, 2020", "50 days before target", "Delivered"):
        assert words in text, words
    assert 'name="version" value="1"' in text


@pytest.mark.parametrize(
    ("code", "completion", "words"),
    [
        (
            "3.1",
            Completion(kind="day", on=date(2020, 9, 11), outcome="delivered"),
            "Sep 11, 2020</time>, 11 days after target",
        ),
        (
            "3.1",
            Completion(kind="month", on=date(2020, 9, 30), outcome="delivered"),
            "Sep 2020</time>, 1 month after target",
        ),
        ("3.1", Completion(kind="day", on=date(2020, 8, 31), outcome="delivered"), "on the day of its target"),
        ("3.1", Completion(kind="month", on=date(2020, 8, 31), outcome="delivered"), "in the month of its target"),
        ("3.1", Completion(kind="unknown", outcome="delivered"), "The day is not known</dd>"),
    ],
    ids=["days late", "a month late", "on the day", "in the month", "not known"],
)
def test_late_stays_late_in_words(client_of, cbp, plcy, code, completion, words):
    say(code, cbp, status=Status.REPORTED_COMPLETE, completion=completion)

    assert words in client_of(plcy).get(f"/milestones/{code}/confirm/").content.decode()


def test_confirming_completes_it_and_says_so(client_of, plcy):
    answer = decide(client_of(plcy), "confirm")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/milestones/4.3/")
    assert told(answer) == ["Saved: 4.3 is confirmed complete."]
    assert (milestone().current_status, milestone().version) == ("completed", 2)


def test_confirming_twice_says_it_is_done_already(client_of, plcy):
    client = client_of(plcy)
    decide(client, "confirm")

    again = decide(client, "confirm")

    assert (again.status_code, told(again)[-1]) == (302, "4.3 was confirmed already; nothing more was saved.")
    assert ledger() == (2, 0)


@pytest.mark.django_db(transaction=True)
def test_twenty_confirmations_at_once_confirm_once(client_of, plcy):
    clients = [client_of(plcy) for _ in range(20)]
    entries = Entry.objects.count()

    def once(client: Client) -> int:
        try:
            return decide(client, "confirm").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(once, clients))

    assert answers == [302] * 20
    assert (ledger(), Entry.objects.count()) == ((2, 0), entries + 1)
    assert first_broken_entry() == ""


# --- Return ----------------------------------------------------------------------------------------------------------


def test_returning_asks_why(client_of, plcy):
    client = client_of(plcy)

    assert client.get("/milestones/4.3/return/").status_code == 200
    empty = decide(client, "return", remark=" ")

    assert empty.status_code == 200
    assert empty.context["form"].errors["remark"] == ["Say why, so that the agency knows what to do."]
    assert ledger() == (1, 0)


@pytest.mark.parametrize("remark", ["x" * 501, "a\x00b"], ids=["too long", "NUL"])
def test_a_remark_that_cannot_be_kept_is_refused_in_words(client_of, plcy, remark):
    answer = decide(client_of(plcy), "return", remark=remark)

    assert (answer.status_code, list(answer.context["form"].errors), ledger()) == (200, ["remark"], (1, 0))


def test_returning_puts_it_back_with_the_remark(client_of, plcy):
    answer = decide(client_of(plcy), "return")

    assert told(answer) == ["Saved: 4.3 is returned to the agency and in progress again."]
    assert (milestone().current_status, StatusUpdate.objects.first().remark) == ("in_progress", "Evidence missing.")


# --- Overtaken -------------------------------------------------------------------------------------------------------


def test_a_decision_overtaken_by_a_colleague_is_told(client_of, plcy, plcy2):
    return_completion(milestone(), by=plcy2, seen_version=1, remark="Not yet.")

    answer = decide(client_of(plcy), "confirm")

    assert (answer.status_code, ledger()) == (409, (2, 0))
    for words in ("PLCY (PLCY2) returned the report", "Not yet.", "No completion is waiting any more."):
        assert words in answer.content.decode(), words


def test_a_remark_overtaken_by_a_confirmation_is_shown_again(client_of, plcy, plcy2):
    confirm(milestone(), by=plcy2, seen_version=1)

    answer = decide(client_of(plcy), "return")

    assert (answer.status_code, ledger()) == (409, (2, 0))
    assert "Evidence missing." in answer.content.decode()


def test_an_update_in_between_shows_the_page_again_with_the_new_version(client_of, ice, plcy):
    say("4.3", ice, statement="One more thing.")

    answer = decide(client_of(plcy), "confirm")

    assert (answer.status_code, milestone().current_status) == (409, "reported_complete")
    assert 'name="version" value="2"' in answer.content.decode()


@pytest.mark.parametrize("act", ["confirm", "return"])
@pytest.mark.parametrize("version", [None, "", ["1", "1"], "-1", "2", "9" * 40, "one"])
def test_a_version_that_is_none_is_refused(client_of, plcy, act, version):
    fields = {name: value for name, value in {"version": version, "remark": "No."}.items() if value is not None}

    answer = client_of(plcy).post(f"/milestones/4.3/{act}/", fields)

    assert (answer.status_code, ledger()) == (400, (1, 0))


# --- Who may not -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["confirm", "return"])
@pytest.mark.parametrize("who", ["ice", "cbp", "reader", "coac"])
def test_only_plcy_decides(client_of, request, act, who):
    client = client_of(request.getfixturevalue(who))

    answers = [client.get(f"/milestones/4.3/{act}/"), decide(client, act)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert all("Only PLCY, the chair&#x27;s office, decides this." in answer.content.decode() for answer in answers)
    assert ledger() == (1, 0)


@pytest.mark.parametrize("act", ["confirm", "return"])
def test_one_who_reported_does_not_decide_for_the_chairs_office(client_of, plcy, plcy2, act):
    report("4.2", plcy)
    client = client_of(plcy)

    page, answers = client.get(f"/milestones/4.2/{act}/"), [decide(client, act, "4.2", **said) for said in OWN_WORD]

    offered = [value for value, _ in page.context["form"].fields["authority"].widget.choices]
    assert (page.status_code, offered) == (200, ["principal"])
    assert "You reported this completion yourself" in page.content.decode()
    for answer in answers:
        [sentence] = answer.context["form"].errors["authority"]
        assert (answer.status_code, sentence[:38]) == (200, "You reported this completion yourself;")
    assert milestone("4.2").version == 1
    assert decide(client_of(plcy2), act, "4.2").status_code == 302


@pytest.mark.parametrize(("act", "status"), [("confirm", "completed"), ("return", "in_progress")])
def test_one_who_reported_records_what_a_principal_decided(client_of, plcy, act, status):
    report("4.2", plcy)

    answer = decide(client_of(plcy), act, "4.2", **AMELIA)

    decided = StatusUpdate.objects.get(milestone=milestone("4.2"), version=2)
    assert (answer.status_code, milestone("4.2").current_status) == (302, status)
    assert str(decided.decided_under) == "Amelia Reyes, Deputy Secretary, Sep 11, 2020"


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"authority": "weather"}, "authority", "Choose one of those offered."),
        ({"authority": "principal"}, "authority_principal", "Name the principal who decided."),
        ({**AMELIA, "authority_on": ""}, "authority_on", "Say on which day that was decided."),
        ({**AMELIA, "authority_on": "2020-09-15"}, "authority_on", "A decision cannot lie in the future."),
        ({**AMELIA, "authority_on": "2020-02-30"}, "authority_on", "February 2020 has no day 30: it ends on day 29."),
        ({**AMELIA, "authority_principal": "a\x00b"}, "authority_principal", UNPRINTABLE),
        ({"authority": "meeting"}, "authority_meeting", "Choose the meeting."),
        ({"authority": "meeting", "authority_meeting": "7"}, "authority_meeting", "Choose one of the meetings held."),
    ],
)
def test_an_authority_that_does_not_say_who_is_refused_in_words(client_of, plcy, said, field, sentence):
    answer = decide(client_of(plcy), "confirm", **said)

    assert (answer.status_code, ledger()) == (200, (1, 0))
    assert sentence in answer.context["form"].errors[field]


def test_a_meeting_that_was_held_can_be_named(client_of, plcy, plcy2):
    hold_meeting(3, by=plcy)
    client = client_of(plcy)

    page = client.get("/milestones/4.3/confirm/")
    answer = decide(client, "confirm", authority="meeting", authority_meeting="3")

    assert ("3", "ESC meeting 3, Sep 9, 2020") in page.context["form"].fields["authority_meeting"].choices
    assert answer.status_code == 302
    assert str(StatusUpdate.objects.first().decided_under) == "the ESC, meeting 3"


@pytest.mark.parametrize(("act", "verb"), [("confirm", "confirmed"), ("return", "returned")])
def test_nothing_waits_before_a_report(client_of, plcy, act, verb):
    client = client_of(plcy)

    answers = [client.get(f"/milestones/3.1/{act}/"), decide(client, act, "3.1", version="0")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert all(f"No completion is waiting to be {verb}." in answer.content.decode() for answer in answers)


@pytest.mark.parametrize("act", ["confirm", "return"])
def test_the_page_takes_at_most_nine_queries(client_of, plcy, django_assert_max_num_queries, act):
    client = client_of(plcy)

    with django_assert_max_num_queries(9):
        assert client.get(f"/milestones/4.3/{act}/").status_code == 200
