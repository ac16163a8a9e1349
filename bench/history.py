"""What lies in the database on which drafting is measured: the plan grown large, with many weeks of words on all of it.

usage: python -m bench.history MILESTONES UPDATES     (into DATABASE_URL)

Written in bulk, past the doors: a door a time would take an hour. The ledgers are whole, and a report is drawn from
them alone; the stored columns that the pages of today read are left as the plan was loaded.
"""

import sys
from collections.abc import Iterator
from datetime import date, timedelta

from django.db import connection

from bench.load import BEGINS_AT, begin  # first: it sets Django up
from esc_tracker import clock
from esc_tracker.accounts.models import PLCY, User
from milestones.authority import AuthorityKind
from milestones.calls.calling import open_calls
from milestones.models import Milestone, Responsibility, StatusUpdate, TargetRevision
from milestones.querysets import LEAD_OR_JOINT
from milestones.workflow import CompletedKind, Move, Outcome, Outlook, Status

WEEKS = 10  # the words of each milestone are spread over; the rest of the time is silence
WEDNESDAYS = [date(2020, 7, 8) + timedelta(weeks=week) for week in range(10)]
OUTLOOKS = (Outlook.ON_TRACK, Outlook.ON_TRACK, Outlook.AT_RISK, Outlook.OFF_TRACK)
ENDINGS: tuple[tuple[Move, ...], ...] = ((), (Move.REPORT,), (Move.REPORT, Move.CONFIRM), (), ())
BATCH = 2000


def main(size: int, updates: int) -> None:
    """Fill the ledgers and open a call a week."""
    people = begin(size)
    for wednesday in WEDNESDAYS:
        with clock.at(clock.start_of(wednesday) + timedelta(hours=10)):
            open_calls(clock.now())
    speakers: dict[int, list[str]] = {}
    for key, agency in Responsibility.objects.filter(part__in=LEAD_OR_JOINT).values_list("milestone_id", "agency_id"):
        speakers.setdefault(key, []).append(agency)
    milestones = list(Milestone.objects.exclude(current_status=Status.COMPLETED))
    each_has = updates // len(milestones)
    acts = (
        act
        for number, milestone in enumerate(milestones)
        for act in _acts(milestone, number, each_has, speakers.get(milestone.pk, [PLCY]), people)
    )
    StatusUpdate.objects.bulk_create(acts, batch_size=BATCH)
    moves = (_move(milestone, each_has + 1, people[PLCY]) for milestone in milestones[::10])
    TargetRevision.objects.bulk_create(moves, batch_size=BATCH)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # a database in use has looked at its tables


def _acts(
    milestone: Milestone, number: int, count: int, speakers: list[str], people: dict[str, User]
) -> Iterator[StatusUpdate]:
    """Give a milestone `count` acts: its agencies speak in turn; two in five are reported, one of these confirmed."""
    ending = ENDINGS[number % len(ENDINGS)] if count > 2 else ()
    moves = [*[Move.UPDATE] * (count - len(ending)), *ending]
    for version, move in enumerate(moves, start=1):
        moment = BEGINS_AT + timedelta(weeks=WEEKS) * version / (count + 1) + timedelta(seconds=number)
        agency = PLCY if move == Move.CONFIRM else speakers[version % len(speakers)]
        act = StatusUpdate(milestone=milestone, version=version, recorded_at=moment, move=move)
        act.by, act.agency_id = people[agency], agency
        if move == Move.CONFIRM:
            act.status, act.authority = Status.COMPLETED, AuthorityKind.CHAIR
        else:
            act.status = Status.IN_PROGRESS if move == Move.UPDATE else Status.REPORTED_COMPLETE
            _say(act, OUTLOOKS[(number + version) % len(OUTLOOKS)])
        if move != Move.UPDATE:
            act.completed_kind, act.completed_on = CompletedKind.DAY, clock.day_of(moment)
            act.outcome = Outcome.DELIVERED
        yield act


def _say(act: StatusUpdate, outlook: Outlook) -> None:
    act.statement = f"Sample: work on {act.milestone.code} goes on as described, and the comments of week 2 are in."
    act.next_step = "Sample: agree the draft with counsel and send it to the partner agencies."
    act.outlook, act.written_on = outlook, clock.day_of(act.recorded_at)
    act.reason = "" if outlook == Outlook.ON_TRACK else "Sample: the legal review takes longer than planned."
    act.needed = "Sample: a decision of the ESC on who pays." if outlook == Outlook.OFF_TRACK else ""
    act.forecast_kind, act.forecast_on = "day", date(2020, 12, 15)


def _move(milestone: Milestone, version: int, by: User) -> TargetRevision:
    moment = BEGINS_AT + timedelta(weeks=WEEKS)
    return TargetRevision(
        milestone=milestone,
        agency_id=PLCY,
        by=by,
        recorded_at=moment,
        new_target_kind="month",
        new_target_on=date(2020, 12, 31),
        category=TargetRevision.Category.LEGAL,
        text="Sample: the comment period was extended.",
        state=TargetRevision.State.ACCEPTED,
        version=version,
        decided_at=moment,
        decided_by=by,
        authority=AuthorityKind.CHAIR,
    )


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
