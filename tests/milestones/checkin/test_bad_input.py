"""Is every bad row refused in words, with nothing written and the others unharmed?"""

import pytest

from milestones.forms import UpdateForm
from tests.milestones.checkin.sitting import WRITTEN, hand_in, outcomes, record, row, rows_on, save_draft, update
from tests.milestones.checkin.test_page import fifty_open_milestones
from tests.milestones.telling import milestone, say

pytestmark = pytest.mark.django_db
VERSIONS = {
    "missing": None,
    "empty": "",
    "repeated": ["0", "0"],
    "in words": "zero",
    "negative": "-1",
    "yet to come": "1",
    "huge": "9" * 40,
    "a fraction": "0.0",
    "full-width": "０",
    "NUL": "0\x00",
}
FIELDS = {
    "no statement": ({"statement": " "}, "statement"),
    "long statement": ({"statement": "x" * 501}, "statement"),
    "NUL": ({"statement": "a\x00b"}, "statement"),
    "right to left": ({"next_step": "a\u202eb"}, "next_step"),
    "unknown status": ({"status": "overdue"}, "status"),
    "a status of the chair's": ({"status": "completed"}, "status"),
    "unknown outlook": ({"outlook": "splendid"}, "outlook"),
    "Feb. 30": ({"next_step_on": "2020-02-30"}, "next_step_on"),
    "forecast in 2101": ({"forecast": "2101-01"}, "forecast"),
    "overdue without a forecast": ({"forecast": ""}, "forecast"),
    "complete tomorrow": (
        {"status": "reported_complete", "completed_on": "2020-09-15", "outcome": "delivered"},
        "completed_on",
    ),
    "a link that is none": (
        {
            "status": "reported_complete",
            "completed_on": "unknown",
            "outcome": "delivered",
            "evidence_title": "Report",
            "evidence_holder": "OT",
            "evidence_link": "javascript:alert(1)",
        },
        "evidence_link",
    ),
}


@pytest.mark.parametrize(("change", "field"), FIELDS.values(), ids=FIELDS.keys())
def test_what_is_wrong_is_said_at_its_field_and_the_next_row_is_saved(client_of, cbp, change, field):
    answer = hand_in(client_of(cbp), update("3.2", **change), update("3.3"))

    assert answer.status_code == 200
    assert outcomes(answer) == {"3.2": "error", "3.3": "saved"}
    assert list(rows_on(answer)["3.2"].form.errors) == [field]
    assert (milestone("3.2").version, milestone("3.3").version) == (0, 1)


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS.keys())
@pytest.mark.parametrize("choice", ["update", "no_change"])
def test_a_version_that_is_none_refuses_its_row_alone(client_of, cbp, version, choice):
    answer = hand_in(client_of(cbp), update("3.2", version=version, choice=choice), update("3.3"))

    bad = rows_on(answer)["3.2"]
    assert outcomes(answer) == {"3.2": "error", "3.3": "saved"}
    assert bad.outcome.sentence.startswith("This row was out of date or incomplete, so it was not saved.")
    assert (bad.version, bad.form["statement"].value()) == (0, "The analysis is with counsel.")
    assert milestone("3.2").version == 0


@pytest.mark.parametrize("choice", ["splendid", "UPDATE", "\x00", ["update", "update"], ["leave", "update"]])
def test_a_choice_that_nobody_offers_is_refused_in_words(client_of, cbp, choice):
    before = record()

    answer = hand_in(client_of(cbp), update("3.2", choice=choice))

    assert answer.status_code == 200
    assert rows_on(answer)["3.2"].outcome.sentence == "Choose one of the answers offered."
    assert rows_on(answer)["3.2"].form["statement"].value() == "The analysis is with counsel."
    assert record() == before


@pytest.mark.parametrize("field", ["statement", "status", "outlook", "forecast", "note"])
def test_a_field_sent_twice_refuses_its_row(client_of, cbp, field):
    answer = hand_in(client_of(cbp), update("3.2", **{field: ["a", "b"]}))

    assert outcomes(answer) == {"3.2": "error"}
    assert milestone("3.2").version == 0


