"""Is a meeting announced, changed and corrected by the chair's office alone, each time on the ledger?"""

from datetime import datetime, timedelta

import pytest

from esc_tracker import clock
from esc_tracker.journal.models import Entry
from milestones.meetings.held import held_meetings
from milestones.meetings.planning import announce, change, read_ahead_by_default
from milestones.models import Announcement, Meeting
from milestones.refusals import Incomplete, NotAllowed
from tests.milestones.meetings.telling import meet, record
from tests.milestones.telling import in_september

THURSDAY = in_september(17, 10)


def _change(meeting, by, **more):
    said = Meeting.objects.announced(None).get(pk=meeting.pk).told[0]
    facts = {"title": said.title, "held_at": said.held_at, "read_ahead_at": said.read_ahead_at, "agenda": said.agenda}
    return change(meeting, by=by, **{**facts, "reason": "The chair travels.", **more})


def test_a_meeting_gets_the_next_number_and_its_announcement(plcy):
    first = announce(by=plcy, title=" September meeting ", held_at=THURSDAY, agenda="1. De minimis\n2. Trademarks")
    second = announce(by=plcy, title="October meeting", held_at=THURSDAY + timedelta(days=28))

    assert (first.number, second.number) == (1, 2)
    said = first.announcements.get()
    assert (said.title, said.held_at, said.by) == ("September meeting", THURSDAY, plcy)
    assert said.recorded_at == first.recorded_at == Entry.objects.get(number=1).recorded_at
    assert Entry.objects.get(number=1).about == "ESC meeting 1"
    assert Entry.objects.get(number=1).after == {
        "title": "September meeting",
        "held_at": "2020-09-17T14:00:00+00:00",
        "read_ahead_at": "2020-09-15T16:00:00+00:00",
        "agenda": "1. De minimis\n2. Trademarks",
    }


@pytest.mark.parametrize(
    ("held", "frozen"),
    [
        pytest.param((2020, 9, 17, 10), (2020, 9, 15, 12), id="Thursday: Tuesday"),
        pytest.param((2020, 9, 14, 10), (2020, 9, 10, 12), id="Monday: Thursday"),
        pytest.param((2020, 9, 9, 8), (2020, 9, 4, 12), id="Wednesday after Labor Day: Friday"),
        pytest.param((2020, 11, 13, 23), (2020, 11, 10, 12), id="after Veterans Day"),
        pytest.param((2021, 1, 4, 10), (2020, 12, 30, 12), id="across New Year's Day"),
        pytest.param((2020, 11, 2, 9), (2020, 10, 29, 12), id="across the end of summer time"),
    ],
)
def test_the_read_ahead_is_frozen_at_noon_two_working_days_before(held, frozen):
    held_at, frozen_at = (datetime(*each, tzinfo=clock.NEW_YORK) for each in (held, frozen))

    assert read_ahead_by_default(held_at) == frozen_at


def test_the_same_announcement_sent_twice_is_one_meeting(plcy, plcy2):
    said = {"title": "September meeting", "held_at": THURSDAY, "agenda": "Trademarks"}
    first = announce(by=plcy, **said)
    before = record()

    assert announce(by=plcy, **said) == announce(by=plcy2, **said) == first
    assert record() == before


def test_a_number_can_be_given_once(plcy):
    assert announce(by=plcy, title="Kick-off", held_at=THURSDAY, number=7).number == 7
    assert announce(by=plcy, title="Next", held_at=THURSDAY + timedelta(days=1)).number == 8
    before = record()

    with pytest.raises(Incomplete, match="There is an ESC meeting 7 already"):
        announce(by=plcy, title="Another", held_at=THURSDAY + timedelta(days=2), number=7)

    assert record() == before


