"""What did the person ask about an agency's word, what was answered, and what shall COAC read?"""

import re

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from esc_tracker.accounts.guards import only
from esc_tracker.accounts.models import Role
from milestones.asking_forms import TextForm
from milestones.finding import OUT_OF_DATE, Acting, acts, came_from, find, page
from milestones.history import in_force, last_words, ledgers_of, next_in_words, shared_of
from milestones.models import Milestone, Question, SharedSummary, StatusUpdate
from milestones.offers import why_not_then
from milestones.permissions import speakers, why_not_answer, why_not_ask, why_not_clear, why_not_propose
from milestones.questions import answer, ask, is_open, questions_for
from milestones.refusals import Incomplete, NotAllowed
from milestones.summaries import clear, propose
from milestones.workflow import Status

committee_only = only(Role.ESC_MEMBER, Role.PLCY_STAFF, Role.READER)
NOTHING_SAID = "No other agency has said anything about this milestone yet that could be asked about."


# --- A question ------------------------------------------------------------------------------------------------------


@acts
@committee_only
def ask_about(request: Acting, code: str) -> HttpResponse:
    """Show an agency's word, and take a question about it."""
    milestone = find(request, code)
    posting = request.method == "POST"
    said = _word(milestone, request.POST.get("update", "") if posting else request.GET.get("update", ""))
    named = said is not None
    said = said or _last_of_another(milestone, request)
    refusal = _why_not_ask(request, milestone, said)
    form = TextForm(
        request.POST if posting else None,
        label=f"What do you ask {said.agency}?" if said else "Question",
        help_text="The committee reads question and answer; they never stand in a report.",
    )
    if said is None or (refusal and (not posting or _why_not_ask(request, milestone, said, Status.IN_PROGRESS))):
        raise PermissionDenied(refusal or NOTHING_SAID)
    if not posting:
        return _ask_page(request, milestone, said, form)
    if not named:
        return _ask_page(request, milestone, said, form, refusal=OUT_OF_DATE, status=400)
    form.is_valid()
    try:
        ask(said, by=request.user, text=form.cleaned_data["text"])
    except NotAllowed as refused:
        return _ask_page(request, milestone, said, form, refusal=str(refused), status=409)
    except Incomplete as incomplete:
        form.add_error("text", incomplete.problems["text"])
        return _ask_page(request, milestone, said, form)
    since = next((each for each in milestone.last_words if each.agency_id == said.agency_id), said)
    spoke = f" It said something new meanwhile: read it on {code}." if since.version > said.version else ""
    messages.success(request, f"Saved: {said.agency} is asked about {code}.{spoke}")
    return redirect(came_from(request) or milestone.get_absolute_url())


@acts
@committee_only
def answer_question(request: Acting, code: str, number: int) -> HttpResponse:
    """Show a question to the agency that was asked, and take its answer."""
    milestone = find(request, code)
    question = get_object_or_404(questions_for(request.reader).filter(milestone=milestone), pk=number)
    refusal = why_not_answer(request.user, question)
    if refusal and request.user.agency_id != question.asked_of_id:
        raise PermissionDenied(refusal)
    posting = request.method == "POST"
    form = TextForm(request.POST if posting else None, label="Your answer", help_text="The committee reads it.")
    if not posting:
        return _answer_page(request, milestone, question, form)
    form.is_valid()
    try:
        answer(question, by=request.user, text=form.cleaned_data["text"])
    except NotAllowed as refused:
        question = questions_for(request.reader).get(pk=number)
        return _answer_page(request, milestone, question, form, refusal=str(refused), status=409)
    except Incomplete as incomplete:
        form.add_error("text", incomplete.problems["text"])
        return _answer_page(request, milestone, question, form)
    messages.success(request, f"Saved: your answer on {code}.")
    return redirect(came_from(request) or milestone.get_absolute_url())


def _word(milestone: Milestone, version: str) -> StatusUpdate | None:
    """Return the word that a version made; None where none is named, 404 where it is no word of this milestone."""
    if not version:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", version):
        raise Http404
    updates = StatusUpdate.objects.words().filter(milestone=milestone).select_related("agency")
    found: StatusUpdate = get_object_or_404(updates, version=int(version))
    return found


def _last_of_another(milestone: Milestone, request: Acting) -> StatusUpdate | None:
    """Return the latest word of another agency that answers for the milestone."""
    asked = {each.agency_id for each in speakers(milestone.responsible)} - {request.user.agency_id}
    return next((said for said in milestone.last_words if said.agency_id in asked), None)


