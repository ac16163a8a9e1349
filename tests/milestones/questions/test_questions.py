"""Who may ask whom, what closes a question, and for whom does it count?"""

import pytest

from esc_tracker import clock
from esc_tracker.journal.models import Entry
from esc_tracker.reader import reader_for
from milestones.deciding import confirm, withdraw
from milestones.models import CheckIn, Question
from milestones.questions import answer, ask, is_open, questions_for
from milestones.refusals import Incomplete, NotAllowed
from milestones.updates import post_update
from milestones.workflow import Status
from tests.factories import make_user
from tests.milestones.telling import DONE, give, in_september, milestone, say, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan")]


def entered(plcy, agency: str = "ICE-HSI") -> CheckIn:
    """Return a submission that PLCY entered from what an agency sent."""
    return CheckIn.objects.create(
        agency_id=agency, by=plcy, recorded_at=clock.now(), source_how="mail", source_who="Lee Park",
        source_on=in_september(11).date(),
    )  # fmt: skip


def verbs() -> list[str]:
    return list(Entry.objects.order_by("number").values_list("verb", flat=True))


# --- Asking ----------------------------------------------------------------------------------------------------------


def test_plcy_asks_an_agency_about_its_word(ice, plcy):
    said = say("4.3", ice)

    question = ask(said, by=plcy, text=" Which sessions were held? ")

    assert (question.milestone.code, question.update) == ("4.3", said)
    assert (question.asked_of_id, question.agency_id, question.by) == ("ICE-HSI", "PLCY", plcy)
    assert question.text == "Which sessions were held?"
    entry = Entry.objects.latest("number")
    assert (entry.verb, entry.about, entry.recorded_at) == ("milestones.ask", "4.3", question.recorded_at)
    assert entry.after == {
        "question": question.pk, "asked_of": "ICE-HSI", "of_version": 1, "text": "Which sessions were held?",
    }  # fmt: skip


def test_agency_of_a_joint_milestone_asks_the_other(cbp, usps):
    question = ask(say("5.1", usps), by=cbp, text="Which posts?")

    assert (question.asked_of_id, question.agency_id) == ("USPS", "CBP")


def test_asking_moves_no_version_and_breaks_no_silence(ice, plcy):
    said = say("4.3", ice)

    ask(said, by=plcy, text="Which sessions?")

    assert (milestone("4.3").version, milestone("4.3").current_said_at) == (1, said.recorded_at)


ONLY = "Only PLCY and the agencies that answer for this milestone ask here. You are signed in for {}."


@pytest.mark.parametrize(
    ("who", "code", "sayer", "sentence"),
    [
        ("cbp", "4.3", "ice", ONLY.format("CBP")),
        ("uspto", "4.3", "ice", ONLY.format("USPTO")),
        ("ice", "4.3", "ice", "A question goes to another agency; this is your own agency's word."),
        ("plcy", "8.1", "plcy", "A question goes to another agency; this is your own agency's word."),
        ("reader", "4.3", "ice", "Your role reads the record and does not change it."),
        ("coac", "4.3", "ice", "Your role reads the record and does not change it."),
        ("admin", "4.3", "ice", "Your role reads the record and does not change it."),
    ],
)
def test_nobody_else_asks(who, code, sayer, sentence, request, plcy):
    give("4.3", "USPTO", by=plcy, part="supporting")
    people = {"admin": "admin_user"}
    said = say(code, request.getfixturevalue(sayer))
    before = verbs()

    with pytest.raises(NotAllowed, match=sentence):
        ask(said, by=request.getfixturevalue(people.get(who, who)), text="Why?")

    assert not Question.objects.exists()
    assert verbs() == before


def test_decision_is_not_asked_about(ice, plcy, plcy2):
    say("4.3", ice, status=Status.REPORTED_COMPLETE)
    decision = confirm(milestone("4.3"), by=plcy, seen_version=1)

    with pytest.raises(NotAllowed, match="this was a decision"):
        ask(decision, by=plcy2, text="Why?")

    assert not Question.objects.exists()


def test_nothing_is_asked_about_a_closed_milestone(ice, plcy):
    said = say("4.3", ice)
    withdraw(milestone("4.3"), by=plcy, seen_version=1, remark="Not needed.")

    with pytest.raises(NotAllowed, match="this one is closed"):
        ask(said, by=plcy, text="Why?")

    assert not Question.objects.exists()


