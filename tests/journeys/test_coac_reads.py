"""What does COAC learn of a member's update, when, and what never?"""

import json

from playwright.sync_api import expect

from tests.journeys import office
from tests.journeys.people import Person

# Written into every field that is not shared; each word is nowhere else in the record.
UNSHARED = {
    "In a sentence or two": "zqstatement",
    "Next step": "zqnextstep",
    "Waiting on whom": "zqwaiting",
    "Why is it not on track?": "zqreason",
    "What is needed from the ESC?": "zqneeded",
    "Note for the ESC": "zqnote",
    "Note for my agency and PLCY only": "zqagencynote",
}
# The sample's own words all end so.
SAMPLE = "(sample)"
OUTLOOKS = ("At risk", "Off track", "On track")
WORDS = "/definitions/"


def _report_with_canaries(member: Person) -> None:
    """Report 3.3 complete, off track, with a word to be known by in every field."""
    member.go("/milestones/3.3/update/?status=reported_complete")
    member.choose("Off track")
    for label, canary in UNSHARED.items():
        member.write(label, canary)
    member.write("When was it completed?", "2020-09-11")
    member.pick("With what outcome?", "Delivered")
    member.click("Save this update")
    expect(member.page.get_by_role("status").first).to_contain_text("3.3 is reported complete")


def _status_seen(coac: Person) -> str:
    coac.go("/milestones/3.3/")
    return coac.page.locator(".esc-lead").inner_text()


def _leaks(pages: dict[str, str]) -> list[tuple[str, str]]:
    """Return each address with an unshared word on it."""
    found = [
        (path, canary) for path, text in pages.items() for canary in (*UNSHARED.values(), SAMPLE) if canary in text
    ]
    return found + [
        (path, outlook)
        for path, text in pages.items()
        for outlook in OUTLOOKS
        if outlook in text and not path.startswith(WORDS)
    ]


def test_coac_sees_the_status_once_released_and_never_a_word(site, sit_down):
    coac, member, plcy = sit_down(site, "coac"), sit_down(site, "cbp"), sit_down(site, "plcy")
    before = _status_seen(coac)
    assert "Awaiting confirmation" not in before

    _report_with_canaries(member)
    assert _status_seen(coac) == before
    office.refresh(plcy)
    office.publish(plcy)
    assert _status_seen(coac) == before
    office.release(plcy)
    assert "Awaiting confirmation" in _status_seen(coac)
    statuses = {row["code"]: row["status"] for row in json.loads(coac.read(f"/reports/{office.WEEK}.json"))["reported"]}
    assert statuses["3.3"] == "reported_complete"

    internal = plcy.crawl()
    for canary in (*UNSHARED.values(), SAMPLE, *OUTLOOKS):
        assert any(canary in text for text in internal.values()), canary
    shared = coac.crawl(internal)
    for path in ("/milestones/3.3/", "/milestones/?export=csv", "/overdue/", f"/reports/{office.WEEK}.json"):
        assert any(read.startswith(path) for read in shared), path
    assert _leaks(shared) == []

    coac.go("/milestones/?q=zqstatement")
    expect(coac.page.get_by_role("status").first).to_contain_text("0 of 30")
