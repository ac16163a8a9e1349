"""What is one line of a history, and who is named in it?"""

from dataclasses import dataclass
from datetime import datetime

from esc_tracker.accounts.models import PLCY, Agency
from esc_tracker.reader import Reader
from milestones.authority import Decided, decided_in_words
from milestones.models import CheckIn
from milestones.telling import entered_in_words

NOBODY = "The tracker"
Quotes = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """One thing that happened: when, who says so, and what, in a sentence.

    `kind` is words, decision, target, responsibility, question, summary, due_out, flag or note; `quotes` are
    `(label, text)`, what was written.
    """

    at: datetime
    kind: str
    speaker: str
    person: str
    sentence: str
    quotes: Quotes = ()
    place: int = 0


def named(reader: Reader, agency: str | None, person: str | None) -> str:
    """Return the person's name if this reader may read it, else ""."""
    return person or "" if reader.is_plcy or (agency and agency == reader.agency) else ""


def source(reader: Reader, check_in: CheckIn | None, agency: Agency, person: str | None) -> str:
    """Say, as a sentence after others, where an agency's word came from that PLCY entered, and who typed it in, as far
    as this reader may know; "" where the agency gave it itself.
    """
    ours = reader.is_plcy or reader.agency == agency.code
    entered = entered_in_words(check_in, agency.name, named=ours)
    if not entered:
        return ""
    typed = named(reader, PLCY, person)
    return f" {entered[0].upper()}{entered[1:]}{f'; typed in by {typed}' if typed else ''}."


def signed(reader: Reader, row: Decided, verb: str, person: str | None) -> tuple[str, str]:
    """Return `(person, sentence)` for the line of a decision: who of the chair's office decided, or on whose decision
    they recorded it, such as `Approved by the ESC, meeting 3; recorded by PLCY (Dana Reyes).`
    """
    name = named(reader, PLCY, person)
    authority = row.decided_under
    if authority is None or authority.is_chair:
        return name, ""
    said = decided_in_words(row, verb, f"{PLCY} ({name})" if name else PLCY)
    return "", f" {said[0].upper()}{said[1:]}."


def ended(moment: datetime | None, reader: Reader) -> bool:
    """Say whether something that ends at a moment, if it does, had ended by the reader's."""
    return moment is not None and (reader.moment is None or moment < reader.moment)