def test_agency_that_answers_for_it_no_more_is_not_asked(ice, plcy, settings):
    said = say("4.3", ice)
    milestone("4.3").responsibilities.update(assigned_until=clock.now())

    with pytest.raises(NotAllowed, match=r"ICE/HSI does not answer for this milestone\."):
        ask(said, by=plcy, text="Why?")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" \n ", "Write the question."),
        ("x" * 501, "This is 501 characters long; 500 fit."),
        ("a\x00b", "This text contains characters that cannot be kept. Please type it again."),
        ("a\u202eb", "This text contains characters that cannot be kept. Please type it again."),
    ],
)
def test_bad_question_is_refused_in_words(text, sentence, ice, plcy):
    said = say("4.3", ice)

    with pytest.raises(Incomplete) as refused:
        ask(said, by=plcy, text=text)

    assert refused.value.problems == {"text": sentence}
    assert (Question.objects.count(), verbs()[-1]) == (0, "milestones.post_update")


def test_same_question_sent_twice_on_a_day_is_one(ice, plcy, plcy2):
    with clock.at(in_september(10, 9)):
        said = say("4.3", ice)
        first = ask(said, by=plcy, text="Why?")
    with clock.at(in_september(10, 17)):
        again = ask(said, by=plcy, text="Why? ")
        of_another = ask(said, by=plcy2, text="Why?")
    with clock.at(in_september(11, 9)):
        next_day = ask(said, by=plcy, text="Why?")

    assert again == first
    assert len({first, of_another, next_day}) == Question.objects.count() == verbs().count("milestones.ask") == 3


# --- Answering -------------------------------------------------------------------------------------------------------


