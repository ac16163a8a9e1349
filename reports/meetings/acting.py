"""What does PLCY do about a meeting, and how does an agency answer what it owes?"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from milestones.finding import Acting, acts, came_from
from milestones.meetings.conclusions import conclude
from milestones.meetings.due_outs import answer_due_out, owe, owner_of
from milestones.meetings.permissions import why_not_answer, why_not_meet
from milestones.meetings.planning import announce, change
from milestones.models import DueOut, Meeting
from milestones.offers import why_not_then
from milestones.refusals import Incomplete, NotAllowed
from milestones.telling import say_day
from reports.meetings.calendar import held_at, meetings_announced, told_of
from reports.meetings.forms import AnswerForm, ChangeForm, ConclusionForm, DueOutForm, MeetingForm, WrittenForm
from reports.meetings.views import committee
from reports.models import ReadAhead


@acts
def plan(request: Acting) -> HttpResponse:
    """Announce a meeting, planned or held already."""
    _demand(request)
    form = MeetingForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = announce(by=request.user, **form.facts())
        except Incomplete as incomplete:
            form.add_problems(incomplete.problems)
        else:
            messages.success(request, f"Saved: {made} is announced for {say_day(clock.day_of(held_at(made)))}.")
            return redirect(made)
    return _page(request, form, None, heading="Plan a meeting", button="Announce the meeting")


@acts
def rearrange(request: Acting, number: int) -> HttpResponse:
    """Announce a meeting anew, with the reason."""
    found = _find(request, number)
    frozen = ReadAhead.objects.filter(meeting=found).exists()
    form = ChangeForm(_sent(request), said=told_of(found), frozen=frozen)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            change(found, by=request.user, **form.facts())
        except Incomplete as incomplete:
            form.add_problems(incomplete.problems)
        except NotAllowed as meanwhile:
            refusal = str(meanwhile)
        else:
            messages.success(request, f"Saved: {found} was announced anew.")
            return redirect(found)
    return _page(request, form, found, heading=f"Change {found}", button="Announce the change", refusal=refusal)


@acts
def add_conclusion(request: Acting, number: int) -> HttpResponse:
    """Write down one thing a meeting concluded."""
    found = _find_held(request, number)
    form = ConclusionForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            conclude(found, by=request.user, text=form.cleaned_data["text"])
        except Incomplete as incomplete:
            form.add_problems(incomplete.problems)
        else:
            messages.success(request, "Saved: the conclusion is on record.")
            return redirect(f"{found.get_absolute_url()}#conclusions")
    return _page(request, form, found, heading=f"What did {found} conclude?", button="Record the conclusion")


@acts
def add_due_out(request: Acting, number: int) -> HttpResponse:
    """Write down what somebody owes the committee."""
    found = _find_held(request, number)
    form = DueOutForm(_sent(request), agencies=list(Agency.objects.all()))
    if request.method == "POST" and form.is_valid():
        try:
            owed = owe(found, by=request.user, **form.facts())
        except Incomplete as incomplete:
            form.add_problems(incomplete.problems)
        else:
            messages.success(request, f"Saved: {owner_of(owed)} owes this by {say_day(owed.due_on)}.")
            return redirect(f"{found.get_absolute_url()}#due-out")
    return _page(request, form, found, heading=f"What is due out of {found}?", button="Record the due-out")


@acts
def answer(request: Acting, key: int) -> HttpResponse:
    """Take the answer to a due-out from the agency that owes it, or from PLCY."""
    committee(request)
    owed = DueOut.objects.select_related("agency", "milestone", "answered_by").filter(pk=key).first()
    if owed is None:
        raise Http404("There is no such due-out.")
    if refusal := why_not_then(request.reader) or why_not_answer(request.user, owed):
        raise PermissionDenied(refusal)
    form = AnswerForm(_sent(request))
    told = ""
    if request.method == "POST":
        form.is_valid()
        try:
            owed = answer_due_out(owed, by=request.user, text=form.cleaned_data.get("answer", ""))
        except Incomplete as incomplete:
            form.add_problems(incomplete.problems)
        except NotAllowed as meanwhile:
            told = str(meanwhile)
        else:
            messages.success(request, "Saved: your answer is in the next pack.")
            return redirect(came_from(request) or f"/meetings/{owed.meeting_id}/#due-out")
    context = {"form": form, "owed": owed, "owner": owner_of(owed), "refusal": told, "next": came_from(request)}
    return render(request, "meetings/answer.html", context, status=409 if told else 200)


# --- What they share -------------------------------------------------------------------------------------------------


def _sent(request: Acting) -> QueryDict | None:
    """Return what was sent, also if that is nothing; None where a form is only shown."""
    return request.POST if request.method == "POST" else None


def _demand(request: Acting) -> None:
    committee(request)
    if refusal := why_not_then(request.reader) or why_not_meet(request.user):
        raise PermissionDenied(refusal)


def _find(request: Acting, number: int) -> Meeting:
    """Return the meeting to act on, as announced: 403 for those who may not, 404 for one that is not there."""
    committee(request)
    found = meetings_announced(None).find(number)
    if found is None:
        raise Http404("There is no such meeting.")
    _demand(request)
    return found


def _find_held(request: Acting, number: int) -> Meeting:
    found = _find(request, number)
    if held_at(found) > clock.now():
        raise PermissionDenied(f"{found} has not been held yet: nothing came out of it.")
    return found


def _page(
    request: Acting, form: WrittenForm, found: Meeting | None, *, heading: str, button: str, refusal: str = ""
) -> HttpResponse:
    context = {"form": form, "meeting": found, "heading": heading, "button": button, "refusal": refusal}
    return render(request, "meetings/form.html", context, status=409 if refusal else 200)
