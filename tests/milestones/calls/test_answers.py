"""Is each agency's answer to a call counted as what it is, now and then?"""

from datetime import datetime, timedelta

import pytest

from esc_tracker import clock
from esc_tracker.journal.models import Entry
from esc_tracker.reader import esc_reader
from milestones.calls.answers import stretches, take_roll, words_given
from milestones.calls.calling import latest_due_call
from milestones.deciding import withdraw
from milestones.models import Call, Milestone
from milestones.workflow import Outlook, Status
from tests.milestones.calls.calling import DUE, extend, move, open_call, skip
from tests.milestones.telling import give, in_september, milestone, say

A_LITTLE = timedelta(microseconds=1)
MONDAY = in_september(14)
CBP_CARRIES = ("2.1", "2.2", "3.1", "3.2", "3.3", "5.1", "5.2", "5.3", "7.1")


@pytest.fixture(autouse=True)
def w37(plan) -> None:
    """Open the call of W37."""
    open_call(in_september(9, 9))


def roll(moment: datetime, week: str = "2020-W37") -> dict[tuple[str, str], str]:
    """Return `{(agency, milestone): what came of asking}` as of a moment; the answer for now has to be the same."""
    then = _roll(moment, week)
    with clock.at(moment):
        if not Entry.objects.filter(recorded_at__gte=moment).exists():
            assert _roll(None, week) == then
    return then


def _roll(moment: datetime | None, week: str) -> dict[tuple[str, str], str]:
    asked = take_roll(stretches(Call.objects.recorded_before(moment)), moment)[week]
    return {(each.agency.code, each.milestone.code): each.heard.value for each in asked}


def heard(code: str, moment: datetime = MONDAY, agency: str = "CBP", week: str = "2020-W37") -> str | None:
    return roll(moment, week).get((agency, code))


def said(agency: str, code: str, moment: datetime = MONDAY, week: str = "2020-W37"):
    rows = {each.call.week: each for each in stretches(Call.objects.recorded_before(moment))}
    return words_given(rows[week], moment).get((agency, milestone(code).pk))


def test_everybody_who_carries_something_open_is_asked():
    asked = roll(in_september(10))

    assert [code for agency, code in asked if agency == "CBP"] == list(CBP_CARRIES)
    assert [code for agency, code in asked if agency == "PLCY"] == ["4.2"]
    assert len(asked) == 19
    assert set(asked.values()) == {"not_yet"}


@pytest.mark.parametrize(
    ("spoke", "moment", "expected"),
    [
        pytest.param(in_september(6, 23), MONDAY, "silent", id="the period before"),
        pytest.param(in_september(7, 0), MONDAY, "on_time", id="as the period begins"),
        pytest.param(in_september(10), in_september(10), "not_yet", id="not part of its own moment"),
        pytest.param(in_september(10), MONDAY, "on_time", id="while it is open"),
        pytest.param(DUE - A_LITTLE, MONDAY, "on_time", id="just in time"),
        pytest.param(DUE, MONDAY, "late", id="as it falls due"),
        pytest.param(in_september(13), MONDAY, "late", id="later"),
        pytest.param(in_september(13), in_september(12), "silent", id="not yet then"),
    ],
)  # fmt: skip
def test_an_answer_counts_by_when_it_was_given(cbp, spoke, moment, expected):
    with clock.at(spoke):
        say("3.1", cbp)

    assert heard("3.1", moment) == expected


def test_before_it_is_due_nobody_is_silent_and_from_then_on_they_are():
    assert [heard("3.1", at) for at in (DUE - A_LITTLE, DUE)] == ["not_yet", "silent"]


def test_an_extended_agency_is_on_time_until_its_own_due_time(cbp, usps, plcy):
    extend(in_september(10), plcy, agency="CBP", due_at=MONDAY)
    with clock.at(in_september(13)):
        say("5.1", cbp)
        say("5.1", usps)

    assert (heard("5.1"), heard("5.1", agency="USPS")) == ("on_time", "late")
    assert [heard("3.1", at) for at in (MONDAY - A_LITTLE, MONDAY)] == ["not_yet", "silent"]


def test_a_moved_call_is_judged_by_its_new_due_time(cbp, plcy):
    move(in_september(10), plcy, due_at=in_september(12))
    with clock.at(in_september(11, 15)):
        say("3.1", cbp)

    assert heard("3.1") == "on_time"


def test_a_skipped_call_asks_nobody(plcy):
    skip(in_september(10), plcy)

    assert len(roll(in_september(10))) == 19
    assert roll(in_september(10) + A_LITTLE) == {}


