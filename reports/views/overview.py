"""What needs this reader first, and how does the plan stand?"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from esc_tracker import clock
from esc_tracker.accounts.models import Role, User
from esc_tracker.marks import Segment
from esc_tracker.reader import Reader, last_day_before, reader_of
from milestones import telling
from milestones.calls.calling import latest_due_call
from milestones.filters import UNASSIGNED
from milestones.links import link
from milestones.progress import Progress
from milestones.workflow import NO_OUTLOOK, OPEN, Outlook, Status, values
from reports import sentences
from reports.charts import Chart, charts_of
from reports.charts.present import present
from reports.decisions.decided import decided_lately
from reports.figures import take_figures
from reports.lines import last_words, lines_of
from reports.models import ReleasedEdition, WeeklyReport
from reports.progress import bar_of, in_words
from reports.survey import Fact, Survey, by_due_day, silent_agencies, take_survey
from reports.waiting import take_waiting, waiting_of
from reports.wording import agreeing, say_due, say_target, week_in_words

FIRST = 6  # overdue milestones shown before "all"
DECISIONS = 3  # on a member's requests, shown before "all"
A_WEEK = timedelta(days=7)
Page = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One line that leads somewhere: what it is about, a count, words, and a bar where there is one."""

    label: str
    url: str
    count: int = 0
    words: str = ""
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True)
class Changed:
    """One milestone that COAC sees otherwise than before: completed, or with another target."""

    code: str
    text: str
    url: str
    was: str = ""
    now: str = ""


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the first page for this reader's role."""
    reader = reader_of(request)
    views: dict[Role, tuple[str, Callable[[HttpRequest, Reader], Page]]] = {
        Role.PLCY_STAFF: ("overview/plcy.html", _for_plcy),
        Role.ESC_MEMBER: ("overview/member.html", _for_member),
        Role.READER: ("overview/reader.html", _for_reader),
        Role.COAC_READER: ("overview/coac.html", _for_coac),
    }
    template, draw_up = views[reader.role]
    return render(request, template, draw_up(request, reader))


# --- By role ------------------------------------------------------------------------------------------------------


def _for_plcy(request: HttpRequest, reader: Reader) -> Page:
    """Show what waits for the chair's office, then the plan. Nine queries, session and person included."""
    call = latest_due_call(reader.moment)
    survey = take_survey(reader, call=call, since=_a_week_ago(reader))
    return _plan(request, reader, survey) | {
        "waiting": _waiting(request, survey, reader),
        "call_fell_due": call is not None,
        "silent": [
            Row(
                survey.agencies[code],
                link("milestones:list", reader=reader, silent=1, agency=code),
                count,
                f"{count} of {held}",
            )
            for code, count, held in silent_agencies(survey)
        ],
    }


def _for_reader(request: HttpRequest, reader: Reader) -> Page:
    """Show the plan. Five queries, session and person included."""
    return _plan(request, reader, take_survey(reader, since=_a_week_ago(reader)))


def _for_member(request: HttpRequest, reader: Reader) -> Page:
    """Show what is the member's agency's, then the plan in one line per action. Nine queries at most."""
    user = cast(User, request.user)
    code = cast(str, user.agency_id)  # the role demands one
    survey = take_survey(reader, call=latest_due_call(reader.moment))
    request.overdue_count = len(survey.overdue)  # type: ignore[attr-defined]
    ours, name = survey.held_by(code), survey.agencies[code]
    words = last_words([fact for fact in ours if fact.is_open or fact.status == Status.REPORTED_COMPLETE], reader)
    soon = {fact.pk for fact in survey.due_soon}
    groups: list[tuple[str, list[Fact]]] = []
    left = list(ours)
    for one, several, belongs in (
        ("is overdue", "are overdue", lambda fact: fact.overdue),
        ("falls due in the next 60 days", "fall due in the next 60 days", lambda fact: fact.pk in soon),
        (
            "more got no update for the last call",
            "more got no update for the last call",
            lambda fact: code in fact.silent,
        ),
        ("is due later, or has no date", "are due later, or have no date", lambda fact: fact.is_open),
        ("is reported, completed or withdrawn", "are reported, completed or withdrawn", lambda fact: True),
    ):
        taken = [fact for fact in left if belongs(fact)]
        left = [fact for fact in left if fact not in taken]
        groups.append((f"{sentences.opening(len(taken))} {agreeing(len(taken), one, several)}", taken))
    return {
        "headline": _of_agency(name, ours),
        "forward": _silence_of(name, code, ours),
        "groups": [
            (heading, lines_of(facts, survey, reader, words, updates_by=user)) for heading, facts in groups if facts
        ],
        "waiting": waiting_of(request) if reader.may_act else None,
        "decided": decided_lately(reader)[:DECISIONS],
        "agency": name,
        "agency_url": link("milestones:agency", code, reader=reader),
        "headline_of_plan": _headline(survey),
        "charts": _charts(present(survey, reader), reader),
        "all": _row("All milestones", "", survey.facts),
        "actions": _by_action(survey, reader),
    }


