"""Is a call opened once, in its time, and is silent exactly who owes it an answer?"""

from datetime import datetime, timedelta

import pytest

from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from esc_tracker.journal.models import Entry
from esc_tracker.reader import esc_reader
from milestones.calls.calling import latest_due_call, open_calls
from milestones.calls.changing import extend, move, skip
from milestones.deciding import reopen, return_completion, withdraw
from milestones.models import Call, Milestone, Note
from milestones.updates import post_note
from milestones.workflow import Status
from tests.milestones.telling import give, in_september, milestone, say

A_LITTLE = timedelta(microseconds=1)
W37_BEGINS = in_september(7, 0)
W37_DUE = in_september(11, 12)
AFTER = in_september(14)
CBP_CARRIES = {"2.1", "2.2", "3.1", "3.2", "3.3", "5.1", "5.2", "5.3", "7.1"}


@pytest.fixture
def w36(plan) -> None:
    """Open the call of W36."""
    _open(in_september(2, 9))


@pytest.fixture
def w37(plan) -> None:
    """Open the call of W37, the only one."""
    _open(in_september(9, 9))


def _open(moment: datetime) -> None:
    with clock.at(moment):
        assert len(open_calls(clock.now())) == 1


def _change(moment: datetime, door, *, by, week: str = "2020-W37", **facts) -> None:
    """Change a call through its door at a moment."""
    with clock.at(moment):
        door(Call.objects.get(week=week), by=by, reason="Agreed by phone.", **facts)


def _extend(moment: datetime, agency: str, due_at: datetime, *, by, week: str = "2020-W37") -> None:
    _change(moment, extend, by=by, week=week, agency=Agency.objects.get(pk=agency), due_at=due_at)


def silent(agency: str, moment: datetime = AFTER) -> set[str]:
    """Return the milestones an agency is silent about, as of a moment; the answer for now has to be the same."""
    then = _silent(agency, moment, esc_reader(moment))
    with clock.at(moment):
        if not Entry.objects.filter(recorded_at__gte=moment).exists():
            assert _silent(agency, None, esc_reader(moment)) == then
    return then


def _silent(agency: str, moment: datetime | None, reader) -> set[str]:
    rows = Milestone.objects.visible_to(reader).silent(latest_due_call(moment), moment, [agency])
    return {row.code for row in rows}


# --- Opening ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        pytest.param(in_september(7, 0), [], id="Monday"),
        pytest.param(in_september(9, 9) - A_LITTLE, [], id="just before it opens"),
        pytest.param(in_september(9, 9), ["2020-W37"], id="as it opens"),
        pytest.param(in_september(11, 12) - A_LITTLE, ["2020-W37"], id="just before it is due"),
        pytest.param(in_september(11, 12), [], id="missed: not opened afterwards"),
        pytest.param(in_september(13, 23), [], id="Sunday"),
    ],
)  # fmt: skip
def test_a_call_is_opened_between_its_opening_and_its_due_time(plan, moment, opened):
    with clock.at(moment):
        assert open_calls(clock.now()) == opened

    assert list(Call.objects.values_list("week", flat=True)) == opened


def test_a_call_is_opened_once(w37):
    entries = Entry.objects.count()

    with clock.at(in_september(10)):
        assert open_calls(clock.now()) == []

    assert (Call.objects.count(), Entry.objects.count()) == (1, entries)


def test_a_call_keeps_its_period_and_times(w37):
    call = Call.objects.get()

    assert (str(call.starts_on), str(call.ends_on)) == ("2020-09-07", "2020-09-13")
    assert (call.opens_at, call.due_at, call.recorded_at) == (in_september(9, 9), W37_DUE, in_september(9, 9))


# --- Which call counts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (in_september(2, 12), None),
        (in_september(4, 12) - A_LITTLE, None),
        (in_september(4, 12), "2020-W36"),
        (W37_DUE - A_LITTLE, "2020-W36"),
        (W37_DUE, "2020-W37"),
        (in_september(30), "2020-W37"),
    ],
)
def test_the_latest_call_fallen_due_counts(w36, w37, moment, week):
    found = latest_due_call(moment)

    assert (found.week if found else None) == week


def test_a_skipped_call_does_not_count_from_the_moment_it_was_skipped(w36, w37, plcy):
    _change(in_september(12), skip, by=plcy)

    assert latest_due_call(in_september(12)).week == "2020-W37"
    assert latest_due_call(in_september(12) + A_LITTLE).week == "2020-W36"


