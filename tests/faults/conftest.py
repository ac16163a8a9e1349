"""Where do the faults find an installation to hurt, and where do they tell what it cost?"""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.installation import Installation, installed
from tests.faults.member import Member
from tests.faults.table import Line, as_document, as_markdown

LINES = pytest.StashKey[list[Line]]()
WEEKS = 12  # finished weeks without a report: enough work for jobs to be ended in the middle of it
PREPARE = f"""
from datetime import timedelta
from django.core.management import call_command
from esc_tracker import clock
from esc_tracker.accounts.models import Role
from reports import switch
from tests.factories import make_user
chair = make_user("chair@agency.test", Role.PLCY_STAFF)
for number in range(10):
    make_user(f"writer{{number}}@agency.test", Role.ESC_MEMBER, ("CBP", "USPS")[number % 2])
with clock.at(clock.now() - timedelta(weeks={WEEKS})):
    call_command("load_plan")
    switch.turn(True, by=chair)
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take where the page of the faults goes, and how long the half hour is."""
    parser.addoption("--fault-table", type=Path, help="write the page of the faults to this file")
    parser.addoption("--fault-seconds", type=int, default=1800, help="how long the site runs under load (F20)")


def pytest_configure(config: pytest.Config) -> None:
    """Begin the table."""
    config.stash[LINES] = []
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # The mail server tells each word of each message.


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    """Print the table of what was injected in this run; only a run in which all held is written down."""
    if lines := config.stash[LINES]:
        terminalreporter.section("faults")
        terminalreporter.write(as_markdown(lines))
        if (path := config.getoption("--fault-table")) and exitstatus == 0:
            path.write_text(as_document(lines))


@pytest.fixture
def told(pytestconfig: pytest.Config) -> Callable[[Line], None]:
    """Take a line of the table."""
    return pytestconfig.stash[LINES].append


@pytest.fixture(scope="session")
def _installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("installation") / "site", PREPARE) as site:
        yield site


@pytest.fixture
def site(_installation: Installation) -> Installation:
    """Give the installation with database, broker and mail server; the test starts what else it needs."""
    _installation.begin_anew()
    return _installation


@pytest.fixture
def slow_to_write(site: Installation) -> None:
    """Let each report take half a second to be written, so that a fault falls into the middle of one."""
    site.ask(
        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END'"
    )
    site.ask("CREATE TRIGGER slowly BEFORE INSERT ON reports_weeklyreport FOR EACH ROW EXECUTE FUNCTION slowly()")


@pytest.fixture
def members(site: Installation) -> Callable[[int], list[Member]]:
    """Return a function that gives so many members, signed in; the site must be running."""

    def seated(count: int) -> list[Member]:
        people = [Member(site, f"writer{number}@agency.test") for number in range(count)]
        for person in people:
            person.sign_in()
        return people

    return seated
