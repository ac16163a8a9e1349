"""How is each act of the journal shown in a line of a table?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from esc_tracker.journal.models import Entry, EntryQuerySet
from esc_tracker.marks import day_mark
from esc_tracker.reader import Reader
from milestones.telling import counted
from reports.journal.verbs import verb_of
from reports.journal.wording import Change, changes, places, source, who

AT_ONCE = 3  # changes that a line shows unfolded
SHORT = 90  # characters of a value shown unfolded
DIGEST_SHOWN = 10  # characters


class JournalTable(tables.Table):
    """Acts on the record as one reader may see them, the newest first."""

    number = tables.Column("Entry", empty_values=())
    when = tables.Column("When", empty_values=(), orderable=False)
    by = tables.Column("Who", empty_values=(), orderable=False)
    act = tables.Column("Act", empty_values=(), orderable=False, attrs={"td": {"class": "esc-act"}})
    about = tables.Column("About", empty_values=(), orderable=False)
    change = tables.Column(
        "What changed", empty_values=(), orderable=False, attrs={"td": {"class": "esc-wide esc-changed"}}
    )
    source = tables.Column("Came from", empty_values=(), orderable=False, attrs={"td": {"class": "esc-from"}})

    noun = "entries"
    caption = "Acts on the record"
    row_header = "number"
    hide_caption = True

    class Meta:
        empty_text = "No entry matches. Remove a filter to see more."

    def __init__(self, rows: Any, *, reader: Reader, **kwargs: Any) -> None:
        self.reader = reader
        self.day = f"?as_of={reader.as_of}" if reader.as_of else ""
        super().__init__(rows, **kwargs)

    def render_number(self, record: Entry) -> SafeString:
        """Show the number, leading to the entry, and the beginning of its digest."""
        return format_html(
            '<a class="usa-link esc-code" href="{}{}">{}</a> <code class="esc-aside esc-digest-start">{}…</code>',
            reverse("reports:journal_entry", args=[record.number]),
            self.day,
            record.number,
            record.digest[:DIGEST_SHOWN],
        )

    def render_when(self, record: Entry) -> SafeString:
        """Show the moment as New York's clock shows it."""
        return day_mark(record.recorded_at, "moment")

    def render_by(self, record: Entry) -> SafeString:
        """Name who acted, with the agency."""
        return format_html('{} <span class="esc-aside">{}</span>', who(record), agency_of(record))

    def render_act(self, record: Entry) -> str:
        """Name the kind of act."""
        return verb_of(record.verb).label

    def render_about(self, record: Entry) -> SafeString:
        """Show what it was about, each with its page."""
        return format_html_join(
            ", ",
            "{}",
            (
                (format_html('<a class="usa-link esc-nowrap" href="{}">{}</a>', place.url, place.text),)
                if place.url
                else (place.text,)
                for place in places(record, self.reader)
            ),
        )

    def render_change(self, record: Entry) -> SafeString:
        """Show what tells most, cut short, and all of it folded where that is more."""
        found = changes(record, self.reader)
        told = sorted(found, key=lambda change: change.quiet)[:AT_ONCE]
        brief = [_cut(change) for change in told if not change.quiet] or [_cut(change) for change in told]
        if brief == found:
            return (
                _as_list(brief) if brief else format_html('<span class="esc-aside">{}</span>', "Nothing more is kept")
            )
        return format_html(
            '{}<details class="esc-more"><summary>{}</summary>{}</details>',
            _as_list(brief),
            f"All {counted(len(found), 'value')}" if len(found) > 1 else "All of it",
            _as_list(found),
        )

    def render_source(self, record: Entry) -> SafeString:
        """Say where it came from, with the reference."""
        return format_html(
            '{} <code class="esc-aside esc-digest-start">{}</code>', source(record), record.request_id or ""
        )

    def order_number(self, rows: EntryQuerySet, is_descending: bool) -> tuple[EntryQuerySet, bool]:
        """Sort by number, the order in which acts were written."""
        return rows.order_by("-number" if is_descending else "number"), True


def agency_of(entry: Entry) -> str:
    """Name the agency of the person who acted, "" for nobody and people of none."""
    agency = entry.by.agency if entry.by else None
    return agency.name if agency else ""


def _cut(change: Change) -> Change:
    """Return a change that fits a line: each value on one line, and not too long."""
    before, after = (Truncator(" ".join(text.split())).chars(SHORT) for text in (change.before, change.after))
    return replace(change, before=before, after=after)


def _as_list(found: Sequence[Change]) -> SafeString:
    return format_html(
        '<ul class="esc-changes">{}</ul>',
        format_html_join("", "<li>{}: {}</li>", ((c.label, _arrow(c)) for c in found)),
    )


def _arrow(change: Change) -> SafeString:
    if not change.before:
        return format_html("{}", change.after)
    if not change.after:
        return format_html('<span class="usa-sr-only">was </span>{}', change.before)
    return format_html(
        '<span class="usa-sr-only">from </span>{} <span aria-hidden="true">→</span>'
        '<span class="usa-sr-only"> to</span> {}',
        change.before,
        change.after,
    )
