"""Is PLCY offered to copy the principal of who was silent for two calls in a row, and of nobody else?"""

from datetime import datetime

import pytest

from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.journal.models import Entry
from milestones.calls.answers import stretches, take_roll
from milestones.calls.reminding import remind
from milestones.calls.silence import latest_fallen_due, silent_twice
from milestones.models import Call, CallReminder
from milestones.refusals import Incomplete
from tests.milestones.calls.calling import call_of, extend, open_call, skip
from tests.milestones.pages.reading import text_of, words_of
from tests.milestones.people.naming import Part, call, keep
from tests.milestones.telling import in_september, say

AFTER = in_september(14)
W37 = "/calls/2020-W37/"
OFFER = "Also copy Kim Lee, USPTO’s principal: silent about 11.2 for two calls in a row"


@pytest.fixture
def w36(plan) -> None:
    """Open the call of W36."""
    open_call(in_september(2, 9))


@pytest.fixture
def weeks(w36) -> None:
    """Open the call of W37 too; nobody answers either."""
    open_call(in_september(9, 9))


@pytest.fixture
def principal(weeks, plcy) -> None:
    """Name Kim Lee USPTO's principal for 11.2, and Uma Posey USPS's contact for 5.1."""
    call("11.2", keep("Kim Lee", by=plcy, agency="USPTO"), by=plcy, part=Part.PRINCIPAL, agency="USPTO")
    call("5.1", keep("Uma Posey", by=plcy, agency="USPS"), by=plcy, agency="USPS")


def twice(moment: datetime = AFTER) -> dict[str, tuple[str, ...]]:
    """Return who was silent twice about what, at a moment."""
    calls = stretches(Call.objects.recorded_before(moment))
    recent = latest_fallen_due(calls, moment)
    return silent_twice(recent, take_roll(recent, moment), moment)


def written() -> tuple[int, int]:
    """Count reminders and entries of the journal."""
    return CallReminder.objects.count(), Entry.objects.count()


def remind_copying(by: User, *agencies: str) -> list[CallReminder]:
    """Remind of W37 on Sep 14, with some agencies' principals in copy."""
    with clock.at(AFTER):
        return remind(call_of(), by=by, copying=agencies)


# --- The rule -------------------------------------------------------------------------------------------------------


def test_silent_twice_is_who_owed_the_same_answer_to_both_calls(weeks):
    assert twice()["USPTO"] == ("11.2",)
    assert twice()["USPS"] == ("5.1", "5.2", "5.3")


def test_one_call_or_a_second_not_yet_due_is_no_silence_for_two(w36):
    assert twice(in_september(8)) == {}

    open_call(in_september(9, 9))

    assert twice(in_september(11, 11)) == {}
    assert twice(in_september(11, 12))["USPTO"] == ("11.2",)


@pytest.mark.parametrize("day", [3, 8, 10, 13], ids=["in the first", "late for it", "in the second", "late for that"])
def test_an_answer_to_either_call_late_or_not_breaks_it(w36, uspto, day):
    open_call(in_september(9, 9))
    with clock.at(in_september(day)):
        say("11.2", uspto)

    assert "USPTO" not in twice()


def test_it_is_told_by_milestone_one_answered_in_one_call_is_left_out(weeks, usps):
    with clock.at(in_september(10)):
        say("5.2", usps)

    assert twice()["USPS"] == ("5.1", "5.3")


def test_a_skipped_call_is_none_and_the_one_before_it_counts(w36, plcy):
    open_call(in_september(9, 9))
    open_call(in_september(16, 9))
    skip(in_september(16, 10), plcy, week="2020-W38")
    open_call(in_september(23, 9))

    assert twice(in_september(22))["USPTO"] == ("11.2",)
    assert twice(in_september(24))["USPTO"] == ("11.2",)


