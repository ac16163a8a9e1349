"""What does the chair's office ask when it names an agency for milestones, or ends an agency's part?"""

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from milestones.converters import MilestoneCode
from milestones.finding import OUT_OF_DATE, Acting, acts, came_from, find, page
from milestones.meetings.held import held_meetings
from milestones.models import Milestone, Responsibility
from milestones.offers import why_not_then
from milestones.permissions import speakers, why_not_assign
from milestones.plan.assign_forms import AssignForm, ReasonedForm
from milestones.plan.assigning import Part, assign, assigned_by_this, end_part
from milestones.querysets import coded
from milestones.refusals import Incomplete, NotAllowed
from milestones.workflow import Status


@acts
def assign_agency(request: Acting) -> HttpResponse:
    """Show or take which agency is named for which milestones.

    `?milestone=5.1` brings that one too, with its choice made. Nine queries, session and person included.
    """
    if refusal := why_not_assign(request.user) or why_not_then(request.reader):
        raise PermissionDenied(refusal)
    asked = _numbers(request.GET.getlist("milestone"))
    posted = _numbers(request.POST.getlist("milestones"))
    rows = _offered(request, asked + posted)
    unnamed = sum(row.unassigned for row in rows)
    if held := [row for row in rows if row.code in asked and not row.unassigned]:  # another for what has one
        rows = [row for row in rows if row in held or row.code in asked + posted]
    form = AssignForm(
        request.POST if request.method == "POST" else None,
        offered=rows,
        agencies=list(Agency.objects.all()),
        held=held_meetings(clock.now()),
        today=request.reader.today,
        initial={"milestones": asked, "part": _part_to_give(rows, asked)},
    )
    if request.method == "POST" and form.is_valid() and (done := _assigned(request, form)):
        return done
    context = {
        "form": form,
        "rows": [(row, row.code in form.chosen) for row in rows],
        "unnamed": unnamed,
        "held": [row.code for row in held],
        "next": came_from(request),
        "back_url": came_from(request) or reverse("milestones:list"),
    }
    return render(request, "milestones/assign.html", context)


def _offered(request: Acting, asked: list[str]) -> list[Milestone]:
    """Return the milestones that no agency answers for, and those asked for; what was withdrawn only if asked for."""
    nobodys = Q(unassigned=True) & ~Q(status=Status.WITHDRAWN)
    rows = Milestone.objects.visible_to(request.reader).filter(nobodys | coded(asked))
    return list(rows.for_table(request.reader).order_by("action_id", "position"))


def _part_to_give(rows: list[Milestone], asked: list[str]) -> str:
    """Return the part that is left to give: joint where all that is asked for has its lead."""
    chosen = [row for row in rows if row.code in asked]
    return Part.JOINT if chosen and all(row.lead_code for row in chosen) else Part.LEAD


def _assigned(request: Acting, form: AssignForm) -> HttpResponse | None:
    """Name the agency and say so; None where the record refused, with the sentences at their fields."""
    said = form.cleaned_data
    codes, agency, part = said["milestones"], said["agency"], said["part"]
    facts: dict[str, Any] = {
        "agency": agency,
        "part": part,
        "by": request.user,
        "reason": said["reason"],
        "authority": form.decided_under,
    }
    try:
        given = assign(codes, **facts)
    except NotAllowed as refused:
        raise PermissionDenied(str(refused)) from refused
    except Incomplete as incomplete:
        overtaken = incomplete.problems.keys() == {"milestones"}  # what else is wrong was never recorded
        if not overtaken or not assigned_by_this(codes, **facts):
            form.add_problems(incomplete.problems)
            return None
        messages.info(request, f"{agency} was named for {_listed(codes)} already; nothing more was saved.")
    else:
        named = _listed([each.milestone.code for each in given])
        messages.success(request, f"Saved: {agency} is {Part(part).label.lower()} agency of {named}.")
    return redirect(came_from(request) or _after(codes))


def _after(codes: list[str]) -> str:
    """Return where one goes next: to the one milestone, or to those still without an agency."""
    return reverse("milestones:detail", args=codes) if len(codes) == 1 else reverse("milestones:assign")


def _listed(codes: list[str]) -> str:
    """Say milestones by number: "milestone 1.1", "milestones 1.1, 1.2 and 8.1"."""
    *first, last = codes
    return f"milestones {', '.join(first)} and {last}" if first else f"milestone {last}"


def _numbers(typed: list[str]) -> list[str]:
    return [code for code in typed if re.fullmatch(MilestoneCode.regex, code)]


# --- The end of a part -----------------------------------------------------------------------------------------------


@acts
def end_agency_part(request: Acting, code: str, agency: str) -> HttpResponse:
    """Show or take the end of an agency's part in a milestone."""
    milestone = find(request, code)
    if refusal := why_not_assign(request.user):
        raise PermissionDenied(refusal)
    held = next((each for each in milestone.responsible if each.agency_id == agency), None)
    posting = request.method == "POST"
    form = ReasonedForm(request.POST if posting else None, held=held_meetings(clock.now()), today=request.reader.today)
    if not posting and held is None:
        raise Http404(f"{agency} has no part in milestone {code}.")
    if not posting:
        return _end_page(request, milestone, form, held)
    sent = request.POST.get("part_id", "")
    ever = Responsibility.objects.filter(milestone=milestone, agency_id=agency).select_related("agency")
    if not ever:
        raise Http404(f"{agency} never had a part in milestone {code}.")
    seen = next((each for each in ever if str(each.pk) == sent), None)
    if seen is None:
        return _end_page(request, milestone, form, held, refusal=OUT_OF_DATE, status=400)
    if form.is_valid():
        try:
            end_part(seen, by=request.user, reason=form.cleaned_data["reason"], authority=form.decided_under)
        except NotAllowed as refused:
            return _end_page(request, milestone, form, held, refusal=str(refused), status=409)
        except Incomplete as incomplete:
            form.add_problems(incomplete.problems)
        else:
            messages.success(request, f"Saved: the part of {seen.agency} in milestone {code} is ended.")
            return redirect(came_from(request) or milestone.get_absolute_url())
    return _end_page(request, milestone, form, held)


def _end_page(
    request: Acting,
    milestone: Milestone,
    form: ReasonedForm,
    held: Responsibility | None,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "held": held,
        "means": _what_it_means(milestone, held) if held else "",
        "refusal": refusal,
    }
    return page(request, "milestones/end_part.html", milestone, context, status=status)


def _what_it_means(milestone: Milestone, held: Responsibility) -> str:
    """Say what follows: who answers for the milestone once this part is over."""
    others = [each for each in milestone.responsible if each.pk != held.pk]
    answering = [str(each.agency) for each in speakers(others)]
    if not answering:
        return "No agency answers for it then: PLCY keeps it as chair until another is named."
    left = f"{' and '.join(answering)} {'answers' if len(answering) == 1 else 'answer'} for it then"
    return f"{left}, and nobody leads it." if held.part == Part.LEAD else f"{left}."
