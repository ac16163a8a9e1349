"""Which file of a report does a reader take along?

Every file is drawn from the frozen figures of the edition and version that the page of the report would show.
"""

import json

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from esc_tracker.spreadsheets import CSV, XLSX
from milestones.calls.weeks import ReportingWeek
from reports.documents.copies import one_page_docx as written_page
from reports.documents.copies import report_docx as written_report
from reports.documents.sheets import csv_of, xlsx_of
from reports.documents.tabulated import Figures, file_name_of
from reports.documents.word import DOCX
from reports.weekly.reading import open_edition


@require_safe
def report_xlsx(request: HttpRequest, week: ReportingWeek) -> HttpResponseBase:
    """Give an edition as a workbook. Two queries."""
    figures, published = _opened(request, week)
    name = file_name_of(figures, "xlsx", is_published=published)
    return _named(name, HttpResponse(xlsx_of(figures, is_published=published), content_type=XLSX))


@require_safe
def report_csv(request: HttpRequest, week: ReportingWeek) -> HttpResponseBase:
    """Give an edition as CSV. Two queries."""
    figures, published = _opened(request, week)
    name = file_name_of(figures, "csv", is_published=published)
    return _named(name, StreamingHttpResponse(csv_of(figures, is_published=published), content_type=CSV))


@require_safe
def report_docx(request: HttpRequest, week: ReportingWeek) -> HttpResponseBase:
    """Give an edition as a working copy for Word. Two queries."""
    figures, published = _opened(request, week)
    name = file_name_of(figures, "docx", is_published=published)
    return _named(name, HttpResponse(written_report(figures, is_published=published), content_type=DOCX))


@require_safe
def one_page_docx(request: HttpRequest, week: ReportingWeek) -> HttpResponseBase:
    """Give the one page of an edition as a working copy for Word. Two queries."""
    figures, published = _opened(request, week)
    name = file_name_of(figures, "docx", form="one-page", is_published=published)
    return _named(name, HttpResponse(written_page(figures, is_published=published), content_type=DOCX))


def _opened(request: HttpRequest, week: ReportingWeek) -> tuple[Figures, bool]:
    """Return the figures that this reader asked for, and whether they are frozen. Raises Http404."""
    opened = open_edition(request, week)
    return json.loads(opened.text), opened.report.is_published


def _named(name: str, answer: HttpResponseBase) -> HttpResponseBase:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
