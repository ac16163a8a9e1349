"""Does a completion take two keys: one agency reports it and cites what shows it, the other is asked, PLCY confirms?"""

import re

from playwright.sync_api import expect

SAID = "The two posts have signed, and the messages run since September 10."
DOCUMENT = "UPU decision on electronic advance data"
LINK = "https://records.example/upu/12"


def _report_5_1_complete(member) -> None:
    member.go("/milestones/5.1/update/?status=reported_complete")
    member.write("When was it completed?", "2020-09-10")
    member.pick("With what outcome?", "Delivered")
    member.page.get_by_text("Cite the document that shows it").click()
    member.write("Title of the document", DOCUMENT)
    member.page.get_by_label("Its date").fill("2020-08-28")
    member.write("Its identifier", "CA C 4 2020.1")
    member.write("Who holds the record copy", "CBP Office of Trade")
    member.write("Link to it", LINK)
    member.write("In a sentence or two", SAID)
    member.choose("On track")
    member.click("Save this update")


def test_reported_with_evidence_concurred_and_confirmed_by_three_people(site, sit_down):
    cbp, usps, plcy = sit_down(site, "cbp"), sit_down(site, "usps"), sit_down(site, "plcy")

    _report_5_1_complete(cbp)
    expect(cbp.page.get_by_role("status").first).to_have_text(
        "Saved: 5.1 is reported complete. PLCY confirms or returns it."
    )
    plcy.go("/milestones/5.1/confirm/")
    expect(plcy.page.get_by_role("link", name=DOCUMENT)).to_have_attribute("href", LINK)
    assert "USPS has not answered yet" in plcy.words

    usps.go("/milestones/5.1/concur/")
    assert SAID in usps.words
    usps.choose("We concur")
    usps.click("Send our answer")
    expect(usps.page.get_by_role("status").first).to_have_text("Saved: USPS concurs that it is complete.")

    plcy.go("/milestones/5.1/confirm/")
    assert "USPS concurs" in plcy.words
    plcy.click("Confirm completion")
    expect(plcy.page.get_by_role("status").first).to_have_text("Saved: 5.1 is confirmed complete.")
    cbp.go("/milestones/5.1/")
    expect(cbp.page.locator(".esc-lead").first).to_contain_text("Completed")
    assert "81 days before target" in cbp.words


def test_half_a_citation_and_a_bad_link_are_said_without_scripts_and_nothing_is_lost(site, sit_down):
    cbp = sit_down(site, "cbp", java_script_enabled=False)
    cbp.go("/milestones/3.3/update/")

    cbp.choose("Complete: report it to PLCY")
    cbp.write("When was it completed?", "2020-09-11")
    cbp.pick("With what outcome?", "Delivered")
    cbp.page.get_by_text("Cite the document that shows it").click()
    cbp.write("Title of the document", "Transmittal letter")
    cbp.write("Link to it", "javascript:alert(1)")
    cbp.write("In a sentence or two", SAID)
    cbp.click("Save this update")

    summary = cbp.page.get_by_role("alert")
    expect(summary).to_contain_text("Say who holds the record copy.")
    expect(summary).to_contain_text("A link begins with http:// or https://")
    expect(cbp.page.get_by_label("Title of the document")).to_have_value("Transmittal letter")
    cbp.write("Who holds the record copy", "CBP Office of Trade")
    cbp.write("Link to it", "")
    cbp.click("Save this update")
    expect(cbp.page.get_by_role("status").first).to_contain_text("3.3 is reported complete")


def test_a_report_that_is_returned_says_why_and_what_was_cited_is_there_again(site, sit_down):
    cbp, plcy = sit_down(site, "cbp"), sit_down(site, "plcy")
    _report_5_1_complete(cbp)
    plcy.go("/milestones/5.1/return/")

    plcy.write("Why is it returned?", "The second post has not signed.")
    plcy.choose("An ESC meeting")
    plcy.page.get_by_label("Which meeting?").select_option(index=1)
    plcy.click("Return it")

    expect(plcy.page.get_by_role("status").first).to_contain_text("5.1 is returned to the agency")
    cbp.go("/milestones/5.1/")
    history = cbp.page.get_by_role("region", name="History")
    expect(history).to_contain_text("The second post has not signed.")
    expect(history).to_contain_text(re.compile(r"the ESC, meeting \d+"))
    cbp.go("/milestones/5.1/update/?status=reported_complete")
    expect(cbp.page.get_by_label("Title of the document")).to_have_value(DOCUMENT)
