#!/usr/bin/env python3
"""Which files of the U.S. Web Design System do we serve, and how are they refreshed?

usage: scripts/vendor_uswds.py VERSION        (for instance 3.14.0; needs npm, which asks its own registry)

Writes static/vendor/uswds/: the style sheet, the two scripts, the icon sprite, the fonts and pictures the style sheet
names, the licence, and manifest.json with the SHA-256 of each file, which a test checks again. Three things are changed
on the way, because the hashed static storage refuses a style sheet that names a missing file: comments naming source
maps go, the picture of the unused hero component goes, and so does everything nobody refers to. Public Sans is in the
package but not in its default style sheet, so it is not here.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "@uswds/uswds"
HOME = Path(__file__).resolve().parent.parent / "static" / "vendor" / "uswds"
STYLE = "css/uswds.min.css"
ALWAYS = (
    STYLE,
    "js/uswds.min.js",
    "js/uswds-init.min.js",
    "img/sprite.svg",
    "img/us_flag_small.png",
    "img/icon-dot-gov.svg",
    "img/icon-https.svg",
)
UNUSED = re.compile(r"url\(\.\./img/hero\.jpg\)")
SOURCE_MAP = re.compile(r"\s*(?:/\*|//)# sourceMappingURL=\S+(?: \*/)?\s*$")
TARGET = re.compile(r"""url\(["']?(?!data:|#)([^"')#?]+)""")


def targets(style: str) -> set[str]:
    """Return the files a style sheet names, relative to the package's `dist` folder."""
    return {name.removeprefix("../") for name in TARGET.findall(style)}


def clean(name: str, text: str) -> str:
    """Return the text of a script or style sheet without what the hashed static storage would trip over."""
    text = SOURCE_MAP.sub("\n", text)
    return UNUSED.sub("none", text) if name == STYLE else text


def unpack(version: str, room: Path) -> Path:
    """Fetch the package with npm, which checks its integrity, and return its folder."""
    subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{version}"], cwd=room, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(room.glob("*.tgz"))) as archive:
        archive.extractall(room, filter="data")
    return room / "package"


def vendor(package: Path, home: Path) -> dict[str, str]:
    """Replace `home` with our subset of the package. Returns `{path: sha256}`."""
    shutil.rmtree(home, ignore_errors=True)
    style = clean(STYLE, (package / "dist" / STYLE).read_text(encoding="utf-8"))
    digests: dict[str, str] = {}
    for name in sorted({*ALWAYS, *targets(style), "LICENSE.md"}):
        source = package / name if name == "LICENSE.md" else package / "dist" / name
        content = source.read_bytes()
        if name.endswith((".css", ".js")):
            content = clean(name, content.decode("utf-8")).encode("utf-8")
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)
        digests[name] = hashlib.sha256(content).hexdigest()
    return digests


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("version")
    version = ask.parse_args().version
    with tempfile.TemporaryDirectory() as room:
        package = unpack(version, Path(room))
        found = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
        digests = vendor(package, HOME)
    manifest = {"package": PACKAGE, "version": found, "files": digests}
    (HOME / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    size = sum((HOME / name).stat().st_size for name in digests)
    sys.stdout.write(f"{PACKAGE} {found}: {len(digests)} files, {size // 1024} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
