"""What do people do in the sample history?

One function for each `do` of fixtures/demo.toml: it reads the act's facts and goes through the door that a page would.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from actions.target_dates import TargetDate, parse_forecast
from esc_tracker import clock
from esc_tracker.accounts.models import Agency, User
from milestones.authority import CHAIR, Authority, AuthorityKind
from milestones.calls import changing, reminding
from milestones.checkin.submitting import Source, Submission
from milestones.deciding import confirm, return_completion
from milestones.evidence import Evidence
from milestones.meetings.conclusions import conclude
from milestones.meetings.due_outs import answer_due_out, owe
from milestones.meetings.planning import announce
from milestones.models import Call, DueOut, Meeting, Milestone, Question, Responsibility, StatusUpdate, TargetRevision
from milestones.people.naming import keep_person, name_contact, set_away
from milestones.plan.assigning import assign
from milestones.questions import answer, ask
from milestones.summaries import clear, propose
from milestones.targets.revisions import decide_revision, request_revision
from milestones.updates import post_update
from milestones.words import Completion, Words
from milestones.workflow import Outlook
from reports.models import WeeklyReport
from reports.weekly.drafting import correct
from reports.weekly.publishing import publish
from reports.weekly.writing import edit_line, write

MARK = " (sample)"
SHARED_MARK = " (sample text)"  # another one, so that the mark of what is internal is never seen by COAC
Facts = dict[str, Any]
_NOTHING = Evidence()


def marked(text: str) -> str:
    """Mark a text as sample; an empty one stays empty."""
    return text + MARK if text else ""


# --- An agency's word ---------------------------------------------------------------------------------------------


def _update(facts: Facts, who: User) -> None:
    _post(facts["milestone"], who, who.agency_id, _said(facts, who.agency_id), facts)


def _no_change(facts: Facts, who: User) -> None:
    for code in facts["milestones"]:
        _post(code, who, who.agency_id, _said_again(code, who.agency_id), facts)


def _enter(facts: Facts, who: User) -> None:
    """PLCY enters what an agency sent: each answer is an update's facts, or "no change" where it has no statement."""
    agency = Agency.objects.get(pk=facts["agency"])
    source = Source(who=facts["source"], on=facts["source_on"], how=facts["source_how"])
    submission = Submission(agency, who, cleared_by=marked(facts.get("cleared_by", "")), source=source)
    for each in facts["answers"]:
        words = _said(each, agency.pk) if "statement" in each else _said_again(each["milestone"], agency.pk)
        milestone = _milestone(each["milestone"])
        submission.post(milestone, seen_version=milestone.version, words=words)


def _post(code: str, who: User, agency: str | None, words: Words, facts: Facts) -> None:
    milestone = _milestone(code)
    day = facts.get("completed_on")
    cited = facts.get("evidence")
    said: dict[str, Any] = {
        "seen_version": milestone.version,
        "words": words,
        "status": facts.get("status"),
        "completion": Completion.when(parse_forecast(day), facts["outcome"]) if day else None,
        "evidence": Evidence(**cited | {"title": marked(cited["title"])}) if cited else _NOTHING,
        "note": marked(facts.get("note", "")),
        "agency_note": marked(facts.get("agency_note", "")),
    }
    if "cleared_by" in facts:
        Submission(Agency.objects.get(pk=agency), who, cleared_by=marked(facts["cleared_by"])).post(milestone, **said)
    else:
        post_update(milestone, by=who, **said)


def _said(facts: Facts, agency: str | None) -> Words:
    """Return the words an act tells; outlook and reason carry forward where it gives none."""
    last = _last(facts["milestone"], agency)
    outlook = facts.get("outlook", last.outlook if last else "")
    said = {name: facts[name] for name in ("next_step", "reason", "needed") if name in facts}
    if outlook != Outlook.ON_TRACK and "reason" not in said and last:
        said["reason"] = last.reason
    return Words(
        statement=marked(facts["statement"]),
        **said,
        outlook=outlook,
        next_step_on=facts.get("next_step_on"),
        waiting_on=facts.get("waiting_on", ""),
        forecast=parse_forecast(facts["forecast"]) if "forecast" in facts else None,
        no_forecast_reason=facts.get("no_forecast_reason", ""),
    )


