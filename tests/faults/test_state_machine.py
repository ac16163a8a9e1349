"""Does only what is documented ever happen, whoever of all roles does what, in whatever order?

Every door is tried by everybody, with sound and unsound input; tests/faults/committee.py holds the law. One long class,
because hypothesis takes the rules of a machine from one.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from actions.models import Action
from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from esc_tracker.accounts.sample_accounts import seat_sample_accounts
from esc_tracker.journal.models import Release
from milestones.authority import CHAIR, Authority, AuthorityKind
from milestones.calls.calling import open_calls
from milestones.calls.changing import add_text, extend, move, skip
from milestones.calls.reminding import remind
from milestones.checkin.submitting import Source, Submission
from milestones.concurring import concur
from milestones.deciding import decide
from milestones.meetings.conclusions import conclude
from milestones.meetings.due_outs import answer_due_out, owe
from milestones.meetings.planning import announce, change
from milestones.models import (
    Call,
    DueOut,
    Meeting,
    Milestone,
    Note,
    Person,
    Question,
    Responsibility,
    SharedSummary,
    StatusUpdate,
    TargetRevision,
)
from milestones.overdue import flag_overdue
from milestones.people.handing_over import hand_over
from milestones.people.naming import keep_person, name_contact, set_away
from milestones.plan.assigning import assign, end_part
from milestones.plan.growing import add_milestone
from milestones.plan.loading import load_plan
from milestones.questions import answer, ask
from milestones.summaries import clear, propose
from milestones.targets.revisions import decide_revision, request_revision
from milestones.updates import post_note, post_update
from milestones.words import Completion, Words
from milestones.workflow import Move
from reports.models import WeeklyReport
from reports.weekly import drafting, publishing, releasing
from reports.weekly.weeks import weeks_due
from tests.faults.committee import BEGINS_AT, INTERNAL, Committee

EXAMPLES, STEPS = 200, 30
SEEDS = (1, 2, 3, 4)  # so that test processes share the examples
GAPS = (
    timedelta(minutes=1),
    timedelta(minutes=17),
    timedelta(hours=3),
    timedelta(hours=16),
    timedelta(days=1),
    timedelta(days=2, hours=5),
)
TARGETS = (
    TargetDate.month(2020, 9),
    TargetDate.month(2020, 12),
    TargetDate.month(2021, 2),
    TargetDate.day(date(2020, 9, 10)),
    TargetDate.day(date(2020, 11, 26)),
    TargetDate.read("Ongoing"),
    TargetDate.read("Completed"),
    TargetDate.read("see timeline on page 3"),
)
DONE = (
    Completion.when(None, "delivered"),
    Completion.when(TargetDate.month(2020, 8), "continuing"),
    Completion.when(TargetDate.day(date(2020, 8, 12)), "superseded"),
    Completion.when(TargetDate.day(date(2021, 3, 1)), "delivered"),  # in the future, while these stories last
    Completion.when(None, "lost"),
    None,
)
AUTHORITIES = (
    CHAIR,
    CHAIR,
    CHAIR,
    Authority(kind=AuthorityKind.PRINCIPAL, principal="Dana Reyes", on=date(2020, 8, 31)),
    Authority(kind=AuthorityKind.PRINCIPAL, principal="Lee Park", on=date(2020, 8, 30)),
    Authority(kind=AuthorityKind.PRINCIPAL, principal="Dana Reyes", on=date(2021, 8, 31)),
    Authority(kind=AuthorityKind.MEETING, meeting=1),
    Authority(kind="nobody"),
)
TEXTS = ("", "A\x00B", "x" * 2001)
NUMBERS = st.integers(0, 19)
TURNS = st.integers(0, 39)
YES = st.booleans()


def deed(**draws: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a rule that lets time pass and draws who (`turn`) acts on what (`place`)."""
    return rule(gap=st.sampled_from(GAPS), turn=TURNS, place=NUMBERS, **draws)


