"""Is each agency that has not answered reminded once a day, of what it owes?"""

import pytest

from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.journal.models import Entry
from milestones.calls.calling import plan_call
from milestones.calls.reminding import remind
from milestones.calls.weeks import ReportingWeek
from milestones.models import CallReminder
from milestones.refusals import NotAllowed
from tests.milestones.calls.calling import call_of, open_call, skip
from tests.milestones.telling import in_september, say

THURSDAY = in_september(10)
NOT_HEARD = {
    "CBP": ["2.1", "2.2", "3.1", "3.2", "3.3", "5.1", "5.2", "5.3", "7.1"],
    "ICE-HSI": ["4.3", "4.4", "4.5", "6.2", "6.3"],
    "USPS": ["5.1", "5.2", "5.3"],
    "USPTO": ["11.2"],
    "PLCY": ["4.2"],
}


@pytest.fixture(autouse=True)
def w37(plan) -> None:
    """Open the call of W37."""
    open_call(in_september(9, 9))


def remind_at(moment, by: User, week: str = "2020-W37") -> dict[str, list[str]]:
    """Remind; return whom of what."""
    with clock.at(moment):
        return {each.agency_id: each.milestones for each in remind(call_of(week), by=by)}


def test_each_agency_not_yet_heard_is_reminded_of_what_it_owes(plcy):
    assert remind_at(THURSDAY, plcy) == NOT_HEARD

    kept = CallReminder.objects.get(agency="USPTO")
    assert (kept.by, kept.recorded_at, str(kept.on), kept.call) == (plcy, THURSDAY, "2020-09-10", call_of())


def test_reminding_is_one_act_that_names_them_all(plcy):
    remind_at(THURSDAY, plcy)

    entry = Entry.objects.get(verb="milestones.remind")
    assert (entry.by, entry.about, entry.after) == (plcy, "2020-W37", NOT_HEARD)


def test_who_has_answered_is_not_reminded_and_who_answered_in_part_of_the_rest(uspto, usps, plcy):
    with clock.at(in_september(9)):
        say("11.2", uspto)
        say("5.1", usps)

    reminded = remind_at(THURSDAY, plcy)

    assert "USPTO" not in reminded
    assert reminded["USPS"] == ["5.2", "5.3"]


def test_an_agency_is_reminded_once_a_day_whoever_clicks(plcy, plcy2):
    remind_at(THURSDAY, plcy)
    entries = Entry.objects.count()

    assert remind_at(in_september(10, 15), plcy2) == {}
    assert (CallReminder.objects.count(), Entry.objects.count()) == (5, entries)
    assert remind_at(in_september(11), plcy2) == NOT_HEARD


def test_the_silent_are_reminded_after_the_due_time_too(plcy):
    assert remind_at(in_september(14), plcy) == NOT_HEARD


def test_when_all_have_answered_nobody_is_reminded_and_nothing_is_written(plcy, cbp, ice, usps, uspto):
    people = {"CBP": cbp, "ICE-HSI": ice, "USPS": usps, "USPTO": uspto, "PLCY": plcy}
    with clock.at(in_september(9)):
        for agency, codes in NOT_HEARD.items():
            for code in codes:
                say(code, people[agency])
    entries = Entry.objects.count()

    assert remind_at(THURSDAY, plcy) == {}
    assert (CallReminder.objects.count(), Entry.objects.count()) == (0, entries)


@pytest.mark.parametrize("who", ["cbp", "reader", "coac", "admin_user"])
def test_only_plcy_reminds(request, who):
    with pytest.raises(NotAllowed, match="Only PLCY, the chair’s office, calls for updates"):
        remind_at(THURSDAY, request.getfixturevalue(who))

    assert CallReminder.objects.count() == 0


def test_nobody_is_reminded_of_a_call_before_it_opens_nor_of_a_skipped_one(plcy):
    with clock.at(THURSDAY):
        plan_call(ReportingWeek.read("2020-W38"), by=plcy)

    with pytest.raises(NotAllowed, match="The call has not opened yet"):
        remind_at(in_september(14), plcy, "2020-W38")
    skip(THURSDAY, plcy)
    with pytest.raises(NotAllowed, match="was skipped"):
        remind_at(THURSDAY, plcy)

    assert CallReminder.objects.count() == 0


def test_nobody_is_reminded_of_a_call_that_another_has_followed(plcy):
    open_call(in_september(16, 9))

    with pytest.raises(NotAllowed, match="The call of 2020-W38 has opened since"):
        remind_at(in_september(16, 10), plcy)

    assert CallReminder.objects.count() == 0
