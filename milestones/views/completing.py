"""What is decided about a completion, does the other agency concur, and who is told that somebody was quicker?"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect

from esc_tracker import clock
from milestones.authority import Authority, AuthorityKind
from milestones.authority_forms import AuthorityFields
from milestones.completing_forms import ConcurForm, ConfirmForm, ReopenForm, ReturnForm
from milestones.concurring import concur as record_answer
from milestones.conflicts import told
from milestones.deciding import decide
from milestones.finding import OUT_OF_DATE, Acting, acts, find, page
from milestones.forms import repeated_fields, seen_version
from milestones.lateness import lateness
from milestones.meetings.held import held_meetings
from milestones.models import Milestone, StatusUpdate
from milestones.offers import last_report
from milestones.permissions import why_not_chair, why_not_decide
from milestones.refusals import Incomplete, NotAllowed, StaleUpdate
from milestones.reported import reported_of, why_not_concur
from milestones.workflow import Move, Status

ANOTHERS = Authority(kind=AuthorityKind.MEETING)  # some decision that is not the chair's office's own
Happened = Sequence[tuple[StatusUpdate, str]]


@dataclass(frozen=True)
class Deed:
    """How the page of one move is drawn, what it starts from and what is said afterwards."""

    template: str
    form: type[AuthorityFields]
    starts_from: Status
    done: str
    already: str


_DEEDS = {
    Move.CONFIRM: Deed(
        "milestones/confirm.html", ConfirmForm, Status.REPORTED_COMPLETE, "is confirmed complete", "confirmed"
    ),
    Move.RETURN: Deed(
        "milestones/return.html",
        ReturnForm,
        Status.REPORTED_COMPLETE,
        "is returned to the agency and in progress again",
        "returned",
    ),
    Move.REOPEN: Deed(
        "milestones/reopen.html", ReopenForm, Status.COMPLETED, "is reopened and in progress again", "reopened"
    ),
}


# --- The chair's office decides --------------------------------------------------------------------------------------


@acts
def confirm(request: Acting, code: str) -> HttpResponse:
    """Show or take the confirmation of a reported completion."""
    return _decide(request, code, Move.CONFIRM)


@acts
def return_completion(request: Acting, code: str) -> HttpResponse:
    """Show or take the return of a reported completion, with its remark."""
    return _decide(request, code, Move.RETURN)


@acts
def reopen(request: Acting, code: str) -> HttpResponse:
    """Show or take the reopening of a completed milestone, with its reason."""
    return _decide(request, code, Move.REOPEN)


def _decide(request: Acting, code: str, move: Move) -> HttpResponse:
    milestone = find(request, code)
    if refusal := why_not_chair(request.user):
        raise PermissionDenied(refusal)
    deed, report = _DEEDS[move], last_report(milestone)
    reported_by = report.by_id if report else None
    posting = request.method == "POST"
    # A second submission meets a milestone that is decided already: that is told as what happened, not as a refusal.
    moved_on = posting and milestone.updates.filter(move__in=(move, Move.REPORT)).exists()
    status = deed.starts_from if moved_on else milestone.status
    if refusal := why_not_decide(request.user, move, status, reported_by_id=reported_by, authority=ANOTHERS):
        raise PermissionDenied(refusal)
    own = why_not_decide(request.user, move, status, reported_by_id=reported_by)
    held = held_meetings(clock.now())
    form = deed.form(request.POST if posting else None, held=held, today=request.reader.today, own=own)
    if not posting:
        return _decision_page(request, milestone, move, form, report)
    seen = seen_version(request.POST, milestone.version)
    if seen is None or repeated_fields(request.POST, form):
        return _decision_page(request, milestone, move, form, report, refusal=OUT_OF_DATE, status=400)
    if not form.is_valid() and seen == milestone.version:
        return _decision_page(request, milestone, move, form, report)
    try:
        decide(
            milestone,
            move,
            by=request.user,
            seen_version=seen,
            remark=form.cleaned_data.get("remark", ""),
            authority=form.decided_under,
        )
    except NotAllowed as refused:
        raise PermissionDenied(str(refused)) from refused
    except StaleUpdate:
        return _overtaken(request, code, move, form, seen)
    except Incomplete as incomplete:
        for name, sentence in incomplete.problems.items():
            form.add_error(name, sentence)
        return _decision_page(request, milestone, move, form, report)
    messages.success(request, f"Saved: {code} {deed.done}.")
    return redirect(milestone.get_absolute_url())


def _overtaken(request: Acting, code: str, move: Move, form: AuthorityFields, seen: int) -> HttpResponse:
    """Say what happened since the page was opened; a decision sent twice has simply been made."""
    milestone = find(request, code)
    since = list(milestone.updates.filter(version__gt=seen).select_related("agency", "by").order_by("version"))
    if since and since[0].move == move and since[0].by_id == request.user.pk:
        messages.info(request, f"{code} was {_DEEDS[move].already} already; nothing more was saved.")
        return redirect(milestone.get_absolute_url())
    happened = [(act, told(act, request.reader)) for act in since]
    return _decision_page(request, milestone, move, form, last_report(milestone), happened=happened, status=409)


def _decision_page(
    request: Acting,
    milestone: Milestone,
    move: Move,
    form: AuthorityFields,
    report: StatusUpdate | None,
    *,
    refusal: str = "",
    happened: Happened = (),
    status: int = 200,
) -> HttpResponse:
    deed = _DEEDS[move]
    context = {
        **_reported(request, milestone, report),
        "form": form,
        "waits": milestone.status == deed.starts_from,
        "version": milestone.version,
        "refusal": refusal,
        "happened": happened,
    }
    return page(request, deed.template, milestone, context, status=status)


def _reported(request: Acting, milestone: Milestone, report: StatusUpdate | None) -> dict[str, object]:
    """Return what _decision.html shows of a report of completion; `reported` is None where none stands."""
    return {
        "reported": reported_of(milestone, report, request.reader),
        "report_told": told(report, request.reader) if report else "",
        "lateness": lateness(milestone.completed_kind, milestone.completed_on, milestone.target_on, milestone.plan_on),
    }


# --- The other agency concurs ----------------------------------------------------------------------------------------


@acts
def concur(request: Acting, code: str) -> HttpResponse:
    """Show or take the answer of the other agency of a joint milestone: does it concur that it is complete?"""
    milestone = find(request, code)
    report = last_report(milestone)
    reporter = report.agency_id if report else None
    if refusal := why_not_concur(request.user, milestone.status, milestone.responsible, reporter=reporter):
        raise PermissionDenied(refusal)
    form = ConcurForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _concur_page(request, milestone, form, report)
    seen = seen_version(request.POST, milestone.version, name="report")
    if seen is None or repeated_fields(request.POST, form):
        return _concur_page(request, milestone, form, report, refusal=OUT_OF_DATE, status=400)
    if not form.is_valid():
        return _concur_page(request, milestone, form, report)
    concurs = form.cleaned_data["concurs"] == "yes"
    try:
        record_answer(milestone, by=request.user, report_version=seen, concurs=concurs, text=form.cleaned_data["text"])
    except NotAllowed as refused:
        raise PermissionDenied(str(refused)) from refused
    except StaleUpdate:
        milestone = find(request, code)
        return _concur_page(request, milestone, form, last_report(milestone), refusal=REPORTED_ANEW, status=409)
    except Incomplete as incomplete:
        for name, sentence in incomplete.problems.items():
            form.add_error(name, sentence)
        return _concur_page(request, milestone, form, report)
    said = "concurs that it is complete" if concurs else "does not concur"
    messages.success(request, f"Saved: {request.user.agency} {said}.")
    return redirect(milestone.get_absolute_url())


REPORTED_ANEW = (
    "It was returned or taken back, and reported complete anew, while this page was open. Your answer is kept below: "
    "read the new report, then send it again."
)


def _concur_page(
    request: Acting,
    milestone: Milestone,
    form: ConcurForm,
    report: StatusUpdate | None,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        **_reported(request, milestone, report),
        "form": form,
        "report_version": report.version if report else 0,
        "refusal": refusal,
    }
    return page(request, "milestones/concur.html", milestone, context, status=status)
