"""How does an operator take the whole record away, and bring it back into an empty database?

usage: python -m scripts.backup take FILE      writes FILE from the database at DATABASE_URL
       python -m scripts.backup restore FILE   fills the empty database at DATABASE_URL from FILE

PostgreSQL by its own pg_dump (custom format) and pg_restore, as the owner of the tables; SQLite by its online backup.
Both while people go on working. With --compose the programs are those in the container `db`. A file is whole or not
there: it is written beside its name and renamed.
"""

import argparse
import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from scripts.children import say
from scripts.servers import TOP, newest_installed

IN_CONTAINER = ("docker", "compose", "exec", "-T", "db")
SQLITE_HEAD, DUMP_HEAD = b"SQLite format 3\x00", b"PGDMP"
# All or nothing, and no rights: the operator seats the runtime role anew (grant_runtime_role).
RESTORE = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
TABLES = "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'public'"


class CannotBackUp(Exception):
    """It was not done; the message says in one line why, and nothing was changed."""


def take(url: str, file: Path, *, compose: bool = False) -> None:
    """Write the record at `url` to `file`; raise CannotBackUp and leave no file when it cannot be."""
    if file.exists():
        raise CannotBackUp(f"{file} is there already.")
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        unfinished.touch(mode=0o600)  # It holds everything, COAC or not.
        if path := _sqlite(url):
            _copy_sqlite(path, unfinished)
        else:
            with unfinished.open("wb") as output:
                _run("pg_dump", ["--format=custom"], url, compose=compose, output=output)
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)


def restore(url: str, file: Path, *, compose: bool = False) -> None:
    """Fill the database at `url` from `file`; raise CannotBackUp when it is not empty, or the file is no backup."""
    if not file.is_file():
        raise CannotBackUp(f"{file} is not there.")
    path = _sqlite(url)
    with file.open("rb") as opened:
        head = opened.read(len(SQLITE_HEAD))
    if not head.startswith(SQLITE_HEAD if path else DUMP_HEAD):
        raise CannotBackUp(f"{file} is no backup of this kind of database.")
    if path:
        if path.exists() and path.stat().st_size:
            raise CannotBackUp(f"{path} is there already: move it away first.")
        path.parent.mkdir(parents=True, exist_ok=True)
        _copy_sqlite(file, path)
        return
    if _run("psql", ["--tuples-only", "--no-align", f"--command={TABLES}"], url, compose=compose).strip() != b"0":
        raise CannotBackUp("The database is not empty: create a new one and name it in DATABASE_URL.")
    with file.open("rb") as dump:
        _run("pg_restore", RESTORE, url, compose=compose, given=dump)


def _sqlite(url: str) -> Path | None:
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database that may be in use, journal file included, into one file."""
    if not source.is_file():
        raise CannotBackUp(f"{source} is not there.")
    opened = (sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target))
    with contextlib.closing(opened[0]) as there, contextlib.closing(opened[1]) as here:
        there.backup(here)
        if here.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise CannotBackUp(f"{source} is damaged: PRAGMA integrity_check says so.")


def _run(
    name: str,
    words: Sequence[str],
    url: str,
    *,
    compose: bool,
    output: BinaryIO | None = None,
    given: BinaryIO | None = None,
) -> bytes:
    """Run a program of PostgreSQL's on the database; return what it prints, unless it prints to `output`."""
    env = dict(os.environ)
    if compose:
        command = [*IN_CONTAINER, name, "--username=esc", "--dbname=esc", *words]
    else:
        folder = newest_installed()
        program = folder / name if folder and (folder / name).exists() else shutil.which(name)
        if not program:
            raise CannotBackUp(f"{name} is not on this machine: apt-get install postgresql-client.")
        # The passphrase goes by the environment: a command line shows it to every user.
        env["PGPASSWORD"] = urlsplit(url).password or ""
        command = [str(program), f"--dbname={_without_password(url)}", *words]
    done = subprocess.run(
        command, env=env, cwd=TOP, stdin=given, stdout=output or subprocess.PIPE, stderr=subprocess.PIPE
    )
    if done.returncode:
        last = (done.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
        raise CannotBackUp(f"{name}: {last}")
    return done.stdout or b""


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}@{host}" if parts.username else host).geturl()


def main(arguments: list[str]) -> int:
    """Do what is asked; return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts.backup", description="Take the record away, or bring it back.")
    parser.add_argument("what", choices=("take", "restore"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--compose", action="store_true", help="use the programs of the container `db`")
    asked = parser.parse_args(arguments)
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{os.environ.get('VAR_DIR', TOP / 'var')}/esc.sqlite3"
    try:
        {"take": take, "restore": restore}[asked.what](url, asked.file.absolute(), compose=asked.compose)
    except (CannotBackUp, OSError, sqlite3.Error) as problem:
        say(f"make {'backup' if asked.what == 'take' else 'restore'}: {problem}")
        return 1
    if asked.what == "take":
        say(f"{asked.file}: {asked.file.stat().st_size:,} bytes. Keep it where this machine's end does not reach it.")
    else:
        say("Restored. Now: manage.py migrate, grant_runtime_role (PostgreSQL), verify_record; then start the site.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
