"""What waits for this reader?

Counted once a request, for the frame around the page and for the overview alike.
"""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest

from esc_tracker.accounts.models import Role
from esc_tracker.reader import Reader, reader_of
from milestones.calls.weeks import period_of
from milestones.models import Milestone, Question, Responsibility, StatusUpdate, TargetRevision
from milestones.querysets import LEAD_OR_JOINT, recorded_before, still_open
from milestones.workflow import OPEN, Status, values

ACTING = frozenset({Role.ESC_MEMBER, Role.PLCY_STAFF})


@dataclass(frozen=True)
class Waiting:
    """Numbers of milestones: overdue; open ones of ours, and those of them not yet heard in this period; with a
    question to us, or of ours, unanswered; with a date change or a completion that waits, and of no agency.
    `to_decide` is what of these the reader decides: nothing for all but the chair's office.
    """

    overdue: int = 0
    ours: int = 0
    not_heard: int = 0
    asked_of_us: int = 0
    asked_by_us: int = 0
    date_changes: int = 0
    completions: int = 0
    nobodys: int = 0
    to_decide: int = 0


def waiting_of(request: HttpRequest) -> Waiting:
    """Return what waits for the one who asks, counted once a request. One query at most.

    A page that has counted what is overdue already leaves the number as `request.overdue_count`: for one who cannot
    act nothing else is counted, so then there is none.
    """
    reader = reader_of(request)
    there: Waiting | None = getattr(request, "waiting", None)
    if there is None:
        late: int | None = getattr(request, "overdue_count", None)
        there = take_waiting(reader) if reader.role in ACTING or late is None else Waiting(overdue=late)
        request.waiting = there  # type: ignore[attr-defined]
    return there


def take_waiting(reader: Reader) -> Waiting:
    """Count what waited for a member or PLCY at the reader's moment; for others only what is overdue. One query."""
    rows = Milestone.objects.visible_to(reader).order_by()
    if reader.role not in ACTING:
        return Waiting(overdue=rows.overdue().count())
    begins = period_of(reader.today).starts_at
    by_now = recorded_before(reader.moment)
    of_milestone = {"milestone": OuterRef("pk")}
    held = Responsibility.objects.in_force(reader.moment).filter(part__in=LEAD_OR_JOINT, **of_milestone)
    said = StatusUpdate.objects.words().filter(by_now, agency=reader.agency, recorded_at__gte=begins, **of_milestone)
    asked = Question.objects.filter(by_now, still_open("closed_at", reader.moment), **of_milestone)
    pending = TargetRevision.objects.filter(by_now, still_open("decided_at", reader.moment), **of_milestone)
    rows = rows.annotate(
        is_ours=Exists(held.filter(agency=reader.agency)),
        is_heard=Exists(said),
        is_asked_of_us=Exists(asked.filter(asked_of=reader.agency)),
        is_asked_by_us=Exists(asked.filter(agency=reader.agency)),
        is_pending=Exists(pending),
    )
    is_open = Q(status__in=values(OPEN))
    counted = {  # an aggregate may not have the name of an annotation that it counts
        "overdue": Q(overdue=True),
        "ours": is_open & Q(is_ours=True),
        "not_heard": is_open & Q(is_ours=True, is_heard=False),
        "asked_of_us": Q(is_asked_of_us=True),
        "asked_by_us": Q(is_asked_by_us=True),
        "date_changes": Q(is_pending=True),
        "completions": Q(status=Status.REPORTED_COMPLETE),
        "nobodys": is_open & Q(unassigned=True),
    }
    found = rows.aggregate(**{f"n_{name}": Count("pk", filter=which) for name, which in counted.items()})
    counts: dict[str, int] = {name: found[f"n_{name}"] for name in counted}
    to_decide = counts["date_changes"] + counts["completions"] if reader.is_plcy else 0
    return Waiting(**counts, to_decide=to_decide)
