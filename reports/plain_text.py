"""How does one page of a report read as plain text, good on its own?"""

import textwrap
from collections.abc import Iterable

from milestones.telling import counted
from reports.onepage import Ask, Concern, Done, Line, NextDate, OnePage

WIDTH = 76  # characters; plain text of this width is not folded on the way
_UNDER_A_NUMBER = " " * 6  # where the text of a milestone begins


def plain_text(page: OnePage) -> str:
    """Write one page of a report as the text of a mail: no line is longer than WIDTH but for an address or a word."""
    corrects = f"Version {page.version} corrects the one before: {page.correction}" if page.correction else ""
    parts = [
        f"Weekly status report {page.week}, {page.days}\n{page.edition_label}, as of {page.as_of}",
        *(textwrap.fill(each, WIDTH) for each in (corrects, page.headline, page.forward) if each),
        _numbers(page),
        *_listed(page.concerns_heading, map(_concern, page.concerns), page.more_concerns, page.no_concerns, apart=2),
        *_listed("Asked of principals", map(_ask, page.asks), page.more_asks),
        *_listed(page.done_heading, map(_done, page.done), page.more_done, page.nothing_done),
        *_listed("Next dates", map(_next_date, page.dates), page.more_dates),
        f"The whole report, with every milestone behind these numbers:\n{page.address}",
        f"To check that the report is unchanged, compare its digest (SHA-256):\n{page.digest}",
        page.for_whom,
    ]
    return "\n\n".join(parts) + "\n"


def _numbers(page: OnePage) -> str:
    heading = f"THE NUMBERS, and their change since {page.since}" if page.compared else "THE NUMBERS"
    lines = [f"{_begun(each.label):<24}{each.count:>6}   {each.change}".rstrip() for each in page.numbers]
    return "\n".join([heading, *lines])


def _listed(heading: str, told: Iterable[str], more: int, nothing: str = "", apart: int = 1) -> list[str]:
    """Write one part of the page; where there is nothing to tell it says so, or is left out."""
    lines = [*told] or ([nothing] if nothing else [])
    if not lines:
        return []
    lines += [f"and {more} more in the report"] if more else []
    return [f"{heading.upper()}\n" + ("\n" * apart).join(lines)]


def _concern(concern: Concern) -> str:
    lines = [_filled(f"{concern.code:<6}{concern.text}"), _below(_begun(concern.state))]
    if concern.said.text:
        lines.append(_below(f"{concern.said_by or 'Summary'}: {_noted(concern.said)}"))
    if concern.next_step.text:
        on = f" ({concern.next_on})" if concern.next_on else ""
        lines.append(_below(f"Next: {_noted(concern.next_step)}{on}"))
    if concern.needed.text:
        lines.append(_below(f"Needs: {_noted(concern.needed)}"))
    lines.append(_below(f"Who has it: {concern.holder}"))
    return "\n".join(lines)


def _noted(line: Line) -> str:
    return f"{line.text} ({line.note})" if line.note else line.text


def _ask(ask: Ask) -> str:
    about = f" (milestone {ask.about})" if ask.about else ""
    return textwrap.fill(
        f"- {ask.whom}{f', by {ask.by}' if ask.by else ''}: {ask.text}{about}", WIDTH, subsequent_indent="  "
    )


def _done(done: Done) -> str:
    return _filled(f"{done.code:<6}{done.text} ({done.agencies}, {done.when})")


def _next_date(day: NextDate) -> str:
    more = f" and {day.more} more" if day.more else ""
    text = f"- {day.day}: {counted(day.count, 'milestone')} due: {', '.join(day.codes)}{more}"
    return textwrap.fill(text, WIDTH, subsequent_indent="  ")


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _filled(text: str) -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent=_UNDER_A_NUMBER)


def _below(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent=_UNDER_A_NUMBER, subsequent_indent=_UNDER_A_NUMBER + "  ")
