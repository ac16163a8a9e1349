"""On which record do the hostile tests stand? On that of the access table, with somebody for each of its columns."""

import pytest

from esc_tracker.accounts.models import Role, User
from tests.factories import make_user
from tests.pages.test_access import tell_a_history


@pytest.fixture
def people(plan) -> dict[str, User | None]:
    """Give one person for each role, and nobody."""
    return {
        "anonymous": None,
        "coac": make_user("coac@esc.example", Role.COAC_READER),
        "reader": make_user("reader@esc.example", Role.READER),
        "member": make_user("cbp@esc.example", Role.ESC_MEMBER, "CBP"),
        "plcy": make_user("plcy@esc.example", Role.PLCY_STAFF),
        "admin": make_user("admin@esc.example", Role.ADMINISTRATOR),
    }


@pytest.fixture
def history(people) -> None:
    """Tell the history that the access table speaks of."""
    tell_a_history(member=people["member"], plcy=people["plcy"])
