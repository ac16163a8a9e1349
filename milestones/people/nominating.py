"""Whom does the chair's office ask to be seated, and what became of it?"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render

from esc_tracker.accounts.models import Agency, Nomination
from esc_tracker.accounts.seats import nominate, why_not_nominate
from esc_tracker.reader import Reader
from esc_tracker.refusals import Incomplete, NotAllowed
from milestones.finding import Acting, acts
from milestones.offers import why_not_then
from milestones.people.forms import NominationForm

SHOWN = 100  # the latest; the journal has them all


@acts
def nominations(request: Acting) -> HttpResponse:
    """Show whom the chair's office nominated and what became of it, and take a new nomination."""
    if refusal := why_not_nominate(request.user):
        raise PermissionDenied(refusal)
    later = why_not_then(request.reader)
    if request.method == "POST" and later:
        raise PermissionDenied(later)
    known = list(Agency.objects.all())
    form = NominationForm(request.POST if request.method == "POST" else None, agencies=known)
    if form.is_valid():
        said = form.cleaned_data
        try:
            nominated = nominate(
                by=request.user,
                name=said["name"],
                email=said["email"],
                role=said["role"],
                agency=next((each for each in known if each.code == said["agency"]), None),
                access_ends_on=said["access_ends_on"],
            )
        except NotAllowed as refused:
            raise PermissionDenied(str(refused)) from refused
        except Incomplete as incomplete:
            form.add_problems(incomplete.problems)
        else:
            messages.success(request, f"Saved: {nominated.name} is nominated; the administrator decides.")
            return redirect("milestones:nominations")
    rows = _rows(request.reader)
    context = {
        "reader": request.reader,
        "form": None if later else form,
        "waiting": [row for row in rows if row.state == Nomination.State.WAITING],
        "decided": [row for row in rows if row.state != Nomination.State.WAITING],
    }
    return render(request, "people/nominations.html", context)


def _rows(reader: Reader) -> list[Nomination]:
    """Return the latest nominations as they stood for a reader, people and agencies fetched. One query."""
    moment = reader.moment
    rows = Nomination.objects.filter(Q() if moment is None else Q(recorded_at__lt=moment))
    found = list(rows.select_related("agency", "by", "decided_by")[:SHOWN])
    for row in found:
        if moment is not None and row.decided_at and row.decided_at >= moment:
            row.state, row.remark = Nomination.State.WAITING, ""
    return found
