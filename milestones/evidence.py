"""What shows that a milestone is complete?

A citation, never a file: the record copy stays with whoever holds it.
"""

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from milestones.words import SHORT_MAX, STATEMENT_MAX, UNPRINTABLE, has_control_characters

MISSING_TITLE = "Give the document's title."
MISSING_HOLDER = "Say who holds the record copy."
BAD_LINK = "A link begins with http:// or https:// and names a site."


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

    @classmethod
    def kept_in(cls, row: Any) -> "Evidence":
        """Return what a row of the ledger cites."""
        return cls(**{each.name: getattr(row, f"evidence_{each.name}") for each in fields(cls)})

    @property
    def site(self) -> str:
        """Return where its link leads: "www.cbp.gov"; "" without a link."""
        return urlsplit(self.link).hostname or "" if self.link else ""

    def columns(self) -> dict[str, Any]:
        """Return it as columns of the ledger."""
        return {f"evidence_{name}": value for name, value in asdict(self).items()}


def problems_with_evidence(evidence: Evidence, *, today: date) -> dict[str, str]:
    """Return what is missing or wrong in a citation, by form field; empty when nothing is cited or all is well."""
    if not evidence:
        return {}
    problems: dict[str, str] = {}
    if not evidence.title:
        problems["evidence_title"] = MISSING_TITLE
    if not evidence.holder:
        problems["evidence_holder"] = MISSING_HOLDER
    if evidence.on and evidence.on > today:
        problems["evidence_on"] = "The document cannot be dated in the future."
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
    """Say whether a text is an http(s) address with a host, without spaces, and without a name that hides the host."""
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and parts.port != 0  # A port that is none raises ValueError.
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and named and "@" not in parts.netloc and not any(map(str.isspace, text))
