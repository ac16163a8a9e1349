"""What does the chair's office do to the plan, and what is it told before it does?"""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from actions.models import Action
from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from milestones.conflicts import told
from milestones.deciding import withdraw as withdraw_milestone
from milestones.finding import OUT_OF_DATE, Acting, acts, find, page
from milestones.forms import repeated_fields, seen_version
from milestones.meetings.held import held_meetings
from milestones.models import Milestone, Question, Responsibility, TargetRevision
from milestones.offers import why_not_then
from milestones.permissions import why_not_add, why_not_chair, why_not_decide
from milestones.plan.forms import AddForm, WithdrawForm, meaning
from milestones.plan.growing import add_milestone, next_position, problems_with_addition
from milestones.querysets import MilestoneQuerySet
from milestones.refusals import Incomplete, NotAllowed, StaleUpdate
from milestones.tables import IN_PLAN_ORDER
from milestones.telling import counted
from milestones.workflow import UPDATABLE, Move, Status

SEVERAL = ("joint", "supporting")  # the fields of which a form sends several values

# --- A milestone comes into the plan ----------------------------------------------------------------------------------


@acts
def add(request: Acting, number: int) -> HttpResponse:
    """Show the form of an addition, then what it will mean, then take it."""
    action = Action.objects.filter(pk=number).first()
    if action is None:
        raise Http404
    if refusal := why_not_add(request.user) or why_not_then(request.reader):
        raise PermissionDenied(refusal)
    agencies = {each.code: each.name for each in Agency.objects.all()}
    replaceable = _choices(request, UPDATABLE)
    known: dict[str, Any] = {"agencies": agencies, "replaceable": replaceable, "held": held_meetings(clock.now())}
    if request.method != "POST":
        asked = {"superseding": request.GET.get("superseding", "")}
        return _add_page(request, action, AddForm(today=request.reader.today, initial=asked, **known))
    form = AddForm(request.POST, today=request.reader.today, **known)
    if set(repeated_fields(request.POST, form)) - set(SEVERAL):
        return _add_page(request, action, form, refusal=OUT_OF_DATE, status=400)
    if form.is_valid() and _passes(form):
        old = next((each for each in replaceable if each.code == form.cleaned_data["superseding"]), None)
        if request.POST.get("read_as") == _read_as(form, old):
            return _take(request, action, form, old)
        return _add_page(request, action, form, preview=_preview(request, action, form, agencies, old))
    return _add_page(request, action, form)


def _passes(form: AddForm) -> bool:
    """Ask the rules of the plan, and show each answer at its field."""
    said = form.cleaned_data
    problems = problems_with_addition(
        text=said["text"], timeline=said["timeline"], agencies=form.agencies, reason=said["reason"]
    )
    _add_problems(form, problems)
    return not problems


def _read_as(form: AddForm, old: Milestone | None) -> str:
    """Return what the preview told: what the timeline means, and the milestone replaced as it stood."""
    timeline = TargetDate.read(form.cleaned_data["timeline"])
    return f"{timeline.kind.value} {timeline.due_on or ''} {f'{old.code} {old.version}' if old else ''}".strip()


def _preview(
    request: Acting, action: Action, form: AddForm, agencies: dict[str, str], old: Milestone | None
) -> dict[str, Any]:
    timeline = TargetDate.read(form.cleaned_data["timeline"])
    labels = dict(Responsibility.Part.choices)
    return {
        "code": f"{action.number}.{next_position(action)}",
        "text": form.cleaned_data["text"],
        "timeline": timeline,
        "meaning": meaning(timeline, request.reader.today),
        "agencies": [(agencies[code], labels[part].lower()) for code, part in form.agencies],
        "authority": str(form.decided_under),
        "superseding": old,
        "read_as": _read_as(form, old),
    }


def _take(request: Acting, action: Action, form: AddForm, old: Milestone | None) -> HttpResponse:
    said = form.cleaned_data
    try:
        added = add_milestone(
            action,
            by=request.user,
            text=said["text"],
            timeline=said["timeline"],
            agencies=form.agencies,
            reason=said["reason"],
            authority=form.decided_under,
            superseding=old,
        )
    except NotAllowed as refused:
        raise PermissionDenied(str(refused)) from refused
    except StaleUpdate as late:
        form.add_error("superseding", f"{late} Nothing was saved; look at it again.")
        return _add_page(request, action, form, status=409)
    except Incomplete as incomplete:
        _add_problems(form, incomplete.problems)
        return _add_page(request, action, form)
    replaced = f" It takes the place of {old.code}, which is withdrawn." if old else ""
    messages.success(request, f"Saved: {added.code} is part of the plan, edition {added.edition_id}.{replaced}")
    return redirect(added.get_absolute_url())


