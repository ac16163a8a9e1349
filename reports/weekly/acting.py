"""What does PLCY do with the weekly report?"""

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import Truncator
from django.views.decorators.http import require_POST

from esc_tracker.accounts.guards import only
from esc_tracker.accounts.models import Role
from esc_tracker.reader import coac_reader, esc_reader, reader_of
from milestones.calls.weeks import ReportingWeek
from milestones.finding import Acting, acts
from milestones.forms import as_kept
from milestones.models import Milestone, StatusUpdate
from milestones.refusals import Incomplete
from milestones.telling import counted
from reports import switch
from reports.account import account_of, say_moment
from reports.models import WeeklyReport
from reports.weekly import drafting, publishing, releasing
from reports.weekly.finding import find, refused
from reports.weekly.forms import CorrectForm, ReleaseForm, WithheldForm
from reports.weekly.permissions import NotNow, why_not_correct, why_not_release
from reports.weekly.weeks import later_published
from reports.weekly.write_views import by_when, printed, who_is_asked
from reports.weekly.writing import WrittenMeanwhile, lines_of, written_digest
from reports.wording import agreeing, week_in_words

TEXT_SHOWN = 90  # characters of a milestone in the list of those that can be held back


@require_POST
@only(Role.PLCY_STAFF)
def refresh(request: Acting, week: ReportingWeek) -> HttpResponse:
    """Take a draft's figures again."""
    found = find(request, week)
    try:
        row = drafting.refresh(found, by=request.user)
    except NotNow as refusal:
        return refused(request, found, str(refusal))
    messages.success(request, f"The figures were taken again. {row.content['headline']}")
    return redirect("reports:report", week)


@acts
@only(Role.PLCY_STAFF)
def correct(request: Acting, week: ReportingWeek) -> HttpResponse:
    """Ask why a published week is corrected, and draft its next version; a draft that is there is shown."""
    found = find(request, week)
    if not found.is_published and found.version > 1:
        messages.info(request, f"Version {found.version} is a draft already: change it, then publish it.")
        return redirect(found)
    if why_not := why_not_correct(request.user, found):
        return refused(request, found, why_not)
    form = CorrectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            draft = drafting.correct(found, by=request.user, reason=form.cleaned_data["reason"])
        except Incomplete as incomplete:
            form.add_problems(incomplete.problems)
        else:
            messages.success(request, f"Version {draft.version} is a draft: change what is wrong, then publish it.")
            return redirect(draft)
    page = {
        "form": form,
        "report": found,
        "days": week_in_words(found.week),
        "next": found.version + 1,
        "later": later_published(found.week),
    }
    return render(request, "reports/correct.html", page)


@acts
@only(Role.PLCY_STAFF)
def publish(request: Acting, week: ReportingWeek) -> HttpResponse:
    """Say what publishing freezes and what waits; then do it."""
    found = find(request, week)
    if request.method == "POST":
        try:
            publishing.publish(found, by=request.user, seen_digest=request.POST.get("digest", ""))
        except NotNow as refusal:
            return refused(request, found, str(refusal))
        messages.success(
            request,
            f"The report of {week_in_words(found.week)} is published. COAC sees it once you release it.",
        )
        return redirect("reports:report", week)
    if found.is_published:
        return refused(request, found, "This report was published already.")
    lines = lines_of(found)
    waits = StatusUpdate.objects.filter(recorded_at__gte=found.as_of).count()
    page = {
        "account": account_of(found.content, reader_of(request)),
        "report": found,
        "why_not": publishing.why_not_publish(found, by=request.user),
        "mail_is_on": switch.is_on(),
        "edited": [printed(found, line) for line in lines if line.is_edited],
        "outdated": [printed(found, line) for line in lines if line.is_outdated],
        "asks": [{**ask, "who": who_is_asked(ask), "by": by_when(ask)} for ask in found.asks],
        "waits": f"{counted(waits, 'update')} made since {agreeing(waits, 'waits', 'wait')} for the next report"
        if waits
        else "",
    }
    return render(request, "reports/publish.html", page)


