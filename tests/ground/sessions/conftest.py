"""Who is signed in, and since when?"""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from esc_tracker.accounts.models import User
from tests.ground.sessions.browsing import BEGAN, CHROME
from tests.ground.test_accounts import sign_in


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    """Hold the real clock at nine; `now.shift(...)` moves it on."""
    with time_machine.travel(BEGAN, tick=False) as traveller:
        yield traveller


@pytest.fixture
def member(now, cbp: User, plan) -> Client:
    """A browser in which CBP's member has just signed in."""
    client = Client(headers={"user-agent": CHROME})
    sign_in(cbp.email, client=client)
    return client
