"""Can PLCY plan, change and write up a meeting by page, and an agency answer what it owes; and is the rest refused?"""

import pytest

from esc_tracker import clock
from milestones.meetings.due_outs import answer_due_out
from milestones.models import Announcement, Conclusion, DueOut, Meeting
from reports.meetings.freezing import freeze_due
from tests.milestones.meetings.telling import record
from tests.milestones.telling import in_september
from tests.reports.pages.reading import words_of

PLAN = {
    "title": "September meeting",
    "held_on": "2020-09-24",
    "held_hour": "13:00",
    "agenda": "De minimis\r\nTrademarks",
    "read_ahead_on": "",
    "read_ahead_hour": "",
}
OWED = {"text": "A list of ports.", "agency": "CBP", "person": "", "due_on": "2020-09-21", "milestone": "3.1"}


def send(client, path, facts):
    """Send a form and follow where it leads."""
    return client.post(path, facts, follow=True)


# --- Planning ------------------------------------------------------------------------------------------------------


def test_plcy_plans_a_meeting_by_the_page_and_lands_on_it(meetings, client_of, plcy):
    answer = send(client_of(plcy), "/meetings/plan/", PLAN)

    assert answer.redirect_chain == [("/meetings/4/", 302)]
    assert "Saved: ESC meeting 4 is announced for Sep 24, 2020." in words_of(answer)
    said = Announcement.objects.get(meeting=4)
    assert (said.held_at, said.read_ahead_at) == (in_september(24, 13), in_september(22))
    assert said.agenda == "De minimis\nTrademarks"


def test_a_read_ahead_without_an_hour_is_frozen_at_noon(meetings, client_of, plcy):
    send(client_of(plcy), "/meetings/plan/", PLAN | {"read_ahead_on": "2020-09-23"})

    assert Announcement.objects.get(meeting=4).read_ahead_at == in_september(23)


