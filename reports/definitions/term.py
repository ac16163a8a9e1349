"""What is a definition made of?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One word or number: its anchor on the page, how it is written, what it means."""

    anchor: str
    word: str
    means: str


@dataclass(frozen=True)
class Chapter:
    """Terms that belong together."""

    anchor: str
    title: str
    terms: tuple[Term, ...]
