"""How long does each page take, beside a page that does almost nothing?

usage: make bench [ARGS="--milestones 1000 --rounds 200"]

Starts a PostgreSQL of its own, loads a thousand milestones, runs gunicorn as the Procfile does with production
settings, signs in with the passphrase, and asks for each page in turn, one at a time, over one connection.
"""

import argparse
import contextlib
import http.client
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path

from scripts.children import Child, Children, Stopped, stopped_by_signals
from scripts.run import processes
from scripts.servers import TOP, CannotStart, answers, free_port, postgres

HOST = "esc.example"
SIGN_IN = "/accounts/login/"
WARM_UP = 20
YARDSTICK = "session, user, one row"
PAGES = {
    "hello": "/bench/hello",
    YARDSTICK: "/bench/row",
    "milestones, 25 of them": "/milestones/",
    "milestones, overdue": "/milestones/?overdue=1",
    "milestones, as of Sep. 1": "/milestones/?as_of=2020-09-01",
    "one milestone": "/milestones/4.3/",
    "overview, PLCY": "/",
    "overdue dashboard": "/overdue/",
}
AIMS = {"milestones, 25 of them": 8.0, "one milestone": 6.0, "overview, PLCY": 6.0}
MOST_QUERIES, MOST_MEMORY_MIB = 8, 120


@dataclass
class Visitor:
    """One signed-in browser on one kept connection, as the proxy passes it on."""

    connection: http.client.HTTPConnection
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[http.client.HTTPResponse, bytes]:
        """Send one request and read the whole answer."""
        headers = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"https://{HOST}{path}"}
            body = urllib.parse.urlencode(form)
        self.connection.request("GET" if form is None else "POST", path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer, content

    def sign_in(self, email: str, passphrase: str) -> None:
        """Sign in by the form, as a person does."""
        _, page = self.ask(SIGN_IN)
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        form = {"login": email, "password": passphrase, "accept": "yes"}
        form["csrfmiddlewaretoken"] = token[1].decode() if token else ""
        answer, _ = self.ask(SIGN_IN, form)
        if answer.status != 302:
            raise CannotStart(f"Signing in answered {answer.status}.")


@dataclass(frozen=True)
class Figure:
    """What one page took: milliseconds (median of all rounds), queries, bytes."""

    milliseconds: float
    queries: int
    size: int


def measure(visitor: Visitor, rounds: int) -> dict[str, Figure]:
    """Ask for every page in turn, `rounds` times; a page that is not there is left out, aloud."""
    nobody = Visitor(visitor.connection)
    whose = {name: nobody if name == "hello" else visitor for name in PAGES}
    there = {}
    for name, path in PAGES.items():
        answer, _ = whose[name].ask(path)
        if answer.status == 200:
            there[name] = path
        else:
            print(f"left out: {name} ({path}) answered {answer.status}")
    times: dict[str, list[float]] = {name: [] for name in there}
    figures = {}
    for number in range(WARM_UP + rounds):
        for name, path in there.items():
            begun = time.perf_counter()
            answer, content = whose[name].ask(path)
            took = time.perf_counter() - begun
            if number >= WARM_UP:
                times[name].append(took * 1000)
            figures[name] = Figure(0, int(answer.headers["X-Bench-Queries"]), len(content))
    return {name: Figure(statistics.median(times[name]), f.queries, f.size) for name, f in figures.items()}


def memory_of_workers(web: Child) -> list[float]:
    """Return the resident MiB of each web worker."""
    children = Path(f"/proc/{web.process.pid}/task/{web.process.pid}/children").read_text().split()
    statuses = [Path(f"/proc/{pid}/status").read_text() for pid in children]
    return [int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024 for status in statuses]  # type: ignore[index]


@contextlib.contextmanager
def site(milestones: int) -> Iterator[tuple[int, Child]]:
    """Run the loaded site as in production; gives its port and its web process."""
    port = free_port()
    with postgres() as database, tempfile.TemporaryDirectory(prefix="esc-bench-") as room, Children() as children:
        env = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "ESC_ENV": "production",
            "SECOND_FACTOR_ROLES": "",
            "SECRET_KEY": secrets.token_urlsafe(60),
            "ALLOWED_HOSTS": HOST,
            "BASE_URL": f"https://{HOST}",
            "TRUSTED_PROXY": "true",
            "DATABASE_URL": database,
            "REDIS_URL": "redis://:not-used@127.0.0.1:1/0",
            "EMAIL_URL": "smtp://127.0.0.1:1",
            "VAR_DIR": room,
            "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port} --log-level warning",
        }
        begun = time.monotonic()
        subprocess.run([sys.executable, "-m", "bench.load", str(milestones)], cwd=TOP, env=env, check=True)
        print(f"{milestones} milestones loaded in {time.monotonic() - begun:.0f} s")
        collect = [sys.executable, "-m", "django", "collectstatic", "--no-input", "--verbosity", "0"]
        subprocess.run(collect, cwd=TOP, env=env, check=True)
        command = [word.replace("esc_tracker.wsgi", "bench.wsgi") for word in processes()["web"]]
        web = children.start("web", command, env=env, cwd=TOP, log=Path(room) / "web.log")
        while not answers(port):
            if web.process.poll() is not None:
                raise CannotStart("gunicorn ended; what it printed stands above.")
            time.sleep(0.1)
        yield port, web


def report(figures: dict[str, Figure], memory: list[float]) -> None:
    """Print the table: each page beside the yardstick, and the aims."""
    yardstick = figures[YARDSTICK].milliseconds
    print(f"\n{'page':<26}{'median':>10}{'times':>8}{'queries':>9}{'KiB':>7}")
    for name, figure in figures.items():
        times = figure.milliseconds / yardstick
        missed = [f"aim {AIMS[name]:g} times"] if times > AIMS.get(name, times) else []
        if name in AIMS and figure.queries > MOST_QUERIES:
            missed.append(f"aim {MOST_QUERIES} queries")
        line = f"{name:<26}{figure.milliseconds:>7.2f} ms{times:>8.1f}{figure.queries:>9}{figure.size / 1024:>7.1f}"
        print(line, "  missed: " + ", ".join(missed) if missed else "")
    each = ", ".join(f"{mib:.0f}" for mib in memory)
    print(f"\nweb workers: {each} MiB resident (aim {MOST_MEMORY_MIB})")


def main(arguments: list[str]) -> int:
    """Load, run, measure, print."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure the pages beside a page that does nothing.")
    parser.add_argument("--milestones", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=200)
    asked = parser.parse_args(arguments)
    try:
        with stopped_by_signals(), site(asked.milestones) as (port, web):
            visitor = Visitor(http.client.HTTPConnection("127.0.0.1", port))
            visitor.sign_in("plcy@bench.example", "counterfeit-free-2020")
            figures = measure(visitor, asked.rounds)
            report(figures, memory_of_workers(web))
    except Stopped as stopped:
        return stopped.exit_code
    except (CannotStart, subprocess.CalledProcessError) as problem:
        print(f"bench: {problem}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