def test_a_moved_call_counts_from_its_new_due_time(w36, w37, plcy):
    _change(in_september(10), move, by=plcy, opens_at=in_september(9, 9), due_at=in_september(15))

    assert [latest_due_call(at).week for at in (AFTER, in_september(15))] == ["2020-W36", "2020-W37"]


def test_no_call_nobody_silent(plan):
    assert latest_due_call(AFTER) is None
    assert silent("CBP") == set()


# --- Silent -------------------------------------------------------------------------------------------------------


def test_who_said_nothing_is_silent_about_all_open_milestones_it_carries(w37):
    assert silent("CBP") == CBP_CARRIES
    assert silent("USPS") == {"5.1", "5.2", "5.3"}
    assert silent("PLCY") == {"4.2"}


def test_before_the_due_time_nobody_is_silent_yet(w37):
    assert silent("CBP", W37_DUE - A_LITTLE) == set()
    assert silent("CBP", W37_DUE) == CBP_CARRIES


def test_the_ongoing_milestone_can_go_silent(w37):
    assert "2.1" in silent("CBP")


def test_nobody_is_silent_where_no_agency_is_named(w37):
    rows = Milestone.objects.visible_to(esc_reader(AFTER)).silent(latest_due_call(AFTER), AFTER)

    assert rows.filter(unassigned=True).count() == 0
    assert rows.count() == 16


@pytest.mark.parametrize(
    ("moment", "answered"),
    [
        pytest.param(W37_BEGINS - A_LITTLE, False, id="the period before"),
        pytest.param(W37_BEGINS, True, id="as the period begins"),
        pytest.param(in_september(8), True, id="before the call opens"),
        pytest.param(in_september(10), True, id="while it is open"),
        pytest.param(in_september(13), True, id="late"),
    ],
)  # fmt: skip
def test_an_update_any_time_in_the_period_answers(w37, cbp, moment, answered):
    with clock.at(moment):
        say("3.1", cbp)

    assert ("3.1" in silent("CBP")) is not answered


def test_a_late_answer_ends_silence_only_from_its_moment(w37, cbp):
    with clock.at(in_september(13)):
        say("3.1", cbp)

    assert "3.1" in silent("CBP", in_september(13))
    assert "3.1" not in silent("CBP", in_september(13) + A_LITTLE)


def test_one_agency_never_answers_for_the_other(w37, cbp):
    with clock.at(in_september(10)):
        say("5.1", cbp)

    assert "5.1" not in silent("CBP")
    assert "5.1" in silent("USPS")


def test_a_note_breaks_no_silence(w37, cbp):
    with clock.at(in_september(10)):
        post_note(milestone("3.1"), by=cbp, text="Out of office.", audience=Note.Audience.ESC)

    assert "3.1" in silent("CBP")


@pytest.mark.parametrize(
    ("moment", "owes"),
    [(in_september(10), True), (W37_DUE - A_LITTLE, True), (W37_DUE, False), (in_september(12), False)],
)
def test_an_agency_owes_an_answer_only_if_named_before_the_due_time(w37, plcy, moment, owes):
    with clock.at(moment):
        give("1.1", "USPTO", by=plcy)

    assert silent("USPTO") == ({"1.1", "11.2"} if owes else {"11.2"})


def test_a_supporting_agency_owes_no_answer(w37, plcy):
    with clock.at(in_september(8)):
        give("3.1", "USPTO", by=plcy, part="supporting")

    assert silent("USPTO") == {"11.2"}


def test_a_milestone_withdrawn_since_is_not_silent(w37, plcy):
    with clock.at(in_september(12)):
        withdraw(milestone("3.1"), by=plcy, seen_version=0, remark="Overtaken.")

    assert "3.1" in silent("CBP", in_september(12))
    assert "3.1" not in silent("CBP")


def test_a_milestone_closed_when_the_call_fell_due_owes_nothing_once_reopened(w37, plcy):
    with clock.at(in_september(2)):
        give("6.1", "CBP", by=plcy)
    with clock.at(in_september(12)):
        reopen(milestone("6.1"), by=plcy, seen_version=0, remark="Not finished after all.")

    assert "6.1" not in silent("CBP")