@pytest.mark.parametrize(
    ("more", "field"),
    [
        pytest.param({"title": " "}, "title", id="no title"),
        pytest.param({"title": "x" * 201}, "title", id="long title"),
        pytest.param({"title": "NUL \x00"}, "title", id="unprintable title"),
        pytest.param({"agenda": "x" * 2001}, "agenda", id="long agenda"),
        pytest.param({"held_at": datetime(1999, 12, 31, 10, tzinfo=clock.NEW_YORK)}, "held_at", id="before 2000"),
        pytest.param({"held_at": datetime(2101, 1, 1, 10, tzinfo=clock.NEW_YORK)}, "held_at", id="after 2100"),
        pytest.param({"read_ahead_at": THURSDAY}, "read_ahead_at", id="read-ahead at the meeting"),
        pytest.param({"read_ahead_at": THURSDAY + timedelta(days=1)}, "read_ahead_at", id="read-ahead after it"),
        pytest.param({"number": 0}, "number", id="number 0"),
        pytest.param({"number": 10_000}, "number", id="number too great"),
        pytest.param({"held_at": in_september(24, 10)}, "held_at", id="two at one instant"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_nothing_is_written(plcy, more, field):
    announce(by=plcy, title="Another meeting", held_at=in_september(24, 10))
    before = record()

    with pytest.raises(Incomplete) as refused:
        announce(by=plcy, **{"title": "September meeting", "held_at": THURSDAY, **more})

    assert list(refused.value.problems) == [field]
    assert record() == before


@pytest.mark.parametrize("who", ["cbp", "reader", "coac", "admin_user"])
def test_only_the_chairs_office_announces_and_changes(plcy, request, who):
    meeting = meet(17, plcy)
    other = request.getfixturevalue(who)
    before = record()

    with pytest.raises(NotAllowed, match="Only PLCY"):
        announce(by=other, title="Ours", held_at=in_september(18))
    with pytest.raises(NotAllowed, match="Only PLCY"):
        _change(meeting, other, title="Ours")

    assert record() == before


def test_a_change_is_announced_anew_with_its_reason_and_the_first_stays(plcy, plcy2):
    meeting = meet(17, plcy)

    _change(meeting, plcy2, held_at=in_september(18, 14), read_ahead_at=in_september(16))

    latest, first = Announcement.objects.filter(meeting=meeting)
    assert (first.held_at, first.reason) == (THURSDAY, "")
    assert (latest.held_at, latest.reason, latest.by) == (in_september(18, 14), "The chair travels.", plcy2)
    entry = Entry.objects.last()
    assert (entry.verb, entry.about) == ("milestones.change_meeting", "ESC meeting 1")
    assert entry.before["held_at"] == "2020-09-17T14:00:00+00:00"
    assert entry.after["held_at"] == "2020-09-18T18:00:00+00:00"


def test_a_day_before_the_change_still_shows_what_was_announced_then(plcy):
    meeting = meet(17, plcy)
    with clock.at(in_september(11)):
        _change(meeting, plcy, title="Postponed", held_at=in_september(24))

    told = [Meeting.objects.announced(moment).get().told[0].title for moment in (in_september(11), None)]

    assert told == ["The ESC meets", "Postponed"]
    assert list(Meeting.objects.announced(in_september(1))) == []


def test_a_change_that_changes_nothing_is_no_act(plcy):
    meeting = meet(17, plcy)
    _change(meeting, plcy, title="Changed")
    before = record()

    _change(meeting, plcy)

    assert record() == before


@pytest.mark.parametrize(
    ("more", "field"),
    [
        pytest.param({"reason": " "}, "reason", id="no reason"),
        pytest.param({"reason": "x" * 201}, "reason", id="long reason"),
        pytest.param({"title": ""}, "title", id="no title"),
        pytest.param({"held_at": in_september(14, 9)}, "read_ahead_at", id="before its read-ahead"),
        pytest.param({"held_at": in_september(24, 10)}, "held_at", id="when another is held"),
    ],
)
def test_a_change_that_cannot_be_is_refused_in_words(plcy, more, field):
    meet(24, plcy)
    meeting = meet(17, plcy)
    before = record()

    with pytest.raises(Incomplete) as refused:
        _change(meeting, plcy, **{"title": "Changed", **more})

    assert list(refused.value.problems) == [field]
    assert record() == before


def test_of_two_who_change_at_once_one_is_told(plcy, plcy2):
    meeting = meet(17, plcy)
    seen = meeting.told[0].pk
    _change(meeting, plcy, title="First", seen=seen)
    before = record()

    with pytest.raises(NotAllowed, match="was changed since you opened this page, by PLCY"):
        _change(meeting, plcy2, title="Second", seen=seen)

    assert record() == before


def test_a_meeting_that_was_held_can_be_corrected_but_not_moved_into_the_future(plcy):
    meeting = meet(10, plcy)
    assert [each.number for each in held_meetings(clock.now())] == [1]
    before = record()

    with pytest.raises(Incomplete, match="not moved into the future"):
        _change(meeting, plcy, held_at=in_september(17))
    assert record() == before

    _change(meeting, plcy, held_at=in_september(10, 14), title="The ESC met in the afternoon")
    assert [each.told[0].held_at for each in held_meetings(clock.now())] == [in_september(10, 14)]
