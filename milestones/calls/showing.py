"""How is a call shown: when it opens and is due, what was changed about it, and who has answered?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import Truncator

from esc_tracker import clock
from esc_tracker.accounts.models import PLCY, Agency, agency_name
from esc_tracker.reader import Reader
from milestones.calls.answers import Asked, Heard, Said, Stretch, stretches, take_roll, words_given
from milestones.calls.calling import call_by_default
from milestones.calls.changing import why_not_change
from milestones.calls.reminding import owed_by, to_remind, why_not_remind
from milestones.calls.silence import Copying, latest_fallen_due, principals_to_copy, silent_twice
from milestones.calls.terms import Terms, changes_of, terms_of
from milestones.calls.weeks import ReportingWeek, period_of
from milestones.models import Call, CallChange, CallReminder
from milestones.querysets import recorded_before
from milestones.telling import counted, days_in_words, listed

FIRST_WORDS = 90  # characters
Kind = CallChange.Kind


@dataclass(frozen=True)
class Row:
    """One milestone in an agency's part of the roll."""

    code: str
    text: str
    url: str
    heard: Heard
    said: Said | None

    @property
    def first_words(self) -> str:
        """Return how the answer begins, "" where there is none."""
        return Truncator(self.said.words.statement).chars(FIRST_WORDS) if self.said else ""


@dataclass(frozen=True)
class AgencyPart:
    """What one agency has answered; `reminded` are the moments it was reminded of this call, the latest first.

    `copied` says whether its principal was copied the last time, for who may know that.
    """

    agency: Agency
    rows: list[Row]
    own_due_at: datetime | None
    reminded: list[datetime]
    copied: bool

    @property
    def answered(self) -> int:
        """Count what it has answered."""
        return sum(row.heard in {Heard.ON_TIME, Heard.LATE} for row in self.rows)


@dataclass(frozen=True)
class Tally:
    """How many were asked by a call, and what came of it."""

    asked: int
    on_time: int
    late: int
    not_yet: int
    silent: int

    @property
    def answered(self) -> int:
        """Count the answers, in time or late."""
        return self.on_time + self.late

    @classmethod
    def of(cls, roll: Sequence[Asked]) -> "Tally":
        """Count a roll."""
        return cls(len(roll), *(sum(each.heard == heard for each in roll) for heard in Heard))


@dataclass(frozen=True)
class Change:
    """One change of a call in words; `reason` and `text` are quoted."""

    at: datetime
    who: str
    did: str
    opens_at: datetime | None
    due_at: datetime | None
    quote: str


@dataclass(frozen=True)
class Line:
    """One call in a table of calls."""

    call: Call
    days: str
    terms: Terms
    tally: Tally | None
    changed: str


@dataclass(frozen=True)
class Shown:
    """One call as its page shows it."""

    call: Call
    days: str
    terms: Terms
    opened: bool
    fallen_due: bool
    tally: Tally
    parts: list[AgencyPart]
    changes: list[Change]
    why_not_change: str
    why_not_remind: str
    to_remind: list[tuple[Agency, int]]
    copying: list[Copying]

    @property
    def version(self) -> int:
        """Count its changes: what a form was made from."""
        return len(changes_of(self.call))

    @property
    def heading(self) -> str:
        """Say in a sentence where the call stands."""
        if self.terms.skipped:
            return f"The call of {self.days} was skipped"
        if not self.opened:
            return f"The call of {self.days} has not opened yet"
        verb = "came in" if self.fallen_due else "are in"
        of = f"{self.tally.answered} of {counted(self.tally.asked, 'answer')}"
        return f"{of} to the call of {self.days} {verb}"

    @property
    def owing(self) -> str:
        """Say whom a reminder is about: "CBP (3 milestones) and USPS (1 milestone) have not answered."."""
        named = [f"{agency} ({counted(count, 'milestone')})" for agency, count in self.to_remind]
        return f"{listed(named)} {'has' if len(named) == 1 else 'have'} not answered."