def _for_coac(request: HttpRequest, reader: Reader) -> Page:
    """Show what was released and what changed since the release before. Eight queries, session and person included."""
    editions = list(
        ReleasedEdition.objects.visible_to(reader)
        .select_related("release")
        .defer("figures")
        .order_by("-release__as_of", "-release__version")
    )
    since = editions[0].since if editions else cast(datetime, reader.moment)  # COAC always looks at a moment
    figures = take_figures(reader, since)
    request.overdue_count = figures["totals"]["overdue"]  # type: ignore[attr-defined]
    return {
        "headline": figures["headline"],
        "figures": figures,
        "charts": _charts(figures, reader),
        "changed_since": telling.say_day(last_day_before(since)) if len(editions) > 1 else "the record began",
        "completed": [
            Changed(each["code"], each["text"], link("milestones:detail", each["code"], reader=reader))
            for each in figures["completed"]
        ],
        "moved": [_moved(each, reader) for each in figures["moved"]],
        "all": Row("All milestones", "", segments=bar_of(figures["totals"])),
        "actions": [
            Row(
                f"{each['number']}. {each['title']}",
                link("milestones:action", each["number"], reader=reader),
                words=in_words(each),
                segments=bar_of(each),
            )
            for each in figures["by_action"]
        ],
        "releases": [
            Row(
                f"Report for {week_in_words(each.release.week)}",
                link("reports:report", each.release.week, reader=reader),
                words=each.release.week,
            )
            for each in editions
        ],
    }


def _moved(row: Page, reader: Reader) -> Changed:
    was, now = (say_target(row[key]) for key in ("moved_from", "target"))
    return Changed(row["code"], row["text"], link("milestones:detail", row["code"], reader=reader), was, now)


# --- The plan -----------------------------------------------------------------------------------------------------


def _plan(request: HttpRequest, reader: Reader, survey: Survey) -> Page:
    """Return what PLCY and readers see of the whole plan. One query."""
    first = survey.overdue[:FIRST]
    request.overdue_count = len(survey.overdue)  # type: ignore[attr-defined]
    return {
        "headline": _headline(survey),
        "forward": _forward(survey),
        "overdue": lines_of(first, survey, reader, last_words(first, reader)),
        "overdue_count": len(survey.overdue),
        "overdue_url": link("reports:overdue", reader=reader),
        "due_soon": _due_soon(survey, reader),
        "all": _row("All milestones", "", survey.facts),
        "actions": _by_action(survey, reader),
        "charts": _charts(present(survey, reader), reader),
    }


def _charts(figures: Page, reader: Reader) -> dict[str, Chart]:
    return {chart.key: chart for chart in charts_of(figures, reader)}


def _a_week_ago(reader: Reader) -> datetime:
    return clock.end_of(reader.today - A_WEEK)


def _headline(survey: Survey) -> str:
    overdue, before = survey.overdue, survey.overdue_before
    return sentences.headline(
        milestones=len(survey.facts),
        overdue=len(overdue),
        unassigned_overdue=sum(not fact.agencies for fact in overdue),
        change=None if before is None else len(overdue) - before,
        than="last week",
    )


def _forward(survey: Survey) -> str:
    """Say how the next due date looks, "" when none is near."""
    for day, facts in by_due_day(survey.due_soon).items():
        return sentences.forward(
            on=say_due(day), codes=[fact.code for fact in facts], outlooks=[fact.outlook for fact in facts]
        )
    return ""


def _due_soon(survey: Survey, reader: Reader) -> list[Row]:
    """Return the days on which something falls due, each with how that looks."""
    rows = []
    for day, facts in by_due_day(survey.due_soon).items():
        url = link("milestones:list", reader=reader, due_after=day, due_before=day, status=values(OPEN))
        rows.append(Row(say_due(day), url, len(facts), _looks(facts)))
    return rows