def test_a_milestone_reported_complete_before_the_period_and_returned_after_the_due_time_owes_nothing(w37, cbp, plcy):
    with clock.at(in_september(3)):
        say("3.1", cbp, status=Status.REPORTED_COMPLETE)
    with clock.at(in_september(12)):
        return_completion(milestone("3.1"), by=plcy, seen_version=1, remark="No evidence.")

    assert "3.1" not in silent("CBP")


def test_a_completion_returned_before_the_due_time_owes_an_answer(w37, cbp, plcy):
    with clock.at(in_september(3)):
        say("3.1", cbp, status=Status.REPORTED_COMPLETE)
    with clock.at(in_september(8)):
        return_completion(milestone("3.1"), by=plcy, seen_version=1, remark="No evidence.")

    assert "3.1" in silent("CBP")


def test_an_extended_agency_is_silent_only_after_its_own_due_time(w37, plcy):
    _extend(in_september(10), "CBP", in_september(15), by=plcy)

    assert silent("CBP", AFTER) == set()
    assert silent("USPS", AFTER) == {"5.1", "5.2", "5.3"}
    assert silent("CBP", in_september(15)) == CBP_CARRIES


def test_while_its_time_runs_an_agency_is_judged_by_the_call_before(w36, w37, cbp, plcy):
    with clock.at(in_september(3)):
        say("3.1", cbp)
    _extend(in_september(10), "CBP", in_september(15), by=plcy)

    assert silent("CBP", AFTER) == CBP_CARRIES - {"3.1"}
    assert silent("CBP", in_september(15)) == CBP_CARRIES


def test_an_answer_to_the_extended_call_answers_the_one_before_too(w36, w37, cbp, plcy):
    _extend(in_september(10), "CBP", in_september(15), by=plcy)
    with clock.at(in_september(13)):
        say("3.1", cbp)

    assert "3.1" not in silent("CBP", AFTER)
    assert "3.1" not in silent("CBP", in_september(15))


def test_after_its_own_due_time_an_agency_is_judged_by_it_and_no_longer_by_everybodys(w37, plcy):
    _extend(in_september(10), "CBP", in_september(14), by=plcy)
    with clock.at(in_september(12)):
        give("1.1", "CBP", by=plcy)
        give("1.2", "USPS", by=plcy)
    with clock.at(in_september(13)):
        withdraw(milestone("3.2"), by=plcy, seen_version=0, remark="Overtaken.")
        withdraw(milestone("5.3"), by=plcy, seen_version=0, remark="Overtaken.")

    assert silent("CBP", in_september(14)) == CBP_CARRIES - {"3.2", "5.3"} | {"1.1"}
    assert silent("USPS", in_september(14)) == {"5.1", "5.2"}


def test_an_extension_within_an_extended_call_before_is_honored_too(w36, w37, plcy):
    _extend(in_september(3), "CBP", in_september(13), by=plcy, week="2020-W36")
    _extend(in_september(8), "USPS", in_september(10), by=plcy, week="2020-W36")
    _extend(in_september(10), "CBP", in_september(15), by=plcy)

    assert silent("CBP", in_september(13) - A_LITTLE) == set()
    assert silent("CBP", in_september(13)) == CBP_CARRIES
    assert latest_due_call(AFTER).of("CBP").due_at == in_september(13)
    assert latest_due_call(AFTER).of("USPS").week == "2020-W37"


def test_the_judged_call_is_told_agency_by_agency(w36, w37, plcy):
    _extend(in_september(10), "CBP", in_september(15), by=plcy)

    call = latest_due_call(AFTER)

    assert (call.week, call.of("USPS"), call.of("CBP").week) == ("2020-W37", call, "2020-W36")
    assert latest_due_call(in_september(15)).of("CBP").due_at == in_september(15)


def test_a_move_for_everybody_overrules_an_extension_granted_before(w37, plcy):
    _extend(in_september(10), "CBP", in_september(15), by=plcy)
    _change(in_september(10, 13), move, by=plcy, opens_at=in_september(9, 9), due_at=in_september(12))

    assert silent("CBP", AFTER) == CBP_CARRIES


def test_after_a_skipped_call_the_one_before_is_asked_for(w36, w37, cbp, plcy):
    with clock.at(in_september(3)):
        say("3.1", cbp)
    _change(in_september(9, 10), skip, by=plcy)

    assert silent("CBP") == CBP_CARRIES - {"3.1"}
