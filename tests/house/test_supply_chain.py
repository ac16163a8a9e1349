"""Is it known what the site is made of, is nothing else installed, and is no lock called safe unseen? (R47)"""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

TOP = Path(__file__).resolve().parents[2]
LOCKS = ("runtime", "run", "dev", "postgres")
LINE = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[0-9][^\s;,*]*)(?P<hashes>( --hash=sha256:[0-9a-f]{64})+)"
)


def _lines(name: str) -> list[str]:
    """Return each requirement of a lock on one line, comments left out."""
    text = (TOP / "requirements" / f"{name}.txt").read_text()
    joined = re.sub(r"\s*\\\n\s*", " ", text)
    return [line for line in joined.splitlines() if line and not line.startswith("#")]


def _locked(name: str) -> set[tuple[str, str]]:
    return {(found["name"], found["version"]) for line in _lines(name) if (found := LINE.fullmatch(line))}


def _script(name: str, *words: str) -> "subprocess.CompletedProcess[str]":
    env = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    command = [sys.executable, "-m", f"scripts.{name}", *words]
    return subprocess.run(command, cwd=TOP, env=env, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_of_a_lock_names_one_version_and_its_hashes(name: str) -> None:
    lines = _lines(name)

    assert [line[:60] for line in lines if not LINE.fullmatch(line)] == []
    assert len(_locked(name)) == len(lines) > 0


def test_nothing_is_installed_but_by_hash() -> None:
    for file in ("scripts/install", "Dockerfile"):
        text = (TOP / file).read_text().replace("\\\n", " ")

        installing = re.findall(r"^.*\bpip install\b.*$", text, re.MULTILINE)

        assert installing, file
        assert [line for line in installing if "--require-hashes" not in line] == [], file


@pytest.fixture(scope="module")
def bom(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the document that `make sbom` writes."""
    file = tmp_path_factory.mktemp("sbom") / "sbom.cdx.json"
    done = _script("sbom", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(file.read_text())


@pytest.mark.services
def test_bill_of_materials_and_lock_name_the_same_versions_of_the_same_packages(bom: dict[str, Any]) -> None:
    listed = [(one["name"], one["version"]) for one in bom["components"] if one["purl"].startswith("pkg:pypi/")]

    assert set(listed) == _locked("runtime")
    assert len(listed) == len(set(listed))
    for one in bom["components"]:
        if one["purl"].startswith("pkg:pypi/"):
            assert one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}"


@pytest.mark.services
def test_bill_of_materials_carries_the_hashes_of_the_lock(bom: dict[str, Any]) -> None:
    for line in _lines("runtime"):
        found = LINE.fullmatch(line)
        [one] = [one for one in bom["components"] if one["name"] == found["name"]]

        hashes = {one["content"] for source in one["externalReferences"] for one in source.get("hashes", [])}

        assert hashes == set(re.findall(r"sha256:(\w+)", found["hashes"])), found["name"]


@pytest.mark.services
def test_bill_of_materials_lists_the_vendored_design_system_with_its_licence(bom: dict[str, Any]) -> None:
    manifest = json.loads((TOP / "static" / "vendor" / "uswds" / "manifest.json").read_text())

    [other] = [one for one in bom["components"] if not one["purl"].startswith("pkg:pypi/")]

    assert (f"{other['group']}/{other['name']}", other["version"]) == (manifest["package"], manifest["version"])
    assert other["licenses"] == [{"expression": "CC0-1.0 AND OFL-1.1 AND Apache-2.0 AND MIT"}]
    assert {one["name"]: one["hashes"][0]["content"] for one in other["components"]} == manifest["files"]


@pytest.mark.services
def test_bill_of_materials_says_what_it_is_of_and_that_all_of_it_is_needed(bom: dict[str, Any]) -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    root = bom["metadata"]["component"]
    needs = {one["ref"]: set(one.get("dependsOn", [])) for one in bom["dependencies"]}
    everything = {one["bom-ref"] for one in bom["components"]}

    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    assert (root["name"], root["version"]) == (project["name"], project["version"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", bom["metadata"]["timestamp"])
    assert needs[root["bom-ref"]] == everything
    assert needs.keys() == {root["bom-ref"], *everything}
    [celery] = [ref for ref in everything if ref.startswith("pkg:pypi/celery@")]
    assert any(ref.startswith("pkg:pypi/kombu@") for ref in needs[celery])


@pytest.mark.services
def test_nearly_every_package_says_its_licence(bom: dict[str, Any]) -> None:
    silent = {one["name"] for one in bom["components"] if not one.get("licenses")}

    assert silent <= {"resvg-py"}  # Its wheel says none; its repository says MPL-2.0.


class _Advisories(ThreadingHTTPServer):
    """A source of advisories that knows of what it is told, and asks for nothing."""

    daemon_threads = True
    status = 200
    weak = ""
    asked: int = 0


class _Answer(BaseHTTPRequestHandler):
    server: _Advisories

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = query["package"]["name"]
        self.server.asked += 1
        fixed = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}
        affected = {"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [fixed]}
        known = {"vulns": [{"id": "PYSEC-2026-1", "summary": "A hole.", "affected": [affected]}]}
        body = json.dumps(known if name == self.server.weak else {}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@pytest.fixture
def advisories() -> Iterator[_Advisories]:
    """Start a source of advisories on this machine."""
    server = _Advisories(("127.0.0.1", 0), _Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _audit(address: str, cache: Path) -> "subprocess.CompletedProcess[str]":
    return _script("audit", "-s", "osv", "--osv-url", address, "--cache-dir", str(cache))


@pytest.mark.services
def test_audit_is_silent_on_weaknesses_only_when_every_package_was_looked_up(
    advisories: _Advisories, tmp_path: Path
) -> None:
    done = _audit(f"http://127.0.0.1:{advisories.server_port}/", tmp_path)

    packages = len(_locked("dev")) + len(_locked("postgres"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{packages} locked packages checked; no weakness is known.\n"
    assert advisories.asked == packages


@pytest.mark.services
def test_audit_names_a_known_weakness_and_what_mends_it(advisories: _Advisories, tmp_path: Path) -> None:
    advisories.weak = "whitenoise"

    done = _audit(f"http://127.0.0.1:{advisories.server_port}/", tmp_path)

    version = dict(_locked("dev"))["whitenoise"]
    assert done.returncode == 1
    assert done.stderr == f"make audit: whitenoise {version}: PYSEC-2026-1, mended in 99.1\n"


@pytest.mark.services
@pytest.mark.parametrize(("how", "why"), [("away", "Connection refused"), ("broken", "ServiceError")])
def test_audit_that_could_not_check_is_no_success(how: str, why: str, advisories: _Advisories, tmp_path: Path) -> None:
    advisories.status = 500
    address = "http://127.0.0.1:1/" if how == "away" else f"http://127.0.0.1:{advisories.server_port}/"

    done = _audit(address, tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    dev, postgres, last = done.stderr.splitlines()
    assert dev.startswith("make audit: could not check requirements/dev.txt: ")
    assert postgres.startswith("make audit: could not check requirements/postgres.txt: ")
    assert why in dev
    assert last == "make audit: not every package was checked, so this says nothing about their safety."


def test_no_check_of_a_change_needs_a_source_of_advisories() -> None:
    makefile = (TOP / "Makefile").read_text()
    said = {
        target: re.search(rf"^{target}:.*\n((?:\t.*\n?)*)", makefile, re.MULTILINE)[0] for target in ("check", "lint")
    }

    assert not re.search(r"\baudit\b", "".join(said.values()) + (TOP / ".ci" / "run").read_text())
