"""Does a new target asked for by one person stand only after another has decided it, on exactly what they saw?"""

import re

from playwright.sync_api import expect

WHY = "The fall trade shows were moved to spring."
LATER = "The trainers are on leave until April."


def _ask(member, code: str, target: str, why: str) -> None:
    member.go(f"/milestones/{code}/revise/")
    member.choose("A month or a day")
    member.write("Month or day", target)
    member.pick("What kind of reason is it?", "External party")
    member.write("Why does the target have to move?", why)
    member.click("Ask for this target")


def _decision(plcy, code: str):
    """Return the request on this milestone among the decisions that wait."""
    plcy.go("/decisions/")
    return plcy.page.locator(".esc-decision").filter(has=plcy.page.get_by_role("link", name=code, exact=True))


def _answer(plcy, decision, answer: str) -> None:
    plcy.press(decision.locator("label").filter(has_text=re.compile(rf"^\s*{answer}")))


def test_a_later_target_stands_once_another_person_approved_it(site, sit_down):
    member, plcy = sit_down(site, "ice-hsi"), sit_down(site, "plcy")

    _ask(member, "4.4", "2021-03", WHY)

    expect(member.page.get_by_role("status").first).to_have_text(
        "Saved: your request to move the target of 4.4 to March 2021 waits for PLCY’s decision."
    )
    assert "Oct. 2020" in member.words
    decision = _decision(plcy, "4.4")
    expect(decision).to_contain_text(WHY)
    expect(decision).to_contain_text("March 2021")
    _answer(plcy, decision, "Approve")
    plcy.click("Record these decisions")
    member.go("/milestones/4.4/")
    expect(member.page.locator(".esc-facts").first).to_contain_text("March 2021")
    assert "moved once, +5 months" in member.words
    expect(member.page.get_by_role("region", name="History")).to_contain_text(WHY)


def test_an_earlier_target_stands_at_once(site, sit_down):
    member = sit_down(site, "ice-hsi")

    _ask(member, "4.4", "2020-09-30", "The last session was moved forward.")

    expect(member.page.get_by_role("status").first).to_contain_text(
        "the target of 4.4 is Sept. 30, 2020 now; that needed no decision."
    )
    expect(member.page.locator(".esc-facts").first).to_contain_text("Sept. 30, 2020")


def test_a_request_that_was_replaced_is_not_decided(site, sit_down):
    member, plcy = sit_down(site, "ice-hsi"), sit_down(site, "plcy")
    _ask(member, "4.4", "2021-03", WHY)
    decision = _decision(plcy, "4.4")
    _answer(plcy, decision, "Approve")

    _ask(member, "4.4", "2021-06", LATER)
    plcy.click("Record these decisions")

    expect(plcy.page.get_by_role("alert")).to_contain_text("Not recorded")
    member.go("/milestones/4.4/")
    expect(member.page.locator(".esc-facts").first).not_to_contain_text("2021")
    expect(_decision(plcy, "4.4")).to_contain_text(LATER)


def test_it_works_the_same_without_scripts(site, sit_down):
    member = sit_down(site, "ice-hsi", java_script_enabled=False)

    _ask(member, "4.4", "2021-02-30", WHY)

    expect(member.page.get_by_role("alert")).to_contain_text("February 2021 has no day 30: it ends on day 28.")
    expect(member.page.get_by_label("Why does the target have to move?")).to_have_value(WHY)
    member.write("Month or day", "2021-02-28")
    member.click("Ask for this target")
    expect(member.page.get_by_role("status").first).to_contain_text("Feb. 28, 2021 waits for PLCY’s decision")
