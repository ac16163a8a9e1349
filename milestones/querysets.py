"""Which rows, and what of them does this reader see?

Finds the ledgers through the models' relations and imports no model. Every reading queryset starts at
`visible_to(reader)`, which adds the same annotations for now (from the stored columns) and for then (from the
ledgers), so that one filter, table or template serves both and nothing unseen can slip into a page.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, NullIf

from esc_tracker.accounts.models import PLCY
from esc_tracker.reader import Reader
from milestones.lateness import unconfirmed_before
from milestones.workflow import NO_OUTLOOK, NOT_RELEASED, OPEN, UPDATABLE, WORDS, Status, values

LEAD_OR_JOINT = ("lead", "joint")
_OPEN = values(OPEN)


class DaysBetween(models.Func):
    """Whole days from one date to a later one, as a number, on both databases."""

    arity = 2
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """Subtract Julian days."""
        earlier, later = (compiler.compile(part) for part in self.get_source_expressions())
        sql = f"CAST(julianday({later[0]}) - julianday({earlier[0]}) AS integer)"
        return sql, [*later[1], *earlier[1]]

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """Subtract dates."""
        earlier, later = (compiler.compile(part) for part in self.get_source_expressions())
        return f"({later[0]}::date - {earlier[0]}::date)", [*later[1], *earlier[1]]


def coded(codes: Collection[str], prefix: str = "") -> Q:
    """Match milestones by number (`4.3`), reached through `prefix`; none for no codes."""
    found = Q(pk__in=[]) if not prefix else Q(**{f"{prefix}pk__in": []})
    for code in codes:
        action, _, position = code.partition(".")
        found |= Q(**{f"{prefix}action_id": int(action), f"{prefix}position": int(position)})
    return found


def in_force(moment: datetime | Combinable | None, prefix: str = "") -> Q:
    """Match responsibilities that hold at a moment (None: now), which an expression may name."""
    if moment is None:
        return Q(**{f"{prefix}assigned_until": None})
    return (Q(**{f"{prefix}assigned_from": None}) | Q(**{f"{prefix}assigned_from__lt": moment})) & (
        Q(**{f"{prefix}assigned_until": None}) | Q(**{f"{prefix}assigned_until__gte": moment})
    )


def known_by(moment: datetime | Combinable, prefix: str = "") -> Q:
    """Match milestones of editions known at a moment, which an expression may name; edition 1 is part of every day."""
    recorded_at = f"{prefix}edition__recorded_at"
    return Q(**{recorded_at: None}) | Q(**{f"{recorded_at}__lt": moment})


def recorded_before(moment: datetime | None) -> Q:
    """Match ledger rows recorded strictly before a moment (None: all)."""
    return Q() if moment is None else Q(recorded_at__lt=moment)


def still_open(closing: str, moment: datetime | None) -> Q:
    """Match ledger rows whose closing field, such as `decided_at`, was not written by a moment (None: now)."""
    return Q(**{closing: None}) if moment is None else Q(**{closing: None}) | Q(**{f"{closing}__gte": moment})


class InForceQuerySet(models.QuerySet[Any]):
    """Responsibilities, by when they hold."""

    def in_force(self, moment: datetime | None = None) -> Self:
        """Keep those that hold at a moment (None: now)."""
        return self.filter(in_force(moment))

    def lead_first(self) -> Self:
        """Order lead, joint, supporting, each in the order they were given."""
        parts = Case(When(part="lead", then=0), When(part="joint", then=1), default=2, output_field=IntegerField())
        return self.select_related("agency").order_by(parts, "pk")


class StatusUpdateQuerySet(models.QuerySet[Any]):
    """The ledger of acts on status."""

    def words(self) -> Self:
        """Keep the acts that carry an agency's word."""
        return self.filter(move__in=sorted(WORDS))

    def before(self, moment: datetime | None) -> Self:
        """Keep the acts recorded strictly before a moment (None: all)."""
        return self.filter(recorded_before(moment))

    def last_words(self, moment: datetime | None = None) -> Self:
        """Keep each agency's last word on each milestone before a moment (None: now). One query."""
        later = self.model._default_manager.words().before(moment)
        later = later.filter(
            milestone=OuterRef("milestone"), agency=OuterRef("agency"), version__gt=OuterRef("version")
        )
        return self.words().before(moment).filter(~Exists(later))


class CallQuerySet(models.QuerySet[Any]):
    """Calls for updates."""

    def recorded_before(self, moment: datetime | None) -> Self:
        """Keep the calls opened strictly before a moment (None: all), with their changes before it. Two queries."""
        changes = self.model._meta.get_field("changes").related_model
        told = changes._default_manager.filter(recorded_before(moment)).select_related("by", "agency")
        return self.filter(recorded_before(moment)).prefetch_related(Prefetch("changes", told, to_attr="told"))


