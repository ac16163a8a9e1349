"""Does a browser warn before a session ends, lose nothing typed, and show nothing afterwards? (R13, R22)"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import psycopg2
import pytest
from playwright.sync_api import Page, expect

from esc_tracker.accounts.sample_accounts import PASSPHRASE
from tests.journeys.people import Person
from tests.journeys.site import Record, serving
from tests.journeys.test_accessibility import DESK, PHONE, faults_of

ALMOST = 28 * 60 + 5  # seconds without use: less than two minutes are left of thirty
MILESTONE = "/milestones/3.3/"
TYPED = "Counsel answered; the draft goes out on Friday."
_BACK_IN_POSTGRES = """
UPDATE accounts_session SET seen_at = seen_at - %(by)s::interval, expire_date = expire_date - %(by)s::interval
"""
_BACK_IN_SQLITE = """
UPDATE accounts_session
SET seen_at = strftime('%Y-%m-%d %H:%M:%f', seen_at, :by), expire_date = strftime('%Y-%m-%d %H:%M:%f', expire_date, :by)
"""
STORES = "[Object.entries(sessionStorage), Object.entries(localStorage), document.cookie]"


@dataclass(frozen=True)
class Clocked:
    """A site, and the rows of its sessions."""

    address: str
    database_url: str

    def pass_by(self, page: Page, seconds: int) -> None:
        """Let time pass without use, for the server and then for the browser; the server's clock itself is real."""
        if self.database_url.startswith("postgres"):
            with closing(psycopg2.connect(self.database_url)) as connection, connection, connection.cursor() as cursor:
                cursor.execute(_BACK_IN_POSTGRES, {"by": f"{seconds} seconds"})
        else:
            with closing(sqlite3.connect(self.database_url.removeprefix("sqlite:///"))) as connection, connection:
                connection.execute(_BACK_IN_SQLITE, {"by": f"-{seconds} seconds"})
        page.context.clock.fast_forward(seconds * 1000)


@pytest.fixture(scope="module")
def clocked(record: Record) -> Iterator[Clocked]:
    """One site for all tests here."""
    with record.copy() as database_url, serving(record, database_url) as address:
        yield Clocked(address, database_url)


@pytest.fixture
def member(clocked: Clocked, sit_down: Callable[..., Person]) -> Person:
    """CBP's member, just signed in, at a browser whose clock can be moved."""
    person = sit_down(clocked.address, viewport=DESK)
    person.page.context.clock.install()
    person.sign_in("cbp")
    return person


def _left(person: Person) -> int:
    seconds: int = person.page.request.get(f"{person.site}/accounts/sessions/left/").json()["left"]
    return seconds


def _type_too_late(clocked: Clocked, person: Person) -> None:
    """Type an update, let the session run out, and send it."""
    person.go(f"{MILESTONE}update/")
    person.page.locator("[name=statement]").fill(TYPED)
    clocked.pass_by(person.page, 31 * 60)
    dialog = person.page.get_by_role("alertdialog", name="You are signed out")
    expect(dialog.get_by_role("button", name="Go on")).to_be_focused()
    person.page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    person.click("Save this update")


def _sign_in_here(person: Person, name: str) -> None:
    """Sign in on the sign-in page to which one was led."""
    person.page.locator("[name=login]").fill(f"{name}@esc.example")
    person.page.locator("[name=password]").fill(PASSPHRASE)
    person.click("Accept and sign in")


def test_a_dialog_two_minutes_before_the_end_is_told_of_and_answered_by_keyboard(
    clocked: Clocked, member: Person
) -> None:
    dialog = member.page.get_by_role("alertdialog", name="You will be signed out soon")
    member.go(MILESTONE)
    for key in ("Enter", "Escape"):
        clocked.pass_by(member.page, ALMOST - 30)
        expect(dialog).to_be_hidden()

        clocked.pass_by(member.page, 30)
        expect(dialog.get_by_role("status")).to_contain_text("You will be signed out in 2 minutes.")
        expect(dialog).to_have_accessible_description(dialog.get_by_role("status").inner_text())
        expect(dialog.get_by_role("button", name="Stay signed in")).to_be_focused()
        assert 60 < _left(member) < 120

        member.page.keyboard.press(key)
        expect(dialog).to_be_hidden()
        assert 1790 <= _left(member) <= 1800
        assert member.page.url.endswith(MILESTONE)