def show(call: Call, calls: Sequence[Call], reader: Reader) -> Shown:
    """Draw up one call's page; `calls` are it, if it is on the record, and all later ones. Five queries at most.

    With the calls before it among them PLCY is offered to copy principals.
    """
    moment = clock.now() if reader.moment is None else reader.moment
    terms = terms_of(call)
    known = stretches(calls)
    stretch = next((each for each in known if each.call == call), Stretch(call, terms, moment))
    opened = terms.is_opened(moment)
    reminds = opened and reader.is_plcy and reader.may_act and not why_not_remind(call, calls, moment)
    recent = latest_fallen_due(known, moment) if reminds else []
    rolls = take_roll([*(each for each in recent if each != stretch), stretch], reader.moment) if opened else {}
    roll = rolls.get(call.week, [])
    reminders = _reminders(call, reader) if opened else []
    said = words_given(stretch, reader.moment) if opened else {}
    no_reminder = why_not_remind(call, calls, moment)
    owed = {} if no_reminder else owed_by(roll)
    agencies = {each.agency.code: each.agency for each in roll}
    due = to_remind(owed, reminders, reader.today)
    twice = silent_twice(recent, rolls, moment) if reminds else {}
    return Shown(
        call=call,
        days=days_of(call),
        terms=terms,
        opened=opened,
        fallen_due=terms.due_at <= moment,
        tally=Tally.of(roll),
        parts=list(_parts(roll, said, terms, reminders, reader)),
        changes=[_told(change, reader) for change in reversed(changes_of(call))],
        why_not_change=why_not_change(call, calls, moment),
        why_not_remind=no_reminder,
        to_remind=[(agencies[code], len(owed[code])) for code in due],
        copying=list(principals_to_copy({code: owed[code] for code in due}, twice).values()),
    )


def lines(calls: Sequence[Call], shown: Iterable[Call], reader: Reader) -> list[Line]:
    """Return some of these calls as lines of a table, with who answered those that have opened. Two queries.

    All calls after the earliest one shown have to be among `calls`.
    """
    moment = clock.now() if reader.moment is None else reader.moment
    wanted = list(shown)
    found = [each for each in stretches(calls) if each.call in wanted and each.terms.is_opened(moment)]
    tallies = {week: Tally.of(roll) for week, roll in take_roll(found, reader.moment).items()}
    return [Line(each, days_of(each), terms_of(each), tallies.get(each.week), _changed(each)) for each in wanted]


def next_call(calls: Iterable[Call], moment: datetime) -> Call:
    """Return the next call that opens after a moment and is not skipped: one planned, else the one by default."""
    planned = {each.week: each for each in calls}
    week = period_of(clock.day_of(moment)).last_week
    while True:
        call = planned.get(str(week)) or call_by_default(week)
        terms = terms_of(call)
        still_to_come = terms.opens_at if str(week) in planned else terms.due_at  # The job may open it a little late.
        if terms.skipped is None and still_to_come > moment:
            return call
        week = _week_of_next_period(week)


def days_of(call: Call) -> str:
    """Say a call's period: "Sep 7 – 13"."""
    return days_in_words(call.starts_on, call.ends_on)


def _week_of_next_period(week: ReportingWeek) -> ReportingWeek:
    return period_of(week.after().starts_on).last_week


def _reminders(call: Call, reader: Reader) -> list[CallReminder]:
    return list(CallReminder.objects.filter(recorded_before(reader.moment), call=call).order_by("-recorded_at", "pk"))


def _parts(
    roll: Sequence[Asked],
    said: dict[tuple[str, int], Said],
    terms: Terms,
    reminders: Sequence[CallReminder],
    reader: Reader,
) -> Iterable[AgencyPart]:
    grouped: dict[str, list[Asked]] = {}
    for asked in roll:
        grouped.setdefault(asked.agency.code, []).append(asked)
    for code, mine in grouped.items():
        told = [each for each in reminders if each.agency_id == code]
        yield AgencyPart(
            agency=mine[0].agency,
            rows=[
                Row(
                    code=each.milestone.code,
                    text=each.milestone.text,
                    url=each.milestone.get_absolute_url(),
                    heard=each.heard,
                    said=said.get((code, each.milestone.pk)) if each.is_answered else None,
                )
                for each in mine
            ],
            own_due_at=terms.extended.get(code),
            reminded=[each.recorded_at for each in told],
            copied=bool(told) and told[0].copies_principal and (reader.is_plcy or reader.agency == code),
        )


def _told(change: CallChange, reader: Reader) -> Change:
    did = {
        Kind.MOVED: "moved it",
        Kind.EXTENDED: f"extended it for {change.agency}",
        Kind.SKIPPED: "skipped it",
        Kind.TEXT: "added a line of text",
    }[Kind(change.kind)]
    who = f"{PLCY} ({change.by})" if reader.is_plcy else PLCY
    return Change(change.recorded_at, who, did, change.opens_at, change.due_at, change.reason or change.text)


def _changed(call: Call) -> str:
    """Say in a few words what was changed about a call, "" for nothing."""
    terms = terms_of(call)
    if terms.skipped:
        return f"Skipped: {terms.skipped.reason}"
    moved = ["moved"] if any(each.kind == Kind.MOVED for each in changes_of(call)) else []
    extended = [f"extended for {' and '.join(map(agency_name, terms.extended))}"] if terms.extended else []
    said = ", ".join([*moved, *extended])
    return f"{said[0].upper()}{said[1:]}" if said else ""
