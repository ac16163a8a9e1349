"""What does a dashboard's list say of one milestone?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import PLCY, User
from esc_tracker.reader import Reader
from milestones.filters import UNASSIGNED_LABEL
from milestones.links import link
from milestones.models import StatusUpdate
from milestones.telling import counted
from milestones.workflow import NO_OUTLOOK, UPDATABLE
from reports.survey import Fact, Survey

Words = Mapping[int, Sequence[StatusUpdate]]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One milestone in a list: what it is, whose, how late, how it looks, what was said last."""

    code: str
    url: str
    text: str
    agencies: str
    target: TargetDate | None
    status: str
    outlook: str
    days: int | None
    is_silent: bool
    said: str = ""
    statement: str = ""
    next_step: str = ""
    update_url: str = ""


def last_words(facts: Collection[Fact], reader: Reader) -> Words:
    """Return each agency's last word on these milestones, the newest first. One query; none for COAC or nothing."""
    if not facts or not reader.sees_internal:
        return {}
    rows: QuerySet[StatusUpdate] = StatusUpdate.objects.last_words(reader.moment).filter(
        milestone__in=[fact.pk for fact in facts]
    )
    found: dict[int, list[StatusUpdate]] = {}
    for said in rows.select_related("agency").order_by("-version"):
        found.setdefault(said.milestone_id, []).append(said)
    return found


def lines_of(
    facts: Sequence[Fact], survey: Survey, reader: Reader, words: Words, *, updates_by: User | None = None
) -> list[Line]:
    """Return what is said of each milestone: for a member by their own agency, else by the lead.

    `updates_by` adds where that person updates it.
    """
    own = updates_by.agency_id if updates_by else None
    lines = []
    for fact in facts:
        said = _heard(words.get(fact.pk, ()), own or (fact.agencies[0] if fact.agencies else PLCY))
        may = updates_by is not None and reader.may_act and fact.status in UPDATABLE
        lines.append(
            Line(
                code=fact.code,
                url=link("milestones:detail", fact.code, reader=reader),
                text=fact.text,
                agencies=survey.names(fact) or UNASSIGNED_LABEL,
                target=fact.target,
                status=fact.status,
                outlook=_own_outlook(words.get(fact.pk, ()), own) if own else fact.outlook,
                days=fact.days,
                is_silent=own in fact.silent if own else bool(fact.silent),
                said=_when(said, reader) if said else "",
                statement=said.statement if said else "",
                next_step=_next(said) if said else "",
                update_url=link("milestones:update", fact.code, reader=reader) if may else "",
            )
        )
    return lines


def _heard(words: Sequence[StatusUpdate], from_agency: str) -> StatusUpdate | None:
    """Return the last word of one agency, else the last of any."""
    return next((said for said in words if said.agency_id == from_agency), words[0] if words else None)


def _own_outlook(words: Sequence[StatusUpdate], own: str) -> str:
    """Return how an agency said it looks, `none` while it has not."""
    return next((said.outlook for said in words if said.agency_id == own), NO_OUTLOOK)


def _when(said: StatusUpdate, reader: Reader) -> str:
    days = (reader.today - clock.day_of(said.recorded_at)).days
    ago = f"{counted(days, 'day')} ago" if days else "today"
    return f"{said.agency}, {ago}"


def _next(said: StatusUpdate) -> str:
    return f"{said.next_step}, waiting on {said.waiting_on}" if said.next_step and said.waiting_on else said.next_step
