"""Do the pages of calls tell who has answered, and let PLCY alone change a call?"""

import re

import pytest

from esc_tracker import clock
from milestones.models import CallReminder
from milestones.workflow import Outlook
from tests.milestones.calls.calling import add_text, extend, open_call, skip, terms, written
from tests.milestones.pages.reading import text_of, words_of
from tests.milestones.people.naming import Part, call, keep
from tests.milestones.telling import in_september, say

W37 = "/calls/2020-W37/"
MOVED = {"version": "0", "due_on": "2020-09-15", "due_at": "12:00", "reason": "The network is down."}


@pytest.fixture
def weeks(plan, cbp, usps) -> None:
    """The calls of W36 and W37: CBP answered on 3.1 and again "no change", late on 3.2; USPS on 5.1."""
    open_call(in_september(2, 9))
    with clock.at(in_september(3)):
        say("3.1", cbp)
    open_call(in_september(9, 9))
    with clock.at(in_september(10)):
        say("3.1", cbp)
        say("5.1", usps, outlook=Outlook.AT_RISK)
    with clock.at(in_september(12)):
        say("3.2", cbp)


@pytest.fixture
def chair(weeks, client_of, plcy):
    """A client of the chair's office."""
    return client_of(plcy)


def part(words: str, agency: str) -> str:
    """Return an agency's group of rows from a page's words."""
    found = re.search(
        rf"{re.escape(agency)}: \d+ of \d+(.*?)(?=[A-Z/]+: \d+ of \d+|What was changed|The next call|$)", words
    )
    assert found
    return found[0]


# --- Reading --------------------------------------------------------------------------------------------------------


def test_the_latest_call_comes_first_with_who_has_answered(weeks, client_of, reader):
    words = words_of(client_of(reader).get("/calls/"))

    assert "3 of 19 answers to the call of Sep 7 – 13 came in" in words
    assert "Fell due Fri, Sep 11, noon" in words
    assert "Answered 3 of 19, 1 late" in words
    assert "Silent 16" in words
    mine = part(words, "CBP")
    assert mine.startswith("CBP: 2 of 9")
    assert "No change Thu, Sep 10, noon The rule is being drafted." in mine
    assert "Answered late Sat, Sep 12, noon" in mine
    assert mine.count("Silent") == 7
    assert part(words, "USPS").startswith("USPS: 1 of 3")


def test_while_a_call_runs_the_others_are_not_yet_heard(weeks, client_of, cbp):
    words = words_of(client_of(cbp).get("/calls/?as_of=2020-09-10"))

    assert "2 of 19 answers to the call of Sep 7 – 13 are in" in words
    assert "Not yet heard 17" in words
    assert "Silent" not in part(words, "CBP")


def test_what_comes_next_and_what_was_before_stand_below(weeks, client_of, cbp):
    words = words_of(client_of(cbp).get("/calls/"))

    assert "The next call opens on Wed, Sep 16, 9 a.m." in words
    assert "Aug 31 – Sep 6 2020-W36 Wed, Sep 2, 9 a.m. Fri, Sep 4, noon 2 of 19 1 17" in words


def test_before_any_call_the_page_says_when_the_first_one_opens(plan, client_of, cbp):
    words = words_of(client_of(cbp).get("/calls/"))

    assert "No call has opened yet" in words
    assert "The next call opens on Wed, Sep 16, 9 a.m." in words


def test_a_day_gone_by_is_told_as_it_was(weeks, client_of, cbp, plcy):
    extend(in_september(10, 15), plcy, agency="CBP", due_at=in_september(16))
    add_text(in_september(10, 15), plcy, "Mention OCC clearance.")

    then, now = (words_of(client_of(cbp).get(W37 + query)) for query in ("?as_of=2020-09-09", ""))

    assert "Mention OCC clearance." not in then
    assert "0 of 19 answers to the call of Sep 7 – 13 are in" in then
    assert "“Mention OCC clearance.”" in now
    assert "CBP: 2 of 9 due Wed, Sep 16, noon" in now
    assert "PLCY extended it for CBP: due Wed, Sep 16, noon" in now
    assert "“Agreed by phone.”" in now


