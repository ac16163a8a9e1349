"""Does an account say what the figures of an edition hold, block by block, and nothing else?"""

import json
from datetime import date
from pathlib import Path

import pytest

from esc_tracker.accounts.models import Role
from esc_tracker.reader import Reader
from reports.account import Ask, account_of
from reports.cells import Section
from reports.definitions import VERSION

SAMPLES = Path(__file__).parents[1] / "schema_1"
PLCY = Reader(role=Role.PLCY_STAFF, today=date(2020, 9, 14))
COAC = Reader(role=Role.COAC_READER, today=date(2020, 9, 14))
STATUSES = ("not_started", "in_progress", "reported_complete", "completed", "withdrawn")


def counts(**some: int) -> dict[str, int]:
    return {"milestones": 0, "overdue": 0, **dict.fromkeys(STATUSES, 0), **some}


def words(agency: str = "CBP", **some: object) -> dict[str, object]:
    """Return an agency's words, said on Sep 11."""
    empty = dict.fromkeys(("statement", "next_step", "waiting_on", "reason", "needed", "no_forecast_reason"), "")
    dates = {"next_step_on": None, "forecast_on": None, "written_on": "2020-09-11", "updated_on": "2020-09-11"}
    return {"agency": agency, "outlook": "at_risk", **empty, **dates, **some}


def row(code: str = "3.3", *, said: list[dict[str, object]] | None = None, **some: object) -> dict[str, object]:
    """Return a milestone of CBP, due in Aug. 2020 and 14 days overdue."""
    return {
        "code": code,
        "text": "CBP will transmit its report.",
        "agencies": [{"code": "CBP", "part": "lead", "basis": "named_in_plan"}],
        "timeline": {"printed": "Aug. 2020", "kind": "month", "due_on": "2020-08-31"},
        "target": {"kind": "month", "due_on": "2020-08-31"},
        "status": "in_progress",
        "outcome": None,
        "completed_on": None,
        "overdue": True,
        "days_overdue": 14,
        "outlook": "at_risk",
        "words": [words()] if said is None else said,
        **some,
    }


def figures(**some: object) -> dict[str, object]:
    """Return an ESC edition in which nothing happened."""
    lists = ("attention", "overdue", "completed", "reported", "moved", "due_soon", "silent", "unconfirmed", "asks")
    nobodys = {"code": "unassigned", "name": "No agency named yet", **counts()}
    return {
        "schema": 2,
        "week": "2020-W37",
        "edition": "esc",
        "version": 1,
        "as_of": "2020-09-14T04:00:00+00:00",
        "since": "2020-09-07T04:00:00+00:00",
        "headline": "None of 30 milestones is overdue, as last week.",
        "forward": "",
        "narrative": "",
        "correction": "",
        "digest": "f" * 64,
        "definitions": VERSION,
        "totals": counts(milestones=30, in_progress=30, unassigned=0),
        "totals_before": None,
        "by_action": [],
        "by_agency": [nobodys],
        "call": None,
        "answers": [],
        **{name: [] for name in lists},
        **some,
    }


def coac_figures(**some: object) -> dict[str, object]:
    """Return a COAC edition in which nothing happened."""
    internal = {"attention", "silent", "unconfirmed", "asks", "correction", "call", "answers"}
    plain = {name: value for name, value in figures().items() if name not in internal}
    return plain | {"edition": "coac"} | some


def said_in(section: Section) -> list[dict[str, str]]:
    """Return the plain text of a list's rows, by column."""
    return [{column: cell.text for column, cell in told.cells} for told in section.rows]


# --- Above the lists ------------------------------------------------------------------------------------------------


def test_with_nothing_overdue_it_says_so():
    account = account_of(figures(), PLCY)

    assert account.headline == "None of 30 milestones is overdue, as last week."
    assert [each.heading for each in account.attention] == ["None is off track or at risk", "Nothing is overdue"]
    assert account.silent_heading == "No answer to a call is missing"
    assert account.unconfirmed.heading == "No completion is past target and not confirmed"
    assert [each.heading for each in account.sections] == [
        "Nothing was completed",
        "No completion awaits confirmation",
        "No target moved",
        "Nothing falls due in the next 60 days",
    ]


