"""What does an authenticator app show? Written from RFC 4226 and 6238, not with the site's own library."""

import base64
import hmac
import re
from dataclasses import dataclass

from django.test import Client

from esc_tracker import clock

SET_UP = "/accounts/2fa/app/"
CHECK = "/accounts/2fa/check/"
CODES = "/accounts/2fa/recovery-codes/"
STEP_SECONDS = 30


@dataclass(frozen=True)
class Phone:
    """A phone that holds the key of one account."""

    key: str

    def code(self, steps: int = 0) -> str:
        """Return the code of now, or of so many steps from now; the site takes the one before and after, too."""
        counter = int(clock.wall().timestamp()) // STEP_SECONDS + steps
        key = base64.b32decode(self.key + "=" * (-len(self.key) % 8))
        digest = hmac.digest(key, counter.to_bytes(8, "big"), "sha1")
        at = digest[-1] & 15
        return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def key_in(page: str) -> str:
    """Return the key that the page for setting up an app shows."""
    [key] = re.findall(r'<code class="esc-key">(.*?)</code>', page)
    return "".join(re.findall(r"<span>([A-Z2-7]{4})</span>", key))


def codes_in(page: str) -> list[str]:
    """Return the recovery codes that a page shows."""
    return re.findall(r"<li><code>(\d+)</code></li>", page)


def set_up(client: Client) -> Phone:
    """Set up an app, as one who has signed in just now."""
    phone = Phone(key_in(client.get(SET_UP).content.decode()))
    answer = client.post(SET_UP, {"code": phone.code()})
    assert (answer.status_code, answer.headers["Location"]) == (302, CODES)
    return phone


def another(code: str) -> str:
    """Return a code that is certainly another."""
    return f"{(int(code) + 1) % 10**6:06}"