def test_only_the_chairs_office_reads_who_of_it_changed_a_call(weeks, client_of, cbp, plcy):
    extend(in_september(10, 15), plcy, agency="CBP", due_at=in_september(16))

    assert "PLCY (PLCY) extended it for CBP" in words_of(client_of(plcy).get(W37))
    assert "PLCY extended it for CBP" in words_of(client_of(cbp).get(W37))


def test_a_skipped_call_says_why_and_asks_nobody(weeks, client_of, cbp, plcy):
    skip(in_september(12), plcy)

    words = words_of(client_of(cbp).get(W37))

    assert "The call of Sep 7 – 13 was skipped" in words
    assert "“Agreed by phone.” Nobody owes it an answer." in words
    assert "Silent" not in words
    assert "answers to the call of Aug 31 – Sep 6 came in" in words_of(client_of(cbp).get("/calls/"))


@pytest.mark.parametrize("path", ["/calls/", W37])
def test_coac_reads_nothing_of_calls(weeks, client_of, coac, path):
    answer = client_of(coac).get(path)

    assert answer.status_code == 403
    assert "Calls for updates, and who answered them, are the committee’s own and are not shared." in text_of(answer)


def test_a_member_is_offered_the_check_in_and_no_act(weeks, client_of, cbp):
    text = text_of(client_of(cbp).get("/calls/"))

    assert "Answer in the check-in" in text
    assert not [word for word in ("/move/", "/extend/", "/skip/", "/remind/", "for_agency=") if word in text]


def test_plcy_is_offered_every_act_and_each_agencys_check_in(chair):
    text = text_of(chair.get("/calls/"))

    assert all(f"{W37}{act}/" in text for act in ("move", "extend", "line", "skip", "remind"))
    assert "/check-in/?for_agency=ICE-HSI" in text


def test_on_an_earlier_day_plcy_is_offered_nothing(chair):
    text = text_of(chair.get("/calls/?as_of=2020-09-10"))

    assert "/move/" not in text
    assert "/remind/" not in text


# --- Changing -------------------------------------------------------------------------------------------------------


def test_plcy_moves_a_call(chair):
    answer = chair.post(f"{W37}move/", MOVED, follow=True)

    assert answer.redirect_chain == [(W37, 302)]
    assert "Saved: the call of Sep 7 – 13 is moved." in words_of(answer)
    assert terms().due_at == in_september(15)


def test_plcy_extends_a_call_for_one_agency(chair):
    chair.post(f"{W37}extend/", MOVED | {"agency": "USPS"})

    assert (terms().due_for("USPS"), terms().due_for("CBP")) == (in_september(15), in_september(11))


def test_plcy_adds_a_line_and_skips(chair):
    chair.post(f"{W37}line/", {"version": "0", "text": "Mention OCC clearance."})
    assert terms().text == "Mention OCC clearance."

    chair.post(f"{W37}skip/", {"version": "1", "reason": "No meeting this week."})
    assert terms().skipped.reason == "No meeting this week."


def test_a_coming_call_goes_on_the_record_with_its_first_change(chair):
    answer = chair.post("/calls/2020-W38/skip/", {"version": "0", "reason": "The office is closed."}, follow=True)

    assert "The call of Sep 14 – 20 was skipped" in words_of(answer)
    assert terms("2020-W38").skipped is not None
    assert "The next call opens on Wed, Sep 23, 9 a.m." in words_of(chair.get("/calls/"))


def test_what_is_refused_leaves_a_coming_call_off_the_record(chair):
    before = written()

    answer = chair.post("/calls/2020-W38/skip/", {"version": "0", "reason": " "})

    assert answer.status_code == 200
    assert "Say why; everybody reads it." in words_of(answer)
    assert written() == before


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"due_on": "2020-09-08"}, "A call is due after it opens."),
        ({"due_on": ""}, "Say on which day."),
        ({"due_at": ""}, "Say at what time."),
        ({"due_at": "25:00"}, "Write a time such as 09:00."),
        ({"due_on": "2020-02-30"}, "February 2020"),
        ({"due_on": "2101-01-01"}, "2100"),
        ({"due_on": "1999-01-01"}, "2000"),
        ({"reason": "a\x00b"}, "This text contains characters that cannot be kept."),
    ],
    ids=["before it opens", "no day", "no time", "no such time", "February 30", "2101", "1999", "NUL"],
)
def test_bad_input_is_refused_in_words_and_kept_in_the_form(chair, typed, sentence):
    before = written()

    answer = chair.post(f"{W37}move/", MOVED | typed)

    assert answer.status_code == 200
    assert sentence in words_of(answer)
    assert written() == before


