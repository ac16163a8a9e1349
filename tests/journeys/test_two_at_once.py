"""What happens to the words of two people who write about one milestone at the same time?"""

from playwright.sync_api import expect

from tests.journeys.people import Person

OURS = "Our own words, kept on the way."
THEIRS = "Their words, saved meanwhile."


def _write(person: Person, words: str) -> None:
    person.write("In a sentence or two", words)
    person.click("Save this update")


def _expect_own_text_kept(person: Person) -> None:
    assert "changed while you were writing" in person.heading
    expect(person.page.get_by_role("alert")).to_contain_text("Nothing of yours was saved yet, and nothing is lost.")
    row = person.page.get_by_role("row").filter(has_text=OURS)
    expect(row).to_contain_text(OURS)
    expect(person.page.get_by_label("In a sentence or two")).to_have_value(OURS)


def test_two_agencies_of_one_milestone_both_stand(site, sit_down):
    cbp, usps = sit_down(site, "cbp"), sit_down(site, "usps")
    cbp.go("/milestones/5.1/update/")
    usps.go("/milestones/5.1/update/")

    _write(usps, THEIRS)
    _write(cbp, OURS)

    _expect_own_text_kept(cbp)
    expect(cbp.page.get_by_role("alert")).to_contain_text("if you send yours, both will stand")
    expect(cbp.page.get_by_role("radio", name="Send mine: both will stand")).to_be_checked()
    cbp.click("Go on")
    for person in (cbp, usps):
        person.go("/milestones/5.1/")
        voices = person.page.locator(".esc-words")
        expect(voices).to_have_count(2)
        expect(voices.first).to_contain_text(OURS)
        expect(voices.last).to_contain_text(THEIRS)


def test_two_sessions_of_one_agency_lose_no_word(site, sit_down):
    here, there = sit_down(site, "cbp"), sit_down(site, "cbp")
    here.go("/milestones/3.3/update/")
    there.go("/milestones/3.3/update/")

    _write(there, THEIRS)
    _write(here, OURS)

    _expect_own_text_kept(here)
    expect(here.page.get_by_role("radio", name="Send mine on top")).not_to_be_checked()
    here.choose("Send mine on top")
    here.click("Go on")
    there.go("/milestones/3.3/")
    expect(there.page.locator(".esc-words")).to_contain_text(OURS)
    history = there.page.get_by_role("region", name="History")
    expect(history).to_contain_text(OURS)
    expect(history).to_contain_text(THEIRS)


def test_own_words_can_be_changed_on_the_way_without_scripts(site, sit_down):
    here, there = sit_down(site, "cbp", java_script_enabled=False), sit_down(site, "cbp")
    here.go("/milestones/3.3/update/")
    there.go("/milestones/3.3/update/")
    _write(there, THEIRS)
    _write(here, OURS)

    here.page.get_by_text("Look at what you wrote, or change it first").click()
    here.write("In a sentence or two", f"{OURS} Changed.")
    here.choose("Send mine on top")
    here.click("Go on")

    expect(here.page.locator(".esc-words")).to_contain_text(f"{OURS} Changed.")
