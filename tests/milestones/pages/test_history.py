"""Is a milestone's history told in sentences, newest first, and to whom it may be told?"""

from datetime import date

import pytest

from actions.models import Action
from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from esc_tracker.reader import reader_for
from milestones.authority import Authority
from milestones.deciding import confirm, reopen, withdraw
from milestones.history import history_of
from milestones.meetings.due_outs import answer_due_out, owe
from milestones.meetings.planning import announce
from milestones.models import CheckIn, Milestone
from milestones.overdue import flag_overdue
from milestones.plan.assigning import end_part
from milestones.plan.growing import add_milestone
from milestones.questions import answer, ask
from milestones.targets.revisions import decide_revision, request_revision
from tests.milestones.pages.reading import MARKER, noon
from tests.milestones.pages.saying import milestone, report, say

pytestmark = pytest.mark.django_db


def told(code: str, user, as_of: str = "", kind: str = "") -> list[str]:
    """Return the history as `who: what`, newest first."""
    seen = reader_for(user, as_of)
    found = Milestone.objects.visible_to(seen).coded(code).get()
    lines = [line for line in history_of(found, seen) if not kind or line.kind == kind]
    return [f"{line.speaker}{f' ({line.person})' if line.person else ''}: {line.sentence}" for line in lines]


def test_history_is_told_newest_first_in_sentences(reader, month):
    assert told("4.3", reader) == [
        "ICE/HSI: Moved it from “Not started” to “In progress”.",
        "ICE/HSI: for the ESC",
        "PLCY: Accepted the new target. The target moved from Oct. 2020 to Dec. 2020 (+2 months).",
        "ICE/HSI: Asked for a new target, Dec. 2020.",
    ]


def test_reported_confirmed_and_returned_are_told_with_their_outcome(reader, month):
    assert told("2.2", reader) == [
        "PLCY: Confirmed the completion: delivered, on Aug 12, 2020, 80 days before target.",
        "PLCY: Cleared for COAC what PLCY proposed on Sep 2, 2020.",
        "PLCY: Proposed a text to be shared with COAC.",
        "CBP: Reported it complete: delivered, on Aug 12, 2020.",
    ]
    assert told("7.1", reader) == [
        "The tracker: Flagged as overdue: its target, Aug 31, 2020, had passed.",
        "PLCY: Returned the report of completion; it is in progress again.",
        "CBP: Reported it complete: delivered, on Sep 2, 2020.",
    ]


def test_responsibility_flag_and_reason_are_told(reader, month):
    found = Milestone.objects.visible_to(reader_for(reader)).coded("1.1").get()

    lines = history_of(found, reader_for(reader))

    assert [line.sentence for line in lines] == [
        "Flagged as overdue: its target, Jul 31, 2020, had passed.",
        "Named CBP as lead agency.",
    ]
    assert lines[1].quotes == (("Why", f"{MARKER} agreed"),)


def test_each_kind_of_update_has_its_sentence(reader, cbp, plan):
    common = {"statement": "One.", "no_forecast_reason": "Unclear."}
    with clock.at(noon(1)):
        say("3.1", cbp, **common)
    with clock.at(noon(2)):
        say("3.1", cbp, **common)
    with clock.at(noon(3)):
        say("3.1", cbp, **{**common, "statement": "Two."})
    with clock.at(noon(4)):
        say(
            "3.1",
            cbp,
            **{**common, "statement": "Two."},
            outlook="at_risk",
            reason="Slow.",
            forecast=TargetDate.month(2020, 10),
        )
    with clock.at(noon(5)):
        say("3.1", cbp, **{**common, "statement": "Two."}, outlook="on_track", status="in_progress")

    assert told("3.1", reader) == [
        "CBP: Moved it from “Not started” to “In progress”, changed the outlook from “At risk” to “On track”"
        " and gives no forecast any more.",
        "CBP: Changed the outlook from “On track” to “At risk” and now expects it Oct. 2020.",
        "CBP: Posted an update.",
        "CBP: Said that nothing has changed.",
        "CBP: Spoke for the first time.",
    ]


