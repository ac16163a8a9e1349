"""What does PLCY write into the weekly report, and which printed lines does it replace?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from esc_tracker.accounts.guards import only
from esc_tracker.accounts.models import Agency, Role, agency_name
from esc_tracker.journal.models import Entry
from milestones import conflicts
from milestones.calls.weeks import ReportingWeek
from milestones.finding import Acting, acts
from milestones.refusals import Incomplete
from milestones.telling import say_day
from reports.models import WeeklyReport
from reports.weekly.finding import find, refused
from reports.weekly.permissions import NotNow, why_not_edit, why_not_write_for_coac
from reports.weekly.write_forms import EVERYBODY, LineForm, WriteForm, as_filled_in
from reports.weekly.writing import (
    LINE_MAX,
    Ask,
    Line,
    WrittenMeanwhile,
    edit_line,
    line_of,
    lines_of,
    texts_of,
    write,
    written_digest,
)
from reports.wording import week_in_words

LABELS = {
    "statement": "where it stands",
    "next_step": "next step",
    "reason": "why it is not on track",
    "needed": "needed from the ESC",
}


@dataclass(frozen=True)
class Printed:
    """One line of a draft, ready to be shown."""

    line: Line
    agency: str
    label: str
    url: str


@dataclass(frozen=True)
class Group:
    """The printed lines of one milestone."""

    code: str
    text: str
    lines: tuple[Printed, ...]


# --- Narratives and asks -------------------------------------------------------------------------------------------


@acts
@only(Role.PLCY_STAFF)
def write_report(request: Acting, week: ReportingWeek) -> HttpResponse:
    """Take narratives and asks, and lead to the printed lines."""
    found = find(request, week)
    if why_not := _why_not(request, found):
        return refused(request, found, why_not)
    asked = _named(request, found)
    if request.method != "POST":
        return _write_page(request, found, _form(found, None))
    form = _form(found, request.POST)
    if not form.is_valid():
        return _write_page(request, found, form)
    said = form.cleaned_data
    mine = {"coac_narrative": said["coac_narrative"]}
    try:
        if found.is_published:
            write(found, by=request.user, seen_digest=said["seen"], **mine)
        else:
            mine |= {"narrative": said["narrative"], "asks": form.asks()}
            write(found, by=request.user, seen_digest=said["seen"], **mine)
    except Incomplete as incomplete:
        form.add_problems(incomplete.problems)
        return _write_page(request, found, form)
    except WrittenMeanwhile as meanwhile:
        return _write_page(request, meanwhile.report, form, theirs=tuple(_beside(meanwhile.report, form)))
    except NotNow as refusal:
        return refused(request, found, str(refusal))
    messages.success(request, "Saved: what you wrote stands in the report.")
    return redirect(asked or found)


def _why_not(request: Acting, report: WeeklyReport) -> str:
    """Say why nothing at all can be written into this report any more; "" when something can."""
    standing = report.released() if report.is_published else None
    return why_not_edit(request.user, report) and why_not_write_for_coac(request.user, report, standing=standing)


def _form(report: WeeklyReport, data: Any) -> WriteForm:
    return WriteForm(
        data,
        agencies=list(Agency.objects.all()),
        filled=len(report.asks),
        frozen=report.is_published,
        initial=as_filled_in(report.narrative, report.coac_narrative, report.asks),
    )


def _named(request: Acting, report: WeeklyReport) -> str:
    """Return the page of the line whose button was pressed, "" for none that there is."""
    asked = request.POST.get("then", "")
    return next((each.url for group in _groups(report) for each in group.lines if each.url == asked), "")


def _write_page(
    request: Acting, report: WeeklyReport, form: WriteForm, *, theirs: tuple[conflicts.Line, ...] = ()
) -> HttpResponse:
    groups = [] if report.is_published else _groups(report)
    attention = {row["code"] for row in report.content.get("attention", [])}
    page = {
        "form": form,
        "report": report,
        "days": week_in_words(report.week),
        "seen": written_digest(report),
        "theirs": theirs,
        "wrote": _last_writer(report) if theirs else None,
        "edited": [each for group in groups for each in group.lines if each.line.is_edited],
        "outdated": [each for group in groups for each in group.lines if each.line.is_outdated],
        "first": [group for group in groups if group.code in attention],
        "others": [group for group in groups if group.code not in attention],
    }
    return render(request, "reports/write.html", page, status=409 if theirs else 200)


def _beside(report: WeeklyReport, form: WriteForm) -> Iterator[conflicts.Line]:
    """Yield what stands in the report now beside what was typed, where either says anything."""
    said = form.cleaned_data
    asks = [ask for ask in form.asks() if ask["text"]]
    for label, theirs, mine in (
        ("Narrative for the ESC", report.narrative, said.get("narrative", report.narrative)),
        ("Narrative for COAC", report.coac_narrative, said["coac_narrative"]),
        ("Asks", asks_in_words(report.asks), report.is_published or asks_in_words(asks)),
    ):
        if theirs or (mine and mine is not True):
            yield conflicts.Line(label, theirs, theirs if mine is True else mine, differs=mine not in (True, theirs))


def asks_in_words(asks: list[Ask]) -> str:
    """Say asks, one a line: "ICE/HSI: Name a lead. (4.3, by Sep 30, 2020)"."""
    lines = []
    for ask in asks:
        aside = ", ".join(part for part in (ask["milestone"], by_when(ask)) if part)
        lines.append(f"{who_is_asked(ask)}: {ask['text']}" + (f" ({aside})" if aside else ""))
    return "\n".join(lines)


def who_is_asked(ask: Ask) -> str:
    """Name whom an ask is for."""
    return agency_name(ask["agency"]) if ask["agency"] else EVERYBODY


def by_when(ask: Ask) -> str:
    """Say by when it is asked: "by Sep 30, 2020"; "" where no day is named."""
    day = date.fromisoformat(ask["by"]) if isinstance(ask["by"], str) else ask["by"]
    return f"by {say_day(day)}" if day else ""


def _last_writer(report: WeeklyReport) -> Entry | None:
    written = Entry.objects.filter(verb="reports.write", about=report.week)
    return written.select_related("by").order_by("-number").first()


# --- Printed lines -------------------------------------------------------------------------------------------------


@acts
@only(Role.PLCY_STAFF)
def write_line(request: Acting, week: ReportingWeek, code: str, agency: str, field: str) -> HttpResponse:
    """Take PLCY's words for one printed line, or take them back."""
    found = find(request, week)
    line = line_of(found, code, agency, field) if field in LINE_MAX else Line(code, agency, field)
    if not line.own and line.edit is None:
        raise Http404("There is no such line.")
    if why_not := why_not_edit(request.user, found):
        return refused(request, found, why_not)
    kept = line.edit["text"] if line.edit else line.own
    form = LineForm(request.POST if request.method == "POST" else None, line=line, initial={"text": kept})
    if request.method != "POST" or not form.is_valid():
        return _line_page(request, found, line, form)
    text = "" if "drop" in request.POST else form.cleaned_data["text"]
    try:
        row = edit_line(
            found,
            by=request.user,
            code=code,
            agency=agency,
            field=field,
            text=text,
            seen_digest=form.cleaned_data["seen"],
        )
    except Incomplete as incomplete:
        form.add_problems(incomplete.problems)
        return _line_page(request, found, line, form)
    except WrittenMeanwhile as meanwhile:
        now = line_of(meanwhile.report, code, agency, field)
        return _line_page(request, meanwhile.report, now, form, meanwhile=True)
    except NotNow as refusal:
        return refused(request, found, str(refusal))
    messages.success(request, _saved(line_of(row, code, agency, field)))
    return redirect(f"{reverse('reports:write', args=[week])}#lines")


