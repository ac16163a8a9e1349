"""Is a weakness known in a locked package, and was every one of them really looked up?

usage: python -m scripts.audit [pip-audit's own options, such as -s osv]        (asks a source of advisories)

Says 0 only when each package of each lock was found there and nothing is known of it; 1 when something is; 2 when it
could not check. The tool itself calls it a success when it was told nothing at all.
"""

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from scripts.locks import FOLDER, locked

LOCKS = ("dev", "postgres")  # The first holds the runtime lock and that of `make run`; a test compares them.


@dataclass
class Answer:
    """What was learned: sentences on weaknesses and on what could not be checked, and how many packages were."""

    known: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    checked: int = 0


def look_up(lock: str, options: list[str], answer: Answer) -> None:
    """Add to `answer` what the advisories say of one lock."""
    with tempfile.TemporaryDirectory() as room:
        told = Path(room) / "told.json"
        command = [sys.executable, "-m", "pip_audit", "--strict", "--require-hashes", "--disable-pip", *options]
        command += ["--progress-spinner", "off", "--format", "json", "--output", str(told)]
        command += ["--requirement", str(FOLDER / f"{lock}.txt")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        report = json.loads(told.read_text(encoding="utf-8")) if told.exists() and told.stat().st_size else None
    if report is None:
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        answer.unchecked.append(f"requirements/{lock}.txt: {re.sub(r'^ERROR:[^:]*:', '', lines[-1])}")
        return
    found = {(one["name"], one.get("version")): one for one in report["dependencies"]}
    for name, version in locked(lock).items():
        one = found.get((name, version), {"skip_reason": f"{name} {version} was not looked up"})
        if reason := one.get("skip_reason"):
            answer.unchecked.append(f"requirements/{lock}.txt: {reason}")
            continue
        answer.checked += 1
        for weakness in one["vulns"]:
            mended = ", ".join(weakness["fix_versions"]) or "no version yet"
            answer.known.append(f"{name} {version}: {weakness['id']}, mended in {mended}")


def main(options: list[str]) -> int:
    """Look up each lock and say what came of it."""
    answer = Answer()
    for lock in LOCKS:
        look_up(lock, options, answer)
    for sentence in answer.known:
        print(f"make audit: {sentence}", file=sys.stderr)
    for sentence in answer.unchecked:
        print(f"make audit: could not check {sentence}", file=sys.stderr)
    if answer.unchecked:
        print("make audit: not every package was checked, so this says nothing about their safety.", file=sys.stderr)
        return 2
    if answer.known:
        return 1
    print(f"{answer.checked} locked packages checked; no weakness is known.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
