"""What does the frame around every page show?"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from esc_tracker import clock
from esc_tracker.accounts.models import Role, User
from esc_tracker.reader import Reader
from milestones.models import Milestone
from reports.wording import week_in_words

# What the navigation offers, in order: label, the page it leads to, the pages it stands for.
PLACES = (
    ("Overview", "reports:overview", ("reports:overview",)),
    ("Overdue", "reports:overdue", ("reports:overdue",)),
    ("Milestones", "milestones:list", ("milestones:list", "milestones:detail", "milestones:update")),
    ("Actions", "milestones:actions", ("milestones:actions", "milestones:action")),
    ("Agencies", "milestones:agencies", ("milestones:agencies", "milestones:agency")),
    ("Reports", "reports:list", ("reports:list", "reports:report", "reports:publish", "reports:release")),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what base.html needs. The navigation is drawn up only where a page shows it: one query at most."""
    shown: dict[str, Any] = {"demo": settings.ESC_TODAY is not None, "today": SimpleLazyObject(clock.today)}
    user = getattr(request, "user", None)  # an error page may come before anybody was asked who they are
    if not isinstance(user, User):
        return shown
    reader: Reader | None = getattr(request, "reader", None)
    if reader is not None and reader.release is not None:
        shown["release_period"] = week_in_words(reader.release.week)
    return shown | {"nav": SimpleLazyObject(lambda: _navigation(request, user, reader))}


def _navigation(request: HttpRequest, user: User, reader: Reader | None) -> list[dict[str, Any]]:
    """Return the places this person may go to; the day looked at goes along."""
    here = request.resolver_match.view_name if request.resolver_match else ""
    if user.role == Role.ADMINISTRATOR:
        return [
            {"label": "Accounts", "url": reverse("admin:index"), "current": here.startswith("admin:"), "count": None}
        ]
    day = f"?as_of={reader.as_of}" if reader is not None and reader.as_of else ""
    return [
        {
            "label": label,
            "url": reverse(place) + day,
            "current": here in stands_for,
            "count": overdue_count(request) if place == "reports:overdue" else None,
        }
        for label, place, stands_for in PLACES
    ]


def overdue_count(request: HttpRequest) -> int | None:
    """Return how many milestones are overdue for this reader, None where nobody reads. One query.

    A page that has counted them already leaves the number as `request.overdue_count`: then none.
    """
    reader: Reader | None = getattr(request, "reader", None)
    if reader is None:
        return None
    counted: int | None = getattr(request, "overdue_count", None)
    return Milestone.objects.visible_to(reader).overdue().count() if counted is None else counted
