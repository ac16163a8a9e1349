"""What does a check-in's page show of each milestone, question and due-out, before and after it was handed in?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from esc_tracker import clock
from milestones.calls.weeks import period_of
from milestones.checkin.answering import Outcome
from milestones.checkin.desk import Desk
from milestones.checkin.rows import GROUPS, group_of
from milestones.checkin.typed import Choice, TypedRow
from milestones.conflicts import Conflict, Line, compare, side_by_side
from milestones.forms import UpdateForm, seen_version
from milestones.models import DraftRow, DueOut, Milestone, Question, StatusUpdate
from milestones.permissions import speakers, why_not_note

_LEAVE = (Choice.LEAVE, "Not now")
_NO_CHANGE = (Choice.NO_CHANGE, "No change")
_UPDATE = (Choice.UPDATE, "Update")
_NOTE = (Choice.NOTE, "Keep what was saved, and add what I wrote as a note for the ESC")
_DISCARD = (Choice.DISCARD, "Discard what I wrote")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One milestone of a check-in.

    `said` is the agency's last word and `ago` how long that is past; `others` the words of the other agencies;
    `why_words` why "no change" is not offered; `is_answered` that this period has its answer; `is_open` that its fields
    stand open; `is_behind` that the record moved on since its draft was begun; `conflict` and `drafts_apart` show two
    versions beside one another.
    """

    milestone: Milestone
    form: UpdateForm
    choice: Choice
    choices: Sequence[tuple[Choice, str]]
    version: int
    revision: int = 0
    is_open: bool = False
    said: StatusUpdate | None = None
    ago: str = ""
    others: Sequence[StatusUpdate] = ()
    why_words: str = ""
    is_answered: bool = False
    draft: DraftRow | None = None
    is_behind: bool = False
    outcome: Outcome | None = None
    conflict: Conflict | None = None
    drafts_apart: Sequence[Line] = ()

    @property
    def code(self) -> str:
        """Return the milestone's number."""
        return self.milestone.code

    @property
    def needs_a_look(self) -> bool:
        """Say whether it was sent and not taken."""
        return self.outcome is not None and not self.outcome.is_well

    @property
    def shows_versions(self) -> bool:
        """Say whether what was written stands beside what was saved meanwhile."""
        return self.conflict is not None and bool(self.conflict.lines)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One thing that is asked of the agency and answered in place."""

    name: str
    about: str
    code: str
    text: str
    by: str
    on: date | datetime
    due_on: date | None = None
    typed: str = ""
    outcome: Outcome | None = None


def rows_of(
    desk: Desk, *, typed: Mapping[str, TypedRow] | None = None, outcomes: Mapping[str, Outcome] | None = None
) -> list[Row]:
    """Return a row for each open milestone, and for what was sent about others, in the order of the page.

    `typed` without outcomes is shown again as sent. No query for what is well, three and more for each conflict.
    """
    typed, outcomes = typed or {}, outcomes or {}
    there = [milestone for milestone in desk.milestones.values() if milestone.code in outcomes]
    ours = {milestone.pk for milestone in desk.waiting.open}
    apart = [milestone for milestone in there if milestone.pk not in ours and not outcomes[milestone.code].is_well]
    return [
        _row(desk, milestone, typed.get(milestone.code), outcomes.get(milestone.code))
        for milestone in (*apart, *desk.waiting.open)
    ]


def grouped(rows: Sequence[Row], today: date) -> list[tuple[str, str, list[Row]]]:
    """Return `(key, heading, rows)` in the order of urgency, without empty groups; what is answerable no more first."""
    by_group: dict[str, list[Row]] = {}
    for row in rows:
        key = "apart" if row.outcome and row.outcome.kind in {"closed", "refused"} else group_of(row.milestone, today)
        by_group.setdefault(key, []).append(row)
    groups = (("apart", "Not taken any more"), *GROUPS)
    return [(key, heading, by_group[key]) for key, heading in groups if key in by_group]


def asked_of(
    desk: Desk,
    *,
    typed: Mapping[tuple[str, int], str] | None = None,
    outcomes: Mapping[tuple[str, int], Outcome] | None = None,
    also: Sequence[Question | DueOut] = (),
) -> list[Asked]:
    """Return the open questions, then the unanswered due-outs; `also` those that were closed while somebody wrote."""
    typed, outcomes = typed or {}, outcomes or {}
    found: list[Asked] = []
    for each in (*desk.waiting.asked, *also):
        key = (key_of(each), each.pk)
        draft = desk.draft_of(each.milestone) if each.milestone else None
        kept = (draft.fields if draft else {}).get(name_of(each), "")
        found.append(_asked(each, typed=typed.get(key, kept), outcome=outcomes.get(key)))
    return found


def key_of(each: Question | DueOut) -> str:
    """Return which of the two it is: "question" or "due-out"."""
    return "question" if isinstance(each, Question) else "due-out"


def name_of(each: Question | DueOut) -> str:
    """Return the name of the field of its answer, such as "question-12-answer"."""
    return f"{key_of(each)}-{each.pk}-answer"


def _asked(each: Question | DueOut, *, typed: str, outcome: Outcome | None) -> Asked:
    code = each.milestone.code if each.milestone else ""
    if isinstance(each, Question):
        about, by, due_on = f"{each.agency} asks about {code}", "", None
    else:
        about = f"Due-out of ESC meeting {each.meeting_id}" + (f", on {code}" if code else "")
        by, due_on = each.person, each.due_on
    return Asked(
        name=name_of(each),
        about=about,
        code=code,
        text=each.text,
        by=by,
        on=each.recorded_at,
        due_on=due_on,
        typed=typed,
        outcome=outcome,
    )


# --- One row ---------------------------------------------------------------------------------------------------------


def _row(desk: Desk, milestone: Milestone, typed: TypedRow | None, outcome: Outcome | None) -> Row:
    if typed is None or (outcome is not None and outcome.is_well):
        return _fresh(desk, milestone, outcome)
    if outcome is None:
        return _as_sent(desk, milestone, typed)
    if outcome.kind in {"conflict", "closed"}:
        return _beside_the_record(desk, milestone, typed, outcome)
    return _not_taken(desk, milestone, typed, outcome)


def _fresh(desk: Desk, milestone: Milestone, outcome: Outcome | None = None) -> Row:
    """Fill a row in with the agency's last words, or with what its desk is still writing."""
    draft = desk.draft_of(milestone)
    fields = desk.written(milestone) | dict(draft.fields if draft else {})
    choice = Choice(fields.get("choice") or Choice.LEAVE)
    return replace(
        _plain(desk, milestone, desk.form(milestone, fields)),
        choice=choice,
        is_open=choice == Choice.UPDATE,
        version=draft.seen_version if draft else milestone.version,
        revision=draft.revision if draft else 0,
        draft=draft,
        is_behind=draft is not None and draft.seen_version < milestone.version,
        outcome=outcome,
    )


