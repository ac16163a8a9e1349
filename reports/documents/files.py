"""Which file of a report does a reader take along?

Every file is drawn from the frozen figures of the edition and version that the page of the report would show.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from milestones.calls.weeks import ReportingWeek
from milestones.spreadsheets import CSV, XLSX
from reports.documents.sheets import csv_of, xlsx_of
from reports.documents.tabulated import file_name_of
from reports.weekly.reading import open_edition


@require_safe
def report_xlsx(request: HttpRequest, week: ReportingWeek) -> HttpResponseBase:
    """Give an edition as a workbook. Two queries."""
    figures = _figures(request, week)
    return _named(HttpResponse(xlsx_of(figures), content_type=XLSX), file_name_of(figures, "xlsx"))


@require_safe
def report_csv(request: HttpRequest, week: ReportingWeek) -> HttpResponseBase:
    """Give an edition as CSV. Two queries."""
    figures = _figures(request, week)
    return _named(StreamingHttpResponse(csv_of(figures), content_type=CSV), file_name_of(figures, "csv"))


def _figures(request: HttpRequest, week: ReportingWeek) -> Mapping[str, Any]:
    figures: Mapping[str, Any] = json.loads(open_edition(request, week).text)
    return figures


def _named(answer: HttpResponseBase, name: str) -> HttpResponseBase:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
