"""Does a question stay inside the committee: in no report, and nowhere that COAC reads?"""

import pytest

from esc_tracker import clock
from milestones.calls.calling import open_calls
from milestones.questions import answer, ask
from milestones.summaries import propose
from reports.weekly import drafting, publishing, releasing
from tests.milestones.pages.reading import text_of
from tests.milestones.telling import in_september, milestone, say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan")]
CANARIES = ("zz-question", "zz-answer", "zz-open", "zz-proposed")
PAGES = (
    "/", "/overdue/", "/milestones/", "/milestones/4.3/", "/milestones/5.1/", "/actions/", "/actions/4/", "/agencies/",
    "/agencies/ICE-HSI/", "/definitions/", "/reports/", "/reports/2020-W37/", "/reports/2020-W37.json",
    "/milestones/?export=csv", "/overdue/?export=csv", "/milestones/?q=zz-question", "/milestones/?q=zz-proposed",
)  # fmt: skip


@pytest.fixture
def released(plan, ice, usps, plcy) -> None:
    """Ask, answer, leave open, propose; then publish W37 and release it."""
    with clock.at(in_september(2, 9)):
        open_calls(clock.now())
    with clock.at(in_september(9)):
        answer(ask(say("4.3", ice), by=plcy, text="zz-question"), by=ice, text="zz-answer")
        ask(say("5.1", usps), by=plcy, text="zz-open")
        propose(milestone("4.3"), by=ice, text="zz-proposed")
    with clock.at(in_september(14, 1)):
        for report in drafting.write_due(clock.now()):
            releasing.release(publishing.publish(report, by=plcy), by=plcy, cleared_by="Counsel")


@pytest.mark.usefixtures("released")
def test_coac_finds_no_question_and_no_proposed_text_anywhere(client_of, coac):
    client = client_of(coac)

    read = {path: text_of(client.get(path)) for path in PAGES}

    leaks = [(path, canary) for path, text in read.items() for canary in CANARIES if canary in text.replace(path, "")]
    assert [leak for leak in leaks if not leak[0].endswith(leak[1])] == []  # what COAC searched for is repeated to them


@pytest.mark.usefixtures("released")
def test_no_report_of_either_edition_holds_a_question(client_of, plcy):
    client = client_of(plcy)

    frozen = {edition: text_of(client.get(f"/reports/2020-W37.json?edition={edition}")) for edition in ("esc", "coac")}

    assert all('"week":"2020-W37"' in text for text in frozen.values())
    assert [(edition, canary) for edition, text in frozen.items() for canary in CANARIES if canary in text] == []


@pytest.mark.usefixtures("released")
def test_committee_reads_question_and_answer_on_the_milestones_page(client_of, reader):
    closed, still_open = (text_of(client_of(reader).get(f"/milestones/{code}/")) for code in ("4.3", "5.1"))

    assert "zz-question" in closed
    assert "zz-answer" in closed
    assert "PLCY asks USPS" in still_open
    assert "zz-open" in still_open
