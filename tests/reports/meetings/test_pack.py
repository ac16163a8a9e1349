"""Does a pack say what changed since an earlier meeting and what waits, to each reader what they may read?"""

from dataclasses import replace

import pytest

from esc_tracker import clock
from esc_tracker.accounts.models import Role
from esc_tracker.reader import Reader, esc_reader
from milestones.deciding import return_completion
from milestones.targets.revisions import decide_revision
from milestones.workflow import Status
from reports.meetings.calendar import meetings_announced, next_meeting, owed_count
from reports.meetings.pack import take_pack
from tests.milestones.meetings.telling import meet
from tests.milestones.telling import in_september, milestone, say
from tests.reports.record import BEGINS_AT, new_york

SECOND, THIRD = in_september(10, 10), in_september(17, 10)


def codes(rows):
    return [row["code"] for row in rows]


def between(first, last, reader=None, meetings=(1, 2, 3)):
    """Take the pack of a stretch of days."""
    eyes = replace(reader, moment=last, today=clock.day_of(last)) if reader else esc_reader(last)
    return take_pack(eyes, first, meetings=meetings)


def test_a_pack_counts_what_changed_between_two_moments(meetings):
    pack = between(in_september(1, 10), SECOND)

    assert (pack["since"], pack["as_of"]) == ("2020-09-01T14:00:00+00:00", "2020-09-10T14:00:00+00:00")
    assert codes(pack["completed"]) == ["2.2"]
    assert codes(pack["moved"]) == ["4.5"]
    assert codes(pack["attention"]) == ["3.1"]
    assert pack["reported"] == pack["waiting"]["rows"] == []
    assert pack["totals"]["milestones"] == 30


def test_a_move_says_from_and_to_by_how_much_why_and_on_whose_decision(meetings):
    [moved] = between(in_september(1, 10), SECOND)["moved"]

    assert moved["moved_from"] == {"kind": "month", "due_on": "2020-10-31"}
    assert (moved["target"], moved["months"]) == ({"kind": "month", "due_on": "2020-12-31"}, 2)
    assert moved["revisions"] == [
        {
            "agency": "ICE-HSI",
            "category": "dependency",
            "reason": "It waits for counsel.",
            "to": {"kind": "month", "due_on": "2020-12-31"},
            "decided_on": "2020-09-04",
            "authority": "accepted by the ESC, meeting 1; recorded by the chair's office",
        }
    ]


def test_newly_overdue_is_what_was_not_overdue_at_the_meeting_before(meetings):
    august, september = (
        codes(between(*stretch)["newly_overdue"])
        for stretch in ((BEGINS_AT, in_september(1, 10)), (in_september(1, 10), SECOND))
    )

    # What fell due on Aug 31 is overdue from Sep 1 on; what fell due on July 31 was overdue when the record began.
    assert august == ["3.1", "3.2", "3.3", "5.2", "5.3", "6.2", "6.3", "7.1"]
    assert september == []


def test_what_is_returned_after_its_target_is_newly_overdue_again(meetings, plcy, usps):
    with clock.at(new_york(8, 27)):
        say("5.2", usps, status=Status.REPORTED_COMPLETE)
    with clock.at(in_september(11)):
        return_completion(milestone("5.2"), by=plcy, seen_version=1, remark="The minutes are missing.")

    assert codes(between(SECOND, THIRD)["newly_overdue"]) == ["5.2"]


def test_due_outs_head_it_until_they_are_answered_and_then_once_with_the_answer(meetings):
    def owed(pack):
        return [(row["text"], row["agency"], row["late"], row["answer"]) for row in pack["due_outs"]]

    ports = ("A list of ports.", "CBP", False, "")
    schedule = ("A schedule of talks.", "USPS", False, "")

    assert owed(between(BEGINS_AT, in_september(1, 10))) == []
    assert owed(between(in_september(1, 10), in_september(3))) == [ports, schedule]
    assert owed(between(in_september(1, 10), SECOND)) == [schedule, (*ports[:3], "Twelve ports.")]
    assert owed(between(SECOND, THIRD)) == [schedule]
    assert owed(between(SECOND, in_september(22))) == [(*schedule[:2], True, "")]
    assert owed(between(SECOND, THIRD, meetings=(2, 3))) == []


