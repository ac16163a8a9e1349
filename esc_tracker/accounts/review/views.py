"""Where is it said, once a year, who still needs their seat?"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from esc_tracker import clock
from esc_tracker.accounts.models import Role, User
from esc_tracker.accounts.review.reviewing import Group, groups_for, review_seats, why_not_see_review
from esc_tracker.refusals import Incomplete, NotAllowed

_ANSWERS = {"yes": True, "no": False, "": None}
_EARLIER = "Seats are those of today, whatever day is shown: leave the earlier day to review them."


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    """Show the seats this person sees, and take what they say of those they may speak for. Three queries, or seven."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    if refusal := why_not_see_review(user):
        raise PermissionDenied(refusal)
    acts = user.role != Role.ADMINISTRATOR
    earlier = acts and bool(request.GET.get("as_of"))
    day = clock.real_day()
    groups = groups_for(user, day)
    problem = ""
    if request.method == "POST":
        if earlier or not acts:
            raise PermissionDenied(_EARLIER if earlier else "Members and PLCY review seats; you close them.")
        try:
            answers, seen = _read(request.POST, groups)
            kept = review_seats(answers, seen=seen, by=user)
        except NotAllowed as refused:
            raise PermissionDenied(str(refused)) from refused
        except Incomplete as incomplete:
            problem, groups = str(incomplete), groups_for(user, day)
        else:
            messages.success(request, f"Saved: {kept} answer{'' if kept == 1 else 's'}." if kept else "Nothing is new.")
            return redirect("seat_review")
    seats = [seat for group in groups for seat in group.seats]
    context = {
        "groups": groups,
        "year": day.year,
        "open": sum(seat.said is None for seat in seats),
        "total": len(seats),
        "may_act": acts and not earlier and any(not seat.why_not for seat in seats),
        "earlier": _EARLIER if earlier else "",
        "problem": problem,
        "administrator": not acts,
    }
    return render(request, "account/seat_review.html", context)


def _read(sent: QueryDict, groups: list[Group]) -> tuple[dict[int, bool], dict[int, bool | None]]:
    """Return what is said, and what stood when the page was drawn, of each person this page may speak of."""
    answers: dict[int, bool] = {}
    seen: dict[int, bool | None] = {}
    for key in [seat.person.pk for group in groups for seat in group.seats if not seat.why_not]:
        answer = _ANSWERS.get(sent.get(f"needed-{key}", ""))
        if answer is not None:
            answers[key] = answer
            seen[key] = _ANSWERS.get(sent.get(f"seen-{key}", ""))
    return answers, seen
