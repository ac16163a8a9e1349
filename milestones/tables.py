"""How is each milestone shown in a line of a table, and by what can the lines be sorted?"""

from collections.abc import Sequence
from typing import Any

import django_tables2 as tables
from django.core.paginator import Paginator
from django.db.models import Case, F, IntegerField, OrderBy, OuterRef, Subquery, Value, When
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.marks import day_mark, outlook_mark, overdue_mark, status_mark, target_mark
from esc_tracker.reader import Reader
from milestones.filters import UNASSIGNED_LABEL
from milestones.lateness import UNCONFIRMED
from milestones.models import Milestone, Responsibility
from milestones.permissions import speakers
from milestones.querysets import MilestoneQuerySet
from milestones.workflow import NOT_RELEASED, UPDATABLE, Outlook, Status

IN_PLAN_ORDER = ("action_id", "position", "pk")
FIRST_WORDS = 70  # characters of the last statement
INTERNAL = ("outlook", "last_update")
SORT_ALIASES = {"milestone": "code"}  # a milestone is named by its number
NO_AGENCY = format_html('<span class="esc-aside">{}</span>', UNASSIGNED_LABEL)
NO_TARGET = format_html('<span class="esc-aside">{}</span>', "None")
NO_UPDATE = format_html('<span class="esc-aside">{}</span>', "No update yet")
Ordered = tuple[MilestoneQuerySet, bool]


class CountedPaginator(Paginator):
    """Pages of rows of which it is known how many there are: it asks no COUNT."""

    def __init__(self, rows: Any, per_page: int, *, known: int) -> None:
        super().__init__(rows, per_page)
        self.count = known


