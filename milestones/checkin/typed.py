"""What was sent about which milestone, question and due-out, before anybody judges it?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.http import QueryDict

from milestones.converters import MilestoneCode
from milestones.forms import UpdateForm, as_kept

_OF_A_ROW = re.compile(rf"({MilestoneCode.regex})-([a-z_]+)")
_OF_AN_ANSWER = re.compile(r"(question|due-out)-([1-9][0-9]{0,8})-answer")
_NUMBER = re.compile(r"[0-9]{1,9}")
ROW_FIELDS = tuple(UpdateForm.base_fields)


class Choice(StrEnum):
    """What becomes of a row; the last two are offered where the record moved on while somebody wrote."""

    LEAVE = "leave"
    NO_CHANGE = "no_change"
    UPDATE = "update"
    NOTE = "note"
    DISCARD = "discard"


@dataclass(frozen=True)
class TypedRow:
    """What was sent about one milestone: its fields as they were named and, by their own names, as typed."""

    code: str
    data: QueryDict
    fields: Mapping[str, str]

    @property
    def choice(self) -> Choice | None:
        """Return what was chosen, None for what nobody offers."""
        said = self.data.getlist(f"{self.code}-choice") or [""]
        if len(said) > 1:
            return None
        try:
            return Choice(said[0] or Choice.LEAVE)
        except ValueError:
            return None

    @property
    def revision(self) -> int:
        """Return which revision of its draft the person saw, 0 for none."""
        said = self.data.get(f"{self.code}-revision") or ""
        return int(said) if _NUMBER.fullmatch(said) else 0

    @property
    def is_sent_twice(self) -> bool:
        """Say whether a field came more than once, which no page of ours does."""
        return any(len(self.data.getlist(name)) > 1 for name in self.data)


def typed_rows(post: QueryDict) -> dict[str, TypedRow]:
    """Return what was sent about each milestone, by number; names that are none of a row's are ignored."""
    found: dict[str, QueryDict] = {}
    for name in post:
        if about := _OF_A_ROW.fullmatch(name):
            found.setdefault(about[1], QueryDict(mutable=True)).setlist(name, post.getlist(name))
    return {code: TypedRow(code, data, _fields(code, data)) for code, data in found.items()}


def typed_answers(post: QueryDict) -> dict[tuple[str, int], str]:
    """Return the answers that say anything, by `("question" or "due-out", key)`."""
    found = {}
    for name in post:
        about = _OF_AN_ANSWER.fullmatch(name)
        if about and (text := as_kept(post.get(name))):
            found[about[1], int(about[2])] = text
    return found


def _fields(code: str, data: QueryDict) -> dict[str, str]:
    return {name: as_kept(data.get(f"{code}-{name}")) for name in ROW_FIELDS if f"{code}-{name}" in data}
