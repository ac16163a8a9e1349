"""Does signing in tell a stranger which addresses have a seat: by status, text, time, or what it asks the record? (R15)

Its twin for asking for a new passphrase stands with the links.
"""

import re
import statistics
import time

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from esc_tracker.accounts.models import Role, User
from esc_tracker.security.models import Kind, SecurityEvent
from tests.factories import PASSPHRASE, make_user
from tests.ground.test_accounts import sign_in

KNOWN, UNKNOWN, CLOSED, INVITED = (f"{who}@esc.example" for who in ("known", "nobody", "closed", "invited"))
STRANGERS = (UNKNOWN, CLOSED, INVITED)
ROUNDS, RUNS = 110, 3

pytestmark = pytest.mark.django_db


class HonestHasher(PBKDF2PasswordHasher):
    """The site's own way, with fewer turns: whatever else differs weighs more."""

    iterations = 20_000


@pytest.fixture
def seats(settings) -> None:
    """One who may sign in, one whose seat is closed, and one who has not chosen a passphrase yet."""
    settings.PASSWORD_HASHERS = [f"{HonestHasher.__module__}.{HonestHasher.__name__}"]
    for email in (KNOWN, CLOSED):
        make_user(email, Role.READER)
    User.objects.filter(email=CLOSED).update(is_active=False)
    User.objects.create_user(INVITED, None, name="Invited", role=Role.READER)


def _from(number: int) -> str:
    """Return a source that nobody has come from: no try is one too many."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _page(email: str, number: int) -> str:
    """Return the page as a stranger sees it, but for what they typed and the form's own secret."""
    answer = sign_in(email, "a guess at a passphrase", REMOTE_ADDR=_from(number))
    assert answer.status_code == 200
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode()).replace(email, "ADDRESS")


def test_status_and_text_are_the_same(seats):
    known, *others = (_page(email, number) for number, email in enumerate((KNOWN, *STRANGERS)))

    assert "This address and passphrase do not belong together." in known
    assert others == [known] * len(STRANGERS)


def test_text_is_the_same_when_too_many_tries_have_failed(seats):
    pages = {}
    for number, email in enumerate((KNOWN, *STRANGERS)):
        for _ in range(6):
            pages[email] = _page(email, number)

    assert "Too many tries have failed." in pages[KNOWN]
    assert len(set(pages.values())) == 1


def test_even_the_right_passphrase_of_a_closed_seat_is_told_to_its_owner_only(seats):
    right = sign_in(CLOSED, PASSPHRASE, REMOTE_ADDR=_from(1))

    assert (right.status_code, right.headers["Location"]) == (302, "/accounts/inactive/")


def test_the_record_is_asked_as_many_questions(seats):
    counts = []
    for number, email in enumerate((KNOWN, *STRANGERS)):
        with CaptureQueriesContext(connection) as counted:
            _page(email, number)
        counts.append(len(counted))

    assert len(set(counts)) == 1


def test_the_log_holds_the_reason_and_no_address(seats):
    for number, email in enumerate((KNOWN, UNKNOWN)):
        _page(email, number)

    known, unknown = SecurityEvent.objects.filter(kind=Kind.SIGN_IN_FAILED).order_by("pk")
    assert known.person == User.objects.get(email=KNOWN)
    assert unknown.person is None
    assert known.facts == unknown.facts == {"reason": "passphrase"}


def _seconds(email: str, number: int) -> float:
    client, source = Client(), _from(number)
    begun = time.perf_counter()
    sign_in(email, "a guess at a passphrase", client=client, REMOTE_ADDR=source)
    return time.perf_counter() - begun


def _ratios(run: int) -> dict[str, float]:
    """Return how long a stranger's address takes, as a share of a known one's, at the median of all rounds.

    Each round tries all of them one after another, in an order that turns: whatever else the machine does meets all.
    """
    emails = (KNOWN, *STRANGERS)
    shares: dict[str, list[float]] = {email: [] for email in STRANGERS}
    for round_ in range(ROUNDS):
        turned = [emails[(round_ + place) % len(emails)] for place in range(len(emails))]
        took = {email: _seconds(email, 1000 * run + round_ + (place << 16)) for place, email in enumerate(turned)}
        for email in STRANGERS:
            shares[email].append(took[email] / took[KNOWN])
    return {email: statistics.median(shares[email][10:]) for email in STRANGERS}


def test_it_takes_as_long(seats):
    """A hundred rounds decide; a busy machine gets two more runs, which no true difference would pass."""
    runs = []
    for run in range(RUNS):
        runs.append(_ratios(run))
        if all(0.8 < share < 1.2 for share in runs[-1].values()):
            return
    pytest.fail(f"Median times as shares of a known address's: {runs}")
