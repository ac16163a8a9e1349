"""How does a person use the site: what do they click, and what does their browser complain of?"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from esc_tracker.accounts.sample_accounts import PASSPHRASE

PATIENCE_MS = 10_000
MOST_TABS = 120
LINK = re.compile(r'(?:href|action)="([^"]*)"')
# Leads out of the record, or ends the visit.
NOT_FOLLOWED = ("/static/", "/accounts/")


@dataclass
class Person:
    """Somebody at a browser, signed in or not."""

    site: str
    page: Page
    email: str = ""
    clicks: int = 0
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def at(cls, context: BrowserContext, site: str) -> "Person":
        """Sit somebody down at a browser whose complaints are kept."""
        context.set_default_timeout(PATIENCE_MS)
        person = cls(site, context.new_page())
        person.page.on("console", person._hear)
        person.page.on("pageerror", lambda error: person.complaints.append(f"script: {error}"))
        return person

    def _hear(self, message: ConsoleMessage) -> None:
        """Keep warnings and errors, a violated policy among them; a page answered 403, 404 or 409 is no error."""
        about_the_page = message.location.get("url") == self.page.url and "the server responded with" in message.text
        if message.type in {"error", "warning"} and not about_the_page:
            self.complaints.append(f"{self.page.url}: {message.text}")

    # --- What they do ---------------------------------------------------------------------------------------------

    def sign_in(self, name: str) -> None:
        """Sign in by the sign-in page, under the name before the @."""
        self.email = f"{name}@esc.example"
        self.go("/accounts/login/")
        self.page.locator("[name=login]").fill(self.email)
        self.page.locator("[name=password]").fill(PASSPHRASE)
        self.click("Accept and sign in")
        expect(self.page.locator("form[action$='/logout/']")).to_be_attached()  # Folded away on a phone.

    def go(self, path: str) -> int:
        """Open a page by its address; returns the status."""
        answer = self.page.goto(self.site + path)
        assert answer is not None
        return answer.status

    def click(self, name: str | re.Pattern[str], *, within: str = "body") -> None:
        """Click the link or button with exactly this name."""
        here = self.page.locator(within)
        link, button = (here.get_by_role(role, name=name, exact=True) for role in ("link", "button"))
        self.press(link.or_(button))

    def press(self, what: Locator) -> None:
        """Click something, and count it."""
        self.clicks += 1
        what.click()

    def choose(self, label: str) -> None:
        """Choose an answer by the label beside it, and count it: the mark itself is drawn by the label."""
        self.press(self.page.locator("label").filter(has_text=re.compile(rf"^\s*{re.escape(label)}")))

    def pick(self, field_label: str, option: str) -> None:
        """Choose from a list, and count it."""
        self.clicks += 1
        self.page.get_by_label(field_label).select_option(option)

    def write(self, label: str, text: str) -> None:
        """Write into the field with this label, in place of what stood there."""
        self.page.get_by_label(label).fill(text)

    def tab_to(self, what: Locator) -> None:
        """Press Tab until this has the focus, and look whether the eye can find it there."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if what.evaluate("it => it === document.activeElement"):
                break
        expect(what).to_be_focused()

    # --- What they see --------------------------------------------------------------------------------------------

    @property
    def heading(self) -> str:
        """Return the page's one heading of the first level."""
        return self.page.locator("h1").inner_text()

    @property
    def words(self) -> str:
        """Return the page's own words, without the frame."""
        return self.page.locator("main").inner_text()

    def row(self, about: str) -> Locator:
        """Return the row of a table that is about this milestone or report."""
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=about, exact=True))

    def read(self, path: str) -> str:
        """Return the bytes that an address answers, as text, whatever the status."""
        return self.page.context.request.get(self.site + path, max_redirects=0).text()

    def crawl(self, known: Iterable[str] = ()) -> dict[str, str]:
        """Return `{address: text}` of everything that links lead to from the first page, and from what is known.

        Pages that answer a question in their address are read, but only theirs that ask none are followed further: a
        list filtered twice shows nothing that it does not show filtered once, and there is no end of such lists.
        """
        waiting, found = ["/", *known], dict[str, str]()
        while waiting:
            path = waiting.pop()
            if path in found:
                continue
            found[path] = self.read(path)
            if "?" in path:
                continue
            for link in LINK.findall(found[path]):
                target = urldefrag(urljoin(self.site + path, html.unescape(link))).url.removeprefix(self.site)
                if target.startswith("/") and not target.startswith(NOT_FOLLOWED):
                    waiting.append(target)
        return found
