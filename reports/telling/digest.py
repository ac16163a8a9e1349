"""What does one mail of notices say?

Plain facts, drawn up when it is sent; text, HTML and a test read nothing else. Every address is whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class NoticeRow:
    """One milestone in a block: its number, first words and page, and what is told of it as `(label, text)`.

    `new` marks what nobody was told of before; `correct` is the page that takes a correction, "" for none.
    """

    code: str
    text: str
    url: str
    facts: Sequence[tuple[str, str]] = ()
    new: bool = False
    correct: str = ""


@dataclass(frozen=True, kw_only=True)
class Block:
    """What one agency is told of one kind: `kind` is a Notice.Kind, `lead` a paragraph above the rows, "" for none.

    `link` is where it is to be acted on and `link_text` says so, both "" for none.
    """

    kind: str
    heading: str
    rows: Sequence[NoticeRow]
    lead: str = ""
    link: str = ""
    link_text: str = ""


@dataclass(frozen=True, kw_only=True)
class AgencySection:
    """What is told of one agency; `agency` is its name, "" where none is named. `copy`: a principal reads along."""

    agency: str
    blocks: Sequence[Block]
    copy: bool = False

    @property
    def heading(self) -> str:
        """Return what stands above it."""
        return self.agency or "No agency named yet"


@dataclass(frozen=True, kw_only=True)
class Digest:
    """One person's notices of one day, one section an agency.

    `why` says why this person gets it; `settings_url` is where they choose the pace, "" without a seat.
    """

    day: date
    to_name: str
    subject: str
    sections: Sequence[AgencySection]
    why: str
    settings_url: str = ""
