"""Is a call changed by PLCY alone, with sense, once, and by one person at a time?"""

from datetime import datetime, timedelta

import pytest

from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from esc_tracker.journal.models import Entry
from milestones.calls.calling import plan_call
from milestones.calls.changing import CallChanged
from milestones.calls.terms import terms_of
from milestones.calls.weeks import ReportingWeek
from milestones.models import Call, CallChange
from milestones.refusals import Incomplete, NotAllowed
from tests.milestones.calls.calling import (
    DUE,
    OPENS,
    add_text,
    call_of,
    extend,
    move,
    open_call,
    skip,
    terms,
    written,
)
from tests.milestones.telling import in_september

THURSDAY = in_september(10)
MONDAY = in_september(14)


def in_year(year: int) -> datetime:
    return datetime(year, 9, 14, 12, tzinfo=clock.NEW_YORK)


@pytest.fixture(autouse=True)
def w37(plan) -> None:
    """Open the call of W37."""
    open_call(in_september(9, 9))


def refused(do, *args, **facts) -> dict[str, str]:
    """Return the problems for which a door refused, nothing written."""
    before = written()
    with pytest.raises(Incomplete) as refusal:
        do(*args, **facts)
    assert written() == before
    return refusal.value.problems


# --- Moved --------------------------------------------------------------------------------------------------------


def test_a_call_is_moved_with_a_reason(plcy):
    change = move(THURSDAY, plcy, due_at=MONDAY, reason=" The network is down. ")

    assert (terms().opens_at, terms().due_at) == (OPENS, MONDAY)
    assert (change.by, change.recorded_at, change.reason) == (plcy, THURSDAY, "The network is down.")
    entry = Entry.objects.get(verb="milestones.move_call")
    assert (entry.by, entry.about) == (plcy, "2020-W37")
    assert entry.before["due_at"] == "2020-09-11T16:00:00+00:00"
    assert entry.after["due_at"] == "2020-09-14T12:00:00-04:00"


def test_the_same_move_sent_twice_is_one(plcy):
    first = move(THURSDAY, plcy, due_at=MONDAY, seen=0)
    before = written()

    assert move(THURSDAY, plcy, due_at=MONDAY, seen=0) == first
    assert written() == before


def test_a_move_made_of_what_was_changed_meanwhile_is_told(plcy, plcy2):
    move(THURSDAY, plcy2, due_at=MONDAY, seen=0)
    before = written()

    with pytest.raises(CallChanged, match="The call of 2020-W37 was changed since you opened this page"):
        move(THURSDAY, plcy, due_at=in_september(15), seen=0)

    assert written() == before
    assert terms().due_at == MONDAY


@pytest.mark.parametrize("due_at", [OPENS, OPENS - timedelta(days=1)])
def test_a_call_due_before_it_opens_is_refused(plcy, due_at):
    assert refused(move, THURSDAY, plcy, due_at=due_at) == {"due_at": "A call is due after it opens."}


def test_a_call_is_not_due_in_the_past(plcy):
    assert refused(move, THURSDAY, plcy, due_at=in_september(10, 11)) == {
        "due_at": "A call cannot fall due in the past."
    }
    assert refused(move, THURSDAY, plcy, due_at=THURSDAY) == {"due_at": "A call cannot fall due in the past."}


@pytest.mark.parametrize("year", [1999, 2101])
def test_a_call_is_moved_within_the_years_of_the_plan(plcy, year):
    assert refused(move, THURSDAY, plcy, due_at=in_year(year)) == {"due_at": "Write a day from 2000 to 2100."}


def test_a_call_that_has_opened_opens_no_other_time(plcy):
    assert refused(move, THURSDAY, plcy, opens_at=in_september(10, 13), due_at=MONDAY) == {
        "opens_at": "The call has opened already; only when it is due can be changed."
    }


@pytest.mark.parametrize(
    ("opens_at", "why"),
    [
        (in_september(13, 9), "A call opens in its period, from Sep 14, 2020 on."),
        (in_september(14, 11), "A call cannot open in the past."),
        (in_year(1999), "Write a day from 2000 to 2100."),
    ],
)
def test_a_coming_call_opens_in_its_period_and_not_in_the_past(plcy, opens_at, why):
    with clock.at(MONDAY):
        plan_call(ReportingWeek.read("2020-W38"), by=plcy)

    problems = refused(move, MONDAY, plcy, opens_at=opens_at, due_at=in_september(18), week="2020-W38")

    assert problems == {"opens_at": why}


def test_a_move_to_the_same_times_is_refused(plcy):
    assert refused(move, THURSDAY, plcy) == {"due_at": "It opens and is due at these times already."}


@pytest.mark.parametrize("door", [move, skip])
@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("  ", "Say why; everybody reads it."),
        ("x" * 501, "This is 501 characters long; 500 fit."),
        ("a\x00b", "This text contains characters that cannot be kept. Please type it again."),
    ],
    ids=["none", "too long", "NUL"],
)
def test_a_change_says_why(plcy, door, reason, why):
    facts = {"due_at": MONDAY} if door is move else {}

    assert refused(door, THURSDAY, plcy, reason=reason, **facts) == {"reason": why}


