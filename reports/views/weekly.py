"""What did we say that week, and what does PLCY do with the report?"""

import json
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from esc_tracker.accounts.guards import only
from esc_tracker.accounts.models import Role, User
from esc_tracker.reader import Reader, coac_reader, esc_reader, reader_of
from milestones.calls.weeks import ReportingWeek
from milestones.links import link
from milestones.models import Milestone, StatusUpdate
from milestones.offers import why_not_then
from milestones.refusals import Incomplete
from milestones.telling import counted
from reports import weekly
from reports.account import account_of, say_moment
from reports.editions import COAC, ESC
from reports.forms import ReleaseForm, WithheldForm
from reports.models import ReleasedEdition, WeeklyReport
from reports.permissions import why_not_release
from reports.weekly import NotNow
from reports.wording import agreeing, week_in_words

PER_PAGE = 25
TEXT_SHOWN = 90  # characters of a milestone in the list of those that can be held back


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
    released: ReleasedEdition | None


# --- Reading ------------------------------------------------------------------------------------------------------


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
    return render(request, "reports/list.html", {"page": page, "listed": listed, **_list_in_words(listed, reader)})


@require_safe
def report(request: HttpRequest, week: ReportingWeek) -> HttpResponse:
    """Show one edition of a report from its frozen figures."""
    reader = reader_of(request)
    opened = _open(request, week)
    told = account_of(json.loads(opened.text), reader)
    return render(
        request,
        "reports/report.html",
        {
            "account": told,
            "report": opened.report,
            "released": opened.released,
            "newest": opened.newest,
            "newest_url": link("reports:report", week, reader=reader),
            "other_edition": _other_edition(opened, reader),
            "acts": _acts(opened, reader),
            "may_withdraw": bool(opened.released) and reader.is_plcy and reader.may_act,
        },
    )


@require_safe
def report_json(request: HttpRequest, week: ReportingWeek) -> HttpResponse:
    """Give the exact bytes of one edition."""
    opened = _open(request, week)
    return HttpResponse(opened.text.encode(), content_type="application/json")


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


def _open(request: HttpRequest, week: ReportingWeek) -> Opened:
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
    return Opened(found, edition, text, versions[0].version, released)


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
    """Return what stands at the top right: for PLCY what comes next, for all the file."""
    week = opened.report.week
    file = link("reports:report_json", week, reader=reader, edition=opened.edition, version=opened.report.version)
    acts: list[dict[str, Any]] = []
    if reader.is_plcy and reader.may_act:
        if not opened.report.is_published:
            acts.append({"label": "Publish…", "url": link("reports:publish", week, reader=reader)})
            acts.append(
                {
                    "label": "Refresh",
                    "url": link("reports:refresh", week, reader=reader),
                    "post": True,
                    "style": "outline",
                }
            )
        elif opened.released is None:
            acts.append({"label": "Release to COAC…", "url": link("reports:release", week, reader=reader)})
    return [*acts, {"label": "JSON", "url": file, "style": "outline", "icon": "file_download"}]


# --- What PLCY does with it -----------------------------------------------------------------------------------------


@require_POST
@only(Role.PLCY_STAFF)
def refresh(request: HttpRequest, week: ReportingWeek) -> HttpResponse:
    """Take a draft's figures again."""
    found = _find(request, week)
    try:
        row = weekly.refresh(found, by=_person(request))
    except NotNow as refusal:
        return _refused(request, found, str(refusal))
    messages.success(request, f"The figures were taken again. {row.content['headline']}")
    return redirect("reports:report", week)