class MilestoneTable(tables.Table):
    """Milestones as one reader sees them; for COAC the internal columns are not there."""

    code = tables.Column("No.", empty_values=())
    milestone = tables.Column("Milestone", empty_values=(), orderable=False, attrs={"td": {"class": "esc-wide"}})
    agency = tables.Column("Agency", empty_values=())
    target = tables.Column("Target", empty_values=())
    status = tables.Column("Status", empty_values=())
    outlook = tables.Column("Outlook", empty_values=())
    last_update = tables.Column("Last update", empty_values=(), attrs={"td": {"class": "esc-said"}})

    noun = "milestones"
    caption = "Milestones"
    row_header = "code"
    hide_caption = True
    of_total: int | None = None

    class Meta:
        empty_text = "No milestone matches. Remove a filter to see more."

    def __init__(self, rows: Any, *, reader: Reader, **kwargs: Any) -> None:
        self.reader = reader
        self.day = f"?as_of={reader.as_of}" if reader.as_of else ""
        kwargs.setdefault("exclude", () if reader.sees_internal else INTERNAL)
        super().__init__(rows, **kwargs)

    @classmethod
    def sorts(cls, reader: Reader) -> list[str]:
        """Return the names a reader may sort by."""
        hidden = () if reader.sees_internal else INTERNAL
        names = [
            name for name, column in cls.base_columns.items() if column.orderable is not False and name not in hidden
        ]
        return [*names, *SORT_ALIASES]

    # --- Cells ----------------------------------------------------------------------------------------------------

    def render_code(self, record: Milestone) -> SafeString:
        """Show the number."""
        return format_html('<span class="esc-code">{}</span>', record.code)

    def render_milestone(self, record: Milestone) -> SafeString:
        """Show the first two lines of the plan's text, leading to the milestone."""
        return format_html(
            '<a class="usa-link esc-clamp" href="{}{}">{}</a>',
            reverse("milestones:detail", args=[record.code]),
            self.day,
            record.text,
        )

    def render_agency(self, record: Milestone) -> SafeString | str:
        """Name those who answer for it, the lead first."""
        return agencies_of(record.responsible) or NO_AGENCY

    def render_target(self, record: Milestone) -> SafeString:
        """Show the target in the plan's words and, for the committee, what it was before it moved."""
        if record.status == NOT_RELEASED:
            return format_html('<span class="esc-aside">Plan: {}</span>', record.plan_printed)
        target = target_in_words(record)
        if target is None:
            return NO_TARGET
        if self.reader.sees_internal and record.moves:
            return format_html(
                '{} <span class="esc-aside esc-nowrap">was: {}</span>', target_mark(target), record.plan_printed
            )
        return target_mark(target)

    def render_status(self, record: Milestone) -> SafeString:
        """Show the status, and beside it how long it is overdue, or that it waits unconfirmed past its target."""
        if record.overdue:
            return format_html("{} {}", status_mark(record.status), overdue_mark(record.days_overdue))
        if record.unconfirmed:
            return format_html('{} <span class="esc-aside">{}</span>', status_mark(record.status), UNCONFIRMED)
        return status_mark(record.status)

    def render_outlook(self, record: Milestone) -> SafeString | str:
        """Show the milestone's outlook while there is something to look out for."""
        return outlook_mark(record.outlook) if record.status in UPDATABLE else ""

    def render_last_update(self, record: Milestone) -> SafeString | str:
        """Show when somebody last spoke, and their first words."""
        if not record.last_words:
            return NO_UPDATE
        said = record.last_words[0]
        words = said.statement if len(said.statement) <= FIRST_WORDS else f"{said.statement[:FIRST_WORDS].rstrip()}…"
        on = clock.day_of(said.recorded_at)
        day = day_mark(on, "short" if on.year == self.reader.today.year else "")
        return format_html('{}, {} <span class="esc-aside">{}</span>', said.agency.name, day, words)

    # --- Orders (each ends in plan order, so that pages never shuffle) -----------------------------------------------

    def order_code(self, rows: MilestoneQuerySet, is_descending: bool) -> Ordered:
        """Sort by action and position: 10.1 comes after 9.2."""
        if is_descending:
            return rows.order_by("-action_id", "-position", "-pk"), True
        return rows.order_by(*IN_PLAN_ORDER), True

    def order_agency(self, rows: MilestoneQuerySet, is_descending: bool) -> Ordered:
        """Sort by the lead agency, in the agencies' usual order; those without one come last."""
        lead = Responsibility.objects.in_force(self.reader.moment).filter(milestone=OuterRef("pk"), part="lead")
        place = Subquery(lead.values("agency__sort_order")[:1], output_field=IntegerField())
        return _sorted(rows, place, is_descending), True

    def order_target(self, rows: MilestoneQuerySet, is_descending: bool) -> Ordered:
        """Sort by the day the target falls due; those without a date come last."""
        return _sorted(rows, F("target_on"), is_descending), True

    def order_status(self, rows: MilestoneQuerySet, is_descending: bool) -> Ordered:
        """Sort by how far a milestone has come."""
        return _sorted(rows, _place("status", [*Status.values, NOT_RELEASED]), is_descending), True

    def order_outlook(self, rows: MilestoneQuerySet, is_descending: bool) -> Ordered:
        """Sort from on track to off track; those of which nobody has said come last."""
        return _sorted(rows, _place("outlook", Outlook.values), is_descending), True

    def order_last_update(self, rows: MilestoneQuerySet, is_descending: bool) -> Ordered:
        """Sort by when somebody last spoke; those of which nobody ever did count as the longest ago."""
        said = F("last_update_at")
        first = said.desc(nulls_last=True) if is_descending else said.asc(nulls_first=True)
        return rows.order_by(first, *IN_PLAN_ORDER), True


def agencies_of(responsible: Sequence[Responsibility]) -> str:
    """Name the agencies that lead or carry a milestone jointly, the lead first; "" where none is named."""
    return " and ".join(held.agency.name for held in speakers(responsible))


def target_in_words(milestone: Milestone) -> TargetDate | None:
    """Return the target a reader sees, in the plan's own words while it means what the plan says."""
    target = milestone.target
    return milestone.plan if target == milestone.plan else target


def _sorted(rows: MilestoneQuerySet, by: "F | Subquery[Any] | Case", is_descending: bool) -> MilestoneQuerySet:
    """Sort with nothing last in both directions."""
    return rows.order_by(OrderBy(by, descending=is_descending, nulls_last=True), *IN_PLAN_ORDER)


def _place(name: str, values: Sequence[str]) -> Case:
    cases = [When(**{name: value}, then=Value(place)) for place, value in enumerate(values)]
    return Case(*cases, output_field=IntegerField())
