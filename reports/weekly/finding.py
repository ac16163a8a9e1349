"""Which report does PLCY act on, and how is it told that this cannot be done now?"""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from esc_tracker.reader import reader_of
from milestones.calls.weeks import ReportingWeek
from milestones.offers import why_not_then
from reports.models import WeeklyReport


def find(request: HttpRequest, week: ReportingWeek) -> WeeklyReport:
    """Return the version asked for, else the newest; 404 where there is none, 403 for an earlier day. One query."""
    if refusal := why_not_then(reader_of(request)):
        raise PermissionDenied(refusal)
    versions = WeeklyReport.objects.filter(week=str(week)).order_by("-version")
    asked = request.GET.get("version", "")
    found = next((each for each in versions if not asked or str(each.version) == asked), None)
    if found is None:
        raise Http404("There is no such report.")
    return found


def refused(request: HttpRequest, report: WeeklyReport, sentence: str) -> HttpResponse:
    """Say why this cannot be done now, and where to go."""
    return render(request, "reports/refused.html", {"report": report, "reason": sentence}, status=409)
