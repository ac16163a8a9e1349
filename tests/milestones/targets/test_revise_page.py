"""Can an agency ask for a new target, and is everything else refused in words with nothing written?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client

from actions.target_dates import TargetDate
from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from milestones.deciding import withdraw
from milestones.models import TargetRevision
from milestones.targets.revisions import request_revision
from milestones.workflow import Status
from tests.milestones.telling import give, milestone, say

pytestmark = pytest.mark.django_db

FORM = {
    "version": "0",
    "waiting": "0",
    "new_target": "dated",
    "target": "2020-12",
    "category": "legal",
    "text": "A court has to decide first.",
}


@pytest.fixture(autouse=True)
def loaded(plan) -> None:
    """Every page stands on the plan."""


def send(client: Client, code: str = "4.3", **changes):
    fields = {name: value for name, value in {**FORM, **changes}.items() if value is not None}
    return client.post(f"/milestones/{code}/revise/", fields)


def ask(code, by, target, text="For reasons of our own.") -> TargetRevision:
    row = milestone(code)
    return request_revision(row, by=by, seen_version=row.version, target=target, category="scope", text=text)


def told(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def ledger() -> list[tuple[str, str]]:
    return [(str(each.new_target), each.state) for each in TargetRevision.objects.order_by("pk")]


# --- What the page shows ---------------------------------------------------------------------------------------------


def test_the_page_shows_the_three_dates_and_what_will_happen(client_of, ice):
    say("4.3", ice)

    page = client_of(ice).get("/milestones/4.3/revise/")

    text = page.content.decode()
    assert page.status_code == 200
    assert "Earlier than Oct 31, 2020 is accepted at once. Later, ongoing or no date waits for PLCY’s decision." in text
    assert [name for name, _ in page.context["targets"].forecasts] == ["ICE/HSI"]
    assert 'name="version" value="1"' in text
    assert 'name="waiting" value="0"' in text
    assert [value for value, _ in page.context["form"].fields["new_target"].widget.choices] == [
        "dated",
        "ongoing",
        "undated",
    ]


@pytest.mark.parametrize(
    ("who", "code", "words"),
    [
        ("cbp", "2.1", "A first date is accepted at once. Ongoing or no date waits for PLCY’s decision."),
        ("cbp", "3.1", "Whatever you ask for waits for PLCY’s decision."),
    ],
    ids=["ongoing", "overdue"],
)
def test_what_will_happen_depends_on_the_target(client_of, request, who, code, words):
    page = client_of(request.getfixturevalue(who)).get(f"/milestones/{code}/revise/")

    assert words in page.content.decode()


def test_an_ongoing_milestone_is_not_offered_to_become_ongoing(client_of, cbp):
    page = client_of(cbp).get("/milestones/2.1/revise/")

    assert [value for value, _ in page.context["form"].fields["new_target"].widget.choices] == ["dated", "undated"]


def test_a_request_that_waits_is_shown_and_comes_prefilled_to_its_own_agency(client_of, cbp, usps):
    waits = ask("5.1", usps, TargetDate.month(2021, 1), "The Congress of the UPU was moved.")

    own, other = (client_of(who).get("/milestones/5.1/revise/") for who in (usps, cbp))

    assert own.context["form"]["target"].value() == "2021-01"
    assert own.context["form"]["text"].value() == "The Congress of the UPU was moved."
    assert other.context["form"]["target"].value() is None
    for page in (own, other):
        assert "A new target waits for PLCY’s decision" in page.content.decode()
        assert f'name="waiting" value="{waits.pk}"' in page.content.decode()


@pytest.mark.parametrize(("who", "code"), [("ice", "4.3"), ("usps", "5.1"), ("plcy", "8.2")])
def test_the_page_takes_at_most_eight_queries(client_of, request, django_assert_max_num_queries, who, code):
    user = request.getfixturevalue(who)
    ask(code, user, TargetDate.month(2021, 1))
    client = client_of(user)

    with django_assert_max_num_queries(8):
        assert client.get(f"/milestones/{code}/revise/").status_code == 200


# --- Asking ----------------------------------------------------------------------------------------------------------


def test_a_later_target_waits_and_says_so(client_of, ice):
    answer = send(client_of(ice))

    asked = TargetRevision.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/milestones/4.3/")
    assert told(answer) == ["Saved: your request to move the target of 4.3 to Dec. 2020 waits for PLCY’s decision."]
    assert (asked.agency_id, asked.category, asked.text) == ("ICE-HSI", "legal", "A court has to decide first.")
    assert (milestone("4.3").version, ledger()) == (0, [("Dec. 2020", "pending")])


@pytest.mark.parametrize(("typed", "shown"), [("2020-09", "Sept. 2020"), ("2020-09-14", "Sept. 14, 2020")])
def test_an_earlier_target_stands_at_once_and_says_so(client_of, ice, typed, shown):
    answer = send(client_of(ice), target=typed)

    assert told(answer) == [f"Saved: the target of 4.3 is {shown} now; that needed no decision."]
    assert (milestone("4.3").version, ledger()) == (1, [(shown, "accepted")])


@pytest.mark.parametrize(("chosen", "shown"), [("ongoing", "Ongoing"), ("undated", "No date")])
def test_taking_the_date_away_waits_whatever_was_left_in_the_date_field(client_of, ice, chosen, shown):
    answer = send(client_of(ice), new_target=chosen, target="not a date")

    assert told(answer) == [
        f"Saved: your request to move the target of 4.3 to {shown.lower()} waits for PLCY’s decision."
    ]
    assert ledger() == [(shown, "pending")]


def test_plcy_asks_for_what_has_no_agency(client_of, plcy):
    assert send(client_of(plcy), "8.2").status_code == 302
    assert TargetRevision.objects.get().agency_id == "PLCY"


@pytest.mark.parametrize("target", ["2020-09", "2020-12"], ids=["accepted at once", "waits"])
def test_a_request_sent_twice_is_one_request(client_of, ice, target):
    client = client_of(ice)
    first = send(client, target=target)
    entries = Entry.objects.count()

    again = send(client, target=target)

    assert (again.status_code, told(again)[-1]) == (302, told(first)[0])
    assert (len(ledger()), Entry.objects.count()) == (1, entries)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("target", ["2020-09", "2020-12"], ids=["accepted at once", "waits"])
def test_twenty_identical_requests_at_once_ask_once(client_of, ice, target):
    clients = [client_of(ice) for _ in range(20)]
    entries = Entry.objects.count()

    def once(client: Client) -> int:
        try:
            return send(client, target=target).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(once, clients))

    assert answers == [302] * 20
    assert (len(ledger()), Entry.objects.count()) == (1, entries + 1)
    assert first_broken_entry() == ""


# --- Refused in words ------------------------------------------------------------------------------------------------

WRONG = {
    "Feb. 30": ({"target": "2021-02-30"}, "target", "February 2021 has no day 30: it ends on day 28."),
    "before 2000": ({"target": "1999-12"}, "target", "The year must be between 2000 and 2100."),
    "after 2100": ({"target": "2101-01"}, "target", "The year must be between 2000 and 2100."),
    "in words": ({"target": "next year"}, "target", "Write a month such as 2020-10 or a day such as 2020-10-31."),
    "no date": ({"target": " "}, "target", "Say to which month or day."),
    "yesterday": ({"target": "2020-09-13"}, "target", "A new target cannot lie in the past."),
    "the target already": ({"target": "2020-10"}, "target", "This is the target already."),
    "completed": ({"new_target": "completed"}, "new_target", "Choose one of those offered."),
    "no category": ({"category": ""}, "category", "Choose what kind of reason it is."),
    "unknown category": ({"category": "weather"}, "category", "Choose what kind of reason it is."),
    "no reason": ({"text": " "}, "text", "Say why the target has to move."),
    "long reason": ({"text": "x" * 501}, "text", "This is 501 characters long; 500 fit."),
    "NUL": ({"text": "a\x00b"}, "text", "This text contains characters that cannot be kept."),
}


@pytest.mark.parametrize(("change", "field", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said_at_its_field_with_the_text_kept(client_of, ice, change, field, sentence):
    entries = Entry.objects.count()

    answer = send(client_of(ice), **change)

    errors = answer.context["form"].errors
    assert (answer.status_code, list(errors)) == (200, [field])
    assert sentence in errors[field][0]
    assert "A court has to decide first." in answer.content.decode() or field == "text"
    assert (ledger(), Entry.objects.count()) == ([], entries)


def test_an_ongoing_milestone_cannot_become_ongoing(client_of, cbp):
    answer = send(client_of(cbp), "2.1", new_target="ongoing", target="")

    assert answer.context["form"].errors == {"new_target": ["This is the target already."]}
    assert ledger() == []


@pytest.mark.parametrize(
    "change",
    [
        {"version": None}, {"version": "1"}, {"version": "-1"}, {"version": ["0", "0"]}, {"waiting": "x"},
        {"waiting": ["0", "0"]}, {"waiting": "9" * 40}, {"text": ["a", "b"]}, {"new_target": ["dated", "ongoing"]},
    ],
)  # fmt: skip
def test_a_form_that_no_page_of_ours_sends_is_refused_with_the_text_kept(client_of, ice, change):
    answer = send(client_of(ice), **change)

    assert answer.status_code == 400
    assert "This form was out of date or incomplete" in answer.content.decode()
    assert ledger() == []


# --- Overtaken -------------------------------------------------------------------------------------------------------


def test_a_request_made_before_the_target_moved_shows_both_and_keeps_the_text(client_of, cbp, usps):
    ask("5.1", usps, TargetDate.day(date(2020, 9, 20)), "The pilot ended early.")

    answer = send(client_of(cbp), "5.1")

    page = answer.content.decode()
    assert (answer.status_code, ledger()) == (409, [("Sept. 20, 2020", "accepted")])
    assert "Nothing was saved: the record changed while this page was open." in page
    assert [(line.label, line.theirs, line.yours) for line in answer.context["lines"]] == [
        ("Target", "Sept. 20, 2020", "Dec. 2020"),
        ("Kind of reason", "Scope change", "Legal or regulatory process"),
        ("Why", "The pilot ended early.", "A court has to decide first."),
    ]
    assert 'name="version" value="1"' in page
    assert send(client_of(cbp), "5.1", version="1").status_code == 302


def test_a_request_made_before_the_other_agency_asked_shows_both_and_keeps_the_text(client_of, cbp, usps):
    waits = ask("5.1", usps, TargetDate.month(2021, 1), "The Congress was moved.")

    answer = send(client_of(cbp), "5.1")

    assert (answer.status_code, ledger()) == (409, [("Jan. 2021", "pending")])
    assert [line.theirs for line in answer.context["lines"]] == ["Jan. 2021", "Scope change", "The Congress was moved."]
    assert send(client_of(cbp), "5.1", waiting=str(waits.pk)).status_code == 302
    assert ledger() == [("Jan. 2021", "superseded"), ("Dec. 2020", "pending")]


def test_a_request_made_before_an_update_says_what_was_said(client_of, cbp, usps):
    say("5.1", usps)

    answer = send(client_of(cbp), "5.1", target="2021-02-30")

    assert (answer.status_code, ledger()) == (409, [])
    assert "USPS posted an update" in answer.content.decode()
    assert "2021-02-30" in answer.content.decode()


# --- Who may not -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "code", "sentence"),
    [
        ("cbp", "4.3", "Only ICE/HSI can update this milestone. You are signed in for CBP."),
        ("plcy", "4.3", "Only ICE/HSI can update this milestone. You are signed in for PLCY."),
        ("cbp", "8.2", "No agency is named for this milestone yet"),
        ("reader", "4.3", "Your role reads the record and does not change it."),
        ("coac", "4.3", "Your role reads the record and does not change it."),
        ("plcy", "6.1", "This milestone is completed and takes no more updates."),
    ],
)
def test_a_forbidden_request_says_why_and_writes_nothing(client_of, request, who, code, sentence):
    client = client_of(request.getfixturevalue(who))

    answers = [client.get(f"/milestones/{code}/revise/"), send(client, code)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert all(sentence in answer.content.decode() for answer in answers)
    assert ledger() == []


def test_a_supporting_agency_does_not_ask(client_of, uspto, plcy):
    give("4.3", "USPTO", by=plcy, part="supporting")

    assert send(client_of(uspto)).status_code == 403
    assert ledger() == []


def test_a_withdrawn_milestone_keeps_its_target(client_of, ice, plcy):
    withdraw(milestone("4.3"), by=plcy, seen_version=0, remark="Overtaken.")

    answer = send(client_of(ice), version="1")

    assert (answer.status_code, ledger()) == (403, [])
    assert "This milestone was withdrawn and takes no more updates." in answer.content.decode()


def test_a_milestone_reported_complete_keeps_its_target(client_of, ice):
    say("4.3", ice, status=Status.REPORTED_COMPLETE)

    answer = send(client_of(ice), version="1")

    assert (answer.status_code, ledger()) == (403, [])
    assert "Only an open milestone can get a new target" in answer.content.decode()


def test_nothing_is_asked_from_an_earlier_day(client_of, ice):
    answer = client_of(ice).post("/milestones/4.3/revise/?as_of=2020-09-14", FORM)

    assert (answer.status_code, ledger()) == (403, [])
    assert "nothing can be changed here" in answer.content.decode()
