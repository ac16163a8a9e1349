"""What stands on the one page, and by which rule was it chosen?"""

import json
from copy import deepcopy
from datetime import datetime
from pathlib import Path

import pytest

from esc_tracker import clock
from reports.onepage import Ask, Line, NextDate, Number, one_page_of, rank, say_as_of

SAMPLES = Path(__file__).parent / "schema_1"


@pytest.fixture
def esc() -> dict:
    """The committee's edition of a week, written under schema 1."""
    return json.loads((SAMPLES / "2020-W35-esc.json").read_text())


@pytest.fixture
def coac() -> dict:
    """COAC's edition of the same week."""
    return json.loads((SAMPLES / "2020-W35-coac.json").read_text())


def row(code: str, *, outlook: str = "none", late: int | None = None, due: str | None = None, **said) -> dict:
    """Return one row of figures, with words where something was said."""
    action, position = code.split(".")
    target = {"kind": "day", "due_on": due} if due else None
    words = {"statement": "", "next_step": "", "next_step_on": None, "waiting_on": "", "reason": "", "needed": ""}
    return {
        "code": code,
        "action": int(action),
        "position": int(position),
        "text": f"Text of {code}.",
        "agencies": [{"code": "CBP", "part": "lead", "basis": "assigned"}],
        "target": target,
        "days_overdue": late,
        "outlook": outlook,
        "summary": "",
        "words": [{**words, "agency": "CBP", "outlook": outlook, "updated_on": "2020-08-28", **said}] if said else [],
    }


def test_the_bottom_line_and_the_names_are_those_of_the_figures(esc, settings):
    settings.BASE_URL = "https://esc.example"
    esc["forward"] = "Of the six due on Aug. 31, two are on track."

    page = one_page_of(esc)

    assert page.headline == esc["headline"]
    assert page.forward == "Of the six due on Aug. 31, two are on track."
    assert (page.week, page.days, page.edition_label) == ("2020-W35", "Aug 24 – 30, 2020", "ESC edition")
    assert (page.as_of, page.since) == ("the end of Aug 30, 2020", "Aug 23, 2020")
    assert page.address == "https://esc.example/reports/2020-W35/"
    assert page.digest == esc["digest"]


def test_the_first_of_five_numbers_is_the_sum_of_the_others(esc):
    page = one_page_of(esc)

    assert page.numbers == (
        Number(30, "milestones"),
        Number(5, "completed", tone="completed"),
        Number(1, "awaiting confirmation"),
        Number(4, "overdue", tone="overdue"),
        Number(20, "open, not overdue"),
    )
    assert page.numbers[0].count == sum(number.count for number in page.numbers[1:])
    assert not page.compared


def test_numbers_are_compared_with_those_of_the_report_before(esc):
    esc["totals_before"] = {**esc["totals"], "completed": 4, "overdue": 6, "in_progress": 19, "milestones": 30}

    page = one_page_of(esc)

    assert [number.change for number in page.numbers] == [
        "no change",
        "one more",
        "no change",
        "two fewer",
        "three more",
    ]
    assert page.compared


def test_what_needs_attention_is_ranked_by_one_rule(esc):
    esc["attention"] = [
        row("9.1", outlook="off_track", due="2020-12-31"),
        row("2.1", outlook="at_risk", reason="So.", due="2020-10-31"),
        row("2.2", outlook="at_risk", needed="A reply.", due="2020-10-31"),
        row("7.1", outlook="off_track", late=3, due="2020-08-28"),
        row("3.1", outlook="at_risk", needed="A room.", late=10, due="2020-08-21"),
    ]
    esc["overdue"] = [row("1.1", late=30, due="2020-07-31"), row("3.1", late=10, due="2020-08-21"), row("1.2", late=31)]

    assert [each["code"] for each in rank(esc)] == ["7.1", "9.1", "3.1", "2.2", "1.2", "1.1", "2.1"]
    assert [each.code for each in one_page_of(esc).concerns] == ["7.1", "9.1", "3.1", "2.2", "1.2"]
    assert one_page_of(esc).more_concerns == 2


def test_a_milestone_is_told_with_what_was_said_what_comes_next_and_who_has_it(esc):
    first = one_page_of(esc).concerns[0]

    assert (first.code, first.state) == ("8.1", "At risk, 30 days overdue, target July 2020")
    assert first.said_by == "CBP, Aug 20"
    assert first.said == Line("All ports have answered; a shorter notice would save eleven days a case. (sample)")
    assert (first.next_step, first.next_on) == (Line("Proposal to counsel"), "Sep 18")
    assert first.holder == "CBP, waiting on CBP counsel"