def test_it_looks_forward_and_tells_what_plcy_wrote():
    account = account_of(
        figures(forward="Of the 12 due on Oct. 31, nine are on track.", narrative="A good week."), PLCY
    )

    assert account.forward == "Of the 12 due on Oct. 31, nine are on track."
    assert account.narrative == "A good week."


def test_asks_say_who_what_which_milestone_and_by_when():
    account = account_of(
        figures(
            asks=[
                {"agency": "CBP", "text": "Decide on late messages.", "milestone": "3.2", "by": "2020-09-18"},
                {"agency": "", "text": "Name a contact.", "milestone": None, "by": None},
            ]
        ),
        PLCY,
    )

    assert account.asks_heading == "Two things are asked of the principals"
    assert account.asks == (
        Ask("CBP", "Decide on late messages.", "3.2", "/milestones/3.2/", "Fri, Sep 18"),
        Ask("All principals", "Name a contact.", "", "", ""),
    )


def test_totals_tell_their_change_since_the_report_before():
    before = counts(milestones=30, in_progress=28, completed=2, overdue=6, unassigned=3)
    now = counts(milestones=30, in_progress=26, completed=3, reported_complete=1, overdue=9, unassigned=2)

    account = account_of(figures(totals=now, totals_before=before), PLCY)

    assert account.is_compared
    assert {each.label: (each.count, each.change) for each in account.numbers} == {
        "milestones": (30, "no change"),
        "completed": (3, "one more"),
        "awaiting confirmation": (1, "one more"),
        "overdue": (9, "three more"),
        "open, not overdue": (17, "five fewer"),
        "without an agency": (2, "one fewer"),
    }


def test_the_first_report_compares_with_nothing():
    account = account_of(figures(), PLCY)

    assert not account.is_compared
    assert {each.change for each in account.numbers} == {""}


@pytest.mark.parametrize(
    ("some", "said"),
    [
        ({"version": 1}, ""),
        ({"version": 2, "correction": "3.2 was reported late."}, "Version 2, a correction: 3.2 was reported late."),
        ({"version": 3, "correction": "Wrong date"}, "Version 3, a correction: Wrong date."),
    ],
)
def test_a_correction_says_why(some, said):
    assert account_of(figures(**some), PLCY).about_version == said


def test_coac_reads_that_it_is_another_version_and_not_why():
    assert account_of(coac_figures(version=2), COAC).about_version == "This is version 2 of this report."


# --- What needs attention -------------------------------------------------------------------------------------------


def test_off_track_says_why_what_is_needed_and_what_comes_next():
    said = words(
        reason="CBP and State disagree.",
        needed="A decision by the ESC.",
        next_step="Decision on the score",
        next_step_on="2020-09-23",
        waiting_on="the ESC",
        outlook="off_track",
    )

    [off_track, _] = account_of(figures(attention=[row(said=[said], outlook="off_track")]), PLCY).attention

    assert off_track.heading == "One milestone is off track or at risk"
    assert said_in(off_track) == [
        {
            "Target": "Aug. 2020",
            "Outlook": "Off track",
            "Why, what is needed and what comes next": (
                "CBP: CBP and State disagree.\n"
                "CBP needs: A decision by the ESC.\n"
                "Next: Decision on the score, by Sep 23, waiting on the ESC"
            ),
        }
    ]


def test_overdue_says_by_how_many_days_what_was_said_and_when_it_is_expected():
    said = words(statement="With counsel.", forecast_on="2020-10-31")

    [_, overdue] = account_of(figures(overdue=[row(said=[said]), row("8.2", said=[], outlook="none")]), PLCY).attention

    assert overdue.heading == "Two milestones are overdue"
    assert said_in(overdue) == [
        {
            "Was due": "Aug. 2020",
            "Overdue": "14 days",
            "Outlook": "At risk",
            "What was said": "CBP, Sep 11: With counsel.\nCBP expects to finish by Oct 31",
        },
        {"Was due": "Aug. 2020", "Overdue": "14 days", "Outlook": "No word yet", "What was said": "Nothing yet"},
    ]


