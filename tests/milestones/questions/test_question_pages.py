"""Do the pages ask and answer as the doors do, say what happened, and lose no text?"""

import pytest

from milestones.deciding import confirm
from milestones.models import Question
from milestones.questions import answer, ask
from milestones.workflow import Status
from tests.factories import make_user
from tests.milestones.pages.reading import text_of, words_of
from tests.milestones.telling import milestone, say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan")]
ASK = "/milestones/4.3/ask/"


def answer_path(question: Question) -> str:
    return f"/milestones/{question.milestone.code}/questions/{question.pk}/answer/"


# --- Asking ----------------------------------------------------------------------------------------------------------


def test_ask_page_shows_the_word_and_what_was_asked_already(client_of, ice, plcy):
    ask(say("4.3", ice), by=plcy, text="Which posts?")

    page = client_of(plcy).get(ASK)

    words = words_of(page)
    assert "Ask ICE/HSI about milestone 4.3" in words
    assert "“The rule is being drafted.”" in words
    assert "Asked already, without an answer so far “Which posts?” PLCY, Sep 14" in words
    assert 'name="update" value="1"' in text_of(page)


def test_asking_saves_says_so_and_leads_back(client_of, ice, plcy):
    say("4.3", ice)

    sent = client_of(plcy).post(ASK, {"update": "1", "text": "Which posts?"}, follow=True)

    question = Question.objects.get()
    assert (question.text, question.update.version, question.by) == ("Which posts?", 1, plcy)
    assert sent.redirect_chain == [("/milestones/4.3/", 302)]
    assert "Saved: ICE/HSI is asked about 4.3." in text_of(sent)


def test_an_earlier_word_can_be_asked_about_and_a_newer_one_is_told(client_of, ice, plcy):
    say("4.3", ice)
    say("4.3", ice, outlook="at_risk")

    shown = client_of(plcy).get(f"{ASK}?update=1")
    sent = client_of(plcy).post(ASK, {"update": "1", "text": "Which posts?"}, follow=True)

    assert 'name="update" value="1"' in text_of(shown)
    assert Question.objects.get().update.version == 1
    assert "It said something new meanwhile: read it on 4.3." in text_of(sent)


def test_default_is_the_latest_word_of_another_agency(client_of, cbp, usps, plcy):
    say("5.1", usps)
    say("5.1", cbp)

    asked_by = {user.email: text_of(client_of(user).get("/milestones/5.1/ask/")) for user in (cbp, usps, plcy)}

    assert "<h1>Ask USPS about" in asked_by[cbp.email]
    assert "<h1>Ask CBP about" in asked_by[usps.email]
    assert "<h1>Ask CBP about" in asked_by[plcy.email]
    assert 'href="/milestones/5.1/ask/?update=1">Ask USPS about its word instead' in asked_by[plcy.email]
    assert "instead</a>" not in asked_by[cbp.email]


def test_question_that_says_nothing_is_refused_in_words(client_of, ice, plcy):
    say("4.3", ice)

    sent = client_of(plcy).post(ASK, {"update": "1", "text": " "})

    assert sent.status_code == 200
    assert "Nothing was asked. One thing needs another look." in words_of(sent)
    assert "Write the question." in words_of(sent)
    assert not Question.objects.exists()


def test_form_that_names_no_word_asks_nothing_and_keeps_the_text(client_of, ice, plcy):
    say("4.3", ice)

    sent = client_of(plcy).post(ASK, {"text": "Which posts?"})

    assert sent.status_code == 400
    assert "Which posts?" in text_of(sent)
    assert not Question.objects.exists()


@pytest.mark.parametrize("version", ["2", "x", "0", "-1", "99999999999", "1%00"])
def test_what_is_no_word_of_the_milestone_is_not_found(version, client_of, ice, plcy):
    say("4.3", ice, status=Status.REPORTED_COMPLETE)
    confirm(milestone("4.3"), by=plcy, seen_version=1)

    assert client_of(plcy).get(f"{ASK}?update={version}").status_code == 404


def test_milestone_closed_while_asking_is_told_and_the_text_kept(client_of, ice, plcy, plcy2):
    say("4.3", ice, status=Status.REPORTED_COMPLETE)
    confirm(milestone("4.3"), by=plcy2, seen_version=1)

    sent = client_of(plcy).post(ASK, {"update": "1", "text": "Where is it kept?"})

    assert sent.status_code == 409
    assert "Questions are asked while a milestone is open; this one is closed." in words_of(sent)
    assert "Where is it kept?" in text_of(sent)
    assert not Question.objects.exists()


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("cbp", "Only PLCY and the agencies that answer for this milestone ask here."),
        ("reader", "Your role reads the record and does not change it."),
        ("coac", "This page is for"),
        ("admin_user", "Administrators seat people"),
    ],
)
@pytest.mark.parametrize("verb", ["get", "post"])
def test_nobody_else_asks_by_page(verb, who, sentence, request, client_of, ice):
    say("4.3", ice)

    sent = {"update": "1", "text": "Why?"} if verb == "post" else {}
    answered = getattr(client_of(request.getfixturevalue(who)), verb)(ASK, sent)

    assert answered.status_code == 403
    assert sentence in text_of(answered)
    assert not Question.objects.exists()


