"""Can the chair's office see what is overdue, and bring the week's report to the committee and to COAC?"""

from playwright.sync_api import expect

from tests.journeys import office


def test_plcy_sees_what_is_overdue_then_publishes_and_releases_the_week(site, sit_down):
    plcy = sit_down(site, "plcy")

    assert plcy.heading.startswith("Eight of 30 milestones are overdue")
    plcy.click("all 8 →")
    assert plcy.heading.startswith("Eight of 30 milestones are overdue")
    expect(plcy.page.get_by_role("status")).to_have_text("8 overdue milestones")
    oldest = plcy.row("8.1")
    expect(oldest).to_contain_text("45")
    expect(oldest).to_contain_text("CBP")
    plcy.click("No agency named yet", within="table")
    expect(plcy.page.get_by_role("status")).to_have_text("2 overdue milestones")
    expect(plcy.row("8.2")).to_be_visible()
    expect(plcy.row("8.1")).to_have_count(0)

    plcy.go("/")
    plcy.click("W37 report to publish")
    office.refresh(plcy)
    plcy.click("Publish…")
    assert plcy.heading == "Publish the report of Sep 7 – 13 to the committee?"
    assert "Nothing was changed since" in plcy.words
    assert "Every figure, list and word of it is kept as it is now" in plcy.words
    office.publish(plcy)
    member = sit_down(site, "cbp")
    assert member.go(f"/reports/{office.WEEK}/") == 200
    coac = sit_down(site, "coac")
    assert coac.go(f"/reports/{office.WEEK}/") == 404

    shown = office.release(plcy)
    assert office.CLEARED_BY in plcy.words
    assert coac.go(f"/reports/{office.WEEK}/") == 200
    assert coac.read(f"/reports/{office.WEEK}.json") == shown

    plcy.go("/reports/")
    assert plcy.heading == "The latest published report is of Sep 7 – 13"
    listed = plcy.row("Sep 7 – 13")
    expect(listed).to_contain_text("Published")
    expect(listed).to_contain_text("COAC edition")
    expect(plcy.row("Aug 31 – Sep 6")).to_contain_text("Not released")


def test_a_release_says_who_cleared_it_or_is_not_made(site, sit_down):
    plcy = sit_down(site, "plcy")
    office.publish(plcy)

    plcy.click("Release to COAC…")
    plcy.click("Release to COAC")

    expect(plcy.page.get_by_role("alert")).to_contain_text("Nothing was released.")
    coac = sit_down(site, "coac")
    assert coac.go(f"/reports/{office.WEEK}/") == 404