def test_reopening_and_withdrawing_are_told_with_their_reason(reader, plcy, month):
    with clock.at(noon(13)):
        reopen(milestone("2.2"), by=plcy, seen_version=2, remark="A page is missing.")
        withdraw(milestone("2.2"), by=plcy, seen_version=3, remark="Not needed.")

    found = Milestone.objects.visible_to(reader_for(reader)).coded("2.2").get()
    lines = history_of(found, reader_for(reader))[:2]

    assert [(line.sentence, line.quotes) for line in lines] == [
        ("Withdrew it from the plan.", (("", "Not needed."),)),
        ("Reopened it; it is in progress again.", (("", "A page is missing."),)),
    ]


def test_person_is_named_within_the_own_agency_and_to_plcy(reader, cbp, ice, plcy, month):
    [line] = told("3.3", reader, kind="words")
    assert line.startswith("CBP: ")
    assert told("3.3", ice, kind="words")[0].startswith("CBP: ")
    assert told("3.3", cbp, kind="words")[0].startswith("CBP (CBP): ")
    assert told("3.3", plcy, kind="words")[0].startswith("CBP (CBP): ")


def test_coac_has_no_history(coac, month):
    assert told("4.3", coac) == []


def test_history_as_of_a_day_ends_with_that_day(reader, month):
    assert told("4.3", reader, "2020-09-09") == []
    assert told("7.1", reader, "2020-09-03") == told("7.1", reader)[1:]
    assert told("1.1", reader, "2020-09-02") == []


def test_waiting_request_for_a_target_is_told_to_the_asking_agency_and_plcy_only(reader, cbp, ice, plcy, plan):
    with clock.at(noon(10)):
        asked = _ask(ice)

    waiting = {user.email: len(told("4.3", user)) for user in (reader, cbp, ice, plcy)}
    with clock.at(noon(11)):
        decide_revision(asked, by=plcy, accept=False)

    assert waiting == {reader.email: 0, cbp.email: 0, ice.email: 1, plcy.email: 1}
    assert told("4.3", reader) == [
        "PLCY: Refused the new target, Dec. 2020.",
        "ICE/HSI: Asked for a new target, Dec. 2020.",
    ]
    assert told("4.3", ice, "2020-09-10") == ["ICE/HSI (ICE-HSI): Asked for a new target, Dec. 2020."]


def test_earlier_target_is_told_as_moved_at_once(reader, ice, plan):
    request_revision(
        milestone("4.3"),
        by=ice,
        seen_version=0,
        target=TargetDate.day(date(2020, 9, 30)),
        category="scope",
        text="Sooner.",
    )

    assert told("4.3", reader) == ["ICE/HSI: The target moved from Oct. 2020 to Sept. 30, 2020 (−1 month)."]


def test_every_flag_is_told(reader, plan):
    with clock.at(noon(1)):
        flag_overdue(clock.today())

    assert told("8.1", reader) == ["The tracker: Flagged as overdue: its target, Jul 31, 2020, had passed."]


def _ask(ice):
    return request_revision(
        milestone("4.3"), by=ice, seen_version=0, target=TargetDate.month(2020, 12), category="legal", text="Counsel."
    )


# --- What the committee decided, asked and owes ----------------------------------------------------------------------


def test_decision_of_a_meeting_or_a_principal_names_who_approved_and_who_recorded_it(reader, cbp, plcy, plan):
    with clock.at(noon(12)):
        met = announce(by=plcy, title="First", held_at=noon(11))
    with clock.at(noon(13)):
        report("3.2", cbp)
        by_meeting = Authority(kind="meeting", meeting=met.number)
        confirm(milestone("3.2"), by=plcy, seen_version=1, authority=by_meeting)
        by_principal = Authority(kind="principal", principal="Dana Reyes", on=noon(12).date())
        reopen(milestone("3.2"), by=plcy, seen_version=2, remark="A page is missing.", authority=by_principal)

    assert told("3.2", plcy)[:2] == [
        "PLCY: Reopened it; it is in progress again. Decided by Dana Reyes, Sep 12, 2020; recorded by PLCY (PLCY).",
        "PLCY: Confirmed the completion: delivered, on Sep 11, 2020, 11 days after target."
        " Approved by the ESC, meeting 1; recorded by PLCY (PLCY).",
    ]
    assert told("3.2", reader)[0].endswith("Decided by Dana Reyes, Sep 12, 2020; recorded by PLCY.")