@require_http_methods(["GET", "HEAD", "POST"])
@only(Role.PLCY_STAFF)
def publish(request: HttpRequest, week: ReportingWeek) -> HttpResponse:
    """Say what publishing freezes and what waits; then do it."""
    found = _find(request, week)
    if request.method == "POST":
        try:
            weekly.publish(found, by=_person(request), seen_digest=request.POST.get("digest", ""))
        except NotNow as refusal:
            return _refused(request, found, str(refusal))
        messages.success(
            request,
            f"The report of {week_in_words(found.week)} is published. COAC sees it once you release it.",
        )
        return redirect("reports:report", week)
    if found.is_published:
        return _refused(request, found, "This report was published already.")
    waits = StatusUpdate.objects.filter(recorded_at__gte=found.as_of).count()
    page = {
        "account": account_of(found.content, reader_of(request)),
        "report": found,
        "why_not": weekly.why_not_publish(found, by=_person(request)),
        "waits": f"{counted(waits, 'update')} made since {agreeing(waits, 'waits', 'wait')} for the next report"
        if waits
        else "",
    }
    return render(request, "reports/publish.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@only(Role.PLCY_STAFF)
def release(request: HttpRequest, week: ReportingWeek) -> HttpResponse:
    """Show exactly what COAC will see, ask who cleared it, and open the record to COAC."""
    found = _find(request, week)
    if why_not := why_not_release(_person(request), found, standing=found.released()):
        return _refused(request, found, why_not)
    choices = _choices(found)
    if request.method != "POST":
        return _release_page(request, found, ReleaseForm(milestones=choices, initial={"withheld": []}), [])
    asked = WithheldForm(request.POST, milestones=choices)
    withheld = asked.cleaned_data["withheld"] if asked.is_valid() else []
    if "preview" in request.POST:
        typed = {"cleared_by": request.POST.get("cleared_by", ""), "withheld": withheld}
        return _release_page(request, found, ReleaseForm(milestones=choices, initial=typed), withheld)
    form = ReleaseForm(request.POST, milestones=choices)
    if not form.is_valid():
        return _release_page(request, found, form, withheld)
    said = form.cleaned_data
    try:
        weekly.release(
            found, by=_person(request), cleared_by=said["cleared_by"], withheld=withheld, seen_digest=said["digest"]
        )
    except NotNow as refusal:
        return _release_page(request, found, form, withheld, problem=str(refusal))
    except Incomplete as refusal:
        for name, sentence in refusal.problems.items():
            form.add_error(name, sentence)
        return _release_page(request, found, form, withheld)
    messages.success(
        request,
        f"The report of {week_in_words(found.week)} is released: COAC sees the record as of {say_moment(found.as_of)}.",
    )
    return redirect("reports:report", week)


@require_POST
@only(Role.PLCY_STAFF)
def withdraw(request: HttpRequest, week: ReportingWeek) -> HttpResponse:
    """Withdraw a report's release."""
    found = _find(request, week)
    try:
        weekly.withdraw(found, by=_person(request))
    except NotNow as refusal:
        return _refused(request, found, str(refusal))
    messages.success(request, "The release is withdrawn. COAC sees the record as of the release before.")
    return redirect("reports:report", week)


# --- What they share ------------------------------------------------------------------------------------------------


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)  # sign-in is required by middleware


def _find(request: HttpRequest, week: ReportingWeek) -> WeeklyReport:
    """Return the version asked for, else the newest; 404 where there is none, 403 for an earlier day."""
    if refusal := why_not_then(reader_of(request)):
        raise PermissionDenied(refusal)
    versions = WeeklyReport.objects.filter(week=str(week)).order_by("-version")
    asked = request.GET.get("version", "")
    found = next((each for each in versions if not asked or str(each.version) == asked), None)
    if found is None:
        raise Http404("There is no such report.")
    return found


def _choices(report: WeeklyReport) -> dict[str, str]:
    """Return what can be held back: every milestone of the report's day, with its first words. One query."""
    rows = Milestone.objects.visible_to(esc_reader(report.as_of)).order_by("action_id", "position", "pk")
    return {row.code: f"{row.code} {Truncator(row.text).chars(TEXT_SHOWN)}" for row in rows}


def _release_page(
    request: HttpRequest, report: WeeklyReport, form: ReleaseForm, withheld: list[str], *, problem: str = ""
) -> HttpResponse:
    """Show the exact bytes that would be released without these milestones, and the form."""
    text = weekly.preview_coac(report, withheld).decode()
    figures = json.loads(text)
    page = {
        "form": form,
        "report": report,
        "days": week_in_words(report.week),
        "problem": problem,
        "account": account_of(figures, coac_reader(report.as_of)),
        "json": text,
        "digest": figures["digest"],
        "withheld": withheld,
    }
    return render(request, "reports/release.html", page, status=409 if problem else 200)


def _refused(request: HttpRequest, report: WeeklyReport, sentence: str) -> HttpResponse:
    """Say why this cannot be done now, and where to go."""
    return render(request, "reports/refused.html", {"report": report, "reason": sentence}, status=409)
