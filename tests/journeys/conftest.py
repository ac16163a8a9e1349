"""Who walks through the site, and which site is it?"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.journeys.people import Person
from tests.journeys.site import Record, running_site


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every journey: it drives a real Chromium."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """The sample history, told once for all test processes."""
    room = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        room = room.parent  # Which the processes share.
    room = room / "journeys"
    room.mkdir(exist_ok=True)
    record = Record(os.environ.get("DATABASE_URL", ""), room)
    record.tell()
    return record


@pytest.fixture(scope="session")
def base_url() -> None:
    """No address for all: each site has its own (the plugin's fixture of this name is deprecated pytest)."""


@pytest.fixture
def site(record: Record) -> Iterator[str]:
    """A site of this test's own, which it may change."""
    with running_site(record) as address:
        yield address


@pytest.fixture
def sit_down(new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Person]]:
    """Return a function that sits somebody down at a browser; whatever the browsers complain of fails the test."""
    people: list[Person] = []

    def at(site: str, name: str = "", **options: Any) -> Person:
        person = Person.at(new_context(**options), site)
        people.append(person)
        if name:
            person.sign_in(name)
        return person

    yield at
    assert [complaint for person in people for complaint in person.complaints] == []
