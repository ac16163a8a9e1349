"""What does every test stand on: the day, the plan, the people, and a folder of its own?"""

import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from hypothesis import settings as hypothesis_settings

from esc_tracker.accounts.models import Role, User
from tests.factories import make_user

AS_OF = date(2020, 9, 14)
_room = pytest.StashKey[Path]()

# A busy machine is slow, not wrong: hypothesis judges what comes back, never how long it took.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    """Give each test process a var folder of its own, and settings that make tests quick."""
    room = config.stash[_room] = Path(tempfile.mkdtemp(prefix="esc-tests-"))
    django_settings.VAR_DIR = room
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django_settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    django_settings.WHITENOISE_AUTOREFRESH = True  # Else each client lists every static file again.
    database = django_settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, as in use: a database in memory knows neither the write lock nor a second process.
        database.setdefault("TEST", {})["NAME"] = str(room / "test.sqlite3")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave no folder behind."""
    shutil.rmtree(config.stash[_room], ignore_errors=True)


@pytest.fixture(autouse=True)
def pinned_day(settings) -> date:
    """Pin the record's day; a test that needs another sets `settings.ESC_TODAY` or overrides this fixture."""
    settings.ESC_TODAY = AS_OF
    return AS_OF


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Let no rate limit of one test reach the next."""
    cache.clear()


@pytest.fixture
def plan(db) -> None:
    """Load edition 1, as `manage.py load_plan` does."""
    call_command("load_plan", stdout=StringIO())


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """Return a function that gives a signed-in client for a person."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def cbp(db) -> User:
    """The member for CBP."""
    return make_user("cbp@esc.example", Role.ESC_MEMBER, "CBP")


@pytest.fixture
def ice(db) -> User:
    """The member for ICE/HSI."""
    return make_user("ice-hsi@esc.example", Role.ESC_MEMBER, "ICE-HSI")


@pytest.fixture
def usps(db) -> User:
    """The member for USPS."""
    return make_user("usps@esc.example", Role.ESC_MEMBER, "USPS")


@pytest.fixture
def uspto(db) -> User:
    """The member for USPTO."""
    return make_user("uspto@esc.example", Role.ESC_MEMBER, "USPTO")


@pytest.fixture
def plcy(db) -> User:
    """One of the chair's office."""
    return make_user("plcy@esc.example", Role.PLCY_STAFF)


@pytest.fixture
def plcy2(db) -> User:
    """Another of the chair's office."""
    return make_user("plcy2@esc.example", Role.PLCY_STAFF)


@pytest.fixture
def reader(db) -> User:
    """One who reads what a member reads."""
    return make_user("reader@esc.example", Role.READER)


@pytest.fixture
def coac(db) -> User:
    """A COAC reader."""
    return make_user("coac@esc.example", Role.COAC_READER)


@pytest.fixture
def admin_user(db) -> User:
    """An administrator of accounts."""
    return make_user("admin@esc.example", Role.ADMINISTRATOR)


@pytest.fixture(scope="session")
def broker_url() -> str:
    """The address of a real broker; a test that needs one fails without it, it is never skipped."""
    url = os.environ.get("REDIS_URL", "")
    assert url, "This test needs a broker: run it by `make test-postgres`, or set REDIS_URL."
    return url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Drive Debian's Chromium: no browser is downloaded."""
    chromium = shutil.which("chromium")
    assert chromium, "This test needs Chromium: run scripts/install browser."
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }
