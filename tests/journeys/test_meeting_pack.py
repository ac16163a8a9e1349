"""Does the committee meet on a frozen pack, and does what it agreed come back in the next one?"""

import re
from datetime import date

from playwright.sync_api import expect

from tests.journeys.site import serving, tell

DAY_AFTER = date(2020, 9, 18)
MOST_SHEETS = 4
SHEET = re.compile(rb"/Type\s*/Page\b")


def _plan(plcy) -> None:
    """Announce a meeting for September 17."""
    plcy.go("/meetings/")
    assert plcy.heading == "The ESC meets next on Thursday, September 24"
    plcy.press(plcy.page.locator("summary", has_text="Plan a meeting"))
    plcy.write("Title", "Meeting on date changes")
    plcy.write("Held on", "2020-09-17")
    plcy.page.get_by_label("At, New York time").first.fill("10:00")
    plcy.write("Agenda", "The third platform\nWhat is late")
    plcy.click("Announce the meeting")
    expect(plcy.page.get_by_role("status").first).to_have_text("Saved: ESC meeting 5 is announced for Sep 17, 2020.")
    assert "The read-ahead is frozen on Sep 15, 2020, noon" in plcy.words


def _write_up(plcy) -> None:
    """Write down a conclusion, a due-out and a decision of the meeting."""
    plcy.go("/meetings/5/")
    plcy.press(plcy.page.locator("summary", has_text="Add a conclusion"))
    plcy.write("What did the meeting conclude?", "The platform gets until November.")
    plcy.click("Record the conclusion")
    plcy.press(plcy.page.locator("summary", has_text="Add a due-out"))
    plcy.write("What is owed?", "Send the list of ports.")
    plcy.pick("By which agency?", "CBP")
    plcy.write("By when?", "2020-09-22")
    plcy.write("About which milestone?", "5.2")
    plcy.click("Record the due-out")
    expect(plcy.page.get_by_role("status").first).to_have_text("Saved: CBP owes this by Sep 22, 2020.")

    plcy.go("/decisions/")
    decision = plcy.page.get_by_role("group", name="Decision on 6.3")
    plcy.press(decision.locator("label").filter(has_text=re.compile(r"^\s*Approve")))
    plcy.choose("An ESC meeting")
    plcy.pick("Which meeting?", "ESC meeting 5, Sep 17, 2020")
    plcy.click("Record these decisions")
    expect(plcy.page.get_by_role("status").first).to_contain_text("6.3")

    plcy.go("/meetings/5/")
    assert "The platform gets until November." in plcy.words
    expect(plcy.page.locator("#decided")).to_contain_text("New target Nov. 2020, asked by ICE/HSI")


def test_a_meeting_is_read_ahead_held_written_up_and_comes_back(record, sit_down):
    with record.copy() as database_url:
        with serving(record, database_url) as site:
            _plan(sit_down(site, "plcy"))

        tell(record, database_url, "run_due_jobs", today=DAY_AFTER)

        with serving(record, database_url, today=DAY_AFTER) as site:
            member = sit_down(site, "cbp")
            member.go("/meetings/5/?view=read-ahead")
            read_ahead = member.words
            assert "Read-ahead: since meeting 3" in read_ahead
            assert "to Sep 15, 2020, 12:00 PM" in read_ahead

            plcy = sit_down(site, "plcy")
            _write_up(plcy)

            member.go("/meetings/5/")
            owed = member.page.locator("#due-out").get_by_role("row", name=re.compile("Send the list of ports"))
            member.press(owed.get_by_role("link", name=re.compile("^Answer")))
            assert member.heading == "Answer what CBP owes the ESC"
            member.write("Answer", "Twelve ports; the list is with PLCY.")
            member.click("Send the answer")
            expect(member.page.get_by_role("status").first).to_have_text("Saved: your answer is in the next pack.")

            plcy.go("/meetings/4/")
            assert "Pack: since meeting 5" in plcy.words
            next_pack = plcy.page.locator("#owed")
            expect(next_pack).to_contain_text("Twelve ports; the list is with PLCY.")
            expect(plcy.page.locator("#moved")).to_contain_text("Accepted by the ESC, meeting 5")

            member.go("/meetings/5/?view=read-ahead")
            assert member.words == read_ahead


def test_a_pack_prints_on_few_pages(site, sit_down):
    plcy = sit_down(site, "plcy")

    for number in (1, 2, 3, 4):
        plcy.go(f"/meetings/{number}/")
        sheets = len(SHEET.findall(plcy.page.pdf(format="Letter")))
        assert 1 <= sheets <= MOST_SHEETS, f"the pack of meeting {number} takes {sheets} sheets"
