"""Does `make run` start everything, say in one line what stops it, and leave nothing behind?"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from esc_tracker.accounts.sample_accounts import PASSPHRASE, SAMPLE_ACCOUNTS
from scripts.run import SAMPLE_RECORD
from scripts.servers import answers, free_port

TOP = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory) -> Path:
    """One folder for all runs of this module, so that only the first makes the database."""
    folder = tmp_path_factory.mktemp("run") / "var"
    folder.mkdir()
    return folder


def _environment(var_dir: Path, **changed: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(var_dir),
        "TMPDIR": str(var_dir.parent),
        "ESC_TODAY": "",
        **changed,
    }


def _started_from(var_dir: Path) -> list[int]:
    """Return the processes that were told this folder or work beside it, wherever they hang in the tree."""
    marker, found = f"VAR_DIR={var_dir}".encode(), []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            told = marker in (process / "environ").read_bytes().split(b"\0")
            if told or (process / "cwd").readlink().is_relative_to(var_dir.parent):
                found.append(int(process.name))
    return found


def _wait(condition, seconds: float = PATIENCE_SECONDS) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.1)
    return bool(condition())


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
        return answer.status == 200
    return False


@contextlib.contextmanager
def _running(var_dir: Path) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.run"],
        cwd=TOP,
        env=_environment(var_dir, PORT=str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert _wait(lambda: _answers(port) or process.poll() is not None)
        assert process.poll() is None, process.stdout.read()
        yield process, port
    finally:
        process.terminate()
        process.communicate(timeout=20)
        for pid in _started_from(var_dir):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _refusal(env: dict[str, str], *flags: str) -> str:
    done = subprocess.run(
        [sys.executable, *flags, "-m", "scripts.run"], cwd=TOP, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    return done.stdout


def test_web_worker_beat_and_broker_all_run(var_dir):
    with _running(var_dir):
        commands = [Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in _started_from(var_dir)]

    for part in ("gunicorn", "esc_tracker worker", "esc_tracker beat", "valkey-server"):
        assert any(part in command for command in commands), part


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=["ctrl-c", "term", "hangup"])
def test_ending_it_leaves_nothing(var_dir, number):
    with _running(var_dir) as (process, port):
        process.send_signal(number)
        said, _ = process.communicate(timeout=20)

        assert process.returncode == (0 if number == signal.SIGINT else 128 + number)
        assert said.endswith("Ended.\n")
        assert _started_from(var_dir) == []
        assert list(var_dir.parent.glob("esc-*")) == []
        assert not _answers(port)


def test_killing_it_outright_leaves_nothing(var_dir):
    with _running(var_dir) as (process, _):
        process.kill()
        process.wait()

        assert _wait(lambda: not _started_from(var_dir), 20)


def test_all_end_when_one_ends(var_dir):
    with _running(var_dir) as (process, _):
        beat = next(p for p in _started_from(var_dir) if b"beat" in Path(f"/proc/{p}/cmdline").read_bytes())

        os.kill(beat, signal.SIGKILL)
        said, _ = process.communicate(timeout=20)

        assert process.returncode == 1
        assert "make run: The beat process ended with code -9; ending the others." in said
        assert _started_from(var_dir) == []


def test_port_in_use_is_one_line(var_dir):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = _refusal(_environment(var_dir, PORT=str(port)))

    assert said == f"make run: Port {port} is in use. End what listens there, or say: make run PORT={port + 1}\n"


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "８０００"])
def test_port_that_is_no_port_is_one_line(var_dir, text):
    said = _refusal(_environment(var_dir, PORT=text))

    assert said == f"make run: PORT is '{text}'; it takes a number from 1 to 65535.\n"


def test_unwritable_folder_is_one_line(tmp_path):
    (tmp_path / "file").touch()

    said = _refusal(_environment(tmp_path / "file" / "var", PORT=str(free_port())))

    assert said == f"make run: Cannot write to the folder {tmp_path}/file/var: Not a directory.\n"


def test_missing_module_is_one_line(var_dir):
    said = _refusal(_environment(var_dir), "-S")

    assert said == "make run: The Python module allauth is missing: remove .venv, then say make run again.\n"


def test_database_that_refuses_is_one_line(var_dir):
    said = _refusal(_environment(var_dir, PORT=str(free_port()), DATABASE_URL="postgres://nobody@127.0.0.1:1/none"))

    assert said.startswith("make run: the database refuses: ")
    assert said.count("\n") == 1


def test_production_is_refused(var_dir):
    said = _refusal(_environment(var_dir, ESC_ENV="production"))

    assert said == "make run: make run shows a sample and is for development only: unset ESC_ENV.\n"


def test_welcome_names_the_sample_accounts():
    for account in SAMPLE_ACCOUNTS:
        assert account.email in SAMPLE_RECORD
    assert PASSPHRASE in SAMPLE_RECORD


def test_command_beside_servers_keeps_its_exit_code():
    command = [sys.executable, "-m", "scripts.with_services", "--broker", "--", "sh", "-c", "exit ${REDIS_URL:+7}"]

    done = subprocess.run(command, cwd=TOP, check=False)

    assert done.returncode == 7


def test_servers_end_with_the_command(tmp_path):
    told = tmp_path / "told"
    command = ["sh", "-c", f'echo "$DATABASE_URL $REDIS_URL" >{told}; exec sleep 60']
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.with_services", "--postgres", "--broker", "--", *command], cwd=TOP
    )
    assert _wait(lambda: told.exists() and told.read_text().endswith("\n"))
    ports = [urlsplit(url).port for url in told.read_text().split()]
    assert [answers(port) for port in ports] == [True, True]

    process.send_signal(signal.SIGTERM)

    assert process.wait(20) == 128 + signal.SIGTERM
    assert [answers(port) for port in ports] == [False, False]