# --- Extended -----------------------------------------------------------------------------------------------------


def test_a_call_is_extended_for_one_agency(plcy):
    extend(THURSDAY, plcy, agency="CBP", due_at=MONDAY)

    assert (terms().due_for("CBP"), terms().due_for("USPS")) == (MONDAY, DUE)


def test_an_extension_may_be_shortened_but_ends_after_the_call_is_due(plcy):
    extend(THURSDAY, plcy, due_at=in_september(16))

    extend(THURSDAY, plcy, due_at=MONDAY)

    assert terms().due_for("CBP") == MONDAY
    assert refused(extend, THURSDAY, plcy, due_at=DUE) == {"due_at": "An extension ends after the call is due."}


def test_the_same_extension_is_kept_once(plcy, plcy2):
    first = extend(THURSDAY, plcy, due_at=MONDAY)
    before = written()

    assert extend(THURSDAY, plcy, due_at=MONDAY) == first
    assert written() == before
    assert refused(extend, THURSDAY, plcy2, due_at=MONDAY) == {"due_at": "The answers of CBP are due then already."}


def test_who_answers_for_nothing_is_not_extended(plcy):
    Agency.objects.create(code="NOAA", name="NOAA", full_name="NOAA", sort_order=99)

    problems = refused(extend, THURSDAY, plcy, agency="NOAA", due_at=MONDAY)

    assert problems == {"agency": "NOAA answers for no milestone."}


def test_a_move_overrules_an_extension(plcy):
    extend(THURSDAY, plcy, due_at=MONDAY)

    move(THURSDAY, plcy, reason="No longer needed.")

    assert terms().due_for("CBP") == DUE


# --- Skipped ------------------------------------------------------------------------------------------------------


def test_a_skipped_call_cannot_be_changed_any_more(plcy):
    skip(THURSDAY, plcy)
    before = written()

    for change in (
        lambda: move(THURSDAY, plcy, due_at=MONDAY),
        lambda: extend(THURSDAY, plcy, due_at=MONDAY),
        lambda: add_text(THURSDAY, plcy, "Hello."),
        lambda: skip(THURSDAY, plcy, reason="Another reason."),
    ):
        with pytest.raises(NotAllowed, match="The call of 2020-W37 was skipped; it can no longer be changed"):
            change()

    assert written() == before


def test_a_call_is_skipped_once(plcy):
    first = skip(THURSDAY, plcy)
    before = written()

    assert skip(THURSDAY, plcy) == first
    assert written() == before


# --- A line of text -----------------------------------------------------------------------------------------------


def test_the_latest_line_counts(plcy):
    add_text(THURSDAY, plcy, "Say who has not answered.")
    add_text(THURSDAY, plcy, "Mention OCC clearance. ")

    assert terms().text == "Mention OCC clearance."
    assert CallChange.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" ", "Write the line that everybody reads with the call."),
        ("x" * 201, "This is 201 characters long; 200 fit."),
        ("One\nBcc: two", "Write one line."),
        ("a\u202eb", "This text contains characters that cannot be kept. Please type it again."),
    ],
    ids=["none", "too long", "two lines", "direction"],
)
def test_a_line_is_one_readable_line(plcy, text, why):
    assert refused(add_text, THURSDAY, plcy, text) == {"text": why}


def test_the_line_it_has_is_not_added_again(plcy, plcy2):
    add_text(THURSDAY, plcy, "Mention OCC clearance.")

    assert refused(add_text, THURSDAY, plcy2, "Mention OCC clearance.") == {"text": "The call says so already."}


# --- By whom, and how long ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["cbp", "reader", "coac", "admin_user"])
def test_only_plcy_changes_a_call(request, who):
    person, before = request.getfixturevalue(who), written()

    for change in (
        lambda: move(THURSDAY, person, due_at=MONDAY),
        lambda: extend(THURSDAY, person, due_at=MONDAY),
        lambda: skip(THURSDAY, person),
        lambda: add_text(THURSDAY, person, "Hello."),
    ):
        with pytest.raises(NotAllowed, match="Only PLCY, the chair’s office, calls for updates"):
            change()

    assert written() == before


def test_once_the_next_call_has_opened_the_one_before_is_over(plcy):
    open_call(in_september(16, 9))
    before = written()

    with pytest.raises(NotAllowed, match="The call of 2020-W38 has opened since"):
        extend(in_september(16, 9), plcy, due_at=in_september(17))

    assert written() == before


def test_a_next_call_that_was_skipped_leaves_the_one_before_open_to_change(plcy):
    open_call(in_september(16, 9))
    skip(in_september(16, 10), plcy, week="2020-W38")

    extend(in_september(16, 11), plcy, due_at=in_september(17))

    assert terms().due_for("CBP") == in_september(17)


def test_how_a_call_stood_at_a_moment_is_told_by_the_changes_before_it(plcy):
    move(THURSDAY, plcy, due_at=MONDAY)

    stood = [terms_of(Call.objects.recorded_before(at).get()).due_at for at in (THURSDAY, MONDAY)]

    assert stood == [DUE, MONDAY]
    assert call_of().due_at == DUE