def test_sent_twice_it_is_one_meeting(meetings, client_of, plcy):
    for _ in range(2):
        answer = send(client_of(plcy), "/meetings/plan/", PLAN)

    assert answer.redirect_chain == [("/meetings/4/", 302)]
    assert Meeting.objects.count() == 4


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        pytest.param({"title": ""}, "Title : Name the meeting, such as September meeting.", id="title"),
        pytest.param({"held_on": ""}, "Held on : Say on which day.", id="no day"),
        pytest.param({"held_on": "2020-02-30"}, "Held on : February 2020 has no day 30", id="no such day"),
        pytest.param({"held_on": "1999-12-31"}, "Held on :", id="before 2000"),
        pytest.param({"held_on": "2101-01-01"}, "Held on :", id="after 2100"),
        pytest.param({"held_hour": ""}, "At, New York time : Say at what time.", id="no hour"),
        pytest.param({"held_hour": "25:00"}, "At, New York time : Write a time such as 09:00.", id="no such hour"),
        pytest.param({"read_ahead_on": "2020-09-25"}, "frozen before the meeting is held.", id="late"),
        pytest.param({"read_ahead_hour": "09:00"}, "Read-ahead frozen on : Say on which day.", id="hour without a day"),
        pytest.param({"agenda": "x" * 2001}, "This is 2001 characters long; 2000 fit.", id="long agenda"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(meetings, client_of, plcy, wrong, sentence):
    before = record()

    answer = client_of(plcy).post("/meetings/plan/", PLAN | wrong)

    assert answer.status_code == 200
    assert sentence in words_of(answer)
    assert 'value="13:00"' in answer.content.decode() or "held_hour" in wrong
    assert record() == before


def test_a_change_gives_its_reason_and_shows_it(meetings, client_of, plcy):
    seen = Announcement.objects.filter(meeting=3).first().pk
    facts = PLAN | {"reason": "The chair travels.", "seen": seen}

    answer = send(client_of(plcy), "/meetings/3/change/", facts)

    assert "Saved: ESC meeting 3 was announced anew." in words_of(answer)
    assert "10 a.m. : The chair travels." in words_of(answer)
    assert Meeting.objects.announced(None).get(pk=3).told[0].held_at == in_september(24, 13)


def test_the_form_of_a_change_holds_what_is_announced(meetings, client_of, plcy):
    html = client_of(plcy).get("/meetings/3/change/").content.decode()

    for value in ("The ESC meets", "2020-09-17", "10:00", "2020-09-15", "12:00"):
        assert f'value="{value}"' in html


def test_of_a_frozen_read_ahead_the_time_is_settled(meetings, client_of, plcy):
    with clock.at(in_september(14)):
        freeze_due(clock.now())
    client = client_of(plcy)

    assert "read_ahead_on" not in client.get("/meetings/2/change/").content.decode()
    facts = PLAN | {"held_on": "2020-09-10", "held_hour": "14:00", "read_ahead_on": "2020-09-09", "reason": "Typo."}
    send(client, "/meetings/2/change/", facts)
    said = Meeting.objects.announced(None).get(pk=2).told[0]
    assert (said.held_at, said.read_ahead_at) == (in_september(10, 14), in_september(8))


def test_who_changes_what_was_changed_meanwhile_is_told_and_keeps_the_text(meetings, client_of, plcy, plcy2):
    seen = Announcement.objects.filter(meeting=3).first().pk
    facts = PLAN | {"reason": "The chair travels.", "seen": seen}
    send(client_of(plcy), "/meetings/3/change/", facts)
    before = record()

    answer = client_of(plcy2).post("/meetings/3/change/", facts | {"title": "Mine"})

    assert answer.status_code == 409
    assert "ESC meeting 3 was changed since you opened this page, by PLCY." in words_of(answer)
    assert 'value="Mine"' in answer.content.decode()
    assert record() == before


# --- Writing up ----------------------------------------------------------------------------------------------------


def test_plcy_writes_down_a_conclusion_and_a_due_out(meetings, client_of, plcy):
    client = client_of(plcy)

    send(client, "/meetings/2/conclude/", {"text": "Nothing moves to 2021."})
    answer = send(client, "/meetings/2/owe/", OWED)

    assert answer.redirect_chain == [("/meetings/2/#due-out", 302)]
    words = words_of(answer)
    assert "Saved: CBP owes this by Sep 21, 2020." in words
    assert "What it concluded Nothing moves to 2021." in words
    assert Conclusion.objects.get().text == "Nothing moves to 2021."
    owed = DueOut.objects.get(meeting=2)
    assert (owed.agency_id, owed.milestone.code, owed.by) == ("CBP", "3.1", plcy)


def test_a_person_owes_it_too(meetings, client_of, plcy):
    send(client_of(plcy), "/meetings/2/owe/", OWED | {"agency": "", "person": "Dana Reyes", "milestone": ""})

    owed = DueOut.objects.get(meeting=2)
    assert (owed.agency, owed.person, owed.milestone) == (None, "Dana Reyes", None)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        pytest.param({"text": ""}, "Say what is owed.", id="nothing"),
        pytest.param({"agency": ""}, "Say who owes it: choose an agency or name a person.", id="nobody"),
        pytest.param({"person": "Dana Reyes"}, "A due-out has one owner: an agency or a person.", id="two"),
        pytest.param({"agency": "FBI"}, "Choose one of the agencies.", id="unknown agency"),
        pytest.param({"due_on": ""}, "Say by which day.", id="no day"),
        pytest.param({"due_on": "2020-09-09"}, "It cannot be due before the meeting, Sep 10, 2020.", id="before it"),
        pytest.param({"due_on": "2020-09-31"}, "September 2020 has no day 31", id="no such day"),
        pytest.param({"milestone": "99.9"}, "There is no milestone 99.9.", id="unknown milestone"),
        pytest.param({"milestone": "all"}, "There is no milestone all.", id="no number"),
    ],
)
def test_a_due_out_that_cannot_be_is_refused_at_its_field(meetings, client_of, plcy, wrong, sentence):
    before = record()

    answer = client_of(plcy).post("/meetings/2/owe/", OWED | wrong)

    assert answer.status_code == 200
    assert sentence in words_of(answer)
    assert record() == before