def test_own_word_is_not_asked_about(client_of, ice):
    say("4.3", ice)
    client = client_of(ice)

    shown, sent = client.get(ASK), client.post(ASK, {"update": "1", "text": "Why?"})

    assert [page.status_code for page in (shown, sent)] == [403, 403]
    assert "No other agency has said anything about this milestone yet" in text_of(shown)
    assert "A question goes to another agency" in text_of(sent)
    assert not Question.objects.exists()


@pytest.mark.parametrize("code", ["4.3", "8.1"])
def test_nothing_said_yet_is_nothing_to_ask_about(code, client_of, plcy):
    say("8.1", plcy)

    answered = client_of(plcy).get(f"/milestones/{code}/ask/")

    assert answered.status_code == 403
    assert "No other agency has said anything about this milestone yet" in text_of(answered)


# --- Answering -------------------------------------------------------------------------------------------------------


def test_answer_page_shows_question_and_word_and_saves_the_answer(client_of, ice, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Which posts?")

    shown = words_of(client_of(ice).get(answer_path(question)))
    sent = client_of(ice).post(answer_path(question), {"text": "Five posts."}, follow=True)

    assert "PLCY asks about milestone 4.3" in shown
    assert "“Which posts?”" in shown
    assert "“The rule is being drafted.”" in shown
    question.refresh_from_db()
    assert (question.answer, question.closed_by) == ("Five posts.", ice)
    assert "Saved: your answer on 4.3." in text_of(sent)


def test_answered_meanwhile_is_told_with_both_texts(client_of, ice, plcy):
    colleague = make_user("ice2@esc.example", agency="ICE-HSI")
    question = ask(say("4.3", ice), by=plcy, text="Which posts?")
    answer(question, by=ice, text="Five posts.")

    sent = client_of(colleague).post(answer_path(question), {"text": "Six posts."})

    words = words_of(sent)
    assert sent.status_code == 409
    assert "Your answer was not saved. This question was answered meanwhile." in words
    assert "Answered on Sep 14, 2020 “Five posts.”" in words
    assert "You wrote: “Six posts.”" in words
    question.refresh_from_db()
    assert question.answer == "Five posts."


def test_answer_sent_twice_is_simply_saved(client_of, ice, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Which posts?")
    client = client_of(ice)

    answers = [client.post(answer_path(question), {"text": "Five posts."}).status_code for _ in range(2)]

    assert answers == [302, 302]


def test_question_closed_by_an_update_says_so(client_of, ice, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Which posts?")
    say("4.3", ice, outlook="at_risk")

    words = words_of(client_of(ice).get(answer_path(question)))

    assert "Closed by an update on Sep 14, 2020 “The rule is being drafted.”" in words
    assert "Save this answer" not in words


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("cbp", "Only ICE/HSI, and PLCY from a named source in its check-in, can answer for ICE/HSI."),
        ("plcy", "Only ICE/HSI, and PLCY from a named source in its check-in, can answer for ICE/HSI."),
        ("reader", "Your role reads the record and does not change it."),
        ("coac", "This page is for"),
        ("admin_user", "Administrators seat people"),
    ],
)
@pytest.mark.parametrize("verb", ["get", "post"])
def test_nobody_else_answers_by_page(verb, who, sentence, request, client_of, ice, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Which posts?")

    answered = getattr(client_of(request.getfixturevalue(who)), verb)(answer_path(question), {"text": "Five."})

    assert answered.status_code == 403
    assert sentence in text_of(answered)
    question.refresh_from_db()
    assert question.closed_at is None


def test_question_of_another_milestone_is_not_found(client_of, ice, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Which posts?")

    assert client_of(ice).get(f"/milestones/4.4/questions/{question.pk}/answer/").status_code == 404
    assert client_of(ice).get("/milestones/4.3/questions/0/answer/").status_code == 404


def test_nothing_is_asked_or_answered_on_an_earlier_day(client_of, ice, plcy):
    question = ask(say("4.3", ice), by=plcy, text="Which posts?")
    day = "?as_of=2020-09-14"

    asked = client_of(plcy).post(f"{ASK}{day}", {"update": "1", "text": "Why?"})
    answered = client_of(ice).post(f"{answer_path(question)}{day}", {"text": "Five."})

    assert [page.status_code for page in (asked, answered)] == [403, 403]
    assert "nothing can be changed here" in text_of(asked)
    question.refresh_from_db()
    assert (Question.objects.count(), question.closed_at) == (1, None)


def test_question_pages_take_few_queries(client_of, ice, plcy, django_assert_num_queries):
    question = ask(say("4.3", ice), by=plcy, text="Which posts?")
    asking, answering = client_of(plcy), client_of(ice)

    with django_assert_num_queries(8):
        text_of(asking.get(f"{ASK}?update=1"))
    with django_assert_num_queries(8):
        text_of(answering.get(answer_path(question)))
