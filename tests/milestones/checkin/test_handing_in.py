"""Is each row of a submission kept or refused by itself, once, with the writer's text and both versions shown?"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from milestones.checkin.typed import Choice
from milestones.deciding import confirm, withdraw
from milestones.models import CheckIn, DueOut, Note, Question, StatusUpdate
from milestones.plan.assigning import end_part
from milestones.workflow import Status
from tests.milestones.checkin.sitting import (
    due_out,
    hand_in,
    outcomes,
    question_on,
    record,
    row,
    rows_on,
    told,
    update,
)
from tests.milestones.telling import give, milestone, say

pytestmark = pytest.mark.django_db


def statements(code: str) -> list[str]:
    return list(
        StatusUpdate.objects.filter(milestone=milestone(code)).order_by("version").values_list("statement", flat=True)
    )


# --- All well --------------------------------------------------------------------------------------------------------


def test_many_answers_are_handed_in_at_once(client_of, cbp):
    say("3.1", cbp)
    say("3.2", cbp, outlook="at_risk")
    entries = Entry.objects.count()

    answer = hand_in(
        client_of(cbp),
        row("3.1"),
        row("3.2"),
        update("3.3", outlook="at_risk", reason="Counsel.", next_step="Clearance.", next_step_on="2020-10-09"),
        row("5.1", "leave"),
        cleared_by="Dana Reyes",
    )

    [made] = CheckIn.objects.all()
    kept = StatusUpdate.objects.filter(check_in=made).order_by("recorded_at")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/check-in/")
    assert told(answer) == ["Saved for CBP: 3 answers (3.1, 3.2, 3.3)."]
    assert [(each.milestone.code, each.outlook, each.agency_id) for each in kept] == [
        ("3.1", "on_track", "CBP"),
        ("3.2", "at_risk", "CBP"),
        ("3.3", "at_risk", "CBP"),
    ]
    assert (made.cleared_by, made.is_entered, made.by) == ("Dana Reyes", False, cbp)
    assert Entry.objects.count() == entries + 4
    assert first_broken_entry() == ""
    assert milestone("5.1").version == 0


def test_no_change_says_the_last_words_again_and_keeps_the_day_they_were_written(client_of, cbp):
    first = say("3.2", cbp, outlook="at_risk")

    hand_in(client_of(cbp), row("3.2"))

    again = StatusUpdate.objects.get(milestone=milestone("3.2"), version=2)
    for name in ("statement", "outlook", "reason", "forecast_on", "written_on", "status"):
        assert getattr(again, name) == getattr(first, name)


def test_completion_is_reported_here_too(client_of, cbp):
    answer = hand_in(
        client_of(cbp), update("3.2", status="reported_complete", completed_on="2020-09-11", outcome="delivered")
    )

    assert answer.status_code == 303
    assert milestone("3.2").current_status == "reported_complete"


def test_notes_go_along(client_of, cbp):
    hand_in(client_of(cbp), update("3.2", note="For all.", agency_note="For us."))

    assert set(Note.objects.values_list("audience", "text")) == {("esc", "For all."), ("agency", "For us.")}


def test_the_same_submission_twice_has_one_effect(client_of, cbp):
    say("3.1", cbp)
    rows = (row("3.1"), update("3.2"))
    first = hand_in(client_of(cbp), *rows)
    after = record()

    second = hand_in(client_of(cbp), *rows)

    assert (first.status_code, second.status_code) == (303, 303)
    assert record() == after


@pytest.mark.django_db(transaction=True)
def test_two_submissions_at_once_have_one_effect(client_of, cbp):
    entries = Entry.objects.count()
    rows = (update("3.2"), update("3.3"))
    clients = [client_of(cbp) for _ in range(4)]

    def once(client: Client) -> int:
        try:
            return hand_in(client, *rows).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(once, clients))

    assert answers == [303] * 4
    assert (StatusUpdate.objects.count(), milestone("3.2").version, milestone("3.3").version) == (2, 1, 1)
    assert Entry.objects.count() == entries + 2 + CheckIn.objects.count()
    assert first_broken_entry() == ""
    assert not CheckIn.objects.filter(updates=None).exists()


def test_sending_nothing_says_so_and_writes_nothing(client_of, cbp):
    before = record()

    answer = hand_in(client_of(cbp), row("3.2", "leave"), row("3.3", ""))

    assert answer.status_code == 200
    assert "Nothing was answered yet, so nothing was sent." in answer.content.decode()
    assert record() == before


# --- One bad row never loses the others ------------------------------------------------------------------------------


def test_a_row_with_an_error_is_shown_open_with_its_text_while_the_others_are_saved(client_of, cbp):
    say("3.1", cbp)

    answer = hand_in(client_of(cbp), row("3.1"), update("3.2", outlook="at_risk", reason=""), update("3.3"))

    bad, text = rows_on(answer)["3.2"], answer.content.decode()
    assert answer.status_code == 200
    assert outcomes(answer) == {"3.1": "saved", "3.2": "error", "3.3": "saved"}
    assert bad.form.errors == {"reason": ["Say why it is not on track."]}
    assert (bad.choice, bad.is_open, bad.version) == (Choice.UPDATE, True, 0)
    assert bad.form["statement"].value() == "The analysis is with counsel."
    assert 'name="3.2-version" value="0"' in text
    assert 'name="3.1-version" value="2"' in text
    assert "2 answers were taken. One needs another look; what you wrote is kept." in text
    assert '<a href="#3.2">3.2</a>: Say why it is not on track.' in text
    assert (milestone("3.1").version, milestone("3.2").version, milestone("3.3").version) == (2, 0, 1)
    assert CheckIn.objects.count() == 1


def test_what_was_left_open_can_be_sent_again(client_of, cbp):
    hand_in(client_of(cbp), update("3.2", statement=""), update("3.3"))

    answer = hand_in(client_of(cbp), update("3.2"))

    assert answer.status_code == 303
    assert CheckIn.objects.count() == 2
    assert [each.updates.count() for each in CheckIn.objects.all()] == [1, 1]


def test_where_every_row_is_bad_no_check_in_is_left_behind(client_of, cbp):
    before = record()

    answer = hand_in(client_of(cbp), update("3.2", statement=""), update("3.3", outlook="splendid"))

    assert outcomes(answer) == {"3.2": "error", "3.3": "error"}
    assert record() == before


# --- The record moved on ---------------------------------------------------------------------------------------------


def test_a_row_overtaken_by_a_colleague_shows_both_versions(client_of, cbp, chris):
    stale = update("3.2", statement="Mine.")
    say("3.2", chris, outlook="at_risk")

    answer = hand_in(client_of(cbp), stale, update("3.3"))

    row_, text = rows_on(answer)["3.2"], answer.content.decode()
    lines = {line.label: (line.theirs, line.yours, line.differs) for line in row_.conflict.lines}
    assert answer.status_code == 409
    assert outcomes(answer) == {"3.2": "conflict", "3.3": "saved"}
    assert lines["Where it stands"] == ("The rule is being drafted.", "Mine.", True)
    assert [choice for choice, _ in row_.choices] == [Choice.NOTE, Choice.UPDATE, Choice.DISCARD]
    assert (row_.choice, row_.version) == (Choice.NOTE, 1)
    assert row_.form["statement"].value() == "Mine."
    assert "CBP (CHRIS) posted an update" in text
    assert statements("3.2") == ["The rule is being drafted."]


def test_mine_is_sent_on_top(client_of, cbp, chris):
    stale = update("3.2", statement="Mine.")
    say("3.2", chris)
    hand_in(client_of(cbp), stale)

    answer = hand_in(client_of(cbp), update("3.2", statement="Mine.", status="not_started"))

    assert answer.status_code == 303
    assert statements("3.2") == ["The rule is being drafted.", "Mine."]


def test_what_i_wrote_is_kept_as_a_note(client_of, cbp, chris):
    say("3.2", chris)

    answer = hand_in(client_of(cbp), update("3.2", statement="Mine.", choice="note"))

    assert (answer.status_code, told(answer)) == (303, ["3.2: Saved: your note."])
    assert statements("3.2") == ["The rule is being drafted."]
    assert "Where it stands: Mine." in Note.objects.get().text
    assert CheckIn.objects.count() == 0


def test_what_i_wrote_is_discarded(client_of, cbp, chris):
    say("3.2", chris)
    before = record()

    answer = hand_in(client_of(cbp), update("3.2", statement="Mine.", choice="discard"))

    assert (answer.status_code, told(answer)) == (303, ["3.2: What was written here was discarded."])
    assert record() == before


def test_where_only_the_other_agency_spoke_both_stand(client_of, cbp, usps):
    stale = update("5.1", statement="Mine.", status="not_started")
    say("5.1", usps)

    answer = hand_in(client_of(cbp), stale)

    row_ = rows_on(answer)["5.1"]
    assert (answer.status_code, row_.conflict.both_stand, row_.choice) == (409, True, Choice.UPDATE)
    assert dict(row_.choices)[Choice.UPDATE] == "Send mine: both will stand"


def test_no_change_to_what_a_colleague_changed_is_asked_again(client_of, cbp, chris):
    say("3.2", cbp)
    stale = row("3.2")
    say("3.2", chris, outlook="at_risk")

    answer = hand_in(client_of(cbp), stale)

    row_ = rows_on(answer)["3.2"]
    assert (answer.status_code, row_.outcome.kind, row_.choice, row_.is_open) == (409, "conflict", Choice.LEAVE, False)
    assert row_.said.outlook == "at_risk"
    assert milestone("3.2").version == 2


def test_no_change_stays_chosen_where_only_the_other_agency_spoke(client_of, cbp, usps):
    say("5.1", cbp)
    stale = row("5.1")
    say("5.1", usps)

    answer = hand_in(client_of(cbp), stale)

    assert rows_on(answer)["5.1"].choice == Choice.NO_CHANGE
    assert hand_in(client_of(cbp), row("5.1")).status_code == 303


def test_a_milestone_completed_meanwhile_keeps_the_words_for_a_note(client_of, cbp, chris, plcy):
    stale = update("3.2", statement="Mine.")
    say("3.2", chris, status=Status.REPORTED_COMPLETE)
    confirm(milestone("3.2"), by=plcy, seen_version=1)

    answer = hand_in(client_of(cbp), stale, update("3.3"))

    row_, text = rows_on(answer)["3.2"], answer.content.decode()
    assert answer.status_code == 409
    assert outcomes(answer) == {"3.2": "closed", "3.3": "saved"}
    assert row_.outcome.sentence == "This milestone is completed and takes no more updates."
    assert [choice for choice, _ in row_.choices] == [Choice.NOTE, Choice.DISCARD]
    assert "Mine." in text
    assert "Not taken any more" in text

    kept = hand_in(client_of(cbp), update("3.2", statement="Mine.", choice="note"))

    assert kept.status_code == 303
    assert "Where it stands: Mine." in Note.objects.get().text


def test_a_milestone_withdrawn_meanwhile_is_told(client_of, cbp, plcy):
    stale = row("3.2")
    withdraw(milestone("3.2"), by=plcy, seen_version=0, remark="Overtaken.")

    answer = hand_in(client_of(cbp), stale)

    assert outcomes(answer) == {"3.2": "closed"}
    assert "This milestone was withdrawn and takes no more updates." in answer.content.decode()


def test_a_milestone_that_went_to_another_agency_keeps_the_text(client_of, uspto, plcy):
    held = give("1.1", "USPTO", by=plcy)
    stale = update("1.1", statement="Mine.")
    end_part(held, by=plcy, reason="Agreed.")
    give("1.1", "USPS", by=plcy)
    before = record()

    answer = hand_in(client_of(uspto), stale)

    row_ = rows_on(answer)["1.1"]
    assert row_.outcome.kind == "refused"
    assert row_.outcome.sentence == "Only USPS can update this milestone. You are signed in for USPTO."
    assert row_.form["statement"].value() == "Mine."
    assert record() == before


# --- Questions and due-outs ------------------------------------------------------------------------------------------


def test_a_question_and_a_due_out_are_answered_in_place(client_of, cbp, plcy):
    question, owed = question_on(say("3.2", cbp), plcy), due_out(plcy)

    answer = hand_in(
        client_of(cbp),
        {f"question-{question.pk}-answer": " Counsel of CBP. ", f"due-out-{owed.pk}-answer": "Sent on Sep 12."},
    )

    question, owed = Question.objects.get(), DueOut.objects.get()
    assert (answer.status_code, told(answer)) == (303, ["Saved for CBP: 2 answers."])
    assert (question.answer, question.closed_by) == ("Counsel of CBP.", cbp)
    assert (owed.answer, owed.answered_by) == ("Sent on Sep 12.", cbp)
    assert client_of(cbp).get("/check-in/").context["asked"] == []


def test_answers_sent_twice_have_one_effect(client_of, cbp, plcy):
    question, owed = question_on(say("3.2", cbp), plcy), due_out(plcy)
    typed = {f"question-{question.pk}-answer": "Counsel.", f"due-out-{owed.pk}-answer": "Sent."}
    hand_in(client_of(cbp), typed)
    after = record()

    answer = hand_in(client_of(cbp), typed)

    assert answer.status_code == 303
    assert record() == after


def test_an_answer_that_cannot_be_kept_is_told_at_its_field_and_loses_nothing_else(client_of, cbp, plcy):
    question = question_on(say("3.2", cbp), plcy)

    answer = hand_in(client_of(cbp), {f"question-{question.pk}-answer": "x" * 501}, row("3.2"))

    [asked] = answer.context["asked"]
    assert answer.status_code == 200
    assert (asked.outcome.sentence, asked.typed) == ("This is 501 characters long; 500 fit.", "x" * 501)
    assert milestone("3.2").version == 2
    assert Question.objects.get().closed_at is None


def test_a_question_closed_meanwhile_keeps_the_text(client_of, cbp, chris, plcy):
    question = question_on(say("3.2", cbp), plcy)
    hand_in(client_of(chris), {f"question-{question.pk}-answer": "Theirs."})
    before = record()

    answer = hand_in(client_of(cbp), {f"question-{question.pk}-answer": "Mine."})

    [asked] = answer.context["asked"]
    assert (asked.typed, asked.outcome.is_well) == ("Mine.", False)
    assert asked.outcome.sentence
    assert record() == before


def test_another_agencys_question_is_no_field_of_mine(client_of, cbp, usps, plcy):
    question, owed = question_on(say("5.2", usps), plcy), due_out(plcy, "USPS")
    before = record()

    answer = hand_in(
        client_of(cbp),
        {
            f"question-{question.pk}-answer": "Mine.",
            f"due-out-{owed.pk}-answer": "Mine.",
            "question-999999-answer": "?",
        },
    )

    assert answer.status_code == 200
    assert record() == before


def test_new_words_and_an_answer_to_the_question_on_them_both_stand(client_of, cbp, plcy):
    question = question_on(say("3.2", cbp), plcy)

    answer = hand_in(client_of(cbp), {f"question-{question.pk}-answer": "Counsel."}, update("3.2"))

    assert answer.status_code == 303
    assert Question.objects.get().answer == "Counsel."
    assert milestone("3.2").version == 2


# --- How much it takes -----------------------------------------------------------------------------------------------


def test_each_further_row_takes_the_same_few_queries(client_of, cbp, django_assert_max_num_queries):
    codes = ("3.1", "3.2", "3.3", "5.2", "5.3", "7.1")
    client = client_of(cbp)

    with django_assert_max_num_queries(14 + 8 + 20 * len(codes)):
        assert hand_in(client, *(update(code) for code in codes)).status_code == 303
