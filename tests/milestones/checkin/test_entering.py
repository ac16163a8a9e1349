"""Does PLCY enter what an agency sent, naming the source once, and does each row say so for ever?"""

from datetime import date

import pytest

from esc_tracker.journal.models import Entry
from milestones.deciding import confirm
from milestones.models import CheckIn, Note, Question, StatusUpdate
from milestones.refusals import NotAllowed
from milestones.telling import entered_in_words
from tests.milestones.checkin.sitting import SOURCE, hand_in, outcomes, question_on, record, row, rows_on, told, update
from tests.milestones.telling import milestone, say

pytestmark = pytest.mark.django_db
FOR_CBP = "/check-in/?for_agency=CBP"


def enter(client, *rows, path: str = FOR_CBP, **source):
    """Hand in rows for CBP with its mail of Sep 11, changed as told; None leaves a field out."""
    named = {name: value for name, value in {**SOURCE, **source}.items() if value is not None}
    return hand_in(client, *rows, path=path, **named)


def test_what_came_by_mail_stands_as_the_agencys_word_with_its_source(client_of, cbp, plcy):
    say("3.1", cbp)
    entries = Entry.objects.count()

    answer = enter(client_of(plcy), row("3.1"), update("3.2"), cleared_by="Robin Vance")

    [made] = CheckIn.objects.all()
    kept = StatusUpdate.objects.filter(check_in=made).order_by("recorded_at")
    assert (answer.status_code, answer.headers["Location"]) == (303, FOR_CBP)
    assert told(answer) == ["Saved for CBP: 2 answers (3.1, 3.2)."]
    assert [(each.milestone.code, each.agency_id, each.by) for each in kept] == [
        ("3.1", "CBP", plcy),
        ("3.2", "CBP", plcy),
    ]
    assert (made.source_who, made.source_on, made.source_how) == ("Dana Reyes", date(2020, 9, 11), "mail")
    assert (made.agency_id, made.by, made.cleared_by) == ("CBP", plcy, "Robin Vance")
    assert entered_in_words(made, "CBP") == "entered by PLCY from CBP's e-mail of Sep 11, 2020 (Dana Reyes)"
    assert Entry.objects.count() == entries + 3


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("mail", "entered by PLCY from ICE/HSI's e-mail of Sep 11, 2020"),
        ("letter", "entered by PLCY from ICE/HSI's letter of Sep 11, 2020"),
        ("call", "entered by PLCY from a telephone call with ICE/HSI on Sep 11, 2020"),
        ("meeting", "entered by PLCY from a meeting with ICE/HSI on Sep 11, 2020"),
    ],
)
def test_every_way_reads_as_people_say_it(how, sentence):
    made = CheckIn(source_how=how, source_who="Dana Reyes", source_on=date(2020, 9, 11))

    assert entered_in_words(made, "ICE/HSI", named=False) == sentence
    assert entered_in_words(made, "ICE/HSI") == f"{sentence} (Dana Reyes)"


@pytest.mark.parametrize("made", [None, CheckIn()], ids=["posted alone", "the agency itself"])
def test_an_agencys_own_answer_was_entered_by_nobody(made):
    assert entered_in_words(made, "CBP") == ""


def test_every_way_has_its_words():
    for how in CheckIn.How.values:
        assert entered_in_words(CheckIn(source_how=how, source_who="D", source_on=date(2020, 9, 11)), "CBP")


WRONG = {
    "nothing": ({"source": None, "source_on": None, "source_how": None}, ["source", "source_on", "source_how"]),
    "nobody": ({"source": " "}, ["source"]),
    "no day": ({"source_on": ""}, ["source_on"]),
    "no way": ({"source_how": ""}, ["source_how"]),
    "tomorrow": ({"source_on": "2020-09-15"}, ["source_on"]),
    "a month": ({"source_on": "2020-09"}, ["source_on"]),
    "Feb. 30": ({"source_on": "2020-02-30"}, ["source_on"]),
    "1999": ({"source_on": "1999-12-31"}, ["source_on"]),
    "unknown way": ({"source_how": "pigeon"}, ["source_how"]),
    "NUL": ({"source": "Dana\x00"}, ["source"]),
    "long": ({"source": "x" * 201}, ["source"]),
    "long clearance": ({"cleared_by": "x" * 201}, ["cleared_by"]),
}


