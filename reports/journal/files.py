"""Which file of the journal does a reader take away, and how can it be checked outside?

Each row carries its number, its digest and the digest before, so that a missing or changed row of the chain shows. A
file of the chair's office holds every fact as it was written, from which the digests can be computed again.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from esc_tracker import clock
from esc_tracker.journal.models import Entry, EntryQuerySet
from esc_tracker.reader import Reader
from esc_tracker.security.middleware import count_rows
from esc_tracker.spreadsheets import CSV, XLSX, Cell, Column, Sheet, csv_lines, workbook
from milestones.lists import shown
from milestones.telling import say_day
from reports.journal.keeping import KEPT, about_of, opened
from reports.journal.tables import agency_of
from reports.journal.wording import in_utc, sentence, who

CHUNK = 500  # rows fetched at a time
ROWS_MAX = {"csv": 50_000, "xlsx": 10_000}  # entries in one file; a workbook is written whole before it goes out
TITLE = "ESC Milestone Tracker: Journal of acts on the record"
MARK = "INTERNAL: for readers of the journal; not for release."
SEAL = (
    "Each digest is the SHA-256 of its entry and of the digest before: the chain is whole while `previous_digest` of"
    " each entry is the `digest` of the entry one number lower. A digest kept elsewhere (manage.py export_anchor)"
    " proves that its end is still the same."
)
MADE_OF = (
    "A digest is made of the JSON list of number, recorded_at_utc, person_number or null, act, about, before, after,"
    " previous_digest and, where a source is named, source and reference; keys sorted, no spaces, ASCII."
)
WITHHELD = f"{KEPT} stands where the chair’s office alone reads a value; the digests are those of the whole entries."
COLUMNS = (
    *(Column("Number", 9), Column("Recorded at UTC", 27), Column("New York", 17), Column("Person", 22)),
    *(Column("Person number", 9), Column("Agency", 12), Column("Act", 26), Column("In words", 50)),
    *(Column("About", 18), Column("Before", 40), Column("After", 60), Column("Source", 10), Column("Reference", 20)),
    *(Column("Previous digest", 40), Column("Digest", 40)),
)
FORMS = ("csv", "xlsx")


def why_no_file(asked: list[str]) -> str:
    """Say why there is no file of the form asked for; "" when there is one."""
    if len(asked) > 1:
        return "Ask for one file at a time: csv or xlsx."
    return "" if asked[0] in FORMS else f"The journal can be exported as csv or xlsx, not as “{shown(asked[0])}”."


def journal_file(form: str, rows: EntryQuerySet, reader: Reader, *, matched: int, filters: str) -> HttpResponseBase:
    """Answer with the rows as a file, as many as ROWS_MAX allows; the file says so when it leaves some out."""
    most = ROWS_MAX[form]
    notes = _notes(reader, matched, most, filters)
    cells = (_cells(entry, reader) for entry in rows[:most].iterator(chunk_size=CHUNK))
    answer: HttpResponseBase
    if form == "csv":
        answer = StreamingHttpResponse(csv_lines(notes, [each.name for each in COLUMNS], cells), content_type=CSV)
    else:
        about = Sheet("Notes", [Column("About this file", 100)], [[note] for note in notes])
        title = f"{TITLE}, as of {say_day(reader.today)}"
        book = workbook(
            [Sheet("Journal", COLUMNS, cells), about], title=title, mark=MARK, made_at=clock.start_of(reader.today)
        )
        answer = HttpResponse(book, content_type=XLSX)
    count_rows(answer, min(matched, most))
    answer.headers["Content-Disposition"] = f'attachment; filename="journal-{reader.today}.{form}"'
    return answer


def _notes(reader: Reader, matched: int, most: int, filters: str) -> Iterator[str]:
    """Yield what a file says about itself."""
    yield TITLE
    yield f"Filters: {filters or 'none'}"
    yield f"As of {say_day(reader.today)} ({reader.today})"
    yield MARK
    if matched > most:
        yield f"The first {most:,} of {matched:,} entries that match. Narrow the period to get the others."
    else:
        yield "The one entry that matches." if matched == 1 else f"All {matched:,} entries that match."
    yield SEAL
    yield MADE_OF if reader.is_plcy else WITHHELD


def _cells(entry: Entry, reader: Reader) -> list[Cell]:
    return [
        entry.number,
        in_utc(entry.recorded_at),
        f"{entry.recorded_at.astimezone(clock.NEW_YORK):%Y-%m-%d %H:%M}",
        who(entry),
        entry.by_id,
        agency_of(entry),
        entry.verb,
        sentence(entry, reader),
        about_of(entry.verb, entry.about, whole=reader.is_plcy),
        _as_json(opened(entry.verb, entry.before, whole=reader.is_plcy)),
        _as_json(opened(entry.verb, entry.after, whole=reader.is_plcy)),
        entry.source,
        entry.request_id,
        entry.previous,
        entry.digest,
    ]


def _as_json(facts: dict[str, Any]) -> str:
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