def _said_again(code: str, agency: str | None) -> Words:
    last = _last(code, agency)
    if last is None:
        raise ValueError(f"{agency} has no words on {code} to repeat.")
    names = ("statement", "next_step", "next_step_on", "waiting_on", "outlook", "reason", "needed", "forecast")
    return Words(**{name: getattr(last, name) for name in names}, no_forecast_reason=last.no_forecast_reason)


# --- Decisions ----------------------------------------------------------------------------------------------------


def _confirm(facts: Facts, who: User) -> None:
    milestone = _milestone(facts["milestone"])
    confirm(milestone, by=who, seen_version=milestone.version, authority=_authority(facts))


def _return(facts: Facts, who: User) -> None:
    milestone = _milestone(facts["milestone"])
    return_completion(milestone, by=who, seen_version=milestone.version, remark=marked(facts["remark"]))


def _assign(facts: Facts, who: User) -> None:
    agency = Agency.objects.get(code=facts["agency"])
    reason = marked(facts["reason"])
    assign(facts["milestones"], agency=agency, part=facts["part"], by=who, reason=reason, authority=_authority(facts))


def _ask(facts: Facts, who: User) -> None:
    milestone = _milestone(facts["milestone"])
    target: TargetDate = parse_forecast(facts["target"])
    text = marked(facts["text"])
    request_revision(
        milestone, by=who, seen_version=milestone.version, target=target, category=facts["category"], text=text
    )


def _accept(facts: Facts, who: User) -> None:
    pending = TargetRevision.objects.get(milestone=_milestone(facts["milestone"]), state=TargetRevision.State.PENDING)
    decide_revision(pending, by=who, accept=True, authority=_authority(facts))


def _authority(facts: Facts) -> Authority:
    if number := facts.get("meeting"):
        return Authority(kind=AuthorityKind.MEETING, meeting=number)
    return CHAIR


# --- Calls, questions, texts for COAC -----------------------------------------------------------------------------


def _extend(facts: Facts, who: User) -> None:
    agency, due_at = Agency.objects.get(pk=facts["agency"]), _new_york(facts["due_at"])
    changing.extend(_call(facts), by=who, agency=agency, due_at=due_at, reason=marked(facts["reason"]))


def _add_line(facts: Facts, who: User) -> None:
    changing.add_text(_call(facts), by=who, text=marked(facts["text"]))


def _remind(facts: Facts, who: User) -> None:
    reminding.remind(_call(facts), by=who)


def _question(facts: Facts, who: User) -> None:
    words = _last(facts["milestone"], facts["agency"])
    if words is None:
        raise ValueError(f"{facts['agency']} has no words on {facts['milestone']} to ask about.")
    ask(words, by=who, text=marked(facts["text"]))


def _answer(facts: Facts, who: User) -> None:
    asked = Question.objects.get(milestone=_milestone(facts["milestone"]), asked_of=who.agency, closed_at=None)
    answer(asked, by=who, text=marked(facts["text"]))


def _propose(facts: Facts, who: User) -> None:
    propose(_milestone(facts["milestone"]), by=who, text=facts["text"] + SHARED_MARK)


def _clear(facts: Facts, who: User) -> None:
    clear(_milestone(facts["milestone"]).summaries.filter(cleared_at=None).latest("recorded_at"), by=who)


# --- Meetings and people ------------------------------------------------------------------------------------------


def _announce(facts: Facts, who: User) -> None:
    announce(by=who, title=marked(facts["title"]), held_at=_new_york(facts["held_at"]), agenda=facts["agenda"].strip())


