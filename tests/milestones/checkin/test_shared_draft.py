"""Can a colleague finish what somebody began, and does nobody lose what they wrote?"""

import pytest

from milestones.models import DraftRow
from tests.milestones.checkin.sitting import (
    SOURCE,
    drafted,
    due_out,
    hand_in,
    outcomes,
    question_on,
    record,
    row,
    rows_on,
    save_draft,
    told,
    update,
)
from tests.milestones.telling import milestone, say

pytestmark = pytest.mark.django_db


def test_a_draft_enters_nothing_on_the_record(client_of, cbp):
    before = record()

    answer = save_draft(client_of(cbp), update("3.2", statement="Half a sen"), row("3.3", "leave"))

    assert (answer.status_code, answer.headers["Location"]) == (303, "/check-in/")
    assert told(answer) == ["Kept as a draft: 1 row. Everybody of CBP can go on with it."]
    assert drafted() == [("3.2", "cbp@esc.example", 1)]
    assert record() == before


def test_a_colleague_finds_it_and_hands_it_in(client_of, cbp, chris):
    save_draft(client_of(cbp), update("3.2", statement="Half a sentence.", outlook="at_risk", reason="Counsel."))

    page = client_of(chris).get("/check-in/")
    found = rows_on(page)["3.2"]

    assert (found.choice, found.is_open, found.revision) == ("update", True, 1)
    assert (found.form["statement"].value(), found.form["reason"].value()) == ("Half a sentence.", "Counsel.")
    assert "<strong>Draft</strong> by CBP, Sep 14, " in page.content.decode()
    assert page.context["answered"] == 1

    answer = hand_in(client_of(chris), update("3.2", statement="A whole sentence.", revision="1"))

    kept = milestone("3.2").updates.get()
    assert answer.status_code == 303
    assert (kept.statement, kept.by) == ("A whole sentence.", chris)
    assert drafted() == []


def test_a_draft_may_be_wrong_and_half_done(client_of, cbp):
    save_draft(client_of(cbp), update("3.2", statement="", forecast="next year", outlook=None))

    found = rows_on(client_of(cbp).get("/check-in/"))["3.2"]

    assert (found.form["forecast"].value(), found.form["statement"].value()) == ("next year", "")


def test_no_change_is_drafted_too(client_of, cbp, chris):
    say("3.2", cbp)
    save_draft(client_of(cbp), row("3.2"))

    assert rows_on(client_of(chris).get("/check-in/"))["3.2"].choice == "no_change"
    assert milestone("3.2").version == 1


def test_the_second_of_two_is_told_and_keeps_their_text(client_of, cbp, chris):
    save_draft(client_of(chris), update("3.2", statement="Theirs."))

    answer = save_draft(client_of(cbp), update("3.2", statement="Mine."), update("3.3"))

    found, text = rows_on(answer)["3.2"], answer.content.decode()
    lines = {line.label: (line.theirs, line.yours) for line in found.drafts_apart}
    assert answer.status_code == 200
    assert outcomes(answer) == {"3.2": "overtaken", "3.3": "saved"}
    assert lines["Where it stands"] == ("Theirs.", "Mine.")
    assert (found.form["statement"].value(), found.revision) == ("Mine.", 1)
    assert "CHRIS saved a draft of this row" in text
    assert DraftRow.objects.get(milestone=milestone("3.2")).fields["statement"] == "Theirs."

    again = save_draft(client_of(cbp), update("3.2", statement="Mine.", revision="1"))

    assert again.status_code == 303
    assert DraftRow.objects.get(milestone=milestone("3.2")).fields["statement"] == "Mine."


def test_handing_in_leaves_what_a_colleague_wrote_since(client_of, cbp, chris):
    save_draft(client_of(chris), update("3.2", statement="Theirs."))

    answer = hand_in(client_of(cbp), update("3.2", statement="Mine."))
    found = rows_on(client_of(chris).get("/check-in/"))["3.2"]

    assert answer.status_code == 303
    assert drafted() == [("3.2", "chris@cbp.example", 1)]
    assert (found.is_behind, found.form["statement"].value(), found.version) == (True, "Theirs.", 0)


