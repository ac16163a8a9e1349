"""What did the chair's office ask about mail: how does it stand, what would go out, shall it be on?"""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from esc_tracker import clock
from esc_tracker.accounts.guards import only
from esc_tracker.accounts.models import Role
from esc_tracker.numbers import opening
from esc_tracker.refusals import NotAllowed
from milestones.finding import Acting, acts
from milestones.offers import why_not_then
from reports import switch
from reports.mailing.showing import goes, in_words, post_of, reached_in_words
from reports.telling.previewing import preview
from reports.wording import agreeing

_TURNS = {"on": True, "off": False}
NOTHING_SAID = "The page did not say whether to turn mail on or off, so nothing was changed."


@only(Role.PLCY_STAFF)
@require_safe
def mail(request: Acting) -> HttpResponse:
    """Show whether mail is on, what could not be sent, what waits, and what went out last. Nine queries at most."""
    return render(request, "mailing/mail.html", {"post": post_of(request.reader), "reader": request.reader})


@only(Role.PLCY_STAFF)
@require_safe
def would_go(request: Acting) -> HttpResponse:
    """Show who would get what if mail went out now, and who nothing and why; nothing is written or sent."""
    if refusal := why_not_then(request.reader):
        raise PermissionDenied(refusal)
    return render(request, "mailing/dry_run.html", _dry_run() | {"on": switch.is_on()})


@only(Role.PLCY_STAFF)
@acts
def turn(request: Acting) -> HttpResponse:
    """Ask whether mail is to be turned on or off, with what would go out then, or do it."""
    if refusal := why_not_then(request.reader):
        raise PermissionDenied(refusal)
    was_on = switch.is_on()
    if request.method != "POST":
        return _confirm(request, was_on)
    said = request.POST.getlist("turn")
    if len(said) != 1 or said[0] not in _TURNS:
        return _confirm(request, was_on, refusal=NOTHING_SAID, status=400)
    on = _TURNS[said[0]]
    try:
        switch.turn(on, by=request.user)
    except NotAllowed as refused:
        raise PermissionDenied(str(refused)) from refused
    if was_on == on:
        messages.info(request, f"Mail was {said[0]} already; nothing was changed.")
    elif on:
        messages.success(request, "Saved: mail is on. Reports go out within minutes, everything else once a day.")
    else:
        messages.success(request, "Saved: mail is off. Nobody is told anything by mail until it is turned on again.")
    return redirect("reports:mail")


def _confirm(request: Acting, was_on: bool, *, refusal: str = "", status: int = 200) -> HttpResponse:
    context = {"on": was_on, "refusal": refusal} | ({} if was_on else _dry_run())
    return render(request, "mailing/turn.html", context, status=status)


def _dry_run() -> dict[str, Any]:
    seen = preview(clock.now())
    count = goes(seen.gets)
    return {
        "heading": f"{opening(count)} {agreeing(count, 'person', 'people')} would get mail now"
        if count
        else "Nobody would get mail now",
        "gets": [(each, in_words(each.counts)) for each in seen.gets],
        "nothing": seen.nothing,
        "untold": seen.untold,
        "dropped": sorted(Counter(why for _, why in seen.dropped).items()),
        "reached": reached_in_words(),
    }
