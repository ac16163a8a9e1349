"""Does nothing start in production that would be dangerous there, and does it say why? (R16, R18)

Commands are asked for each value; the web server, the worker and beat, which take longer, for a few each.
"""

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.house.production import BEAT, GUNICORN, KEY, WORKER, in_production

pytestmark = pytest.mark.services
PROCESSES = {"web": GUNICORN, "worker": WORKER, "beat": BEAT}
DANGERS = {
    "no key": ({"SECRET_KEY": ""}, "esc.E001", "SECRET_KEY is missing, short, or the one for development."),
    "short key": ({"SECRET_KEY": KEY[:49]}, "esc.E001", "SECRET_KEY is missing, short"),
    "monotonous key": ({"SECRET_KEY": "k" * 60}, "esc.E001", "SECRET_KEY is missing, short"),
    "development's key": ({"SECRET_KEY": "development-only-" + "k" * 50}, "esc.E001", "SECRET_KEY is missing, short"),
    "weak former key": ({"SECRET_KEY_FALLBACKS": f"{KEY[::-1]},old"}, "esc.E012", "SECRET_KEY_FALLBACKS has a key"),
    "no host": ({"ALLOWED_HOSTS": ""}, "esc.E002", "ALLOWED_HOSTS is empty or takes every name."),
    "every host": ({"ALLOWED_HOSTS": "*"}, "esc.E002", "ALLOWED_HOSTS is empty or takes every name."),
    "pinned day": ({"ESC_TODAY": "2020-09-14"}, "esc.E003", "ESC_TODAY pins the day of the record."),
    "no broker": ({"REDIS_URL": ""}, "esc.E004", "REDIS_URL is missing."),
    "open broker": ({"REDIS_URL": "redis://broker:6379/0"}, "esc.E005", "REDIS_URL has no password"),
    "plain http": ({"BASE_URL": "http://esc.example"}, "esc.E006", "BASE_URL is not an https address."),
    "no database": ({"DATABASE_URL": ""}, "esc.E007", "DATABASE_URL is missing."),
    "debug": ({"DEBUG": "true"}, "esc.E008", "DEBUG is on."),
    "printed mail": ({"EMAIL_URL": "consolemail://"}, "esc.E014", "EMAIL_URL is missing, or names mail that arrives"),
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a database brought up to date by the command of production."""
    file = tmp_path_factory.mktemp("empty") / "esc.sqlite3"
    done = in_production("manage.py", "migrate", "--verbosity", "0", DATABASE_URL=f"sqlite:///{file}")
    assert (done.returncode, done.stderr) == (0, "")
    return file


@pytest.fixture(scope="module")
def sampled(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the address of a database in which an account of the sample has a seat."""
    file = tmp_path_factory.mktemp("sampled") / "esc.sqlite3"
    shutil.copy(empty, file)
    seat = (
        "from esc_tracker.accounts.models import User; "
        "User.objects.create_user('admin@esc.example', name='Ada Min', role='administrator')"
    )
    done = in_production("manage.py", "shell", "-v", "0", "-c", seat, DATABASE_URL=f"sqlite:///{file}")
    assert (done.returncode, done.stderr) == (0, "")
    return f"sqlite:///{file}"


def test_deployment_check_is_silent_with_sane_environment() -> None:
    done = in_production("manage.py", "check", "--deploy", "--database", "default", "--fail-level", "WARNING")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("changed", "id", "says"), DANGERS.values(), ids=DANGERS)
def test_no_command_runs_in_dangerous_production(changed: dict[str, str], id: str, says: str) -> None:
    done = in_production("manage.py", "check", **changed)

    assert done.returncode == 1
    assert f"({id}) {says}" in done.stderr


@pytest.mark.parametrize(("process", "name"), [("web", "no key"), ("worker", "printed mail"), ("beat", "every host")])
def test_no_process_starts_in_dangerous_production(process: str, name: str, tmp_path: Path) -> None:
    changed, id, says = DANGERS[name]

    done = in_production(*PROCESSES[process], VAR_DIR=str(tmp_path), **changed)

    assert done.returncode != 0
    assert f"{id}: {says}" in done.stderr


@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_starts_on_the_sample_history(process: str, sampled: str, tmp_path: Path) -> None:
    done = in_production(*PROCESSES[process], VAR_DIR=str(tmp_path), DATABASE_URL=sampled)

    assert done.returncode != 0
    assert "esc.E013: DATABASE_URL leads to the sample history: its accounts have a public passphrase." in done.stderr


@pytest.mark.parametrize("command", ["send_mail", "migrate"])
def test_no_command_runs_on_the_sample_history(command: str, sampled: str) -> None:
    done = in_production("manage.py", command, DATABASE_URL=sampled)

    assert done.returncode == 1
    assert "(esc.E013) DATABASE_URL leads to the sample history" in done.stderr


def test_sample_history_is_not_loaded_in_production(empty: Path) -> None:
    done = in_production("manage.py", "load_demo", DATABASE_URL=f"sqlite:///{empty}")

    assert (done.returncode, done.stderr) == (1, "CommandError: Sample data is not loaded in production.\n")
    with sqlite3.connect(empty) as record:
        for table in ("accounts_user", "journal_entry", "milestones_milestone", "security_securityevent"):
            assert record.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table  # noqa: S608 - named above


def test_nobody_has_a_seat_in_a_new_database(empty: Path) -> None:
    with sqlite3.connect(empty) as record:
        assert record.execute("SELECT count(*) FROM accounts_user").fetchone() == (0,)


def test_database_that_is_away_holds_back_no_start() -> None:
    done = in_production("manage.py", "check", DATABASE_URL="postgres://esc:secret@127.0.0.1:1/esc")

    assert (done.returncode, done.stderr) == (0, "")