class MeetingQuerySet(models.QuerySet[Any]):
    """Meetings of the committee."""

    def announced(self, moment: datetime | None) -> Self:
        """Keep those recorded strictly before a moment (None: all), each with `told`: its announcements by then, the
        latest first, which is the one that counts. Two queries.
        """
        announcements = self.model._meta.get_field("announcements").related_model
        told = announcements._default_manager.filter(recorded_before(moment)).order_by("-recorded_at", "-pk")
        return self.filter(recorded_before(moment)).prefetch_related(Prefetch("announcements", told, to_attr="told"))


class MilestoneQuerySet(models.QuerySet[Any]):
    """Milestones, by who reads and as of when."""

    def _rows(self, relation: str) -> Any:
        """Return the rows of a ledger (`updates`, `revisions` …) that belong to each milestone."""
        ledger: Any = self.model._meta.get_field(relation).related_model
        return ledger._default_manager.filter(milestone=OuterRef("pk"))

    def coded(self, code: str) -> Self:
        """Keep the milestone with this number, such as `4.3`."""
        return self.filter(coded([code]))

    # --- What a reader sees ---------------------------------------------------------------------------------------

    def visible_to(self, reader: Reader) -> Self:
        """Keep what this reader may know of, with what they may read of it.

        Adds `status` (str), `target_kind` (str or null), `target_on` (date or null), `completed_kind` (str, "" if not
        completed), `completed_on` (date or null), `outcome` (str), `summary` (str), `overdue` (bool), `days_overdue`
        (int, null when not overdue), `unconfirmed` (bool), `unassigned` (bool); for all but COAC also `lead_code` (str
        or null), `outlook` (str, `none` while nobody has said), `moves` (int), `version_then` (int), `last_update_at`
        (datetime or null).
        COAC reads `completed_*` only once confirmed, and of a withheld milestone only the plan.
        """
        rows = self if reader.moment is None else self.filter(known_by(reader.moment))._as_of(reader.moment)
        if reader.moment is None:
            rows = rows._as_stored()
        rows = rows.annotate(
            unassigned=~Exists(self._rows("responsibilities").filter(in_force(reader.moment), part__in=LEAD_OR_JOINT)),
            summary=Coalesce(self._summary(reader.moment), Value("")),
        )
        rows = rows._for_coac(reader.withheld) if reader.is_coac else rows._with_internal(reader.moment)
        return rows._with_overdue(reader.today)

    def _as_stored(self) -> Self:
        return self.annotate(
            status=F("current_status"),
            target_kind=F("current_target_kind"),
            target_on=F("current_target_on"),
            completed_kind=F("current_completed_kind"),
            completed_on=F("current_completed_on"),
            outcome=F("current_outcome"),
        )

    def _as_of(self, moment: datetime) -> Self:
        """Answer from the ledgers: the last act, and the last accepted revision, before the moment."""
        act = self._rows("updates").filter(recorded_at__lt=moment).order_by("-version")
        revision = self._rows("revisions").filter(state="accepted", decided_at__lt=moment).order_by("-version")
        planned_kind = Case(When(plan_kind="completed", then=None), default=F("plan_kind"), output_field=CharField())
        started = Case(
            When(plan_kind="completed", then=Value(Status.COMPLETED.value)),
            When(plan_kind="ongoing", then=Value(Status.IN_PROGRESS.value)),
            default=Value(Status.NOT_STARTED.value),
        )
        revised_kind = Subquery(revision.values("new_target_kind")[:1])
        return self.annotate(
            status=Coalesce(Subquery(act.values("status")[:1]), started, output_field=CharField()),
            target_kind=Coalesce(revised_kind, planned_kind, output_field=CharField()),
            target_on=Case(
                When(Exists(revision), then=Subquery(revision.values("new_target_on")[:1])),
                default=F("plan_on"),
                output_field=DateField(),
            ),
            completed_kind=Coalesce(Subquery(act.values("completed_kind")[:1]), Value("")),
            completed_on=Subquery(act.values("completed_on")[:1]),
            outcome=Coalesce(Subquery(act.values("outcome")[:1]), Value("")),
        )

    def _with_internal(self, moment: datetime | None) -> Self:
        """Add what only the committee reads."""
        if moment is None:
            return self.annotate(
                lead_code=F("current_lead_id"),
                outlook=Coalesce(NullIf("current_outlook", Value("")), Value(NO_OUTLOOK)),
                moves=F("current_moves"),
                version_then=F("version"),
                last_update_at=F("current_said_at"),
            )
        lead = self._rows("responsibilities").filter(in_force(moment), part="lead").values("agency_id")[:1]
        acts = self._rows("updates").filter(recorded_at__lt=moment)
        words = acts.words().order_by("-version")
        accepted = self._rows("revisions").filter(state="accepted", decided_at__lt=moment).order_by()
        moves = accepted.values("milestone").annotate(count=models.Count("pk")).values("count")
        return self.annotate(lead_code=Subquery(lead)).annotate(
            outlook=Coalesce(
                Subquery(words.filter(agency_id=Coalesce(OuterRef("lead_code"), Value(PLCY))).values("outlook")[:1]),
                Value(NO_OUTLOOK),
            ),
            moves=Coalesce(Subquery(moves), 0),
            version_then=Greatest(_version_of(acts), _version_of(accepted)),
            last_update_at=Subquery(words.values("recorded_at")[:1], output_field=DateTimeField()),
        )

    def _for_coac(self, withheld: Collection[str]) -> Self:
        """Hide completions until confirmed, and of withheld milestones everything but the plan."""
        hidden = coded(withheld)
        unconfirmed = hidden | ~Q(status=Status.COMPLETED)
        return self.annotate(
            completed_kind=_unless(unconfirmed, "completed_kind", Value("")),
            completed_on=_unless(unconfirmed, "completed_on", None),
            outcome=_unless(unconfirmed, "outcome", Value("")),
        ).annotate(
            status=_unless(hidden, "status", Value(NOT_RELEASED)),
            target_kind=_unless(hidden, "target_kind", None),
            target_on=_unless(hidden, "target_on", None),
            summary=_unless(hidden, "summary", Value("")),
        )

    def _with_overdue(self, today: date) -> Self:
        """Add `overdue`, `days_overdue` and `unconfirmed`, judged against the target by `today`.

        SQL twin of workflow.is_overdue and lateness.is_unconfirmed.
        """
        late = Q(status__in=_OPEN, target_on__lt=today)
        forgotten = Q(status=Status.REPORTED_COMPLETE, target_on__lt=unconfirmed_before(today))
        return self.annotate(
            unconfirmed=Case(When(forgotten, then=True), default=False, output_field=BooleanField()),
            overdue=Case(When(late, then=True), default=False, output_field=BooleanField()),
            days_overdue=Case(
                When(late, then=DaysBetween(F("target_on"), Value(today, DateField()))), output_field=IntegerField()
            ),
        )

    def _summary(self, moment: datetime | None) -> Subquery:
        cleared = self._rows("summaries").filter(cleared_at__isnull=False)
        if moment is not None:
            cleared = cleared.filter(cleared_at__lt=moment)
        return Subquery(cleared.order_by("-cleared_at", "-pk").values("text")[:1])

    # --- Which of them (on rows that went through visible_to) -----------------------------------------------------

    def overdue(self) -> Self:
        """Keep the overdue ones, oldest target first."""
        return self.filter(overdue=True).order_by("target_on", "action_id", "position")

    def responsible_to(self, codes: Collection[str], reader: Reader) -> Self:
        """Keep those that any of these agencies leads or carries jointly; `unassigned` for those that none does."""
        held = self._rows("responsibilities").filter(
            in_force(reader.moment),
            part__in=LEAD_OR_JOINT,
            agency_id__in=[code for code in codes if code != "unassigned"],
        )
        return self.filter(Q(Exists(held)) | Q(unassigned=True)) if "unassigned" in codes else self.filter(Exists(held))

    def with_open_question(self, reader: Reader) -> Self:
        """Keep those on which an agency had been asked something and not answered by the reader's moment."""
        asked = self._rows("questions").filter(recorded_before(reader.moment), still_open("closed_at", reader.moment))
        return self.filter(Exists(asked))

    def silent(self, call: Any, moment: datetime | None, agencies: Collection[str] = ()) -> Self:
        """Keep those for which a responsible agency (one of `agencies`, if given) did not answer a call fallen due.

        `call` is a milestones.calls.calling.DueCall, None when no call has fallen due: then nobody is silent.
        """
        if call is None:
            return self.none()
        owing = self.silence_of(call, moment).filter(milestone=OuterRef("pk"))
        if agencies:
            owing = owing.filter(agency_id__in=agencies)
        return self.filter(Exists(owing), status__in=_OPEN)

    def silence_of(self, call: Any, moment: datetime | None) -> Any:
        """Return the responsibilities whose agency owes an answer to a call: responsible and the milestone open when it
        fell due, responsible still, and no word since the period began. (Whether it is open still is `status`.)
        An agency whose time was extended is judged by the call, and the due time, that `call.apart` names for it.
        A milestone that a later edition added owes nothing to the calls before.
        """
        asked, answers = self._judged_by_call(call, moment)
        return asked.filter(in_force(moment), ~Exists(answers), status_then__in=_OPEN)

    def asked_by(self, call: Any, moment: datetime | None) -> Any:
        """Return the responsibilities whose agency a call asked, with `answered` and `holds` (responsible still).

        It was asked if the milestone was open when the call fell due, or closed by the answer itself. Of these,
        `silence_of` are those that hold and were not answered. Twin of milestones.calls.answers.take_roll.
        """
        asked, answers = self._judged_by_call(call, moment)
        in_time = Exists(answers.filter(recorded_at__lt=OuterRef("answer_due")))
        return asked.filter(Q(status_then__in=_OPEN) | Q(in_time)).annotate(
            answered=Exists(answers),
            holds=Case(When(in_force(moment), then=True), default=False, output_field=BooleanField()),
        )

    def _judged_by_call(self, call: Any, moment: datetime | None) -> tuple[Any, Any]:
        """Return the responsibilities that a call may have asked, with `status_then`, and the words that answer it."""
        responsibilities: Any = self.model._meta.get_field("responsibilities").related_model
        updates: Any = self.model._meta.get_field("updates").related_model
        of_milestone = updates._default_manager.filter(milestone=OuterRef("milestone"))
        answers = of_milestone.words().filter(
            recorded_before(moment), agency=OuterRef("agency"), recorded_at__gte=OuterRef("asked_since")
        )
        then = Coalesce(
            Subquery(
                of_milestone.filter(recorded_at__lt=OuterRef("answer_due")).order_by("-version").values("status")[:1]
            ),
            Case(
                When(milestone__plan_kind="completed", then=Value(Status.COMPLETED.value)),
                default=Value(Status.NOT_STARTED.value),
            ),
            output_field=CharField(),
        )
        asked = (
            responsibilities._default_manager.filter(part__in=LEAD_OR_JOINT)
            .exclude(agency_id__in=[code for code, own in call.apart.items() if own is None])
            .alias(asked_since=_judged_by(call, "starts_at"), answer_due=_judged_by(call, "due_at"))
            .filter(in_force(F("answer_due")), known_by(F("answer_due"), "milestone__"))
            .alias(status_then=then)
        )
        return asked, answers

    def updatable_by(self, user: Any) -> Self:
        """Keep those a person may post an update on now (SQL twin of permissions.why_not_update)."""
        rows = self.filter(current_status__in=values(UPDATABLE))
        held = self._rows("responsibilities").filter(in_force(None), part__in=LEAD_OR_JOINT)
        ours = Exists(held.filter(agency_id=user.agency_id))
        if user.role == "plcy_staff":
            return rows.filter(ours | ~Exists(held))
        return rows.filter(ours) if user.role == "esc_member" else rows.none()

    # --- What a page fetches with them ----------------------------------------------------------------------------

    def for_table(self, reader: Reader) -> Self:
        """Fetch what a list shows: actions, `responsible`, for the committee `last_words`. Three queries at most."""
        responsibilities: Any = self.model._meta.get_field("responsibilities").related_model
        held = responsibilities._default_manager.in_force(reader.moment).lead_first()
        rows = self.select_related("action").prefetch_related(Prefetch("responsibilities", held, to_attr="responsible"))
        if not reader.sees_internal:
            return rows
        updates: Any = self.model._meta.get_field("updates").related_model
        said = updates._default_manager.last_words(reader.moment).select_related("agency").order_by("-version")
        return rows.prefetch_related(Prefetch("updates", said, to_attr="last_words"))


def _unless(hidden: Q, name: str, otherwise: Combinable | None) -> Case:
    """Keep an annotation's value except where it is hidden."""
    return Case(When(hidden, then=otherwise), default=F(name))


def _judged_by(call: Any, time: str) -> Combinable:
    """Return a time of the call by which a responsibility's agency is judged."""
    apart = [When(agency_id=code, then=_moment(getattr(own, time))) for code, own in call.apart.items() if own]
    return Case(*apart, default=_moment(getattr(call, time))) if apart else _moment(getattr(call, time))


def _moment(moment: datetime) -> Value:
    return Value(moment, DateTimeField())


def _version_of(ledger: Any) -> Coalesce:
    """Return the greatest version that a ledger's rows made of their milestone, 0 for none."""
    return Coalesce(Subquery(ledger.order_by("-version").values("version")[:1]), 0)
