"""What was done to the record, by whom, when, and is it still what was written?

For the chair's office, and for readers who were given the right (product.md, who may see and do what).
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from esc_tracker.accounts.guards import why_not_read_journal
from esc_tracker.accounts.models import User
from esc_tracker.accounts.templatetags.esc import PAGE_SIZES
from esc_tracker.journal.acts import digest_of
from esc_tracker.journal.models import Entry, EntryQuerySet
from esc_tracker.reader import Reader, reader_of
from milestones.exports import export_acts
from milestones.links import link
from milestones.tables import CountedPaginator
from reports.journal.files import journal_file, why_no_file
from reports.journal.filters import JournalFilter, known_to_journal
from reports.journal.tables import JournalTable, agency_of
from reports.journal.verbs import verb_of
from reports.journal.wording import changes, in_utc, places, sentence, source, who

PER_PAGE = PAGE_SIZES[1]
TYPED = ("q", "about", "request", "after", "before")
NUMBER_MAX = 2**63 - 1
View = Callable[..., HttpResponseBase]


def for_its_readers(view: View) -> View:
    """Open a page to those who may read the journal; anybody else gets 403 and the reason."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if refusal := why_not_read_journal(cast(User, request.user)):
            raise PermissionDenied(refusal)
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@for_its_readers
def journal(request: HttpRequest) -> HttpResponseBase:
    """List acts on the record, the newest first, by filters that combine; or hand them out as a file.

    Four queries beside those of the frame, however many entries there are.
    """
    reader = reader_of(request)
    asked = JournalFilter(request.GET, queryset=_entries(reader), reader=reader, known=known_to_journal(reader))
    exported = [text for text in request.GET.getlist("export") if text]
    if exported:
        return _file(request, exported, asked)
    matched = 0 if asked.errors else asked.qs.order_by().count()
    page = {
        "reader": reader,
        "asked": asked,
        "table": _paged(_table(asked.qs, reader, asked), asked, matched),
        "acts": export_acts(request.GET) if matched else [],
        "clear_url": link("reports:journal", reader=reader),
        "kept": [(name, request.GET[name]) for name in ("as_of", "sort", "per_page") if request.GET.get(name)],
        "typed": {name: asked.first(name) for name in TYPED},
    }
    return render(request, "journal/list.html", page)


@require_safe
@for_its_readers
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """Show one act whole, how it is sealed to the one before, and the ways to its neighbors. One query."""
    reader = reader_of(request)
    if number > NUMBER_MAX - 1:
        raise Http404
    near = {each.number: each for each in _entries(reader).filter(number__in=(number - 1, number, number + 1))}
    if number not in near:
        raise Http404
    found, before, after = near[number], near.get(number - 1), near.get(number + 1)
    context = {
        "reader": reader,
        "entry": found,
        "label": verb_of(found.verb).label,
        "sentence": sentence(found, reader),
        "who": who(found),
        "agency": agency_of(found),
        "source": source(found),
        "utc": in_utc(found.recorded_at),
        "places": places(found, reader),
        "changes": changes(found, reader, whole=True),
        "broken": _why_broken(found, before),
        "before_url": link("reports:journal_entry", number - 1, reader=reader) if before else "",
        "after_url": link("reports:journal_entry", number + 1, reader=reader) if after else "",
        "list_url": link("reports:journal", reader=reader),
        "same_request": link("reports:journal", reader=reader, request=found.request_id) if found.request_id else "",
    }
    return render(request, "journal/entry.html", context)


def _entries(reader: Reader) -> EntryQuerySet:
    """Return the entries recorded before the reader's moment, who acted with them."""
    before = Q() if reader.moment is None else Q(recorded_at__lt=reader.moment)
    return Entry.objects.filter(before).select_related("by__agency").order_by("-number")


def _table(rows: EntryQuerySet, reader: Reader, asked: JournalFilter) -> JournalTable:
    return JournalTable(
        rows, reader=reader, order_by=tuple(asked.asked("sort")[-1:]) or ("-number",), order_by_field="sort"
    )


def _paged(table: JournalTable, asked: JournalFilter, matched: int) -> JournalTable:
    """Turn to the page asked for; past the end is the last."""
    if asked.errors:
        table.empty_text = "Nothing is shown, because something that was asked for cannot be read."
    table.noun = "entry" if matched == 1 else "entries"
    size = next(iter(asked.asked("per_page")[-1:]), PER_PAGE)
    page = min(next(iter(asked.asked("page")[-1:]), 1), max(1, -(-matched // size)))
    table.paginate(paginator_class=CountedPaginator, per_page=size, page=page, known=matched)
    return table


def _file(request: HttpRequest, exported: Sequence[str], asked: JournalFilter) -> HttpResponseBase:
    """Answer with all that was asked for as a file, or with why there is none."""
    problem = why_no_file(list(exported)) or " ".join(asked.sentences)
    if problem:
        return render(request, "400.html", {"reason": problem}, status=400)
    rows = asked.qs if asked.asked("sort")[-1:] != ["number"] else asked.qs.order_by("number")
    return journal_file(
        exported[0], rows, reader_of(request), matched=asked.qs.order_by().count(), filters=asked.in_words
    )


def _why_broken(found: Entry, before: Entry | None) -> str:
    """Say what is wrong with an entry, "" when it is what was written; of the one before, if it is known."""
    if found.digest != digest_of(found):
        return "This entry is not what was written: its digest does not fit."
    if before is not None and found.previous != before.digest:
        return "This entry does not continue the one before it."
    return ""