def _conclude(facts: Facts, who: User) -> None:
    conclude(Meeting.objects.get(pk=facts["meeting"]), by=who, text=marked(facts["text"]))


def _owe(facts: Facts, who: User) -> None:
    owe(
        Meeting.objects.get(pk=facts["meeting"]),
        by=who,
        text=marked(facts["text"]),
        due_on=facts["due_on"],
        agency=Agency.objects.get(pk=facts["agency"]),
        milestone=_milestone(facts["milestone"]) if "milestone" in facts else None,
    )


def _deliver(facts: Facts, who: User) -> None:
    owed = DueOut.objects.get(meeting=facts["meeting"], agency=who.agency, answered_at=None)
    answer_due_out(owed, by=who, text=marked(facts["text"]))


def _name(facts: Facts, who: User) -> None:
    """Name a person, and make them contact, alternate or principal for these milestones of the agency."""
    agency = Agency.objects.get(pk=facts["agency"])
    seat = User.objects.filter(email=facts.get("seat", "")).first()
    person = keep_person(
        agency,
        by=who,
        name=facts["name"],
        office=facts["office"],
        email=facts["email"],
        phone=facts.get("phone", ""),
        seat=seat,
    )
    held = Responsibility.objects.in_force().filter(agency=agency).select_related("milestone", "agency")
    chosen = [each for each in held if "milestones" not in facts or each.milestone.code in facts["milestones"]]
    name_contact(chosen, by=who, part=facts["part"], person=person)
    if "away_until" in facts:
        set_away(person, by=who, away_until=facts["away_until"])


# --- The weekly report --------------------------------------------------------------------------------------------


def _write(facts: Facts, who: User) -> None:
    marks = {"narrative": MARK, "coac_narrative": SHARED_MARK}
    narratives = {name: facts[name] + mark for name, mark in marks.items() if name in facts}
    asks = [{**ask, "text": marked(ask["text"])} for ask in facts["asks"]] if "asks" in facts else None
    write(_latest(facts), by=who, asks=asks, **narratives)


def _edit_line(facts: Facts, who: User) -> None:
    line = {name: facts[name] for name in ("agency", "field")}
    edit_line(_latest(facts), by=who, code=facts["milestone"], text=marked(facts["text"]), **line)


def _correct(facts: Facts, who: User) -> None:
    correct(_latest(facts), by=who, reason=marked(facts["reason"]))


def _publish(facts: Facts, who: User) -> None:
    publish(_latest(facts), by=who, tell=False)


# --- What they share ----------------------------------------------------------------------------------------------


def _milestone(code: str) -> Milestone:
    return Milestone.objects.coded(code).get()


def _last(code: str, agency: str | None) -> StatusUpdate | None:
    return StatusUpdate.objects.filter(milestone=_milestone(code), agency=agency).last_words().first()


def _call(facts: Facts) -> Call:
    return Call.objects.get(week=facts["week"])


def _latest(facts: Facts) -> WeeklyReport:
    return WeeklyReport.objects.filter(week=facts["week"]).latest("version")


def _new_york(moment: datetime) -> datetime:
    return moment.replace(tzinfo=clock.NEW_YORK)


DOES: dict[str, Callable[[Facts, User], None]] = {
    "update": _update,
    "no_change": _no_change,
    "enter": _enter,
    "confirm": _confirm,
    "return": _return,
    "assign": _assign,
    "ask": _ask,
    "accept": _accept,
    "extend": _extend,
    "add_line": _add_line,
    "remind": _remind,
    "question": _question,
    "answer": _answer,
    "propose": _propose,
    "clear": _clear,
    "announce": _announce,
    "conclude": _conclude,
    "owe": _owe,
    "deliver": _deliver,
    "name": _name,
    "write": _write,
    "edit_line": _edit_line,
    "correct": _correct,
    "publish": _publish,
}
