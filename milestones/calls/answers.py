"""Who has answered a call, agency by agency and milestone by milestone?

Judged in Python for a page's worth of calls at once; its twin in SQL, for the latest call due, is `silence_of`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Exists, OuterRef, Q, TextChoices

from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from milestones.calls.terms import Terms, terms_of
from milestones.models import Call, Milestone, Responsibility, StatusUpdate
from milestones.querysets import LEAD_OR_JOINT
from milestones.words import says_the_same
from milestones.workflow import OPEN, WORDS, initial_status

_FOR_EVER = datetime.max.replace(tzinfo=UTC)


class Heard(TextChoices):
    """What came of asking one agency about one milestone."""

    ON_TIME = "on_time", "Answered"
    LATE = "late", "Answered late"
    NOT_YET = "not_yet", "Not yet heard"
    SILENT = "silent", "Silent"


@dataclass(frozen=True)
class Asked:
    """One agency asked about one milestone by a call, and what came of it."""

    agency: Agency
    milestone: Milestone
    heard: Heard

    @property
    def is_answered(self) -> bool:
        """Say whether the agency gave its word, in time or late."""
        return self.heard in {Heard.ON_TIME, Heard.LATE}


@dataclass(frozen=True)
class Said:
    """What an agency said in a call's period about a milestone; `no_change` if it only confirmed its last words."""

    words: StatusUpdate
    no_change: bool


@dataclass(frozen=True)
class Stretch:
    """A call, how it stands, and the moment from which its answers no longer matter: the next one had fallen due."""

    call: Call
    terms: Terms
    ends_at: datetime

    @property
    def starts_at(self) -> datetime:
        """Return the moment from which an update answers it."""
        return clock.start_of(self.call.starts_on)

    def ends_for(self, agency: str) -> datetime:
        """Return when its answers no longer matter for an agency: not before they are due."""
        return max(self.ends_at, self.terms.due_for(agency))


def stretches(calls: Iterable[Call]) -> list[Stretch]:
    """Return calls, the latest first, each with the moment at which the next one not skipped falls due. No query.

    All calls after the earliest one given have to be among them.
    """
    found, ends_at = [], _FOR_EVER
    for call in sorted(calls, key=lambda each: each.ends_on, reverse=True):
        terms = terms_of(call)
        found.append(Stretch(call, terms, ends_at))
        ends_at = ends_at if terms.skipped else terms.due_at
    return found


def take_roll(asked: Sequence[Stretch], moment: datetime | None) -> dict[str, list[Asked]]:
    """Return `{week: [who was asked about what, and whether they answered]}` as of a moment (None: now).

    A call that was skipped asks nobody. In the order of agencies and of the plan. Two queries, however many calls.
    """
    if not asked:
        return {}
    begins_at = min(each.starts_at for each in asked)
    held = list(
        Responsibility.objects.filter(part__in=LEAD_OR_JOINT)
        .filter(Q(assigned_until=None) | Q(assigned_until__gte=begins_at))
        .select_related("agency", "milestone__edition")
        .order_by("agency__sort_order", "agency_id", "milestone__action_id", "milestone__position", "pk")
    )
    acts = _acts_since(begins_at, moment)
    return {each.call.week: list(_roll_of(each, held, acts, moment)) for each in asked}


def words_given(stretch: Stretch, moment: datetime | None) -> dict[tuple[str, int], Said]:
    """Return `{(agency, milestone id): its answer to a call}` as of a moment: the last in time, else the first late.

    One query.
    """
    rows = StatusUpdate.objects.before(moment)
    before = rows.last_words(stretch.starts_at).values("pk")
    spoken = rows.words().filter(Q(recorded_at__gte=stretch.starts_at) | Q(pk__in=before)).order_by("version")
    last: dict[tuple[str, int], StatusUpdate] = {}
    found: dict[tuple[str, int], Said] = {}
    for words in spoken:
        key = words.agency_id, words.milestone_id
        previous, last[key] = last.get(key), words
        if not stretch.starts_at <= words.recorded_at < stretch.ends_for(words.agency_id):
            continue
        if key not in found or words.recorded_at < stretch.terms.due_for(words.agency_id):
            found[key] = Said(words, no_change=says_the_same(previous, words))
    return found


def _acts_since(begins_at: datetime, moment: datetime | None) -> dict[int, list[StatusUpdate]]:
    """Return each milestone's acts from a moment on, led by the one that gave it its status then. One query."""
    rows = StatusUpdate.objects.before(moment)
    later = StatusUpdate.objects.filter(
        milestone=OuterRef("milestone"), version__gt=OuterRef("version"), recorded_at__lt=begins_at
    )
    told = rows.filter(Q(recorded_at__gte=begins_at) | ~Exists(later)).order_by("milestone_id", "version")
    found: dict[int, list[StatusUpdate]] = {}
    for act in told.only("milestone_id", "agency_id", "version", "move", "status", "recorded_at"):
        found.setdefault(act.milestone_id, []).append(act)
    return found


def _roll_of(
    stretch: Stretch, held: Sequence[Responsibility], acts: dict[int, list[StatusUpdate]], moment: datetime | None
) -> Iterator[Asked]:
    if stretch.terms.skipped:
        return
    for each in held:
        if heard := _heard(stretch, each, acts.get(each.milestone_id, []), moment):
            yield Asked(each.agency, each.milestone, heard)


def _heard(
    stretch: Stretch, held: Responsibility, acts: Sequence[StatusUpdate], moment: datetime | None
) -> Heard | None:
    """Judge one responsibility; None where the agency was not asked.

    It is asked if it answers for the milestone, and that is open, when the call falls due (until then: now); an
    answer in time counts though the milestone was closed by it. Who owes one still has to be responsible for it, and
    the milestone still open.
    """
    due_at = stretch.terms.due_for(held.agency_id)
    now = clock.now() if moment is None else moment
    fallen_due = due_at <= now
    last_moment = _FOR_EVER if moment is None else moment
    judged_at = due_at if fallen_due else last_moment
    ends_at = min(last_moment, stretch.ends_for(held.agency_id))
    if not _holds(held, judged_at) or not _is_known(held.milestone, judged_at):
        return None
    spoken = [
        act.recorded_at
        for act in acts
        if act.agency_id == held.agency_id and act.move in WORDS and stretch.starts_at <= act.recorded_at < ends_at
    ]
    if spoken and spoken[0] < due_at:
        return Heard.ON_TIME
    if _status_at(held.milestone, acts, judged_at) not in OPEN:
        return None
    if spoken:
        return Heard.LATE
    if not fallen_due:
        return Heard.NOT_YET
    still_owes = _holds(held, ends_at) and _status_at(held.milestone, acts, ends_at) in OPEN
    return Heard.SILENT if still_owes else None


def _holds(held: Responsibility, moment: datetime) -> bool:
    begun = held.assigned_from is None or held.assigned_from < moment
    return begun and (held.assigned_until is None or held.assigned_until >= moment)


def _is_known(milestone: Milestone, moment: datetime) -> bool:
    return milestone.edition.recorded_at is None or milestone.edition.recorded_at < moment


def _status_at(milestone: Milestone, acts: Sequence[StatusUpdate], moment: datetime) -> str:
    before = [act.status for act in acts if act.recorded_at < moment]
    return before[-1] if before else initial_status(milestone.plan_kind)
