"""Which milestone does a person act on, who are they, and where do they go next?

What the pages that change the record share, whichever wing they stand in.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from esc_tracker.accounts.models import User
from esc_tracker.reader import Reader
from esc_tracker.ways_back import way_back
from milestones.models import Milestone
from milestones.offers import why_not_then


class Acting(HttpRequest):
    """A request of a signed-in person, as the middleware leaves it."""

    user: User
    reader: Reader


OUT_OF_DATE = (
    "This form was out of date or incomplete, so nothing was saved. What you wrote is kept below: "
    "check it against the milestone as it stands now, then save it again."
)
acts = require_http_methods(["GET", "HEAD", "POST"])


def find(request: Acting, code: str) -> Milestone:
    """Return the milestone as it stands, with who is responsible and what was said; 404, or 403 for an earlier day.

    Three queries.
    """
    milestone = Milestone.objects.visible_to(request.reader).coded(code).for_table(request.reader).first()
    if milestone is None:
        raise Http404
    if refusal := why_not_then(request.reader):
        raise PermissionDenied(refusal)
    return milestone


def came_from(request: Acting) -> str:
    """Return where the person came from, if that is a page of ours; else ""."""
    return way_back(request.POST.get("next") or request.GET.get("next") or "")


def page(
    request: Acting, template: str, milestone: Milestone, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Draw a page about one milestone, with the way back (`next`, `back_url`)."""
    back = came_from(request)
    shared = {"milestone": milestone, "next": back, "back_url": back or milestone.get_absolute_url()}
    return render(request, template, {**shared, **context}, status=status)
