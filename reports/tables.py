"""How is each overdue milestone shown in a line of a table?"""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from esc_tracker import clock
from esc_tracker.marks import day_mark, overdue_mark
from esc_tracker.reader import Reader
from milestones.models import Milestone, StatusUpdate
from milestones.permissions import speakers
from milestones.querysets import MilestoneQuerySet
from milestones.tables import IN_PLAN_ORDER, MilestoneTable, Ordered
from reports.mailing.told import Told, not_noticed, told_of, why_not_told

INTERNAL = ("outlook", "forecast", "last_update")
FIRST_WORDS = 18  # words of a statement


class OverdueTable(MilestoneTable):
    """The overdue milestones as one reader sees them; for COAC shared facts only."""

    milestone = tables.Column(
        "Milestone", empty_values=(), orderable=False, attrs={"td": {"class": "esc-wide esc-wide--less"}}
    )
    target = tables.Column("Was due", empty_values=())
    status = None
    days = tables.Column("Overdue", accessor="days_overdue", attrs={"td": {"class": "esc-num"}})
    forecast = tables.Column("Forecast", empty_values=(), orderable=False)
    last_update = tables.Column(
        "Last update, next step", empty_values=(), attrs={"td": {"class": "esc-wide esc-wide--less"}}
    )
    told = tables.Column("Told", empty_values=(), orderable=False, attrs={"td": {"class": "esc-told-when"}})

    noun = "overdue milestones"
    caption = "Overdue milestones"

    class Meta(MilestoneTable.Meta):
        sequence = ("code", "milestone", "agency", "target", "days", "outlook", "forecast", "last_update", "told")
        empty_text = "No overdue milestone matches. Remove a filter to see more."

    def __init__(self, rows: Any, *, reader: Reader, **kwargs: Any) -> None:
        hidden = () if reader.sees_internal else INTERNAL
        kwargs.setdefault("exclude", (*hidden, "told") if why_not_told(reader) else hidden)
        super().__init__(rows, reader=reader, **kwargs)
        self._told: dict[int, list[Told]] | None = None

    def render_days(self, value: int) -> SafeString:
        """Show the days as a mark."""
        return overdue_mark(value, short=True)

    def render_forecast(self, record: Milestone) -> SafeString:
        """Show when each agency that said so expects it, or why one cannot say."""
        said = spoken(record)
        lines = [(f"{each.agency}: " if len(said) > 1 else "", str(each.forecast)) for each in said if each.forecast]
        if lines:
            return format_html_join("", '<p class="esc-nowrap">{}{}</p>', lines)
        reason = next((each.no_forecast_reason for each in said if each.no_forecast_reason), "")
        return format_html('<span class="esc-aside">{}</span>', f"None: {reason}" if reason else "None")

    def render_last_update(self, record: Milestone) -> SafeString:
        """Show each agency's first words with their day, and what comes next."""
        lines = [(_word(each),) for each in spoken(record)]
        return format_html_join("", "{}", lines) or format_html('<span class="esc-aside">{}</span>', "No update yet")

    def render_told(self, record: Milestone) -> SafeString:
        """Show which agency's people were told that it is overdue, and when."""
        if self._told is None:
            self._told = told_of([row.pk for row in self.page.object_list.data], self.reader)
        ours = self.reader.is_plcy or any(held.agency_id == self.reader.agency for held in record.responsible)
        none = [not_noticed()] if ours else []
        return format_html_join("", "{}", ((_told(each),) for each in self._told.get(record.pk, none)))

    def order_days(self, rows: MilestoneQuerySet, is_descending: bool) -> Ordered:
        """Sort by days overdue, plan order among equals."""
        return rows.order_by("-days_overdue" if is_descending else "days_overdue", *IN_PLAN_ORDER), True


def spoken(record: Milestone) -> list[StatusUpdate]:
    """Return the last words of those who answer for it, the lead first; of whoever spoke last, if nobody is named."""
    said = {each.agency_id: each for each in record.last_words}
    held = [said[each.agency_id] for each in speakers(record.responsible) if each.agency_id in said]
    return held or record.last_words[:1]


def _word(said: StatusUpdate) -> SafeString:
    words = Truncator(said.statement).words(FIRST_WORDS, truncate="…")
    first = format_html("<p>{}, {}: {}</p>", said.agency.name, day_mark(clock.day_of(said.recorded_at)), words)
    if not said.next_step:
        return first
    waits = f", waiting on {said.waiting_on}" if said.waiting_on else ""
    return first + format_html("<p>Next: {}{}</p>", said.next_step, waits)


def _told(told: Told) -> SafeString:
    agency = f"{told.agency}: " if told.agency else ""
    if told.on is None:
        return format_html('<p class="esc-aside">{}{}</p>', agency, told.why if agency else told.why.capitalize())
    return format_html(
        '<details class="esc-told"><summary>{}, {}{}</summary><p class="esc-aside esc-address">{}</p></details>',
        day_mark(told.on, "short"),
        agency,
        told.people,
        ", ".join(told.addresses),
    )
