"""Who acts on the record at random, and what must hold of it after every act, whoever did what?

The law is written out here as data (product.md, sections 1 and 5): nothing of it is asked of the tracker's own rules.
"""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection, transaction
from hypothesis import event
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from hypothesis.strategies import permutations

from esc_tracker import clock
from esc_tracker.accounts.models import Role, User
from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from esc_tracker.reader import Reader, reader_for
from esc_tracker.refusals import Incomplete, NotAllowed
from milestones.calls.changing import CallChanged
from milestones.models import Milestone, Responsibility, StatusUpdate, TargetRevision
from milestones.querysets import known_by
from milestones.refusals import IllegalMove, StaleUpdate
from milestones.rows import row_of
from reports.weekly.drafting import CannotDraft
from reports.weekly.permissions import NotNow
from tests.milestones.plain_replay import Ledgers, replay

BEGINS_AT = datetime(2020, 9, 1, 10, tzinfo=clock.NEW_YORK)  # a Tuesday of 2020-W36
# Joint, single, of nobody, ongoing, completed as printed, the chair's own, overdue.
CODES = ("5.1", "4.3", "1.1", "2.1", "6.1", "4.2", "3.3")
JOINT = "5.1"  # in every example: most of the law is about two who speak
INTERNAL = "internal words"  # in every text that COAC may never read
REFUSALS = (NotAllowed, Incomplete, IllegalMove, StaleUpdate, CallChanged, NotNow, CannotDraft)

