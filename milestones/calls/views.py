"""What did the person ask to see of calls for updates, or to do about them?"""

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from esc_tracker import clock
from esc_tracker.accounts.guards import only
from esc_tracker.accounts.models import Agency, Role, User
from esc_tracker.reader import Reader
from milestones.calls import changing
from milestones.calls.calling import call_by_default, plan_call, why_not_plan
from milestones.calls.changing import CallChanged
from milestones.calls.forms import DUE, OPENING, ExtendForm, LineForm, MoveForm, ReasonForm, as_typed
from milestones.calls.reminding import NOT_OPENED, remind
from milestones.calls.showing import Shown, lines, next_call, show
from milestones.calls.silence import LOOKED_BACK, calls_before
from milestones.calls.terms import terms_of
from milestones.calls.weeks import ReportingWeek
from milestones.models import Call, Responsibility
from milestones.offers import why_not_then
from milestones.querysets import LEAD_OR_JOINT
from milestones.refusals import Incomplete, NotAllowed
from milestones.telling import counted, listed

EARLIER = 12  # calls that the table shows; each page of one leads on to the one before
_LATER = 60  # calls planned ahead and opened since, at most one year's
CLOSED = "Calls for updates, and who answered them, are the committee’s own and are not shared."
OUT_OF_DATE = (
    "This form was out of date or incomplete, so nothing was saved. What you wrote is kept below: "
    "check it against the call as it stands now, then save it again."
)
Do = Callable[[Call, Any, int], object]


class Asking(HttpRequest):
    """A request of a signed-in person, as the middleware leaves it."""

    user: User
    reader: Reader


# --- Reading --------------------------------------------------------------------------------------------------------


@require_safe
def calls(request: Asking) -> HttpResponse:
    """Show the latest call that opened with who has answered, what comes next, and the calls before."""
    _demand_committee(request.reader)
    reader = request.reader
    moment = clock.now() if reader.moment is None else reader.moment
    known = list(Call.objects.recorded_before(reader.moment).order_by("-ends_on")[: EARLIER + _LATER])
    opened = [each for each in known if terms_of(each).opens_at <= moment]
    coming = [each for each in known if terms_of(each).opens_at > moment]
    following = next_call(known, moment)
    if following not in known:
        coming = sorted([*coming, following], key=lambda each: each.ends_on, reverse=True)
    latest = next((each for each in opened if terms_of(each).skipped is None), None)
    earlier = [each for each in opened if each != latest][:EARLIER]
    context: dict[str, Any] = {
        "reader": reader,
        "shown": show(latest, known, reader) if latest else None,
        "following_opens_at": terms_of(following).opens_at,
        "coming": lines(known, reversed(coming), reader),
        "earlier": lines(known, earlier, reader),
    }
    return render(request, "calls/list.html", context | _acts(request))


@require_safe
def call(request: Asking, week: ReportingWeek) -> HttpResponse:
    """Show one call, also a coming one that nobody planned yet."""
    _demand_committee(request.reader)
    return _call_page(request, week)


def _call_page(request: Asking, week: ReportingWeek, *, refusal: str = "", status: int = 200) -> HttpResponse:
    found, later = _find(request.reader, week)
    before = _before(found, request.reader)
    context: dict[str, Any] = {
        "reader": request.reader,
        "shown": show(found, [*later, *before], request.reader),
        "before": next(iter(before), None),
        "after": next(iter(sorted((each for each in later if each != found), key=lambda each: each.ends_on)), None),
        "refusal": refusal,
    }
    return render(request, "calls/call.html", context | _acts(request), status=status)


# --- What PLCY does ---------------------------------------------------------------------------------------------------

acts = require_http_methods(["GET", "HEAD", "POST"])


@acts
@only(Role.PLCY_STAFF)
def move(request: Asking, week: ReportingWeek) -> HttpResponse:
    """Show or take when a call opens and is due."""
    found, later = _found_to_change(request, week)
    terms = terms_of(found)
    initial = as_typed(terms.opens_at, OPENING) | as_typed(terms.due_at, DUE)
    form = MoveForm(_typed(request), terms=terms, moment=clock.now(), initial=initial)

    def do(row: Call, said: Any, seen: int) -> object:
        return changing.move(
            row, by=request.user, opens_at=form.opens, due_at=form.moment(DUE), reason=said["reason"], seen=seen
        )

    return _change(request, show(found, later, request.reader), form, do, heading="Move", done="is moved")


@acts
@only(Role.PLCY_STAFF)
def extend(request: Asking, week: ReportingWeek) -> HttpResponse:
    """Show or take more time for one agency."""
    found, later = _found_to_change(request, week)
    answering = Responsibility.objects.in_force().filter(part__in=LEAD_OR_JOINT).values("agency")
    agencies = list(Agency.objects.filter(pk__in=answering))
    initial = as_typed(terms_of(found).due_at, DUE) | {"agency": request.GET.get("agency", "")}
    form = ExtendForm(_typed(request), agencies=agencies, initial=initial)

    def do(row: Call, said: Any, seen: int) -> object:
        agency = form.agencies[said["agency"]]
        return changing.extend(
            row, by=request.user, agency=agency, due_at=form.moment(DUE), reason=said["reason"], seen=seen
        )

    return _change(request, show(found, later, request.reader), form, do, heading="Extend", done="is extended")


@acts
@only(Role.PLCY_STAFF)
def skip(request: Asking, week: ReportingWeek) -> HttpResponse:
    """Show or take the reason why a call is skipped."""
    found, later = _found_to_change(request, week)

    def do(row: Call, said: Any, seen: int) -> object:
        return changing.skip(row, by=request.user, reason=said["reason"], seen=seen)

    form = ReasonForm(_typed(request))
    return _change(request, show(found, later, request.reader), form, do, heading="Skip", done="is skipped")


