"""How does a reader take a report along: on one page, as PDF?"""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from esc_tracker.reader import Reader, reader_of
from milestones.calls.weeks import ReportingWeek
from milestones.links import link
from reports.documents.pdf import Form, NoPdf, pdf_of
from reports.documents.tabulated import file_name_of
from reports.onepage import one_page_of
from reports.weekly.reading import Opened, open_edition


@require_safe
def one_page(request: HttpRequest, week: ReportingWeek) -> HttpResponse:
    """Show one edition on one page, the same that principals get by mail. Two queries."""
    reader = reader_of(request)
    opened = open_edition(request, week)
    context = {
        "page": one_page_of(json.loads(opened.text)),
        "report": opened.report,
        "newest": opened.newest,
        "newest_url": link("reports:one_page", week, reader=reader, edition=_named(opened, reader)),
        "acts": [
            {"label": "The whole report", "url": _way("reports:report", opened, reader), "style": "outline"},
            *(
                {"label": label, "url": _way(place, opened, reader), "style": "outline", "icon": "file_download"}
                for label, place in (("PDF", "reports:one_page_pdf"), ("Word", "reports:one_page_docx"))
            ),
        ],
    }
    return render(request, "reports/one_page.html", context)


@require_safe
def report_pdf(request: HttpRequest, week: ReportingWeek) -> HttpResponse:
    """Give one edition as PDF; 503 with the reason where the machine cannot. Two queries, and the cache's."""
    return _pdf(request, week, Form.REPORT)


@require_safe
def one_page_pdf(request: HttpRequest, week: ReportingWeek) -> HttpResponse:
    """Give the one page of an edition as PDF; 503 with the reason where the machine cannot. As above."""
    return _pdf(request, week, Form.ONE_PAGE)


def _pdf(request: HttpRequest, week: ReportingWeek, form: Form) -> HttpResponse:
    opened = open_edition(request, week)
    figures, published = json.loads(opened.text), opened.report.is_published
    try:
        drawn = pdf_of(figures, form, is_published=published)
    except NoPdf as why:
        back = _way("reports:report", opened, reader_of(request))
        return render(request, "documents/not_available.html", {"why": str(why), "back": back}, status=503)
    name = file_name_of(figures, "pdf", form="one-page" if form == Form.ONE_PAGE else "report", is_published=published)
    return HttpResponse(
        drawn, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


def _way(place: str, opened: Opened, reader: Reader) -> str:
    """Return the way to another form of the same edition and version."""
    older = opened.report.version if opened.report.version != opened.newest else None
    return link(place, opened.report.week, reader=reader, edition=_named(opened, reader), version=older)


def _named(opened: Opened, reader: Reader) -> str:
    """Return the edition where it must be asked for: COAC reads no other than its own."""
    return "" if reader.is_coac or opened.edition == "esc" else opened.edition
