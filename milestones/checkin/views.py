"""What did an agency, or PLCY for it, hand in at its check-in, and what does the page answer?"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from esc_tracker.accounts.models import PLCY, Agency, agency_code
from milestones.checkin.answering import Outcome, answer_owed, answer_question, hand_in, keep_draft
from milestones.checkin.desk import Desk
from milestones.checkin.forms import SubmissionForm
from milestones.checkin.page import Row, asked_of, grouped, key_of, name_of, rows_of
from milestones.checkin.submitting import Submission
from milestones.checkin.typed import Choice, TypedRow, typed_answers, typed_rows
from milestones.converters import AgencyCode
from milestones.finding import Acting
from milestones.models import DueOut, Question
from milestones.offers import why_not_then
from milestones.permissions import why_not_check_in
from milestones.progress import by_agency
from milestones.telling import counted
from milestones.workflow import OPEN

NOTHING_TO_SEND = "Nothing was answered yet, so nothing was sent."
NOTHING_TO_KEEP = "There was nothing to keep as a draft."
NOT_IN_A_DRAFT = (
    "The rows are kept as a draft; an answer to what stands in no row is not. Submit it, or keep this page."
)
Key = tuple[str, int]


@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: Acting) -> HttpResponse:
    """Show or take an agency's answers: a member's own agency's, or for PLCY those of the agency it names."""
    asked = agency_code(request.POST.get("for_agency") or request.GET.get("for_agency") or "")
    code = asked or ("" if request.reader.is_plcy else request.user.agency_id or "")
    if refusal := why_not_check_in(request.user, code) or why_not_then(request.reader):
        raise PermissionDenied(refusal)
    if not code:
        return _choose(request)
    agency = Agency.objects.filter(code=code).first() if re.fullmatch(AgencyCode.regex, code) else None
    if agency is None:
        raise Http404
    desk = Desk(request.user, request.reader, agency)
    if request.method != "POST":
        desk.look()
        return _page(request, desk, SubmissionForm(**_head(desk), initial=_head_of_drafts(desk)))
    typed = typed_rows(request.POST)
    desk.look(typed)
    return _keep(request, desk, typed) if request.POST.get("act") == "draft" else _submit(request, desk, typed)


def _choose(request: Acting) -> HttpResponse:
    """Ask PLCY for whom it enters."""
    agencies = list(Agency.objects.all())
    progress = by_agency(request.reader, [agency.code for agency in agencies])
    lines = []
    for agency in agencies:
        counts = [progress.by_agency[agency.code]] + ([progress.unassigned] if agency.code == PLCY else [])
        late = sum(each.overdue for each in counts)
        still_open = late + sum(each.counts.get(status, 0) for each in counts for status in OPEN)
        lines.append((agency, still_open, late, counts[0].silent or 0))
    status = 400 if request.method == "POST" else 200
    return render(request, "checkin/choose.html", {"lines": lines, "plcy": PLCY}, status=status)


# --- Handing in ------------------------------------------------------------------------------------------------------


def _submit(request: Acting, desk: Desk, typed: Mapping[str, TypedRow]) -> HttpResponse:
    """Carry out each answer by itself; all well leads back to the page, anything else is shown in its place."""
    head = SubmissionForm(request.POST, **_head(desk))
    answers = typed_answers(request.POST)
    if not head.is_valid():
        return _page(request, desk, head, typed=typed, answers=answers)
    submission = Submission(desk.agency, desk.user, head.cleaned_data["cleared_by"], head.cited)
    also = _closed_meanwhile(desk, answers)
    said: dict[Key, Outcome] = {}
    for each in (*desk.waiting.asked, *also):
        key = (key_of(each), each.pk)
        if key in answers:
            said[key] = _answered(desk, submission, each, answers[key])
    outcomes = {
        code: outcome
        for code, row in typed.items()
        if (milestone := desk.milestones.get(code)) and (outcome := hand_in(desk, submission, milestone, row))
    }
    everything = [*said.values(), *outcomes.values()]
    if everything and all(outcome.is_well for outcome in everything):
        messages.success(request, _all_well(desk, said, outcomes))
        return _back(desk)
    if everything:
        desk.look(typed)
        also = _closed_meanwhile(desk, {key: answers[key] for key, outcome in said.items() if not outcome.is_well})
    conflicts = any(outcome.kind in {"conflict", "closed"} for outcome in everything)
    return _page(
        request,
        desk,
        head,
        typed=typed,
        outcomes=outcomes if everything else None,
        answers=answers,
        said=said,
        also=also,
        refusal="" if everything else NOTHING_TO_SEND,
        status=409 if conflicts else 200,
    )


def _answered(desk: Desk, submission: Submission, each: Question | DueOut, text: str) -> Outcome:
    if isinstance(each, DueOut):
        return answer_owed(desk, each, text)
    return answer_question(submission, each, text)


