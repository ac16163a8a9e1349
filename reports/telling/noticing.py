"""What happens when something is there to be told?

One notice for one thing and one agency, under a key that names the thing and its occasion. Found by range from the
database: a missed day is caught up, an old one is not repeated, and noticing again adds nothing (ADR 0015).
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Subquery

from esc_tracker import clock
from esc_tracker.accounts.models import PLCY, Role
from esc_tracker.reader import Reader
from milestones.calls.answers import stretches, take_roll
from milestones.calls.reminding import owed_by
from milestones.calls.terms import terms_of
from milestones.models import (
    Call,
    CallReminder,
    CheckIn,
    Milestone,
    OverdueFlag,
    Question,
    Responsibility,
    StatusUpdate,
    TargetRevision,
)
from milestones.querysets import LEAD_OR_JOINT, MilestoneQuerySet
from milestones.workflow import OPEN, Move, values
from reports.models import Notice, WeeklyReport

THRESHOLDS = (1, 7, 30)  # days before a target
WHOLE_AFTER = timedelta(minutes=1)  # a submission's answers are kept one by one: by then all of them are
NEWS_FOR = timedelta(days=14)  # what is older is told no more
UNASSIGNED = "unassigned"
Kind = Notice.Kind
Named = dict[int, list[str]]  # by milestone: the agencies that lead or share it


def notice(now: datetime) -> int:
    """Notice what is there to be told and was not noticed before; return how many things. Sixteen queries at
    most, however much there is.

    Running it twice, or twice at once, notices nothing twice.
    """
    rows = found(now)
    if rows:
        Notice.objects.bulk_create(rows, ignore_conflicts=True)  # Another worker may have been first.
    return len(rows)


def found(now: datetime) -> list[Notice]:
    """Return what would be noticed at a moment, not kept yet. Thirteen queries at most, however much there is."""
    since = now - NEWS_FOR
    named = _named()
    rows = [
        *_overdue(named),
        *_due(clock.day_of(now), named),
        *_calls(now),
        *_reminders(since),
        *_entered(since, now - WHOLE_AFTER),
        *_revisions(since),
        *_completions(since),
        *_edited(since),
    ]
    there = set(Notice.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True))
    for row in rows:
        row.noticed_at = now
    return [row for row in rows if row.key not in there]


def threshold(days_left: int) -> int | None:
    """Return which notice a target so many days ahead calls for: 30, 7 or 1; None while it is far, or past."""
    return next((days for days in THRESHOLDS if 0 <= days_left <= days), None)


def _named() -> Named:
    """Return the agencies that lead or share each milestone. One query."""
    named: Named = {}
    held = Responsibility.objects.in_force().filter(part__in=LEAD_OR_JOINT).order_by("pk")
    for milestone, agency in held.values_list("milestone_id", "agency_id"):
        named.setdefault(milestone, []).append(agency)
    return named


def _overdue(named: Named) -> Iterator[Notice]:
    for flag in OverdueFlag.objects.filter(closed_at=None).select_related("milestone"):
        for agency in _agencies(flag.milestone, named):
            yield Notice(
                kind=Kind.OVERDUE,
                key=f"overdue-{flag.pk}-{agency or UNASSIGNED}",
                agency_id=agency,
                milestone=flag.milestone,
                flag=flag,
                due_on=flag.target_on,
            )


def _due(today: date, named: Named) -> Iterator[Notice]:
    rows: MilestoneQuerySet = Milestone.objects.visible_to(Reader(role=Role.READER, today=today))
    last_day = today + timedelta(days=max(THRESHOLDS))
    for row in rows.filter(status__in=values(OPEN), target_on__gte=today, target_on__lte=last_day):
        days = threshold((row.target_on - today).days)
        for agency in _agencies(row, named):
            key = f"due-{row.code}-{row.target_on}-{days}-{agency or UNASSIGNED}"
            yield Notice(kind=Kind.DUE, key=key, agency_id=agency, milestone=row, due_on=row.target_on)


def _calls(now: datetime) -> Iterator[Notice]:
    """Yield one for each agency that owes an answer to the latest call opened, if that still matters."""
    since = clock.day_of(now - NEWS_FOR)
    calls = list(Call.objects.recorded_before(None).filter(ends_on__gte=since))
    opened = [each for each in calls if terms_of(each).is_opened(now)]
    if not opened:
        return
    latest = max(opened, key=lambda each: each.ends_on)
    of_it = [each for each in stretches(calls) if each.call.pk == latest.pk]
    for agency in owed_by(take_roll(of_it, None)[latest.week]):
        yield Notice(kind=Kind.CALL, key=f"call-{latest.week}-{agency}", agency_id=agency, call=latest)


def _reminders(since: datetime) -> Iterator[Notice]:
    for each in CallReminder.objects.filter(recorded_at__gte=since).order_by("pk"):
        yield Notice(
            kind=Kind.REMINDER, key=f"reminder-{each.pk}", agency_id=each.agency_id, reminder=each, call_id=each.call_id
        )


def _entered(since: datetime, until: datetime) -> Iterator[Notice]:
    """Yield one for each submission that PLCY entered for an agency and of which something was kept."""
    kept = [Exists(each.objects.filter(check_in=OuterRef("pk"))) for each in (StatusUpdate, TargetRevision, Question)]
    rows = CheckIn.objects.filter(kept[0] | kept[1] | kept[2], recorded_at__gte=since, recorded_at__lte=until)
    for each in rows.exclude(source_how="").order_by("pk"):
        yield Notice(kind=Kind.ENTERED, key=f"entered-{each.pk}", agency_id=each.agency_id, check_in=each)


def _revisions(since: datetime) -> Iterator[Notice]:
    """Yield one for each request of another agency that PLCY decided."""
    decided = TargetRevision.objects.filter(
        state__in=(TargetRevision.State.ACCEPTED, TargetRevision.State.REFUSED),
        decided_by__agency=PLCY,
        decided_at__gte=since,
    ).exclude(agency=PLCY)
    for each in decided.order_by("pk"):
        yield Notice(
            kind=Kind.DECISION,
            key=f"decision-target-{each.pk}",
            agency_id=each.agency_id,
            milestone_id=each.milestone_id,
            revision=each,
        )


def _completions(since: datetime) -> Iterator[Notice]:
    """Yield one for each completion that PLCY confirmed or returned, for the agency that reported it."""
    reports = StatusUpdate.objects.filter(
        milestone=OuterRef("milestone"), move=Move.REPORT, version__lt=OuterRef("version")
    ).order_by("-version")
    decided = StatusUpdate.objects.filter(move__in=(Move.CONFIRM, Move.RETURN), recorded_at__gte=since)
    for each in decided.annotate(asked_by=Subquery(reports.values("agency_id")[:1])).select_related("milestone"):
        if each.asked_by and each.asked_by != PLCY:
            yield Notice(
                kind=Kind.DECISION,
                key=completion_key(each.milestone.code, each.version),
                agency_id=each.asked_by,
                milestone=each.milestone,
            )


def completion_key(code: str, version: int) -> str:
    """Return the key of the notice that a completion was decided by the act that made a milestone's version."""
    return f"decision-{code}-{version}"


def _edited(since: datetime) -> Iterator[Notice]:
    """Yield one for each agency of whose words PLCY replaced a line in a published report."""
    published = WeeklyReport.objects.published().filter(published_at__gte=since).exclude(edits=[])
    for report in published.defer("figures").order_by("pk"):
        for agency in sorted({edit["agency"] for edit in report.edits} - {PLCY}):
            key = f"edited-{report.week}-{report.version}-{agency}"
            yield Notice(kind=Kind.EDITED, key=key, agency_id=agency, report=report)


def _agencies(milestone: Milestone, named: Named) -> Iterable[str | None]:
    return named.get(milestone.pk) or [None]
