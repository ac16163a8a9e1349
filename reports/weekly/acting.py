"""What does PLCY do with the weekly report?"""

import json
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods, require_POST

from esc_tracker.accounts.guards import only
from esc_tracker.accounts.models import Role, User
from esc_tracker.reader import coac_reader, esc_reader, reader_of
from milestones.calls.weeks import ReportingWeek
from milestones.models import Milestone, StatusUpdate
from milestones.offers import why_not_then
from milestones.refusals import Incomplete
from milestones.telling import counted
from reports.account import account_of, say_moment
from reports.models import WeeklyReport
from reports.weekly import drafting, publishing, releasing
from reports.weekly.forms import ReleaseForm, WithheldForm
from reports.weekly.permissions import NotNow, why_not_release
from reports.wording import agreeing, week_in_words

TEXT_SHOWN = 90  # characters of a milestone in the list of those that can be held back


@require_POST
@only(Role.PLCY_STAFF)
def refresh(request: HttpRequest, week: ReportingWeek) -> HttpResponse:
    """Take a draft's figures again."""
    found = _find(request, week)
    try:
        row = drafting.refresh(found, by=_person(request))
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
            publishing.publish(found, by=_person(request), seen_digest=request.POST.get("digest", ""))
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
        "why_not": publishing.why_not_publish(found, by=_person(request)),
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
        releasing.release(
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
        releasing.withdraw(found, by=_person(request))
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
    text = releasing.preview_coac(report, withheld).decode()
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
