"""How does the database hold that a month falls due on its last day?

Migrations name `IsMonthEnd` by this module's path: if it ever moves, this path has to keep importing it.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, CheckConstraint, Func, Q
from django.db.models.sql.compiler import SQLCompiler

from actions.target_dates import DATED, Kind

_DATED = sorted(kind.value for kind in DATED)
_WITHOUT_DATE = sorted(kind.value for kind in Kind if kind not in DATED)


class IsMonthEnd(Func):
    """Whether a date is the last day of its month; NULL for NULL.

    Django's own `__day` lookup is stored on SQLite as a function only Django defines, and then no other
    tool can write to the table or check it. This one is plain SQL on both databases.
    """

    arity = 1
    output_field = BooleanField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> tuple[str, Any]:
        # Four percent signs: the template halves them, then Django halves them again as it fills in the values.
        return self.as_sql(
            compiler, connection, template="(strftime('%%%%d', %(expressions)s, '+1 day') = '01')", **context
        )

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> tuple[str, Any]:
        return self.as_sql(
            compiler, connection, template="(EXTRACT(DAY FROM (%(expressions)s)::date + 1) = 1)", **context
        )


def target_date_constraints(model_name: str, prefix: str, *, nullable: bool = False) -> list[CheckConstraint]:
    """Return the constraints that make the columns `{prefix}_kind` and `{prefix}_on` one target date.

    With `nullable`, both columns are NULL where there is no target date at all, and never only one of them.
    """
    kind, due_on = f"{prefix}_kind", f"{prefix}_on"
    named = f"{model_name}_{prefix}"

    # NULL passes a CHECK, so every branch says outright whether each column is NULL.
    is_known = Q(**{f"{kind}__isnull": False, f"{kind}__in": sorted(Kind.values)})
    is_consistent = Q(**{f"{kind}__isnull": False, f"{kind}__in": _DATED, f"{due_on}__isnull": False}) | Q(
        **{f"{kind}__isnull": False, f"{kind}__in": _WITHOUT_DATE, f"{due_on}__isnull": True}
    )
    if nullable:
        is_known |= Q(**{f"{kind}__isnull": True})
        is_consistent |= Q(**{f"{kind}__isnull": True, f"{due_on}__isnull": True})

    return [
        CheckConstraint(
            name=f"{named}_kind_is_known",
            condition=is_known,
            violation_error_message="A timeline is a month, a day, ongoing, completed or undated.",
        ),
        CheckConstraint(
            name=f"{named}_dated_iff_due",
            condition=is_consistent,
            violation_error_message="A month or a day has a due date; ongoing, completed and undated have none.",
        ),
        CheckConstraint(
            name=f"{named}_month_ends_on_last_day",
            condition=~Q(**{kind: Kind.MONTH.value}) | Q(IsMonthEnd(due_on)),
            violation_error_message="A month falls due on its last day.",
        ),
    ]
