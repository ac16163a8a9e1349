"""On which record do the hostile tests stand? On that of the access table, with somebody for each of its columns."""

from collections.abc import Iterator

import pytest

from esc_tracker.accounts.models import Role, User
from tests.factories import make_user
from tests.hostile.asking import Eyes, Form, forms_of
from tests.pages.test_access import ROWS, _path, tell_a_history


def shown_forms(eyes: Eyes, people: dict[str, User | None]) -> Iterator[tuple[Form, str]]:
    """Yield each form that somebody is shown, once for each set of names in it, with the page around it."""
    shown = set()
    for row in ROWS:
        path = _path(row, people)
        if row["verb"] != "GET" or row[eyes.role] != "200" or "export=" in path or "." in path.rpartition("/")[2]:
            continue
        _, html = eyes.ask(path)
        for form in forms_of(path, html):
            kind = form.path.split("/")[-2], form.verb, frozenset(name for name, _ in form.pairs)
            if kind not in shown:
                shown.add(kind)
                yield form, html


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
