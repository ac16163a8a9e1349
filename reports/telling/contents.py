"""What does one person's mail of notices say at the moment it is sent?

Gathers plain facts from the record as it stands then: what no longer holds is left out.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils.text import Truncator

from esc_tracker import clock
from esc_tracker.accounts.models import PLCY, agency_name
from milestones.authority import decided_in_words
from milestones.calls.terms import terms_of
from milestones.models import Call, CheckIn, Milestone, StatusUpdate, TargetRevision
from milestones.telling import counted, days_in_words, entered_in_words, say_day
from milestones.workflow import Move
from reports.mail import say_moment
from reports.models import ESC_ROLES, Delivery, Notice, Telling
from reports.telling import facts
from reports.telling.digest import AgencySection, Block, Digest, NoticeRow
from reports.telling.gathering import addressees
from reports.telling.standing import Standing

Kind = Notice.Kind
Notices = Sequence[Notice]
FIRST_WORDS = 140  # characters of a milestone's text
_WITH = ("notice__report", "notice__reminder", "notice__check_in", "notice__revision")
_LINES = {"statement": "Statement", "next_step": "Next step", "reason": "Why", "needed": "Needed from the ESC"}
_ORDER = (Kind.OVERDUE, Kind.DUE, Kind.CALL, Kind.DECISION, Kind.ENTERED, Kind.EDITED)
_COUNTED = {
    Kind.OVERDUE: "{} overdue",
    Kind.DUE: "{} due soon",
    Kind.CALL: "{} to answer",
    Kind.REMINDER: "{} to answer",
    Kind.DECISION: "{} decided",
    Kind.ENTERED: "{} entered for you",
    Kind.EDITED: "{} edited",
}


class Needless(Exception):
    """There is nothing left to tell; the message says why."""


def digest_of(delivery: Delivery, now: datetime) -> Digest:
    """Return what a mail of notices says at a moment. Fourteen queries at most, however many notices.

    Raises Needless where nothing of it holds any more, or where its reader may no longer read it.
    """
    if why := _why_not_to(delivery):
        raise Needless(why)
    tellings = list(Telling.objects.filter(delivery=delivery).select_related(*_WITH).order_by("notice__noticed_at"))
    standing = Standing([each.notice for each in tellings], now)
    whys = {each.pk: standing.why_not(each.notice) for each in tellings}
    holding = [each for each in tellings if not whys[each.pk]]
    if not holding:
        raise Needless(next(iter(whys.values()), "it tells of nothing"))
    drawer = _Drawer(standing, [each.notice for each in holding])
    by_agency: dict[str | None, list[Telling]] = {}
    for each in holding:
        by_agency.setdefault(each.notice.agency_id, []).append(each)
    sections = [drawer.section(code, by_agency[code]) for code in sorted(by_agency, key=lambda code: code or "~")]
    return Digest(
        day=clock.day_of(now),
        to_name=addressees([delivery.address])[delivery.address].name,
        subject=_subject(sections, clock.day_of(now)),
        sections=sections,
        why=_why(sections),
        settings_url=_url("preferences") if delivery.recipient else "",
    )


class _Drawer:
    """Draws up the sections of one mail from the record as it stands."""

    def __init__(self, standing: Standing, notices: Notices) -> None:
        """Look up what was said last, and what was entered. Five queries at most."""
        self._standing = standing
        agencies = {each.agency_id or PLCY for each in notices}
        said = StatusUpdate.objects.last_words().filter(agency__in=sorted(agencies))
        self._said = {(each.agency_id, each.milestone_id): each for each in said}
        self._entered = facts.entered_of([each.check_in for each in notices if each.check_in])
        self._decided = facts.completions_of([each for each in notices if each.kind == Kind.DECISION])

    def section(self, agency: str | None, tellings: Sequence[Telling]) -> AgencySection:
        """Draw up what is told of one agency."""
        by_kind: dict[str, list[Notice]] = {}
        for each in tellings:
            kind = Kind.CALL if each.notice.kind == Kind.REMINDER else each.notice.kind
            by_kind.setdefault(kind, []).append(each.notice)
        draw: dict[str, Callable[[str | None, Notices], Iterator[Block]]] = {
            Kind.OVERDUE: self._overdue,
            Kind.DUE: self._due,
            Kind.CALL: self._calls,
            Kind.DECISION: self._decisions,
            Kind.ENTERED: self._submissions,
            Kind.EDITED: self._edits,
        }
        blocks = [block for kind in _ORDER for block in draw[kind](agency, by_kind.get(kind, []))]
        return AgencySection(agency=agency_name(agency or ""), blocks=blocks, copy=all(each.copy for each in tellings))

    def _overdue(self, agency: str | None, notices: Notices) -> Iterator[Block]:
        """Draw all that is overdue of an agency, the new marked, whatever else is told of it."""
        new = {each.milestone_id for each in notices}
        rows = [
            self._row(row, self._last(row, agency, _late(row)), new=row.pk in new)
            for row in self._standing.overdue_of(agency)
        ]
        if rows:
            fresh = f", {len(new)} of them new" if new and len(new) < len(rows) else ""
            heading = f"{_are(len(rows), 'is', 'are')} overdue{fresh}"
            yield Block(kind=Kind.OVERDUE, heading=heading, rows=rows)

    def _due(self, agency: str | None, notices: Notices) -> Iterator[Block]:
        rows = [self._standing.rows[key] for key in dict.fromkeys(each.milestone_id for each in notices) if key]
        rows.sort(key=lambda row: (row.target_on, row.action_id, row.position))
        told = [self._row(row, self._last(row, agency, _ahead(row, self._standing.today)), new=True) for row in rows]
        if told:
            yield Block(kind=Kind.DUE, heading=f"{_are(len(told), 'falls', 'fall')} due soon", rows=told)

    def _calls(self, agency: str | None, notices: Notices) -> Iterator[Block]:
        """Draw each call once, however often it was reminded of."""
        by_call: dict[int, list[Notice]] = {}
        for each in notices:
            by_call.setdefault(each.call_id or 0, []).append(each)
        for key, about in by_call.items():
            if call := self._standing.call(key):
                yield self._call(call, agency or PLCY, about)

    def _call(self, call: Call, agency: str, about: Notices) -> Block:
        reminded = any(each.kind == Kind.REMINDER for each in about)
        codes = {code for each in about for code in self._standing.codes(each)}
        rows = [row for row in self._standing.rows.values() if row.code in codes]
        terms = terms_of(call)
        due_at = terms.due_for(agency)
        due = f"{'fell' if due_at <= self._standing.now else 'fall'} due on {say_moment(due_at)}, New York time"
        days = f"{days_in_words(call.starts_on, call.ends_on)}, {call.ends_on.year}"
        line = f" PLCY adds: “{terms.text}”" if terms.text else ""
        owes = "PLCY owes its own answers" if agency == PLCY else f"PLCY asks {agency_name(agency)} for its answers"
        asks = f"{owes} to the call of {days}. They {due}.{line}"
        return Block(
            kind=Kind.REMINDER if reminded else Kind.CALL,
            heading=f"{'Reminder: call' if reminded else 'Call'} {call.week}, "
            f"{counted(len(rows), 'milestone')} to answer",
            lead=asks,
            rows=[self._row(row, self._last(row, agency, _target(row))) for row in rows],
            link=_url("milestones:check_in"),
            link_text="Answer them all on one page; “no change” is an answer",
        )

    def _decisions(self, agency: str | None, notices: Notices) -> Iterator[Block]:
        rows = []
        for each in notices:
            row = self._standing.rows[each.milestone_id or 0]
            if each.revision:
                rows.append(self._row(row, _revision(each.revision)))
            elif act := self._decided.get(each.key):
                rows.append(self._row(row, _completion(act)))
        if rows:
            noun = "decision" if len(rows) == 1 else "decisions"
            yield Block(kind=Kind.DECISION, heading=f"{len(rows)} {noun} on what you asked for", rows=rows)

    def _submissions(self, agency: str | None, notices: Notices) -> Iterator[Block]:
        for each in notices:
            if each.check_in:
                yield self._submission(each.check_in, agency or PLCY)

    def _submission(self, check_in: CheckIn, agency: str) -> Block:
        entered = self._entered[check_in.pk]
        rows = [
            self._row(row, entered[row.pk].facts, correct=_url(entered[row.pk].page, row.code))
            for row in self._standing.rows.values()
            if row.pk in entered
        ]
        name = agency_name(agency)
        return Block(
            kind=Kind.ENTERED,
            heading=f"PLCY entered what {name} said on {counted(len(rows), 'milestone')}",
            lead=f"This stands on the record for {name}, {entered_in_words(check_in, name)}. If something is wrong, "
            "post an update that says so.",
            rows=rows,
        )

    def _edits(self, agency: str | None, notices: Notices) -> Iterator[Block]:
        for each in notices:
            report = each.report
            if report is None:
                continue
            by_code: dict[str, list[tuple[str, str]]] = {}
            for edit in report.edits:
                if edit["agency"] == agency:
                    label = _LINES.get(edit["field"], edit["field"])
                    by_code.setdefault(edit["code"], []).append((f"{label}, your words", f"“{edit['own']}”"))
                    by_code[edit["code"]].append((f"{label}, as printed", f"“{edit['text']}”"))
            rows = [self._row(row, by_code[row.code]) for row in self._standing.rows.values() if row.code in by_code]
            yield Block(
                kind=Kind.EDITED,
                heading=f"Report {report.week} prints other words for {counted(len(rows), 'milestone')}",
                lead="Your own words stay on the record; the report marks the lines that PLCY edited.",
                rows=rows,
                link=_url("reports:report", report.week),
                link_text="Read the report",
            )

    def _row(
        self, row: Milestone, told: Sequence[tuple[str, str]], *, new: bool = False, correct: str = ""
    ) -> NoticeRow:
        return NoticeRow(
            code=row.code,
            text=Truncator(row.text).chars(FIRST_WORDS),
            url=_url("milestones:detail", row.code),
            facts=tuple(told),
            new=new,
            correct=correct,
        )

    def _last(self, row: Milestone, agency: str | None, target: str) -> list[tuple[str, str]]:
        """Tell the target and what the agency said last."""
        return [("Target", target), *facts.last_said(self._said.get((agency or PLCY, row.pk)))]


def _why_not_to(delivery: Delivery) -> str:
    """Say why nothing of the committee goes to this address any more; "" when it may. No query."""
    seat = delivery.recipient
    if seat is None:
        return ""
    if not seat.is_seated(clock.real_day()):
        return "the account was closed meanwhile"
    return "" if seat.role in ESC_ROLES else "the seat is not of the committee any more"


def _target(row: Milestone) -> str:
    return _late(row) if row.overdue else str(row.target or "no target")


def _late(row: Milestone) -> str:
    return f"{row.target or 'no target'}, {counted(row.days_overdue or 0, 'day')} overdue"


def _ahead(row: Milestone, today: date) -> str:
    days = (row.target_on - today).days if row.target_on else 0
    return f"{row.target}, due {'today' if days == 0 else 'in ' + counted(days, 'day')}"


def _revision(revision: TargetRevision) -> list[tuple[str, str]]:
    # The person of the chair's office is not named: an agency knows the persons of its own alone.
    accepted = revision.state == TargetRevision.State.ACCEPTED
    return [
        ("You asked for", str(revision.new_target)),
        ("Decision", facts.opening(decided_in_words(revision, "accepted" if accepted else "refused"))),
    ]


def _completion(act: StatusUpdate) -> list[tuple[str, str]]:
    confirmed = act.move == Move.CONFIRM
    told = [
        ("You reported", "complete"),
        ("Decision", facts.opening(decided_in_words(act, "confirmed" if confirmed else "returned"))),
    ]
    return [*told, ("Why", f"“{act.remark}”")] if act.remark else told


def _are(count: int, one: str, several: str) -> str:
    return f"{counted(count, 'milestone')} {one if count == 1 else several}"


def _subject(sections: Sequence[AgencySection], day: date) -> str:
    """Say in one line what the mail is about: counts for one agency, names for several."""
    if len(sections) > 1:
        names = ", ".join(each.agency or "no agency named" for each in sections)
        return f"ESC tracker, {say_day(day)}: {names}"
    [section] = sections
    counts: dict[str, int] = {}
    for block in section.blocks:
        words = _COUNTED[Kind(block.kind)]
        counts[words] = counts.get(words, 0) + len(block.rows)
    told = ", ".join(words.format(count) for words, count in counts.items())
    return f"ESC tracker, {say_day(day)}: {section.agency or 'no agency named'}: {told}"


def _why(sections: Sequence[AgencySection]) -> str:
    if all(each.copy for each in sections):
        return "You read a copy because PLCY chose to copy you as the principal."
    if any(not each.agency for each in sections):
        return "You get this because you sit in the chair’s office."
    return "You get this because your agency answers for these milestones."


def _url(name: str, *args: str) -> str:
    return f"{settings.BASE_URL}{reverse(name, args=args)}"
