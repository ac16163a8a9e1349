"""What does the chair's office decide, and what became of what an agency asked?"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from esc_tracker import clock
from esc_tracker.accounts.guards import only
from esc_tracker.accounts.models import Role, agency_name
from esc_tracker.reader import Reader
from milestones.authority_forms import AuthorityFields
from milestones.finding import Acting, acts
from milestones.meetings.held import held_meetings
from milestones.offers import why_not_then
from milestones.people.contacts import untold
from milestones.permissions import why_not_chair
from reports import sentences
from reports.decisions.decided import decided_lately
from reports.decisions.recording import LEAVE, Choice, Result, choices_in, record_choices
from reports.decisions.waiting import Completion, DateChange, Desk, Waiting, waiting_for
from reports.wording import agreeing

NOTHING_CHOSEN = "Nothing was chosen, so nothing was recorded."


@only(Role.PLCY_STAFF, Role.ESC_MEMBER)
@acts
def decisions(request: Acting) -> HttpResponse:
    """Show what waits for a decision and what was decided, or record what the chair's office chose.

    Twelve queries at most, session and person included.
    """
    if request.method == "POST":
        if refusal := why_not_chair(request.user) or why_not_then(request.reader):
            raise PermissionDenied(refusal)
        return _record(request)
    return _page(request, waiting_for(request.reader, request.user))


def _record(request: Acting) -> HttpResponse:
    choices = choices_in(request.POST)
    chosen = [choice for choice in choices.values() if choice.is_decision]
    form = _form(request, bound=True)
    results: list[Result] = []
    if chosen and form.is_valid():
        results = record_choices(chosen, by=request.user, authority=form.decided_under)
        if all(result.done for result in results):
            for result in results:
                messages.success(request, f"Recorded: {result.words}")
            return redirect("reports:decisions")
    desk = waiting_for(request.reader, request.user)
    refusal = "" if chosen else NOTHING_CHOSEN
    return _page(request, desk, form=form, choices=choices, results=results, refusal=refusal)


def _page(
    request: Acting,
    desk: Desk,
    *,
    form: AuthorityFields | None = None,
    choices: Mapping[str, Choice] | None = None,
    results: Sequence[Result] = (),
    refusal: str = "",
) -> HttpResponse:
    reader, waiting = request.reader, desk.waiting
    decides = reader.is_plcy and reader.may_act
    context: dict[str, Any] = {
        "headline": _headline(waiting, reader),
        "waits_since": waiting[0].asked.recorded_at if waiting else None,
        "rows": _rows(waiting, choices or {}, results),
        "form": form or (_form(request) if decides and waiting else None),
        "decides": decides and bool(waiting),
        "results": results,
        "waits": {each.key for each in waiting},
        "any_done": any(result.done for result in results),
        "refusal": refusal,
        "decided": decided_lately(reader),
        "ours": "" if reader.is_plcy else agency_name(reader.agency or ""),
    }
    if reader.is_plcy:
        nobody_told = untold(reader)
        context |= {
            "unnamed": sum(row.unassigned for row in nobody_told),  # where no agency is named, nobody is told
            "untold": [row.code for row in nobody_told],
            "proposals": desk.texts,
        }
    return render(request, "decisions/list.html", context)


def _form(request: Acting, *, bound: bool = False) -> AuthorityFields:
    """Return on whose decision it stands. Two queries."""
    return AuthorityFields(request.POST if bound else None, held=held_meetings(clock.now()), today=request.reader.today)


def _rows(waiting: Sequence[Waiting], choices: Mapping[str, Choice], results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return what waits with what was chosen and typed about it, and why that was not recorded."""
    refused = {result.key: result for result in results if not result.done}
    rows = []
    for each in waiting:
        choice, result = choices.get(each.key), refused.get(each.key)
        stands = choice is not None and (result is None or result.keep)
        rows.append(
            {
                "it": each,
                "is_date_change": isinstance(each, DateChange),
                "answers": _answers(each),
                "answer": choice.answer if choice and stands else LEAVE,
                "remark": choice.remark if choice else "",
                "refusal": result.words if result else "",
            }
        )
    return rows


def _answers(each: Waiting) -> list[tuple[str, str]]:
    """Return what may be answered, each with what it means."""
    leave = (LEAVE, "Leave it for now")
    if isinstance(each, DateChange):
        refuse = ("refuse", f"Refuse: {each.present} stays")
        return [leave, refuse] if each.closed else [leave, ("accept", f"Approve {each.wanted}"), refuse]
    return [leave, ("confirm", "Confirm completion"), ("return", "Return it, with a remark")]


def _headline(waiting: Sequence[Waiting], reader: Reader) -> str:
    """Say how much waits: "Three decisions wait: two new targets and one completion", or who waits for how many."""
    ours = "" if reader.is_plcy else agency_name(reader.agency or "")
    if not waiting:
        return f"{ours} waits for no decision" if ours else "Nothing waits for a decision"
    completions = sum(isinstance(each, Completion) for each in waiting)
    targets = len(waiting) - completions
    kinds = [
        f"{sentences.counted(count)} {agreeing(count, one, several)}"
        for count, one, several in (
            (targets, "new target", "new targets"),
            (completions, "completion", "completions"),
        )
        if count
    ]
    decisions = agreeing(len(waiting), "decision", "decisions")
    if ours:
        return f"{ours} waits for {sentences.counted(len(waiting))} {decisions}: {' and '.join(kinds)}"
    wait = agreeing(len(waiting), "waits", "wait")
    return f"{sentences.opening(len(waiting))} {decisions} {wait}: {' and '.join(kinds)}"
