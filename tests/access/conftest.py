"""On which history do these tests stand? On one with a word of its own in every field, told once for each module."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from esc_tracker import clock
from esc_tracker.accounts.models import User
from tests.access.canaries import AFTER, tell_with_canaries


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker) -> Iterator[dict[str, User]]:
    """Tell the history, in a transaction that lasts as long as the module: what a test writes is undone after it."""
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole._from_testcase = True  # as Django's own: a durable block may stand inside
        with whole:
            yield tell_with_canaries()
            transaction.set_rollback(True)


@pytest.fixture
def people(told, db) -> Iterator[dict[str, User]]:
    """Give the people of the history, on the morning after."""
    with clock.at(AFTER):
        yield told