def _add_page(
    request: Acting,
    action: Action,
    form: AddForm,
    *,
    preview: dict[str, Any] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"action": action, "form": form, "preview": preview, "refusal": refusal}
    return render(request, "plan/add.html", context, status=status)


# --- A milestone leaves it --------------------------------------------------------------------------------------------


@acts
def withdraw(request: Acting, code: str) -> HttpResponse:
    """Show or take the withdrawal of a milestone."""
    milestone = find(request, code)
    if refusal := why_not_chair(request.user):
        raise PermissionDenied(refusal)
    posting = request.method == "POST"
    if not posting and (refusal := why_not_decide(request.user, Move.WITHDRAW, milestone.status, reported_by_id=None)):
        raise PermissionDenied(refusal)
    successors = [each for each in _choices(request, set(Status) - {Status.WITHDRAWN}) if each.pk != milestone.pk]
    form = WithdrawForm(
        request.POST if posting else None,
        successors=successors,
        held=held_meetings(clock.now()),
        today=request.reader.today,
    )
    if not posting:
        return _withdraw_page(request, milestone, form)
    seen = seen_version(request.POST, milestone.version)
    if seen is None or repeated_fields(request.POST, form):
        return _withdraw_page(request, milestone, form, refusal=OUT_OF_DATE, status=400)
    if seen == milestone.version and not form.is_valid():
        return _withdraw_page(request, milestone, form)
    form.is_valid()
    said = form.cleaned_data
    successor = next((each for each in successors if each.code == said.get("superseded_by")), None)
    try:
        withdraw_milestone(
            milestone,
            by=request.user,
            seen_version=seen,
            remark=said.get("remark", ""),
            authority=form.decided_under,
            superseded_by=successor,
        )
    except NotAllowed as refused:
        raise PermissionDenied(str(refused)) from refused
    except StaleUpdate:
        return _overtaken(request, code, form, seen)
    except Incomplete as incomplete:
        _add_problems(form, incomplete.problems)
        return _withdraw_page(request, milestone, form)
    instead = f" {successor.code} takes its place." if successor else ""
    messages.success(request, f"Saved: {code} is withdrawn from the plan.{instead}")
    return redirect(milestone.get_absolute_url())


def _overtaken(request: Acting, code: str, form: WithdrawForm, seen: int) -> HttpResponse:
    """Say what happened since the page was opened; a withdrawal sent twice has simply been made."""
    milestone = find(request, code)
    since = list(milestone.updates.filter(version__gt=seen).select_related("agency", "by").order_by("version"))
    if since and since[0].move == Move.WITHDRAW and since[0].by_id == request.user.pk:
        messages.info(request, f"{code} was withdrawn already; nothing more was saved.")
        return redirect(milestone.get_absolute_url())
    happened = [(act, told(act, request.reader)) for act in since]
    return _withdraw_page(request, milestone, form, overtaken=True, happened=happened, status=409)


def _withdraw_page(
    request: Acting,
    milestone: Milestone,
    form: WithdrawForm,
    *,
    refusal: str = "",
    overtaken: bool = False,
    happened: list[Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "version": milestone.version,
        "refusal": refusal,
        "overtaken": overtaken,
        "happened": happened or [],
        "may": milestone.status in UPDATABLE,
        "waits": _what_waits(milestone),
    }
    return page(request, "plan/withdraw.html", milestone, context, status=status)


def _what_waits(milestone: Milestone) -> str:
    """Say what a withdrawal closes: "1 request for a new target and 2 questions"; "" for nothing. Two queries."""
    requests = TargetRevision.objects.filter(milestone=milestone, state=TargetRevision.State.PENDING).count()
    questions = Question.objects.filter(milestone=milestone, closed_at=None).count()
    said = ["1 request for a new target"] if requests else []
    return " and ".join([*said, counted(questions, "question")] if questions else said)


# --- What they share -------------------------------------------------------------------------------------------------


def _choices(request: Acting, statuses: Collection[Status]) -> list[Milestone]:
    """Return the milestones in one of these statuses, in plan order. One query."""
    rows: MilestoneQuerySet = Milestone.objects.visible_to(request.reader)
    return list(rows.filter(status__in=statuses).order_by(*IN_PLAN_ORDER))


def _add_problems(form: AddForm | WithdrawForm, problems: dict[str, str]) -> None:
    for name, sentence in problems.items():
        if name not in form.errors:
            form.add_error(name if name in form.fields else None, sentence)
