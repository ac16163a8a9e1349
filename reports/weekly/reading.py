"""What did we say that week?"""

import json
from dataclasses import dataclass
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from esc_tracker.accounts.guards import why_not_read_journal
from esc_tracker.accounts.models import User
from esc_tracker.reader import Reader, reader_of
from milestones.calls.weeks import ReportingWeek
from milestones.links import link
from reports.account import account_of
from reports.editions import COAC, ESC
from reports.models import ReleasedEdition, WeeklyReport
from reports.telling.mailed import mailed_of
from reports.wording import agreeing, week_in_words

PER_PAGE = 25
FORMS = (
    ("One page", "reports:one_page"),
    ("PDF", "reports:report_pdf"),
    ("DOCX", "reports:report_docx"),
    ("XLSX", "reports:report_xlsx"),
    ("CSV", "reports:report_csv"),
    ("JSON", "reports:report_json"),
)


@dataclass(frozen=True)
class Listed:
    """One report in the list."""

    week: str
    days: str
    version: int
    url: str
    coac_url: str
    report: WeeklyReport
    edition: ReleasedEdition | None


@dataclass(frozen=True)
class Opened:
    """One edition of one version, as it was found for a reader: its frozen text and what stands beside it."""

    report: WeeklyReport
    edition: str
    text: str
    newest: int
    before: int | None
    released: ReleasedEdition | None


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """List the reports this reader may open, the newest first."""
    reader = reader_of(request)
    standing = ReleasedEdition.objects.visible_to(reader).select_related("release").defer("figures")
    rows = (
        WeeklyReport.objects.visible_to(reader)
        .defer("figures")
        .prefetch_related(Prefetch("released_editions", standing, to_attr="standing"))
        .order_by("-week", "-version", "-pk")
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    listed = _listed(page, reader)
    return render(
        request,
        "reports/list.html",
        {"page": page, "listed": listed, **_list_in_words(listed, reader)},
    )


@require_safe
def report(request: HttpRequest, week: ReportingWeek) -> HttpResponse:
    """Show one edition of a report from its frozen figures."""
    reader = reader_of(request)
    opened = open_edition(request, week)
    told = account_of(json.loads(opened.text), reader)
    return render(
        request,
        "reports/report.html",
        {
            "account": told,
            "report": opened.report,
            "released": opened.released,
            "newest": opened.newest,
            "newest_url": link("reports:report", week, reader=reader, edition=_asked(opened, reader)),
            "before": opened.before,
            "before_url": link(
                "reports:report", week, reader=reader, edition=_asked(opened, reader), version=opened.before
            ),
            "forms": _forms(opened, reader),
            "mailed": _mailed(opened, reader),
            "other_edition": _other_edition(opened, reader),
            "acts": _acts(opened, reader),
            "journal_url": ""
            if why_not_read_journal(cast(User, request.user))
            else link("reports:journal", reader=reader, about=week),
            "may_withdraw": bool(opened.released) and reader.is_plcy and reader.may_act,
        },
    )


@require_safe
def report_json(request: HttpRequest, week: ReportingWeek) -> HttpResponse:
    """Give the exact bytes of one edition."""
    opened = open_edition(request, week)
    # The header also tells the security log that this is a file.
    headers = {"Content-Disposition": "inline"}
    return HttpResponse(opened.text.encode(), content_type="application/json", headers=headers)


def _listed(page: Page[Any], reader: Reader) -> list[Listed]:
    """Return the lines of the list; an older version of a week leads to itself."""
    found: list[Listed] = []
    for each in page:
        older = each.version if found and found[-1].week == each.week else None
        standing: list[ReleasedEdition] = each.standing
        found.append(
            Listed(
                week=each.week,
                days=week_in_words(each.week),
                version=each.version,
                url=link("reports:report", each.week, reader=reader, version=older),
                coac_url=link("reports:report", each.week, reader=reader, edition=COAC, version=older),
                report=each,
                edition=standing[0] if standing else None,
            )
        )
    return found


def _list_in_words(listed: list[Listed], reader: Reader) -> dict[str, str]:
    """Return the heading of the list as an answer: which report is the latest."""
    said = "released" if reader.is_coac else "published"
    latest = next((each for each in listed if each.report.is_published), None)
    headline = f"The latest {said} report is of {latest.days}" if latest else f"No report has been {said} yet"
    every = "Each finished week, Monday to Sunday, gets one report."
    if reader.is_coac:
        return {
            "headline": headline,
            "lead": f"{every} You see those that were released.",
            "empty": "The chair’s office releases reports when they are cleared.",
        }
    lead = f"{every} Published ones are frozen; drafts are seen by PLCY only."
    return {"headline": headline, "lead": lead, "empty": "A draft is written every Monday for the week just ended."}


def open_edition(request: HttpRequest, week: ReportingWeek) -> Opened:
    """Find the edition and version asked for; what this reader may not know of is not there. Two queries."""
    reader = reader_of(request)
    edition = request.GET.get("edition", COAC if reader.is_coac else ESC)
    asked = request.GET.get("version", "")
    if edition not in {ESC, COAC} or (edition == ESC and reader.is_coac):
        raise Http404("There is no such edition.")
    editions = {
        each.report_id: each
        for each in ReleasedEdition.objects.visible_to(reader)
        .filter(report__week=str(week))
        .select_related("release")
        .reverse()
    }
    versions = list(WeeklyReport.objects.visible_to(reader).filter(week=str(week)).order_by("-version"))
    if edition == COAC:
        versions = [each for each in versions if each.pk in editions]
    found = next((each for each in versions if not asked or str(each.version) == asked), None)
    if found is None:
        raise Http404("There is no such report.")
    released = editions.get(found.pk)
    text = released.figures if edition == COAC and released else found.figures
    before = next((each.version for each in versions if each.version < found.version), None)
    return Opened(found, edition, text, versions[0].version, before, released)


def _asked(opened: Opened, reader: Reader) -> str:
    """Return the edition that a link has to name: none where the reader gets it without asking."""
    return COAC if opened.edition == COAC and not reader.is_coac else ""


def _other_edition(opened: Opened, reader: Reader) -> dict[str, str] | None:
    """Return the way to the other edition of the same version, where this reader may open both."""
    if reader.is_coac or opened.released is None:
        return None
    other, label = (COAC, "COAC edition") if opened.edition == ESC else (ESC, "ESC edition")
    return {
        "label": label,
        "url": link("reports:report", opened.report.week, reader=reader, edition=other, version=opened.report.version),
    }


def _acts(opened: Opened, reader: Reader) -> list[dict[str, Any]]:
    """Return what stands at the top right: for PLCY what comes next."""
    if not (reader.is_plcy and reader.may_act) or opened.edition == COAC:
        return []
    week = opened.report.week

    def act(label: str, place: str, **how: object) -> dict[str, Any]:
        return {"label": label, "url": link(place, week, reader=reader), **how}

    if not opened.report.is_published:
        return [
            act("Publish…", "reports:publish"),
            act("Write…", "reports:write", style="outline"),
            act("Refresh", "reports:refresh", post=True, style="outline"),
        ]
    if opened.report.version != opened.newest:
        return []
    acts = []
    if opened.released is None:
        acts = [act("Release to COAC…", "reports:release"), act("Write for COAC…", "reports:write", style="outline")]
    return [*acts, act("Correct…", "reports:correct", style="outline")]


def _mailed(opened: Opened, reader: Reader) -> str:
    """Say to PLCY what came of the report's mail; "" to others and of a draft. One query."""
    if not (reader.is_plcy and reader.may_act and opened.report.is_published):
        return ""
    mailed = mailed_of(opened.report)
    if not mailed.total:
        return "Not mailed to anybody"
    waiting = f"{mailed.waiting} {agreeing(mailed.waiting, 'waits', 'wait')} to be sent" if mailed.waiting else ""
    return "; ".join(each for each in (f"Mailed to {mailed.sent} of {mailed.total}", waiting, *mailed.failed) if each)


def _forms(opened: Opened, reader: Reader) -> list[dict[str, str]]:
    """Return the other forms of the same edition and version, by name."""
    asked = {"edition": opened.edition, "version": opened.report.version}
    return [{"label": label, "url": link(place, opened.report.week, reader=reader, **asked)} for label, place in FORMS]