def test_question_and_answer_are_told_as_of_their_day(reader, ice, plcy, plan):
    with clock.at(noon(9)):
        question = ask(say("4.3", ice), by=plcy, text="Which posts?")
    with clock.at(noon(11)):
        answer(question, by=ice, text="All.")

    asked = "PLCY: Asked ICE/HSI a question."
    assert told("4.3", reader, kind="question") == ["ICE/HSI: Answered what PLCY asked on Sep 9, 2020.", asked]
    assert told("4.3", reader, "2020-09-10", "question") == [asked]
    assert told("4.3", reader, "2020-09-11", "question")[0].startswith("ICE/HSI: Answered")


def test_question_closed_by_an_update_or_a_withdrawal_says_so(reader, ice, plcy, plan):
    with clock.at(noon(9)):
        for code in ("4.3", "4.4"):
            ask(say(code, ice), by=plcy, text="Which posts?")
    with clock.at(noon(11)):
        say("4.3", ice, statement="Something new.")
        withdraw(milestone("4.4"), by=plcy, seen_version=1, remark="Not needed.")

    assert told("4.3", reader, kind="question") == [
        "PLCY: Asked ICE/HSI a question. Closed by what ICE/HSI said on Sep 11, 2020."
    ]
    assert told("4.4", reader, kind="question") == [
        "PLCY: Asked ICE/HSI a question. Closed as the milestone was withdrawn."
    ]
    assert told("4.3", reader, "2020-09-10", "question") == ["PLCY: Asked ICE/HSI a question."]


def test_answer_entered_by_plcy_says_so(reader, ice, plcy, plan):
    question = ask(say("4.3", ice), by=plcy, text="Which posts?")
    came = CheckIn.objects.create(
        agency_id="ICE-HSI", by=plcy, recorded_at=clock.now(), source_how="mail", source_who="Lee Park",
        source_on=noon(11).date(),
    )  # fmt: skip
    answer(question, by=plcy, text="All.", check_in=came)

    sentence = (
        "ICE/HSI: Answered what PLCY asked on Sep 14, 2020. Entered by PLCY from ICE/HSI's e-mail of Sep 11, 2020"
    )
    assert told("4.3", reader, kind="question")[0] == f"{sentence}."
    assert told("4.3", plcy, kind="question")[0] == f"{sentence} (Lee Park); typed in by PLCY."


def test_due_out_and_its_answer_are_told_as_of_their_day(reader, ice, plcy, plan):
    with clock.at(noon(9)):
        met = announce(by=plcy, title="First", held_at=noon(8))
        owed = owe(met, by=plcy, text="A list.", agency=Agency.objects.get(pk="ICE-HSI"), due_on=noon(20).date(),
                   milestone=milestone("4.3"))  # fmt: skip
    with clock.at(noon(11)):
        answer_due_out(owed, by=ice, text="Here it is.")

    written = "PLCY: Wrote down a due-out of ESC meeting 1 for ICE/HSI, due Sep 20, 2020."
    assert told("4.3", reader, "2020-09-10") == [written]
    assert told("4.3", reader) == ["ICE/HSI: Answered a due-out of ESC meeting 1.", written]


def test_withdrawal_names_what_takes_its_place(reader, plcy, plan):
    withdraw(milestone("8.1"), by=plcy, seen_version=0, remark="Merged.", superseded_by=milestone("8.2"))

    assert told("8.1", reader) == ["PLCY: Withdrew it from the plan; milestone 8.2 takes its place."]


def test_ended_part_is_told_with_reason_and_as_of_its_day(reader, cbp, plcy, plan):
    with clock.at(noon(10)):
        end_part(milestone("4.3").responsibilities.get(), by=plcy, reason="Moved to CBP.")
    found = Milestone.objects.visible_to(reader_for(plcy)).coded("4.3").get()

    [line] = history_of(found, reader_for(plcy))

    assert (line.sentence, line.person) == ("ICE/HSI is no longer lead agency.", "PLCY")
    assert line.quotes == (("Why", "Moved to CBP."),)
    with clock.at(noon(9)):
        say("3.1", cbp)
    assert told("4.3", reader, "2020-09-09") == []


def test_added_milestone_says_under_which_edition_and_why(reader, plcy, plan):
    with clock.at(noon(10)):
        added = add_milestone(
            Action.objects.get(pk=4), by=plcy, text="Train the trainers.", timeline="Dec. 2020", agencies=[],
            reason="Agreed.",
        )  # fmt: skip

    assert told(added.code, reader) == ["PLCY: Added it to the plan under edition 2."]