@pytest.mark.parametrize("path", ["/meetings/3/conclude/", "/meetings/3/owe/"])
def test_nothing_comes_out_of_a_meeting_still_to_come(meetings, client_of, plcy, path):
    before = record()

    answer = client_of(plcy).post(path, OWED)

    assert answer.status_code == 403
    assert "ESC meeting 3 has not been held yet: nothing came out of it." in words_of(answer)
    assert record() == before


@pytest.mark.parametrize("who", ["cbp", "reader", "coac"])
@pytest.mark.parametrize(
    "path", ["/meetings/plan/", "/meetings/2/change/", "/meetings/2/conclude/", "/meetings/2/owe/"]
)
def test_nobody_else_plans_or_writes_up(meetings, client_of, request, who, path):
    before = record()

    answer = client_of(request.getfixturevalue(who)).post(path, PLAN | OWED | {"reason": "Ours."})

    assert answer.status_code == 403
    assert record() == before


@pytest.mark.parametrize("path", ["/meetings/plan/", "/meetings/2/owe/", "/meetings/2/change/"])
def test_nothing_is_written_on_an_earlier_day(meetings, client_of, plcy, path):
    before = record()

    answer = client_of(plcy).post(f"{path}?as_of=2020-09-12", PLAN | OWED | {"reason": "Ours."})

    assert answer.status_code == 403
    assert "nothing can be changed here" in words_of(answer)
    assert record() == before


# --- Answering -----------------------------------------------------------------------------------------------------


def test_the_agency_answers_what_it_owes_and_the_pack_shows_it(meetings, client_of, usps, reader):
    owed = DueOut.objects.get(agency="USPS")
    client = client_of(usps)
    page = client.get("/meetings/3/").content.decode()
    assert f"/meetings/due-outs/{owed.pk}/answer/" in page

    answer = send(client, f"/meetings/due-outs/{owed.pk}/answer/", {"answer": "Every other Tuesday."})

    assert answer.redirect_chain == [("/meetings/1/#due-out", 302)]
    assert "Saved: your answer is in the next pack." in words_of(answer)
    pack = words_of(client_of(reader).get("/meetings/3/"))
    assert "Every other Tuesday. USPS, Sep 14" in pack


def test_the_answer_leads_back_to_where_the_person_came_from(meetings, client_of, usps):
    owed = DueOut.objects.get(agency="USPS")

    answer = client_of(usps).post(
        f"/meetings/due-outs/{owed.pk}/answer/", {"answer": "Tuesdays.", "next": "/check-in/"}
    )

    assert answer.headers["Location"] == "/check-in/"


@pytest.mark.parametrize("who", ["cbp", "reader", "coac"])
def test_nobody_else_answers(meetings, client_of, request, who):
    owed = DueOut.objects.get(agency="USPS")

    answer = client_of(request.getfixturevalue(who)).post(f"/meetings/due-outs/{owed.pk}/answer/", {"answer": "Done."})

    assert answer.status_code == 403
    assert DueOut.objects.get(pk=owed.pk).answer == ""


def test_who_answers_what_was_answered_meanwhile_is_told_and_keeps_the_text(meetings, client_of, usps, plcy):
    owed = DueOut.objects.get(agency="USPS")
    answer_due_out(owed, by=usps, text="Every other Tuesday.")

    answer = client_of(plcy).post(f"/meetings/due-outs/{owed.pk}/answer/", {"answer": "Mondays."})

    assert answer.status_code == 409
    words = words_of(answer)
    assert "This was answered meanwhile by USPS on Sep 14, 2020." in words
    assert "You wrote: “Mondays.”" in words
    assert DueOut.objects.get(pk=owed.pk).answer == "Every other Tuesday."


def test_an_empty_answer_is_asked_for_again(meetings, client_of, usps):
    owed = DueOut.objects.get(agency="USPS")

    answer = client_of(usps).post(f"/meetings/due-outs/{owed.pk}/answer/", {"answer": " "})

    assert answer.status_code == 200
    assert "Write the answer." in words_of(answer)
