"""Where is the whole site running as it is deployed, so that a part of it can be hurt?

Proxy with TLS, two web services, two workers, two schedules, PostgreSQL, broker and mail server: the commands of the
Procfile, the environment of docker-compose.yml, the proxy's own file. Each part is known by a name and ended by its
process id.
"""

import contextlib
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg2
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from esc_tracker import clock
from scripts.children import Child, Children
from scripts.run import processes
from scripts.servers import TOP, Cluster, Valkey, answers, cluster, create_database, free_port
from tests.reports.smtp_sink import Sink, smtp_sink

PATIENCE_SECONDS = 60
# Kept through a crash of the server's processes; only a power cut is not played here.
DURABLE = ("-c", "fsync=off", "-c", "max_connections=200")
COMPOSE = yaml.safe_load((TOP / "docker-compose.yml").read_text())
WEB, WORKERS, BEATS = ("web-1", "web-2"), ("worker-1", "worker-2"), ("beat-1", "beat-2")
PARTS = (*WEB, *WORKERS, *BEATS, "proxy")
PREPARED = "prepared"


@dataclass
class Installation:
    """A running site. `told` are variables beside those of docker-compose.yml, as an operator would set them."""

    room: Path
    database: Cluster
    broker: Valkey
    sink: Sink
    children: Children
    told: dict[str, str] = field(default_factory=dict)
    parts: dict[str, Child] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in (*WEB, "proxy", "plain")})

    # --- What it is told ------------------------------------------------------------------------------------------

    @property
    def address(self) -> str:
        """Where people find it."""
        return f"https://localhost:{self.ports['proxy']}"

    @property
    def certificate(self) -> Path:
        """What a browser must trust."""
        return self.room / "proxy" / "tls" / "fullchain.pem"

    def environment(self, name: str = "web-1", service: str = "web") -> dict[str, str]:
        """Return the environment that docker-compose.yml gives a service, with this installation's own secrets."""
        secret = {
            "SECRET_KEY": self.told.get("SECRET_KEY", ""),
            "ALLOWED_HOSTS": "localhost",
            "BASE_URL": self.address,
            "RUNTIME_PASSWORD": "runtime",
            "POSTGRES_PASSWORD": "owner",
            "REDIS_PASSWORD": self.broker.password,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
        }
        there = {"@db:5432/": f"@127.0.0.1:{self.database.port}/", "@broker:6379/": f"@127.0.0.1:{self.broker.port}/"}
        room = self.room / name
        room.mkdir(exist_ok=True)
        env = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONWARNINGS": "ignore:You're running the worker",
            "VAR_DIR": str(room),
            "STATIC_ROOT": str(self.room / "static"),
            "SECOND_FACTOR_ROLES": "",  # The people here have no telephone.
        }
        for variable, value in COMPOSE["services"][service]["environment"].items():
            text = re.sub(
                r"\$\{(\w+)(?::[?-]([^}]*))?\}", lambda found: secret.get(found[1]) or found[2] or "", str(value)
            )
            for host, here in there.items():
                text = text.replace(host, here)
            env[variable] = text
        if name in WEB:
            env["GUNICORN_CMD_ARGS"] = f"--bind 127.0.0.1:{self.ports[name]} --worker-tmp-dir {room}"
        return env | self.told

    # --- Starting and ending its parts ------------------------------------------------------------------------------

    def start(self, *names: str) -> None:
        """Start parts of it; returns once those that listen do."""
        for name in names:
            kind = name.partition("-")[0]
            log = self.room / f"{name}.log"
            if name == "database":
                self.parts[name] = self.database.start(self.children, DURABLE)
            elif name == "broker":
                self.parts[name] = self.broker.start(self.children)
            elif name == "proxy":
                command = ["nginx", "-c", str(self.room / "proxy" / "nginx.conf"), "-e", str(log), "-g", "daemon off;"]
                self.parts[name] = self.children.start(name, command, env=self.environment(), log=log)
            else:
                command = processes()[kind]
                if kind == "worker":
                    command = [*command, "--hostname", f"{name}@here"]
                self.parts[name] = self.children.start(name, command, env=self.environment(name), cwd=TOP, log=log)
        for name in names:
            if name in self.ports:
                self.wait(lambda port=self.ports[name]: answers(port), f"{name} listens")

    def kill(self, name: str) -> None:
        """End a part with all its processes at once, as if its machine were gone."""
        child = self.parts.pop(name)
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self.children.running.remove(child)

    def hold(self, name: str) -> None:
        """Stop a part where it stands: it takes connections and answers nothing."""
        os.killpg(self.parts[name].process.pid, signal.SIGSTOP)

    def let_go(self, name: str) -> None:
        """Let a part that was held go on."""
        os.killpg(self.parts[name].process.pid, signal.SIGCONT)

    def restart_ended(self) -> None:
        """Start again what has ended by itself, as `restart: unless-stopped` of docker-compose.yml does."""
        for name, child in list(self.parts.items()):
            if self.parts.get(name) is child and child.process.poll() is not None and name in PARTS:
                self.children.running.remove(child)
                self.start(name)

    def ask_to_end(self, name: str, *, seconds: float = PATIENCE_SECONDS) -> float:
        """Ask a part to end in order, as a deployment does; return after how many seconds it had."""
        begun, child = time.monotonic(), self.parts.pop(name)
        child.process.send_signal(child.stop_signal)
        child.process.wait(seconds)
        self.children.running.remove(child)
        return time.monotonic() - begun

    def processes_of(self, name: str) -> list[int]:
        """Return the process ids that a part has started: web processes, pool children."""
        pid = self.parts[name].process.pid
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def memory_mib(self, name: str) -> float:
        """Return the resident memory of a part with its children."""
        pids = [self.parts[name].process.pid, *self.processes_of(name)]
        return sum(_resident(pid) for pid in pids) / 1024

    def log(self, name: str) -> str:
        """Return what a part has said."""
        return (self.room / f"{name}.log").read_text(errors="replace")

    def begin_anew(self) -> None:
        """End all but the database, forget what was done, and go back to the record as it was prepared."""
        for name in [name for name in self.parts if name != "database"]:
            self.kill(name)
        if "database" not in self.parts:
            self.start("database")
        self.wait(lambda: self.ask("SELECT 1", database="postgres"), "the database takes work")
        self.ask("DROP DATABASE IF EXISTS esc WITH (FORCE)", database="postgres")
        self.ask(f"CREATE DATABASE esc TEMPLATE {PREPARED}", database="postgres")
        for path in self.room.glob("*.log"):
            path.unlink()
        for path in self.room.glob("beat-*/beat-schedule*"):
            path.unlink()
        self.sink.begin_anew()
        self.start("broker")

    # --- Asking it --------------------------------------------------------------------------------------------------

    def ask(self, query: str, *values: Any, database: str = "esc") -> list[tuple[Any, ...]]:
        """Ask the database as its owner; on a connection of its own, so that a crash leaves nothing hanging."""
        with contextlib.closing(psycopg2.connect(self.database.url, dbname=database)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(query, values)
                return cursor.fetchall() if cursor.description else []

    def manage(self, *command: str, service: str = "web", **told: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the site's, as an operator does."""
        env = self.environment("operator", service) | told
        return subprocess.run(
            [sys.executable, "manage.py", *command], cwd=TOP, env=env, capture_output=True, text=True, timeout=120
        )

    def tell(self, program: str) -> str:
        """Run a program on the record, with the site's own settings."""
        done = self.manage("shell", "-v0", "-c", program)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def wait(self, condition: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> float:
        """Return after how many seconds the condition held; fail when it does not in time."""
        begun = time.monotonic()
        while True:
            with contextlib.suppress(psycopg2.OperationalError):
                if condition():
                    return time.monotonic() - begun
            self.restart_ended()
            if time.monotonic() - begun > seconds:
                raise AssertionError(f"Not within {seconds:.0f} s: {what}. {self._last_words()}")
            time.sleep(0.1)

    def _last_words(self) -> str:
        said = {path.stem: path.read_text(errors="replace")[-600:] for path in sorted(self.room.glob("*.log"))}
        return "\n".join(f"--- {name}\n{words}" for name, words in said.items() if words)


def _resident(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


# --- Setting one up -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def installed(room: Path, prepare: str, **told: str) -> Iterator[Installation]:
    """Give an installation with database, broker and mail server running, and its record told by `prepare`.

    `prepare` is a program; it runs with the site's settings after migrate, as the site's own role. Nothing else is
    started yet.
    """
    room.mkdir(parents=True, exist_ok=True)
    (room / "broker").mkdir()
    with cluster() as database, smtp_sink() as sink, Children() as children:
        broker = Valkey(room / "broker", free_port(), secrets.token_urlsafe(24))
        told = {"SECRET_KEY": secrets.token_urlsafe(60), "TICK_SECONDS": "2", "DIGEST_AT": "00:00", **told}
        site = Installation(room, database, broker, sink, children, told)
        site.start("database", "broker")
        create_database(database)
        _set_up_proxy(site)
        for command in (["migrate", "--no-input", "-v0"], ["createcachetable"], ["grant_runtime_role"]):
            done = site.manage(*command, service="migrate")
            assert done.returncode == 0, done.stderr
        done = site.manage("collectstatic", "--no-input", "-v0")
        assert done.returncode == 0, done.stderr
        site.tell(prepare)
        site.ask(f"CREATE DATABASE {PREPARED} TEMPLATE esc", database="postgres")
        yield site


def _set_up_proxy(site: Installation) -> None:
    """Lay the proxy's own file beside the names of our web services, with other ports and a certificate of ours."""
    folder = site.room / "proxy"
    (folder / "tls").mkdir(parents=True)
    text = (TOP / "deploy" / "nginx.conf").read_text()
    text = text.replace("listen 8443", f"listen 127.0.0.1:{site.ports['proxy']}")
    text = text.replace("listen 8080", f"listen 127.0.0.1:{site.ports['plain']}")
    (folder / "nginx.conf").write_text(text.replace(" /tmp/", f" {folder}/"))
    servers = "".join(f"server 127.0.0.1:{site.ports[name]} max_fails=2 fail_timeout=1s; " for name in WEB)
    (folder / "upstream.conf").write_text(f"upstream site {{ {servers} keepalive 16; keepalive_timeout 4s; }}\n")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = clock.wall()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    site.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "tls" / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
