"""What did the person ask to do to a milestone, and where do they go next?"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from esc_tracker.accounts.models import User
from esc_tracker.reader import Reader
from milestones.conflicts import as_notes, as_typed, compare, told
from milestones.deciding import decide
from milestones.forms import NoteForm, ReturnForm, UpdateForm, as_kept, as_written, repeated_fields, seen_version
from milestones.lateness import lateness
from milestones.models import Milestone, Note, StatusUpdate
from milestones.offers import last_report, why_not_then
from milestones.permissions import why_not_chair, why_not_decide, why_not_note, why_not_update
from milestones.refusals import IllegalMove, Incomplete, NotAllowed, StaleUpdate
from milestones.updates import post_note, post_update
from milestones.words import problems_with_notes
from milestones.workflow import Move, Outlook, Status, agency_may_choose


class Acting(HttpRequest):
    """A request of a signed-in person, as the middleware leaves it."""

    user: User
    reader: Reader


OUT_OF_DATE = (
    "This form was out of date or incomplete, so nothing was saved. What you wrote is kept below: "
    "check it against the milestone as it stands now, then save it again."
)
acts = require_http_methods(["GET", "HEAD", "POST"])


# --- An agency's word ------------------------------------------------------------------------------------------------


@acts
def update(request: Acting, code: str) -> HttpResponse:
    """Show or take an agency's update; those who may only add a note are offered that."""
    milestone = _find(request, code)
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
            note=form.cleaned_data["note"],
            agency_note=form.cleaned_data["agency_note"],
        )
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except StaleUpdate as late:
        if late.milestone.version != milestone.version:
            milestone = _find(request, milestone.code)
            form = _written(request, milestone)
        return _conflict(request, milestone, form, seen)
    except IllegalMove as illegal:
        form.add_problems({"status": str(illegal)})
    except Incomplete as incomplete:
        form.add_problems(incomplete.problems)
    else:
        messages.success(request, _saved(milestone, posted))
        return redirect(_next(request) or milestone.get_absolute_url())
    return _update_page(request, milestone, form, version=seen)


def _update_page(
    request: Acting, milestone: Milestone, form: UpdateForm, *, version: int, refusal: str = "", status: int = 200
) -> HttpResponse:
    others = [said for said in milestone.last_words if said.agency_id != request.reader.agency]
    context = {"form": form, "version": version, "refusal": refusal, "others": others}
    return _page(request, "milestones/update.html", milestone, context, status=status)


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
    return _page(request, "milestones/conflict.html", milestone, context, status=409)


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
    return redirect(_next(request) or milestone.get_absolute_url())


# --- A note ----------------------------------------------------------------------------------------------------------


def _note(request: Acting, milestone: Milestone, refusal: str) -> HttpResponse:
    """Show or take a note, with the sentence why not an update."""
    form = NoteForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        note, agency_note = form.cleaned_data["note"], form.cleaned_data["agency_note"]
        said = [(note, Note.Audience.ESC), (agency_note, Note.Audience.AGENCY)]
        return _post_notes(request, milestone, said)
    return _page(request, "milestones/note.html", milestone, {"form": form, "refusal": refusal})


def _post_notes(request: Acting, milestone: Milestone, said: list[tuple[str, Note.Audience]]) -> HttpResponse:
    said = [(text, audience) for text, audience in said if text]
    for text, audience in said:
        try:
            post_note(milestone, by=request.user, text=text, audience=audience)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
    messages.success(request, f"Saved: your note on {milestone.code}." if said else "There was nothing to add.")
    return redirect(_next(request) or milestone.get_absolute_url())


# --- The chair's office decides --------------------------------------------------------------------------------------


@acts
def confirm(request: Acting, code: str) -> HttpResponse:
    """Show or take the confirmation of a reported completion."""
    return _decide(request, code, Move.CONFIRM)


@acts
def return_completion(request: Acting, code: str) -> HttpResponse:
    """Show or take the return of a reported completion, with its remark."""
    return _decide(request, code, Move.RETURN)