def _looks(facts: Collection[Fact]) -> str:
    counts = [(sum(fact.outlook == outlook for fact in facts), str(outlook.label).lower()) for outlook in Outlook]
    counts.append((sum(fact.outlook == NO_OUTLOOK for fact in facts), "no word"))
    return " · ".join(f"{count} {said}" for count, said in counts if count)


def _by_action(survey: Survey, reader: Reader) -> list[Row]:
    return [
        _row(
            f"{number}. {title}",
            link("milestones:action", number, reader=reader),
            [fact for fact in survey.facts if fact.action == number],
        )
        for number, title in survey.actions.items()
    ]


def _row(label: str, url: str, facts: Sequence[Fact]) -> Row:
    progress = Progress()
    for fact in facts:
        progress.add(fact.status, fact.overdue)
    return Row(label, url, len(facts), progress.in_words, progress.segments)


# --- What waits, and for whom ---------------------------------------------------------------------------------------


def _waiting(request: HttpRequest, survey: Survey, reader: Reader) -> list[Row]:
    """Return what waits for the chair's office. Two queries, one for a day gone by."""
    waiting = waiting_of(request) if reader.may_act else take_waiting(reader, overdue=len(survey.overdue))
    unnamed = sum(fact.is_open for fact in survey.of_nobody())
    decisions = link("reports:decisions", reader=reader)
    nobodys = link("milestones:list", reader=reader, agency=UNASSIGNED, status=values(OPEN))
    rows = [
        Row(agreeing(waiting.date_changes, "date change", "date changes"), decisions, waiting.date_changes),
        Row(
            agreeing(waiting.completions, "completion to confirm", "completions to confirm"),
            decisions,
            waiting.completions,
        ),
        Row(
            agreeing(unnamed, "open milestone without an agency", "open milestones without an agency"),
            link("milestones:assign", reader=reader) if reader.may_act else nobodys,
            unnamed,
        ),
        Row(
            agreeing(waiting.asked_by_us, "milestone with an open question", "milestones with an open question"),
            link("milestones:list", reader=reader, question=1),
            waiting.asked_by_us,
        ),
    ]
    if not reader.may_act:
        return [row for row in rows if row.count]
    mail = link("reports:mail", reader=reader)
    unsent = agreeing(waiting.unsent, "message could not be sent", "messages could not be sent")
    rows.append(Row(unsent, mail, waiting.unsent))
    seats = agreeing(waiting.seats, "seat not yet reviewed this year", "seats not yet reviewed this year")
    rows.append(Row(seats, link("seat_review", reader=reader), waiting.seats))
    off = [Row("Mail is off: nobody is told anything by it", mail)] if waiting.mail_is_off else []
    return [*(row for row in rows if row.count), *_reports_waiting(reader), *off]


def _reports_waiting(reader: Reader) -> list[Row]:
    """Return the drafts to publish in week order, and the latest published report if it is not released. One query."""
    released = Exists(ReleasedEdition.objects.standing().filter(report=OuterRef("pk")).order_by())
    recent = list(
        WeeklyReport.objects.defer("figures").annotate(is_released=released).order_by("-week", "-version")[:12]
    )
    published = next((each for each in recent if each.is_published), None)
    rows = [_report_row(each, "to publish", reader) for each in reversed(recent) if not each.is_published]
    return rows + ([_report_row(published, "to release", reader)] if published and not published.is_released else [])


def _report_row(report: WeeklyReport, waits: str, reader: Reader) -> Row:
    url = link("reports:report", report.week, reader=reader)
    return Row(f"{report.week.partition('-')[2]} report {waits}", url, words=week_in_words(report.week))


def _of_agency(name: str, facts: Sequence[Fact]) -> str:
    """Say how an agency's milestones stand: "CBP answers for 10 milestones; six are overdue." """
    if not facts:
        return f"{name} answers for no milestone yet."
    late = sum(fact.overdue for fact in facts)
    held = f"{name} answers for {telling.counted(len(facts), 'milestone')}"
    if late == len(facts) > 1:
        return f"{held}; all of them are overdue."
    return f"{held}; {sentences.counted(late) if late else 'none'} {agreeing(late or 1, 'is', 'are')} overdue."


def _silence_of(name: str, code: str, facts: Sequence[Fact]) -> str:
    """Say on how many of its open milestones an agency was silent, "" for none."""
    silent, still_open = sum(code in fact.silent for fact in facts), sum(fact.is_open for fact in facts)
    if not silent:
        return ""
    said, of_all = sentences.counted(silent), sentences.counted(still_open)
    return f"At the last call {name} gave no update on {said} of its {of_all} open milestones."
