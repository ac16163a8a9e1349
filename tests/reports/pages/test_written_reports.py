"""Does a report's page show what PLCY wrote into it, and to COAC nothing of what is internal?"""

from datetime import date

import pytest

from milestones.updates import post_update
from milestones.workflow import Outlook, Status
from reports.models import WeeklyReport
from reports.weekly import drafting, publishing, releasing
from reports.weekly.writing import edit_line, write
from tests.milestones.telling import milestone, words
from tests.reports.pages.reading import headings_of, words_of

pytestmark = pytest.mark.django_db

CANARY = "CANARY"
ASK = {"agency": "CBP", "text": "Decide how late messages count.", "milestone": "3.1", "by": date(2020, 9, 18)}
WHY = "3.1 was counted twice"


def newest(week: str) -> WeeklyReport:
    return WeeklyReport.objects.filter(week=week).latest("version")


@pytest.fixture
def corrected(week_37, plcy) -> WeeklyReport:
    """W36 published in a second version, W37 still a draft."""
    second = drafting.correct(newest("2020-W36"), by=plcy, reason=WHY)
    publishing.publish(second, by=plcy, tell=False)
    return newest("2020-W36")


# --- Narrative, asks and edited lines -------------------------------------------------------------------------------


def test_asks_and_narrative_stand_above_the_lists(client_of, plcy, week_37):
    write(week_37, by=plcy, narrative="A quiet week.", asks=[ASK])

    answer = client_of(plcy).get("/reports/2020-W37/")

    assert headings_of(answer)[:2] == ["One thing is asked of the principals", "What needs the ESC’s attention"]
    said = words_of(answer)
    assert "CBP Decide how late messages count. 3.1 Fri, Sep 18" in said
    assert said.index("A quiet week.") < said.index("One thing is asked") < said.index("What needs the ESC’s attention")


def test_an_edited_line_is_marked_with_the_agencys_own_words_beside_it(client_of, plcy, cbp, week_37):
    edit_line(week_37, by=plcy, code="3.1", agency="CBP", field="reason", text="Counsel has the draft.")
    publishing.publish(newest("2020-W37"), by=plcy, tell=False)

    said = words_of(client_of(cbp).get("/reports/2020-W37/"))

    assert "CBP: Counsel has the draft. edited by PLCY CBP wrote: “Counsel has not answered.”" in said


# --- Corrections ----------------------------------------------------------------------------------------------------


def test_a_correction_says_why_and_leads_to_the_version_before(client_of, cbp, corrected):
    answer = client_of(cbp).get("/reports/2020-W36/")

    assert f"Version 2, a correction: {WHY}. Read version 1" in words_of(answer)
    assert '<a class="usa-link" href="/reports/2020-W36/?version=1">Read version 1</a>' in answer.content.decode()


def test_the_version_before_says_that_there_is_a_newer_one(client_of, cbp, corrected):
    answer = client_of(cbp).get("/reports/2020-W36/?version=1")

    assert "A newer version of this report exists. Read version 2" in words_of(answer)
    assert '<a class="usa-link" href="/reports/2020-W36/">Read version 2</a>' in answer.content.decode()
    assert WHY not in answer.content.decode()


def test_a_correction_in_draft_is_not_there_for_members(client_of, plcy, cbp, week_37):
    drafting.correct(newest("2020-W36"), by=plcy, reason=WHY)

    assert "A newer version" not in words_of(client_of(cbp).get("/reports/2020-W36/"))
    assert f"a correction: {WHY}" in words_of(client_of(plcy).get("/reports/2020-W36/"))


def test_coac_reads_that_it_is_a_second_version_and_not_why(client_of, plcy, coac, corrected):
    releasing.release(corrected, by=plcy, cleared_by="Dana Reyes", tell=False)

    answer = client_of(coac).get("/reports/2020-W36/")

    assert "This is version 2 of this report." in words_of(answer)
    assert "Read version 1" not in words_of(answer)
    assert WHY not in answer.content.decode()


# --- What COAC never reads ------------------------------------------------------------------------------------------


def test_nothing_internal_stands_on_a_page_of_coacs_edition(client_of, plcy, cbp, coac, corrected, week_37):
    said = words(Outlook.OFF_TRACK, statement=CANARY, next_step=CANARY, waiting_on=CANARY, reason=CANARY, needed=CANARY)
    row = milestone("3.1")
    post_update(row, by=cbp, seen_version=row.version, words=said, status=Status.IN_PROGRESS, note=CANARY)
    draft = drafting.refresh(newest("2020-W37"), by=plcy)
    write(draft, by=plcy, narrative=CANARY, coac_narrative="For COAC.", asks=[ASK | {"text": CANARY}])
    edit_line(newest("2020-W37"), by=plcy, code="3.1", agency="CBP", field="statement", text=f"{CANARY} edited")
    publishing.publish(newest("2020-W37"), by=plcy, tell=False)
    second = drafting.correct(newest("2020-W37"), by=plcy, reason=CANARY)
    publishing.publish(second, by=plcy, tell=False)
    releasing.release(newest("2020-W37"), by=plcy, cleared_by="Dana Reyes", tell=False)

    assert client_of(cbp).get("/reports/2020-W37/").content.decode().count(CANARY) > 8
    for reader, path in ((coac, "/reports/2020-W37/"), (cbp, "/reports/2020-W37/?edition=coac")):
        html = client_of(reader).get(path).content.decode()
        assert "For COAC." in html
        for hidden in (CANARY, "edited by PLCY", "asked of the principals", "needs the ESC", "silent on", "Off track"):
            assert hidden not in html


# --- What came of the mail ------------------------------------------------------------------------------------------


def test_plcy_reads_what_came_of_the_mail_and_others_do_not(client_of, plcy, cbp, week_37):
    assert "Mail Not mailed to anybody" in words_of(client_of(plcy).get("/reports/2020-W36/"))
    assert "Not mailed" not in words_of(client_of(cbp).get("/reports/2020-W36/"))
    assert "Not mailed" not in words_of(client_of(plcy).get("/reports/2020-W37/"))
