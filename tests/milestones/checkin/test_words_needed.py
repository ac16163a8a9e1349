"""When is "no change" not enough, and does the page know it before the record says so?"""

from datetime import datetime, timedelta

import pytest

from esc_tracker import clock
from milestones.checkin.typed import Choice
from milestones.updates import post_update
from tests.milestones.checkin.sitting import call_weekly, hand_in, outcomes, record, row, rows_on, update
from tests.milestones.telling import milestone, say, words

pytestmark = pytest.mark.django_db
SAY_IT_ANEW = "This milestone is overdue, and the last three calls brought no new words on it. Say where it stands now."
A_MONTH_AGO = datetime(2020, 8, 13, 12, tzinfo=clock.NEW_YORK)  # Thursday of W33; W34, W35 and W36 follow
FIRST_CALL = datetime(2020, 8, 19, 12, tzinfo=clock.NEW_YORK)


def tell(by, code: str, *, calls: int) -> None:
    """Say something on Aug 13, then nothing new in so many weekly calls."""
    with clock.at(A_MONTH_AGO):
        say(code, by)
    call_weekly(FIRST_CALL, calls)


@pytest.mark.parametrize("calls", [0, 1, 2, 3, 4])
def test_after_three_calls_without_words_an_overdue_milestone_needs_them(client_of, cbp, calls):
    tell(cbp, "3.2", calls=calls)

    page = client_of(cbp).get("/check-in/")

    enough = calls < 3
    shown = rows_on(page)["3.2"]
    assert [choice for choice, _ in shown.choices] == (
        [Choice.LEAVE, Choice.NO_CHANGE, Choice.UPDATE] if enough else [Choice.LEAVE, Choice.UPDATE]
    )
    assert shown.why_words == ("" if enough else SAY_IT_ANEW)
    assert (SAY_IT_ANEW in page.content.decode()) is not enough


@pytest.mark.parametrize("calls", [2, 3])
def test_the_record_and_the_page_agree_on_it(client_of, cbp, calls):
    tell(cbp, "3.2", calls=calls)
    offered = rows_on(client_of(cbp).get("/check-in/"))["3.2"].why_words == ""

    answer = hand_in(client_of(cbp), row("3.2"))

    assert (answer.status_code == 303) is offered


def test_saying_no_change_in_each_call_is_saying_nothing_new(client_of, cbp):
    with clock.at(A_MONTH_AGO):
        say("3.2", cbp)
    for week in range(3):
        call_weekly(FIRST_CALL + timedelta(weeks=week), 1)
        with clock.at(FIRST_CALL + timedelta(weeks=week, days=1)):
            say("3.2", cbp)
    before = record()

    answer = hand_in(client_of(cbp), row("3.2"))

    shown = rows_on(answer)["3.2"]
    assert answer.status_code == 200
    assert record() == before
    assert (shown.outcome.kind, shown.choice, shown.is_open) == ("error", Choice.UPDATE, True)
    assert shown.form.errors == {"statement": [SAY_IT_ANEW]}
    assert shown.form["statement"].value() == "The rule is being drafted."


def test_new_words_end_it(client_of, cbp):
    tell(cbp, "3.2", calls=3)

    assert hand_in(client_of(cbp), update("3.2")).status_code == 303
    assert rows_on(client_of(cbp).get("/check-in/"))["3.2"].why_words == ""
    assert hand_in(client_of(cbp), row("3.2")).status_code == 303


def test_the_old_words_sent_as_an_update_are_not_new(client_of, cbp):
    tell(cbp, "3.2", calls=3)

    answer = hand_in(client_of(cbp), update("3.2", status="not_started", statement="The rule is being drafted."))

    assert rows_on(answer)["3.2"].form.errors == {"statement": [SAY_IT_ANEW]}
    assert milestone("3.2").version == 1


def test_a_milestone_that_is_not_overdue_needs_no_new_words(client_of, cbp):
    tell(cbp, "5.1", calls=4)

    assert rows_on(client_of(cbp).get("/check-in/"))["5.1"].why_words == ""
    assert hand_in(client_of(cbp), row("5.1")).status_code == 303


def test_where_nothing_was_said_there_is_nothing_to_confirm(client_of, cbp):
    before = record()
    shown = rows_on(client_of(cbp).get("/check-in/"))["5.1"]

    answer = hand_in(client_of(cbp), row("5.1"))

    assert [choice for choice, _ in shown.choices] == [Choice.LEAVE, Choice.UPDATE]
    assert outcomes(answer) == {"5.1": "error"}
    assert list(rows_on(answer)["5.1"].form.errors) == ["outlook", "statement"]
    assert record() == before


def test_words_that_have_become_incomplete_are_not_offered_again(client_of, cbp):
    with clock.at(A_MONTH_AGO):
        post_update(milestone("3.2"), by=cbp, seen_version=0, words=words(forecast=None, no_forecast_reason=""))

    shown = rows_on(client_of(cbp).get("/check-in/"))["3.2"]

    assert shown.why_words == "This milestone is overdue: say when you now expect it, or why you cannot say."
    assert hand_in(client_of(cbp), row("3.2")).status_code == 200
    assert milestone("3.2").version == 1
