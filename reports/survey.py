"""How do things stand, at a glance?

Dashboards count over plain facts about every milestone this reader sees, in two queries however many there are. The
numbers are those of `take_figures`; a test compares the two.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    FilteredRelation,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from actions.target_dates import Kind, TargetDate
from esc_tracker.accounts.models import PLCY, Agency
from esc_tracker.journal.models import Entry
from esc_tracker.reader import Reader, last_day_before
from milestones.calls.calling import DueCall
from milestones.models import Milestone, StatusUpdate
from milestones.querysets import LEAD_OR_JOINT, in_force
from milestones.workflow import NOT_RELEASED, OPEN, Move, Status
from reports.figures import DUE_SOON_DAYS

SHARED = (
    *("pk", "action_id", "position", "text", "action__title", "status", "target_kind", "target_on", "overdue"),
    *("plan_kind", "plan_on", "completed_kind", "completed_on"),
)
INTERNAL = ("outlook", "forecast_on", "confirmed_at")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """What a dashboard knows of one milestone; `agencies` are those that answer for it, the lead first."""

    pk: int
    action: int
    position: int
    text: str
    status: str
    target: TargetDate | None
    overdue: bool
    days: int | None
    plan_kind: str
    plan_on: date | None
    completed_kind: str
    completed_on: date | None
    outlook: str = ""
    forecast_on: date | None = None
    confirmed_at: datetime | None = None
    agencies: tuple[str, ...] = ()
    silent: frozenset[str] = field(default_factory=frozenset)

    @property
    def code(self) -> str:
        """Return its number, such as 4.3."""
        return f"{self.action}.{self.position}"

    @property
    def is_open(self) -> bool:
        """Say whether it is neither reported, completed nor withdrawn."""
        return self.status in OPEN

    @property
    def due_on(self) -> date | None:
        """Return the day its target falls due, None where it has none."""
        return self.target.due_on if self.target else None


@dataclass(frozen=True, kw_only=True)
class Survey:
    """Every milestone one reader sees, the oldest target first, with the names of agencies and actions."""

    today: date
    facts: tuple[Fact, ...]
    agencies: Mapping[str, str]
    actions: Mapping[int, str]
    overdue_before: int | None = None
    begins_at: datetime | None = None

    @property
    def overdue(self) -> tuple[Fact, ...]:
        """Return what is overdue, the oldest first."""
        return tuple(fact for fact in self.facts if fact.overdue)

    @property
    def due_soon(self) -> tuple[Fact, ...]:
        """Return what is open, not overdue, and falls due in the next 60 days, the next first."""
        last = self.today + timedelta(days=DUE_SOON_DAYS)
        return tuple(fact for fact in self.facts if fact.is_open and fact.due_on and self.today <= fact.due_on <= last)

    @property
    def not_released(self) -> int:
        """Count what is withheld from this reader."""
        return sum(fact.status == NOT_RELEASED for fact in self.facts)

    def held_by(self, code: str) -> tuple[Fact, ...]:
        """Return what an agency leads or carries jointly."""
        return tuple(fact for fact in self.facts if code in fact.agencies)

    def of_nobody(self) -> tuple[Fact, ...]:
        """Return what no agency is named for."""
        return tuple(fact for fact in self.facts if not fact.agencies)

    def names(self, fact: Fact) -> str:
        """Name the agencies that answer for a milestone, the lead first; "" where none is named."""
        return " and ".join(self.agencies[code] for code in fact.agencies)


def take_survey(reader: Reader, *, call: DueCall | None = None, since: datetime | None = None) -> Survey:
    """Survey everything this reader sees. Two queries.

    `call` is the one by which silence is judged, `since` an earlier moment whose overdue are counted too.
    """
    agencies, holders, silent = _holders(reader, call)
    before = _overdue_before(reader, since) if since else Value(None, IntegerField())
    columns = SHARED if reader.is_coac else SHARED + INTERNAL
    rows = Milestone.objects.visible_to(reader).order_by(F("target_on").asc(nulls_last=True), "action_id", "position")
    rows = rows if reader.is_coac else rows.annotate(**_last_acts(reader))
    facts, actions, late_before, begins_at = [], {}, None, None
    for row in rows.annotate(overdue_before=before, begins_at=_begins_at()).values(
        *columns, "overdue_before", "begins_at"
    ):
        late_before, begins_at = row["overdue_before"], row["begins_at"]
        actions[row["action_id"]] = row["action__title"]
        kind, due_on = row["target_kind"], row["target_on"]
        facts.append(
            Fact(
                pk=row["pk"],
                action=row["action_id"],
                position=row["position"],
                text=row["text"],
                status=row["status"],
                target=TargetDate(Kind(kind), due_on) if kind else None,
                overdue=row["overdue"],
                days=(reader.today - due_on).days if row["overdue"] else None,
                plan_kind=row["plan_kind"],
                plan_on=row["plan_on"],
                completed_kind=row["completed_kind"],
                completed_on=row["completed_on"],
                outlook=row.get("outlook", ""),
                forecast_on=row.get("forecast_on"),
                confirmed_at=row.get("confirmed_at"),
                agencies=tuple(holders.get(row["pk"], ())),
                silent=frozenset(silent.get(row["pk"], ())) if row["status"] in OPEN else frozenset(),
            )
        )
    return Survey(
        today=reader.today,
        facts=tuple(facts),
        agencies=agencies,
        actions=dict(sorted(actions.items())),
        overdue_before=late_before,
        begins_at=begins_at,
    )


def counts_of(facts: Collection[Fact]) -> dict[str, int]:
    """Count all, each status (zero included) and what is overdue: the shape of a report's totals."""
    counts = dict.fromkeys([*Status.values, NOT_RELEASED], 0)
    for fact in facts:
        counts[fact.status] += 1
    return {"milestones": len(facts), **counts, "overdue": sum(fact.overdue for fact in facts)}