def test_a_late_answer_counts_for_a_call_until_the_next_one_falls_due(cbp):
    open_call(in_september(16, 9))
    with clock.at(in_september(17)):
        say("3.1", cbp)
    with clock.at(in_september(18, 12)):
        say("3.2", cbp)

    later = in_september(20)
    assert (heard("3.1", later), heard("3.1", later, week="2020-W38")) == ("late", "on_time")
    assert (heard("3.2", later), heard("3.2", later, week="2020-W38")) == ("silent", "late")


def test_a_skipped_call_between_lets_answers_count_on(cbp, plcy):
    open_call(in_september(16, 9))
    skip(in_september(16, 10), plcy, week="2020-W38")
    with clock.at(in_september(19)):
        say("3.1", cbp)

    assert heard("3.1", in_september(20)) == "late"


def test_reporting_complete_answers_though_the_milestone_is_closed_by_it(cbp):
    with clock.at(in_september(10)):
        say("3.1", cbp, status=Status.REPORTED_COMPLETE)

    assert heard("3.1") == "on_time"


def test_what_the_other_agency_reported_complete_is_not_asked_any_more(cbp):
    with clock.at(in_september(10)):
        say("5.1", cbp, status=Status.REPORTED_COMPLETE)

    assert heard("5.1", agency="USPS") is None


def test_what_was_withdrawn_since_is_not_owed(plcy):
    with clock.at(in_september(12)):
        withdraw(milestone("3.1"), by=plcy, seen_version=0, remark="Overtaken.")

    assert heard("3.1", in_september(12)) == "silent"
    assert heard("3.1") is None


def test_who_is_named_after_the_due_time_was_not_asked(plcy):
    with clock.at(in_september(10)):
        give("1.1", "USPTO", by=plcy)
    with clock.at(in_september(12)):
        give("1.2", "USPTO", by=plcy)

    assert [heard(code, agency="USPTO") for code in ("1.1", "1.2")] == ["silent", None]


def test_the_silent_are_those_the_lists_count(cbp, usps, ice, plcy):
    open_call(in_september(16, 9))
    with clock.at(in_september(16, 12)):
        say("3.1", cbp)
        say("4.3", ice, status=Status.REPORTED_COMPLETE)
        extend(in_september(16, 13), plcy, agency="USPS", due_at=in_september(20), week="2020-W38")
    with clock.at(in_september(19)):
        say("5.1", cbp)
        give("1.1", "USPTO", by=plcy)

    for moment in (in_september(18, 12), in_september(18, 12) + A_LITTLE, in_september(19), in_september(21)):
        call = latest_due_call(moment)
        counted = {
            (held.agency_id, held.milestone.code)
            for held in Milestone.objects.silence_of(call, moment).select_related("milestone")
            if held.milestone.pk in _open(moment) and call.of(held.agency_id).week == "2020-W38"
        }
        assert counted == {who for who, what in roll(moment, "2020-W38").items() if what == "silent"}


def _open(moment: datetime) -> set[int]:
    rows = Milestone.objects.visible_to(esc_reader(moment)).filter(status__in=["not_started", "in_progress"])
    return set(rows.values_list("pk", flat=True))


# --- What was said ------------------------------------------------------------------------------------------------


def test_no_change_is_told_from_new_words(cbp):
    with clock.at(in_september(3)):
        say("3.1", cbp)
        say("3.2", cbp)
    with clock.at(in_september(10)):
        say("3.1", cbp)
        say("3.2", cbp, outlook=Outlook.AT_RISK)
        say("3.3", cbp)

    assert [said("CBP", code).no_change for code in ("3.1", "3.2", "3.3")] == [True, False, False]
    assert said("CBP", "2.1") is None
    assert said("USPS", "5.1") is None


def test_the_last_words_in_time_are_the_answer_and_if_none_the_first_late_ones(cbp):
    for day in (8, 10, 12):
        with clock.at(in_september(day)):
            say("3.1", cbp)
    for day in (12, 13):
        with clock.at(in_september(day)):
            say("3.2", cbp)

    assert said("CBP", "3.1").words.recorded_at == in_september(10)
    assert said("CBP", "3.2").words.recorded_at == in_september(12)


def test_the_roll_of_many_calls_takes_two_queries(django_assert_num_queries, cbp):
    open_call(in_september(16, 9))
    with clock.at(in_september(17)):
        say("3.1", cbp)
    calls = stretches(Call.objects.recorded_before(None))

    with clock.at(in_september(20)), django_assert_num_queries(2):
        assert {week: len(asked) for week, asked in take_roll(calls, None).items()} == {"2020-W38": 19, "2020-W37": 19}
