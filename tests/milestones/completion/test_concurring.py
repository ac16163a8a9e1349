"""Is the other agency of a joint milestone asked whether it concurs, and does its latest answer count?"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client

from esc_tracker import clock
from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from esc_tracker.reader import esc_reader
from milestones.concurring import concur
from milestones.deciding import confirm, return_completion
from milestones.models import Concurrence, Milestone
from milestones.offers import last_report
from milestones.refusals import Incomplete, NotAllowed, StaleUpdate
from milestones.reported import reported_of
from milestones.workflow import Status
from tests.milestones.telling import give, in_september, milestone, say

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reported(plan, cbp) -> None:
    """CBP reported 5.1 complete, which it leads with USPS beside it."""
    with clock.at(in_september(10)):
        say("5.1", cbp, status=Status.REPORTED_COMPLETE)


def answer(by, *, concurs=True, text="", report_version=1, code="5.1") -> Concurrence:
    return concur(milestone(code), by=by, report_version=report_version, concurs=concurs, text=text)


def record() -> tuple[int, int, int]:
    return Concurrence.objects.count(), Entry.objects.count(), milestone("5.1").version


def answers(moment) -> list[str]:
    reader = esc_reader(moment)
    row = Milestone.objects.visible_to(reader).coded("5.1").for_table(reader).get()
    found = reported_of(row, last_report(row), reader)
    return [f"{each}: {each.text}" if each.text else str(each) for each in found.answers] if found else []


def send(client: Client, **fields):
    return client.post("/milestones/5.1/concur/", {"report": "1", "concurs": "yes", "text": "", **fields})


# --- The door --------------------------------------------------------------------------------------------------------


def test_an_answer_enters_the_record_and_moves_no_version(usps):
    kept, entries, version = record()

    said = answer(usps)

    assert (said.agency_id, said.concurs, said.text, said.report.version) == ("USPS", True, "", 1)
    assert record() == (kept + 1, entries + 1, version)
    assert Entry.objects.latest("number").verb == "milestones.concur"


@pytest.mark.parametrize("said", [{"concurs": True}, {"concurs": False, "text": "Two posts have not signed."}])
def test_the_same_answer_sent_twice_is_one(usps, said):
    first = answer(usps, **said)
    before = record()

    assert (answer(usps, **said).pk, record()) == (first.pk, before)


def test_the_latest_answer_counts(usps):
    with clock.at(in_september(11)):
        answer(usps, concurs=False, text="Two posts have not signed.")
    with clock.at(in_september(12)):
        answer(usps)

    assert [answers(in_september(day, 18)) for day in (10, 11, 12)] == [
        ["USPS has not answered yet"],
        ["USPS does not concur: Two posts have not signed."],
        ["USPS concurs"],
    ]


def test_why_it_concurs_is_not_kept(usps):
    assert answer(usps, text="Left in the form.").text == ""


@pytest.mark.parametrize("text", ["", "  ", "x" * 501, "a\x00b"], ids=["empty", "blank", "long", "NUL"])
def test_not_to_concur_takes_a_reason_that_can_be_kept(usps, text):
    before = record()

    with pytest.raises(Incomplete) as refused:
        answer(usps, concurs=False, text=text)

    assert (set(refused.value.problems), record()) == ({"text"}, before)


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("cbp", "CBP reported this completion itself"),
        ("ice", "Only the agencies that answer for this milestone are asked. You are signed in for ICE/HSI."),
        ("plcy", "Only the agencies that answer for this milestone are asked. You are signed in for PLCY."),
        ("reader", "Your role reads the record"),
        ("coac", "Your role reads the record"),
    ],
)
def test_nobody_else_is_asked(request, who, sentence):
    before = record()

    with pytest.raises(NotAllowed, match=sentence):
        answer(request.getfixturevalue(who))

    assert record() == before


def test_a_supporting_agency_is_not_asked(plcy, uspto):
    give("5.1", "USPTO", by=plcy, part="supporting")

    with pytest.raises(NotAllowed, match="Only the agencies that answer"):
        answer(uspto)


@pytest.mark.parametrize("decide", ["confirmed", "returned"])
def test_nothing_is_answered_once_it_is_decided(usps, plcy, decide):
    if decide == "confirmed":
        confirm(milestone("5.1"), by=plcy, seen_version=1)
    else:
        return_completion(milestone("5.1"), by=plcy, seen_version=1, remark="Not yet.")
    before = record()

    with pytest.raises(NotAllowed, match="No report of completion waits for an answer"):
        answer(usps)

    assert record() == before


def test_an_answer_to_an_earlier_report_is_none_to_the_new_one(cbp, usps, plcy):
    answer(usps)
    return_completion(milestone("5.1"), by=plcy, seen_version=1, remark="Not yet.")
    say("5.1", cbp, status=Status.REPORTED_COMPLETE)
    before = record()

    with pytest.raises(StaleUpdate):
        answer(usps, report_version=1)

    assert (record(), answers(in_september(30))) == (before, ["USPS has not answered yet"])
    assert answer(usps, report_version=3).report.version == 3


def test_confirming_waits_for_no_answer(plcy):
    confirm(milestone("5.1"), by=plcy, seen_version=1)

    assert milestone("5.1").current_status == "completed"


def test_where_one_agency_answers_nobody_is_asked(ice, django_assert_num_queries):
    say("4.3", ice, status=Status.REPORTED_COMPLETE)
    reader = esc_reader(in_september(30))
    row = Milestone.objects.visible_to(reader).coded("4.3").for_table(reader).get()
    report = last_report(row)

    with django_assert_num_queries(0):
        assert reported_of(row, report, reader).answers == ()


# --- The page --------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_report_and_takes_the_answer(client_of, usps):
    client = client_of(usps)

    page = client.get("/milestones/5.1/concur/")
    sent = send(client)

    assert (page.status_code, page.context["report_version"]) == (200, 1)
    assert "CBP reported it complete" in page.content.decode()
    assert "USPS has not answered yet" in page.content.decode()
    assert (sent.status_code, sent.headers["Location"]) == (302, "/milestones/5.1/")
    assert [str(each) for each in get_messages(sent.wsgi_request)] == ["Saved: USPS concurs that it is complete."]


def test_the_confirm_page_says_who_has_answered_what(client_of, usps, plcy):
    client = client_of(plcy)
    before = client.get("/milestones/5.1/confirm/").content.decode()
    answer(usps, concurs=False, text="Two posts have not signed.")

    after = client.get("/milestones/5.1/confirm/").content.decode()

    assert "USPS has not answered yet" in before
    assert "USPS does not concur" in after
    assert "Two posts have not signed." in after


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"concurs": ""}, "concurs", "Choose one of the two."),
        ({"concurs": "maybe"}, "concurs", "Choose one of the two."),
        ({"concurs": "no"}, "text", "Say why your agency does not concur."),
        ({"concurs": "no", "text": "x" * 501}, "text", "This is 501 characters long; 500 fit."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client_of, usps, fields, field, sentence):
    before = record()

    sent = send(client_of(usps), **fields)

    assert (sent.status_code, sent.context["form"].errors) == (200, {field: [sentence]})
    assert record() == before


@pytest.mark.parametrize(
    "fields", [{"report": ""}, {"report": "9"}, {"report": ["1", "1"]}, {"concurs": ["yes", "no"]}]
)
def test_a_form_that_no_page_of_ours_sends_is_refused(client_of, usps, fields):
    assert send(client_of(usps), **fields).status_code == 400
    assert Concurrence.objects.count() == 0


def test_an_answer_overtaken_by_a_new_report_is_kept_and_told(client_of, cbp, usps, plcy):
    return_completion(milestone("5.1"), by=plcy, seen_version=1, remark="Not yet.")
    say("5.1", cbp, status=Status.REPORTED_COMPLETE)

    sent = send(client_of(usps), concurs="no", text="Two posts have not signed.")

    assert (sent.status_code, sent.context["report_version"], Concurrence.objects.count()) == (409, 3, 0)
    assert "reported complete anew" in sent.content.decode()
    assert "Two posts have not signed." in sent.content.decode()


@pytest.mark.parametrize("who", ["cbp", "ice", "plcy", "reader", "coac"])
def test_the_page_is_closed_to_all_who_are_not_asked(client_of, request, who):
    client = client_of(request.getfixturevalue(who))

    assert [client.get("/milestones/5.1/concur/").status_code, send(client).status_code] == [403, 403]
    assert Concurrence.objects.count() == 0


def test_nothing_is_answered_from_an_earlier_day(client_of, usps):
    answered = client_of(usps).post("/milestones/5.1/concur/?as_of=2020-09-14", {"report": "1", "concurs": "yes"})

    assert (answered.status_code, Concurrence.objects.count()) == (403, 0)


@pytest.mark.parametrize(("who", "name"), [("usps", "concur"), ("plcy", "confirm")])
def test_a_joint_milestones_page_takes_at_most_ten_queries(
    client_of, request, usps, django_assert_max_num_queries, who, name
):
    answer(usps)
    client = client_of(request.getfixturevalue(who))

    with django_assert_max_num_queries(10):
        assert client.get(f"/milestones/5.1/{name}/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_twenty_identical_answers_at_once_are_one(client_of, usps):
    clients = [client_of(usps) for _ in range(20)]
    kept, entries, version = record()

    def once(client: Client) -> int:
        try:
            return send(client).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        statuses = list(threads.map(once, clients))

    assert statuses == [302] * 20
    assert (record(), first_broken_entry()) == ((kept + 1, entries + 1, version), "")