def _last_acts(reader: Reader) -> dict[str, Subquery]:
    """Return the forecast of whose word counts, the lead's or PLCY's where none leads, and when it was confirmed."""
    acts = StatusUpdate.objects.before(reader.moment).filter(milestone=OuterRef("pk")).order_by("-version")
    words = acts.words().filter(agency_id=Coalesce(OuterRef("lead_code"), Value(PLCY)))
    return {
        "forecast_on": Subquery(words.values("forecast_on")[:1]),
        "confirmed_at": Subquery(acts.filter(move=Move.CONFIRM).values("recorded_at")[:1]),
    }


def _begins_at() -> Subquery:
    """Return when the record begins: rides along like the overdue of an earlier moment."""
    return Subquery(Entry.objects.order_by("recorded_at").values("recorded_at")[:1])


def _overdue_before(reader: Reader, since: datetime) -> Case:
    """Return how many were overdue at an earlier moment, null where the record does not reach back so far.

    Does not depend on the row it is annotated to: it rides along with the survey's query.
    """
    then = Reader(role=reader.role, agency=reader.agency, moment=since, today=last_day_before(since))
    late = Milestone.objects.visible_to(then).overdue().order_by()
    count = late.annotate(count=Func(F("pk"), function="COUNT", output_field=IntegerField())).values("count")
    return Case(When(Exists(Entry.objects.filter(recorded_at__lt=since)), then=Subquery(count)), default=None)


def _holders(reader: Reader, call: DueCall | None) -> tuple[dict[str, str], dict[int, list[str]], dict[int, list[str]]]:
    """Return the agencies' names, who answers for each milestone, and who of them is silent. One query."""
    held = FilteredRelation(
        "responsibilities",
        condition=in_force(reader.moment, "responsibilities__") & Q(responsibilities__part__in=LEAD_OR_JOINT),
    )
    silent = (
        Exists(Milestone.objects.silence_of(call, reader.moment).filter(pk=OuterRef("held__pk")))
        if call
        else Value(False, BooleanField())
    )
    rows = Agency.objects.annotate(held=held).annotate(is_silent=silent)
    names: dict[str, str] = {}
    leads_first: dict[int, list[str]] = {}
    silent_of: dict[int, list[str]] = {}
    for code, name, pk, part, is_silent in rows.values_list(
        "code", "name", "held__milestone_id", "held__part", "is_silent"
    ):
        names[code] = name
        if pk is not None:
            place = 0 if part == "lead" else len(leads_first.get(pk, ()))
            leads_first.setdefault(pk, []).insert(place, code)
            if is_silent:
                silent_of.setdefault(pk, []).append(code)
    return names, leads_first, silent_of


def silent_agencies(survey: Survey) -> list[tuple[str, int, int]]:
    """Return `(agency code, milestones it is silent on, open milestones it answers for)` of each silent agency."""
    found = []
    for code in survey.agencies:
        held = [fact for fact in survey.held_by(code) if fact.is_open]
        if count := sum(code in fact.silent for fact in held):
            found.append((code, count, len(held)))
    return found


def by_due_day(facts: Sequence[Fact]) -> dict[date, list[Fact]]:
    """Group by the day they fall due, the next first."""
    groups: dict[date, list[Fact]] = {}
    for fact in facts:
        if fact.due_on:
            groups.setdefault(fact.due_on, []).append(fact)
    return dict(sorted(groups.items()))
