"""How is each act on the record done, once and through its door?

DEEDS holds one row for each verb of the journal: what has to be told before it, and the act itself. Two rows are of
another kind and stand apart in test_every_act.py: loading the sample history, which does all the others, and an update
written with a check-in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from actions.models import Action
from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Agency, Role, User
from esc_tracker.accounts.review.reviewing import review_seats
from esc_tracker.accounts.seats import decline, nominate, seat
from milestones.calls import changing, reminding
from milestones.calls.calling import open_calls, plan_call
from milestones.checkin.submitting import open_check_in
from milestones.concurring import concur
from milestones.deciding import confirm, reopen, return_completion, withdraw
from milestones.meetings.conclusions import conclude
from milestones.meetings.due_outs import answer_due_out, owe
from milestones.meetings.planning import announce, change
from milestones.models import Meeting
from milestones.overdue import flag_overdue
from milestones.people.handing_over import hand_over
from milestones.people.naming import name_contact, set_away
from milestones.plan.assigning import assign, end_part
from milestones.plan.growing import add_milestone
from milestones.plan.loading import load_plan
from milestones.questions import answer, ask
from milestones.summaries import clear, propose
from milestones.targets.revisions import decide_revision, request_revision
from milestones.updates import post_note, post_update
from milestones.workflow import Status
from reports import switch
from reports.meetings.freezing import freeze_due
from reports.weekly import drafting, publishing, releasing
from reports.weekly.writing import edit_line, write
from tests.milestones.calls.calling import open_call
from tests.milestones.people.naming import call as name_for
from tests.milestones.people.naming import held, keep
from tests.milestones.telling import give, in_september, milestone, say, words
from tests.reports.record import drafted, published, released, week

FIRST, WEEK = "2020-W35", "2020-W37"  # reports are published in order
Do = Callable[[], object]


@dataclass(frozen=True)
class Deed:
    """One act that is ready to be done: by whom, about what as the journal writes it, which facts it keeps.

    `at` is the moment told to the clock; None lets it run.
    """

    do: Do
    by: User | None
    about: str
    before: frozenset[str]
    after: frozenset[str]
    at: datetime | None = None


@dataclass(frozen=True)
class People:
    """Who acts."""

    cbp: User
    ice: User
    usps: User
    plcy: User
    admin: User


def _deed(do: Do, by: User | None, about: str, before: str, after: str, at: datetime | None = None) -> Deed:
    return Deed(do, by, about, frozenset(before.split()), frozenset(after.split()), at)


# --- Words, decisions, targets ---------------------------------------------------------------------------------------

_WORDS = "version agency move status statement outlook forecast_kind forecast_on written_on"
_DECIDED = "version agency move status authority"
_STOOD = "version status"


def _post_update(who: People) -> Deed:
    row = milestone("3.1")

    def do() -> object:
        return post_update(
            row, by=who.cbp, seen_version=0, words=words(), status=Status.IN_PROGRESS, note="Seen.", agency_note="Ours."
        )

    return _deed(do, who.cbp, "3.1", _STOOD, f"{_WORDS} esc_note agency_note")


def _post_note(who: People) -> Deed:
    row = milestone("4.3")
    return _deed(lambda: post_note(row, by=who.ice, text="Ours.", audience="agency"), who.ice, "4.3", "", "agency_note")


def _check_in(who: People) -> Deed:
    agency = Agency.objects.get(pk="CBP")
    return _deed(
        lambda: open_check_in(agency, by=who.cbp, cleared_by="Kim Lee"), who.cbp, "CBP", "", "check_in cleared_by"
    )


def _ask(who: People) -> Deed:
    said = say("3.1", who.cbp)
    return _deed(
        lambda: ask(said, by=who.plcy, text="Since when?"), who.plcy, "3.1", "", "question asked_of of_version text"
    )


def _answer(who: People) -> Deed:
    asked = ask(say("3.1", who.cbp), by=who.plcy, text="Since when?")
    return _deed(lambda: answer(asked, by=who.cbp, text="Since May."), who.cbp, "3.1", "", "question answer")


def _confirm(who: People) -> Deed:
    say("3.1", who.cbp, status=Status.REPORTED_COMPLETE)
    row = milestone("3.1")
    done = "completed_kind completed_on outcome"
    return _deed(lambda: confirm(row, by=who.plcy, seen_version=1), who.plcy, "3.1", _STOOD, f"{_DECIDED} {done}")


def _return(who: People) -> Deed:
    say("3.1", who.cbp, status=Status.REPORTED_COMPLETE)
    row = milestone("3.1")

    def do() -> object:
        return return_completion(row, by=who.plcy, seen_version=1, remark="One part is missing.")

    return _deed(do, who.plcy, "3.1", _STOOD, f"{_DECIDED} remark")


def _reopen(who: People) -> Deed:
    say("3.1", who.cbp, status=Status.REPORTED_COMPLETE)
    confirm(milestone("3.1"), by=who.plcy, seen_version=1)
    row = milestone("3.1")
    return _deed(
        lambda: reopen(row, by=who.plcy, seen_version=2, remark="It is back."),
        *(who.plcy, "3.1", _STOOD, f"{_DECIDED} remark"),
    )


def _withdraw(who: People) -> Deed:
    row = milestone("3.1")
    request_revision(row, by=who.cbp, seen_version=0, **_LATER)
    return _deed(
        lambda: withdraw(row, by=who.plcy, seen_version=0, remark="Overtaken."),
        *(who.plcy, "3.1", _STOOD, f"{_DECIDED} remark closed_requests"),
    )


def _concur(who: People) -> Deed:
    report = say("5.1", who.usps, status=Status.REPORTED_COMPLETE)
    row = milestone("5.1")

    def do() -> object:
        return concur(row, by=who.cbp, report_version=report.version, concurs=False, text="A part is missing.")

    return _deed(do, who.cbp, "5.1", "", "agency report concurs text")


_LATER = {"target": TargetDate.month(2021, 6), "category": "dependency", "text": "A court decides first."}


def _request_revision(who: People) -> Deed:
    row = milestone("3.1")
    return _deed(
        lambda: request_revision(row, by=who.cbp, seen_version=0, **_LATER),
        *(who.cbp, "3.1", "target", "asked state text"),
    )


def _decide_revision(who: People) -> Deed:
    asked = request_revision(milestone("3.1"), by=who.cbp, seen_version=0, **_LATER)
    return _deed(
        lambda: decide_revision(asked, by=who.plcy, accept=True),
        *(who.plcy, "3.1", "target state", "target state authority"),
    )


def _propose_summary(who: People) -> Deed:
    row = milestone("3.1")
    return _deed(lambda: propose(row, by=who.cbp, text="Being drafted."), who.cbp, "3.1", "", "summary text")


def _clear_summary(who: People) -> Deed:
    proposed = propose(milestone("3.1"), by=who.cbp, text="Being drafted.")
    return _deed(lambda: clear(proposed, by=who.plcy), who.plcy, "3.1", "", "summary text")


# --- The plan and who answers ----------------------------------------------------------------------------------------


def _load_plan(who: People) -> Deed:
    return _deed(load_plan, None, "edition 1", "", "source sha256 milestones")


def _flag_overdue(who: People) -> Deed:
    return _deed(lambda: flag_overdue(date(2020, 9, 14)), None, "overdue", "", "today opened closed")


def _assign(who: People) -> Deed:
    agency = Agency.objects.get(pk="CBP")
    return _deed(
        lambda: assign(["1.1", "1.2"], agency=agency, part="lead", by=who.plcy, reason="Agreed by the ESC."),
        *(who.plcy, "1.1, 1.2", "", "milestones agency part reason authority"),
    )


def _end_part(who: People) -> Deed:
    given = give("1.1", "CBP", by=who.plcy)
    return _deed(
        lambda: end_part(given, by=who.plcy, reason="Agreed."),
        *(who.plcy, "1.1", "agency part basis", "part reason authority"),
    )


def _add_milestone(who: People) -> Deed:
    action = Action.objects.get(pk=4)

    def do() -> object:
        return add_milestone(
            action, by=who.plcy, text="CBP reports.", timeline="Dec. 2020", agencies=[("CBP", "lead")], reason="Agreed."
        )

    return _deed(do, who.plcy, "4.7", "", "edition text timeline agencies reason authority")


# --- Calls -----------------------------------------------------------------------------------------------------------

_CALL = "opens_at due_at text"
_OPEN_AT = in_september(9, 10)


def _plan_call(who: People) -> Deed:
    return _deed(lambda: plan_call(week("2020-W38"), by=who.plcy), who.plcy, "2020-W38", "", "opens_at due_at")


def _open_call(who: People) -> Deed:
    return _deed(lambda: open_calls(clock.now()), None, WEEK, "", "opens_at due_at", _OPEN_AT)


def _change_of_call(do: Callable[[object, People], object], after: str) -> Callable[[People], Deed]:
    def ready(who: People) -> Deed:
        found = open_call(in_september(9, 9))
        return _deed(lambda: do(found, who), who.plcy, WEEK, _CALL, after, _OPEN_AT)

    return ready


_move_call = _change_of_call(
    lambda call, who: changing.move(
        call, by=who.plcy, opens_at=call.opens_at, due_at=in_september(11, 15), reason="Agreed."
    ),
    "kind opens_at due_at reason",
)
_extend_call = _change_of_call(
    lambda call, who: changing.extend(
        call, by=who.plcy, agency=who.cbp.agency, due_at=in_september(12, 12), reason="Agreed."
    ),
    "kind agency_id due_at reason",
)
_skip_call = _change_of_call(lambda call, who: changing.skip(call, by=who.plcy, reason="Agreed."), "kind reason")
_add_call_text = _change_of_call(lambda call, who: changing.add_text(call, by=who.plcy, text="Say more."), "kind text")


def _remind(who: People) -> Deed:
    found = open_call(in_september(9, 9))
    owing = "CBP ICE-HSI USPS USPTO PLCY"
    return _deed(lambda: reminding.remind(found, by=who.plcy), who.plcy, WEEK, "", owing, _OPEN_AT)


# --- People and meetings ---------------------------------------------------------------------------------------------

_PERSON = "name office email phone gets_report seat"


def _keep_person(who: People) -> Deed:
    return _deed(lambda: keep("Kim Lee", by=who.cbp), who.cbp, "CBP", "", _PERSON)


def _set_away(who: People) -> Deed:
    person = keep("Kim Lee", by=who.cbp)
    return _deed(
        lambda: set_away(person, by=who.cbp, away_until=date(2020, 9, 20)),
        *(who.cbp, "CBP", "person away_until", "person away_until"),
    )


def _name_contact(who: People) -> Deed:
    person = keep("Kim Lee", by=who.cbp)
    return _deed(
        lambda: name_contact([held("3.1"), held("5.1")], by=who.cbp, part="contact", person=person),
        *(who.cbp, "3.1, 5.1", "contacts", "contacts"),
    )


def _hand_over(who: People) -> Deed:
    giver, successor = keep("Kim Lee", by=who.cbp), keep("Ana Ruiz", by=who.cbp)
    name_for("3.1", giver, by=who.cbp)
    return _deed(
        lambda: hand_over(giver, successor, by=who.cbp),
        *(who.cbp, "CBP", "person contacts", "person drafts contacts"),
    )


def _announced(who: People, *, held_at: datetime) -> Meeting:
    with clock.at(in_september(1)):
        return announce(by=who.plcy, title="Sample: first meeting", held_at=held_at)


def _announce(who: People) -> Deed:
    return _deed(
        lambda: announce(by=who.plcy, title="Sample", held_at=in_september(24), agenda="Dates"),
        *(who.plcy, "ESC meeting 1", "", "title held_at read_ahead_at agenda"),
    )


def _change_meeting(who: People) -> Deed:
    meeting = _announced(who, held_at=in_september(24))

    def do() -> object:
        later = in_september(25)
        return change(
            meeting, by=who.plcy, title="Sample", held_at=later, read_ahead_at=None, agenda="", reason="Agreed."
        )

    stood = "title held_at read_ahead_at"
    return _deed(do, who.plcy, "ESC meeting 1", stood, f"{stood} reason")


def _conclude(who: People) -> Deed:
    meeting = _announced(who, held_at=in_september(3))
    return _deed(lambda: conclude(meeting, by=who.plcy, text="Agreed."), who.plcy, "ESC meeting 1", "", "text")


def _owed(who: People, meeting: Meeting) -> object:
    row = milestone("3.1")
    return owe(meeting, by=who.plcy, text="A list.", agency=who.cbp.agency, due_on=date(2020, 9, 21), milestone=row)


def _owe(who: People) -> Deed:
    meeting = _announced(who, held_at=in_september(3))
    after = "due_out text owner due_on milestone"
    return _deed(lambda: _owed(who, meeting), who.plcy, "ESC meeting 1", "", after)


def _answer_due_out(who: People) -> Deed:
    owed = _owed(who, _announced(who, held_at=in_september(3)))
    return _deed(
        lambda: answer_due_out(owed, by=who.cbp, text="Here it is."),
        *(who.cbp, "ESC meeting 1", "due_out", "due_out answer"),
    )


def _freeze_read_ahead(who: People) -> Deed:
    _announced(who, held_at=in_september(10))
    return _deed(lambda: freeze_due(clock.now()), None, "ESC meeting 1", "", "as_of since digest")


# --- Reports ---------------------------------------------------------------------------------------------------------

_TOLD = "version as_of since digest"


def _draft(who: People) -> Deed:
    return _deed(lambda: drafting.draft(week(WEEK)), None, WEEK, "", _TOLD)


def _refresh(who: People) -> Deed:
    [report] = drafted(WEEK)
    say("3.1", who.cbp)
    return _deed(lambda: drafting.refresh(report, by=who.plcy), who.plcy, WEEK, _TOLD, _TOLD)


def _write(who: People) -> Deed:
    [report] = drafted(WEEK)

    def do() -> object:
        asks = [{"agency": "CBP", "text": "Decide.", "milestone": "3.1", "by": date(2020, 9, 18)}]
        return write(report, by=who.plcy, narrative="One.", coac_narrative="Two.", asks=asks)

    said = "narrative coac_narrative asks"
    return _deed(do, who.plcy, WEEK, said, f"version digest {said}")


def _edit_line(who: People) -> Deed:
    with clock.at(in_september(10)):
        say("3.1", who.cbp)
    [report] = drafted(WEEK)

    def do() -> object:
        return edit_line(report, by=who.plcy, code="3.1", agency="CBP", field="statement", text="Shorter.")

    return _deed(do, who.plcy, WEEK, "", "version digest code agency field own text")


def _correct(who: People) -> Deed:
    [report] = published(FIRST, by=who.plcy)
    return _deed(
        lambda: drafting.correct(report, by=who.plcy, reason="A slip."), who.plcy, FIRST, _TOLD, f"{_TOLD} reason"
    )


def _publish(who: People) -> Deed:
    [report] = drafted(FIRST)
    return _deed(lambda: publishing.publish(report, by=who.plcy), who.plcy, FIRST, "state", f"state {_TOLD}")


def _release(who: People) -> Deed:
    [report] = published(FIRST, by=who.plcy)

    def do() -> object:
        return releasing.release(
            report, by=who.plcy, cleared_by="Dana Reyes", withheld=("4.4",), withheld_because="Counsel reads it.",
            coac_narrative="Two.",
        )  # fmt: skip

    after = "version as_of withheld withheld_because cleared_by digest coac_narrative"
    return _deed(do, who.plcy, FIRST, "coac_narrative", after)


def _withdraw_release(who: People) -> Deed:
    [report] = published(FIRST, by=who.plcy)
    with clock.at(in_september(14, 1)):
        released(report, by=who.plcy)
    before = "version as_of withheld cleared_by digest"
    return _deed(lambda: releasing.withdraw(report, by=who.plcy), who.plcy, FIRST, before, "withdrawn")


def _turn_mail(who: People) -> Deed:
    return _deed(lambda: switch.turn(True, by=who.plcy), who.plcy, "mail", "on", "on")


# --- Seats -----------------------------------------------------------------------------------------------------------

_NOMINEE = "name role agency access_ends_on state"


def _nominated(who: People) -> object:
    return nominate(by=who.plcy, name="Eve Ortiz", email="eve@gao.example", role=Role.READER, agency=None)


def _nominate(who: People) -> Deed:
    return _deed(lambda: _nominated(who), who.plcy, "Eve Ortiz", "", _NOMINEE)


def _seat(who: People) -> Deed:
    nomination = _nominated(who)
    return _deed(lambda: seat(nomination, by=who.admin), who.admin, "Eve Ortiz", "", _NOMINEE)


def _decline(who: People) -> Deed:
    nomination = _nominated(who)
    return _deed(
        lambda: decline(nomination, by=who.admin, remark="Unknown."),
        *(who.admin, "Eve Ortiz", "", f"{_NOMINEE} remark"),
    )


def _review_seats(who: People) -> Deed:
    key = who.cbp.pk
    return _deed(
        lambda: review_seats({key: True}, seen={key: None}, by=who.plcy),
        *(who.plcy, str(clock.real_day().year), "", str(key)),
    )


DEEDS: dict[str, Callable[[People], Deed]] = {
    "milestones.post_update": _post_update,
    "milestones.post_note": _post_note,
    "milestones.check_in": _check_in,
    "milestones.ask": _ask,
    "milestones.answer": _answer,
    "milestones.confirm": _confirm,
    "milestones.return": _return,
    "milestones.reopen": _reopen,
    "milestones.withdraw": _withdraw,
    "milestones.concur": _concur,
    "milestones.flag_overdue": _flag_overdue,
    "milestones.request_revision": _request_revision,
    "milestones.decide_revision": _decide_revision,
    "milestones.propose_summary": _propose_summary,
    "milestones.clear_summary": _clear_summary,
    "milestones.load_plan": _load_plan,
    "milestones.add_milestone": _add_milestone,
    "milestones.assign": _assign,
    "milestones.end_part": _end_part,
    "milestones.plan_call": _plan_call,
    "milestones.open_call": _open_call,
    "milestones.move_call": _move_call,
    "milestones.extend_call": _extend_call,
    "milestones.skip_call": _skip_call,
    "milestones.add_call_text": _add_call_text,
    "milestones.remind": _remind,
    "milestones.keep_person": _keep_person,
    "milestones.set_away": _set_away,
    "milestones.name_contact": _name_contact,
    "milestones.hand_over": _hand_over,
    "milestones.announce": _announce,
    "milestones.change_meeting": _change_meeting,
    "milestones.conclude": _conclude,
    "milestones.owe": _owe,
    "milestones.answer_due_out": _answer_due_out,
    "reports.freeze_read_ahead": _freeze_read_ahead,
    "reports.draft": _draft,
    "reports.refresh": _refresh,
    "reports.write": _write,
    "reports.edit_line": _edit_line,
    "reports.correct": _correct,
    "reports.publish": _publish,
    "reports.release": _release,
    "reports.withdraw": _withdraw_release,
    "reports.turn_mail": _turn_mail,
    "accounts.nominate": _nominate,
    "accounts.seat": _seat,
    "accounts.decline": _decline,
    "accounts.review_seats": _review_seats,
}

# What of each act stays with the chair's office, and which field of the record it repeats (tests/access/fields.csv).
KEPT_FIELDS: dict[str, dict[str, str]] = {
    "milestones.post_update": {"agency_note": "Note.text:own"},
    "milestones.post_note": {"agency_note": "Note.text:own"},
    "milestones.check_in": {"cleared_by": "CheckIn.cleared_by"},
    "milestones.request_revision": {"text": "TargetRevision.text:pending"},
    "milestones.add_milestone": {"reason": "Addition.reason"},
    "milestones.keep_person": {"email": "Person.email", "phone": "Person.phone"},
    "milestones.hand_over": {"drafts": "DraftRow.fields"},
    "reports.write": {
        "narrative": "WeeklyReport.narrative",
        "coac_narrative": "WeeklyReport.coac_narrative:draft",
        "asks": "WeeklyReport.asks",
    },
    "reports.edit_line": {"own": "WeeklyReport.edits", "text": "WeeklyReport.edits"},
    "reports.release": {
        "withheld": "Release.withheld",
        "withheld_because": "Release.withheld_because",
        "coac_narrative": "WeeklyReport.coac_narrative:draft",
    },
    "reports.withdraw": {"withheld": "Release.withheld"},
    "reports.turn_mail": {"on": "MailSwitch.on"},
}
