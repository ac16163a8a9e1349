"""Do the doors record exactly what was said, once, and nothing on a refusal?"""

from dataclasses import replace
from datetime import date

import pytest

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from milestones.models import Note, OverdueFlag, StatusUpdate
from milestones.overdue import flag_overdue
from milestones.refusals import IllegalMove, Incomplete, NotAllowed, StaleUpdate
from milestones.updates import post_note, post_update
from milestones.words import Completion, Words
from milestones.workflow import CompletedKind, Move, Outcome, Outlook, Status
from tests.milestones.spoken import DONE, WORDS, milestone, record, report

AS_OF = date(2020, 9, 14)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded(plan) -> None:
    """Every door test stands on the plan."""


# --- An update -------------------------------------------------------------------------------------------------------


def test_update_records_every_word_and_moves_the_milestone(ice):
    words = Words(
        statement="Curriculum drafted.",
        next_step="Sessions 3 to 5.",
        next_step_on=date(2020, 10, 9),
        waiting_on="USPTO",
        outlook=Outlook.OFF_TRACK,
        reason="Two trainers left.",
        needed="Two trainers.",
        forecast=TargetDate.month(2020, 12),
    )

    posted = post_update(milestone(), by=ice, seen_version=0, words=words, status=Status.IN_PROGRESS)

    row, kept = milestone(), StatusUpdate.objects.get()
    assert kept == posted
    assert (kept.version, kept.move, kept.status) == (1, "update", "in_progress")
    assert (kept.agency_id, kept.by) == ("ICE-HSI", ice)
    assert {name: getattr(kept, name) for name in words.columns()} == words.columns()
    assert (kept.forecast_kind, kept.forecast_on, kept.written_on) == ("month", date(2020, 12, 31), AS_OF)
    assert (kept.authority, kept.completed_kind) == ("", "")
    assert (row.version, row.current_status, row.current_outlook) == (1, "in_progress", "off_track")
    assert row.current_said_at == kept.recorded_at


def test_update_writes_one_chained_entry_with_before_and_after(ice):
    before = Entry.objects.count()

    post_update(milestone(), by=ice, seen_version=0, words=WORDS, status=Status.IN_PROGRESS)

    entry = Entry.objects.last()
    assert Entry.objects.count() == before + 1
    assert (entry.verb, entry.about, entry.by) == ("milestones.post_update", "4.3", ice)
    assert entry.before == {"version": 0, "status": "not_started"}
    assert (entry.after["version"], entry.after["status"], entry.after["statement"]) == (
        1,
        "in_progress",
        "Two of five sessions held.",
    )
    assert first_broken_entry() == ""


def test_update_keeps_its_notes_with_their_audience(ice):
    post_update(milestone(), by=ice, seen_version=0, words=WORDS, note=" For all. ", agency_note="For us.")

    assert set(Note.objects.values_list("audience", "text", "agency_id")) == {
        ("esc", "For all.", "ICE-HSI"),
        ("agency", "For us.", "ICE-HSI"),
    }


def test_words_carried_forward_keep_the_day_they_were_written(ice, settings):
    post_update(milestone(), by=ice, seen_version=0, words=WORDS)
    settings.ESC_TODAY = date(2020, 9, 16)

    same = post_update(milestone(), by=ice, seen_version=1, words=replace(WORDS, outlook="at_risk", reason="Delay."))
    anew = post_update(milestone(), by=ice, seen_version=2, words=replace(WORDS, statement="Three held."))

    assert (same.written_on, anew.written_on) == (date(2020, 9, 14), date(2020, 9, 16))


def test_joint_milestone_takes_its_outlook_from_the_lead_alone(cbp, usps):
    at_risk = replace(WORDS, outlook="at_risk", reason="Postal rates.")

    post_update(milestone("5.1"), by=cbp, seen_version=0, words=WORDS)
    post_update(milestone("5.1"), by=usps, seen_version=1, words=at_risk)

    assert milestone("5.1").current_outlook == "on_track"
    assert set(StatusUpdate.objects.last_words().values_list("agency_id", "outlook")) == {
        ("CBP", "on_track"),
        ("USPS", "at_risk"),
    }


