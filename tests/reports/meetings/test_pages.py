"""What does each of the committee read about a meeting, and what does COAC get of it?"""

import pytest

from esc_tracker import clock
from milestones.meetings.conclusions import conclude
from milestones.meetings.due_outs import answer_due_out
from milestones.meetings.planning import change
from milestones.models import DueOut
from milestones.workflow import Outlook
from reports.meetings.freezing import freeze_due
from reports.models import ReadAhead
from tests.milestones.meetings.telling import meet, owed
from tests.milestones.telling import in_september, say
from tests.reports.pages.reading import headings_of, headline_of, words_of

READERS = ["cbp", "plcy", "reader"]


@pytest.fixture
def frozen(meetings):
    """The read-aheads of the first two meetings, frozen when their time came."""
    for day in (1, 8):
        with clock.at(in_september(day)):
            freeze_due(clock.now())


def read(client, path):
    """Return a page that opens."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer


# --- The list ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", READERS)
def test_all_of_the_committee_find_what_is_planned_and_what_was_held(meetings, client_of, request, who):
    answer = read(client_of(request.getfixturevalue(who)), "/meetings/")

    assert headline_of(answer) == "The ESC meets next on Thursday, September 17"
    words = words_of(answer)
    assert "1 due-out of earlier meetings is open." in words
    assert words.index("3. The ESC meets") < words.index("2. The ESC meets") < words.index("1. The ESC meets")
    assert ("Plan a meeting" in words) == (who == "plcy")


def test_with_no_meeting_it_says_what_a_meeting_is_for(record, client_of, reader):
    answer = read(client_of(reader), "/meetings/")

    assert headline_of(answer) == "No meeting is planned"
    assert "No meeting is announced yet." in words_of(answer)


def test_as_of_an_earlier_day_only_what_was_announced_by_then_is_there(meetings, client_of, plcy):
    meet(16, plcy, announced=in_september(12))
    client = client_of(plcy)

    then = words_of(read(client, "/meetings/?as_of=2020-09-02"))

    assert "3. The ESC meets" in then
    assert "4. The ESC meets" not in then
    assert "2 due-outs of earlier meetings are open." in then
    assert "Plan a meeting" not in then
    assert client.get("/meetings/4/?as_of=2020-09-11").status_code == 404
    assert read(client, "/meetings/4/?as_of=2020-09-12")


# --- The pack ------------------------------------------------------------------------------------------------------


def test_a_planned_meeting_shows_what_changed_since_the_last_one_as_it_stands_now(meetings, client_of, plcy):
    answer = read(client_of(plcy), "/meetings/3/")

    assert headings_of(answer) == [
        "Pack: since meeting 2",
        "One due-out is open",
        "One completion awaits confirmation",
        "One milestone is at risk or off track",
        "Nine milestones fall due in the next 60 days",
        "Two decisions wait",
        "Sixteen answers to the latest call are missing",
    ]
    words = words_of(answer)
    assert "CBP needs: A decision of the ESC." in words
    assert "Nothing became overdue. Nothing was completed. No target moved." in words
    assert "The read-ahead is frozen on Sep 15, 2020, noon" in words
    assert "USPS A schedule of talks. Meeting 1 , 5.1 Sep 21, 2020 Open Answer" in words


def test_a_held_meeting_shows_it_as_it_stood_when_it_met(meetings, client_of, reader):
    client = client_of(reader)

    met, now = read(client, "/meetings/2/"), read(client, "/meetings/2/?view=now")

    assert "One target moved" in headings_of(met)
    assert "One milestone was completed" in headings_of(met)
    assert "One completion awaits confirmation" not in headings_of(met)
    assert "One completion awaits confirmation" in headings_of(now)
    assert "Accepted by the ESC, meeting 1; recorded by the chair's office." in words_of(met)
    assert "Twelve ports. CBP, Sep 4" in words_of(met)


def test_the_frozen_read_ahead_stands_beside_it_and_does_not_change(frozen, meetings, client_of, cbp, plcy):
    client = client_of(cbp)
    before = words_of(read(client, "/meetings/2/?view=read-ahead"))
    with clock.at(in_september(9)):
        say("3.1", cbp, outlook=Outlook.ON_TRACK)
    answer_due_out(DueOut.objects.get(agency="USPS"), by=plcy, text="The schedule is kept.")

    after = words_of(read(client, "/meetings/2/?view=read-ahead"))

    assert after == before
    assert "Read-ahead: since meeting 1" in after
    assert "Counts what was recorded from Sep 1, 2020, 10:00 AM, to Sep 8, 2020, 12:00 PM." in after
    assert ReadAhead.objects.get(meeting=2).digest[:12] in after
    assert "One milestone is at risk or off track" in after
    assert "Read-ahead, frozen Sep 8, 2020, noon" in words_of(read(client, "/meetings/2/"))
    assert "/answer/" not in client.get("/meetings/2/?view=read-ahead").content.decode()


def test_before_it_was_frozen_there_is_none(frozen, client_of, reader):
    client = client_of(reader)

    assert "Read-ahead, frozen" not in words_of(read(client, "/meetings/2/?as_of=2020-09-07"))
    assert "Pack: since" in words_of(read(client, "/meetings/2/?as_of=2020-09-07&view=read-ahead"))
    assert "Read-ahead: since" in words_of(read(client, "/meetings/2/?as_of=2020-09-08&view=read-ahead"))


def test_any_two_meetings_are_compared(meetings, client_of, reader):
    client = client_of(reader)

    first = words_of(read(client, "/meetings/3/?since=1"))
    whole = words_of(read(client, "/meetings/3/?since=start"))

    assert "Pack: since meeting 1" in first
    assert "One milestone was completed" in first
    assert "Pack: since the start of the record" in whole
    assert "Eight milestones became overdue" in whole
    assert client.get("/meetings/1/?since=2").headers["Location"] == "/meetings/2/?since=1"


@pytest.mark.parametrize("asked", ["3", "9", "x", "2%00", "0"])
def test_a_pack_counts_from_no_meeting_that_was_not_held(meetings, client_of, reader, asked):
    answer = read(client_of(reader), f"/meetings/3/?since={asked}")

    assert "choose a meeting that was held." in words_of(answer)
    assert len(headings_of(answer)) == 1


def test_decisions_that_wait_are_rows_for_plcy_and_the_agency_that_asked(meetings, client_of, plcy, ice, cbp, reader):
    said = {each: words_of(read(client_of(each), "/meetings/3/")) for each in (plcy, ice, cbp, reader)}

    for each in (plcy, ice):
        assert "Nov. 2020 +1 month Dependency: It waits for counsel." in said[each]
        assert "1 completion to confirm." in said[each]
    for each in (cbp, reader):
        assert "It waits for counsel." not in said[each]
        assert "1 completion to confirm and 1 request for a new target." in said[each]


# --- What came out of it -------------------------------------------------------------------------------------------


def test_what_came_out_of_a_meeting_stands_above_its_pack(meetings, client_of, plcy, cbp):
    with clock.at(in_september(12)):
        conclude(meetings[0], by=plcy, text="Nothing moves to 2021.")

    for who in (plcy, cbp):
        answer = read(client_of(who), "/meetings/1/")
        assert headings_of(answer)[:4] == [
            "What it concluded",
            "Decisions recorded from it",
            "Due out of it",
            "Pack: since the start of the record",
        ]
        words = words_of(answer)
        assert "Nothing moves to 2021." in words
        assert "4.5 New target Dec. 2020, asked by ICE/HSI Approved Sep 4, 2020" in words
        assert ("Add a conclusion" in words) == (who == plcy)
    then = words_of(read(client_of(plcy), "/meetings/1/?as_of=2020-09-03"))
    assert "No conclusion is written down" in then
    assert "Decisions recorded from it" not in then
    assert "Add a conclusion" not in then


def test_a_change_is_told_with_its_reason(meetings, client_of, plcy, reader):
    with clock.at(in_september(11)):
        change(
            meetings[2], by=plcy, title="September meeting", held_at=in_september(18, 14), read_ahead_at=None,
            agenda="De minimis\nTrademarks", reason="The chair travels.",
        )  # fmt: skip

    answer = read(client_of(reader), "/meetings/3/")

    assert headline_of(answer) == "September meeting"
    assert "Moved on Sep 11, 2020 from Sep 17, 2020, 10 a.m. : The chair travels." in words_of(answer)
    assert "Agenda De minimis Trademarks" in words_of(answer)


# --- Who does not --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/meetings/", "/meetings/1/", "/meetings/9/", "/meetings/plan/"])
def test_coac_has_no_meetings(frozen, client_of, coac, path):
    answer = client_of(coac).get(path)

    assert answer.status_code == 403
    assert "Meetings are for the committee" in words_of(answer)


def test_nothing_of_a_meeting_reaches_coac(meetings, client_of, coac, plcy):
    conclude(meetings[0], by=plcy, text="zzz-secret conclusion")
    owed(meetings[0], plcy, text="zzz-secret due-out")
    change(
        meetings[2], by=plcy, title="zzz-secret title", held_at=in_september(18), read_ahead_at=None,
        agenda="zzz-secret item", reason="zzz-secret reason",
    )  # fmt: skip
    client = client_of(coac)

    for path in ("/", "/overdue/", "/milestones/", "/milestones/3.1/", "/reports/", "/agencies/CBP/", "/meetings/1/"):
        said = client.get(path).content.decode()
        assert "zzz-secret" not in said
        assert 'href="/meetings/' not in said


# --- How dear it is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        pytest.param("/meetings/", 6, id="list"),
        pytest.param("/meetings/3/", 18, id="pack"),
        pytest.param("/meetings/2/", 22, id="pack of a held meeting"),
        pytest.param("/meetings/2/?view=read-ahead", 6, id="read-ahead"),
    ],
)
def test_pages_take_few_queries(frozen, client_of, plcy, django_assert_max_num_queries, path, queries):
    client = client_of(plcy)
    client.get(path)

    with django_assert_max_num_queries(queries) as taken:
        assert client.get(path).status_code == 200

    assert len(taken) == queries
