"""What does every word and number on screen mean?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports.definitions import CHAPTERS, VERSION


@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """Show the definitions, one anchor for each word."""
    return render(request, "reports/definitions.html", {"chapters": CHAPTERS, "version": VERSION})
