"""Is a read-ahead frozen once, at the time announced last, and unchanged from then on?"""

import json
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from esc_tracker import clock
from esc_tracker.journal.models import Entry
from milestones.meetings.planning import announce, change
from milestones.models import Meeting
from milestones.workflow import Outlook
from reports.editions import why_broken
from reports.meetings.freezing import freeze_due
from reports.models import ReadAhead
from tests.milestones.meetings.telling import meet
from tests.milestones.telling import in_september, say
from tests.reports.record import BEGINS_AT, begin_record, new_york


def freeze_at(moment):
    """Run the job at a moment."""
    with clock.at(moment):
        return freeze_due(clock.now())


def move(meeting, by, **more):
    said = Meeting.objects.announced(None).get(pk=meeting.pk).told[0]
    facts = {"title": said.title, "held_at": said.held_at, "read_ahead_at": said.read_ahead_at, "agenda": said.agenda}
    return change(meeting, by=by, **{**facts, "reason": "The chair travels.", **more})


def test_it_is_frozen_at_noon_two_working_days_before_and_not_a_moment_earlier(meetings):
    assert freeze_at(in_september(8, 11, 59)) == [1]
    assert freeze_at(in_september(8)) == [2]

    frozen = ReadAhead.objects.get(meeting=2)
    assert (frozen.as_of, frozen.since, frozen.frozen_at) == (
        in_september(8),
        in_september(1, 10),
        in_september(8),
    )
    entry = Entry.objects.order_by("number").last()
    assert (entry.verb, entry.about, entry.by) == ("reports.freeze_read_ahead", "ESC meeting 2", None)
    assert entry.after == {
        "as_of": "2020-09-08T16:00:00+00:00",
        "since": "2020-09-01T14:00:00+00:00",
        "digest": frozen.digest,
    }


def test_a_job_that_comes_late_freezes_what_was_so_at_the_time_announced(meetings, cbp):
    freeze_at(in_september(14))

    frozen = ReadAhead.objects.get(meeting=2)
    assert (frozen.as_of, frozen.frozen_at) == (in_september(8), in_september(14))
    assert [row["code"] for row in frozen.content["attention"]] == ["3.1"]
    assert frozen.content["attention"][0]["outlook"] == Outlook.AT_RISK
    assert frozen.content["reported"] == []


def test_running_it_twice_changes_nothing(meetings, django_assert_num_queries):
    assert freeze_at(in_september(14)) == [1, 2]
    before = list(ReadAhead.objects.values()), Entry.objects.count()

    with django_assert_num_queries(4):
        assert freeze_at(in_september(14)) == []

    assert (list(ReadAhead.objects.values()), Entry.objects.count()) == before


def test_it_is_canonical_json_under_a_digest(meetings):
    freeze_at(in_september(14))

    for frozen in ReadAhead.objects.all():
        assert why_broken(frozen.figures, frozen.digest) == ""
    pack = json.loads(ReadAhead.objects.get(meeting=2).figures)
    assert pack["meeting"] == {
        "number": 2,
        "title": "The ESC meets",
        "held_at": "2020-09-10T14:00:00+00:00",
        "agenda": "",
    }
    assert (pack["since_meeting"], pack["schema"]) == (1, 1)


def test_it_holds_no_decision_that_waits_but_their_number(meetings):
    freeze_at(in_september(15))

    assert ReadAhead.objects.get(meeting=3).content["waiting"] == {
        "completions": 1,
        "requests": 1,
        "unassigned": 14,
        "rows": [],
    }


def test_the_first_counts_from_the_start_of_the_record(meetings):
    freeze_at(in_september(14))

    assert ReadAhead.objects.get(meeting=1).since == BEGINS_AT
    assert ReadAhead.objects.get(meeting=1).content["since_meeting"] is None


def test_a_time_moved_before_it_comes_is_followed(meetings, plcy):
    with clock.at(in_september(14)):
        freeze_due(clock.now())
        move(meetings[2], plcy, held_at=in_september(18, 10), read_ahead_at=in_september(16, 17))

    assert freeze_at(in_september(16)) == []
    assert freeze_at(in_september(16, 17)) == [3]
    assert ReadAhead.objects.get(meeting=3).as_of == in_september(16, 17)


def test_once_frozen_it_stays_whatever_is_announced_after(meetings, plcy, cbp):
    freeze_at(in_september(15))
    kept = ReadAhead.objects.values().get(meeting=3)
    with clock.at(in_september(16)):
        move(meetings[2], plcy, title="Postponed", held_at=in_september(24), read_ahead_at=in_september(22))
        say("3.1", cbp, outlook=Outlook.ON_TRACK)

    assert freeze_at(in_september(22)) == []
    assert ReadAhead.objects.values().get(meeting=3) == kept


def test_a_meeting_that_is_still_to_come_is_not_counted_from(meetings, plcy):
    meet(16, plcy, announced=in_september(11))

    assert freeze_at(in_september(15)) == [1, 2, 4, 3]
    assert ReadAhead.objects.get(meeting=3).content["since_meeting"] == 2


def test_before_the_record_there_is_nothing_to_freeze(record, plcy):
    with clock.at(in_september(1)):
        announce(by=plcy, title="Kick-off", held_at=new_york(8, 26), read_ahead_at=new_york(8, 24))

    assert freeze_at(in_september(14)) == []
    assert ReadAhead.objects.count() == 0


def test_on_an_empty_record_it_does_nothing(db):
    assert freeze_at(in_september(14)) == []


def test_a_meeting_announced_after_its_time_is_frozen_as_of_that_time(record, plcy):
    meet(10, plcy, announced=in_september(11), agenda="Trademarks")

    assert freeze_at(in_september(11)) == [1]
    frozen = ReadAhead.objects.get()
    assert (frozen.as_of, frozen.content["meeting"]["agenda"]) == (in_september(8), "Trademarks")


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_freeze_it_once(plcy):
    begin_record()
    meet(10, plcy)
    start, frozen = Barrier(2), []

    def work():
        try:
            start.wait(10)
            frozen.extend(freeze_due(in_september(10) + timedelta(hours=1)))
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)

    assert frozen == [1]
    assert ReadAhead.objects.count() == Entry.objects.filter(verb="reports.freeze_read_ahead").count() == 1
