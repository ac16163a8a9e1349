"""What happens when several decisions are recorded at once?

Each is an act of its own: one that is refused never loses the others.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from esc_tracker import clock
from esc_tracker.accounts.models import User
from milestones.authority import Authority
from milestones.converters import MilestoneCode
from milestones.deciding import decide
from milestones.forms import as_kept
from milestones.models import Milestone, StatusUpdate, TargetRevision
from milestones.refusals import Incomplete, NotAllowed, StaleUpdate
from milestones.targets.account import say_target
from milestones.targets.revisions import decide_revision
from milestones.telling import say_day
from milestones.workflow import Move
from reports import sentences
from reports.wording import agreeing

LEAVE = "leave"
_KEY = re.compile(rf"revision-(?P<pk>[1-9][0-9]{{0,17}})|completion-(?P<code>{MilestoneCode.regex})")
_ANSWERS = {"revision": ("accept", "refuse"), "completion": (Move.CONFIRM.value, Move.RETURN.value)}
_NOT_OFFERED = "Choose one of the answers offered."
_GONE = "There is no such request."
_LOOK_AGAIN = "Read it again below, then decide."


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What somebody chose about one thing that waits: `version` is the milestone's they saw, None where unsaid."""

    key: str
    answer: str
    version: int | None = None
    remark: str = ""

    @property
    def is_decision(self) -> bool:
        """Say whether it is more than leaving the thing for now."""
        return self.answer not in {"", LEAVE}


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one choice, in a sentence; `keep` where the answer may stand for another try."""

    key: str
    code: str
    done: bool
    words: str
    keep: bool = True


def choices_in(data: Mapping[str, str]) -> dict[str, Choice]:
    """Return what was chosen and typed about each thing, by key; what is not named as ours is left out."""
    found = {}
    for name in data:
        key = name.removesuffix("-answer")
        if name != key and _KEY.fullmatch(key):
            version = data.get(f"{key}-version", "")
            found[key] = Choice(
                key=key,
                answer=data[name],
                version=int(version) if re.fullmatch(r"[0-9]{1,9}", version) else None,
                remark=as_kept(data.get(f"{key}-remark")),
            )
    return found


def record_choices(choices: Sequence[Choice], *, by: User, authority: Authority) -> list[Result]:
    """Record each decision through its own door; say what became of each, in the order given."""
    return [_record(choice, by, authority) for choice in choices]


def _record(choice: Choice, by: User, authority: Authority) -> Result:
    named = _KEY.fullmatch(choice.key)
    if named and named["pk"]:
        asked = _request(int(named["pk"]))
        code = asked.milestone.code if asked else ""
        if asked is None or choice.answer not in _ANSWERS["revision"]:
            return Result(key=choice.key, code=code, done=False, words=_NOT_OFFERED if asked else _GONE)
        return _decide_request(choice, asked, by, authority)
    code = named["code"] if named else ""
    milestone = Milestone.objects.coded(code).first() if code else None
    if milestone is None or choice.answer not in _ANSWERS["completion"]:
        return Result(key=choice.key, code=code, done=False, words=_NOT_OFFERED if milestone else _GONE)
    return _decide_completion(choice, milestone, by, authority)


# --- A new target ----------------------------------------------------------------------------------------------------


def _decide_request(choice: Choice, asked: TargetRevision, by: User, authority: Authority) -> Result:
    code, wanted = asked.milestone.code, say_target(asked.new_target)
    accept = choice.answer == "accept"
    try:
        decide_revision(asked, by=by, accept=accept, authority=authority)
    except NotAllowed as refused:
        overtaken = _decided_by_another(_request(asked.pk), str(refused))
        return Result(key=choice.key, code=code, done=False, words=overtaken)
    except Incomplete as incomplete:
        return Result(key=choice.key, code=code, done=False, words=" ".join(incomplete.problems.values()))
    except StaleUpdate as stale:
        return Result(key=choice.key, code=code, done=False, words=f"{stale} {_LOOK_AGAIN}", keep=False)
    done = f"the new target, {wanted}, is approved" if accept else f"the new target, {wanted}, is refused"
    return Result(key=choice.key, code=code, done=True, words=f"{code}: {done}.")


def _request(pk: int) -> TargetRevision | None:
    return TargetRevision.objects.select_related("milestone", "agency", "decided_by").filter(pk=pk).first()


def _decided_by_another(asked: TargetRevision | None, otherwise: str) -> str:
    """Say who decided a request meanwhile, or which newer one took its place; else what the record said."""
    if asked is None or asked.decided_at is None:
        return otherwise
    if asked.decided_by is None:
        newer = TargetRevision.objects.filter(milestone=asked.milestone, recorded_at__gte=asked.decided_at)
        latest = newer.select_related("agency").exclude(pk=asked.pk).order_by("-recorded_at", "-pk").first()
        if latest is None:
            return otherwise
        return (
            f"{latest.agency} asked for {say_target(latest.new_target)} instead, {_ago(latest.recorded_at)}; "
            f"the request for {say_target(asked.new_target)} waits no more."
        )
    outcome = "approved" if asked.state == TargetRevision.State.ACCEPTED else "refused"
    return f"{asked.decided_by} decided this {_ago(asked.decided_at)}: {outcome}."


# --- A completion ----------------------------------------------------------------------------------------------------


def _decide_completion(choice: Choice, milestone: Milestone, by: User, authority: Authority) -> Result:
    code, move = milestone.code, Move(choice.answer)
    if choice.version is None:
        return Result(key=choice.key, code=code, done=False, words=f"This was out of date. {_LOOK_AGAIN}", keep=False)
    try:
        decide(
            milestone, move, by=by, seen_version=choice.version, remark=_said_with(choice, move), authority=authority
        )
    except NotAllowed as refused:
        return Result(key=choice.key, code=code, done=False, words=str(refused))
    except Incomplete as incomplete:
        return Result(key=choice.key, code=code, done=False, words=" ".join(incomplete.problems.values()))
    except StaleUpdate as stale:
        return _overtaken(choice, move, stale.milestone, by, authority)
    return Result(key=choice.key, code=code, done=True, words=f"{code}: {_DONE[move]}.")


_DONE = {
    Move.CONFIRM: "its completion is confirmed",
    Move.RETURN: "it is returned to the agency and in progress again",
}


def _said_with(choice: Choice, move: Move) -> str:
    return choice.remark if move == Move.RETURN else ""


def _overtaken(choice: Choice, move: Move, milestone: Milestone, by: User, authority: Authority) -> Result:
    """Say what happened since the page was opened; a decision sent twice has simply been made."""
    code = milestone.code
    since = StatusUpdate.objects.filter(milestone=milestone, version__gt=choice.version)
    acts = list(since.select_related("agency", "by").order_by("version"))
    first = acts[0] if acts else None
    sent = (move, by.pk, _said_with(choice, move), authority)
    if first and (first.move, first.by_id, first.remark, first.decided_under) == sent:
        return Result(key=choice.key, code=code, done=True, words=f"{code}: {_DONE[move]}.")
    decided = next((act for act in reversed(acts) if not act.is_words), None)
    if decided:
        words = f"{decided.by} {Move(decided.move).label} {_ago(decided.recorded_at)}."
    elif first:
        words = f"{first.agency} {Move(first.move).label} {_ago(first.recorded_at)}. {_LOOK_AGAIN}"
    else:
        words = f"{StaleUpdate(milestone)} {_LOOK_AGAIN}"
    return Result(key=choice.key, code=code, done=False, words=words, keep=False)


def _ago(moment: datetime) -> str:
    """Say how long ago something was recorded: "just now", "two minutes ago", "on Sep 11, 2020"."""
    passed = clock.now() - moment
    minutes = passed // timedelta(minutes=1)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{sentences.counted(minutes)} {agreeing(minutes, 'minute', 'minutes')} ago"
    hours = minutes // 60
    if hours < 24:
        return f"{sentences.counted(hours)} {agreeing(hours, 'hour', 'hours')} ago"
    return f"on {say_day(clock.day_of(moment))}"