def _why_not_ask(request: Acting, milestone: Milestone, said: StatusUpdate | None, status: str | None = None) -> str:
    others = [each.agency_id for each in speakers(milestone.responsible) if each.agency_id != request.user.agency_id]
    asked_of = said.agency_id if said else next(iter(others), "")
    if not asked_of and request.reader.may_act:
        return NOTHING_SAID
    return why_not_ask(
        request.user, asked_of=asked_of, status=status or milestone.status, responsible=milestone.responsible
    )


def _ask_page(
    request: Acting,
    milestone: Milestone,
    said: StatusUpdate,
    form: TextForm,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    asked = questions_for(request.reader).filter(milestone=milestone, asked_of=said.agency_id, closed_at=None)
    others = [
        each
        for each in milestone.last_words
        if each.agency_id != said.agency_id and not _why_not_ask(request, milestone, each)
    ]
    context = {
        "form": form,
        "said": said,
        "next_step": next_in_words(said),
        "asked": list(asked),
        "others": others,
        "refusal": refusal,
    }
    return page(request, "milestones/ask.html", milestone, context, status=status)


def _answer_page(
    request: Acting, milestone: Milestone, question: Question, form: TextForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "question": question,
        "waits": is_open(question, request.reader),
        "next_step": next_in_words(question.update),
        "refusal": refusal,
    }
    return page(request, "milestones/answer.html", milestone, context, status=status)


# --- A text to be shared with COAC -----------------------------------------------------------------------------------


@acts
@committee_only
def summary(request: Acting, code: str) -> HttpResponse:
    """Show what COAC reads about a milestone beside what the agencies say; take a new text, or its clearance."""
    rows = Milestone.objects.visible_to(request.reader).select_related("action")
    milestone = get_object_or_404(rows.coded(code))
    if request.method != "POST":
        return _summary_page(request, milestone)
    if refusal := why_not_then(request.reader):
        raise PermissionDenied(refusal)
    return _take_clearance(request, milestone) if "clear" in request.POST else _take_text(request, milestone)


def _take_text(request: Acting, milestone: Milestone) -> HttpResponse:
    form = _text_form(request)
    form.is_valid()
    try:
        propose(milestone, by=request.user, text=form.cleaned_data["text"])
    except NotAllowed as refused:
        raise PermissionDenied(str(refused)) from refused
    except Incomplete as incomplete:
        form.add_error("text", incomplete.problems["text"])
        return _summary_page(request, milestone, form)
    messages.success(request, f"Saved: your text on {milestone.code} is proposed. PLCY clears it for COAC.")
    return redirect("milestones:summary", milestone.code)


def _take_clearance(request: Acting, milestone: Milestone) -> HttpResponse:
    """Clear exactly the text that was shown."""
    if refusal := why_not_clear(request.user):
        raise PermissionDenied(refusal)
    shown = request.POST["clear"]
    if not re.fullmatch(r"[0-9]{1,18}", shown):
        return _summary_page(request, milestone, refusal="This form was out of date or incomplete.", status=400)
    text = get_object_or_404(SharedSummary, milestone=milestone, pk=int(shown))
    try:
        clear(text, by=request.user)
    except NotAllowed as refused:
        return _summary_page(request, milestone, refusal=str(refused), status=409)
    messages.success(request, f"Saved: the text on {milestone.code} is cleared; COAC reads it once released.")
    return redirect("milestones:summary", milestone.code)


def _text_form(request: Acting, shown: str = "") -> TextForm:
    return TextForm(
        request.POST if request.method == "POST" and "clear" not in request.POST else None,
        label="Propose another text" if shown else "Propose a text",
        help_text="Assume everything here is public.",
        initial={"text": shown},
    )


def _summary_page(
    request: Acting, milestone: Milestone, form: TextForm | None = None, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    reader = request.reader
    ledgers = ledgers_of(milestone, reader)
    shared = shared_of(ledgers, reader)
    held = in_force(ledgers.responsibilities, reader.moment)
    newest = shared.proposed or shared.cleared
    why_not = why_not_then(reader) or why_not_propose(request.user, held)
    context = {
        "reader": reader,
        "form": None if why_not else form or _text_form(request, newest.text if newest else ""),
        "why_not": why_not,
        "shared": shared,
        "may_clear": reader.may_act and not why_not_clear(request.user),
        "words": [(said, next_in_words(said)) for said in last_words(ledgers.updates).values()],
        "refusal": refusal,
    }
    return page(request, "milestones/summary.html", milestone, context, status=status)
