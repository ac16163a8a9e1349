"""On which report do the tests of files stand? One in which every internal field holds a word of its own."""

import json
from datetime import date

import pytest

from actions.target_dates import TargetDate
from esc_tracker import clock
from milestones.calls.calling import open_calls
from milestones.targets.revisions import decide_revision, request_revision
from milestones.updates import post_update
from milestones.workflow import Outlook, Status
from reports.models import WeeklyReport
from reports.weekly import drafting, publishing, releasing
from reports.weekly.writing import edit_line, write
from tests.milestones.telling import in_september, milestone, say, words
from tests.reports.record import begin_record, week

FROZEN: dict[str, str] = {}
TWO_LINES = "zzz-statement of counsel & <others>\n“Second line”"


@pytest.fixture
def told(db, cbp, ice, usps, plcy) -> None:
    """Two weeks: 3.1 off track in every word, 4.5 moved, 2.2 reported, 5.2 at risk with a line that is edited."""
    begin_record()
    with clock.at(in_september(2, 9)):
        open_calls(clock.now())
    with clock.at(in_september(3)):
        row = milestone("3.1")
        post_update(
            row,
            by=cbp,
            seen_version=row.version,
            words=words(
                Outlook.OFF_TRACK,
                statement=TWO_LINES,
                next_step="zzz-step",
                next_step_on=date(2020, 9, 18),
                waiting_on="zzz-waiting",
                reason="zzz-reason",
                needed="zzz-needed",
                forecast=TargetDate.day(date(2031, 3, 17)),
            ),
            status=Status.IN_PROGRESS,
            note="zzz-note",
            agency_note="zzz-ours",
        )
        say("2.2", cbp, status=Status.REPORTED_COMPLETE)
        row = milestone("5.2")
        said = words(Outlook.AT_RISK, statement="zzz-before", forecast=None, no_forecast_reason="zzz-cannot")
        post_update(row, by=usps, seen_version=row.version, words=said, status=None, completion=None)
        row = milestone("4.5")
        asked = request_revision(
            row,
            by=ice,
            seen_version=row.version,
            target=TargetDate.month(2020, 12),
            category="dependency",
            text="zzz-moved",
        )
        decide_revision(asked, by=plcy, accept=True)


@pytest.fixture
def week_36(told, plcy) -> WeeklyReport:
    """W36, corrected once: its second version is published and released, with 4.4 held back."""
    for text in ("2020-W35", "2020-W36"):
        with clock.at(week(text).cut_off):
            report = publishing_of(text, plcy)
    with clock.at(in_september(8)):
        report = drafting.correct(report, by=plcy, reason="zzz-correction")
        report = publishing.publish(report, by=plcy, tell=False)
        releasing.release(
            report,
            by=plcy,
            cleared_by="Dana Reyes, counsel",
            withheld=("4.4",),
            withheld_because="zzz-withheld",
            coac_narrative="What COAC may read.",
            tell=False,
        )
    return report


def publishing_of(text: str, plcy) -> WeeklyReport:
    """Draft a week, write into it and publish it."""
    report = drafting.draft(week(text))
    if text == "2020-W36":
        ask = {"agency": "CBP", "text": "zzz-ask", "milestone": "3.1", "by": date(2020, 9, 18)}
        report = write(report, by=plcy, narrative="zzz-narrative", asks=[ask])
        report = edit_line(report, by=plcy, code="5.2", agency="USPS", field="statement", text="zzz-edited")
    return publishing.publish(report, by=plcy, tell=False)


@pytest.fixture
def esc(request) -> dict:
    """The frozen figures of the committee's edition."""
    return json.loads(_frozen(request)["esc"])


@pytest.fixture
def coac_figures(request) -> dict:
    """The frozen figures of COAC's edition."""
    return json.loads(_frozen(request)["coac"])


def _frozen(request) -> dict[str, str]:
    """Return the texts of both editions; the record is told once a process, since what is frozen stays the same."""
    if not FROZEN:
        report = request.getfixturevalue("week_36")
        FROZEN.update(esc=report.figures, coac=report.released().figures)
    return FROZEN
