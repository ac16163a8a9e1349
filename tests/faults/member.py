"""Who writes while parts of the site fail? A person at a browser, who sends again what was not acknowledged."""

import re
import time
from dataclasses import dataclass, field

import requests

from tests.factories import PASSPHRASE
from tests.faults.installation import Installation

PATIENCE_SECONDS = 20
ANSWERED_BADLY = (500, 502, 503, 504)


@dataclass
class Member:
    """A member of the committee; `acknowledged` are the words whose saving the site confirmed by its redirect."""

    site: Installation
    email: str
    acknowledged: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.browser = requests.Session()
        self.browser.trust_env = False  # No proxy of this machine lies on the way.
        self.browser.verify = str(self.site.certificate)

    def ask(
        self, path: str, form: dict[str, str] | None = None, *, seconds: float = PATIENCE_SECONDS
    ) -> requests.Response:
        """Send one request, as a browser does; redirects are left to the caller: they are the acknowledgment."""
        url = f"{self.site.address}{path}"
        answer = self.browser.request(
            "GET" if form is None else "POST",
            url,
            data=form,
            headers={"Referer": url},
            allow_redirects=False,
            timeout=seconds,
        )
        self.statuses.append(answer.status_code)
        return answer

    def sign_in(self) -> None:
        """Sign in by the form."""
        page = self.ask("/accounts/login/").text
        form = {"csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"), "login": self.email}
        answer = self.ask("/accounts/login/", {**form, "password": PASSPHRASE, "accept": "yes"})
        assert answer.status_code == 302, answer.text

    def save(self, code: str, statement: str, *, tries: int = 40) -> bool:
        """Open the update form and send these words until they are acknowledged; False when they never were.

        What a person would do: send the same form again when the site did not answer, send theirs on top of a
        conflict, and open the form anew when the page says that nothing was saved.
        """
        path = f"/milestones/{code}/update/"
        words = {"statement": statement, "status": "in_progress", "outlook": "on_track", "forecast": "2027-12"}
        page = ""
        for _ in range(tries):
            try:
                if not page:
                    opened = self.ask(path)
                    if opened.status_code != 200:
                        self._fell(f"{opened.status_code} on opening")
                        continue
                    page = opened.text
                seen = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "version")}
                answer = self.ask(path, {**words, **seen})
            except requests.RequestException as failure:
                self._fell(type(failure).__name__)
                continue
            if answer.status_code == 302:
                self.acknowledged.append(statement)
                return True
            if answer.status_code == 409:
                page, words = answer.text, {**words, "resolution": "mine"}
            elif answer.status_code in ANSWERED_BADLY:
                self._fell(str(answer.status_code))
            else:
                raise AssertionError(f"{answer.status_code}: {answer.text[:2000]}")
        return False

    def _fell(self, how: str) -> None:
        """Note a failure, and wait as a person does before trying again."""
        self.failures.append(how)
        time.sleep(0.5)


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"The page has no {name}."
    return found[1]
