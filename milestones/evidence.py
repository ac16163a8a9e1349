"""What shows that a milestone is complete?

A citation, never a file: the record copy stays with whoever holds it.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from milestones.words import SHORT_MAX, STATEMENT_MAX, UNPRINTABLE, has_control_characters

MISSING_TITLE = "Give the document's title."
MISSING_HOLDER = "Say who holds the record copy."
BAD_LINK = "A link begins with http:// or https://."


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A citation: title, the document's own date, identifier, who holds the record copy, and a link if there is one."""

    title: str = ""
    on: date | None = None
    identifier: str = ""
    holder: str = ""
    link: str = ""

    def __bool__(self) -> bool:
        """Say whether anything is cited."""
        return any(asdict(self).values())

    def columns(self) -> dict[str, Any]:
        """Return it as columns of the ledger."""
        return {f"evidence_{name}": value for name, value in asdict(self).items()}


def problems_with_evidence(evidence: Evidence) -> dict[str, str]:
    """Return what is missing or wrong in a citation, by form field; empty when nothing is cited or all is well."""
    if not evidence:
        return {}
    problems: dict[str, str] = {}
    if not evidence.title:
        problems["evidence_title"] = MISSING_TITLE
    if not evidence.holder:
        problems["evidence_holder"] = MISSING_HOLDER
    if evidence.link and not is_web_address(evidence.link):
        problems["evidence_link"] = BAD_LINK
    for name in ("title", "identifier", "holder", "link"):
        text, limit = getattr(evidence, name), STATEMENT_MAX if name == "link" else SHORT_MAX
        if len(text) > limit:
            problems[f"evidence_{name}"] = f"This is {len(text)} characters long; {limit} fit."
        elif has_control_characters(text):
            problems[f"evidence_{name}"] = UNPRINTABLE
    return problems


def is_web_address(text: str) -> bool:
    """Say whether a text is an http(s) address with a host and without spaces."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(char.isspace() for char in text)