def _decide(request: Acting, code: str, move: Move) -> HttpResponse:
    milestone = _find(request, code)
    if refusal := why_not_chair(request.user):
        raise PermissionDenied(refusal)
    report = last_report(milestone)
    posting = request.method == "POST"
    # A second submission meets a milestone that is decided already: that is told as what happened, not as a refusal.
    status = Status.REPORTED_COMPLETE if posting and report else milestone.status
    reported_by = report.by_id if report else None
    if refusal := why_not_decide(request.user, move, status, reported_by_id=reported_by):
        raise PermissionDenied(refusal)
    form = ReturnForm(request.POST if posting else None)
    if not posting:
        return _decision_page(request, milestone, move, form, report)
    seen = seen_version(request.POST, milestone.version)
    if seen is None:
        return _decision_page(request, milestone, move, form, report, refusal=OUT_OF_DATE, status=400)
    form.is_valid()
    try:
        decide(milestone, move, by=request.user, seen_version=seen, remark=form.cleaned_data.get("remark", ""))
    except NotAllowed as refused:
        raise PermissionDenied(str(refused)) from refused
    except StaleUpdate:
        return _overtaken(request, code, move, form, seen)
    except Incomplete as incomplete:
        for name, sentence in incomplete.problems.items():
            form.add_error(name, sentence)
        return _decision_page(request, milestone, move, form, report)
    done = "is confirmed complete" if move == Move.CONFIRM else "is returned to the agency and in progress again"
    messages.success(request, f"Saved: {code} {done}.")
    return redirect(milestone.get_absolute_url())


def _overtaken(request: Acting, code: str, move: Move, form: ReturnForm, seen: int) -> HttpResponse:
    """Say what happened since the page was opened; a decision sent twice has simply been made."""
    milestone = _find(request, code)
    since = list(milestone.updates.filter(version__gt=seen).select_related("agency", "by").order_by("version"))
    if since and since[0].move == move and since[0].by_id == request.user.pk:
        done = "confirmed" if move == Move.CONFIRM else "returned"
        messages.info(request, f"{code} was {done} already; nothing more was saved.")
        return redirect(milestone.get_absolute_url())
    happened = [(act, told(act, request.reader)) for act in since]
    return _decision_page(request, milestone, move, form, last_report(milestone), happened=happened, status=409)


def _decision_page(
    request: Acting,
    milestone: Milestone,
    move: Move,
    form: ReturnForm,
    report: StatusUpdate | None,
    *,
    refusal: str = "",
    happened: list[tuple[StatusUpdate, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "report": report,
        "report_told": told(report, request.reader) if report else "",
        "lateness": lateness(milestone.completed_kind, milestone.completed_on, milestone.target_on),
        "waits": milestone.status == Status.REPORTED_COMPLETE,
        "version": milestone.version,
        "refusal": refusal,
        "happened": happened or [],
    }
    page = "milestones/confirm.html" if move == Move.CONFIRM else "milestones/return.html"
    return _page(request, page, milestone, context, status=status)


# --- What they share -------------------------------------------------------------------------------------------------


def _find(request: Acting, code: str) -> Milestone:
    """Return the milestone as it stands, with who is responsible and what was said; 404, or 403 for an earlier day."""
    milestone = Milestone.objects.visible_to(request.reader).coded(code).for_table(request.reader).first()
    if milestone is None:
        raise Http404
    if refusal := why_not_then(request.reader):
        raise PermissionDenied(refusal)
    return milestone


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


def _next(request: Acting) -> str:
    """Return where the person came from, if that is a page of ours; else ""."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if safe and asked.startswith("/") else ""


def _page(
    request: Acting, template: str, milestone: Milestone, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    back = _next(request)
    shared = {"milestone": milestone, "next": back, "back_url": back or milestone.get_absolute_url()}
    return render(request, template, {**shared, **context}, status=status)
