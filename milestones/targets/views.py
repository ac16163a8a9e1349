"""What new target does a person ask for, and what are they told became of it?"""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect

from esc_tracker.accounts.models import Agency, agency_code, agency_name
from milestones.checkin.forms import SubmissionForm
from milestones.checkin.submitting import Submission
from milestones.conflicts import Line, told
from milestones.finding import OUT_OF_DATE, Acting, acts, came_from, find, page
from milestones.forms import as_kept, repeated_fields, seen_version
from milestones.models import CheckIn, Milestone, TargetRevision
from milestones.permissions import speakers
from milestones.refusals import Incomplete, NotAllowed, StaleUpdate
from milestones.targets.account import Asked, Targets, revisions_of, say_target, targets_of
from milestones.targets.forms import CHOICES, DATED_CHOICE, RevisionForm, as_asked
from milestones.targets.moves import why_not_revise
from milestones.targets.revisions import request_revision

PENDING = TargetRevision.State.PENDING


@acts
def revise(request: Acting, code: str) -> HttpResponse:
    """Show or take a request for a new target."""
    milestone = find(request, code)
    agency = _speaking_for(request, milestone)
    speaking_for = agency.code if agency else None
    if refusal := why_not_revise(request.user, milestone.status, milestone.responsible, speaking_for=speaking_for):
        raise PermissionDenied(refusal)
    return _take(request, milestone, agency) if request.method == "POST" else _show(request, milestone, agency)


def _show(request: Acting, milestone: Milestone, agency: Agency | None) -> HttpResponse:
    revisions = revisions_of(milestone, request.reader)
    code = agency.code if agency else request.user.agency_id
    own = next((each for each in revisions if each.state == PENDING and each.agency_id == code), None)
    form = _form(request, milestone, agency, initial=as_asked(own) if own else {})
    return _revise_page(request, milestone, form, version=milestone.version, revisions=revisions)


def _form(
    request: Acting, milestone: Milestone, agency: Agency | None, data: QueryDict | None = None, **kwargs: Any
) -> RevisionForm:
    """Return the form; with the source where PLCY enters what an agency asked."""
    today = request.reader.today
    source = SubmissionForm(data, by=request.user, agency=agency, today=today) if agency else None
    return RevisionForm(data, present=milestone.target, today=today, source=source, **kwargs)


def _take(request: Acting, milestone: Milestone, agency: Agency | None) -> HttpResponse:
    form = _form(request, milestone, agency, request.POST)
    seen, waiting = seen_version(request.POST, milestone.version), _seen_waiting(request)
    if seen is None or waiting is None or repeated_fields(request.POST, form):
        return _revise_page(request, milestone, form, version=milestone.version, refusal=OUT_OF_DATE, status=400)
    if not form.is_valid():
        if seen < milestone.version:
            return _conflict(request, milestone, form, seen)
        return _revise_page(request, milestone, form, version=seen, seen_waiting=waiting)
    try:
        revision = _requested(request, milestone, form, seen_version=seen, seen_waiting=waiting)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except StaleUpdate:
        return _conflict(request, find(request, milestone.code), form, seen)
    except Incomplete as incomplete:
        form.add_problems(incomplete.problems)
        return _revise_page(request, milestone, form, version=seen, seen_waiting=waiting)
    messages.success(request, _saved(request, milestone, revision))
    return redirect(came_from(request) or milestone.get_absolute_url())


def _requested(request: Acting, milestone: Milestone, form: RevisionForm, **seen: int) -> TargetRevision:
    """Ask for what a form without errors asks for, together with its source if it has one."""

    def ask(check_in: CheckIn | None) -> TargetRevision:
        return request_revision(
            milestone,
            by=request.user,
            target=form.asked_for,
            category=form.cleaned_data["category"],
            text=form.cleaned_data["text"],
            check_in=check_in,
            **seen,
        )

    if form.source is None:
        return ask(None)
    submission = Submission(form.source.agency, request.user, source=form.source.cited)
    revision, _ = submission.keep(ask, is_new=lambda made, check_in: made.check_in_id == check_in.pk)
    return revision