def test_a_row_put_back_lets_its_draft_go(client_of, cbp):
    save_draft(client_of(cbp), update("3.2", statement="Mine."))

    answer = save_draft(client_of(cbp), update("3.2", statement="Mine.", choice="leave", revision="1"))

    assert (answer.status_code, told(answer)) == (303, ["There was nothing to keep as a draft."])
    assert drafted() == []


def test_handing_in_other_rows_leaves_the_draft(client_of, cbp):
    save_draft(client_of(cbp), update("3.2", statement="Mine."))

    hand_in(client_of(cbp), update("3.2", statement="Mine.", choice="leave", revision="1"), update("3.3"))

    assert drafted() == [("3.2", "cbp@esc.example", 1)]
    assert milestone("3.2").version == 0


def test_plcy_and_the_agency_keep_their_drafts_apart(client_of, cbp, plcy):
    save_draft(client_of(cbp), update("3.2", statement="Ours."))
    save_draft(client_of(plcy), update("3.2", statement="From the mail."), path="/check-in/?for_agency=CBP", **SOURCE)

    ours = client_of(cbp).get("/check-in/")
    theirs = client_of(plcy).get("/check-in/?for_agency=CBP")

    assert rows_on(ours)["3.2"].form["statement"].value() == "Ours."
    assert rows_on(theirs)["3.2"].form["statement"].value() == "From the mail."
    assert "From the mail." not in ours.content.decode()
    assert "Ours." not in theirs.content.decode()
    assert theirs.context["head"]["source"].value() == "Dana Reyes"
    assert theirs.context["head"]["source_on"].value() == "2020-09-11"


def test_the_other_agency_of_a_joint_milestone_sees_no_draft(client_of, cbp, usps):
    save_draft(client_of(cbp), update("5.1", statement="Ours."))

    assert "Ours." not in client_of(usps).get("/check-in/").content.decode()


def test_a_clearance_goes_along(client_of, cbp, chris):
    save_draft(client_of(cbp), update("3.2"), cleared_by="Robin Vance")

    assert client_of(chris).get("/check-in/").context["head"]["cleared_by"].value() == "Robin Vance"


def test_an_answer_to_a_question_is_kept_beside_its_milestones_row(client_of, cbp, chris, plcy):
    question = question_on(say("3.2", cbp), plcy)
    save_draft(client_of(cbp), {f"question-{question.pk}-answer": "Counsel, I th"}, row("3.2", "leave"))

    [asked] = client_of(chris).get("/check-in/").context["asked"]

    assert asked.typed == "Counsel, I th"
    assert drafted() == [("3.2", "cbp@esc.example", 1)]


def test_an_answer_that_stands_in_no_row_is_not_lost_unsaid(client_of, cbp, plcy):
    owed = due_out(plcy)

    answer = save_draft(client_of(cbp), {f"due-out-{owed.pk}-answer": "Sent."}, update("3.2"))

    assert answer.status_code == 200
    assert "an answer to what stands in no row is not" in answer.content.decode()
    assert answer.context["asked"][0].typed == "Sent."
    assert drafted() == [("3.2", "cbp@esc.example", 1)]


@pytest.mark.parametrize("text", ["x" * 2001, "a\x00b"], ids=["endless", "NUL"])
def test_a_draft_that_cannot_be_kept_is_told_at_its_field(client_of, cbp, text):
    answer = save_draft(client_of(cbp), update("3.2", statement=text), update("3.3"))

    assert outcomes(answer) == {"3.2": "error", "3.3": "saved"}
    assert list(rows_on(answer)["3.2"].form.errors) == ["statement"]
    assert [code for code, _, _ in drafted()] == ["3.3"]


def test_what_is_said_of_the_whole_is_judged_in_a_draft_too(client_of, cbp):
    answer = save_draft(client_of(cbp), update("3.2"), cleared_by="Dana\x00")

    assert outcomes(answer) == {"3.2": "error"}
    assert '<a href="#3.2">3.2</a>: This text contains characters' in answer.content.decode()
    assert drafted() == []


def test_nobody_drafts_on_a_milestone_of_another_agency(client_of, cbp):
    answer = save_draft(client_of(cbp), update("4.3"))

    assert outcomes(answer) == {"4.3": "closed"}
    assert drafted() == []
