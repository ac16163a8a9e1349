"""Can everybody read and use every page, whoever they are, on a desk and on a phone?

The pages are judged by axe against WCAG 2.2 A and AA; none may scroll sideways on a phone, and the browsers that
`sit_down` gives fail the test when their console complains of an error or a violated policy.
"""

import json
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.people import Person
from tests.journeys.site import Record, running_site

CRITERIA = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 800}
READ_BY_ALL = [
    ("/", 200),
    ("/overdue/", 200),
    ("/overdue/?agency=CBP", 200),
    ("/overdue/?agency=FBI", 200),
    ("/milestones/", 200),
    ("/milestones/?action=3&status=in_progress&sort=-target", 200),
    ("/milestones/?q=nothing+has+this", 200),
    ("/milestones/?status=lost", 200),
    ("/milestones/3.3/", 200),
    ("/milestones/5.1/", 200),
    ("/milestones/9.1/", 200),
    ("/milestones/99.1/", 404),
    ("/actions/", 200),
    ("/actions/4/", 200),
    ("/agencies/", 200),
    ("/agencies/CBP/", 200),
    ("/agencies/unassigned/", 404),
    ("/reports/", 200),
    ("/reports/2020-W35/", 200),
    ("/reports/2020-W35/one-page/", 200),
    ("/definitions/", 200),
    ("/?as_of=2020-08-20", 200),
    ("/milestones/4.3/?as_of=2020-08-20", 200),
    ("/?as_of=2020-02-30", 400),
]
PAGES = {
    "anonymous": [("/accounts/login/", 200)],
    "plcy": [
        *READ_BY_ALL,
        ("/milestones/7.1/", 200),
        ("/milestones/7.1/confirm/", 200),
        ("/milestones/7.1/return/", 200),
        ("/milestones/3.1/reopen/", 200),
        ("/milestones/8.3/revise/", 200),
        ("/milestones/8.3/update/", 200),
        ("/milestones/5.1/update/", 200),
        ("/reports/2020-W37/", 200),
        ("/reports/2020-W35/?edition=coac", 200),
        ("/check-in/", 200),
        ("/check-in/?for_agency=ICE-HSI", 200),
        ("/reports/2020-W37/publish/", 200),
        ("/reports/2020-W36/publish/", 409),
        ("/reports/2020-W36/release/", 200),
        ("/reports/2020-W34/?version=1", 200),
        ("/reports/2020-W34/", 200),
        ("/reports/2020-W36/", 200),
        ("/reports/2020-W37/write/", 200),
        ("/reports/2020-W37/lines/3.2/CBP/statement/", 200),
        ("/reports/2020-W36/correct/", 200),
        ("/reports/releases/", 200),
        ("/mail/", 200),
        ("/mail/dry-run/", 200),
        ("/mail/turn/", 200),
        ("/accounts/preferences/", 200),
        ("/calls/", 200),
        ("/journal/?about=4.3", 200),
        ("/journal/1/", 200),
        ("/admin/", 403),
    ],
    "cbp": [
        *READ_BY_ALL,
        ("/milestones/11.1/update/", 200),
        ("/milestones/3.3/update/?status=reported_complete", 200),
        ("/milestones/7.1/update/", 200),
        ("/milestones/7.1/confirm/", 403),
        ("/milestones/3.3/revise/", 200),
        ("/milestones/5.1/concur/", 403),
        ("/milestones/4.3/update/", 403),
        ("/check-in/", 200),
        ("/check-in/?for_agency=USPS", 403),
        ("/accounts/logout/", 200),
        ("/accounts/sessions/", 200),
    ],
    "coac": [*READ_BY_ALL, ("/milestones/3.3/update/", 403), ("/reports/2020-W37/", 404)],
}


@pytest.fixture(scope="module")
def shared_site(record: Record) -> Iterator[str]:
    """One site for all: these tests only read, or send what is refused."""
    with running_site(record) as address:
        yield address


def faults_of(person: Person) -> list[str]:
    """Return what is wrong with the page that is open."""
    page = person.page
    page.evaluate(Axe().axe_script)
    judged = page.evaluate("criteria => axe.run(criteria).then(found => found.violations)", CRITERIA)
    faults = [f"{each['id']}: {node['target']} {node['html'][:200]}" for each in judged for node in each["nodes"]]
    wider = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
    if wider > 0:
        faults.append(f"the page is {wider} px wider than the screen")
    return [f"{page.url}: {fault}" for fault in faults]


def test_a_page_that_not_everybody_can_read_is_found_out(shared_site, sit_down):
    person = sit_down(shared_site, viewport=PHONE)
    person.go("/accounts/login/")

    person.page.evaluate("document.querySelectorAll('main label').forEach(label => label.remove())")
    person.page.evaluate("document.querySelector('h1').textContent = 'x'.repeat(100)")

    faults = " ".join(faults_of(person))
    assert "label: ['#id_login']" in faults
    assert "wider than the screen" in faults


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("who", PAGES)
def test_every_page_can_be_read_by_everybody(shared_site, sit_down, who, screen):
    person = sit_down(shared_site, "" if who == "anonymous" else who, viewport=screen)

    faults: list[str] = []
    for path, status in PAGES[who]:
        answered = person.go(path)
        if answered != status:
            faults.append(f"{path} answered {answered}, not {status}")
        faults += faults_of(person)

    assert json.dumps(faults, indent=1) == "[]"


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_what_a_refused_form_says_can_be_read_by_everybody(site, sit_down, screen):
    stranger, here, there = (sit_down(site, name, viewport=screen) for name in ("", "cbp", "cbp"))
    faults: list[str] = []

    stranger.go("/accounts/login/")
    stranger.click("Accept and sign in")
    faults += faults_of(stranger)

    here.go("/milestones/3.3/update/?status=reported_complete")
    there.go("/milestones/3.3/update/")
    there.choose("Off track")
    there.write("Why is it not on track?", "")
    there.click("Save this update")
    faults += faults_of(there)
    there.write("Why is it not on track?", "Counsel needs until October.")
    there.write("What is needed from the ESC?", "A word with counsel.")
    there.write("Note for my agency and PLCY only", "The second reader is on leave.")
    there.click("Save this update")
    faults += faults_of(there)

    here.write("When was it completed?", "2020-09")
    here.pick("With what outcome?", "Delivered")
    here.click("Save this update")
    assert "changed while you were writing" in here.heading
    faults += faults_of(here)

    assert json.dumps(faults, indent=1) == "[]"


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_what_a_check_in_answers_can_be_read_by_everybody(site, sit_down, screen):
    here, there = (sit_down(site, "usps", viewport=screen) for _ in range(2))
    here.go("/check-in/")
    there.go("/check-in/")

    there.press(there.page.locator("label[for='5.1-update']"))
    there.page.locator("[id='id_5.1-statement']").fill("The item check is on the agenda of October.")
    faults = faults_of(there)
    there.page.locator("[data-submit]").click()
    faults += faults_of(there)

    here.press(here.page.locator("label[for='5.1-update']"))
    here.page.locator("[id='id_5.1-statement']").fill("Nothing new.")
    here.press(here.page.locator("label[for='5.2-update']"))
    here.page.locator("[id='id_5.2-statement']").fill("")
    here.page.locator("[data-submit]").click()
    here.page.get_by_role("heading", name="2 need another look; what you wrote is kept.").wait_for()
    faults += faults_of(here)

    assert json.dumps(faults, indent=1) == "[]"
