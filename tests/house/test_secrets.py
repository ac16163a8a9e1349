"""Is there no secret in the repository or its history, and do secrets come from the environment alone? (R45)"""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
LIST = "tests/house/secrets.toml"
REVIEWED = tomllib.loads((TOP / LIST).read_text())["reviewed"]
ASSIGNED = rb"(?i)\b\w*(?:secret|passw(?:or)?d|passphrase|api_?key|token)\w*[\"']?\s*[:=]\s*"
PATTERNS = {
    "private key": rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "key of a cloud": rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "token of a forge": rb"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,}|glpat-[\w-]{20,})",
    "token of a chat": rb"\bxox[abprs]-[\w-]{10,}",
    "token of a registry": rb"\b(?:pypi-AgEI[\w-]{16,}|npm_[A-Za-z0-9]{36}\b)",
    "key of a service": rb"\b(?:AIza[\w-]{35}|sk_live_\w{16,}|sk-[A-Za-z0-9_-]{32,})",
    "signed token": rb"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}",
    "password in an address": rb"\b[a-z][a-z0-9+.-]*://[^\s/:@\"'`<>{}$|]*:[^\s/:@\"'`<>{}$|]+@",
    # Letters and digits: names of fields, jobs and settings have no digits.
    "assigned in quotes": ASSIGNED + rb"[\"'](?=[^\s\"']*\d)(?=[^\s\"']*[A-Za-z])[^\s\"'{}$/]{12,}[\"']",
    "header": rb"(?i)authorization[\"']?\s*[:=]\s*[\"']?(?:basic|bearer)\s+[\w+/=.-]{12,}",
    "line of an .env file": rb"(?m)^(?:export )?\w*(?:SECRET|PASSWORD|TOKEN)\w*=[^\s$\"'{}]{8,}\s*$",
}
# In pieces, so that this file is not found by them.
SAMPLES = {
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "key of a cloud": "AKIA" + "IOSFODNN7EXAMPLE",
    "token of a forge": "ghp_" + "a1" * 18,
    "token of a chat": "xoxb-" + "1234567890-abc",
    "token of a registry": "pypi-" + "AgEIcHlwaS5vcmc-abcdef",
    "key of a service": "AIza" + "b" * 35,
    "signed token": "eyJhbGciOiJI" + ".eyJzdWIiOiIx" + ".c2lnbmF0dXJl",
    "password in an address": "postgres://esc" + ":hunter2@db:5432/esc",
    "assigned in quotes": 'SMTP_PASSWORD = "' + 'hunter2-hunter2"',
    "header": "Authorization: Bearer " + "abcdefghijklmnop",
    "line of an .env file": "POSTGRES_PASSWORD=" + "hunter2hunter2",
}


def _git(*words: str, given: bytes = b"") -> bytes:
    done = subprocess.run(["git", *words], cwd=TOP, input=given, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"There is no history here to look through: {done.stderr.decode().strip()}")
    return done.stdout


@cache
def _history() -> dict[tuple[str, str], set[str]]:
    """Return `{(path, found): {kind}}` over every version of every file that a commit of any branch holds."""
    paths: dict[bytes, str] = {}
    for line in _git("rev-list", "--objects", "--all").splitlines():
        name, _, path = line.partition(b" ")
        if path:
            paths[name] = path.decode("utf-8", "replace")
    found: dict[tuple[str, str], set[str]] = {}
    for name, content in _contents(paths):
        for kind, text in _suspicious(content):
            found.setdefault((paths[name], text), set()).add(kind)
    return found


def _contents(names: dict[bytes, str]) -> Iterator[tuple[bytes, bytes]]:
    """Give each file's content by its name in git, in one process for all."""
    told = _git("cat-file", "--batch", given=b"\n".join(names) + b"\n")
    at = 0
    while at < len(told):
        head, start = told[at : told.index(b"\n", at)], told.index(b"\n", at) + 1
        name, kind, size = head.split()
        if kind == b"blob":
            yield name, told[start : start + int(size)]
        at = start + int(size) + 1


def _suspicious(content: bytes) -> Iterator[tuple[str, str]]:
    for kind, pattern in PATTERNS.items():
        for found in re.finditer(pattern, content):
            yield kind, found[0].decode("utf-8", "replace").strip()


def _is_reviewed(path: str, text: str) -> bool:
    return any(one["found"] == text and path in [*one["in"], LIST] for one in REVIEWED)


@pytest.mark.parametrize("kind", PATTERNS)
def test_each_kind_of_secret_would_be_found(kind: str) -> None:
    text = f"before\n{SAMPLES[kind]}\nafter"

    assert kind in dict(_suspicious(text.encode()))


def test_no_tracked_file_holds_a_secret() -> None:
    files = [Path(name) for name in _git("ls-files", "-z").decode().split("\0") if name]
    found = {
        (str(file), text)
        for file in files
        if (TOP / file).is_file()
        for _, text in _suspicious((TOP / file).read_bytes())
    }

    assert sorted(one for one in found if not _is_reviewed(*one)) == []


def test_no_version_of_any_file_in_the_history_held_a_secret() -> None:
    assert sorted(one for one in _history() if not _is_reviewed(*one)) == []


def test_nothing_is_allowed_that_is_not_there() -> None:
    if _git("rev-parse", "--is-shallow-repository").strip() == b"true":
        pytest.skip("This clone holds the newest part of the history only.")
    allowed = {(path, one["found"]) for one in REVIEWED for path in one["in"]}

    assert sorted(allowed - _history().keys()) == []


def test_no_file_of_secrets_is_tracked_or_goes_into_the_image() -> None:
    tracked = _git("ls-files").decode().splitlines()

    assert [name for name in tracked if re.search(r"(^|/)\.env|\.(pem|key|p12|pfx|jks|kdbx)$", name)] == []
    assert ".env" in (TOP / ".gitignore").read_text().splitlines()
    everything, *taken = [line for line in (TOP / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert everything == "*"
    assert [line for line in taken if line.startswith("!.") or "*" in line] == ["**/__pycache__"]


def test_production_has_no_secret_of_its_own() -> None:
    source = (TOP / "esc_tracker" / "settings.py").read_text()
    read = dict(re.findall(r"""env\.(?:str|list)\("(\w*(?:SECRET|KEY)\w*)", (.*)\)""", source))

    assert read == {
        "SECRET_KEY": '"" if PRODUCTION else "development-only-" + "k" * 50',
        "SECRET_KEY_FALLBACKS": "default=[]",
        "OIDC_CLIENT_SECRET": '""',
        "OIDC_PRIVATE_KEY_FILE": '""',
    }