def _as_sent(desk: Desk, milestone: Milestone, typed: TypedRow) -> Row:
    """Show a row as it was sent: nothing was tried."""
    seen = seen_version(typed.data, milestone.version, f"{milestone.code}-version")
    return replace(
        _plain(desk, milestone, desk.form(milestone, desk.written(milestone) | dict(typed.fields))),
        choice=typed.choice or Choice.LEAVE,
        is_open=typed.choice == Choice.UPDATE,
        version=milestone.version if seen is None else seen,
        revision=typed.revision,
        draft=desk.draft_of(milestone),
    )


def _not_taken(desk: Desk, milestone: Milestone, typed: TypedRow, outcome: Outcome) -> Row:
    """Show a row that is wrong, with what is wrong, or that came after a colleague's draft."""
    row = replace(_as_sent(desk, milestone, typed), outcome=outcome, version=outcome.seen, is_open=True)
    if outcome.kind == "overtaken":
        theirs = outcome.theirs
        apart = side_by_side(theirs.fields, typed.fields) if theirs else ()
        return replace(row, draft=theirs, drafts_apart=apart, revision=theirs.revision if theirs else 0)
    if outcome.kind == "refused":
        return replace(row, choices=_ways_out(desk, milestone), choice=Choice.DISCARD, version=milestone.version)
    if not outcome.sentence:
        form = desk.form(milestone, desk.written(milestone) | dict(typed.fields), judged=True)
        form.add_problems(outcome.problems)
        row = replace(row, form=form, choice=Choice.UPDATE)
    return row


def _beside_the_record(desk: Desk, milestone: Milestone, typed: TypedRow, outcome: Outcome) -> Row:
    """Show what was saved meanwhile beside what was written; where nothing was written, what happened is enough."""
    form = desk.form(milestone, desk.written(milestone) | dict(typed.fields), judged=True)
    conflict = compare(milestone, outcome.seen, form, desk.reader, speaking_for=desk.agency.code)
    row = replace(
        _plain(desk, milestone, form), revision=typed.revision, outcome=outcome, draft=desk.draft_of(milestone)
    )
    if typed.choice == Choice.NO_CHANGE:
        stays = conflict.both_stand and not row.why_words and outcome.kind == "conflict"
        choices = row.choices if outcome.kind == "conflict" else ()
        choice = Choice.NO_CHANGE if stays else Choice.LEAVE
        form = desk.form(milestone, desk.written(milestone))
        return replace(row, form=form, choice=choice, choices=choices, conflict=replace(conflict, lines=()))
    mine = (Choice.UPDATE, "Send mine: both will stand" if conflict.both_stand else "Send mine on top")
    ways = (_NOTE, _DISCARD) if outcome.kind == "closed" else (_NOTE, mine, _DISCARD)
    keeps_both = conflict.both_stand and outcome.kind == "conflict"
    return replace(row, choices=ways, choice=Choice.UPDATE if keeps_both else Choice.NOTE, conflict=conflict)


def _plain(desk: Desk, milestone: Milestone, form: UpdateForm) -> Row:
    """Return what every row shows, left as it is."""
    said, today = desk.said(milestone), desk.reader.today
    said_on = clock.day_of(said.recorded_at) if said else None
    why_words = desk.why_words_are_needed(milestone)
    speaking = {held.agency_id for held in speakers(milestone.responsible)} - {desk.agency.code}
    return Row(
        milestone=milestone,
        form=form,
        choice=Choice.LEAVE,
        choices=(_LEAVE, _UPDATE) if why_words else (_LEAVE, _NO_CHANGE, _UPDATE),
        version=milestone.version,
        said=said,
        ago=_ago(said_on, today) if said_on else "",
        others=[each for each in milestone.last_words if each.agency_id in speaking],
        why_words=why_words,
        is_answered=said_on is not None and said_on >= period_of(today).starts_on,
    )


def _ways_out(desk: Desk, milestone: Milestone) -> Sequence[tuple[Choice, str]]:
    return (_DISCARD,) if why_not_note(desk.user, milestone.responsible) else (_NOTE, _DISCARD)


def _ago(day: date, today: date) -> str:
    """Say how long ago a day was: "today", "yesterday", "12 days ago"."""
    days = (today - day).days
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
