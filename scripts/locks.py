"""Which packages do the locks hold, at which versions?"""

import re
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
FOLDER = TOP / "requirements"


def locked(name: str) -> dict[str, str]:
    """Return `{package: version}` of requirements/`name`.txt, names as the lock writes them."""
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))
