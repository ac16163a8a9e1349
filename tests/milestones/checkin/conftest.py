"""What do the tests of the check-in stand on?"""

import pytest

from esc_tracker.accounts.models import User
from tests.factories import make_user


@pytest.fixture(autouse=True)
def loaded(plan) -> None:
    """Every check-in stands on the plan."""


@pytest.fixture
def chris(db) -> User:
    """A colleague at CBP."""
    return make_user("chris@cbp.example", agency="CBP")