def test_while_an_agency_has_more_time_it_is_judged_by_the_calls_before(w36, plcy):
    open_call(in_september(9, 9))
    extend(in_september(10), plcy, agency="USPTO", due_at=in_september(16))

    assert "USPTO" not in twice(in_september(15))
    assert twice(in_september(15))["USPS"] == ("5.1", "5.2", "5.3")
    assert twice(in_september(16, 13))["USPTO"] == ("11.2",)


# --- The door -------------------------------------------------------------------------------------------------------


def test_the_reminder_keeps_whose_principal_is_copied_and_the_journal_too(principal, plcy):
    reminders = {each.agency_id: each.copies_principal for each in remind_copying(plcy, "USPTO")}

    assert reminders == {"CBP": False, "ICE-HSI": False, "USPS": False, "USPTO": True, "PLCY": False}
    assert Entry.objects.get(verb="milestones.remind").after["copies_principal"] == ["USPTO"]


def test_without_plcys_choice_nobody_is_copied(principal, plcy):
    assert not any(each.copies_principal for each in remind_copying(plcy))
    assert "copies_principal" not in Entry.objects.get(verb="milestones.remind").after


def test_sent_twice_it_reminds_once(principal, plcy):
    remind_copying(plcy, "USPTO")
    before = written()

    assert remind_copying(plcy, "USPTO") == []
    assert written() == before


def test_who_was_not_silent_twice_names_no_principal_or_is_not_reminded_is_refused(principal, plcy):
    before = written()

    for agency, sentence in (
        ("USPS", "USPS names no principal for these milestones."),
        ("COAC", "COAC is not reminded now, so its principal cannot be copied."),
        ("", " is not reminded now"),
    ):
        with pytest.raises(Incomplete) as refused:
            remind_copying(plcy, "USPTO", agency)
        assert sentence in refused.value.problems["copying"]
    assert written() == before


def test_one_silent_for_one_call_only_is_refused(w36, plcy, uspto):
    with clock.at(in_september(3)):
        say("11.2", uspto)
    open_call(in_september(9, 9))
    call("11.2", keep("Kim Lee", by=plcy, agency="USPTO"), by=plcy, part=Part.PRINCIPAL, agency="USPTO")
    before = written()

    with pytest.raises(Incomplete) as refused:
        remind_copying(plcy, "USPTO")

    assert refused.value.problems == {
        "copying": "USPTO was not silent for two calls in a row; its principal is not copied."
    }
    assert written() == before


# --- The face -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/calls/", W37])
def test_plcy_is_offered_it_and_nothing_is_ticked_before(principal, client_of, plcy, path):
    text = text_of(client_of(plcy).get(path))

    assert OFFER in text
    assert text.count('name="copying"') == 1
    assert " checked" not in text


@pytest.mark.parametrize("who", ["cbp", "uspto", "reader"])
def test_nobody_else_is_offered_it_nor_plcy_on_an_earlier_day(principal, client_of, plcy, request, who):
    assert "Also copy" not in text_of(client_of(request.getfixturevalue(who)).get(W37))
    assert "Also copy" not in text_of(client_of(plcy).get(f"{W37}?as_of=2020-09-13"))


def test_plcy_reminds_and_copies_and_only_plcy_and_the_agency_read_that(principal, client_of, plcy, uspto, cbp):
    answer = client_of(plcy).post(f"{W37}remind/", {"version": "0", "copying": "USPTO"}, follow=True)

    assert "PLCY (1 milestone). The principal of USPTO in copy." in words_of(answer)
    assert "principal in copy" in words_of(answer)
    assert "principal in copy" in words_of(client_of(uspto).get(W37))
    assert "principal in copy" not in words_of(client_of(cbp).get(W37))


def test_a_forged_choice_reminds_nobody_and_says_why(principal, client_of, plcy):
    before = written()

    answer = client_of(plcy).post(f"{W37}remind/", {"version": "0", "copying": "USPS"})

    assert answer.status_code == 409
    assert "USPS names no principal for these milestones. Nobody was reminded." in words_of(answer)
    assert written() == before
