"""What does the chair's office decide about a completion, and what is it told when somebody was quicker?"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect

from milestones.conflicts import told
from milestones.deciding import decide
from milestones.finding import OUT_OF_DATE, Acting, acts, find, page
from milestones.forms import ReturnForm, seen_version
from milestones.lateness import lateness
from milestones.models import Milestone, StatusUpdate
from milestones.offers import last_report
from milestones.permissions import why_not_chair, why_not_decide
from milestones.refusals import Incomplete, NotAllowed, StaleUpdate
from milestones.workflow import Move, Status


@acts
def confirm(request: Acting, code: str) -> HttpResponse:
    """Show or take the confirmation of a reported completion."""
    return _decide(request, code, Move.CONFIRM)


@acts
def return_completion(request: Acting, code: str) -> HttpResponse:
    """Show or take the return of a reported completion, with its remark."""
    return _decide(request, code, Move.RETURN)


def _decide(request: Acting, code: str, move: Move) -> HttpResponse:
    milestone = find(request, code)
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
    milestone = find(request, code)
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
    template = "milestones/confirm.html" if move == Move.CONFIRM else "milestones/return.html"
    return page(request, template, milestone, context, status=status)
