"""What was said, entered or decided, as `(label, text)`?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from esc_tracker import clock
from esc_tracker.accounts.models import agency_name
from milestones.models import CheckIn, Question, StatusUpdate, TargetRevision
from milestones.targets.account import say_target
from milestones.telling import say_completed, say_day
from milestones.workflow import Outcome, Outlook, Status
from reports.models import Notice

Fact = tuple[str, str]


@dataclass
class Entered:
    """What came with a submission on one milestone, and the name of the page that takes a correction."""

    page: str
    facts: list[Fact] = field(default_factory=list)


def last_said(last: StatusUpdate | None) -> Iterator[Fact]:
    """Tell an agency's last words on a milestone. No query."""
    if last is None:
        yield "Last said", "nothing yet"
        return
    yield f"Last said {say_day(last.recorded_at.astimezone(clock.NEW_YORK))}", f"“{last.statement}”"
    yield "Outlook then", Outlook(last.outlook).label
    yield from _next(last)


def entered_of(check_ins: Sequence[CheckIn]) -> dict[int, dict[int, Entered]]:
    """Return by submission and milestone what was entered. Three queries at most, none without submissions."""
    found: dict[int, dict[int, Entered]] = {each.pk: {} for each in check_ins}
    if not check_ins:
        return found
    keys = sorted(found)
    for update in StatusUpdate.objects.filter(check_in__in=keys):
        _add(found, update, "milestones:update", _said(update))
    for revision in TargetRevision.objects.filter(check_in__in=keys):
        _add(found, revision, "milestones:revise", _wanted(revision))
    for question in Question.objects.filter(check_in__in=keys):
        _add(found, question, "milestones:update", _answered(question))
    return found


def completions_of(notices: Sequence[Notice]) -> dict[str, StatusUpdate]:
    """Return by a notice's key the act that decided on a completion. One query, none without any."""
    wanted = Q(pk__in=[])
    of: dict[tuple[int, int], str] = {}
    for each in notices:
        if each.milestone_id and not each.revision_id:
            version = int(each.key.rpartition("-")[2])
            of[each.milestone_id, version] = each.key
            wanted |= Q(milestone=each.milestone_id, version=version)
    acts = StatusUpdate.objects.filter(wanted) if of else []
    return {of[act.milestone_id, act.version]: act for act in acts}


def opening(sentence: str) -> str:
    """Begin a sentence with a capital letter."""
    return sentence[:1].upper() + sentence[1:]


def _add(
    found: dict[int, dict[int, Entered]],
    row: StatusUpdate | TargetRevision | Question,
    page: str,
    told: Iterator[Fact],
) -> None:
    here = found[row.check_in_id or 0].setdefault(row.milestone_id, Entered(page))
    here.facts.extend(told)


def _wanted(revision: TargetRevision) -> Iterator[Fact]:
    yield "New target asked for", say_target(revision.new_target)
    yield TargetRevision.Category(revision.category).label, f"“{revision.text}”"


def _answered(question: Question) -> Iterator[Fact]:
    yield f"{agency_name(question.agency_id)} asked", f"“{question.text}”"
    yield "Answer", f"“{question.answer}”"


def _said(words: StatusUpdate) -> Iterator[Fact]:
    yield "Status", Status(words.status).label
    if words.completed_kind:
        outcome = f", {Outcome(words.outcome).label.lower()}" if words.outcome else ""
        yield "Completed", f"{say_completed(words.completed_kind, words.completed_on)}{outcome}"
    yield "Statement", f"“{words.statement}”"
    yield from _next(words)
    yield "Outlook", Outlook(words.outlook).label
    for label, text in (("Why", words.reason), ("Needed from the ESC", words.needed)):
        if text:
            yield label, f"“{text}”"
    if words.forecast:
        yield "Forecast", str(words.forecast)
    elif words.no_forecast_reason:
        yield "No forecast", f"“{words.no_forecast_reason}”"


def _next(words: StatusUpdate) -> Iterator[Fact]:
    if words.next_step:
        by = f", by {say_day(words.next_step_on)}" if words.next_step_on else ""
        on = f", waiting on {words.waiting_on}" if words.waiting_on else ""
        yield "Next step", f"“{words.next_step}”{by}{on}"