def test_a_form_made_before_another_change_is_told_and_kept(chair, plcy2):
    add_text(in_september(12), plcy2, "Mention OCC clearance.")
    before = written()

    answer = chair.post(f"{W37}move/", MOVED)

    assert answer.status_code == 409
    assert "The call of 2020-W37 was changed since you opened this page." in words_of(answer)
    assert 'value="2020-09-15"' in text_of(answer)
    assert 'name="version" value="1"' in text_of(answer)
    assert written() == before


def test_a_change_sent_twice_is_made_once(chair):
    chair.post(f"{W37}skip/", {"version": "0", "reason": "No meeting."})
    before = written()

    answer = chair.post(f"{W37}skip/", {"version": "0", "reason": "No meeting."})

    assert answer.status_code == 302
    assert written() == before


def test_nothing_is_changed_on_an_earlier_day(chair):
    before = written()

    answer = chair.post(f"{W37}move/?as_of=2020-09-11", MOVED)

    assert answer.status_code == 403
    assert written() == before


# --- Reminding ------------------------------------------------------------------------------------------------------


def test_it_is_said_who_would_be_reminded_of_how_much(chair):
    assert (
        "CBP (7 milestones), ICE/HSI (5 milestones), USPS (2 milestones), USPTO (1 milestone) and PLCY (1 milestone)"
        " have not answered." in words_of(chair.get(W37))
    )


def test_plcy_reminds_in_one_click_and_a_second_click_reminds_nobody_twice(chair):
    first, second = (chair.post(f"{W37}remind/", {"version": "0"}, follow=True) for _ in range(2))

    assert "Saved, to be reminded with the mail of the day: CBP (7 milestones)" in words_of(first)
    assert "Whoever has not answered was reminded today." in words_of(first)
    assert "Nobody was left to remind today." in words_of(second)
    assert CallReminder.objects.count() == 5
    assert "CBP: 2 of 9 reminded Mon, Sep 14" in words_of(second)


def test_reminding_of_a_call_changed_meanwhile_reminds_nobody(chair, plcy2):
    skip(in_september(13), plcy2)

    answer = chair.post(f"{W37}remind/", {"version": "0"})

    assert answer.status_code == 403
    assert "The call of 2020-W37 was skipped" in text_of(answer)
    assert CallReminder.objects.count() == 0


def test_reminding_from_a_page_that_is_out_of_date_is_told(chair, plcy2):
    add_text(in_september(13), plcy2, "Mention OCC clearance.")

    answer = chair.post(f"{W37}remind/", {"version": "0"})

    assert answer.status_code == 409
    assert "Nobody was reminded." in words_of(answer)
    assert CallReminder.objects.count() == 0


# --- Queries --------------------------------------------------------------------------------------------------------

PINNED = {
    "/calls/": 12,
    "/calls/?as_of=2020-09-12": 12,
    W37: 12,
    "/calls/2020-W36/": 10,
    "/calls/2020-W38/": 6,
    f"{W37}move/": 9,
    f"{W37}extend/": 10,
}


@pytest.mark.parametrize("path", PINNED)
def test_page_takes_its_few_queries(path, chair, plcy, django_assert_num_queries):
    extend(in_september(10, 15), plcy, agency="CBP", due_at=in_september(16))
    call("5.2", keep("Kim Lee", by=plcy, agency="USPS"), by=plcy, part=Part.PRINCIPAL, agency="USPS")

    with django_assert_num_queries(PINNED[path]):
        text_of(chair.get(path))