class Acts(Committee):
    """Everything that anybody may try."""

    def text(self, turn: int, flaw: int) -> str:
        """Return words, most of them sound."""
        return TEXTS[flaw - 17] if flaw >= 17 else f"{INTERNAL} {turn}, {self.taken.total()}"

    def seen(self, row: Milestone, stale: int) -> int:
        """Return the version that somebody saw: mostly the present one."""
        return row.version + (-1 if stale == 19 else 1 if stale == 18 else 0)

    def agency(self, number: int) -> Agency:
        """Return one of the agencies."""
        return Agency.objects.order_by("sort_order")[number % 5]

    # --- Agencies' words --------------------------------------------------------------------------------------------

    def said(self, row: Milestone, outlook: str, status: str, flaw: int, done: Completion | None) -> dict[str, Any]:
        worried = outlook != "on_track" and flaw != 16
        words = Words(
            statement=self.text(flaw, flaw),
            next_step=INTERNAL,
            outlook=outlook,
            reason=INTERNAL if worried else "",
            needed=INTERNAL if outlook == "off_track" else "",
            forecast=TargetDate.month(2020, 12) if flaw != 15 else None,
        )
        return {"words": words, "status": status or None, "completion": done}

    @deed(
        outlook=st.sampled_from(("on_track", "at_risk", "off_track", "rosy")),
        status=st.sampled_from(
            ("", "in_progress", "reported_complete", "reported_complete", "not_started", "completed", "withdrawn", "x")
        ),
        done=st.sampled_from(DONE),
        stale=NUMBERS,
        flaw=NUMBERS,
    )
    def update(self, gap, turn, place, outlook, status, done, stale, flaw) -> None:
        """Somebody posts an update, reports completion or takes it back."""
        self.pass_time(gap)
        row = self.milestone(place)
        by = self.who(turn, self.speaking_for(row))
        facts = self.said(row, outlook, status, flaw, done)
        self.attempt(post_update, row, by=by, seen_version=self.seen(row, stale), **facts)

    @precondition(lambda self: self.some("not_started", "in_progress"))
    @deed(done=st.sampled_from(DONE[:3]))
    def finish(self, gap, turn, place, done) -> None:
        """An agency reports that it is complete, in sound words."""
        self.pass_time(gap)
        row = self.one_of(place, "not_started", "in_progress")
        facts = self.said(row, "on_track", "reported_complete", 0, done)
        self.attempt(post_update, row, by=self.who(turn, self.speaking_for(row)), seen_version=row.version, **facts)

    @precondition(lambda self: self.some("reported_complete"))
    @deed(status=st.sampled_from(("in_progress", "")), done=st.sampled_from(DONE))
    def say_more(self, gap, turn, place, status, done) -> None:
        """An agency takes a report of completion back, or says more."""
        self.pass_time(gap)
        row = self.one_of(place, "reported_complete")
        facts = self.said(row, "at_risk", status, 0, done)
        self.attempt(post_update, row, by=self.who(turn, self.speaking_for(row)), seen_version=row.version, **facts)

    @deed(status=st.sampled_from(("", "in_progress", "reported_complete")), flaw=NUMBERS, number=NUMBERS)
    def enter(self, gap, turn, place, status, flaw, number) -> None:
        """PLCY enters what an agency sent."""
        self.pass_time(gap)
        row = self.milestone(place)
        spoken = [each.agency for each in self.speaking_for(row) if each.agency_id != "PLCY"]
        agency = spoken[number % len(spoken)] if spoken and number < 17 else self.agency(number)
        source = Source(who="Dana Reyes" if flaw != 14 else "", on=date(2020, 8, 31), how="mail")
        submission = Submission(agency=agency, by=self.who(turn, self.chair), source=source)
        facts = self.said(row, "at_risk", status, flaw, DONE[0])
        self.attempt(submission.post, row, seen_version=row.version, **facts)

    @deed(flaw=NUMBERS, audience=st.sampled_from(Note.Audience.values))
    def note(self, gap, turn, place, flaw, audience) -> None:
        """Somebody adds a note."""
        self.pass_time(gap)
        row = self.milestone(place)
        by = self.who(turn, self.speaking_for(row))
        self.attempt(post_note, row, by=by, text=self.text(turn % 2, flaw), audience=audience)

    @precondition(lambda self: self.some("reported_complete"))
    @deed(concurs=YES, flaw=NUMBERS)
    def concur(self, gap, turn, place, concurs, flaw) -> None:
        """The other agency concurs with a report, or does not."""
        self.pass_time(gap)
        row = self.one_of(place, "reported_complete")
        report = StatusUpdate.objects.filter(milestone=row, move="report").order_by("-version")[0]
        others = [each for each in self.speaking_for(row) if each.agency_id != report.agency_id]
        facts = {"report_version": report.version + (flaw == 16), "concurs": concurs, "text": self.text(turn, flaw)}
        self.attempt(concur, row, by=self.who(turn, others), **facts)

    # --- Decisions --------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.some("reported_complete"))
    @deed(accept=YES, authority=st.sampled_from(AUTHORITIES), stale=NUMBERS, flaw=NUMBERS)
    def decide_on_a_report(self, gap, turn, place, accept, authority, stale, flaw) -> None:
        """Somebody confirms a completion, or returns it."""
        self.pass_time(gap)
        row = self.one_of(place, "reported_complete")
        facts = {"remark": self.text(turn, flaw), "authority": authority, "seen_version": self.seen(row, stale)}
        self.attempt(decide, row, Move.CONFIRM if accept else Move.RETURN, by=self.who(turn, self.chair), **facts)

    @deed(move=st.sampled_from(tuple(Move)[3:6]), authority=st.sampled_from(AUTHORITIES), stale=NUMBERS, flaw=NUMBERS)
    def decide_on_anything(self, gap, turn, place, move, authority, stale, flaw) -> None:
        """Somebody confirms, returns or reopens whatever it is."""
        self.pass_time(gap)
        row = self.one_of(place, "completed") if move == Move.REOPEN else self.milestone(place)
        facts = {"remark": self.text(turn, flaw), "authority": authority, "seen_version": self.seen(row, stale)}
        self.attempt(decide, row, move, by=self.who(turn, self.chair), **facts)

    @precondition(lambda self: len(self.some("withdrawn")) < len(self.pool) - 2)
    @deed(authority=st.sampled_from(AUTHORITIES), stale=NUMBERS, flaw=NUMBERS, superseded=YES)
    def withdraw(self, gap, turn, place, authority, stale, flaw, superseded) -> None:
        """Somebody withdraws a milestone; as that is final, some always stay."""
        self.pass_time(gap)
        row = self.milestone(place)
        facts = {"remark": self.text(turn, flaw), "authority": authority, "seen_version": self.seen(row, stale)}
        successor = self.milestone(flaw) if superseded else None
        self.attempt(decide, row, Move.WITHDRAW, by=self.who(turn, self.chair), superseded_by=successor, **facts)

    @deed(
        wanted=st.sampled_from(TARGETS), category=st.sampled_from(("legal", "scope", "external", "mood")), stale=NUMBERS
    )
    def ask_for_a_target(self, gap, turn, place, wanted, category, stale) -> None:
        """Somebody asks for a new target."""
        self.pass_time(gap)
        row = self.milestone(place)
        facts = {"target": wanted, "category": category, "text": self.text(turn, stale)}
        by = self.who(turn, self.speaking_for(row))
        asked = self.attempt(request_revision, row, by=by, seen_version=self.seen(row, stale), **facts)
        if asked is not None and asked.state == "pending" and place % 2:
            self.attempt(decide_revision, asked, by=self.who(place, self.chair), accept=bool(stale % 3))

    @precondition(lambda self: self.taken["request_revision"])
    @deed(accept=YES, authority=st.sampled_from(AUTHORITIES))
    def decide_a_target(self, gap, turn, place, accept, authority) -> None:
        """Somebody decides a request, waiting or decided."""
        self.pass_time(gap)
        rows = TargetRevision.objects.order_by("-pk")
        asked = rows.filter(state="pending").first() if place < 15 else None
        by = self.who(turn, self.chair)
        self.attempt(decide_revision, asked or rows[0], by=by, accept=accept, authority=authority)

    @deed(part=st.sampled_from(("lead", "joint", "supporting", "owner")), authority=st.sampled_from(AUTHORITIES))
    def assign(self, gap, turn, place, part, authority) -> None:
        """Somebody names an agency."""
        self.pass_time(gap)
        row = self.milestone(place)
        facts = {"agency": self.agency(turn), "part": part, "reason": self.text(turn, place), "authority": authority}
        self.attempt(assign, [row.code], by=self.who(turn, self.chair), **facts)

    @deed(authority=st.sampled_from(AUTHORITIES), which=NUMBERS)
    def end_part(self, gap, turn, place, authority, which) -> None:
        """Somebody ends an agency's part."""
        self.pass_time(gap)
        held = list(Responsibility.objects.filter(milestone=self.milestone(place)).order_by("pk"))
        if held:
            facts = {"reason": self.text(turn, place), "authority": authority}
            self.attempt(end_part, held[-1 - which % len(held)], by=self.who(turn, self.chair), **facts)

    @deed(
        timeline=st.sampled_from(("Dec. 2020", "Ongoing", "Aug. 2020", "in due course", "Completed", "Feb. 30, 2021")),
        agencies=st.sampled_from(((), (("CBP", "lead"), ("USPS", "joint")), (("CBP", "joint"),), (("PLCY", "lead"),))),
        authority=st.sampled_from(AUTHORITIES),
        instead=NUMBERS,
    )
    def add(self, gap, turn, place, timeline, agencies, authority, instead) -> None:
        """Somebody adds a milestone, at times in the place of another."""
        self.pass_time(gap)
        action = Action.objects.get(pk=self.actions[place % len(self.actions)])
        facts = {"text": self.text(turn, place).replace(INTERNAL, "Plan text"), "reason": INTERNAL}
        facts |= {"timeline": timeline, "agencies": agencies, "authority": authority}
        facts["superseding"] = self.milestone(place) if instead == 0 else None
        added = self.attempt(add_milestone, action, by=self.who(turn, self.chair), **facts)
        if added is not None and added.code not in self.pool:
            self.pool.append(added.code)

    # --- Questions, texts for COAC ------------------------------------------------------------------------------------

    @precondition(lambda self: self.taken["update"])
    @deed(flaw=NUMBERS)
    def ask(self, gap, turn, place, flaw) -> None:
        """Somebody asks about an agency's word."""
        self.pass_time(gap)
        said = StatusUpdate.objects.select_related("milestone").order_by("-pk")[place % self.counted["updates"]]
        others = [each for each in self.everybody if each.agency_id != said.agency_id]
        by = self.who(turn, self.chair if turn % 2 else others)
        self.attempt(ask, said, by=by, text=self.text(turn, flaw))

    @precondition(lambda self: self.taken["ask"])
    @deed(flaw=NUMBERS)
    def answer(self, gap, turn, place, flaw) -> None:
        """Somebody answers a question, open or closed."""
        self.pass_time(gap)
        rows = Question.objects.select_related("milestone").order_by("-pk")
        asked = (rows.filter(closed_at=None) if place < 16 else rows).first() or rows[0]
        may = [each for each in self.everybody if each.agency_id == asked.asked_of_id]
        self.attempt(answer, asked, by=self.who(turn, may), text=self.text(turn, flaw))

    @deed(flaw=NUMBERS)
    def propose(self, gap, turn, place, flaw) -> None:
        """Somebody proposes a text for COAC."""
        self.pass_time(gap)
        row = self.milestone(place)
        text = self.text(turn % 2, flaw).replace(INTERNAL, "Shared")
        self.attempt(propose, row, by=self.who(turn, self.speaking_for(row)), text=text)

    @precondition(lambda self: self.taken["propose_summary"])
    @deed()
    def clear(self, gap, turn, place) -> None:
        """Somebody clears a text for COAC, the newest or an older one."""
        self.pass_time(gap)
        texts = SharedSummary.objects.select_related("milestone").order_by("-pk")
        self.attempt(clear, texts[place % 2 if self.taken["propose_summary"] > 1 else 0], by=self.who(turn, self.chair))

    # --- Calls, meetings, people --------------------------------------------------------------------------------------

    @rule(gap=st.sampled_from(GAPS))
    def work_of_the_night(self, gap) -> None:
        """The tracker opens calls and flags what is overdue."""
        self.pass_time(gap)
        self.attempt(lambda: open_calls(clock.now()))
        self.attempt(lambda: flag_overdue(clock.today()))

    @precondition(lambda self: self.taken["open_call"])
    @deed(what=st.sampled_from(("move", "extend", "skip", "text", "remind", "remind")), hours=st.integers(-30, 90))
    def change_a_call(self, gap, turn, place, what, hours) -> None:
        """Somebody moves, extends or skips a call, adds a line, or reminds."""
        self.pass_time(gap)
        call = Call.objects.order_by("-ends_on")[0]
        by, due_at, reason = self.who(turn, self.chair), self.now + timedelta(hours=hours), self.text(turn, place)
        match what:
            case "move":
                self.attempt(move, call, by=by, opens_at=call.opens_at, due_at=due_at, reason=reason)
            case "extend":
                self.attempt(extend, call, by=by, agency=self.agency(place), due_at=due_at, reason=reason)
            case "skip":
                self.attempt(skip, call, by=by, reason=reason)
            case "text":
                self.attempt(add_text, call, by=by, text=self.text(turn, place))
            case _:
                self.attempt(remind, call, by=by)

    @deed(what=st.sampled_from(("announce", "change", "conclude", "owe", "owe", "answer")), hours=st.integers(-60, 60))
    def meet(self, gap, turn, place, what, hours) -> None:
        """Somebody announces a meeting or changes it, writes down what came out of it, or answers that."""
        self.pass_time(gap)
        by, text, held_at = self.who(turn, self.chair), self.text(turn, place), self.now + timedelta(hours=hours)
        meeting = Meeting.objects.order_by("-number").first()
        owed = DueOut.objects.order_by("answered_at", "-pk").first()
        if what == "answer" and owed is not None:
            may = [each for each in self.everybody if each.agency_id in {owed.agency_id, "PLCY"}]
            self.attempt(answer_due_out, owed, by=self.who(turn, may), text=text)
        elif meeting is None or what == "announce":
            self.attempt(announce, by=by, title=text[:80], held_at=held_at)
        elif what == "change":
            told = {"title": text[:80], "held_at": held_at, "read_ahead_at": held_at - timedelta(days=2)}
            self.attempt(change, meeting, by=by, **told, agenda="", reason=text[:80])
        elif what == "conclude":
            self.attempt(conclude, meeting, by=by, text=text)
        else:
            facts = {"milestone": self.milestone(place), "due_on": clock.day_of(held_at)}
            self.attempt(owe, meeting, by=by, text=text, agency=self.agency(place), **facts)

    @deed(what=st.sampled_from(("keep", "keep", "name", "name", "away", "hand over")), name=st.sampled_from("ABC"))
    def people_change(self, gap, turn, place, what, name) -> None:
        """An agency says who is called, who is away, who takes over."""
        self.pass_time(gap)
        row = self.milestone(place)
        held = Responsibility.objects.filter(milestone=row, assigned_until=None).order_by("pk").first()
        agency = held.agency if held and place < 17 else self.agency(turn)
        by = self.who(turn, [each for each in self.everybody if each.agency_id in {agency.code, "PLCY"}])
        people = list(Person.objects.filter(agency=agency).order_by("pk"))
        if what == "keep" or not people:
            email = f"{name}@{agency.code}.example" if place < 18 else "nowhere"
            facts = {"name": f"{name} {place}", "office": "", "email": email, "phone": ""}
            self.attempt(keep_person, agency, by=by, **facts)
        elif what == "name" and held:
            part = ("contact", "alternate", "principal", "owner")[turn % 4]
            self.attempt(name_contact, [held], by=by, part=part, person=people[place % len(people)])
        elif what == "away":
            self.attempt(set_away, people[0], by=by, away_until=clock.day_of(self.now) + timedelta(days=turn - 4))
        else:
            anybody = list(Person.objects.order_by("pk"))
            self.attempt(hand_over, people[0], anybody[place % len(anybody)], by=by)

    # --- Reports and releases -----------------------------------------------------------------------------------------

    @precondition(lambda self: self.now > BEGINS_AT + timedelta(days=6))
    @deed(withheld=YES)
    def report(self, gap, turn, place, withheld) -> None:
        """The next step of a report: drafted, published, released; or a release is withdrawn."""
        self.pass_time(gap)
        by = self.who(turn, self.chair)
        unpublished = WeeklyReport.objects.filter(published_at=None).order_by("week").first()
        newest = WeeklyReport.objects.exclude(published_at=None).order_by("-week").first()
        if Release.objects.standing().exists() and place < 4:
            released = Release.objects.standing()[0]
            self.attempt(releasing.withdraw, WeeklyReport.objects.get(week=released.week), by=by)
        elif unpublished is not None:
            self.attempt(publishing.publish, unpublished, by=by, tell=False)
        elif newest is not None and newest.released() is None:
            held = {"withheld": (self.pool[0],), "withheld_because": "Sample: not yet."} if withheld else {}
            self.attempt(releasing.release, newest, by=by, cleared_by="Counsel", tell=False, **held)
        else:
            with clock.at(self.now):
                due = weeks_due(clock.now())
            if due:
                self.attempt(drafting.draft, due[0])

    # --- The same again -----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.last is not None)
    @rule()
    def send_again(self) -> None:
        """The last submission arrives a second time: whatever it is answered, it has no second effect."""
        taken = self.taken.total()
        self.pass_time(timedelta(microseconds=1))
        self.attempt(self.last)
        assert self.taken.total() == taken


@pytest.fixture
def plan_of_september(db) -> None:
    """Load edition 1 the day before these stories begin, and seat everybody."""
    with clock.at(BEGINS_AT - timedelta(days=1)):
        load_plan()
    seat_sample_accounts()


@pytest.mark.parametrize("number", SEEDS)
def test_whoever_does_whatever_only_what_is_documented_happens(plan_of_september, number):
    run_state_machine_as_test(
        seed(number)(type("Acts", (Acts,), {})),
        settings=settings(
            max_examples=EXAMPLES // len(SEEDS),
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # A counterexample is not shrunk: on a database that takes minutes.
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
