"""What is overdue, for how long, whose is it, and what do they say?"""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from esc_tracker.accounts.templatetags.esc import PAGE_SIZES
from esc_tracker.reader import Reader, reader_of
from milestones.exports import export_acts, milestones_file, why_no_file
from milestones.links import link
from milestones.models import Milestone
from milestones.querysets import MilestoneQuerySet
from milestones.tables import SORT_ALIASES, CountedPaginator
from milestones.telling import counted, say_day
from reports import sentences
from reports.ages import BANDS, Asked, Band, by_agency, by_band
from reports.filters import OverdueFilters
from reports.survey import Fact, Survey, by_due_day, take_survey
from reports.tables import OverdueTable
from reports.wording import agreeing


@require_safe
def overdue(request: HttpRequest) -> HttpResponseBase:
    """Show what is overdue, with its counts by age and agency, or hand it out as a file."""
    reader = reader_of(request)
    survey = take_survey(reader)
    request.overdue_count = len(survey.overdue)  # type: ignore[attr-defined]
    form = OverdueFilters(request.GET, survey=survey, sorts=OverdueTable.sorts(reader))
    if any(request.GET.getlist("export")):
        return _file(request, survey, form)
    asked = form.asked
    named, unnamed = by_agency(_matching(survey, Asked(actions=asked.actions, bands=asked.bands)), survey)
    found = _matching(survey, asked) if form.is_valid() else []
    bands = by_band(_matching(survey, Asked(agencies=asked.agencies, actions=asked.actions)))
    page = {
        "headline": _headline(survey),
        "lead": _lead(survey),
        "any_overdue": bool(survey.overdue),
        "bands": _as_numbers(request, bands, asked),
        "band_list": BANDS,
        "agency_lines": named,
        "unnamed": unnamed,
        "form": form,
        "acts": export_acts(request.GET) if survey.overdue and form.is_valid() else [],
        "clear_url": link("reports:overdue", reader=reader),
        "table": _paged(_table(reader, found, form), form, known=len(found)),
    }
    return render(request, "reports/overdue.html", page)


def _matching(survey: Survey, asked: Asked) -> list[Fact]:
    return [fact for fact in survey.overdue if asked.takes(fact)]


def _headline(survey: Survey) -> str:
    overdue = survey.overdue
    return sentences.headline(
        milestones=len(survey.facts),
        overdue=len(overdue),
        unassigned_overdue=sum(not fact.agencies for fact in overdue),
        change=None,
        than="",
        not_released=survey.not_released,
    )


def _lead(survey: Survey) -> str:
    """Say what is oldest or, where nothing is overdue, what falls due next."""
    if survey.overdue:
        oldest = survey.overdue[0]
        same = sum(fact.due_on == oldest.due_on for fact in survey.overdue)
        due_on, days = cast(date, oldest.due_on), counted(oldest.days or 0, "day")
        which = f"Milestone {oldest.code}" if same == 1 else f"The oldest {sentences.counted(same)}"
        return f"{which} {agreeing(same, 'was', 'were')} due on {say_day(due_on)}, {days} ago."
    for day, facts in by_due_day([fact for fact in survey.facts if fact.is_open]).items():
        falls = agreeing(len(facts), "milestone falls", "milestones fall")
        return f"The next to come: {sentences.counted(len(facts))} {falls} due on {say_day(day)}."
    return "No open milestone has a date to meet."


def _table(reader: Reader, found: Sequence[Fact], form: OverdueFilters) -> OverdueTable:
    """Return the table of what was asked for, in its order, not yet fetched."""
    rows = _rows(reader, found)
    return OverdueTable(
        rows.for_table(reader) if found else rows.none(), reader=reader, order_by=_order(form), order_by_field="sort"
    )


def _rows(reader: Reader, found: Sequence[Fact]) -> MilestoneQuerySet:
    return Milestone.objects.visible_to(reader).filter(pk__in=[fact.pk for fact in found]).overdue()


def _paged(table: OverdueTable, form: OverdueFilters, *, known: int) -> OverdueTable:
    """Turn to the page asked for; past the end is the last. Three queries at most, none where there are no rows."""
    size = form.first("per_page", PAGE_SIZES[0])
    page = min(form.first("page", 1), max(1, -(-known // size)))
    table.paginate(paginator_class=CountedPaginator, per_page=size, page=page, known=known)
    return table


def _order(form: OverdueFilters) -> tuple[str, ...] | None:
    """Return the order asked for, as the table knows it; None for the oldest first."""
    asked = form.first("sort")
    if asked is None:
        return None
    sign, bare = ("-", asked[1:]) if asked.startswith("-") else ("", asked)
    return (f"{sign}{SORT_ALIASES.get(bare, bare)}",)


def _file(request: HttpRequest, survey: Survey, form: OverdueFilters) -> HttpResponseBase:
    """Answer with all that was asked for as a file, or with why there is none."""
    reader = reader_of(request)
    asked = [text for text in request.GET.getlist("export") if text]
    problem = why_no_file(asked)
    problems = [problem] if problem else form.sentences
    if problems:
        return render(request, "400.html", {"reason": " ".join(problems)}, status=400)
    table = OverdueTable(_rows(reader, _matching(survey, form.asked)), reader=reader, order_by=_order(form))
    said = "; ".join(part for part in ("Overdue", form.in_words) if part)
    return milestones_file(asked[0], table.data.data, reader, filters=said)


def _as_numbers(request: HttpRequest, counts: Sequence[tuple[Band, int]], asked: Asked) -> list[dict[str, Any]]:
    """Return the bands as numbers that filter; the one that is chosen leads back to all."""
    numbers = []
    for band, count in counts:
        query, current = request.GET.copy(), asked.bands == (band.key,)
        query.pop("page", None)
        query.pop("band", None)
        if not current:
            query["band"] = band.key
        numbers.append(
            {
                "band": band,
                "count": count,
                "tone": "overdue" if count else "",
                "current": current,
                "url": f"?{query.urlencode()}",
            }
        )
    return numbers
