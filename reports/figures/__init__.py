"""How many, and which?

The only place where totals are drawn up. Every list is taken from the same rows, those this reader may see as of their
moment, so that no two numbers of one account can contradict each other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from esc_tracker import clock
from esc_tracker.journal.models import Entry
from esc_tracker.reader import Reader, last_day_before
from milestones.models import Milestone, StatusUpdate
from milestones.rows import Row
from milestones.workflow import NOT_RELEASED, Move, Status
from reports import sentences
from reports.figures import course, lists, totals
from reports.figures.answers import Answers
from reports.figures.ground import Before as Before
from reports.figures.ground import Ground as Ground
from reports.figures.ground import Rows
from reports.figures.ground import ground_of as ground_of
from reports.figures.ground import moment_text as moment_text
from reports.figures.lists import DUE_SOON_DAYS as DUE_SOON_DAYS
from reports.figures.lists import move_of as move_of
from reports.figures.totals import UNASSIGNED as UNASSIGNED
from reports.figures.totals import UNASSIGNED_NAME as UNASSIGNED_NAME
from reports.wording import say_date

A_WEEK = range(6, 9)  # days: a report refreshed on a Monday still compares with "last week"


def take_figures(
    reader: Reader,
    since: datetime,
    *,
    week: str = "",
    compare: bool = True,
    ground: Ground | None = None,
    tell_answers: bool = True,
) -> Row:
    """Draw up the account for one reader: totals, by action, by agency, and every list of a report, ready for JSON.

    "Since" counts acts recorded at or after `since` and before the reader's moment. `week` leaves out calls of later
    weeks. Headline and totals are compared with `since` unless that is the start of the record or `compare` is false;
    the committee's headline tells who answered the latest call, unless `tell_answers` is false. For COAC there are
    shared fields only, and a withheld milestone is counted under `not_released` and listed nowhere.
    `ground` is what the caller fetched already, for this reader and `since`.
    Ten queries for the committee, four for COAC, however many milestones there are.
    """
    ground = ground or ground_of(reader, since)
    milestones, before = ground.milestones, ground.before
    by_target = sorted(milestones, key=lists.oldest_first)
    soon = [each for each in by_target if lists.is_due_soon(each, reader)]
    begins_at = Entry.objects.begins_at()
    compare = compare and begins_at is not None and since > begins_at
    begins_on = clock.day_of(begins_at) if begins_at else reader.today
    answers = None if reader.is_coac else Answers(reader, milestones, week)
    confirmed = {} if reader.is_coac else _confirmed(reader)
    promises = course.promises_of(milestones, reader.today, confirmed)
    row = Rows(reader)
    figures: Row = {
        "since": moment_text(since),
        "as_of": moment_text(reader.moment or clock.now()),
        "headline": _headline(
            reader,
            milestones,
            before if compare else None,
            since,
            answers.heard if answers and tell_answers else (),
        ),
        "forward": _forward(reader, soon),
        "totals": totals.totals_of(milestones, reader),
        "totals_before": totals.totals_of(before.values(), reader) if compare else None,
        "by_action": totals.by_action(milestones, reader),
        "by_agency": totals.by_agency(milestones, reader),
        "timeline": course.timeline(milestones, reader),
        "burn_up": course.burn_up(promises, begins_on=begins_on, today=reader.today),
        "overdue": [row(each) for each in by_target if each.overdue],
        "reported": [row(each) for each in milestones if each.status == Status.REPORTED_COMPLETE],
        "due_soon": [row(each) for each in soon],
    }
    if answers is None:
        return figures | {
            "completed": lists.completed_between(row, milestones, before),
            "moved": lists.moved_between(row, milestones, before),
        }
    return figures | {
        **answers.figures(row),
        "attention": lists.attention(row, by_target),
        "unconfirmed": lists.unconfirmed(row, by_target, reader.today),
        "completed": lists.confirmed_since(row, milestones, confirmed, since),
        "moved": lists.revised_since(row, milestones, before, since, reader.moment),
    }


def _confirmed(reader: Reader) -> dict[int, datetime]:
    """Return when each milestone was last confirmed, by id. One query."""
    acts = StatusUpdate.objects.before(reader.moment).filter(move=Move.CONFIRM)
    return dict(acts.order_by("version").values_list("milestone_id", "recorded_at"))


def _headline(
    reader: Reader,
    milestones: Sequence[Milestone],
    before: Mapping[int, Before] | None,
    since: datetime,
    heard: Sequence[sentences.Heard],
) -> str:
    overdue = [each for each in milestones if each.overdue]
    then = last_day_before(since)
    days = (reader.today - then).days
    return sentences.headline(
        milestones=len(milestones),
        overdue=len(overdue),
        unassigned_overdue=sum(each.unassigned for each in overdue),
        change=None if before is None else len(overdue) - sum(each.overdue for each in before.values()),
        than="last week" if days in A_WEEK else f"on {sentences.day(then)}",
        not_released=sum(each.status == NOT_RELEASED for each in milestones),
        heard=heard,
    )


def _forward(reader: Reader, soon: Sequence[Milestone]) -> str:
    """Say what falls due on the next day on which something does, and to the committee how that looks."""
    next_due = [each for each in soon if each.target_on == soon[0].target_on]
    if not next_due or next_due[0].target_on is None:
        return ""
    return sentences.forward(
        on=say_date(next_due[0].target_on),
        codes=[each.code for each in next_due],
        outlooks=[each.outlook for each in next_due] if reader.sees_internal else None,
    )