def test_reporting_complete_asks_for_date_and_outcome_and_drops_the_forecast(ice):
    words = replace(WORDS, forecast=TargetDate.month(2020, 12))

    kept = post_update(
        milestone(), by=ice, seen_version=0, words=words, status=Status.REPORTED_COMPLETE, completion=DONE
    )

    row = milestone()
    assert (kept.move, kept.forecast_kind, kept.completed_on, kept.outcome) == (
        "report",
        None,
        date(2020, 9, 11),
        "delivered",
    )
    assert (row.current_status, row.current_completed_on) == ("reported_complete", date(2020, 9, 11))


def test_only_the_reporting_agency_takes_its_report_back(cbp, usps):
    report(cbp, "5.1")

    with pytest.raises(IllegalMove):
        post_update(milestone("5.1"), by=usps, seen_version=1, words=WORDS, status=Status.IN_PROGRESS)
    taken_back = post_update(milestone("5.1"), by=cbp, seen_version=1, words=WORDS, status=Status.IN_PROGRESS)

    row = milestone("5.1")
    assert taken_back.move == Move.TAKE_BACK
    assert (row.version, row.current_status, row.current_completed_kind) == (2, "in_progress", "")


def test_the_other_agency_cannot_rewrite_what_was_reported(cbp, usps):
    report(cbp, "5.1")
    earlier = Completion(kind=CompletedKind.DAY, on=date(2019, 1, 1), outcome=Outcome.SUPERSEDED)

    post_update(
        milestone("5.1"), by=usps, seen_version=1, words=WORDS, status=Status.REPORTED_COMPLETE, completion=earlier
    )

    row = milestone("5.1")
    assert (row.current_completed_on, row.current_outcome) == (date(2020, 9, 11), "delivered")


def test_a_reported_date_cannot_be_moved_into_the_future(ice):
    report(ice)
    future = Completion(kind=CompletedKind.DAY, on=date(2021, 1, 1), outcome=Outcome.DELIVERED)
    before = record()

    with pytest.raises(Incomplete) as told:
        post_update(
            milestone(), by=ice, seen_version=1, words=WORDS, status=Status.REPORTED_COMPLETE, completion=future
        )

    assert told.value.problems == {"completed_on": "A completion cannot lie in the future."}
    assert record() == before


def test_update_of_an_overdue_milestone_gives_a_forecast_or_says_why_not(cbp):
    with pytest.raises(Incomplete) as told:
        post_update(milestone("3.1"), by=cbp, seen_version=0, words=WORDS)
    post_update(milestone("3.1"), by=cbp, seen_version=0, words=replace(WORDS, no_forecast_reason="Awaiting counsel."))

    assert list(told.value.problems) == ["forecast"]
    assert milestone("3.1").version == 1


def test_reporting_complete_closes_the_overdue_flag(cbp):
    flag_overdue(AS_OF)
    assert OverdueFlag.objects.filter(milestone=milestone("3.1"), closed_at=None).exists()

    report(cbp, "3.1")

    assert not OverdueFlag.objects.filter(milestone=milestone("3.1"), closed_at=None).exists()


REFUSED = {
    "no statement": ({"statement": "  "}, "statement"),
    "no outlook": ({"outlook": ""}, "outlook"),
    "unknown outlook": ({"outlook": "splendid"}, "outlook"),
    "at risk without a reason": ({"outlook": "at_risk"}, "reason"),
    "off track without what is needed": ({"outlook": "off_track", "reason": "Late."}, "needed"),
    "a statement of 501 characters": ({"statement": "x" * 501}, "statement"),
    "a next step of 201 characters": ({"next_step": "x" * 201}, "next_step"),
    "a NUL byte": ({"waiting_on": "US\x00PS"}, "waiting_on"),
    "a right-to-left override": ({"statement": "abc\u202edef"}, "statement"),
    "a right-to-left mark": ({"statement": "abc\u200fdef"}, "statement"),
}


@pytest.mark.parametrize(("change", "field"), REFUSED.values(), ids=REFUSED.keys())
def test_incomplete_words_are_told_by_field_and_write_nothing(ice, change, field):
    before = record()

    with pytest.raises(Incomplete) as told:
        post_update(milestone(), by=ice, seen_version=0, words=replace(WORDS, **change))

    assert list(told.value.problems) == [field]
    assert record() == before
    assert milestone().version == 0


@pytest.mark.parametrize("status", ["completed", "withdrawn"])
def test_an_agency_cannot_choose_a_status_of_the_chairs(ice, status):
    before = record()

    with pytest.raises(IllegalMove):
        post_update(milestone(), by=ice, seen_version=0, words=WORDS, status=status)

    assert record() == before


