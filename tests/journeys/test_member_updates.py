"""Does a member's word about a milestone show everywhere, by mouse, by keyboard and without scripts?"""

import re

from playwright.sync_api import expect

SAID = "The report was transmitted to the President on September 11."
MOST_CLICKS = 6
OPEN_3_3 = re.compile(r"^3\.3\b.*open the milestone")


def _report_3_3_complete(member) -> None:
    """Go from signing in to the saved report, as a member with two minutes does."""
    member.sign_in("cbp")
    member.click(OPEN_3_3)
    member.click("Report complete")
    member.write("When was it completed?", "2020-09-11")
    member.pick("With what outcome?", "Delivered")
    member.write("In a sentence or two", SAID)
    member.click("Save this update")


def _expect_3_3_reported_everywhere(member) -> None:
    expect(member.page.get_by_role("status").first).to_have_text(re.compile("3.3 is reported complete"))
    assert member.heading.startswith("3.3 ")
    assert "Awaiting confirmation" in member.words
    assert "overdue" not in member.page.locator(".esc-lead").inner_text()
    assert SAID in member.words

    member.go("/milestones/?action=3")
    expect(member.row("3.3")).to_contain_text("Awaiting confirmation")
    expect(member.row("3.2")).to_contain_text("In progress")

    member.go("/")
    assert member.heading == "CBP answers for 13 milestones; four are overdue."
    line = member.page.get_by_role("listitem").filter(has=member.page.get_by_role("link", name=OPEN_3_3))
    expect(line).to_contain_text("Awaiting confirmation")


def test_a_member_changes_a_status_in_six_clicks_and_it_shows(site, sit_down):
    member = sit_down(site)

    _report_3_3_complete(member)

    assert member.clicks <= MOST_CLICKS
    _expect_3_3_reported_everywhere(member)


def test_it_works_the_same_without_scripts(site, sit_down):
    member = sit_down(site, java_script_enabled=False)

    _report_3_3_complete(member)

    assert member.clicks <= MOST_CLICKS
    _expect_3_3_reported_everywhere(member)


def test_a_member_needs_no_mouse(site, sit_down):
    member = sit_down(site)
    page = member.page
    member.go("/accounts/login/")

    member.tab_to(page.locator("[name=login]"))
    page.keyboard.type("cbp@esc.example")
    member.tab_to(page.locator("[name=password]"))
    page.keyboard.type("counterfeit-free-2020")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    member.tab_to(page.get_by_role("link", name="Update milestone 2.2"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/milestones/2.2/update/**")

    member.tab_to(page.get_by_role("radio", name="On track"))
    expect(page.get_by_label("Why is it not on track?")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="At risk")).to_be_checked()
    member.tab_to(page.get_by_label("Why is it not on track?"))
    page.keyboard.type("The pilot data of July came late.")
    member.tab_to(page.get_by_role("button", name="Save this update"))
    page.keyboard.press("Space")

    expect(page.get_by_role("status").first).to_have_text("Saved: 2.2 is in progress, at risk.")
    member.go("/milestones/2.2/")
    assert "The pilot data of July came late." in member.words


def test_what_is_missing_is_said_and_nothing_is_lost(site, sit_down):
    member = sit_down(site, "cbp")
    member.go("/milestones/3.3/update/?status=reported_complete")

    member.write("In a sentence or two", SAID)
    member.click("Save this update")

    assert member.page.title().startswith("Error: ")
    summary = member.page.get_by_role("alert")
    expect(summary).to_contain_text("complete")
    expect(member.page.get_by_label("In a sentence or two")).to_have_value(SAID)
    member.go("/milestones/3.3/")
    assert SAID not in member.words