def test_a_day_of_another_year_says_which():
    said = words(statement="With counsel.", next_step="Clearance", next_step_on="2021-01-08", forecast_on="2031-03-17")
    asked = {"agency": "", "text": "Decide.", "milestone": None, "by": "2021-01-08"}

    account = account_of(figures(attention=[row(said=[said])], overdue=[row(said=[said])], asks=[asked]), PLCY)

    attention, overdue = account.attention
    assert said_in(attention)[0]["Why, what is needed and what comes next"] == "Next: Clearance, by Jan 8, 2021"
    assert said_in(overdue)[0]["What was said"].endswith("CBP expects to finish by Mar 17, 2031")
    assert account.asks[0].by == "Fri, Jan 8, 2021"


def test_silence_is_told_by_agency_with_what_was_asked():
    account = account_of(
        figures(
            silent=[row("4.3", agency="ICE-HSI", call="2020-W37"), row("4.5", agency="ICE-HSI", call="2020-W37")],
            call={"week": "2020-W37", "due_at": "2020-09-11T16:00:00+00:00"},
            answers=[
                {"agency": "CBP", "asked": 8, "answered": 8, "silent": 0},
                {"agency": "ICE-HSI", "asked": 5, "answered": 3, "silent": 2},
            ],
        ),
        PLCY,
    )

    assert account.silent_heading == "Two answers to the call are missing"
    assert account.silent_lead == (
        "Eleven of 13 answers to the call of Sep 7 – 13 came. CBP answered on all of its milestones."
    )
    [ice] = account.silent
    assert (ice.agency, ice.count, ice.asked) == ("ICE/HSI", 2, 5)
    assert ice.milestones == (("4.3", "/milestones/4.3/"), ("4.5", "/milestones/4.5/"))


def test_past_target_unconfirmed_counts_working_days():
    late = row(status="reported_complete", working_days=12, said=[words(statement="It is done.")])

    unconfirmed = account_of(figures(unconfirmed=[late]), PLCY).unconfirmed

    assert unconfirmed.heading == "One completion is past target and not confirmed"
    assert said_in(unconfirmed) == [
        {"Target": "Aug. 2020", "Past target": "12 working days", "What was said": "CBP, Sep 11: It is done."}
    ]


# --- Since the report before, and next ------------------------------------------------------------------------------


def test_a_completion_says_when_with_what_outcome_and_how_late():
    done = row(completed_kind="day", completed_on="2020-09-09", outcome="delivered")

    [completed, *_] = account_of(figures(completed=[done]), PLCY).sections

    assert completed.heading == "One milestone was completed"
    assert said_in(completed) == [
        {"Completed": "On Sep 9, 2020", "Outcome": "Delivered", "Against its target": "9 days after target"}
    ]


def test_a_moved_target_says_from_where_to_where_and_why():
    moved = row(
        moved_from={"kind": "month", "due_on": "2020-08-31"},
        target={"kind": "month", "due_on": "2020-12-31"},
        revisions=[{"category": "dependency", "reason": "It waits for 4.3."}],
    )

    account = account_of(figures(moved=[moved]), PLCY)

    [told] = said_in(account.sections[2])
    assert (told["From"], told["To"]) == ("Aug. 2020", "Dec. 2020")
    assert told["Why"].endswith(": It waits for 4.3.")


def test_what_falls_due_says_on_which_day_and_what_comes_next():
    soon = row(target={"kind": "month", "due_on": "2020-10-31"}, said=[words(next_step="Draft", outlook="on_track")])

    [told] = said_in(account_of(figures(due_soon=[soon]), PLCY).sections[3])

    assert told == {"Due": "Oct. 2020 (due Sat, Oct 31)", "Outlook": "At risk", "What comes next": "CBP: Draft"}