def test_an_unknown_status_is_incomplete(ice):
    with pytest.raises(Incomplete):
        post_update(milestone(), by=ice, seen_version=0, words=WORDS, status="overdue")

    assert milestone().version == 0


def test_another_agency_may_not_post(cbp):
    before = record()

    with pytest.raises(NotAllowed, match="Only ICE/HSI can update this milestone"):
        post_update(milestone(), by=cbp, seen_version=0, words=WORDS)

    assert record() == before


@pytest.mark.parametrize("role", ["reader", "coac", "admin_user"])
def test_reading_roles_may_not_post(request, role):
    before = record()

    with pytest.raises(NotAllowed):
        post_update(milestone(), by=request.getfixturevalue(role), seen_version=0, words=WORDS)

    assert record() == before


# --- Stale, and sent twice -------------------------------------------------------------------------------------------


def test_stale_update_writes_nothing_and_carries_the_present_row(ice):
    post_update(milestone(), by=ice, seen_version=0, words=WORDS)
    before = record()

    with pytest.raises(StaleUpdate) as told:
        post_update(milestone(), by=ice, seen_version=0, words=replace(WORDS, statement="Mine."))

    assert told.value.milestone.version == 1
    assert record() == before


def test_the_same_submission_twice_has_one_effect(ice):
    sent = {"by": ice, "seen_version": 0, "words": WORDS, "status": Status.IN_PROGRESS, "note": "Once."}

    first = post_update(milestone(), **sent)
    before = record()
    second = post_update(milestone(), **sent)

    assert first == second
    assert record() == before


def test_a_report_sent_twice_has_one_effect(ice):
    sent = {"by": ice, "seen_version": 0, "words": WORDS, "status": Status.REPORTED_COMPLETE, "completion": DONE}

    assert post_update(milestone(), **sent) == post_update(milestone(), **sent)

    assert milestone().version == 1


@pytest.mark.parametrize(
    "change",
    [
        {"note": "And one thing more."},
        {"completion": Completion(kind=CompletedKind.UNKNOWN, outcome=Outcome.DELIVERED)},
    ],
    ids=["a note was added", "another day was given"],
)
def test_a_submission_that_says_more_is_stale_rather_than_swallowed(ice, change):
    sent = {"by": ice, "seen_version": 0, "words": WORDS, "status": Status.REPORTED_COMPLETE, "completion": DONE}
    post_update(milestone(), **sent)

    with pytest.raises(StaleUpdate):
        post_update(milestone(), **{**sent, **change})


# --- Notes -----------------------------------------------------------------------------------------------------------


def test_note_moves_no_version_and_breaks_no_silence(ice):
    post_note(milestone(), by=ice, text="  A remark. ", audience=Note.Audience.AGENCY)

    row, note = milestone(), Note.objects.get()
    assert (note.text, note.audience, note.agency_id, note.by) == ("A remark.", "agency", "ICE-HSI", ice)
    assert (row.version, row.current_said_at) == (0, None)
    assert Entry.objects.last().after == {"agency_note": "A remark."}


def test_the_same_note_twice_on_a_day_is_one_note(ice, settings):
    for _ in range(2):
        post_note(milestone(), by=ice, text="A remark.", audience=Note.Audience.ESC)
    assert record()[1:] == (1, 2)
    settings.ESC_TODAY = date(2020, 9, 15)

    post_note(milestone(), by=ice, text="A remark.", audience=Note.Audience.ESC)

    assert Note.objects.count() == 2


@pytest.mark.parametrize("text", ["  ", "x" * 2001, "a\x00b"], ids=["empty", "too long", "a NUL byte"])
def test_a_note_that_cannot_be_kept_is_refused(ice, text):
    before = record()

    with pytest.raises(Incomplete):
        post_note(milestone(), by=ice, text=text, audience=Note.Audience.ESC)

    assert record() == before


def test_an_agency_without_a_part_may_not_note(cbp):
    with pytest.raises(NotAllowed):
        post_note(milestone(), by=cbp, text="A remark.", audience=Note.Audience.ESC)

    assert Note.objects.count() == 0


def test_acts_are_recorded_at_the_moment_told(ice):
    moment = clock.start_of(date(2020, 7, 1))

    with clock.at(moment):
        posted = post_update(milestone(), by=ice, seen_version=0, words=WORDS)

    assert (posted.recorded_at, posted.written_on) == (moment, date(2020, 7, 1))
