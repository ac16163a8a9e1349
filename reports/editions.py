"""What is one edition of a report, byte for byte, and is it unchanged?

An edition is canonical JSON: UTF-8, keys sorted, no spaces, with the SHA-256 of all the rest under `digest`.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from esc_tracker.reader import coac_reader, esc_reader
from reports.definitions import VERSION as DEFINITIONS
from reports.figures import take_figures
from reports.written import Written, edit_lines

SCHEMA = 2  # raised whenever the keys or the meaning of a number change; older reports are then no longer replayed
ESC, COAC = "esc", "coac"
NOTHING_WRITTEN = Written()


@dataclass(frozen=True)
class Edition:
    """The exact text of one edition, and its digest."""

    text: str
    digest: str


def take_esc(
    *, week: str, version: int, as_of: datetime, since: datetime, written: Written = NOTHING_WRITTEN
) -> Edition:
    """Draw up the committee's edition of a week from the record as of a moment, with what PLCY wrote. Ten queries."""
    figures = take_figures(esc_reader(as_of), since, week=week)
    for rows in figures.values():
        if isinstance(rows, list):
            edit_lines(rows, written.edits)
    named = _named(ESC, week, version, written.narrative)
    return seal(figures | named | {"asks": [dict(ask) for ask in written.asks], "correction": written.correction})


def take_coac(
    *,
    week: str,
    version: int,
    as_of: datetime,
    since: datetime,
    withheld: Collection[str] = (),
    withheld_before: Collection[str] = (),
    narrative: str = "",
) -> Edition:
    """Draw up COAC's edition: the same moment, shared fields, `since` the release before. Four queries.

    When that release withheld other milestones, its total counts others, and the headline compares with nothing.
    """
    reader = coac_reader(as_of, withheld=frozenset(withheld))
    compare = set(withheld) == set(withheld_before)
    figures = take_figures(reader, since, week=week, compare=compare)
    return seal(figures | _named(COAC, week, version, narrative))


def seal(figures: dict[str, Any]) -> Edition:
    """Return the canonical text of figures, sealed with their digest."""
    rest = {name: value for name, value in figures.items() if name != "digest"}
    digest = digest_of(rest)
    return Edition(canonical({**rest, "digest": digest}), digest)


def canonical(figures: dict[str, Any]) -> str:
    """Return the one way to write figures: keys sorted, no spaces, characters as they are."""
    return json.dumps(figures, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(figures: dict[str, Any]) -> str:
    """Return the SHA-256 of figures in canonical form, leaving out their own `digest`."""
    rest = {name: value for name, value in figures.items() if name != "digest"}
    return hashlib.sha256(canonical(rest).encode()).hexdigest()


def why_broken(text: str, digest: str) -> str:
    """Say in words how an edition differs from what was frozen; "" when it is unchanged."""
    try:
        figures = json.loads(text)
    except ValueError:
        return "it is no longer JSON"
    if not isinstance(figures, dict) or canonical(figures) != text:
        return "it is no longer in canonical form"
    if figures.get("digest") != digest:
        return "its digest is not the one that was kept"
    return "" if digest_of(figures) == digest else "its text does not match its digest"


def _named(edition: str, week: str, version: int, narrative: str) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "definitions": DEFINITIONS,
        "week": week,
        "edition": edition,
        "version": version,
        "narrative": narrative,
    }
