"""What does the frame around every page show?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from esc_tracker import clock
from esc_tracker.accounts.guards import why_not_read_journal
from esc_tracker.accounts.models import Role, User
from esc_tracker.accounts.signin.factors import must_set_one_up
from esc_tracker.reader import Reader
from reports.waiting import Waiting, waiting_of
from reports.wording import week_in_words

EVERYBODY = frozenset({Role.ESC_MEMBER, Role.PLCY_STAFF, Role.READER, Role.COAC_READER})
COMMITTEE = EVERYBODY - {Role.COAC_READER}
ACTING = frozenset({Role.ESC_MEMBER, Role.PLCY_STAFF})

MILESTONE_PAGES = (
    *("milestones:detail", "milestones:update", "milestones:revise", "milestones:confirm", "milestones:return"),
    *("milestones:reopen", "milestones:withdraw", "milestones:concur", "milestones:ask", "milestones:answer"),
    "milestones:summary",
)


@dataclass(frozen=True)
class Place:
    """One entry of the navigation: the page it leads to, other pages it stands for, who finds it, what it counts.

    `why_not` says why one of those roles does not find it.
    """

    label: str
    page: str
    stands_for: tuple[str, ...] = ()
    roles: frozenset[Role] = EVERYBODY
    count: str = ""
    why_not: Callable[[User], str] = lambda user: ""


PLACES = (
    Place("Overview", "reports:overview"),
    Place("Overdue", "reports:overdue", count="overdue"),
    Place("Milestones", "milestones:list", MILESTONE_PAGES),
    Place("Actions", "milestones:actions", ("milestones:action", "milestones:add")),
    Place("Agencies", "milestones:agencies", ("milestones:agency",)),
    Place("Check-in", "milestones:check_in", roles=ACTING, count="not_heard"),
    Place("Calls", "milestones:calls", ("milestones:call",), COMMITTEE),
    Place("Decisions", "reports:decisions", ("milestones:assign",), ACTING, "to_decide"),
    Place(
        "Meetings",
        "reports:meetings",
        (
            "reports:meeting",
            "reports:plan_meeting",
            "reports:change_meeting",
            "reports:conclude",
            "reports:owe",
            "reports:answer_due_out",
        ),
        COMMITTEE,
    ),
    Place(
        "Reports",
        "reports:list",
        (
            "reports:report",
            "reports:one_page",
            "reports:releases",
            "reports:write",
            "reports:line",
            "reports:correct",
            "reports:publish",
            "reports:release",
            "reports:mail",
            "reports:mail_dry_run",
            "reports:turn_mail",
        ),
    ),
    Place("Journal", "reports:journal", ("reports:journal_entry",), COMMITTEE, why_not=why_not_read_journal),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what base.html needs. The navigation is drawn up only where a page shows it: one query at most."""
    shown: dict[str, Any] = {
        "demo": settings.ESC_TODAY is not None,
        "today": SimpleLazyObject(clock.today),
        # Of our own name for the site: the one a request gives itself may be anything.
        "page_address": f"{settings.BASE_URL}{request.get_full_path()}",
    }
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
    if must_set_one_up(request):  # none of these pages opens yet, and how much waits there is part of the record
        return []
    if user.role == Role.ADMINISTRATOR:
        return [
            {"label": "Accounts", "url": reverse("admin:index"), "current": here.startswith("admin:"), "count": None}
        ]
    day = f"?as_of={reader.as_of}" if reader is not None and reader.as_of else ""
    waiting = waiting_of(request) if reader is not None else Waiting()
    return [
        {
            "label": place.label,
            "url": reverse(place.page) + day,
            "current": here in {place.page, *place.stands_for},
            "count": getattr(waiting, place.count) if place.count else None,
        }
        for place in PLACES
        if user.role in place.roles and not place.why_not(user)
    ]
