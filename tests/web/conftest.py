"""On which record do these tests stand, and where does the site run as in production?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.conftest import history, people  # noqa: F401 - fixtures: the record of the access table
from tests.web.sites import Site, prepare, running

SEATED = """
from datetime import date
from esc_tracker.accounts.models import Role, User
from tests.factories import make_user
make_user("member@esc.example", Role.ESC_MEMBER, "CBP")
make_user("guest@esc.example", Role.READER)
"""


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a record of two people and all files, as production wants them."""
    folder = tmp_path_factory.mktemp("production")
    prepare(folder, SEATED)
    return folder


@pytest.fixture(scope="session")
def site(room: Path) -> Iterator[Site]:
    """The site in production behind a proxy, with two pages that break."""
    with running(room, TRUSTED_PROXY="true", DJANGO_SETTINGS_MODULE="tests.web.broken_settings") as found:
        yield found


@pytest.fixture(scope="session")
def bare_site(room: Path) -> Iterator[Site]:
    """The site in production with no proxy before it: nothing that is forwarded counts."""
    with running(room) as found:
        yield found