def test_what_nobody_is_named_for_stands_apart_from_the_agencies():
    by_agency = [
        {"code": "CBP", "name": "CBP", **counts(milestones=13, overdue=6, in_progress=13)},
        {"code": "unassigned", "name": "No agency named yet", **counts(milestones=6, in_progress=6)},
    ]

    account = account_of(figures(by_agency=by_agency), PLCY)

    assert [each.label for each in account.agencies] == ["CBP"]
    assert [(each.label, each.words) for each in account.nobodys] == [("No agency named yet", "0 of 6 done")]


# --- Lines that PLCY replaced ---------------------------------------------------------------------------------------


def test_an_edited_line_is_marked_and_stands_beside_the_agencys_own():
    said = words(
        reason="Counsel is slow.",
        needed="Time.",
        next_step="OCC clearance",
        next_step_on="2020-09-25",
        edited={"reason": "Clearance takes long.", "next_step": "Clearance by counsel"},
    )

    [attention, _] = account_of(figures(attention=[row(said=[said])]), PLCY).attention

    [(*_, (_, cell))] = [told.cells for told in attention.rows]
    assert cell.text == (
        "CBP: Clearance takes long. (edited by PLCY)\n"
        "CBP wrote: “Counsel is slow.”\n"
        "CBP needs: Time.\n"
        "Next: Clearance by counsel, by Sep 25 (edited by PLCY)\n"
        "CBP wrote: “OCC clearance”"
    )
    assert cell.html.count('<span class="esc-edited">edited by PLCY</span>') == 2
    assert '<p class="esc-own">CBP wrote: “Counsel is slow.”</p>' in cell.html


def test_text_of_people_is_shown_as_text():
    said = words(statement="<b>Bold</b>", edited={"statement": "<script>alert(1)</script>"})

    [_, overdue] = account_of(figures(overdue=[row(said=[said])]), PLCY).attention

    [(*_, (_, cell))] = [told.cells for told in overdue.rows]
    assert "<script>" not in cell.html
    assert "<b>" not in cell.html
    assert cell.text == "CBP, Sep 11: <script>alert(1)</script> (edited by PLCY)\nCBP wrote: “<b>Bold</b>”"


# --- Editions and schemas -------------------------------------------------------------------------------------------


def test_the_lists_of_coac_hold_shared_columns_only():
    late = {name: value for name, value in row().items() if name not in {"words", "outlook"}}

    account = account_of(coac_figures(overdue=[late]), COAC)

    assert (account.attention, account.silent, account.unconfirmed, account.asks) == ((), (), None, ())
    assert account.sections[0].heading == "One milestone is overdue"
    assert [each.columns for each in account.sections] == [
        ("Was due", "Overdue"),
        ("Completed", "Outcome", "Against its target"),
        ("Target",),
        ("From", "To"),
        ("Due",),
    ]
    assert {"attention", "unconfirmed", "silent"}.isdisjoint(term.anchor for term in account.defined)


@pytest.mark.parametrize("edition", ["esc", "coac"])
def test_a_report_of_the_first_schema_is_told_too(edition):
    old = json.loads((SAMPLES / f"2020-W35-{edition}.json").read_text())

    account = account_of(old, PLCY if edition == "esc" else COAC)

    assert account.headline == old["headline"]
    assert (account.forward, account.is_compared, account.unconfirmed) == ("", False, None)
    assert (account.definitions, account.is_defined_as_now) == (None, False)


def test_numbers_are_defined_by_the_version_that_held_when_it_was_drawn_up():
    now, then = account_of(figures(definitions=VERSION), PLCY), account_of(figures(definitions=VERSION - 1), PLCY)

    assert now.is_defined_as_now
    assert not then.is_defined_as_now
    assert [term.anchor for term in now.defined][:2] == ["overdue", "open"]