def _saved(line: Line) -> str:
    whose = agency_name(line.agency)
    if line.is_edited:
        return f"Saved: your line on {line.code} is printed, marked as edited, with {whose}’s own words beside it."
    return f"Saved: {whose}’s own words on {line.code} are printed." if line.own else "Saved: the edit is dropped."


def _line_page(
    request: Acting, report: WeeklyReport, line: Line, form: LineForm, *, meanwhile: bool = False
) -> HttpResponse:
    page = {
        "form": form,
        "report": report,
        "days": week_in_words(report.week),
        "line": line,
        "agency": agency_name(line.agency),
        "label": LABELS[line.field],
        "text": texts_of(report).get(line.code, ""),
        "meanwhile": meanwhile,
    }
    return render(request, "reports/line.html", page, status=409 if meanwhile else 200)


def printed(report: WeeklyReport, line: Line) -> Printed:
    """Return one line of a draft as pages show it."""
    url = reverse("reports:line", args=[report.week, line.code, line.agency, line.field])
    return Printed(line, agency_name(line.agency), LABELS[line.field], url)


def _groups(report: WeeklyReport) -> list[Group]:
    """Return the printed lines, milestone by milestone, in the order of the plan."""
    texts = texts_of(report)
    held: dict[str, list[Printed]] = {}
    for line in lines_of(report):
        held.setdefault(line.code, []).append(printed(report, line))
    in_order = sorted(held, key=lambda code: [int(part) for part in code.split(".")])
    return [Group(code, texts.get(code, ""), tuple(held[code])) for code in in_order]
