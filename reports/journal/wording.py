"""How does an entry of the journal read: its act, what it was about, and what changed?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.utils import dateformat

from esc_tracker import clock
from esc_tracker.accounts.models import agency_name
from esc_tracker.journal.models import Entry
from esc_tracker.marks import DAY_STYLES
from esc_tracker.reader import Reader
from milestones.links import link
from milestones.telling import say_day
from milestones.workflow import LABELS
from reports.journal.keeping import about_of, opened
from reports.journal.verbs import NOBODY, verb_of

SOURCES = {"web": "A page", "job": "A job", "command": "A command"}
UNTOLD_SOURCE = "Not kept then"  # entries from before the source was kept
_CODE = re.compile(r"[1-9][0-9]{0,3}\.[1-9][0-9]{0,3}")
_WEEK = re.compile(r"[0-9]{4}-W[0-9]{2}")
_MEETING = re.compile(r"ESC meeting ([1-9][0-9]*)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:[+-][0-9]{2}:[0-9]{2}|Z)")
_AGENCIES = frozenset({"agency", "agency_id", "asked_of", "agencies", "copies_principal"})
_QUIET = frozenset(
    {
        *("version", "digest", "agency", "move", "question", "summary", "check_in", "of_version", "due_out", "report"),
        *("written_on", "as_of", "since", "kind", "sha256", "today"),
    }
)
_WORDED = frozenset({"status", "outlook", "outcome"})
_LABELS = {
    "agency_id": "Agency",
    "agency_note": "Note for the agency and PLCY",
    "as_of": "As of",
    "asked": "Target asked for",
    "asked_of": "Asked of",
    "code": "Milestone",
    "coac_narrative": "Narrative for COAC",
    "concurs": "It concurs",
    "copies_principal": "Copy to the principal",
    "due_out": "Due-out number",
    "esc_note": "Note for the ESC",
    "field": "Which line",
    "gets_report": "Gets the report by mail",
    "of_version": "Of version",
    "on": "Mail is on",
    "own": "The agency’s own words",
    "question": "Question number",
    "reason": "Why",
    "sha256": "SHA-256",
    "since": "Since",
    "summary": "Text number",
    "check_in": "Check-in number",
    "next_step_on": "Next step by",
    "source_how": "Came by",
    "source_who": "Who said so",
    "source_on": "Said on",
}


@dataclass(frozen=True)
class Change:
    """One fact of an act in words: before and after, "" where it was not there or not kept.

    A quiet one (a version, a digest) tells little of what was done.
    """

    label: str
    before: str
    after: str
    quiet: bool = False


@dataclass(frozen=True)
class Place:
    """One thing an act was about, and where it can be read; `url` is "" where there is no page for this reader."""

    text: str
    url: str


def who(entry: Entry) -> str:
    """Name who acted."""
    return entry.by.name if entry.by else NOBODY


def sentence(entry: Entry, reader: Reader) -> str:
    """Tell an act in one sentence: "CBP posted an update on 4.3." """
    about = about_of(entry.verb, entry.about, whole=reader.is_plcy)
    return verb_of(entry.verb).sentence.format(who=who(entry), about=about or "nothing named")


def source(entry: Entry) -> str:
    """Say where an act came from."""
    return SOURCES.get(entry.source, entry.source or UNTOLD_SOURCE)


def changes(entry: Entry, reader: Reader, *, whole: bool = False) -> list[Change]:
    """Tell what was before and after, in the order it was written; what did not change only if `whole`."""
    before = opened(entry.verb, entry.before, whole=reader.is_plcy)
    after = opened(entry.verb, entry.after, whole=reader.is_plcy)
    return [
        Change(
            _label(name),
            _in_words(name, before[name]) if name in before else "",
            _in_words(name, after[name]) if name in after else "",
            quiet=name in _QUIET,
        )
        for name in dict.fromkeys([*after, *before])
        if whole or name not in before or name not in after or entry.before[name] != entry.after[name]
    ]


def places(entry: Entry, reader: Reader) -> list[Place]:
    """Return what an act was about, piece by piece, each with its page."""
    about = about_of(entry.verb, entry.about, whole=reader.is_plcy)
    return [Place(text, _page(entry.verb, text, reader)) for text in about.split(", ") if text]


def _page(verb: str, text: str, reader: Reader) -> str:
    if _CODE.fullmatch(text):
        return link("milestones:detail", text, reader=reader)
    if _WEEK.fullmatch(text):
        if not verb.startswith("reports."):
            return link("milestones:call", text, reader=reader)
        return link("reports:report", text, reader=reader) if reader.is_plcy or verb in _OF_PUBLISHED else ""
    if found := _MEETING.fullmatch(text):
        return link("reports:meeting", int(found[1]), reader=reader)
    if verb in _OF_AGENCIES:
        return link("milestones:agency", text, reader=reader)
    return ""


_OF_PUBLISHED = frozenset({"reports.publish", "reports.release", "reports.withdraw"})
_OF_AGENCIES = frozenset(
    {"milestones.check_in", "milestones.keep_person", "milestones.set_away", "milestones.hand_over"}
)


# --- Facts ---------------------------------------------------------------------------------------------------------


def _label(name: str) -> str:
    if name in _LABELS:
        return _LABELS[name]
    return agency_name(name) if name.isupper() else name.replace("_", " ").capitalize()


def _in_words(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (None, "", "None", [], {}):  # a door writes a missing day as "None"
        return "none"
    if isinstance(value, list):
        return _listed(name, value)
    if isinstance(value, dict):
        return "; ".join(f"{_label(key)}: {_in_words(key, each)}" for key, each in value.items())
    return _text(name, value) if isinstance(value, str) else str(value)


def _listed(name: str, values: list[Any]) -> str:
    if all(isinstance(each, str | int) for each in values):
        return ", ".join(_in_words(name, each) for each in values)
    return "\n".join(" ".join(_pieces(each)) if isinstance(each, list) else _in_words(name, each) for each in values)


def _pieces(values: list[Any]) -> Iterator[str]:
    yield from (_in_words("", each) for each in values)


def _text(name: str, text: str) -> str:
    if name in _WORDED:
        return LABELS.get(text, text)
    if name in _AGENCIES:
        return agency_name(text)
    if name == "authority" and text == "chair":
        return "the chair’s office"
    try:
        if _DAY.fullmatch(text):
            return say_day(date.fromisoformat(text))
        if _MOMENT.fullmatch(text):
            return say_moment(datetime.fromisoformat(text))
    except ValueError:  # It looks like a day and is none.
        return text
    return text.replace("_", " ") if name in {"move", "state", "kind", "source_how", "completed_kind"} else text


def say_moment(moment: datetime) -> str:
    """Say a moment as New York's clock shows it: "Sep 11, 2020, 4:05 p.m."."""
    return dateformat.format(moment.astimezone(clock.NEW_YORK), DAY_STYLES["moment"])


def in_utc(moment: datetime) -> str:
    """Write a moment as the digest is made of it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
