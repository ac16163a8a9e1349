"""Who stands behind a decision, and in which words is that said?

A decision is the chair's office's own, or was taken by an ESC meeting or a named principal and is only recorded here
(product: Decisions). The chair's office never decides its own request; what others decided any of PLCY may record.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.db.models import TextChoices

from actions.target_dates import FIRST_YEAR
from milestones.telling import say_day
from milestones.words import UNPRINTABLE, has_control_characters

PRINCIPAL_MAX = 120


class AuthorityKind(TextChoices):
    """Whose decision it is."""

    CHAIR = "chair", "the chair's office"
    MEETING = "meeting", "an ESC meeting"
    PRINCIPAL = "principal", "a named principal"


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Whose decision it is: the chair's office, ESC meeting `meeting`, or `principal` on the day `on`."""

    kind: str = AuthorityKind.CHAIR
    meeting: int | None = None
    principal: str = ""
    on: date | None = None

    @property
    def is_chair(self) -> bool:
        """Say whether it is the chair's office's own decision."""
        return self.kind == AuthorityKind.CHAIR

    def columns(self) -> dict[str, Any]:
        """Return it as columns of a ledger."""
        return {
            "authority": self.kind,
            "authority_meeting_id": self.meeting,
            "authority_principal": self.principal.strip(),
            "authority_on": self.on,
        }

    def __str__(self) -> str:
        """Say it after "by": "the ESC, meeting 3", "Dana Reyes, Sep 11, 2020"."""
        if self.kind == AuthorityKind.MEETING:
            return f"the ESC, meeting {self.meeting}"
        if self.kind == AuthorityKind.PRINCIPAL and self.on:
            return f"{self.principal}, {say_day(self.on)}"
        return str(AuthorityKind.CHAIR.label)


CHAIR = Authority()


class Decided(Protocol):
    """A row of a ledger that may stand on a decision."""

    @property
    def decided_under(self) -> Authority | None:
        """Return whose decision it is, None where nothing was decided."""


def decided_in_words(row: Decided, verb: str, by_name: str = "") -> str:
    """Say who decided and who recorded it: "approved by the ESC, meeting 3; recorded by Dana Reyes".

    `verb` is a participle, such as "approved"; `by_name` who recorded it, "" where the reader may not know the person:
    then it was the chair's office. Its own decision is recorded as it is made: "refused by the chair's office (Dana
    Reyes)". "" where nothing was decided.
    """
    authority = row.decided_under
    if authority is None:
        return ""
    if authority.is_chair:
        return f"{verb} by {authority}{f' ({by_name})' if by_name else ''}"
    return f"{verb} by {authority}; recorded by {by_name or CHAIR}"


def problems_with_authority(authority: Authority, *, today: date, held: Collection[int]) -> dict[str, str]:
    """Return what is wrong with an authority, by form field; `held` are the numbers of the meetings held so far."""
    if authority.kind not in AuthorityKind.values:
        return {"authority": "Choose on whose decision it stands."}
    if authority.kind == AuthorityKind.MEETING:
        return _problems_with_meeting(authority.meeting, held)
    return _problems_with_principal(authority, today) if authority.kind == AuthorityKind.PRINCIPAL else {}


def _problems_with_meeting(number: int | None, held: Collection[int]) -> dict[str, str]:
    if number is None:
        return {"authority_meeting": "Choose the meeting."}
    if number not in held:
        return {"authority_meeting": f"ESC meeting {number} was not held yet; only a meeting held can decide."}
    return {}


def _problems_with_principal(authority: Authority, today: date) -> dict[str, str]:
    problems: dict[str, str] = {}
    if not authority.principal.strip():
        problems["authority_principal"] = "Name the principal who decided."
    elif len(authority.principal) > PRINCIPAL_MAX:
        problems["authority_principal"] = f"This is {len(authority.principal)} characters long; {PRINCIPAL_MAX} fit."
    elif has_control_characters(authority.principal):
        problems["authority_principal"] = UNPRINTABLE
    if authority.on is None:
        problems["authority_on"] = "Say on which day that was decided."
    elif authority.on > today:
        problems["authority_on"] = "A decision cannot lie in the future."
    elif authority.on.year < FIRST_YEAR:
        problems["authority_on"] = f"Write a day from {FIRST_YEAR} on."
    return problems
