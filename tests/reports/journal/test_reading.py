"""Who reads the journal, what do they find in it, and does a filter ever show more than was asked for? (R39, R41)"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esc_tracker.accounts.models import User
from esc_tracker.journal.models import Entry
from tests.factories import make_user
from tests.reports.journal.told import REFERENCE, auditor, numbers, on, tell
from tests.tampering import unguarded

QUERIES = 12  # of a page, with session and user


@pytest.fixture
def told(cbp, plcy) -> None:
    """Tell eight acts: 1 by a job, 2–4 by CBP, 5–8 by PLCY."""
    tell("milestones.open_call", "2020-W37", at=on(9), source="job", after={"due_at": "2020-09-11T16:00:00+00:00"})
    tell(
        "milestones.post_update", "4.3", by=cbp, at=on(10),
        before={"status": "not_started"}, after={"status": "in_progress", "agency": "ICE-HSI"},
    )  # fmt: skip
    tell("milestones.assign", "1.1, 1.10, 4.3", by=cbp, at=on(10, 10), after={"milestones": ["1.1", "1.10", "4.3"]})
    tell("milestones.post_update", "1.1", by=cbp, at=on(10, 11), after={"statement": "A. Lee\nsays <b>so</b>."})
    tell("reports.edit_line", "2020-W37", by=plcy, at=on(11), after={"code": "4.3", "text": "Shorter."})
    tell("milestones.owe", "ESC meeting 1", by=plcy, at=on(12), source="command", after={"milestone": "4.3"})
    tell("accounts.nominate", "Eve Ortiz", by=plcy, at=on(13), after={"name": "Eve Ortiz", "role": "reader"})
    tell("reports.publish", "2020-W37", by=plcy, at=on(14, 0), before={"state": "draft"}, after={"state": "published"})


# --- Who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/journal/", "/journal/1/", "/journal/?export=csv"])
def test_plcy_and_a_reader_given_the_right_read_it(told, client_of, plcy, page):
    answers = [client_of(person).get(page) for person in (plcy, auditor())]

    assert [answer.status_code for answer in answers] == [200, 200]


@pytest.mark.parametrize(
    "page", ["/journal/", "/journal/1/", "/journal/99/", "/journal/?export=csv", "/journal/?act=x"]
)
@pytest.mark.parametrize("who", ["reader", "cbp", "coac"])
def test_nobody_else_reads_it_and_is_told_so(told, client_of, request, page, who):
    answer = client_of(request.getfixturevalue(who)).get(page)

    assert answer.status_code == 403
    assert "The journal is for PLCY staff, and for readers who were given the right to read it." in answer.text
    assert "Posted an update" not in answer.text


def test_the_right_ends_when_it_is_taken_away(told, client_of):
    person = auditor()
    client = client_of(person)
    client.get("/journal/")

    User.objects.filter(pk=person.pk).update(sees_journal=False)

    assert client.get("/journal/").status_code == 403


def test_its_readers_alone_find_the_way_to_it(told, plan, client_of, plcy, cbp, reader):
    pages = ["/milestones/4.3/", "/milestones/"]
    link = 'href="/journal/'

    assert [link in client_of(plcy).get(page).text for page in pages] == [True, True]
    assert [link in client_of(auditor()).get(page).text for page in pages] == [True, True]
    assert [link in client_of(person).get(page).text for person in (cbp, reader) for page in pages] == [False] * 4
    assert 'href="/journal/?about=4.3"' in client_of(plcy).get("/milestones/4.3/").text


# --- What -----------------------------------------------------------------------------------------------------------


def test_a_line_tells_who_did_what_when_and_what_changed(told, client_of, plcy):
    page = client_of(plcy).get("/journal/?about=4.3&agency=CBP&act=milestones.post_update").text

    for said in ("Sep 10, 2020, 9 a.m.", "CBP", "Posted an update", 'href="/milestones/4.3/"', "A page", REFERENCE):
        assert said in page
    assert 'Status: <span class="usa-sr-only">from </span>Not started' in page
    assert "Agency: ICE/HSI" in page
    assert f"{Entry.objects.get(number=2).digest[:10]}…" in page


def test_what_people_wrote_stays_text(told, client_of, plcy):
    pages = [client_of(plcy).get(page).text for page in ("/journal/", "/journal/4/")]

    assert ["&lt;b&gt;so&lt;/b&gt;" in page for page in pages] == [True, True]
    assert ["<b>so</b>" in page for page in pages] == [False, False]


def test_the_newest_stands_first_and_the_order_can_be_turned(told, client_of, plcy):
    client = client_of(plcy)

    assert numbers(client.get("/journal/")) == [8, 7, 6, 5, 4, 3, 2, 1]
    assert numbers(client.get("/journal/?sort=number")) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_an_earlier_day_shows_what_was_recorded_then(told, client_of, plcy):
    client = client_of(plcy)

    answer = client.get("/journal/?as_of=2020-09-10")

    assert numbers(answer) == [4, 3, 2, 1]
    assert 'href="/journal/4/?as_of=2020-09-10"' in answer.text
    assert client.get("/journal/5/?as_of=2020-09-10").status_code == 404
    assert "Entry after" not in client.get("/journal/4/?as_of=2020-09-10").text


def test_a_page_holds_fifty_entries_and_one_past_the_end_is_the_last(plcy, client_of):
    for number in range(1, 53):
        tell("milestones.post_update", f"4.{number}", by=plcy)
    client = client_of(plcy)

    assert numbers(client.get("/journal/")) == list(range(52, 2, -1))
    assert numbers(client.get("/journal/?page=99999999999999999999")) == [2, 1]
    assert len(numbers(client.get("/journal/?per_page=100"))) == 52


# --- Filters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("about=4.3", [6, 5, 3, 2]),  # one that names it among others, and acts about other things that name it
        ("about=1.1", [4, 3]),  # and not 1.10
        ("about=2020-w37", [8, 5, 1]),
        ("about=Meeting 1", [6]),
        ("about=4.3&about=ESC meeting 1", [6, 5, 3, 2]),
        ("act=milestones.post_update", [4, 2]),
        ("act=reports&act=seats", [8, 7, 5]),
        ("agency=CBP", [4, 3, 2]),
        ("agency=PLCY", [8, 7, 6, 5]),
        ("agency=none", []),
        ("person=nobody", [1]),
        ("source=job&source=command", [6, 1]),
        ("source=untold", []),
        (f"request={REFERENCE.upper()}", [8, 7, 5, 4, 3, 2]),
        ("after=2020-09-11", [8, 7, 6, 5]),
        ("before=2020-09-10", [4, 3, 2, 1]),
        ("after=2020-09-10&before=2020-09-10", [4, 3, 2]),
        ("q=cbp", [4, 3, 2]),
        ("q=cbp 4.3", [3, 2]),
        ("q=ortiz", [7]),
        ("q=shorter", []),  # what was written is not searched
        ("q=%25", []),
        ("nothing=known", [8, 7, 6, 5, 4, 3, 2, 1]),
        ("about=&q=+", [8, 7, 6, 5, 4, 3, 2, 1]),
    ],
)
def test_a_filter_shows_what_was_asked_for(told, client_of, plcy, asked, found):
    answer = client_of(plcy).get(f"/journal/?{asked}")

    assert numbers(answer) == found


def test_one_person_is_asked_for_by_name_from_those_who_acted(told, client_of, plcy, cbp, uspto):
    answer = client_of(plcy).get(f"/journal/?person={cbp.pk}")

    assert numbers(answer) == [4, 3, 2]
    [people] = [select for select in answer.context["asked"].selects if select.name == "person"]
    assert [label for _, label, _ in people.options] == ["CBP", "PLCY", "Nobody: a job or command"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("about=Everything", "Write a milestone like 4.3, a week like 2020-W37 or a meeting like “meeting 2”"),
        ("act=milestones.burn", "There is no kind of act “milestones.burn”."),
        ("agency=FBI", "There is no agency “FBI”."),
        ("agency=unassigned", "There is no agency “unassigned”."),
        ("person=999999", "There is no person who acted named “999999”."),
        ("person=1 OR 1=1", "There is no person who acted named “1 OR 1=1”."),
        ("source=fax", "There is no source “fax”."),
        ("request=zz", "A reference is made of the characters 0–9, a–f and -, unlike “zz”."),
        (f"request={'a' * 37}", "A reference is made of"),
        ("after=2020-02-30", "There is no day 2020-02-30."),
        ("before=yesterday", "Write a day like 2020-10-31, not “yesterday”."),
        ("after=2020-09-12&before=2020-09-11", "The period ends before it begins."),
        (f"q={'a' * 201}", "The search is 201 characters long; 200 fit."),
        ("q=a%00b", "The search contains characters that cannot be searched for."),
        ("sort=by", "There is no column to sort by named “by”."),
        ("page=0", "There is no page “0”"),
        ("per_page=1000000", "A page holds 25, 50 or 100 rows"),
        ("about=4.3&about=Everything", "Write a milestone like 4.3"),
    ],
)
def test_a_bad_filter_shows_the_error_no_row_and_no_file(told, client_of, plcy, asked, sentence):
    client = client_of(plcy)

    page, file = client.get(f"/journal/?{asked}"), client.get(f"/journal/?{asked}&export=csv")

    assert (page.status_code, numbers(page)) == (200, [])
    assert sentence in page.text
    assert (file.status_code, file.has_header("Content-Disposition")) == (400, False)
    assert sentence in file.text


# --- One entry ------------------------------------------------------------------------------------------------------


def test_an_entry_shows_all_that_was_written_its_seal_and_its_neighbors(told, client_of, plcy):
    written = Entry.objects.get(number=2)

    page = client_of(plcy).get("/journal/2/").text

    for said in (
        *("Entry 2: Posted an update", "CBP posted an update on 4.3.", "Not started", "In progress", "ICE/HSI"),
        *(written.digest, written.previous, "2020-09-10T13:00:00.000000+00:00", "manage.py verify_record"),
        *('rel="prev" href="/journal/1/"', 'rel="next" href="/journal/3/"', f"/journal/?request={REFERENCE}"),
        "The entry is what was written, and continues the one before.",
    ):
        assert said in page


def test_the_first_and_the_last_entry_have_one_neighbor(told, client_of, plcy):
    first, last = (client_of(plcy).get(f"/journal/{number}/").text for number in (1, 8))

    assert ('rel="prev"' in first, 'rel="next"' in first) == (False, True)
    assert ('rel="prev"' in last, 'rel="next"' in last) == (True, False)
    assert "None: the journal begins here" in first


@pytest.mark.parametrize("number", ["0", "9", "9223372036854775807", "9" * 40])
def test_a_number_that_no_entry_has_leads_nowhere(told, client_of, plcy, number):
    assert client_of(plcy).get(f"/journal/{number}/").status_code == 404


def test_an_entry_that_was_changed_says_so(told, client_of, plcy):
    unguarded().filter(number=2).update(after={"status": "completed"})
    unguarded().filter(number=5).update(previous="0" * 64)

    pages = [client_of(plcy).get(f"/journal/{number}/").text for number in (1, 2, 5)]

    assert [page.count("This entry is not what was written: its digest does not fit.") for page in pages] == [0, 1, 1]


def test_an_entry_that_does_not_continue_the_one_before_says_so(told, client_of, plcy):
    unguarded().filter(number=2).update(digest="0" * 64)

    page = client_of(plcy).get("/journal/3/").text

    assert "This entry does not continue the one before it." in page


# --- How fast -------------------------------------------------------------------------------------------------------


def _queries(client, page: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page).status_code == 200
    return len(asked)


@pytest.mark.parametrize("page", ["/journal/", "/journal/?about=4.3&q=cbp&as_of=2020-09-13", "/journal/2/"])
def test_a_page_asks_as_often_however_many_entries_there_are(told, client_of, plcy, page):
    client = client_of(plcy)
    few = _queries(client, page)
    for number in range(60):
        tell("milestones.post_update", "4.3", by=make_user(f"m{number % 9}@esc.example"), at=on(12))

    assert few == _queries(client, page)
    assert few <= QUERIES
