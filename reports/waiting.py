"""What waits for this reader?

Counted once a request, for the frame around the page and for the overview alike.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from esc_tracker.accounts.review.reviewing import unreviewed
from esc_tracker.reader import Reader, reader_of
from milestones.calls.weeks import period_of
from milestones.models import Milestone, Question, StatusUpdate, TargetRevision
from milestones.querysets import MilestoneQuerySet, recorded_before, still_open
from milestones.workflow import OPEN, Status, values
from reports.models import Delivery, MailSwitch


@dataclass(frozen=True)
class Waiting:
    """Numbers of milestones: overdue; open ones of ours, and those of them not yet heard in this period; with a
    question to us, or of ours, unanswered; and with a date change or a completion that waits.
    `to_decide` is what of these the reader decides: nothing for all but the chair's office. It alone learns whether
    mail is off now, how many messages could not be sent, and how many seats the year’s review has not come to.
    """

    overdue: int = 0
    ours: int = 0
    not_heard: int = 0
    asked_of_us: int = 0
    asked_by_us: int = 0
    date_changes: int = 0
    completions: int = 0
    to_decide: int = 0
    mail_is_off: bool = False
    unsent: int = 0
    seats: int = 0


def waiting_of(request: HttpRequest) -> Waiting:
    """Return what the frame counts for the one who asks, once a request. One query at most.

    What cannot be acted on any more, on a day gone by, is not counted. A page that has counted what is overdue already
    leaves the number as `request.overdue_count`; for one who cannot act there is no query then.
    """
    reader = reader_of(request)
    there: Waiting | None = getattr(request, "waiting", None)
    if there is None:
        late: int | None = getattr(request, "overdue_count", None)
        if reader.may_act:
            there = take_waiting(reader, overdue=late)
        else:
            there = Waiting(overdue=_rows(reader).overdue().count() if late is None else late)
        request.waiting = there  # type: ignore[attr-defined]  # read above
    return there


def take_waiting(reader: Reader, *, overdue: int | None = None) -> Waiting:
    """Count what waited for a member or PLCY at the reader's moment; `overdue` if it was counted already. One query.

    Each number is counted by itself, from the few rows that it is about: a test compares them with the milestones.
    """
    begins = period_of(reader.today).starts_at
    by_now = recorded_before(reader.moment)
    said = StatusUpdate.objects.words().filter(by_now, agency=reader.agency, recorded_at__gte=begins)
    asked = Question.objects.filter(by_now, still_open("closed_at", reader.moment))
    pending = TargetRevision.objects.filter(by_now, still_open("decided_at", reader.moment))
    ours = _rows(reader).responsible_to([str(reader.agency)], reader).filter(status__in=values(OPEN))
    numbers: dict[str, Any] = {
        "ours": _number(ours),
        "not_heard": _number(ours.exclude(Exists(said.filter(milestone=OuterRef("pk"))))),
        "asked_of_us": _number(asked.filter(asked_of=reader.agency), of="milestone"),
        "asked_by_us": _number(asked.filter(agency=reader.agency), of="milestone"),
        "date_changes": _number(pending, of="milestone"),
        "completions": _number(_rows(reader).filter(status=Status.REPORTED_COMPLETE)),
    }
    if reader.is_plcy and reader.may_act:
        on = MailSwitch.objects.order_by("-recorded_at", "-pk").values("on")[:1]
        numbers["mail_on"] = Coalesce(Subquery(on), Value(False))
        numbers["unsent"] = _number(Delivery.objects.waiting().exclude(error=""))
        numbers["seats"] = _number(unreviewed(clock.real_day()))
    if overdue is None:
        numbers["overdue"] = _number(_rows(reader).overdue())
    counts: Any = Agency.objects.filter(pk=reader.agency).values(**numbers).get()
    to_decide = counts["date_changes"] + counts["completions"] if reader.is_plcy else 0
    mail_is_off = not counts.pop("mail_on", True)
    return Waiting(**{"overdue": overdue or 0, **counts}, to_decide=to_decide, mail_is_off=mail_is_off)


def _rows(reader: Reader) -> MilestoneQuerySet:
    rows: MilestoneQuerySet = Milestone.objects.visible_to(reader).order_by()
    return rows


def _number(rows: QuerySet[Any], of: str = "pk") -> Coalesce:
    """Return how many different ones there are, as part of another query."""
    one = rows.order_by().annotate(one=Value(1)).values("one")
    return Coalesce(Subquery(one.annotate(number=Count(of, distinct=of != "pk")).values("number")), 0)
