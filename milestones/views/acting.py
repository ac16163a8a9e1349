"""What did the person ask to do to a milestone, and where do they go next?"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect

from milestones.conflicts import as_notes, as_typed, compare
from milestones.finding import OUT_OF_DATE, Acting, acts, came_from, find, page
from milestones.forms import NoteForm, UpdateForm, as_kept, as_written, repeated_fields, seen_version
from milestones.models import Milestone, Note, StatusUpdate
from milestones.offers import last_report
from milestones.permissions import why_not_note, why_not_update
from milestones.refusals import IllegalMove, Incomplete, NotAllowed, StaleUpdate
from milestones.updates import post_note, post_update
from milestones.words import problems_with_notes
from milestones.workflow import Outlook, Status, agency_may_choose

# --- An agency's word ------------------------------------------------------------------------------------------------


@acts
def update(request: Acting, code: str) -> HttpResponse:
    """Show or take an agency's update; those who may only add a note are offered that."""
    milestone = find(request, code)
    refusal = why_not_update(request.user, milestone.status, milestone.responsible)
    if not refusal:
        return _take_update(request, milestone) if request.method == "POST" else _show_update(request, milestone)
    if why_not_note(request.user, milestone.responsible):
        raise PermissionDenied(refusal)
    if request.method == "POST" and request.POST.keys() & {"status", "statement", "outlook"}:
        return _closed_meanwhile(request, milestone, refusal)
    return _note(request, milestone, refusal)


def _show_update(request: Acting, milestone: Milestone) -> HttpResponse:
    allowed = _allowed(request, milestone)
    initial = as_written(milestone, _our_words(request, milestone))
    if request.GET.get("status") in allowed:
        initial["status"] = request.GET["status"]
    form = UpdateForm(milestone=milestone, today=request.reader.today, allowed=allowed, initial=initial)
    return _update_page(request, milestone, form, version=milestone.version)


def _take_update(request: Acting, milestone: Milestone) -> HttpResponse:
    form = _written(request, milestone)
    seen = seen_version(request.POST, milestone.version)
    resolution = request.POST.get("resolution", "mine")
    if resolution == "discard":
        return _discarded(request, milestone)
    if seen is None or resolution not in {"mine", "note"} or repeated_fields(request.POST, form):
        return _update_page(request, milestone, form, version=milestone.version, refusal=OUT_OF_DATE, status=400)
    stale = seen < milestone.version
    if resolution == "note":
        return _conflict(request, milestone, form, seen) if stale else _keep_as_note(request, milestone, form)
    if not form.is_valid():
        if stale:
            return _conflict(request, milestone, form, seen)
        return _update_page(request, milestone, form, version=seen)
    try:
        posted = post_update(
            milestone,
            by=request.user,
            seen_version=seen,
            words=form.words,
            status=form.cleaned_data["status"],
            completion=form.completion,
            evidence=form.evidence,
            note=form.cleaned_data["note"],
            agency_note=form.cleaned_data["agency_note"],
        )
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except StaleUpdate as late:
        if late.milestone.version != milestone.version:
            milestone = find(request, milestone.code)
            form = _written(request, milestone)
        return _conflict(request, milestone, form, seen)
    except IllegalMove as illegal:
        form.add_problems({"status": str(illegal)})
    except Incomplete as incomplete:
        form.add_problems(incomplete.problems)
    else:
        messages.success(request, _saved(milestone, posted))
        return redirect(came_from(request) or milestone.get_absolute_url())
    return _update_page(request, milestone, form, version=seen)


def _update_page(
    request: Acting, milestone: Milestone, form: UpdateForm, *, version: int, refusal: str = "", status: int = 200
) -> HttpResponse:
    others = [said for said in milestone.last_words if said.agency_id != request.reader.agency]
    context = {"form": form, "version": version, "refusal": refusal, "others": others}
    return page(request, "milestones/update.html", milestone, context, status=status)


def _saved(milestone: Milestone, posted: StatusUpdate) -> str:
    if posted.status == Status.REPORTED_COMPLETE:
        return f"Saved: {milestone.code} is reported complete. PLCY confirms or returns it."
    outlook = Outlook(posted.outlook).label.lower()
    return f"Saved: {milestone.code} is {Status(posted.status).label.lower()}, {outlook}."


# --- A save made on stale data ---------------------------------------------------------------------------------------