def test_words_without_a_choice_are_not_dropped_unsaid(client_of, cbp):
    answer = hand_in(client_of(cbp), update("3.2", choice="leave"), update("3.3"))

    bad = rows_on(answer)["3.2"]
    assert bad.outcome.sentence == "Something is written here: choose “Update” to send it."
    assert (bad.is_open, bad.form["statement"].value()) == (True, "The analysis is with counsel.")
    assert (milestone("3.2").version, milestone("3.3").version) == (0, 1)


def test_a_row_left_alone_with_its_words_as_they_were_is_left_alone(client_of, cbp):
    said = say("3.2", cbp)

    filled_in = {"status": said.status, "statement": said.statement, "outlook": said.outlook, "forecast": "2020-12"}
    answer = hand_in(client_of(cbp), row("3.2", "leave", **filled_in), update("3.3"))

    assert answer.status_code == 303
    assert milestone("3.2").version == 1


@pytest.mark.parametrize("code", ["99.9", "3.999", "9999.9999", "03.1", "3.1.1", "x.y", "3,1"])
def test_unknown_numbers_are_ignored(client_of, cbp, code):
    before = record()

    answer = hand_in(client_of(cbp), {f"{code}-choice": "update", f"{code}-version": "0", f"{code}-statement": "x"})

    assert answer.status_code == 200
    assert "Nothing was answered yet" in answer.content.decode()
    assert record() == before


def test_a_milestone_of_another_agency_is_refused_and_the_others_are_saved(client_of, cbp):
    answer = hand_in(client_of(cbp), update("4.3"), update("3.2"), update("8.1"))

    rows = rows_on(answer)
    assert outcomes(answer) == {"4.3": "refused", "8.1": "refused", "3.2": "saved"}
    assert rows["4.3"].outcome.sentence == "Only ICE/HSI can update this milestone. You are signed in for CBP."
    assert rows["8.1"].outcome.sentence.startswith("No agency is named for this milestone yet")
    assert (milestone("4.3").version, milestone("8.1").version, milestone("3.2").version) == (0, 0, 1)


def test_sixty_rows_are_taken_at_once(client_of, cbp):
    fifty_open_milestones(cbp)
    codes = [f"3.{100 + n}" for n in range(41)] + ["3.1", "3.2", "3.3", "5.1", "5.2", "5.3", "7.1", "2.1", "2.2"]
    blank = dict.fromkeys(set(UpdateForm.base_fields) - set(WRITTEN), "")
    strangers = ["4.3", "4.4", "4.5", "6.2", "6.3", "11.2", "8.1", "8.2", "8.3", "99.9"]

    answer = hand_in(client_of(cbp), *(update(code, **blank) for code in codes), *(
        {f"{code}-choice": "update", f"{code}-version": "0"} for code in strangers
    ))  # fmt: skip

    taken = outcomes(answer)
    assert [code for code in codes if taken.get(code) != "saved"] == []
    assert {taken[code] for code in strangers[:-1]} == {"refused"}


@pytest.mark.parametrize("act", ["", "draft"])
def test_names_that_mean_nothing_are_ignored(client_of, cbp, act):
    before = record()
    names = ("question--1-answer", "question-0-answer", "question-9999999999-answer", "due-out-1e9-answer", "3.2-",
             "-choice", "3.2-choice-choice", "3.2-password")  # fmt: skip
    strange = dict.fromkeys(names, "update")

    answer = hand_in(client_of(cbp), strange, act=act)

    assert answer.status_code in {200, 303}
    assert record() == before


@pytest.mark.parametrize("revision", ["", "-1", "x", "9" * 40, "1.5", "\x00"])
def test_a_revision_that_is_none_counts_as_none_seen(client_of, cbp, revision):
    assert save_draft(client_of(cbp), update("3.2", revision=revision)).status_code == 303
