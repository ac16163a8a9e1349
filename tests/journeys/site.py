"""Where does a journey find the whole site running, with the sample history told and nobody else in it?

Telling the history takes seconds, so it is told once; each site gets a copy of that database and servers of its own.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from scripts.children import Children
from scripts.run import CannotRun, processes, wait_until_it_answers
from scripts.servers import TOP, free_port
from tests.conftest import AS_OF

PREPARE = ("-m", "scripts.prepare")


@dataclass(frozen=True)
class Record:
    """The database in which a history is told by a program, to be copied and never used itself."""

    url: str
    room: Path
    name: str = "journeys_told"
    told_by: tuple[str, ...] = PREPARE

    def tell(self) -> None:
        """Tell the history unless another test process has told it."""
        with (self.room / f"{self.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = self.room / f"{self.name}.done"
            if done.exists():
                return
            if self._is_postgres:
                _ask(self.url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.name)))
            env = environment(self._named(self.name), self.room)
            subprocess.run([sys.executable, *self.told_by], cwd=TOP, env=env, check=True, capture_output=True)
            done.touch()

    @contextlib.contextmanager
    def copy(self) -> Iterator[str]:
        """Give the address of a copy, and drop it afterwards."""
        name = f"journey_{uuid.uuid4().hex}"
        if not self._is_postgres:
            for suffix in ("", "-wal"):
                told = self.room / f"{self.name}.sqlite3{suffix}"
                if told.exists():
                    shutil.copyfile(told, self.room / f"{name}.sqlite3{suffix}")
            yield self._named(name)
            return
        copied, told = sql.Identifier(name), sql.Identifier(self.name)
        _ask(self.url, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(copied, told))
        try:
            yield self._named(name)
        finally:
            _ask(self.url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(copied))

    @property
    def _is_postgres(self) -> bool:
        return self.url.startswith("postgres")

    def _named(self, name: str) -> str:
        if self._is_postgres:
            return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))
        return f"sqlite:///{self.room / name}.sqlite3"


def _ask(url: str, statement: sql.Composable) -> None:
    """Ask the server something that cannot be part of a transaction."""
    with contextlib.closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


def environment(database_url: str, room: Path, today: date = AS_OF) -> dict[str, str]:
    """Return what the site is told; it knows of no broker, as no page needs one."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DATABASE_URL": database_url,
        "REDIS_URL": "",
        "VAR_DIR": str(room),
        "ESC_TODAY": today.isoformat(),
    }


@contextlib.contextmanager
def running_site(record: Record, *, first: str = "", **told: str) -> Iterator[str]:
    """Give the address of a site that runs as the Procfile says, on a copy of the record.

    `first` is a program that is run on that copy before anybody comes; `told` are further variables.
    """
    with record.copy() as database_url:
        if first:
            tell(record, database_url, "shell", "-v0", "-c", first)
        with serving(record, database_url, **told) as address:
            yield address


def tell(record: Record, database_url: str, *command: str, today: date = AS_OF) -> None:
    """Run a command of the site's on a copy of the record, on a day."""
    env = environment(database_url, record.room, today)
    subprocess.run([sys.executable, "manage.py", *command], cwd=TOP, env=env, check=True, capture_output=True)


@contextlib.contextmanager
def serving(record: Record, database_url: str, *, today: date = AS_OF, **told: str) -> Iterator[str]:
    """Give the address of a site that runs on a copy of the record, on a day; `told` are further variables."""
    port = free_port()
    log = record.room / f"web-{port}.log"
    with Children() as children:
        env = environment(database_url, record.room, today) | {"BASE_URL": f"http://127.0.0.1:{port}"} | told
        env["GUNICORN_CMD_ARGS"] = f"--bind 127.0.0.1:{port} --log-level warning"
        children.start("web", processes()["web"], env=env, cwd=TOP, log=log)
        try:
            wait_until_it_answers(children, port)
        except CannotRun:
            raise CannotRun(log.read_text(errors="replace")) from None
        yield f"http://127.0.0.1:{port}"