def test_agency_answers_what_it_was_asked(ice, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Why?")

    answered = answer(question, by=ice, text=" The trainers left. ")

    assert (answered.answer, answered.closed_by, answered.closing_update) == ("The trainers left.", ice, None)
    entry = Entry.objects.latest("number")
    assert (entry.verb, entry.about, entry.recorded_at) == ("milestones.answer", "4.3", answered.closed_at)
    assert entry.after == {"question": question.pk, "answer": "The trainers left."}


def test_plcy_enters_an_answer_from_a_named_source(ice, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Why?")
    came = entered(plcy)

    answered = answer(question, by=plcy, text="They wrote: trainers.", check_in=came)

    assert (answered.answer, answered.closed_by) == ("They wrote: trainers.", plcy)
    assert Entry.objects.latest("number").after["check_in"] == came.pk


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("cbp", "Only ICE/HSI, and PLCY from a named source in its check-in, can answer for ICE/HSI."),
        ("plcy", "Only ICE/HSI, and PLCY from a named source in its check-in, can answer for ICE/HSI."),
        ("reader", "Your role reads the record and does not change it."),
        ("coac", "Your role reads the record and does not change it."),
        ("admin_user", "Your role reads the record and does not change it."),
    ],
)
def test_nobody_else_answers(who, sentence, request, ice, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Why?")

    with pytest.raises(NotAllowed, match=sentence):
        answer(question, by=request.getfixturevalue(who), text="Because.")

    question.refresh_from_db()
    assert (question.closed_at, question.answer) == (None, "")
    assert verbs()[-1] == "milestones.ask"


@pytest.mark.parametrize("bad", ["of another agency", "without a source", "entered by a member"])
def test_source_must_be_named_and_be_the_asked_agencys(bad, ice, cbp, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Why?")
    check_in = entered(plcy, "CBP" if bad == "of another agency" else "ICE-HSI")
    if bad == "without a source":
        check_in = CheckIn.objects.create(agency_id="ICE-HSI", by=ice, recorded_at=clock.now())

    with pytest.raises(NotAllowed, match="Only ICE/HSI"):
        answer(question, by=cbp if bad == "entered by a member" else plcy, text="Because.", check_in=check_in)

    question.refresh_from_db()
    assert question.closed_at is None


def test_question_is_answered_once_and_the_second_is_told(ice, plcy):
    colleague = make_user("ice2@esc.example", agency="ICE-HSI")
    question = ask(say("4.3", ice), by=plcy, text="Why?")
    answer(question, by=ice, text="Trainers.")

    with pytest.raises(NotAllowed, match=r"This question was answered meanwhile\."):
        answer(question, by=colleague, text="Budget.")
    with pytest.raises(NotAllowed, match=r"This question was answered meanwhile\."):
        answer(question, by=ice, text="Something else.")

    question.refresh_from_db()
    assert (question.answer, question.closed_by) == ("Trainers.", ice)
    assert verbs().count("milestones.answer") == 1


def test_own_answer_sent_twice_has_one_effect(ice, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Why?")
    first = answer(question, by=ice, text="Trainers.")

    again = answer(question, by=ice, text="Trainers. ")

    assert again.closed_at == first.closed_at
    assert verbs().count("milestones.answer") == 1


@pytest.mark.parametrize(("text", "sentence"), [(" ", "Write the answer."), ("x" * 501, "This is 501 characters")])
def test_bad_answer_is_refused_in_words(text, sentence, ice, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Why?")

    with pytest.raises(Incomplete, match=sentence):
        answer(question, by=ice, text=text)

    question.refresh_from_db()
    assert question.closed_at is None


def test_question_on_a_milestone_completed_meanwhile_can_still_be_answered(ice, plcy):
    question = ask(say("4.3", ice, status=Status.REPORTED_COMPLETE), by=plcy, text="Where is the report kept?")
    confirm(milestone("4.3"), by=plcy, seen_version=1)

    assert answer(question, by=ice, text="At the IPR Center.").closed_by == ice


# --- What an update does to it ---------------------------------------------------------------------------------------


def test_new_words_of_the_asked_agency_close_its_questions(ice, plcy, plcy2):
    said = say("4.3", ice)
    asked = [ask(said, by=plcy, text="Why?"), ask(said, by=plcy2, text="Since when?")]

    update = post_update(milestone("4.3"), by=ice, seen_version=1, words=words(statement="Two trainers were hired."))

    for question in asked:
        question.refresh_from_db()
        assert (question.closed_at, question.closed_by, question.closing_update) == (update.recorded_at, ice, update)
        assert question.answer == ""


@pytest.mark.parametrize(
    "changes", [{"forecast": None}, {"outlook": "at_risk", "reason": "Counsel."}, {"waiting_on": "USPTO"}]
)
def test_any_new_word_closes_it(changes, ice, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Why?")

    post_update(milestone("4.3"), by=ice, seen_version=1, words=words(**{"outlook": "on_track", **changes}))

    question.refresh_from_db()
    assert question.closed_by == ice


def test_reporting_complete_in_the_same_words_closes_it(ice, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Is it done?")

    post_update(
        milestone("4.3"), by=ice, seen_version=1, words=words(), status=Status.REPORTED_COMPLETE, completion=DONE
    )

    question.refresh_from_db()
    assert question.closed_by == ice


def test_answer_to_what_an_update_closed_meanwhile_is_told(ice, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Why?")
    post_update(milestone("4.3"), by=ice, seen_version=1, words=words(statement="Two trainers were hired."))

    with pytest.raises(NotAllowed, match=r"This question was closed by an update meanwhile\."):
        answer(question, by=ice, text="Trainers.")

    question.refresh_from_db()
    assert question.answer == ""


def test_no_change_leaves_it_open(ice, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Why?")

    say("4.3", ice)

    question.refresh_from_db()
    assert question.closed_at is None


def test_words_of_the_other_agency_leave_it_open(cbp, usps, plcy):
    question = ask(say("5.1", usps), by=plcy, text="Which posts?")

    say("5.1", cbp)

    question.refresh_from_db()
    assert question.closed_at is None


# --- Then -----------------------------------------------------------------------------------------------------------


def test_questions_of_an_earlier_day_stand_as_they_stood(ice, plcy):
    with clock.at(in_september(9)):
        question = ask(say("4.3", ice), by=plcy, text="Why?")
    with clock.at(in_september(11)):
        answer(question, by=ice, text="Trainers.")

    then = [reader_for(ice, f"2020-09-{day}") for day in ("09", "10", "11")]

    assert [[is_open(asked, seen) for asked in questions_for(seen)] for seen in then] == [[True], [True], [False]]
    with clock.at(in_september(8)):
        say("3.1", make_user("cbp@esc.example"))
    assert list(questions_for(reader_for(ice, "2020-09-08"))) == []


def test_coac_reads_no_question(ice, plcy, coac):
    ask(say("4.3", ice), by=plcy, text="Why?")

    assert list(questions_for(reader_for(coac))) == []