@pytest.mark.parametrize(("change", "fields"), WRONG.values(), ids=WRONG.keys())
def test_without_a_whole_source_nothing_is_saved_and_everything_is_kept(client_of, cbp, plcy, change, fields):
    say("3.1", cbp)
    before = record()

    answer = enter(client_of(plcy), row("3.1"), update("3.2", statement="From the mail."), **change)

    rows, text = rows_on(answer), answer.content.decode()
    assert answer.status_code == 200
    assert list(answer.context["head"].errors) == fields
    assert record() == before
    assert (rows["3.1"].choice, rows["3.2"].choice, rows["3.2"].is_open) == ("no_change", "update", True)
    assert rows["3.2"].form["statement"].value() == "From the mail."
    assert "Nothing was saved." in text


def test_a_source_of_today_is_taken(client_of, plcy):
    assert enter(client_of(plcy), update("3.2"), source_on="2020-09-14").status_code == 303


def test_the_agency_may_be_named_in_the_form(client_of, plcy):
    answer = enter(client_of(plcy), update("3.2"), path="/check-in/", for_agency="CBP")

    assert answer.status_code == 303
    assert StatusUpdate.objects.get().agency_id == "CBP"


def test_plcy_answers_a_question_from_the_mail(client_of, cbp, plcy, plcy2):
    question = question_on(say("3.2", cbp), plcy2)

    answer = enter(client_of(plcy), {f"question-{question.pk}-answer": "Counsel of CBP."})

    kept = Question.objects.get()
    assert answer.status_code == 303
    assert (kept.answer, kept.closed_by) == ("Counsel of CBP.", plcy)
    assert Entry.objects.last().after["check_in"] == CheckIn.objects.get().pk


def test_a_row_of_another_agency_is_refused_and_the_others_are_saved(client_of, plcy):
    answer = enter(client_of(plcy), update("4.3"), update("3.2"))

    assert outcomes(answer) == {"4.3": "refused", "3.2": "saved"}
    assert rows_on(answer)["4.3"].outcome.sentence == "CBP does not answer for this milestone."
    assert milestone("4.3").version == 0


def test_the_agencys_own_note_stays_between_it_and_plcy(client_of, plcy):
    page = client_of(plcy).get(FOR_CBP)
    enter(client_of(plcy), update("3.2", agency_note="For us."))

    assert "Note for CBP and PLCY only" in page.content.decode()
    assert list(Note.objects.values_list("audience", "agency_id")) == [("agency", "CBP")]


def test_a_member_cannot_name_a_source(client_of, cbp):
    hand_in(client_of(cbp), update("3.2"), **SOURCE)

    assert not CheckIn.objects.get().is_entered


@pytest.mark.parametrize("rows", [1, 2])
def test_plcys_own_and_unassigned_ones_need_no_source(client_of, plcy, rows):
    answer = hand_in(client_of(plcy), *[update("4.2"), update("8.1")][:rows], path="/check-in/?for_agency=PLCY")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/check-in/?for_agency=PLCY")
    assert set(StatusUpdate.objects.values_list("agency_id", flat=True)) == {"PLCY"}
    assert not CheckIn.objects.get().is_entered


def test_plcy_that_names_no_agency_is_asked_for_it(client_of, plcy):
    before = record()

    answer = hand_in(client_of(plcy), update("3.2"), **SOURCE)

    assert answer.status_code == 400
    assert "For which agency do you enter answers?" in answer.content.decode()
    assert record() == before


def test_one_who_entered_a_completion_does_not_confirm_it_for_the_chairs_office(client_of, plcy, plcy2):
    done = {"status": "reported_complete", "completed_on": "2020-09-10", "outcome": "delivered"}
    enter(client_of(plcy), update("3.2", **done))

    with pytest.raises(NotAllowed, match="You reported this completion yourself"):
        confirm(milestone("3.2"), by=plcy, seen_version=1)

    assert milestone("3.2").current_status == "reported_complete"
    assert confirm(milestone("3.2"), by=plcy2, seen_version=1).status == "completed"


def test_a_conflict_compares_with_the_agencys_own_words(client_of, cbp, plcy):
    stale = update("3.2", statement="From the mail.")
    say("3.2", cbp)

    answer = enter(client_of(plcy), stale)

    conflict = rows_on(answer)["3.2"].conflict
    assert (answer.status_code, conflict.theirs, conflict.both_stand) == (409, "CBP", False)
    assert ("Where it stands", "The rule is being drafted.", "From the mail.", True) in {
        (line.label, line.theirs, line.yours, line.differs) for line in conflict.lines
    }