def _closed_meanwhile(desk: Desk, answers: Mapping[Key, str]) -> list[Question | DueOut]:
    """Return what was answered here though nobody waits for it any more. Two queries at most, none as a rule."""
    there = {(key_of(each), each.pk) for each in desk.waiting.asked}
    gone = [key for key in answers if key not in there]
    questions = [pk for kind, pk in gone if kind == "question"]
    due_outs = [pk for kind, pk in gone if kind == "due-out"]
    found: list[Question | DueOut] = []
    if questions:
        rows = Question.objects.filter(pk__in=questions, asked_of=desk.agency)
        found += rows.select_related("milestone", "agency")
    if due_outs:
        owed = DueOut.objects.filter(pk__in=due_outs, agency=desk.agency)
        found += owed.select_related("milestone", "agency")
    return found


def _all_well(desk: Desk, said: Mapping[Key, Outcome], outcomes: Mapping[str, Outcome]) -> str:
    """Say what was saved: "Saved for CBP: 4 answers (3.1, 3.2 …)."."""
    kept = [code for code, outcome in outcomes.items() if outcome.kind in {"saved", "already"}]
    told = []
    if count := len(kept) + len(said):
        told.append(
            f"Saved for {desk.agency}: {counted(count, 'answer')}" + (f" ({', '.join(kept)})." if kept else ".")
        )
    for code, outcome in outcomes.items():
        if code not in kept:
            told.append(f"{code}: {outcome.sentence}")
    return " ".join(told)


# --- A draft ---------------------------------------------------------------------------------------------------------


def _keep(request: Acting, desk: Desk, typed: Mapping[str, TypedRow]) -> HttpResponse:
    """Keep what is written as a draft that colleagues can go on with; nothing enters the record."""
    answers = typed_answers(request.POST)
    head = {name: text for name in SubmissionForm.base_fields if (text := request.POST.get(name, "").strip())}
    beside: dict[str, dict[str, str]] = {}
    rowless = set(answers)
    for each in desk.waiting.asked:
        key = (key_of(each), each.pk)
        if key in answers and each.milestone and each.milestone.code in typed:
            beside.setdefault(each.milestone.code, {})[name_of(each)] = answers[key]
            rowless.discard(key)
    outcomes = {
        code: outcome
        for code, row in typed.items()
        if (milestone := desk.milestones.get(code))
        and (outcome := keep_draft(desk, milestone, row, beside=beside.get(code, {}), head=head))
    }
    if all(outcome.is_well for outcome in outcomes.values()) and not rowless:
        kept = f"Kept as a draft: {counted(len(outcomes), 'row')}. Everybody of {desk.user.agency} can go on with it."
        messages.success(request, kept if outcomes else NOTHING_TO_KEEP)
        return _back(desk)
    desk.look(typed)
    form = SubmissionForm(**_head(desk), initial=head)
    refusal = NOT_IN_A_DRAFT if rowless else ""
    return _page(request, desk, form, typed=typed, outcomes=outcomes, answers=answers, refusal=refusal)


def _head(desk: Desk) -> dict[str, Any]:
    return {"by": desk.user, "agency": desk.agency, "today": desk.reader.today}


def _head_of_drafts(desk: Desk) -> dict[str, str]:
    """Return what the latest draft says of the whole submission."""
    drafts = sorted(desk.waiting.drafts.values(), key=lambda draft: draft.saved_at)
    return {name: drafts[-1].fields.get(name, "") for name in SubmissionForm.base_fields} if drafts else {}


# --- The page --------------------------------------------------------------------------------------------------------


def _page(
    request: Acting,
    desk: Desk,
    head: SubmissionForm,
    *,
    typed: Mapping[str, TypedRow] | None = None,
    outcomes: Mapping[str, Outcome] | None = None,
    answers: Mapping[Key, str] | None = None,
    said: Mapping[Key, Outcome] | None = None,
    also: Sequence[Question | DueOut] = (),
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = rows_of(desk, typed=typed, outcomes=outcomes)
    asked = asked_of(desk, typed=answers, outcomes=said, also=also)
    bad_rows = [row for row in rows if row.needs_a_look]
    bad_answers = [each for each in asked if each.outcome and not each.outcome.is_well]
    context = {
        "agency": desk.agency,
        "address": _address(desk),
        "enters": head.enters,
        "head": head,
        "asked": asked,
        "groups": grouped(rows, desk.reader.today),
        "reported": desk.waiting.reported,
        "well": sum(outcome.is_well for outcome in (*(outcomes or {}).values(), *(said or {}).values())),
        "looks": len(bad_rows) + len(bad_answers),
        "bad_rows": bad_rows,
        "bad_answers": bad_answers,
        "refusal": refusal,
        "total": len(desk.waiting.open),
        "answered": sum(_is_answered(row) for row in rows),
    }
    return render(request, "checkin/check_in.html", context, status=status)


def _back(desk: Desk) -> HttpResponse:
    """Lead back to the page, so that a reload sends nothing again."""
    answer = redirect(_address(desk))
    answer.status_code = 303
    return answer


def _address(desk: Desk) -> str:
    whose = QueryDict(mutable=True)
    if desk.user.agency_id != desk.agency.code or desk.agency.code == PLCY:
        whose["for_agency"] = desk.agency.code
    return f"{reverse('milestones:check_in')}?{whose.urlencode()}" if whose else reverse("milestones:check_in")


def _is_answered(row: Row) -> bool:
    return row.is_answered or row.choice in {Choice.NO_CHANGE, Choice.UPDATE}