def test_use_of_one_tab_keeps_the_dialog_of_the_other_away_and_closes_it(clocked: Clocked, member: Person) -> None:
    here, there = member.page, member.page.context.new_page()
    member.go(MILESTONE)
    clocked.pass_by(here, 20 * 60)
    there.goto(f"{clocked.address}/overdue/")

    clocked.pass_by(here, ALMOST - 20 * 60)
    here.wait_for_timeout(500)
    expect(here.get_by_role("alertdialog")).to_be_hidden()
    clocked.pass_by(here, 20 * 60)
    for page in (here, there):
        expect(page.get_by_role("alertdialog")).to_be_visible()

    there.bring_to_front()
    there.get_by_role("button", name="Stay signed in").click()
    expect(there.get_by_role("alertdialog")).to_be_hidden()  # the server has answered
    here.context.clock.fast_forward(16_000)
    expect(here.get_by_role("alertdialog")).to_be_hidden()


def test_what_was_typed_is_there_after_signing_in_again_and_gone_once_sent(clocked: Clocked, member: Person) -> None:
    _type_too_late(clocked, member)
    assert member.heading == "Sign in"

    _sign_in_here(member, "cbp")
    assert member.heading == "What you typed is kept"
    assert TYPED in member.words
    member.click("Send it now")
    expect(member.page.get_by_role("status").first).to_be_visible()

    member.go(MILESTONE)
    assert TYPED in member.words
    member.go("/accounts/kept/")
    assert "Nothing typed is waiting for you." in member.words
    assert member.page.evaluate(STORES) == [[], [], ""]


def test_another_at_the_same_browser_sees_nothing_of_it(clocked: Clocked, member: Person) -> None:
    _type_too_late(clocked, member)

    _sign_in_here(member, "ice-hsi")
    member.go("/accounts/kept/")

    assert "Nothing typed is waiting for you." in member.words
    assert TYPED not in member.page.content()


def test_a_page_left_alone_leads_to_signing_in_by_itself(clocked: Clocked, member: Person) -> None:
    member.go(MILESTONE)

    clocked.pass_by(member.page, 31 * 60)

    member.page.wait_for_url("**/accounts/login/?next=*")
    _sign_in_here(member, "ice-hsi")  # for whom nothing waits
    member.page.wait_for_url(f"**{MILESTONE}")


def test_back_after_signing_out_shows_nothing_and_no_store_holds_anything(member: Person) -> None:
    for path in (
        "/",
        "/milestones/",
        MILESTONE,
        f"{MILESTONE}update/",
        "/check-in/",
        "/accounts/sessions/",
        "/overdue/",
    ):
        member.go(path)
        assert member.page.evaluate(STORES) == [[], [], ""]
    member.click("Sign out")
    expect(member.page.get_by_role("heading", level=1)).to_have_text("Sign in")

    for _ in range(3):
        member.page.go_back()
        expect(member.page.get_by_role("heading", level=1)).to_have_text("Sign in")
        assert "overdue" not in member.words.lower()
    assert member.page.evaluate(STORES) == [[], [], ""]


def test_dialog_and_kept_text_can_be_read_by_everybody(clocked: Clocked, member: Person) -> None:
    _type_too_late(clocked, member)
    _sign_in_here(member, "cbp")
    expect(member.page.get_by_role("heading", level=1)).to_have_text("What you typed is kept")
    faults = _faults_on_desk_and_phone(member)

    clocked.pass_by(member.page, ALMOST)
    expect(member.page.get_by_role("alertdialog")).to_be_visible()

    assert faults + _faults_on_desk_and_phone(member) == []


def _faults_on_desk_and_phone(person: Person) -> list[str]:
    faults: list[str] = []
    for screen in (DESK, PHONE):
        person.page.set_viewport_size(screen)
        faults += faults_of(person)
    return faults