# Which status may follow which, by the move that the ledger names. No other.
MAY_FOLLOW = {
    "update": {
        ("not_started", "not_started"),
        ("not_started", "in_progress"),
        ("in_progress", "in_progress"),
        ("reported_complete", "reported_complete"),
    },
    "report": {("not_started", "reported_complete"), ("in_progress", "reported_complete")},
    "take_back": {("reported_complete", "in_progress")},
    "confirm": {("reported_complete", "completed")},
    "return": {("reported_complete", "in_progress")},
    "reopen": {("completed", "in_progress")},
    "withdraw": {
        ("not_started", "withdrawn"),
        ("in_progress", "withdrawn"),
        ("reported_complete", "withdrawn"),
    },
}
OF_AGENCIES = {"update", "report", "take_back"}
MAY_ACT = {"esc_member", "plcy_staff"}
# What only the chair's office does, by the journal's verb.
OF_THE_CHAIR = {
    *("milestones.confirm", "milestones.return", "milestones.reopen", "milestones.withdraw"),
    *("milestones.decide_revision", "milestones.assign", "milestones.end_part", "milestones.add_milestone"),
    *("milestones.clear_summary", "milestones.move_call", "milestones.extend_call", "milestones.skip_call"),
    *("milestones.add_call_text", "milestones.remind", "milestones.announce", "milestones.change_meeting"),
    *("milestones.conclude", "milestones.owe", "reports.publish", "reports.release", "reports.withdraw"),
    *("reports.refresh", "reports.write", "reports.edit_line", "reports.correct"),
}
# Each verb of the journal leaves so many rows in one of these places: accepted acts = ledger rows = journal entries.
COUNTED = {
    "updates": ("milestones_statusupdate", "true"),
    "revisions": ("milestones_targetrevision", "true"),
    "decided": ("milestones_targetrevision", "decided_by_id IS NOT NULL"),
    "waiting": ("milestones_targetrevision", "state = 'pending'"),
    "given": ("milestones_responsibility", "assigned_from IS NOT NULL"),
    "ended": ("milestones_responsibility", "assigned_until IS NOT NULL"),
    "questions": ("milestones_question", "true"),
    "answers": ("milestones_question", "answer <> ''"),
    "open_questions": ("milestones_question", "closed_at IS NULL"),
    "concurrences": ("milestones_concurrence", "true"),
    "summaries": ("milestones_sharedsummary", "true"),
    "cleared": ("milestones_sharedsummary", "cleared_at IS NOT NULL"),
    "additions": ("milestones_addition", "true"),
    "milestones": ("milestones_milestone", "true"),
    "editions": ("actions_planedition", "true"),
    "notes": ("milestones_note", "true"),
    "flags": ("milestones_overdueflag", "true"),
    "standing_flags": ("milestones_overdueflag", "closed_at IS NULL"),
    "calls": ("milestones_call", "true"),
    "call_changes": ("milestones_callchange", "true"),
    "reminders": ("milestones_callreminder", "true"),
    "meetings": ("milestones_meeting", "true"),
    "announcements": ("milestones_announcement", "true"),
    "conclusions": ("milestones_conclusion", "true"),
    "due_outs": ("milestones_dueout", "true"),
    "due_outs_answered": ("milestones_dueout", "answered_at IS NOT NULL"),
    "check_ins": ("milestones_checkin", "true"),
    "people": ("milestones_person", "true"),
    "contacts": ("milestones_contact", "true"),
    "contacts_ended": ("milestones_contact", "until IS NOT NULL"),
    "reports": ("reports_weeklyreport", "true"),
    "published": ("reports_weeklyreport", "published_at IS NOT NULL"),
    "releases": ("journal_release", "true"),
    "withdrawn_releases": ("journal_release", "withdrawn_at IS NOT NULL"),
}
ROWS_OF = {
    "updates": OF_AGENCIES | {"confirm", "return", "reopen", "withdraw"},
    **{"revisions": {"request_revision"}, "decided": {"decide_revision"}, "given": {"assign"}, "ended": {"end_part"}},
    **{"questions": {"ask"}, "answers": {"answer"}, "concurrences": {"concur"}, "notes": {"post_note"}},
    **{"summaries": {"propose_summary"}, "cleared": {"clear_summary"}, "additions": {"add_milestone"}},
    "editions": {"add_milestone"},
    "call_changes": {"move_call", "extend_call", "skip_call", "add_call_text"},
    **{"calls": {"open_call"}, "meetings": {"announce"}, "announcements": {"announce", "change_meeting"}},
    **{"conclusions": {"conclude"}, "due_outs": {"owe"}, "due_outs_answered": {"answer_due_out"}},
    **{"check_ins": {"check_in"}, "reports": {"draft", "correct"}, "published": {"publish"}, "releases": {"release"}},
}
# What `row_of` says to COAC, of a milestone and of who is responsible for it.
READ_BY_COAC = (
    *("pk", "action_id", "position", "text", "plan_printed", "plan_kind", "plan_on", "status", "target_kind"),
    *("target_on", "completed_kind", "completed_on", "outcome", "overdue", "days_overdue", "summary"),
)
HELD_BY = ("milestone_id", "agency_id", "agency__name", "part", "basis")
_COUNTS = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table} WHERE {which})" for table, which in COUNTED.values())  # noqa: S608 - all of it stands above
_ENTRIES = "SELECT count(*) FROM journal_entry"
SHORT = {"milestones.post_update": "update", "reports.withdraw": "withdraw_release"}


def as_json(reader: Reader) -> str:
    """Return all milestones as this reader gets them from the API."""
    rows = Milestone.objects.visible_to(reader).for_table(reader).order_by("action_id", "position")
    return json.dumps([row_of(row, reader) for row in rows])


def rows_read_by(reader: Reader) -> list[Any]:
    """Return the rows that `as_json` is made of. Two queries, worded once for each moment: wording takes longest."""
    found = []
    with connection.cursor() as cursor:
        for sql, values in _queries_of(reader.moment, reader.today, reader.withheld):
            cursor.execute(sql, values)
            found.append(cursor.fetchall())
    return found


