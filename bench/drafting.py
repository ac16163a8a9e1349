"""How long does it take to draft a weekly report, and in how much memory?

usage: python -m bench.drafting [--sqlite]

Drafts the report of one week in a process of its own over the plan as printed, then over ten thousand milestones with
a hundred thousand updates, on a PostgreSQL of its own or on SQLite.
"""

import argparse
import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.children import Stopped, stopped_by_signals
from scripts.servers import TOP, CannotStart, postgres

WEEK = "2020-W37"


@dataclass(frozen=True)
class Size:
    """How much is drafted over, and what it may take."""

    milestones: int
    updates: int
    seconds: float
    mb: float


SIZES = (Size(30, 300, 1, 400), Size(10_000, 100_000, 20, 400))


@contextlib.contextmanager
def database(*, sqlite: bool) -> Iterator[str]:
    """Give the address of an empty database."""
    if not sqlite:
        with postgres() as address:
            yield address
        return
    with tempfile.TemporaryDirectory(prefix="esc-bench-") as room:
        yield f"sqlite:///{Path(room) / 'bench.sqlite3'}"


def measure(size: Size, *, sqlite: bool) -> bool:
    """Fill a database, draft, print; say whether the aims were met."""
    with database(sqlite=sqlite) as address, tempfile.TemporaryDirectory(prefix="esc-bench-") as room:
        env = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "SECRET_KEY": secrets.token_urlsafe(60),
            "DATABASE_URL": address,
            "VAR_DIR": room,
        }
        filling = [sys.executable, "-m", "bench.history", str(size.milestones), str(size.updates)]
        subprocess.run(filling, cwd=TOP, env=env, check=True)
        drafting = [sys.executable, "-m", "bench.draft", WEEK]
        printed = subprocess.run(drafting, cwd=TOP, env=env, check=True, capture_output=True, text=True).stdout
    took = json.loads(printed)
    met = took["seconds"] < size.seconds and took["mb"] < size.mb
    told = f"{size.milestones:>7,} milestones {size.updates:>8,} updates {took['queries']:>3} queries"
    told += f" {took['seconds']:>6.2f} s (aim {size.seconds:g}) {took['mb']:>4.0f} MB (aim {size.mb:g})"
    told += f" {took['kb']:>7,.0f} kB of JSON"
    print(told, "" if met else "  missed", flush=True)
    return met


def main(arguments: list[str]) -> int:
    """Measure each size."""
    parser = argparse.ArgumentParser(prog="bench.drafting", description="Measure the drafting of a weekly report.")
    parser.add_argument("--sqlite", action="store_true", help="on SQLite instead of PostgreSQL")
    asked = parser.parse_args(arguments)
    try:
        with stopped_by_signals():
            met = [measure(size, sqlite=asked.sqlite) for size in SIZES]
    except Stopped as stopped:
        return stopped.exit_code
    except (CannotStart, subprocess.CalledProcessError) as problem:
        print(f"bench.drafting: {problem}")
        return 1
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
