"""What does the chair's office do with a week's report?"""

from playwright.sync_api import expect

from tests.journeys.people import Person

WEEK = "2020-W37"
CLEARED_BY = "Dana Reyes, PLCY counsel, Sep 14"


def refresh(plcy: Person) -> None:
    """Take the draft's figures again."""
    plcy.go(f"/reports/{WEEK}/")
    plcy.click("Refresh")
    expect(plcy.page.get_by_role("status").first).to_contain_text("The figures were taken again.")


def publish(plcy: Person) -> None:
    """Read what publishing freezes, and publish."""
    plcy.go(f"/reports/{WEEK}/")
    plcy.click("Publish…")
    expect(plcy.page.get_by_role("heading", name="What is frozen")).to_be_visible()
    plcy.click("Publish to the committee")
    expect(plcy.page.get_by_role("status").first).to_contain_text("is published")


def release(plcy: Person) -> str:
    """Read exactly what COAC will see, release it, and return the file that was shown."""
    plcy.go(f"/reports/{WEEK}/")
    plcy.click("Release to COAC…")
    expect(plcy.page.get_by_role("heading", name="Exactly what COAC will see")).to_be_visible()
    shown = plcy.page.locator("pre").text_content()
    plcy.write("Who cleared it", CLEARED_BY)
    plcy.click("Release to COAC")
    expect(plcy.page.get_by_role("status").first).to_contain_text("is released")
    return shown or ""
