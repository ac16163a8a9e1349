"""What is the running site made of? Writes it as a CycloneDX document, from the lock and what is vendored.

usage: python -m scripts.sbom [FILE]        (var/sbom.cdx.json by default; no network is asked)

Packages, versions and hashes are those of requirements/runtime.txt, which the image installs and nothing else; licences
and what needs what come from the installed packages, which must be of the same versions.
"""

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.locks import FOLDER, TOP, locked

LOCK = "runtime"
DEFAULT = TOP / "var" / "sbom.cdx.json"
USWDS = TOP / "static" / "vendor" / "uswds" / "manifest.json"
# What its LICENSE.md says of the files we serve: CC0, the two fonts under OFL, icons under Apache, normalize.css MIT.
USWDS_LICENCE = "CC0-1.0 AND OFL-1.1 AND Apache-2.0 AND MIT"
LONGEST_NAME = 100  # Some packages put the whole text where a licence's name belongs.
Component = dict[str, Any]


class CannotSay(Exception):
    """The document would not be true; the message says why."""


def from_lock() -> dict[str, Any]:
    """Return what CycloneDX makes of the lock: names, versions, hashes."""
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", str(FOLDER / f"{LOCK}.txt")]
    command += ["--pyproject", str(TOP / "pyproject.toml"), "--spec-version", "1.6", "--output-file", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotSay(f"cyclonedx-py cannot read the lock: {done.stderr.strip()}")
    return json.loads(done.stdout)


def licences_of(installed: metadata.Distribution) -> list[dict[str, Any]]:
    """Return the licence as the package declares it: an SPDX expression, or else a name; empty when it says nothing."""
    told = installed.metadata
    if expression := told.get("License-Expression"):
        return [{"expression": expression}]
    name = (told.get("License") or "").strip()
    if name and len(name) <= LONGEST_NAME and "\n" not in name:
        return [{"license": {"name": name}}]
    classifiers = [c for c in told.get_all("Classifier") or [] if c.startswith("License ::")]
    return [{"license": {"name": c.rpartition(" :: ")[2]}} for c in classifiers]


def described(component: Component, versions: dict[str, str]) -> tuple[Component, dict[str, Any]]:
    """Return a component of the lock with its licence, and which others of the lock it needs."""
    name = component["name"]
    installed = metadata.distribution(name)
    if installed.version != versions[name]:
        raise CannotSay(f"{name} is installed as {installed.version}, and locked as {versions[name]}. Say make lint.")
    asked = [Requirement(text) for text in installed.requires or []]
    needs = {canonicalize_name(one.name) for one in asked if not one.marker or one.marker.evaluate({"extra": ""})}
    licences = licences_of(installed)
    ref = component["purl"]
    told = {**component, "bom-ref": ref, **({"licenses": licences} if licences else {})}
    del told["description"]  # It quotes the lock with every hash, which stand beside it already.
    needed = [f"pkg:pypi/{need}@{versions[need]}" for need in sorted(needs & versions.keys())]
    return told, {"ref": ref, "dependsOn": needed}


def vendored() -> Component:
    """Return the design system, of which files are kept in the repository."""
    manifest = json.loads(USWDS.read_text(encoding="utf-8"))
    group, _, name = manifest["package"].partition("/")
    ref = f"pkg:npm/%40{group.removeprefix('@')}/{name}@{manifest['version']}"
    files = [
        {"type": "file", "name": path, "hashes": [{"alg": "SHA-256", "content": digest}]}
        for path, digest in sorted(manifest["files"].items())
    ]
    return {
        "type": "library",
        "bom-ref": ref,
        "group": group,
        "name": name,
        "version": manifest["version"],
        "purl": ref,
        "licenses": [{"expression": USWDS_LICENCE}],
        "components": files,
    }


def bill_of_materials() -> dict[str, Any]:
    """Return the whole document; raises CannotSay when it would differ from the lock or from CycloneDX's schema."""
    versions = {canonicalize_name(name): version for name, version in locked(LOCK).items()}
    bom = from_lock()
    pairs = [described(component, versions) for component in bom["components"]]
    design_system = vendored()
    bom["components"] = [*(component for component, _ in pairs), design_system]
    root = bom["metadata"]["component"]["bom-ref"]
    everything = [component["bom-ref"] for component in bom["components"]]
    leaves = [needs for _, needs in pairs]
    bom["dependencies"] = [{"ref": root, "dependsOn": everything}, *leaves, {"ref": design_system["bom-ref"]}]
    found = {(component["name"], component["version"]) for component, _ in pairs}
    if found != set(versions.items()):
        raise CannotSay(f"The document and the lock differ: {sorted(found ^ set(versions.items()))}.")
    if wrong := JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bom)):
        raise CannotSay(f"The document is not CycloneDX: {wrong}")
    return bom


def main(file: Path = DEFAULT) -> str | None:
    """Write the document; returns why not, or None."""
    try:
        bom = bill_of_materials()
    except CannotSay as problem:
        return f"make sbom: {problem}"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(bom, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(bom['components']) - 1} packages of requirements/{LOCK}.txt and USWDS: {file}")
    return None


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