def _saved(request: Acting, milestone: Milestone, revision: TargetRevision) -> str:
    asked = say_target(revision.new_target)
    if revision.state == TargetRevision.State.ACCEPTED:
        return f"Saved: the target of {milestone.code} is {asked} now; that needed no decision."
    whose = "your" if revision.agency_id == request.user.agency_id else f"{agency_name(revision.agency_id)}’s"
    return f"Saved: {whose} request to move the target of {milestone.code} to {asked} waits for PLCY’s decision."


def _conflict(request: Acting, milestone: Milestone, form: RevisionForm, seen: int) -> HttpResponse:
    """Say what happened since the page was opened, beside what was written, which is kept; nothing was saved."""
    revisions = revisions_of(milestone, request.reader)
    since = list(milestone.updates.filter(version__gt=seen).select_related("agency", "by").order_by("version"))
    targets = targets_of(milestone, request.reader, revisions, milestone.last_words)
    newer = {each.pk for each in revisions if (each.version or 0) > seen}
    theirs = targets.waiting or next((asked for asked in targets.ledger if asked.pk in newer), None)
    happened = [(act, told(act, request.reader)) for act in since]
    return _revise_page(
        request,
        milestone,
        form,
        version=milestone.version,
        revisions=revisions,
        happened=happened,
        theirs=_side_by_side(targets, theirs, form),
        status=409,
    )


def _side_by_side(targets: Targets, theirs: Asked | None, form: RevisionForm) -> list[Line]:
    """Return what stands beside what was written, of a form that may be right or wrong."""
    chosen = str(form.data.get("new_target", DATED_CHOICE))
    dated = form.cleaned_data.get("target") if hasattr(form, "cleaned_data") else None
    typed = say_target(dated) if dated else as_kept(form.data.get("target"))
    yours = {
        "Target": typed if chosen == DATED_CHOICE else CHOICES.get(chosen, chosen),
        "Kind of reason": _kind_of_reason(form),
        "Why": as_kept(form.data.get("text")),
    }
    saved = {
        "Target": say_target(theirs.after if theirs else targets.target),
        "Kind of reason": theirs.category if theirs else "",
        "Why": theirs.text if theirs else "",
    }
    return [Line(name, saved[name], yours[name], differs=saved[name] != yours[name]) for name in yours]


def _kind_of_reason(form: RevisionForm) -> str:
    asked = form.data.get("category")
    return str(TargetRevision.Category(asked).label) if asked in TargetRevision.Category.values else ""


def _revise_page(
    request: Acting,
    milestone: Milestone,
    form: RevisionForm,
    *,
    version: int,
    revisions: list[TargetRevision] | None = None,
    seen_waiting: int | None = None,
    refusal: str = "",
    happened: Sequence[tuple[object, str]] = (),
    theirs: Sequence[Line] = (),
    status: int = 200,
) -> HttpResponse:
    rows = revisions_of(milestone, request.reader) if revisions is None else revisions
    targets = targets_of(milestone, request.reader, rows, milestone.last_words)
    waits = targets.waiting.pk if targets.waiting else 0
    context = {
        "form": form,
        "targets": targets,
        "version": version,
        "waiting": waits if seen_waiting is None else seen_waiting,
        "refusal": refusal,
        "happened": happened,
        "lines": theirs,
    }
    return page(request, "targets/revise.html", milestone, context, status=status)


def _speaking_for(request: Acting, milestone: Milestone) -> Agency | None:
    """Return the agency whose request is entered, None for one's own; 404 for one that does not speak for it."""
    asked = request.POST.get("for_agency") or request.GET.get("for_agency") or ""
    code = agency_code(asked)
    if not asked or code == request.user.agency_id:
        return None
    found = next((held.agency for held in speakers(milestone.responsible) if held.agency_id == code), None)
    if found is None:
        raise Http404
    return found


def _seen_waiting(request: Acting) -> int | None:
    """Return the key of the request that its writer saw waiting, 0 for none; None when it is malformed."""
    said = request.POST.getlist("waiting") or ["0"]
    return int(said[0]) if len(said) == 1 and said[0].isascii() and said[0].isdecimal() and len(said[0]) < 10 else None
