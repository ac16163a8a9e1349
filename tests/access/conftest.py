"""On which history do these tests stand? On one with a word of its own in every field; it takes a second to tell."""

from collections.abc import Iterator

import pytest

from esc_tracker import clock
from esc_tracker.accounts.models import User
from tests.access.canaries import AFTER, tell_with_canaries


@pytest.fixture
def people(db) -> Iterator[dict[str, User]]:
    """Tell the history and give its people, on the morning after."""
    told = tell_with_canaries()
    with clock.at(AFTER):
        yield told