@cache
def _queries_of(moment: datetime, today: date, withheld: frozenset[str]) -> list[tuple[str, Any]]:
    reader = Reader(role=Role.COAC_READER, moment=moment, today=today, withheld=withheld)
    milestones = Milestone.objects.visible_to(reader).order_by("action_id", "position").values_list(*READ_BY_COAC)
    held = Responsibility.objects.in_force(moment).lead_first().filter(known_by(moment, "milestone__"))
    return [rows.query.sql_with_params() for rows in (milestones, held.values_list(*HELD_BY))]


class Committee(RuleBasedStateMachine):
    """The committee and everybody around it, with one record; each example's record is rolled back.

    A rule calls `attempt(door, ...)`; what holds afterwards, whether the act was taken, repeated or refused, is checked
    after every step.
    """

    def __init__(self) -> None:
        super().__init__()
        self.room = transaction.atomic()
        self.room.__enter__()
        self.now = BEGINS_AT
        self.people = {each.email.partition("@")[0]: each for each in User.objects.select_related("agency")}
        self.everybody = [self.people[name] for name in sorted(self.people)]
        self.chair = (self.people["plcy"], self.people["plcy2"])
        self.taken: Counter[str] = Counter()
        self.pool: list[str] = []
        self.before: dict[str, tuple[Any, ...]] = {}
        self.touched: set[str] = set()
        self.last: Callable[[], Any] | None = None
        self.as_released: dict[int, list[Any]] = {}
        self.begun = Entry.objects.count()
        self.start = self.counts()

    @initialize(codes=permutations(CODES))
    def choose(self, codes: list[str]) -> None:
        """Few milestones an example, so that long stories happen to them."""
        self.pool = [JOINT, *(code for code in codes if code != JOINT)][:3]
        self.actions = sorted({int(code.partition(".")[0]) for code in self.pool})
        self.before, self.counted, self.seen_taken = self.state(), self.counts(), 0
        self._coac_reads_what_was_released()

    def teardown(self) -> None:
        """Look at the whole once more, then forget it."""
        try:
            if self.pool:
                self._look_at_the_whole()
        finally:
            transaction.set_rollback(True)
            self.room.__exit__(None, None, None)

    # --- Who acts, on what ------------------------------------------------------------------------------------------

    def who(self, turn: int, may: tuple[User, ...] | list[User]) -> User:
        """Return mostly one who may, sometimes anybody."""
        return may[turn % len(may)] if turn < 30 and may else self.everybody[turn % len(self.everybody)]

    def milestone(self, place: int) -> Milestone:
        """Return one of this example's milestones as it stands."""
        code = self.pool[place % len(self.pool)]
        return Milestone.objects.coded(code).select_related("edition").get()

    def some(self, *statuses: str) -> list[str]:
        """Return the numbers of those in one of these statuses."""
        return [code for code, state in self.before.items() if state[0] in statuses]

    def one_of(self, place: int, *statuses: str) -> Milestone:
        """Return one of those in one of these statuses, if there is one."""
        some = self.some(*statuses)
        return self.milestone(self.pool.index(some[place % len(some)]) if some else place)

    def speaking_for(self, milestone: Milestone) -> list[User]:
        """Return the people of the agencies that answer for a milestone, the chair's office where none does."""
        held = Responsibility.objects.filter(milestone=milestone, assigned_until=None, part__in=("lead", "joint"))
        agencies = set(held.values_list("agency_id", flat=True)) or {"PLCY"}
        return [each for each in self.everybody if each.agency_id in agencies and each.role in MAY_ACT]

    def pass_time(self, gap: timedelta) -> None:
        """Let the record's clock run on."""
        self.now += gap

    # --- An act, and what it left -----------------------------------------------------------------------------------

    def attempt(self, door: Callable[..., Any], *args: Any, **facts: Any) -> Any:
        """Try one act at the record's moment; None where it was refused."""
        self.last = lambda: door(*args, **facts)
        entries = self._entries()
        with clock.at(self.now):
            try:
                done = self.last()
            except REFUSALS as refusal:
                event(f"{door.__name__}: {type(refusal).__name__}")
                said = str(refusal)
            else:
                said = ""
        if said:
            assert self._entries() == entries, "A refusal writes nothing."
            return None
        for entry in Entry.objects.order_by("number")[entries:]:
            self._note(entry)
        event(f"{door.__name__}: {'taken' if self._entries() > entries else 'repeated'}")
        return done

    def _note(self, entry: Entry) -> None:
        """Count an act by its verb, and ask the law whether this person may."""
        role = User.objects.values_list("role", flat=True).get(pk=entry.by_id) if entry.by_id else "job"
        assert role in MAY_ACT | {"job"}, (entry.verb, role)
        assert entry.verb not in OF_THE_CHAIR or role == "plcy_staff", (entry.verb, role)
        self.taken[SHORT.get(entry.verb, entry.verb.partition(".")[2])] += 1
        self.touched |= set(entry.about.split(", ")) & set(self.pool)

    @invariant()
    def the_record_adds_up(self) -> None:
        """Check what one step did, against the law and against the ledgers."""
        if not self.pool:
            return
        counted, state = self.counts(), self.state()
        assert self._entries() == self.begun + self.taken.total()
        if counted == self.counted and state == self.before and not self.step_took():
            return  # refused or repeated: nothing was written
        self._accepted_acts_are_ledger_rows(counted)
        for code, (status, version, kind, due_on) in state.items():
            if code in self.before and self.before[code] != state[code]:
                self._moved_as_documented(code, self.before[code], (status, version, kind, due_on))
                self.touched.add(code)
        for code in self.touched:
            self._replays(code)
        self.touched.clear()
        self._coac_reads_what_was_released()
        self.counted, self.before, self.seen_taken = counted, state, self.taken.total()

    def step_took(self) -> bool:
        """Say whether this step brought an entry of the journal."""
        return self.taken.total() != self.seen_taken

    def _accepted_acts_are_ledger_rows(self, counted: dict[str, int]) -> None:
        for rows, verbs in ROWS_OF.items():
            acts = sum(self.taken[verb] for verb in verbs)
            assert counted[rows] - self.start[rows] == acts, (rows, counted[rows], acts)

    def _moved_as_documented(self, code: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> None:
        row = Milestone.objects.coded(code).get()
        assert after[1] == before[1] + 1, "One act moves the version by one."
        made = StatusUpdate.objects.filter(milestone=row, version=after[1]).select_related("by").first()
        moved = (
            TargetRevision.objects.filter(milestone=row, version=after[1]).select_related("decided_by", "by").first()
        )
        assert (made is None) != (moved is None), "A version is an act or a move of the target."
        if made is not None:
            assert (before[0], after[0]) in MAY_FOLLOW[made.move], (made.move, before[0], after[0])
            assert before[2:] == after[2:], "An act on the status leaves the target."
            self._by_one_who_may(made, row)
        if moved is not None:
            assert before[0] == after[0], "A move of the target leaves the status."
            self._target_moved_as_documented(moved, before[3], after[3])

    def _by_one_who_may(self, made: StatusUpdate, row: Milestone) -> None:
        reports = StatusUpdate.objects.filter(milestone=row, move="report", version__lt=made.version)
        report = reports.order_by("-version").first()
        if made.move in OF_AGENCIES:
            held = Responsibility.objects.filter(milestone=row, assigned_until=None, part__in=("lead", "joint"))
            agencies = set(held.values_list("agency_id", flat=True)) or {"PLCY"}
            assert made.agency_id in agencies
            entered = made.check_in is not None and made.check_in.source_how != ""
            assert made.by.agency_id == made.agency_id or (entered and made.by.agency_id == "PLCY")
            assert made.move != "take_back" or (report and report.agency_id == made.agency_id)
            return
        assert made.by.role == "plcy_staff"
        assert made.authority in {"chair", "meeting", "principal"}
        if made.move in {"confirm", "return"} and made.authority == "chair":
            assert report is not None
            assert report.by_id != made.by_id, "Nobody of the chair's office decides their own."

    def _target_moved_as_documented(self, moved: TargetRevision, before: date | None, after: date | None) -> None:
        assert moved.state == "accepted"
        later_or_removed = before is not None and (after is None or after >= before)
        if later_or_removed:
            assert moved.decided_by is not None, "A later target waits for a decision."
        if moved.decided_by is None:
            assert after is not None, "What is accepted at once names a date."
            assert clock.day_of(self.now) <= after, "No target is moved into the past at once."
            return
        assert moved.decided_by.role == "plcy_staff"
        assert moved.authority != "chair" or moved.decided_by_id != moved.by_id, "Nobody decides their own request."

    def _replays(self, code: str) -> None:
        row = Milestone.objects.coded(code).select_related("edition").get()
        told = replay(Ledgers.of(row), None, clock.day_of(self.now))
        assert told["status"] == row.current_status
        assert (told["target_kind"], told["target_on"]) == (row.current_target_kind, row.current_target_on)
        assert (told["moves"], told["version_then"]) == (row.current_moves, row.version)
        done = (row.current_completed_kind, row.current_completed_on, row.current_outcome)
        assert (told["completed_kind"], told["completed_on"], told["outcome"]) == done
        assert (told["lead_code"], told["outlook"]) == (row.current_lead_id, row.current_outlook or "none")
        assert told["last_update_at"] == row.current_said_at
        if row.current_status in {"reported_complete", "completed"} and row.version:
            acted = StatusUpdate.objects.filter(milestone=row).exists()
            assert not acted or done[0] in {"day", "month", "unknown"}, "Completed says when, or that nobody knows."
            assert (done[1] is not None) == (done[0] in {"day", "month"})
        if row.current_status == "withdrawn":
            assert not TargetRevision.objects.filter(milestone=row, state="pending").exists()
            assert not row.questions.filter(closed_at=None).exists()

    # --- What COAC reads --------------------------------------------------------------------------------------------

    def reader_of_coac(self) -> Reader:
        """Return COAC's eyes at this moment."""
        with clock.at(self.now):
            return reader_for(self.people["coac"])

    def _coac_reads_what_was_released(self) -> None:
        """COAC's view is a function of the release that stands: the same one shows the same, whatever happened."""
        reader = self.reader_of_coac()
        release = reader.release.pk if reader.release else 0
        seen = rows_read_by(reader)
        if release not in self.as_released:
            self.as_released[release] = seen
            assert INTERNAL not in as_json(reader)
        assert self.as_released[release] == seen

    def _look_at_the_whole(self) -> None:
        assert first_broken_entry() == ""
        for code in self.pool:
            self._replays(code)
        self._coac_reads_what_was_released()
        assert Milestone.objects.filter(edition=1).count() == 30
        chair = TargetRevision.objects.filter(authority="chair").exclude(decided_by=None)
        assert not [each for each in chair if each.decided_by_id == each.by_id]

    # --- What the database holds ------------------------------------------------------------------------------------

    def state(self) -> dict[str, tuple[Any, ...]]:
        """Return status, version and target of this example's milestones. One query."""
        columns = ("action_id", "position", "current_status", "version", "current_target_kind", "current_target_on")
        rows = Milestone.objects.order_by().values_list(*columns)
        return {
            f"{action}.{position}": tuple(state)
            for action, position, *state in rows
            if f"{action}.{position}" in self.pool
        }

    def counts(self) -> dict[str, int]:
        """Count the rows of every ledger, and those closed. One query."""
        with connection.cursor() as cursor:
            cursor.execute(_COUNTS)
            return dict(zip(COUNTED, cursor.fetchone(), strict=True))

    def _entries(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(_ENTRIES)
            return int(cursor.fetchone()[0])
