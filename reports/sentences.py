"""In which words are the numbers told?

Plain sentences from plain numbers. A number that opens a sentence is spelled below one hundred, inside one below ten.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from esc_tracker.numbers import counted as counted
from esc_tracker.numbers import opening as opening
from esc_tracker.numbers import spelled as spelled
from milestones.workflow import NO_OUTLOOK, Outlook

NAMED_AT_MOST = 3  # agencies in a clause of the headline; more are counted


class Heard(NamedTuple):
    """On how many of its milestones an agency answered a call, and on how many it was silent."""

    name: str
    answered: int
    silent: int


def headline(
    *,
    milestones: int,
    overdue: int,
    unassigned_overdue: int,
    change: int | None,
    than: str,
    not_released: int = 0,
    heard: Sequence[Heard] = (),
) -> str:
    """Say in one sentence how much is overdue, and who answered the latest call; in two where one would be long.

    `unassigned_overdue` counts the overdue ones that no agency is named for; `change` is how many more are overdue than
    `than` ("last week", "on Sep 6"), None when there is nothing to compare with. `heard` names whoever was asked.
    """
    if not milestones:
        return "The plan has no milestones yet."
    late = f"{_overdue(milestones, overdue)}{_compared(overdue, change, than)}"
    more = _of_no_agency(overdue, unassigned_overdue) if overdue else ""
    if not_released:
        more += f"; the status of {counted(not_released)} is not released"
    answers = answered(heard)
    if answers and more:
        return f"{late}{more}. {answers[0].upper()}{answers[1:]}."
    return f"{late}{more}; {answers}." if answers else f"{late}{more}."


def answered(heard: Sequence[Heard]) -> str:
    """Say who answered a call: "CBP answered on all of its milestones, ICE/HSI is silent on two"; "" if nobody was
    asked. The most silent first.
    """
    silent = sorted((each for each in heard if each.silent), key=lambda each: -each.silent)
    whole = [each for each in heard if not each.silent]
    if len(heard) > 1 and not silent:
        return "every agency answered on all of its milestones"
    if len(heard) > 1 and not any(each.answered for each in heard):
        return "no agency answered the last call"
    said = [_answered_on_all(whole), _silent_on(silent)]
    return ", ".join(each for each in said if each)


def forward(*, on: str, codes: Sequence[str], outlooks: Sequence[str] | None) -> str:
    """Say what falls due next: "Of the 12 due on Oct. 31, nine are on track, three are not."; "" for nothing.

    `on` is the day in words, `codes` the milestones that fall due, `outlooks` how each looks; None to a reader who may
    not know.
    """
    if not codes:
        return ""
    if outlooks is None:
        falls = f"{codes[0]} falls" if len(codes) == 1 else f"{counted(len(codes))} milestones fall"
        return f"Next, {falls} due on {on}."
    spoken = [outlook for outlook in outlooks if outlook != NO_OUTLOOK]
    if len(codes) == 1:
        looks = str(Outlook(spoken[0]).label).lower() if spoken else "without word on how it looks"
        return f"Next, {codes[0]} falls due on {on}; it is {looks}."
    if not spoken:
        return f"Next, {counted(len(codes))} fall due on {on}; nobody has given word on them."
    good = sum(outlook == Outlook.ON_TRACK for outlook in spoken)
    bad, unspoken = len(spoken) - good, len(codes) - len(spoken)
    said = [f"{counted(good) if good else 'none'} {'is' if good == 1 else 'are'} on track"]
    said += [f"{counted(bad)} {'is' if bad == 1 else 'are'} not"] if bad else []
    said += [f"on {counted(unspoken)} nobody has given word"] if unspoken else []
    return f"Of the {counted(len(codes))} due on {on}, {', '.join(said)}."


def day(value: date) -> str:
    """Return a day inside a year that is plain from the page: Sep 6."""
    return f"{value:%b} {value.day}"


def _overdue(milestones: int, overdue: int) -> str:
    if not overdue:
        return f"None of {milestones:,} milestones is overdue" if milestones > 1 else "The one milestone is not overdue"
    if milestones == 1:
        return "The one milestone is overdue"
    if overdue == milestones:
        return f"All {milestones:,} milestones are overdue"
    return f"{opening(overdue)} of {milestones:,} milestones {'is' if overdue == 1 else 'are'} overdue"


def _compared(overdue: int, change: int | None, than: str) -> str:
    if change is None:
        return ""
    if change:
        return f", {counted(abs(change))} {'more' if change > 0 else 'fewer'} than {than}"
    return f", as many as {than}" if overdue else f", as {than}"


def _of_no_agency(overdue: int, unassigned: int) -> str:
    if not unassigned:
        return ""
    if overdue == 1:
        return "; no agency has been named for it"
    if unassigned == overdue:
        return "; no agency has been named for any of them"
    return f"; for {counted(unassigned)} of them no agency has been named"


def _answered_on_all(whole: Sequence[Heard]) -> str:
    if not whole:
        return ""
    if len(whole) > NAMED_AT_MOST:
        return f"{counted(len(whole))} agencies answered on all of their milestones"
    whose = "its" if len(whole) == 1 else "their"
    return f"{_listed([each.name for each in whole])} answered on all of {whose} milestones"


def _silent_on(silent: Sequence[Heard]) -> str:
    if not silent:
        return ""
    named, others = silent[:NAMED_AT_MOST], silent[NAMED_AT_MOST:]
    if len(others) == 1:  # One other is named as well: counting it would be longer.
        named, others = silent, []
    first, *rest = named
    said = [f"{first.name} is silent on {counted(first.silent)}"]
    said += [f"{each.name} on {counted(each.silent)}" for each in rest]
    if others:
        said.append(f"{counted(len(others))} other agencies on {counted(sum(each.silent for each in others))} in all")
    return _listed(said)


def _listed(words: Sequence[str]) -> str:
    """Join as in a sentence: CBP, USPS and USPTO."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
