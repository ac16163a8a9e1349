"""What does every word and number on screen mean?

The one source of the definitions page and of docs/definitions.md (a test keeps the two the same). A change of meaning
raises VERSION, which stands in every report that was written under it.
"""

from reports.definitions.record import LOOKS, PLAN, RESPONSIBLE, STATUS, WORDS
from reports.definitions.term import Chapter as Chapter
from reports.definitions.term import Term as Term
from reports.definitions.work import COMMITTEE, PEOPLE, REPORTS

VERSION = 2
CHAPTERS = (PLAN, STATUS, LOOKS, RESPONSIBLE, WORDS, COMMITTEE, REPORTS, PEOPLE)


def as_markdown() -> str:
    """Return the definitions as the text of docs/definitions.md."""
    lines = [
        f"# Definitions, version {VERSION}",
        "",
        "Every word and number on screen. Written from `reports/definitions/`.",
    ]
    for chapter in CHAPTERS:
        lines += ["", f"## {chapter.title}", ""]
        lines += [f"- **{term.word}**: {term.means}" for term in chapter.terms]
    return "\n".join(lines) + "\n"
