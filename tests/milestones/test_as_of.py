"""Does one engine answer for now and for then, whatever was done in whatever order?"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Agency, Role, User
from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from esc_tracker.reader import Reader, coac_reader, esc_reader, last_day_before
from milestones.calls.calling import latest_due_call, open_calls
from milestones.deciding import decide
from milestones.models import Call, CallChange, Milestone, Note, Responsibility, StatusUpdate, TargetRevision
from milestones.overdue import flag_overdue
from milestones.permissions import why_not_update
from milestones.plan.assigning import assign, end_part
from milestones.querysets import MilestoneQuerySet, coded
from milestones.refusals import IllegalMove, Incomplete, NotAllowed
from milestones.targets.revisions import decide_revision, request_revision
from milestones.updates import post_note, post_update
from milestones.words import Completion, Words
from milestones.workflow import Move, Outcome, Outlook, Status
from tests.factories import make_user
from tests.milestones.plain_replay import Ledgers, replay, replay_silent

# Joint, single, unassigned, ongoing, completed in the plan, the chair's own; July, August, October, November.
CODES = ("5.1", "4.3", "1.1", "2.1", "6.1", "4.2", "3.1")
SPEAKERS = {"5.1": ("CBP", "USPS"), "4.3": ("ICE-HSI",), "2.1": ("CBP",), "3.1": ("CBP",)}
CHAIR = ("PLCY", "PLCY2")
PEOPLE = ("CBP", "ICE-HSI", "USPS", *CHAIR)
AGENCY_VERBS = ("say", "start", "report", "take_back", "revise", "note")
BEGIN = datetime(2020, 8, 24, 8, tzinfo=clock.NEW_YORK)
A_LITTLE = timedelta(microseconds=1)
GAPS = (
    timedelta(0),
    A_LITTLE,
    timedelta(minutes=7),
    timedelta(hours=16),
    timedelta(days=1),
    timedelta(days=3, hours=4),
    timedelta(days=11),
)
VERBS = (
    *("say", "say", "start", "report", "report", "take_back", "confirm", "confirm", "return", "reopen", "withdraw"),
    *("revise", "revise", "accept", "accept", "refuse", "assign", "assign", "assign", "end_part", "end_part"),
    *("note", "flag"),
)
TARGETS = (
    TargetDate.month(2020, 9),
    TargetDate.month(2020, 12),
    TargetDate.month(2021, 2),
    TargetDate.day(date(2020, 9, 10)),
    TargetDate.day(date(2020, 11, 26)),
    TargetDate.read("Ongoing"),
    TargetDate.read("see timeline on page 3"),
)
SHARED = (
    *("status", "target_kind", "target_on", "completed_kind", "completed_on", "outcome", "summary"),
    *("overdue", "days_overdue", "unassigned"),
)
UNKNOWN_TO_COAC = ("outlook", "lead_code", "moves", "last_update_at", "version_then")


@dataclass(frozen=True)
class Deed:
    """One thing somebody tries to do, mostly somebody who may."""

    verb: str
    code: str
    who: str
    gap: timedelta
    outlook: str
    target: TargetDate
    agency: str


def _deed(verb: str, code: str, turn: int, stranger: str, **more: Any) -> Deed:
    may = SPEAKERS.get(code, CHAIR) if verb in AGENCY_VERBS else CHAIR
    return Deed(verb, code, stranger if turn == 7 else may[turn % len(may)], **more)


def _deeds_on(codes: list[str]) -> st.SearchStrategy[Deed]:
    return st.builds(
        _deed,
        verb=st.sampled_from(VERBS),
        code=st.sampled_from(codes[:3]),
        turn=st.integers(0, 7),
        stranger=st.sampled_from(PEOPLE),
        gap=st.sampled_from(GAPS),
        outlook=st.sampled_from(Outlook.values),
        target=st.sampled_from(TARGETS),
        agency=st.sampled_from(["CBP", "ICE-HSI", "USPS", "USPTO", "PLCY"]),
    )


# Few milestones a history, so that long stories happen to them.
histories = st.permutations(CODES).flatmap(lambda codes: st.lists(_deeds_on(codes), min_size=12, max_size=24))
FAR = st.integers(0, 1000)

# A counterexample is not shrunk: on a database that takes minutes. Add Phase.shrink to look for the shortest one.
HASTY = settings(
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def people(plan) -> dict[str, User]:
    """Give the people who do the deeds."""
    return {
        "CBP": make_user("cbp@esc.example", Role.ESC_MEMBER, "CBP"),
        "ICE-HSI": make_user("ice-hsi@esc.example", Role.ESC_MEMBER, "ICE-HSI"),
        "USPS": make_user("usps@esc.example", Role.ESC_MEMBER, "USPS"),
        "PLCY": make_user("plcy@esc.example", Role.PLCY_STAFF),
        "PLCY2": make_user("plcy2@esc.example", Role.PLCY_STAFF),
    }


@pytest.fixture
def calls(people) -> None:
    """Open the calls of four weeks; one is extended for CBP, the next skipped."""
    for wednesday in (date(2020, 8, 26), date(2020, 9, 2), date(2020, 9, 9), date(2020, 9, 16)):
        with clock.at(clock.start_of(wednesday) + timedelta(hours=10)):
            [week] = open_calls(clock.now())
    change = {"by": people["PLCY"], "reason": "Agreed by phone."}
    _change("2020-W36", _noon(3), kind="extended", agency_id="CBP", due_at=_noon(8), **change)
    _change("2020-W37", _noon(11) - A_LITTLE, kind="skipped", **change)
    assert week == "2020-W38"


def _noon(day: int) -> datetime:
    return datetime(2020, 9, day, 12, tzinfo=clock.NEW_YORK)


def _change(week: str, moment: datetime, **facts: Any) -> None:
    CallChange.objects.create(call=Call.objects.get(week=week), recorded_at=moment, **facts)


def _milestone(code: str) -> Milestone:
    return Milestone.objects.coded(code).get()


def _words(deed: Deed, number: int) -> Words:
    worried = deed.outlook != Outlook.ON_TRACK
    return Words(
        statement=f"Statement {number}.",
        next_step=f"Step {number}.",
        outlook=deed.outlook,
        reason=f"Reason {number}." if worried else "",
        needed=f"Need {number}." if deed.outlook == Outlook.OFF_TRACK else "",
        forecast=TargetDate.month(2020, 12),
    )


def do(deed: Deed, number: int, people: dict[str, User]) -> bool:
    """Try a deed through its real door, now; say whether it was taken."""
    milestone, person = _milestone(deed.code), people[deed.who]
    seen = {"by": person, "seen_version": milestone.version}
    before = Entry.objects.count()
    try:
        match deed.verb:
            case "say" | "start" | "report" | "take_back":
                status = {
                    "start": Status.IN_PROGRESS,
                    "report": Status.REPORTED_COMPLETE,
                    "take_back": Status.IN_PROGRESS,
                }.get(deed.verb)
                done = Completion.when(None if number % 3 else TargetDate.month(2020, 8), Outcome.values[number % 4])
                post_update(milestone, **seen, words=_words(deed, number), status=status, completion=done)
            case "confirm" | "return" | "reopen" | "withdraw":
                decide(milestone, Move(deed.verb), **seen, remark=f"Remark {number}.")
            case "revise":
                request_revision(milestone, **seen, target=deed.target, category="legal", text=f"Because {number}.")
            case "accept" | "refuse":
                asked = TargetRevision.objects.filter(milestone=milestone, state="pending").first()
                if asked is None:
                    return False
                decide_revision(asked, by=person, accept=deed.verb == "accept")
            case "assign":
                held = {each.part for each in Responsibility.objects.filter(milestone=milestone).in_force()}
                part = "lead" if "lead" not in held else ("joint", "supporting")[number % 2]
                assign([deed.code], agency=Agency.objects.get(pk=deed.agency), part=part, by=person, reason="Agreed.")
            case "end_part":
                in_force = list(Responsibility.objects.filter(milestone=milestone).in_force().lead_first())
                if not in_force:
                    return False
                end_part(in_force[number % len(in_force)], by=person, reason=f"Ended {number}.")
            case "note":
                post_note(milestone, by=person, text=f"Note {number}.", audience=Note.Audience.AGENCY)
            case "flag":
                flag_overdue(clock.today())
    except (NotAllowed, IllegalMove, Incomplete):
        assert Entry.objects.count() == before
        return False
    return Entry.objects.count() == before + 1


def tell(history: list[Deed], people: dict[str, User]) -> list[datetime]:
    """Do the deeds one after the other; return the moments of those that were taken."""
    moment, taken = BEGIN, []
    for number, deed in enumerate(history, start=1):
        moment += deed.gap
        with clock.at(moment):
            if do(deed, number, people):
                taken.append(moment)
    note(f"{len(taken)} of {len(history)} deeds were taken")
    return taken


def _rows(reader: Reader) -> MilestoneQuerySet:
    return Milestone.objects.filter(coded(CODES)).visible_to(reader)


def _assert_replayed(reader: Reader, ledgers: dict[str, Ledgers]) -> None:
    rows = {row.code: row for row in _rows(reader)}
    assert rows.keys() == set(CODES)
    for code, row in rows.items():
        plain = replay(ledgers[code], reader.moment, reader.today)
        assert {name: getattr(row, name) for name in plain} == plain, (code, reader.moment)
    assert {row.code for row in _rows(reader).overdue()} == {code for code, row in rows.items() if row.overdue}


def _assert_silence_replayed(reader: Reader, ledgers: dict[str, Ledgers]) -> None:
    call = latest_due_call(reader.moment)
    plain = {code: replay_silent(ledgers[code], call, reader.moment) for code in CODES}
    assert {row.code for row in _rows(reader).silent(call, reader.moment)} == {code for code in CODES if plain[code]}
    for agency in ("CBP", "USPS"):
        silent = {row.code for row in _rows(reader).silent(call, reader.moment, [agency])}
        assert silent == {code for code in CODES if agency in plain[code]}


def _as_coac_reads_it(reader: Reader) -> str:
    rows = Milestone.objects.visible_to(reader).for_table(reader)
    return repr(
        [
            (row.code, row.text, [getattr(row, name) for name in SHARED], [str(each) for each in row.responsible])
            for row in rows
        ]
    )


def _rewrite_what_is_internal() -> None:
    """Change every word COAC must never learn of, directly in the ledgers."""
    worried = {"outlook": "off_track", "reason": "Leak.", "needed": "Leak."}
    said = {"statement": "Leak.", "next_step": "Leak.", "waiting_on": "Leak.", "remark": "Leak.", **worried}
    StatusUpdate.objects.update(
        **said, next_step_on=date(2020, 1, 1), forecast_kind="day", forecast_on=date(2020, 1, 1)
    )
    StatusUpdate.objects.filter(status="reported_complete").update(
        completed_kind="day", completed_on=date(2020, 1, 1), outcome="superseded"
    )
    Note.objects.update(text="Leak.")
    TargetRevision.objects.update(text="Leak.", category="other")
    Milestone.objects.update(current_outlook="off_track", current_said_at=None)


@settings(HASTY, max_examples=25)
@given(history=histories, extra=st.integers(0, 30 * 24 * 3600), places=st.tuples(FAR, FAR))
def test_any_history_replays_to_the_same_answers_now_and_then(history, extra, places, people, calls):
    with transaction.atomic():
        begun = Entry.objects.count()

        taken = tell(history, people)

        end = BEGIN + sum((deed.gap for deed in history), timedelta()) + timedelta(hours=1)
        ledgers = {code: Ledgers.of(_milestone(code)) for code in CODES}
        with clock.at(end):
            now = Reader(role=Role.READER, today=clock.today())
            _assert_replayed(now, ledgers)
            _assert_silence_replayed(now, ledgers)
        acted = [taken[place % len(taken)] for place in places] if taken else []
        for moment in {each + by for each in acted for by in (-A_LITTLE, timedelta(0), A_LITTLE)} | {end}:
            _assert_replayed(esc_reader(moment), ledgers)
        for moment in (BEGIN + timedelta(seconds=extra), end):
            _assert_silence_replayed(esc_reader(moment), ledgers)

        assert first_broken_entry() == ""
        assert Entry.objects.count() == begun + len(taken)
        transaction.set_rollback(True)


@settings(HASTY, max_examples=12)
@given(history=histories, share=st.floats(0, 1))
def test_what_coac_reads_does_not_depend_on_anything_internal(history, share, people, calls):
    with transaction.atomic():
        tell(history, people)
        length = sum((deed.gap for deed in history), timedelta()) + timedelta(hours=1)
        reader = coac_reader(BEGIN + length * share, withheld=frozenset({"4.3"}))
        before = _as_coac_reads_it(reader)

        _rewrite_what_is_internal()

        assert _as_coac_reads_it(reader) == before
        row = Milestone.objects.visible_to(reader).for_table(reader).first()
        assert [name for name in (*UNKNOWN_TO_COAC, "last_words") if hasattr(row, name)] == []
        transaction.set_rollback(True)


@settings(HASTY, max_examples=12)
@given(history=histories)
def test_the_database_and_the_sentences_agree_on_who_may_update(history, people, plan):
    with transaction.atomic():
        tell(history, people)
        everybody = [*people.values(), make_user("reader@esc.example", Role.READER)]

        for person in everybody:
            may = {row.code for row in Milestone.objects.updatable_by(person)}

            assert may == {
                row.code
                for row in Milestone.objects.all()
                if not why_not_update(person, row.current_status, list(row.responsibilities.in_force()))
            }
        transaction.set_rollback(True)


def test_an_act_is_not_part_of_its_own_moment(people):
    milestone, moment = _milestone("3.1"), BEGIN
    deed = Deed("start", "3.1", "CBP", timedelta(0), Outlook.ON_TRACK, TargetDate.month(2020, 9), "CBP")
    with clock.at(moment):
        assert do(deed, 1, people)

    seen = [
        Milestone.objects.visible_to(esc_reader(moment + by)).get(pk=milestone.pk).status
        for by in (-A_LITTLE, timedelta(0), A_LITTLE)
    ]

    assert seen == ["not_started", "not_started", "in_progress"]


def test_the_plan_is_part_of_every_day_whenever_it_was_loaded(plan):
    reader = esc_reader(datetime(2020, 1, 1, tzinfo=clock.NEW_YORK))

    rows = Milestone.objects.visible_to(reader)

    assert rows.count() == 30
    assert {row.status for row in rows} == {"not_started", "in_progress", "completed"}
    assert rows.overdue().count() == 0


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2020, 9, 14, tzinfo=clock.NEW_YORK), date(2020, 9, 13)),
        (datetime(2020, 9, 14, 0, 0, 0, 1, tzinfo=clock.NEW_YORK), date(2020, 9, 14)),
        (datetime(2020, 11, 1, tzinfo=clock.NEW_YORK), date(2020, 10, 31)),
        (datetime(2020, 3, 9, tzinfo=clock.NEW_YORK), date(2020, 3, 8)),
    ],
)
def test_today_of_a_moment_is_the_day_of_the_instant_just_before_it(moment, day):
    assert last_day_before(moment) == day
