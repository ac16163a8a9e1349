"""What happens when the sample history is told?

The story stands in fixtures/demo.toml. It is told through the doors, act by act, each at its own past moment; between
them the jobs run as they would have: the call each week, the flags each night, the draft each Monday.
"""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.accounts.sample_accounts import seat_sample_accounts
from esc_tracker.journal.acts import act
from esc_tracker.journal.models import Entry
from milestones.calls.calling import open_calls
from milestones.calls.weeks import ReportingWeek
from milestones.overdue import flag_overdue
from milestones.plan.loading import load_plan
from reports.meetings.freezing import freeze_due
from reports.models import WeeklyReport
from reports.story import DOES, marked
from reports.weekly import drafting, publishing, releasing

STORY: Path = settings.BASE_DIR / "fixtures" / "demo.toml"
FIRST_DAY, LAST_DAY = date(2020, 7, 1), date(2020, 9, 13)
TOLD = "reports.load_demo"
Facts = dict[str, Any]


class CannotTell(Exception):
    """The sample history cannot be loaded here; the message says why."""


@dataclass(frozen=True)
class Step:
    """One thing that happens in the story, at a moment."""

    at: datetime
    order: int
    happen: Callable[[], object]


@transaction.atomic
def load_demo() -> bool:
    """Tell the sample history, all of it or nothing; returns False when it was told before.

    Raises CannotTell in production, without a pinned day after the story, or over acts that are not its own.
    """
    if settings.PRODUCTION:
        raise CannotTell("Sample data is not loaded in production.")
    if Entry.objects.filter(verb=TOLD).exists():
        return False
    if settings.ESC_TODAY is None or settings.ESC_TODAY <= LAST_DAY:
        raise CannotTell(f"Set ESC_TODAY to a day after {LAST_DAY}, such as 2020-09-14: the sample history ends there.")
    if Entry.objects.exclude(verb="milestones.load_plan").exists():
        raise CannotTell("The record holds acts of its own; the sample history is told only on an empty one.")
    story = tomllib.loads(STORY.read_text(encoding="utf-8"))
    with clock.at(clock.start_of(FIRST_DAY)):
        load_plan()
    people = seat_sample_accounts()
    steps = [*_acts(story["act"], people), *_jobs(), *_reports(story["reports"], people)]
    for step in sorted(steps, key=lambda step: (step.at, step.order)):
        with clock.at(step.at):
            step.happen()
    with act(TOLD, by=None, about="sample history") as this:
        this.after = {"acts": len(story["act"])}
    return True


def _acts(acts: list[Facts], people: dict[str, User]) -> Iterator[Step]:
    """Return what people say and decide."""
    for facts in acts:
        yield Step(_new_york(facts["at"]), 1, partial(DOES[facts["do"]], facts, people[facts["by"]]))


def _jobs() -> Iterator[Step]:
    """Return what the jobs do: the draft on Mondays, the flags each night, the call, a meeting’s read-ahead at noon.

    The night after the last day is told too: it drafts the last week.
    """
    for number in range((LAST_DAY - FIRST_DAY).days + 2):
        day = FIRST_DAY + timedelta(days=number)
        night = clock.start_of(day) + timedelta(minutes=5)
        yield Step(night, 0, _draft_what_is_due)
        yield Step(night, 2, partial(flag_overdue, day))
        yield Step(clock.start_of(day) + timedelta(hours=12), 2, _freeze_what_is_due)
        week = ReportingWeek.of(day)
        if clock.day_of(week.call_opens_at) == day and day <= LAST_DAY:
            yield Step(week.call_opens_at, 0, partial(open_calls, week.call_opens_at))


def _draft_what_is_due() -> None:
    drafting.write_due(clock.now())


def _freeze_what_is_due() -> None:
    freeze_due(clock.now())


def _reports(told: Facts, people: dict[str, User]) -> Iterator[Step]:
    """Return what PLCY publishes and releases."""
    publisher = people[told["published_by"]]
    week = ReportingWeek.of(FIRST_DAY)
    while str(week) <= told["last_published"]:
        tuesday = datetime.combine(week.ends_on + timedelta(days=2), told["published_at"])
        yield Step(_new_york(tuesday), 0, partial(_publish, str(week), publisher))
        week = week.after()
    for released in told["releases"]:
        yield Step(_new_york(released["at"]), 0, partial(_release, released, people[released["by"]]))


def _publish(week: str, who: User) -> None:
    publishing.publish(_report(week), by=who, tell=False)


def _release(facts: Facts, who: User) -> None:
    releasing.release(_report(facts["week"]), by=who, cleared_by=marked(facts["cleared_by"]), tell=False)


def _new_york(moment: datetime) -> datetime:
    return moment.replace(tzinfo=clock.NEW_YORK)


def _report(week: str) -> WeeklyReport:
    return WeeklyReport.objects.get(week=week, version=1)