@acts
@only(Role.PLCY_STAFF)
def add_line(request: Asking, week: ReportingWeek) -> HttpResponse:
    """Show or take the line of text that everybody reads with a call."""
    found, later = _found_to_change(request, week)

    def do(row: Call, said: Any, seen: int) -> object:
        return changing.add_text(row, by=request.user, text=said["text"], seen=seen)

    form = LineForm(_typed(request), initial={"text": terms_of(found).text})
    return _change(request, show(found, later, request.reader), form, do, heading="Add a line to", done="has its line")


@require_POST
@only(Role.PLCY_STAFF)
def send_reminders(request: Asking, week: ReportingWeek) -> HttpResponse:
    """Have each agency reminded that has not answered all it is asked."""
    found, later = _found_to_change(request, week)
    seen = _seen(request)
    if found not in later:
        raise PermissionDenied(NOT_OPENED)
    if seen is None:
        return _call_page(request, week, refusal="This page was out of date, so nobody was reminded.", status=400)
    copying = request.POST.getlist("copying")
    try:
        reminders = remind(found, by=request.user, seen=seen, copying=copying)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except CallChanged as changed:
        return _call_page(request, week, refusal=f"{changed} Nobody was reminded.", status=409)
    except Incomplete as incomplete:
        said = " ".join(incomplete.problems.values())
        return _call_page(request, week, refusal=f"{said} Nobody was reminded.", status=409)
    named = ", ".join(f"{each.agency} ({counted(len(each.milestones), 'milestone')})" for each in reminders)
    if reminders:
        copied = [str(each.agency) for each in reminders if each.copies_principal]
        also = (
            f" The {'principal' if len(copied) == 1 else 'principals'} of {listed(copied)} in copy." if copied else ""
        )
        messages.success(request, f"Saved, to be reminded with the mail of the day: {named}.{also}")
    else:
        messages.info(request, "Nobody was left to remind today.")
    return redirect("milestones:call", week)


# --- What they share --------------------------------------------------------------------------------------------------


def _change(request: Asking, shown: Shown, form: Form, do: Do, *, heading: str, done: str) -> HttpResponse:
    """Show a form that changes a call, or take it: the call goes on the record with its first change."""
    page: dict[str, Any] = {"form": form, "shown": shown, "heading": heading, "refusal": ""}
    if request.method != "POST":
        return render(request, "calls/change.html", page)
    seen = _seen(request)
    if seen is None or any(len(request.POST.getlist(name)) > 1 for name in form.fields):
        return render(request, "calls/change.html", page | {"refusal": OUT_OF_DATE}, status=400)
    if not form.is_valid():
        return render(request, "calls/change.html", page)
    try:
        with transaction.atomic():
            do(plan_call(ReportingWeek.read(shown.call.week), by=request.user), form.cleaned_data, seen)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except CallChanged as changed:
        return render(request, "calls/change.html", page | {"refusal": f"{changed} {_KEPT}"}, status=409)
    except Incomplete as incomplete:
        for name, sentence in incomplete.problems.items():
            form.add_error(name if name in form.fields else None, sentence)
        return render(request, "calls/change.html", page)
    messages.success(request, f"Saved: the call of {shown.days} {done}.")
    return redirect("milestones:call", shown.call.week)


_KEPT = "What you wrote is kept below; check it against the call as it stands now, then save it again."


def _demand_committee(reader: Reader) -> None:
    if not reader.sees_internal:
        raise PermissionDenied(CLOSED)


def _find(reader: Reader, week: ReportingWeek) -> tuple[Call, list[Call]]:
    """Return a call as it stands for a reader, and it with all later ones; 404 where there is none to come either."""
    rows = Call.objects.recorded_before(reader.moment).filter(ends_on__gte=week.ends_on)
    later = list(rows.order_by("-ends_on")[:_LATER])
    found = next((each for each in later if each.week == str(week)), None)
    if found is None:
        moment = clock.now() if reader.moment is None else reader.moment
        if why_not_plan(week, moment):
            raise Http404("There is no such call.")
        found = call_by_default(week)
    return found, later


def _before(call: Call, reader: Reader) -> list[Call]:
    """Return the call before, and for who may remind of this one those before it too. Two queries."""
    return calls_before(call, reader.moment, LOOKED_BACK if reader.is_plcy and reader.may_act else 1)


def _found_to_change(request: Asking, week: ReportingWeek) -> tuple[Call, list[Call]]:
    """Return a call that can be changed, and it with all later ones; 404, or 403 with the reason.

    A submission goes on to the door: one sent twice is no longer allowed and yet was done.
    """
    found, later = _find(request.reader, week)
    refusal = why_not_then(request.reader)
    if request.method != "POST":
        refusal = refusal or changing.why_not_change(found, later, clock.now())
    if refusal:
        raise PermissionDenied(refusal)
    return found, later


def _typed(request: Asking) -> Any:
    return request.POST if request.method == "POST" else None


def _seen(request: Asking) -> int | None:
    """Return how many changes the person had before them; None when that is missing, repeated or malformed."""
    said = request.POST.getlist("version")
    return int(said[0]) if len(said) == 1 and re.fullmatch(r"[0-9]{1,6}", said[0]) else None


def _acts(request: Asking) -> dict[str, Any]:
    return {"may_act": request.reader.is_plcy and request.reader.may_act}
