"""How does a test visit a running production site, over plain HTTP behind a proxy of its own?"""

import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.db import connection

from tests.house.production import environment

CLIENT = "203.0.113.77"
PATIENCE_SECONDS = 60


@dataclass
class Form:
    """A form of a page: where it leads, and its fields by name with their kinds and values."""

    action: str
    method: str
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.found, self.select = path, list[Form](), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action") or self.path, given.get("method", "get").lower()))
        elif not self.found:
            return
        fields = self.found[-1].fields
        name = given.get("name", "")
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in given or not fields.get(self.select, ("", ""))[1]):
            fields[self.select] = ("select", given.get("value", ""))
        elif tag == "textarea" and name:
            fields[name] = ("textarea", "")
        elif tag in {"input", "button"} and name:
            kind = given.get("type", "text" if tag == "input" else "submit")
            if kind not in {"radio", "checkbox", "submit"} or name not in fields:
                fields[name] = (kind, given.get("value", "on" if kind == "checkbox" else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""


@dataclass
class Visitor:
    """One browser: keeps its cookies, follows nothing."""

    port: int
    agent: str = "Visitor"
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, sent: dict[str, str] | None = None) -> tuple[int, str]:
        """Get a page, or send it a form; return its status and text, and keep its headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {
            "Host": "esc.example",
            "Referer": f"https://esc.example{path}",
            "User-Agent": self.agent,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": CLIENT,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if sent is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("GET" if sent is None else "POST", path, urlencode(sent) if sent else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, kept = value.partition(";")[0].partition("=")
                self.cookies[key] = kept
        connection.close()
        return answer.status, text

    def forms(self, path: str) -> list[Form]:
        """Return the forms of a page; none of one that is not shown."""
        status, text = self.ask(path)
        if status != 200 or "text/html" not in self.headers.get("content-type", ""):
            return []
        parser = _Forms(path)
        parser.feed(text)
        return [form for form in parser.found if urlsplit(form.action).netloc == ""]

    def sign_in(self, email: str, passphrase: str) -> int:
        """Send the sign-in form; return the status of the answer."""
        [form, *_] = [form for form in self.forms("/accounts/login/") if "login" in form.fields]
        sent = {name: value for name, (_, value) in form.fields.items()}
        return self.ask(form.action, {**sent, "login": email, "password": passphrase})[0]


def database_address() -> str:
    """Return where another process finds the database of this test; the test must not be in a transaction."""
    there = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{there['NAME']}"
    return f"postgres://{there['USER']}@{there['HOST']}:{there['PORT']}/{there['NAME']}"


@contextmanager
def web(room: Path, **changed: str) -> Iterator[tuple[int, list[str]]]:
    """Run the web process of production; gives its port, and a list that holds its lines once it has ended."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _list_static_files(room / "static")
    words = re.search(r"^web: gunicorn (.*)$", (settings.BASE_DIR / "Procfile").read_text(), re.MULTILINE)[1].split()
    env = environment(
        VAR_DIR=str(room), STATIC_ROOT=str(room / "static"), TRUSTED_PROXY="true", SECOND_FACTOR_ROLES="", **changed
    )
    lines: list[str] = []
    output = room / f"web-{port}.log"
    with output.open("wb") as sink:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *words, "--bind", f"127.0.0.1:{port}"],
            cwd=settings.BASE_DIR,
            env=env,
            stdout=sink,
            stderr=sink,
        )
        try:
            _wait_until_it_answers(port, server)
            yield port, lines
        finally:
            server.terminate()
            server.wait(timeout=PATIENCE_SECONDS)
            lines.extend(output.read_text(encoding="utf-8").splitlines())


def _list_static_files(folder: Path) -> None:
    """Write what pages need of collectstatic, the list of names; packing the files takes ten times as long."""
    folder.mkdir(exist_ok=True)
    names = [name for finder in get_finders() for name, _ in finder.list([])]
    manifest = {"version": "1.1", "hash": "", "paths": {name: name for name in names}}
    (folder / "staticfiles.json").write_text(json.dumps(manifest))


def _wait_until_it_answers(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(PATIENCE_SECONDS * 5):
        assert server.poll() is None, "gunicorn ended at once."
        try:
            if Visitor(port).ask("/livez")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError("gunicorn does not answer.")
