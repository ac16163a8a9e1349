"""On which history does a module of these tests stand? It is told once for each, and each test takes back what it does."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction
from django.test import override_settings

from esc_tracker import clock
from esc_tracker.accounts.models import User
from tests.access.canaries import AFTER, tell_with_canaries


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker) -> Iterator[dict[str, User]]:
    """Tell the history with a word in every field; give its people."""
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic._from_testcase = True  # as Django's own TestCase does: a durable block inside is one all the same
        with override_settings(ESC_TODAY=date(2020, 9, 14)), atomic:
            yield tell_with_canaries()
            transaction.set_rollback(True)


@pytest.fixture
def people(told) -> Iterator[dict[str, User]]:
    """Give the history's people on the morning after; what a test does is taken back."""
    with clock.at(AFTER), transaction.atomic():
        yield {name: User.objects.get(pk=person.pk) for name, person in told.items()}
        transaction.set_rollback(True)