def test_an_answer_says_when_and_which_agency_gave_it_and_what_it_is_about(meetings):
    schedule, ports = between(in_september(1, 10), SECOND)["due_outs"]

    assert (ports["answered_on"], ports["answered_by"]) == ("2020-09-04", "CBP")
    assert (schedule["answered_on"], schedule["answered_by"]) == (None, None)
    assert (schedule["milestone"], schedule["due_on"], schedule["meeting"]) == ("5.1", "2020-09-21", 1)


def test_decisions_that_wait_are_counted_for_all_and_shown_to_whom_they_concern(meetings):
    eyes = {
        who: Reader(role=role, agency=agency, today=THIRD.date())
        for who, role, agency in (
            ("plcy", Role.PLCY_STAFF, "PLCY"),
            ("ice", Role.ESC_MEMBER, "ICE-HSI"),
            ("cbp", Role.ESC_MEMBER, "CBP"),
            ("reader", Role.READER, None),
        )
    }

    found = {who: between(SECOND, THIRD, each)["waiting"] for who, each in eyes.items()}

    for waiting in found.values():
        assert (waiting["completions"], waiting["requests"], waiting["unassigned"]) == (1, 1, 14)
    assert {who: codes(waiting["rows"]) for who, waiting in found.items()} == {
        "plcy": ["4.4"],
        "ice": ["4.4"],
        "cbp": [],
        "reader": [],
    }
    [row] = found["plcy"]["rows"]
    assert (row["agency"], row["asked_on"], row["months"]) == ("ICE-HSI", "2020-09-11", 1)
    assert row["asked_for"] == {"kind": "month", "due_on": "2020-11-30"}


def test_a_request_decided_or_superseded_later_was_waiting_then(meetings, plcy, ice):
    pending = milestone("4.4").revisions.get()
    with clock.at(in_september(13)):
        decide_revision(pending, by=plcy, accept=False)

    plcy_then = Reader(role=Role.PLCY_STAFF, agency="PLCY", today=THIRD.date())

    assert codes(between(SECOND, in_september(12), plcy_then)["waiting"]["rows"]) == ["4.4"]
    assert between(SECOND, THIRD, plcy_then)["waiting"]["requests"] == 0


@pytest.mark.parametrize("moment", [THIRD, None])
def test_a_pack_takes_twelve_queries_for_all_milestones(meetings, django_assert_num_queries, moment):
    reader = Reader(role=Role.PLCY_STAFF, agency="PLCY", moment=moment, today=THIRD.date())

    with django_assert_num_queries(12):
        pack = take_pack(reader, SECOND, meetings=(1, 2, 3))

    assert pack["totals"]["milestones"] == 30


# --- Which meetings -------------------------------------------------------------------------------------------------


def test_meetings_stand_in_the_order_in_which_they_are_held_not_announced(meetings, plcy):
    early = meet(5, plcy, announced=in_september(12))

    known = meetings_announced(None)

    assert [each.number for each in known.known] == [3, 2, 4, 1]
    assert [known.before(each, THIRD).number for each in known.known[:3]] == [2, 4, 1]
    assert known.before(meetings[0], THIRD) is None
    assert known.before(meetings[2], in_september(9)).number == 4
    assert known.up_to(early) == {1, 4}
    assert meetings_announced(in_september(12)).find(4) is None


def test_the_next_meeting_and_what_is_owed_are_known_to_the_committee(meetings):
    def eyes(role, agency=None, moment=None):
        return Reader(role=role, agency=agency, moment=moment, today=in_september(14).date())

    assert next_meeting(eyes(Role.READER)).number == 3
    assert next_meeting(eyes(Role.READER, moment=in_september(5))).number == 2
    assert next_meeting(eyes(Role.COAC_READER)) is None
    assert [
        owed_count(eyes(*each))
        for each in (
            (Role.PLCY_STAFF, "PLCY"),
            (Role.ESC_MEMBER, "USPS"),
            (Role.ESC_MEMBER, "CBP"),
            (Role.READER,),
            (Role.COAC_READER,),
        )
    ] == [1, 1, 0, 0, 0]
