"""Does a person get in by their agency's sign-on in a real browser, whose policy judges every redirect? (R11)"""

from playwright.sync_api import expect

from tests.ground.agency_signon.provider import ACR, CLIENT, SECRET, FakeProvider, running
from tests.journeys.site import running_site


def test_a_member_signs_in_with_the_agencys_sign_on(record, sit_down) -> None:
    with running(FakeProvider(email="cbp@esc.example")) as provider:
        told = {
            "OIDC_ISSUER": provider.issuer,
            "OIDC_NAME": "Login.example",
            "OIDC_CLIENT_ID": CLIENT,
            "OIDC_CLIENT_SECRET": SECRET,
            "OIDC_ACR": ACR,
            "PASSPHRASE_SIGN_IN": "false",
        }
        with running_site(record, **told) as site:
            person = sit_down(site)
            person.go("/milestones/")

            person.click("Accept and sign in with Login.example")

            expect(person.page).to_have_url(f"{site}/milestones/")
            expect(person.page.get_by_role("heading", level=1)).to_have_text("Milestones")
            assert provider.asked == ["/.well-known/openid-configuration", "/authorize", "/token", "/keys"]
            person.click("Sign out")


def test_a_stranger_is_told_whom_to_ask(record, sit_down) -> None:
    with running(FakeProvider(email="stranger@esc.example")) as provider:
        told = {"OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET, "OIDC_ACR": ACR}
        with running_site(record, **told) as site:
            person = sit_down(site)
            person.go("/accounts/login/")

            person.click("Accept and sign in with your agency")

            expect(person.page.get_by_role("heading", level=1)).to_have_text("You have no seat here")
            expect(person.page.get_by_text("Ask the chair’s office (PLCY).")).to_be_visible()
