"""What must be kept elsewhere, so that an end of the journal that was cut off or written anew is found?

The number and digest of the last entry: an anchor. Whoever can rewrite the database cannot rewrite what lies elsewhere.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from esc_tracker.journal.models import Entry

_ANCHOR = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})(?:\s.*)?")


class NoAnchor(ValueError):
    """The text given is neither an anchor nor a file of them; the message says so."""


@dataclass(frozen=True)
class Anchor:
    """One entry's number and digest, as they were when the anchor was taken."""

    number: int
    digest: str


def last_anchor() -> str:
    """Return the last entry's anchor in one line, `NUMBER:DIGEST MOMENT`; "" for an empty journal. One query."""
    last = Entry.objects.order_by("-number").only("number", "digest", "recorded_at").first()
    return f"{last.number}:{last.digest} {last.recorded_at.isoformat(timespec='microseconds')}" if last else ""


def read_anchors(text: str) -> list[Anchor]:
    """Read one anchor, or a file with one on each line; raise NoAnchor for anything else."""
    if _ANCHOR.fullmatch(text.strip()):
        return [_read(text)]
    try:
        lines = [line for line in Path(text).read_text().splitlines() if line.strip()]
    except (OSError, ValueError):
        raise NoAnchor(f"“{text}” is neither NUMBER:DIGEST nor a file that can be read.") from None
    if not lines:
        raise NoAnchor(f"The file {text} holds no anchor.")
    return [_read(line) for line in lines]


def _read(line: str) -> Anchor:
    found = _ANCHOR.fullmatch(line.strip())
    if found is None:
        raise NoAnchor(f"“{line.strip()}” is no anchor: it is written NUMBER:DIGEST.")
    return Anchor(int(found[1]), found[2])
