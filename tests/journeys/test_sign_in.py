"""Does a person get in by each of their ways in a real browser, with nothing the page's policy forbids? (R14, R17)"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from esc_tracker.accounts.sample_accounts import PASSPHRASE
from tests.ground.signin.phone import Phone
from tests.journeys.people import Person
from tests.journeys.site import Record, running_site

NEEDED = "Set up a second factor to go on"


@pytest.fixture
def strict_site(record: Record) -> Iterator[str]:
    """A site of this test's own, by a name that passkeys take, on which PLCY needs a second factor."""
    with running_site(record, SECOND_FACTOR_ROLES="plcy_staff") as address:
        yield address.replace("127.0.0.1", "localhost")


def give_passphrase(person: Person, name: str) -> None:
    """Send the sign-in form."""
    person.go("/accounts/login/")
    person.write("E-mail address", f"{name}@esc.example")
    person.page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    person.click("Accept and sign in")


def heading(person: Person, words: str) -> None:
    """Wait for the page with this heading."""
    expect(person.page.get_by_role("heading", level=1)).to_have_text(words)


def set_up_app(person: Person) -> Phone:
    """Set up an app from the page about signing in, and stop before the recovery codes are shown."""
    person.click("Set up an authenticator app")
    phone = Phone(person.page.locator(".esc-key").inner_text())
    expect(person.page.get_by_role("img", name="The key below as a picture")).to_be_visible()
    person.write("Code", phone.code())
    person.click("Set it up")
    heading(person, "Recovery codes")
    return phone


def test_plcy_sets_up_an_app_before_anything_opens_and_signs_in_by_its_codes(
    strict_site: str, sit_down: Callable[..., Person]
) -> None:
    plcy = sit_down(strict_site)
    give_passphrase(plcy, "plcy")
    expect(plcy.page.get_by_role("heading", name=NEEDED)).to_be_visible()
    plcy.go("/milestones/")
    heading(plcy, "Sign-in and security")

    phone = set_up_app(plcy)
    plcy.click("Show my recovery codes")
    shown = plcy.page.locator(".esc-codes code")
    expect(shown).to_have_count(10)
    codes = shown.all_inner_texts()
    plcy.click("I have kept them")

    expect(plcy.page.get_by_role("heading", name=NEEDED)).not_to_be_attached()
    assert plcy.go("/milestones/") == 200
    plcy.click("Sign out")
    give_passphrase(plcy, "plcy")
    heading(plcy, "Enter your code")
    plcy.write("Code", phone.code(1))
    plcy.click("Sign in")
    expect(plcy.page).to_have_url(f"{strict_site}/")

    plcy.click("Sign out")
    give_passphrase(plcy, "plcy")
    plcy.write("Code", codes[0])
    plcy.click("Sign in")
    expect(plcy.page).to_have_url(f"{strict_site}/")
    plcy.go("/accounts/security/")
    expect(plcy.page.get_by_text("9 left.")).to_be_visible()


def give_authenticator(person: Person) -> None:
    """Build a fingerprint reader into this person's device, with the right finger on it."""
    device = person.page.context.new_cdp_session(person.page)
    device.send("WebAuthn.enable")
    built: dict[str, Any] = {
        **{"protocol": "ctap2", "transport": "internal", "hasResidentKey": True},
        **{"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True},
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": built})


def test_plcy_adds_a_passkey_and_signs_in_by_it_alone_and_after_the_passphrase(
    strict_site: str, sit_down: Callable[..., Person]
) -> None:
    plcy = sit_down(strict_site)
    give_authenticator(plcy)
    give_passphrase(plcy, "plcy")

    plcy.click("Add a passkey")
    plcy.write("Name", "Work laptop")
    plcy.click("Add it")
    heading(plcy, "Recovery codes")
    assert plcy.go("/") == 200

    plcy.click("Sign out")
    plcy.go("/accounts/login/?next=/milestones/")
    plcy.click("Accept and sign in with a passkey")
    expect(plcy.page).to_have_url(f"{strict_site}/milestones/")

    plcy.click("Sign out")
    give_passphrase(plcy, "plcy")
    heading(plcy, "Enter your code")
    plcy.click("Use your passkey")
    expect(plcy.page).to_have_url(f"{strict_site}/")
    plcy.go("/accounts/security/")
    expect(plcy.page.get_by_text("Work laptop, set up on")).to_be_visible()


def test_a_device_without_the_passkey_says_so_and_the_passphrase_still_works(
    strict_site: str, sit_down: Callable[..., Person]
) -> None:
    cbp = sit_down(strict_site)
    give_authenticator(cbp)
    cbp.go("/accounts/login/")

    cbp.click("Accept and sign in with a passkey")

    expect(cbp.page.get_by_role("alert")).to_have_text("No passkey was used. Try again, or go on in another way.")
    give_passphrase(cbp, "cbp")
    expect(cbp.page).to_have_url(f"{strict_site}/")


def test_without_script_one_signs_in_by_passphrase_and_code_and_is_offered_no_passkey(
    strict_site: str, sit_down: Callable[..., Person]
) -> None:
    plcy = sit_down(strict_site, java_script_enabled=False)
    plcy.go("/accounts/login/")
    expect(plcy.page.get_by_role("button", name="Accept and sign in with a passkey")).not_to_be_visible()
    give_passphrase(plcy, "plcy")

    phone = set_up_app(plcy)

    plcy.click("Later")
    plcy.click("Sign out")
    give_passphrase(plcy, "plcy")
    plcy.write("Code", phone.code(1))
    plcy.click("Sign in")
    expect(plcy.page).to_have_url(f"{strict_site}/")
