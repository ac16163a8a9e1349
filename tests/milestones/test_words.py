"""Is every update asked for exactly what is missing, and for nothing else?"""

from dataclasses import replace
from datetime import date

import pytest

from actions.target_dates import TargetDate
from milestones.words import Completion, Words, has_control_characters, problems_with
from milestones.workflow import CompletedKind, Outcome, Outlook, Status

TODAY = date(2020, 9, 14)
GOOD = Words(statement="The rule is being drafted.", outlook=Outlook.ON_TRACK)


def ask(words=GOOD, *, status=Status.IN_PROGRESS, overdue=False, completion=None):
    return problems_with(words, status=status, overdue=overdue, completion=completion, today=TODAY)


def test_a_statement_and_an_outlook_are_enough():
    assert ask() == {}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"statement": ""}, {"statement"}),
        ({"statement": " \n\t "}, {"statement"}),
        ({"outlook": ""}, {"outlook"}),
        ({"outlook": "green"}, {"outlook"}),
        ({"outlook": "none"}, {"outlook"}),
        ({"outlook": Outlook.AT_RISK}, {"reason"}),
        ({"outlook": Outlook.AT_RISK, "reason": "  "}, {"reason"}),
        ({"outlook": Outlook.AT_RISK, "reason": "Counsel."}, set()),
        ({"outlook": Outlook.OFF_TRACK}, {"reason", "needed"}),
        ({"outlook": Outlook.OFF_TRACK, "reason": "Counsel."}, {"needed"}),
        ({"outlook": Outlook.OFF_TRACK, "reason": "Counsel.", "needed": "A decision."}, set()),
        ({"statement": "x" * 500}, set()),
        ({"statement": "x" * 501}, {"statement"}),
        ({"next_step": "x" * 200}, set()),
        ({"next_step": "x" * 201}, {"next_step"}),
        ({"waiting_on": "x" * 201}, {"waiting_on"}),
        ({"reason": "x" * 501}, {"reason"}),
        ({"needed": "x" * 501}, {"needed"}),
        ({"no_forecast_reason": "x" * 201}, {"no_forecast_reason"}),
        ({"statement": "NUL \x00 inside"}, {"statement"}),
        ({"next_step": "\x1b[31m"}, {"next_step"}),
        ({"reason": "turned \u202e around"}, {"reason"}),
        ({"waiting_on": "alone \ud800"}, {"waiting_on"}),
        ({"statement": "two\nlines\tand a tab\r\n"}, set()),
        ({"statement": "Señor “curly” — dash 漢字 🛃 \u200d"}, set()),
    ],
)
def test_what_is_missing_or_wrong_is_named_by_its_field(changes, fields):
    assert set(ask(replace(GOOD, **changes))) == fields


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, {"forecast"}),
        ({"no_forecast_reason": " "}, {"forecast"}),
        ({"forecast": TargetDate.month(2020, 12)}, set()),
        ({"no_forecast_reason": "It hangs on a court."}, set()),
    ],
)
def test_an_update_of_an_overdue_milestone_says_when_or_why_not(changes, fields):
    assert set(ask(replace(GOOD, **changes), overdue=True)) == fields


@pytest.mark.parametrize(
    ("completion", "fields"),
    [
        (None, {"completed_on"}),
        (Completion.when(None, Outcome.DELIVERED), set()),
        (Completion.when(TargetDate.day(TODAY), Outcome.CONTINUING), set()),
        (Completion.when(TargetDate.day(date(2020, 9, 15)), Outcome.DELIVERED), {"completed_on"}),
        (Completion.when(TargetDate.month(2020, 9), Outcome.SUPERSEDED), set()),
        (Completion.when(TargetDate.month(2020, 10), Outcome.DELIVERED), {"completed_on"}),
        (Completion.when(TargetDate.day(TODAY), ""), {"outcome"}),
        (Completion.when(TargetDate.day(TODAY), "done"), {"outcome"}),
        (Completion.when(TargetDate.month(2021, 1), "done"), {"completed_on", "outcome"}),
    ],
)
def test_reporting_complete_says_when_and_with_what_outcome(completion, fields):
    assert set(ask(status=Status.REPORTED_COMPLETE, completion=completion)) == fields


def test_problems_are_sentences():
    words = Words(statement="", outlook=Outlook.OFF_TRACK)

    problems = ask(words, status=Status.REPORTED_COMPLETE, overdue=True)

    assert set(problems) == {"statement", "reason", "needed", "forecast", "completed_on"}
    assert all(text[0].isupper() and text.endswith((".", '"unknown".')) for text in problems.values())


def test_completion_keeps_how_exactly_the_day_is_known():
    kinds = [Completion.when(when, "delivered") for when in (TargetDate.day(TODAY), TargetDate.month(2020, 8), None)]

    assert [(each.kind, each.on) for each in kinds] == [
        (CompletedKind.DAY, TODAY),
        (CompletedKind.MONTH, date(2020, 8, 31)),
        (CompletedKind.UNKNOWN, None),
    ]


def test_words_become_columns():
    columns = replace(GOOD, forecast=TargetDate.month(2020, 10)).columns()

    assert (columns["forecast_kind"], columns["forecast_on"]) == ("month", date(2020, 10, 31))
    assert "forecast" not in columns
    assert GOOD.columns()["forecast_kind"] is None


@pytest.mark.parametrize("text", ["", "plain", "tab\tand\nbreak", "é—“”", "👩‍💻"])
def test_people_may_write_as_they_do(text):
    assert not has_control_characters(text)


@pytest.mark.parametrize("text", ["\x00", "a\x07", "\x7f", "\x85", "\ud800", "\u202e", "\u2066x"])
def test_what_cannot_be_kept_is_seen(text):
    assert has_control_characters(text)
