"""Does an edited line stand beside the agency's own, and only as long as that is the line that was edited?"""

from typing import Any

from reports.written import edit_lines, outdated


def row(code: str = "4.3", **words: str) -> dict[str, Any]:
    own = {"agency": "CBP", "statement": "We are drafting.", "next_step": "", "reason": "", "needed": ""}
    return {"code": code, "words": [own | words, {"agency": "USPS", "statement": "We are drafting."}]}


def edit(**facts: str) -> dict[str, str]:
    plain = {"code": "4.3", "agency": "CBP", "field": "statement", "own": "We are drafting.", "text": "Drafting."}
    return plain | facts


def edited(rows: list[dict[str, Any]]) -> list[dict[str, str] | None]:
    return [said.get("edited") for each in rows for said in each["words"]]


def test_an_edited_line_stands_beside_the_own_line_of_that_agency_only():
    rows = [row(), row("4.4")]

    edit_lines(rows, [edit()])

    assert edited(rows) == [{"statement": "Drafting."}, None, None, None]
    assert rows[0]["words"][0]["statement"] == "We are drafting."


def test_several_lines_of_the_same_words_can_be_edited():
    rows = [row(reason="Counsel has not answered.")]

    edit_lines(rows, [edit(), edit(field="reason", own="Counsel has not answered.", text="Waits for counsel.")])

    assert edited(rows) == [{"statement": "Drafting.", "reason": "Waits for counsel."}, None]


def test_an_edit_of_words_that_are_others_by_now_is_left_out_and_named():
    rows, stale = [row(statement="We sent the draft.")], edit()

    edit_lines(rows, [stale])

    assert edited(rows) == [None, None]
    assert outdated(rows, [stale]) == [stale]


def test_an_edit_that_fits_a_line_is_not_outdated_wherever_the_row_stands():
    assert outdated([row("4.4"), row()], [edit()]) == []
    assert outdated([row("4.4")], [edit()]) == [edit()]
    assert outdated([], []) == []


def test_rows_without_words_are_left_as_they_are():
    rows = [{"number": 1, "milestones": 3}, {"on": "2020-09-13"}]

    edit_lines(rows, [edit()])

    assert rows == [{"number": 1, "milestones": 3}, {"on": "2020-09-13"}]
