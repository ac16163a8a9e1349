"""What does a working copy of a report say, for those who write on in Word?

Told from the frozen figures in the words of its page; the record is the frozen report, and the copy says so.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from esc_tracker.reader import coac_reader, esc_reader
from reports.account import Account, Share, account_of
from reports.cells import Section
from reports.documents.tabulated import mark_of, title_of
from reports.documents.word import Word
from reports.onepage import Concern, Line, OnePage, address_of, one_page_of

_NARROW = ("Target", "Was due", "Overdue", "Outlook", "Completed", "Outcome", "From", "To", "Due", "Past target")


def report_docx(figures: Mapping[str, Any], *, is_published: bool = True) -> bytes:
    """Return an edition as a document for Word. No query."""
    moment = datetime.fromisoformat(figures["as_of"])
    reader = coac_reader(moment) if figures["edition"] == "coac" else esc_reader(moment)
    account = account_of(dict(figures), reader)
    word = _begun(figures, "", is_published=is_published)
    word.title(f"Weekly status report, {account.days}, {account.year}")
    _open(word, figures, one_page_of(figures), account.about_version, is_published=is_published)
    if account.narrative:
        word.paragraphs(account.narrative)
    _numbers(word, account.numbers, f"since {account.since}" if account.is_compared else "")
    if account.asks:
        word.heading(account.asks_heading)
        asks = [(ask.who, ask.what, ask.code or "The plan", ask.by or "No day set") for ask in account.asks]
        word.table(("Who", "What is asked", "Milestone", "By"), asks, (1.4, 3.6, 0.9, 1))
    if not account.is_coac:
        _attention(word, account)
    for section in account.sections:
        _section(word, section)
    _progress(word, account)
    _defined(word, account)
    word.heading("Anyone can check that this report is unchanged")
    word.paragraph(
        f"Its figures are kept as one file at {address_of(figures, 'reports:report_json')}. "
        f"Leave “digest” out of that JSON, and its SHA-256 is {account.digest}."
    )
    return word.content()


def one_page_docx(figures: Mapping[str, Any], *, is_published: bool = True) -> bytes:
    """Return the one page of an edition as a document for Word. No query."""
    page = one_page_of(figures)
    word = _begun(figures, ", one page", is_published=is_published)
    word.title(f"Weekly status report on one page, {page.days}")
    about = f"Version {page.version} corrects the one before: {page.correction}" if page.correction else ""
    _open(word, figures, page, about, is_published=is_published)
    _numbers(word, page.numbers, f"since the end of {page.since}" if page.compared else "")
    word.heading(page.concerns_heading)
    if page.concerns:
        told, widths = (("Agency",), (3,)) if page.is_coac else (("What was said", "What comes next"), (2, 2))
        rows = [_concern(each, page) for each in page.concerns]
        word.table(("Milestone", "How it stands", *told), rows, (2, 1.2, *widths))
    word.paragraph(f"{page.ranking}{_more(page.more_concerns)}" if page.concerns else page.no_concerns)
    if page.asks:
        word.heading("Asked of principals")
        for ask in page.asks:
            about = f" (milestone {ask.about})" if ask.about else ""
            word.item(f"{ask.text}{about}", bold=f"{ask.whom}{f', by {ask.by}' if ask.by else ''}:")
        _say_more(word, page.more_asks)
    word.heading(page.done_heading)
    for done in page.done:
        word.item(f"{done.text} {done.agencies}, {done.when}", bold=done.code)
    if not page.done:
        word.paragraph(page.nothing_done)
    _say_more(word, page.more_done)
    if page.dates:
        word.heading("Next dates")
        for each in page.dates:
            codes = ", ".join(each.codes) + (f" and {each.more} more" if each.more else "")
            word.item(f"{each.count} milestone{'' if each.count == 1 else 's'} due: {codes}", bold=f"{each.day}:")
        _say_more(word, page.more_dates)
    return word.content()


# --- How both begin -------------------------------------------------------------------------------------------------


def _begun(figures: Mapping[str, Any], form: str, *, is_published: bool) -> Word:
    return Word(
        title=f"{title_of(figures)}{form}",
        mark=mark_of(figures, is_published=is_published),
        notice=_notice(figures, is_published=is_published),
        made_at=datetime.fromisoformat(figures["as_of"]),
    )


def _notice(figures: Mapping[str, Any], *, is_published: bool) -> str:
    if not is_published:
        return "Working copy of a draft; nothing is frozen before the report is published."
    return f"Working copy; the record is the frozen report, SHA-256 {figures['digest']}"


def _open(word: Word, figures: Mapping[str, Any], page: OnePage, about: str, *, is_published: bool) -> None:
    """Say which report it is, that this is a copy, and the bottom line."""
    word.paragraph(
        f"{page.week} · {page.edition_label} · as of {page.as_of} · counts from the end of {page.since}", "Subtitle"
    )
    word.paragraph("", bold=mark_of(figures, is_published=is_published))
    word.paragraph(_notice(figures, is_published=is_published))
    word.paragraph(address_of(figures), bold="The report:")
    word.lead(page.headline)
    for text in (page.forward, about):
        if text:
            word.paragraph(text)


def _numbers(word: Word, numbers: Sequence[Any], compared: str) -> None:
    """Write the totals, with their change where there is one."""
    heads = ("What is counted", "How many", *((f"Change {compared}",) if compared else ()))
    rows = [
        (f"{each.label[:1].upper()}{each.label[1:]}", str(each.count), *((each.change,) if compared else ()))
        for each in numbers
    ]
    word.table(heads, rows, (3, 1, *((2,) if compared else ())))


# --- The parts of a report ------------------------------------------------------------------------------------------


def _attention(word: Word, account: Account) -> None:
    word.heading("What needs the ESC’s attention")
    for section in account.attention:
        _section(word, section, 2)
    if account.silent:
        word.heading(account.silent_heading, 2)
        said = account.silent_lead
    else:
        said = f"{account.silent_heading}. {account.silent_lead}".strip()
    if said:
        word.paragraph(said)
    for each in account.silent:
        codes = ", ".join(code for code, _ in each.milestones)
        of = f" of {each.asked}" if each.asked else ""
        word.item(f"silent on {each.count}{of}: {codes}", bold=each.agency)
    if account.unconfirmed:
        _section(word, account.unconfirmed, 2)


def _section(word: Word, section: Section, level: int = 1) -> None:
    """Write one list under the answer that heads it; an empty list is a sentence."""
    if not section.rows:
        word.paragraph(f"{section.heading}.")
        return
    word.heading(section.heading, level)
    rows = [(row.code, row.text, row.agencies, *(cell.text for _, cell in row.cells)) for row in section.rows]
    widths = [0.9 if column in _NARROW else 2.4 for column in section.columns]
    word.table(("No.", "Milestone", "Agency", *section.columns), rows, (0.5, 2, 0.9, *widths))


def _progress(word: Word, account: Account) -> None:
    def lines(rows: Sequence[Share]) -> list[tuple[str, str]]:
        return [(row.label, row.words) for row in rows]

    word.heading("Progress by action")
    word.table(("Action", "Progress"), lines(account.actions), (3, 4))
    word.heading("Progress by agency")
    word.table(("Agency", "Progress"), lines([*account.agencies, *account.nobodys]), (2, 5))
    word.paragraph(
        "A joint milestone counts for each of its agencies, so the lines by agency can add up to more than all "
        "milestones."
    )


def _defined(word: Word, account: Account) -> None:
    word.heading("How each number is defined")
    if not account.definitions:
        word.paragraph("This report does not say by which version of the definitions it counts.")
        return
    word.paragraph(f"By version {account.definitions} of the definitions.")
    if account.is_defined_as_now:
        word.table(("Word", "What it means"), [(term.word, term.means) for term in account.defined], (1.6, 5))


# --- The parts of one page ------------------------------------------------------------------------------------------


def _concern(each: Concern, page: OnePage) -> tuple[str, ...]:
    stands = f"{each.state[:1].upper()}{each.state[1:]}"
    said = f"{each.said_by}: {_marked(each.said)}" if each.said_by else _marked(each.said)
    if page.is_coac:
        return f"{each.code} {each.text}", stands, "\n".join(filter(None, (each.holder, said)))
    step = _marked(each.next_step) + (f" ({each.next_on})" if each.next_on else "")
    needed = f"Needs: {_marked(each.needed)}" if each.needed.text else ""
    return (
        f"{each.code} {each.text}",
        stands,
        said if each.said.text else "Nothing yet",
        "\n".join(filter(None, (step, needed, each.holder))),
    )


def _marked(line: Line) -> str:
    return f"{line.text} ({line.note})" if line.note else line.text


def _more(count: int) -> str:
    return f" {count} more in the report." if count else ""


def _say_more(word: Word, count: int) -> None:
    if count:
        word.paragraph(_more(count).strip())
