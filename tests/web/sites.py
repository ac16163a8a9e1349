"""Where does the site run as in production, to be asked by raw sockets?"""

import contextlib
import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.children import Children
from scripts.run import processes
from scripts.servers import TOP, answers, free_port
from tests.house.production import SANE

PATIENCE_SECONDS = 60
HOST = "esc.example"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def cookies(self) -> list[str]:
        """Return the Set-Cookie lines."""
        return self.headers.get_all("Set-Cookie", [])


@dataclass(frozen=True)
class Site:
    """A site that runs as the Procfile says, with production's settings."""

    port: int
    log: Path

    def ask(self, path: str, verb: str = "GET", body: str | None = None, **headers: str) -> Answer:
        """Send one request on a connection of its own; `x_forwarded_proto="https"` is a header."""
        sent = {"Host": HOST} | {name.replace("_", "-").title(): value for name, value in headers.items()}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        with contextlib.closing(connection):
            connection.request(verb, path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())


def token_in(page: bytes) -> str:
    """Return the token of the first form of a page."""
    found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    return found[1].decode()


def environment(room: Path, **told: str) -> dict[str, str]:
    """Return what a site in a folder of its own is told; no page needs the broker it names."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        **SANE,
        "DATABASE_URL": f"sqlite:///{room / 'record.sqlite3'}",
        "REDIS_URL": "redis://:secret@127.0.0.1:1/0",
        "VAR_DIR": str(room),
        **told,
    }


def prepare(room: Path, then: str) -> None:
    """Make the record and gather the files, then run a program on them."""
    for command in (
        ["migrate", "-v0"],
        ["createcachetable"],
        ["load_plan"],
        ["collectstatic", "--noinput", "-v0"],
        ["shell", "-v0", "-c", then],
    ):
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            **{"cwd": TOP, "env": environment(room), "capture_output": True, "text": True, "check": False},
        )
        assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def running(room: Path, **told: str) -> Iterator[Site]:
    """Give a site that runs as the Procfile says in a prepared folder; `told` are further variables."""
    port = free_port()
    log = room / f"web-{port}.log"
    env = environment(room, GUNICORN_CMD_ARGS=f"--bind 127.0.0.1:{port} --log-level warning", **told)
    with Children() as children:
        web = children.start("web", processes()["web"], env=env, cwd=TOP, log=log)
        limit = time.monotonic() + PATIENCE_SECONDS
        while not answers(port):
            assert web.process.poll() is None, log.read_text()
            assert time.monotonic() < limit, log.read_text()
            time.sleep(0.1)
        yield Site(port, log)
