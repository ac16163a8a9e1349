"""Does the sample history say something, and keep out of where it does not belong?"""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry, Release
from esc_tracker.reader import reader_for
from milestones.calls.calling import latest_due_call
from milestones.models import (
    Call,
    CheckIn,
    Contact,
    DueOut,
    Meeting,
    Milestone,
    Note,
    Question,
    SharedSummary,
    StatusUpdate,
    TargetRevision,
)
from milestones.overdue import flag_overdue
from milestones.workflow import Move
from reports.models import Delivery, WeeklyReport

pytestmark = pytest.mark.django_db


def load_demo() -> str:
    said = StringIO()
    call_command("load_demo", stdout=said)
    return said.getvalue().strip()


def test_the_story_has_something_of_everything_and_is_told_once():
    # One telling for all of it: it takes seconds.
    assert load_demo() == "sample history loaded"

    rows = Milestone.objects.visible_to(reader_for(User.objects.get(email="cbp@esc.example")))
    assert [row.code for row in rows.overdue()] == ["8.1", "8.2", "8.3", "3.2", "3.3", "5.2", "5.3", "6.3"]
    assert [row.code for row in rows if row.overdue and row.unassigned] == ["8.2", "8.3"]
    assert [row.code for row in rows if row.status == "completed"] == ["1.1", "1.2", "3.1", "6.1", "6.2", "9.1"]
    assert [row.code for row in rows if row.status == "reported_complete"] == ["7.1", "11.1"]
    assert {row.outlook for row in rows} == {"on_track", "at_risk", "off_track", "none"}
    assert [row.code for row in rows if row.moves] == ["4.3"]
    assert StatusUpdate.objects.filter(move=Move.RETURN).count() == 1

    joint = StatusUpdate.objects.filter(milestone__action=5, milestone__position=1).last_words()
    assert {said.agency_id: said.outlook for said in joint} == {"CBP": "on_track", "USPS": "at_risk"}
    silent = rows.silent(latest_due_call(None), None, ["ICE-HSI"])
    assert [row.code for row in silent] == ["4.4", "4.5"]

    states = dict(WeeklyReport.objects.values_list("week", "state"))
    assert sorted(states) == [f"2020-W{number}" for number in range(27, 38)]
    assert [week for week, state in states.items() if state == "draft"] == ["2020-W37"]
    assert list(Release.objects.standing().values_list("week", flat=True)) == ["2020-W35", "2020-W33", "2020-W31"]
    assert Call.objects.count() == 11
    assert Delivery.objects.count() == 0

    assert [each.told[0].title for each in Meeting.objects.announced(None)] == [
        "Fourth meeting of the ESC (sample)",
        "Third meeting of the ESC (sample)",
        "Second meeting of the ESC (sample)",
        "First meeting of the ESC (sample)",
    ]
    assert DueOut.objects.filter(answered_at=None).count() == 2
    assert TargetRevision.objects.filter(state="pending").count() == 1
    assert TargetRevision.objects.get(state="accepted").authority_meeting_id == 2
    assert Question.objects.filter(closed_at=None).count() == 1
    assert SharedSummary.objects.filter(cleared_at=None).count() == 1
    assert [each.agency_id for each in CheckIn.objects.exclude(source_how="")] == ["USPS"]
    assert StatusUpdate.objects.exclude(evidence_title="").count() == 1
    assert {each.part for each in Contact.objects.filter(until=None)} == {"contact", "alternate"}

    said = [
        *StatusUpdate.objects.words().values_list("statement", flat=True),
        *Note.objects.values_list("text", flat=True),
        *Question.objects.values_list("text", flat=True),
        *DueOut.objects.values_list("text", flat=True),
    ]
    assert all(text.endswith("(sample)") for text in said)
    assert all(each.text.endswith("(sample text)") for each in SharedSummary.objects.all())
    assert first_broken_entry() == ""
    assert flag_overdue(date(2020, 9, 14)).opened == ()

    before = list(Entry.objects.values_list("number", "digest"))
    assert load_demo() == "sample history is there already; nothing changed"
    assert list(Entry.objects.values_list("number", "digest")) == before


def test_it_follows_a_plan_that_was_loaded_before(plan):
    assert load_demo() == "sample history loaded"


def test_it_is_refused_over_acts_that_are_not_its_own(plan):
    flag_overdue(date(2020, 9, 14))

    with pytest.raises(CommandError, match="acts of its own"):
        load_demo()

    assert User.objects.count() == 0


def test_it_is_refused_in_production(settings):
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="not loaded in production"):
        load_demo()


@pytest.mark.parametrize("day", [None, date(2020, 9, 13)], ids=["no pinned day", "a day inside the story"])
def test_it_is_refused_without_a_day_after_its_end(settings, day):
    settings.ESC_TODAY = day

    with pytest.raises(CommandError, match="Set ESC_TODAY to a day after 2020-09-13"):
        load_demo()