def _conflict(
    request: Acting, milestone: Milestone, form: UpdateForm, seen: int, *, closed: str = "", refusal: str = ""
) -> HttpResponse:
    """Show both versions, with what was written kept in the form; nothing was saved."""
    conflict = compare(milestone, seen, form, request.reader)
    choices = [
        ("note", "Keep what was saved, and add what I wrote as a note for the ESC"),
        ("mine", "Send mine: both will stand" if conflict.both_stand else "Send mine on top"),
        ("discard", "Discard what I wrote"),
    ]
    if closed:
        choices = [choice for choice in choices if choice[0] != "mine"]
    context = {
        "form": form,
        "conflict": conflict,
        "version": milestone.version,
        "closed": closed,
        "refusal": refusal,
        "choices": choices,
        "chosen": "note" if closed or not conflict.both_stand else "mine",
    }
    return page(request, "milestones/conflict.html", milestone, context, status=409)


def _closed_meanwhile(request: Acting, milestone: Milestone, refusal: str) -> HttpResponse:
    """Answer an update by one who may not post it: refuse, unless the milestone was closed while they wrote."""
    seen = seen_version(request.POST, milestone.version)
    if why_not_update(request.user, Status.IN_PROGRESS, milestone.responsible) or seen is None:
        raise PermissionDenied(refusal)
    form = _written(request, milestone)
    resolution = request.POST.get("resolution")
    if resolution == "discard":
        return _discarded(request, milestone)
    if seen < milestone.version:
        return _conflict(request, milestone, form, seen, closed=refusal)
    if resolution == "note":
        return _keep_as_note(request, milestone, form, closed=refusal)
    raise PermissionDenied(refusal)


def _keep_as_note(request: Acting, milestone: Milestone, form: UpdateForm, *, closed: str = "") -> HttpResponse:
    """Keep what was written as notes; the record's words stay theirs."""
    saved = as_written(milestone, _our_words(request, milestone))
    said = [(text, Note.Audience.ESC) for text in as_notes(saved, as_typed(form))]
    said.append((as_kept(request.POST.get("note")), Note.Audience.ESC))
    said.append((as_kept(request.POST.get("agency_note")), Note.Audience.AGENCY))
    for text, _ in said:
        if problem := problems_with_notes(note=text).get("note"):
            return _conflict(request, milestone, form, milestone.version, closed=closed, refusal=problem)
    return _post_notes(request, milestone, said)


def _discarded(request: Acting, milestone: Milestone) -> HttpResponse:
    messages.info(request, f"What you wrote about {milestone.code} was discarded; nothing was saved.")
    return redirect(came_from(request) or milestone.get_absolute_url())


# --- A note ----------------------------------------------------------------------------------------------------------


def _note(request: Acting, milestone: Milestone, refusal: str) -> HttpResponse:
    """Show or take a note, with the sentence why not an update."""
    form = NoteForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        note, agency_note = form.cleaned_data["note"], form.cleaned_data["agency_note"]
        said = [(note, Note.Audience.ESC), (agency_note, Note.Audience.AGENCY)]
        return _post_notes(request, milestone, said)
    return page(request, "milestones/note.html", milestone, {"form": form, "refusal": refusal})


def _post_notes(request: Acting, milestone: Milestone, said: list[tuple[str, Note.Audience]]) -> HttpResponse:
    said = [(text, audience) for text, audience in said if text]
    for text, audience in said:
        try:
            post_note(milestone, by=request.user, text=text, audience=audience)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
    messages.success(request, f"Saved: your note on {milestone.code}." if said else "There was nothing to add.")
    return redirect(came_from(request) or milestone.get_absolute_url())


# --- What they share ---------------------------------------------------------------------------------------------


def _our_words(request: Acting, milestone: Milestone) -> StatusUpdate | None:
    return next((said for said in milestone.last_words if said.agency_id == request.user.agency_id), None)


def _allowed(request: Acting, milestone: Milestone) -> tuple[Status, ...]:
    """Return the statuses this person's agency may choose, the present one first."""
    report = last_report(milestone) if milestone.status == Status.REPORTED_COMPLETE else None
    reported_by_us = report is not None and report.agency_id == request.user.agency_id
    return agency_may_choose(milestone.status, reported_by_us=reported_by_us)


def _written(request: Acting, milestone: Milestone) -> UpdateForm:
    """Return the form as it was sent, judged by the milestone as it stands."""
    return UpdateForm(
        request.POST, milestone=milestone, today=request.reader.today, allowed=_allowed(request, milestone)
    )
