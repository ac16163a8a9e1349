"""What waits for an agency's word, the most urgent first, and where is "no change" not enough this time?"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q

from esc_tracker.accounts.models import PLCY, User
from esc_tracker.reader import Reader
from milestones.calls.calling import periods_since
from milestones.checkin.drafts import drafts_of
from milestones.meetings.due_outs import due_outs_known
from milestones.models import DraftRow, DueOut, Milestone, Question, StatusUpdate
from milestones.querysets import MilestoneQuerySet, coded
from milestones.questions import questions_for
from milestones.updates import CALLS_WITHOUT_WORDS, SAY_IT_ANEW
from milestones.words import Words, problems_with
from milestones.workflow import OPEN, Status, values

SOON = timedelta(days=60)
GROUPS = (("overdue", "Overdue, the oldest first"), ("soon", "Due in the next 60 days"), ("rest", "The rest"))
NOTHING_SAID = "Nothing has been said about it yet."


@dataclass(frozen=True)
class Waiting:
    """What an agency's check-in is about.

    `open` are its open milestones, the most urgent first; `reported` await confirmation; `others` were asked for by
    number and are neither. `drafts` are by milestone key; `periods` the first days of the calls that count (see
    `periods_since`).
    """

    open: Sequence[Milestone]
    reported: Sequence[Milestone]
    others: Sequence[Milestone]
    questions: Sequence[Question]
    due_outs: Sequence[DueOut]
    drafts: dict[int, DraftRow]
    periods: Sequence[date]

    @property
    def asked(self) -> list[Question | DueOut]:
        """Return what heads the check-in: open questions, then unanswered due-outs."""
        return [*self.questions, *self.due_outs]


def waiting_for(agency: str, user: User, reader: Reader, *, codes: Collection[str] = ()) -> Waiting:
    """Fetch an agency's check-in for one of its people or for PLCY, with the milestones numbered `codes` beside it.

    Six queries; one more where something is overdue.
    """
    ours: MilestoneQuerySet = _spoken_for(agency, reader).filter(status__in=[*values(OPEN), Status.REPORTED_COMPLETE])
    asked = Q(pk__in=ours.order_by().values("pk")) | coded(codes)
    by_target = F("target_on").asc(nulls_last=True)
    rows = Milestone.objects.visible_to(reader).filter(asked)
    rows = rows.annotate(is_ours=Q(pk__in=ours.order_by().values("pk")))
    found = list(rows.for_table(reader).order_by(by_target, "action_id", "position"))
    questions = questions_for(reader).filter(asked_of_id=agency, closed_at=None)
    is_ours = [row for row in found if row.is_ours]
    return Waiting(
        open=[row for row in is_ours if row.status in OPEN],
        reported=[row for row in is_ours if row.status not in OPEN],
        others=[row for row in found if not row.is_ours],
        questions=list(questions),
        due_outs=list(due_outs_known(None).filter(_owed_by(agency))),
        drafts=drafts_of(agency, user),
        periods=_periods(is_ours, agency, reader.today),
    )


def group_of(milestone: Milestone, today: date) -> str:
    """Return in which of GROUPS an open milestone stands."""
    if milestone.overdue:
        return "overdue"
    return "soon" if milestone.target_on and milestone.target_on <= today + SOON else "rest"


def words_of(milestone: Milestone, agency: str) -> StatusUpdate | None:
    """Return an agency's last word on a milestone; needs `last_words`. No query."""
    return next((said for said in milestone.last_words if said.agency_id == agency), None)


def said_again(said: StatusUpdate) -> Words:
    """Return an agency's last words as "no change" says them again."""
    return Words(
        statement=said.statement,
        next_step=said.next_step,
        next_step_on=said.next_step_on,
        waiting_on=said.waiting_on,
        outlook=said.outlook,
        reason=said.reason,
        needed=said.needed,
        forecast=said.forecast,
        no_forecast_reason=said.no_forecast_reason,
    )


def why_words_are_needed(
    milestone: Milestone, said: StatusUpdate | None, *, periods: Sequence[date], today: date
) -> str:
    """Say why "no change" is not enough for a milestone this time; "" when it is (twin of `post_update`). No query."""
    if said is None:
        return NOTHING_SAID
    problems = problems_with(
        said_again(said), status=milestone.status, overdue=milestone.overdue, completion=None, today=today
    )
    if problems:
        return next(iter(problems.values()))
    unanswered = sum(starts_on > (said.written_on or today) for starts_on in periods)
    return SAY_IT_ANEW if milestone.overdue and unanswered >= CALLS_WITHOUT_WORDS else ""


def _spoken_for(agency: str, reader: Reader) -> MilestoneQuerySet:
    """Return the milestones an agency speaks for; PLCY also for those that no agency is named for."""
    codes = [PLCY, "unassigned"] if agency == PLCY else [agency]
    rows: MilestoneQuerySet = Milestone.objects.visible_to(reader)
    return rows.responsible_to(codes, reader)


def _owed_by(agency: str) -> Q:
    """Match what an agency owes the committee; PLCY answers also for people named in words."""
    return Q(agency_id=agency) | Q(agency=None) if agency == PLCY else Q(agency_id=agency)


def _periods(rows: Sequence[Milestone], agency: str, today: date) -> list[date]:
    """Return the periods that could have brought new words on an overdue milestone. One query, or none."""
    written = [said.written_on for row in rows if row.overdue and (said := words_of(row, agency)) and said.written_on]
    return periods_since(min(written), today) if written else []