def test_a_line_that_plcy_put_in_place_is_marked_with_the_agencys_own_beside_it(esc):
    esc["attention"][0]["words"][0]["edited"] = {"statement": "All ports have answered."}

    first = one_page_of(esc).concerns[0]

    own = "All ports have answered; a shorter notice would save eleven days a case. …"
    assert first.said == Line("All ports have answered.", own)
    assert first.said.note == f"edited by PLCY; the agency wrote: “{own}”"
    assert first.next_step.note == ""


def test_the_words_are_those_of_the_agency_whose_outlook_it_is(esc):
    both = row("1.1", outlook="at_risk", late=1, statement="Ours is done.", due="2020-08-29")
    both["agencies"].append({"code": "ICE-HSI", "part": "joint", "basis": "assigned"})
    both["words"][0]["outlook"] = "on_track"
    both["words"].append(
        {**both["words"][0], "agency": "ICE-HSI", "outlook": "at_risk", "statement": "Late.", "waiting_on": "counsel"}
    )
    esc["attention"], esc["overdue"] = [both], []

    [concern] = one_page_of(esc).concerns

    assert (concern.said_by, concern.said.text) == ("ICE/HSI, Aug 28", "Late.")
    assert concern.holder == "CBP and ICE/HSI (ICE/HSI waits on counsel)"


def test_asks_name_whom_what_and_by_when(esc):
    esc["asks"] = [
        {"agency": "", "text": "Name a contact.", "milestone": None, "by": None},
        {"agency": "ICE-HSI", "text": "Send the model.", "milestone": "6.3", "by": "2020-09-18"},
    ]

    assert one_page_of(esc).asks == (
        Ask("All principals", "Name a contact."),
        Ask("ICE/HSI", "Send the model.", "6.3", "Sep 18"),
    )


def test_what_got_done_and_what_falls_due_next_is_told(esc):
    page = one_page_of(esc)

    assert [(each.code, each.agencies, each.when) for each in page.done] == [("9.1", "USPTO", "on Aug 20, 2020")]
    assert page.dates == (NextDate("Mon, Aug 31", 6, ("3.2", "3.3", "5.2", "5.3", "6.3", "7.1"), 0),)


def test_what_finds_no_room_is_counted(esc):
    esc["completed"] = esc["completed"] * 7
    esc["asks"] = [{"agency": "CBP", "text": "Answer.", "milestone": None, "by": None}] * 6
    esc["due_soon"] = [row(f"{n}.1", due="2020-08-31") for n in range(1, 11)]
    esc["due_soon"] += [row(f"{n}.2", due=f"2020-09-0{n}") for n in range(1, 6)]

    page = one_page_of(esc)

    assert (len(page.done), page.more_done) == (5, 2)
    assert (len(page.asks), page.more_asks) == (5, 1)
    assert (page.dates[0].count, len(page.dates[0].codes), page.dates[0].more) == (10, 8, 2)
    assert (len(page.dates), page.more_dates) == (4, 2)


def test_long_words_are_cut_at_a_word(esc):
    esc["attention"][0]["words"][0]["statement"] = "word " * 200

    said = one_page_of(esc).concerns[0].said.text

    assert len(said) <= 230
    assert said.endswith("word …")


def test_coacs_page_holds_shared_fields_only(coac):
    before = deepcopy(coac)

    page = one_page_of(coac)

    assert [each.code for each in page.concerns] == ["8.1", "8.2", "8.3", "11.1"]
    assert [each.state for each in page.concerns] == ["30 days overdue, target July 2020"] * 4
    assert {(each.said_by, each.said, each.next_step, each.needed) for each in page.concerns} == {
        ("", Line(), Line(), Line())
    }
    assert [each.holder for each in page.concerns] == ["CBP", "No agency named yet", "No agency named yet", "USPTO"]
    assert page.asks == ()
    assert (page.mark, page.concerns_heading) == ("SHARED", "Overdue")
    assert coac == before


def test_coac_reads_the_shared_summary_where_there_is_one(coac):
    coac["overdue"][0]["summary"] = "All ports have answered."

    assert one_page_of(coac).concerns[0].said == Line("All ports have answered.")


def test_a_week_with_nothing_to_tell_has_no_lists(esc):
    esc |= {"attention": [], "overdue": [], "completed": [], "due_soon": []}

    page = one_page_of(esc)

    assert (page.concerns, page.asks, page.done, page.dates) == ((), (), (), ())


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2020, 8, 31, tzinfo=clock.NEW_YORK), "the end of Aug 30, 2020"),
        (datetime(2020, 9, 7, 9, 30, tzinfo=clock.NEW_YORK), "Sep 7, 2020, 09:30 New York time"),
    ],
)
def test_a_moment_is_said_as_people_say_it(moment, said):
    assert say_as_of(moment) == said