@acts
@only(Role.PLCY_STAFF)
def release(request: Acting, week: ReportingWeek) -> HttpResponse:
    """Show exactly what COAC will see, ask who cleared it, and open the record to COAC."""
    found = find(request, week)
    if why_not := why_not_release(request.user, found, standing=found.released()):
        return refused(request, found, why_not)
    choices = _choices(found)
    if request.method != "POST":
        begun = {"withheld": [], "coac_narrative": found.coac_narrative, "written": written_digest(found)}
        return _release_page(request, found, ReleaseForm(milestones=choices, initial=begun), [])
    asked = WithheldForm(request.POST, milestones=choices)
    withheld = asked.cleaned_data["withheld"] if asked.is_valid() else []
    form = ReleaseForm(request.POST, milestones=choices)
    form.is_valid()
    if "preview" in request.POST:
        typed = {name: request.POST.get(name, "") for name in ReleaseForm.base_fields} | {"withheld": withheld}
        return _release_page(request, found, ReleaseForm(milestones=choices, initial=typed), withheld)
    if form.errors:
        return _release_page(request, found, form, withheld)
    said = form.cleaned_data
    try:
        releasing.release(
            found,
            by=request.user,
            cleared_by=said["cleared_by"],
            withheld=withheld,
            withheld_because=said["withheld_because"],
            coac_narrative=said["coac_narrative"] if "coac_narrative" in request.POST else None,
            seen_digest=said["digest"],
            seen_written=said["written"],
        )
    except WrittenMeanwhile as meanwhile:
        return _release_page(request, meanwhile.report, form, withheld, theirs=meanwhile.report.coac_narrative)
    except NotNow as refusal:
        return _release_page(request, found, form, withheld, problem=str(refusal))
    except Incomplete as refusal:
        form.add_problems(refusal.problems)
        return _release_page(request, found, form, withheld)
    messages.success(
        request,
        f"The report of {week_in_words(found.week)} is released: COAC sees the record as of {say_moment(found.as_of)}.",
    )
    return redirect("reports:report", week)


@require_POST
@only(Role.PLCY_STAFF)
def withdraw(request: Acting, week: ReportingWeek) -> HttpResponse:
    """Withdraw a report's release."""
    found = find(request, week)
    try:
        releasing.withdraw(found, by=request.user)
    except NotNow as refusal:
        return refused(request, found, str(refusal))
    messages.success(request, "The release is withdrawn. COAC sees the record as of the release before.")
    return redirect("reports:report", week)


# --- What they share ------------------------------------------------------------------------------------------------


def _choices(report: WeeklyReport) -> dict[str, str]:
    """Return what can be held back: every milestone of the report's day, with its first words. One query."""
    rows = Milestone.objects.visible_to(esc_reader(report.as_of)).order_by("action_id", "position", "pk")
    return {row.code: f"{row.code} {Truncator(row.text).chars(TEXT_SHOWN)}" for row in rows}


def _release_page(
    request: Acting,
    report: WeeklyReport,
    form: ReleaseForm,
    withheld: list[str],
    *,
    problem: str = "",
    theirs: str | None = None,
) -> HttpResponse:
    """Show the exact bytes that would be released without these milestones and with this narrative, and the form.

    `theirs` is the narrative that somebody else wrote meanwhile.
    """
    narrative = form["coac_narrative"].value()
    text = releasing.preview_coac(report, withheld, as_kept(narrative) if narrative is not None else None).decode()
    figures = json.loads(text)
    page = {
        "form": form,
        "report": report,
        "days": week_in_words(report.week),
        "problem": problem,
        "theirs": theirs,
        "account": account_of(figures, coac_reader(report.as_of)),
        "json": text,
        "digest": figures["digest"],
        "written": written_digest(report),
        "withheld": withheld,
    }
    return render(request, "reports/release.html", page, status=409 if problem or theirs is not None else 200)
