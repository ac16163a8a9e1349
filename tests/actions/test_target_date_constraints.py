"""Does the database itself refuse what is no target date, whoever writes to it?"""

import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.writer import MigrationWriter
from django.test.utils import isolate_apps

from actions.models import Action
from actions.target_date_constraints import IsMonthEnd, target_date_constraints
from actions.target_dates import month_end

PLAN = "UPDATE milestones_milestone SET plan_kind = %s, plan_on = %s WHERE action_id = 4 AND position = 3"
TARGET = (
    "UPDATE milestones_milestone SET current_target_kind = %s, current_target_on = %s"
    " WHERE action_id = 4 AND position = 3"
)


def write(statement: str, kind: str | None, due_on: str | None) -> int:
    """Run the statement as any tool could, and return how many rows it changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [kind, due_on])
        return cursor.rowcount


GOOD = [
    pytest.param("month", "2020-10-31", id="October"),
    pytest.param("month", "2020-11-30", id="November"),
    pytest.param("month", "2020-12-31", id="last month of the year"),
    pytest.param("month", "2020-02-29", id="leap February"),
    pytest.param("month", "2021-02-28", id="February"),
    pytest.param("month", "2100-02-28", id="century that is no leap year"),
    pytest.param("day", "2020-10-09", id="day"),
    pytest.param("day", "2020-10-31", id="day that ends a month"),
    pytest.param("ongoing", None, id="ongoing"),
    pytest.param("completed", None, id="completed"),
    pytest.param("undated", None, id="undated"),
]

BAD = [
    pytest.param("month", "2020-10-30", "month_ends_on_last_day", id="month due before its last day"),
    pytest.param("month", "2020-10-01", "month_ends_on_last_day", id="month due on its first day"),
    pytest.param("month", "2020-02-28", "month_ends_on_last_day", id="leap February due on the 28th"),
    pytest.param("month", None, "dated_iff_due", id="month without a date"),
    pytest.param("day", None, "dated_iff_due", id="day without a date"),
    pytest.param("ongoing", "2020-10-31", "dated_iff_due", id="ongoing with a date"),
    pytest.param("completed", "2020-10-31", "dated_iff_due", id="completed with a date"),
    pytest.param("undated", "2020-10-31", "dated_iff_due", id="undated with a date"),
    pytest.param("quarter", None, "(kind_is_known|dated_iff_due)", id="unknown kind"),
    pytest.param("quarter", "2020-10-31", "(kind_is_known|dated_iff_due)", id="unknown kind with a date"),
    pytest.param("MONTH", "2020-10-31", "(kind_is_known|dated_iff_due)", id="kind in capitals"),
    pytest.param("", None, "(kind_is_known|dated_iff_due)", id="blank kind"),
]


@pytest.mark.parametrize(("kind", "due_on"), GOOD)
def test_plan_timeline_is_taken(plan: None, kind: str, due_on: str | None) -> None:
    assert write(PLAN, kind, due_on) == 1


@pytest.mark.parametrize(("kind", "due_on", "truth"), BAD)
def test_plan_timeline_is_refused(plan: None, kind: str, due_on: str | None, truth: str) -> None:
    with pytest.raises(IntegrityError, match=f"milestone_plan_{truth}"):
        write(PLAN, kind, due_on)


def test_plan_timeline_cannot_be_missing(plan: None) -> None:
    with pytest.raises(IntegrityError, match="plan_kind"):
        write(PLAN, None, None)


@pytest.mark.parametrize(("kind", "due_on"), GOOD)
def test_target_is_taken(plan: None, kind: str, due_on: str | None) -> None:
    assert write(TARGET, kind, due_on) == 1


@pytest.mark.parametrize(("kind", "due_on", "truth"), BAD)
def test_target_is_refused(plan: None, kind: str, due_on: str | None, truth: str) -> None:
    with pytest.raises(IntegrityError, match=f"milestone_current_target_{truth}"):
        write(TARGET, kind, due_on)


def test_milestone_may_have_no_target(plan: None) -> None:
    assert write(TARGET, None, None) == 1


def test_date_without_a_kind_is_no_target(plan: None) -> None:
    with pytest.raises(IntegrityError, match="milestone_current_target_dated_iff_due"):
        write(TARGET, None, "2020-10-31")


def test_database_and_calendar_agree_on_every_last_day_of_a_month(plan: None) -> None:
    days = [date(2020, 1, 1) + timedelta(days=offset) for offset in range(366 + 365)]
    action = Action.objects.filter(number=4)

    by_database = [
        day for day in days if action.values_list(IsMonthEnd(models.Value(day, models.DateField())), flat=True).get()
    ]

    assert by_database == [day for day in days if day == month_end(day.year, day.month)]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks what SQLite stores")
def test_another_tool_can_write_to_the_table_and_is_held_to_it(plan: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'milestones_milestone'")
        (table,) = cursor.fetchone()
        cursor.execute("SELECT * FROM milestones_milestone WHERE action_id = 4 AND position = 3")
        row = cursor.fetchone()
    cells = [str(cell) if isinstance(cell, date) else cell for cell in row]
    marks = ", ".join("?" * len(cells))

    with closing(sqlite3.connect(":memory:")) as plain:
        plain.execute(table)
        plain.execute(f"INSERT INTO milestones_milestone VALUES ({marks})", cells)  # noqa: S608 - only question marks
        checked = plain.execute("PRAGMA integrity_check").fetchall()
        with pytest.raises(sqlite3.IntegrityError, match="milestone_plan_month_ends_on_last_day"):
            plain.execute("UPDATE milestones_milestone SET plan_on = '2020-10-30'")

    assert checked == [("ok",)]


# What a form is told


@isolate_apps("actions")
@pytest.mark.parametrize(
    ("kind", "due_on", "sentence"),
    [
        ("month", date(2020, 10, 30), "A month falls due on its last day."),
        ("month", None, "A month or a day has a due date; ongoing, completed and undated have none."),
        ("ongoing", date(2020, 10, 31), "A month or a day has a due date; ongoing, completed and undated have none."),
    ],
    ids=["month due before its last day", "month without a date", "ongoing with a date"],
)
def test_person_is_told_in_a_sentence(db: None, kind: str, due_on: date | None, sentence: str) -> None:
    class Timeline(models.Model):
        plan_kind = models.CharField(max_length=10)
        plan_on = models.DateField(null=True)

        class Meta:
            app_label = "actions"
            constraints = target_date_constraints("timeline", "plan")

        def __str__(self) -> str:
            return self.plan_kind

    with pytest.raises(ValidationError) as refusal:
        Timeline(plan_kind=kind, plan_on=due_on).validate_constraints()

    assert refusal.value.messages == [sentence]


# What a migration keeps


@pytest.mark.parametrize("nullable", [False, True], ids=["required", "nullable"])
def test_constraints_written_to_a_migration_are_read_back_the_same(nullable: bool) -> None:
    for constraint in target_date_constraints("milestone", "plan", nullable=nullable):
        source, imports = MigrationWriter.serialize(constraint)
        names: dict[str, object] = {}
        exec("\n".join(imports), names)  # noqa: S102 - what a migration does with its own source

        read_back = eval(source, names)  # noqa: S307 - as above

        assert read_back == constraint


@pytest.mark.parametrize("prefix", ["plan", "current_target", "new_target", "forecast"])
def test_names_are_short_enough_for_every_database(prefix: str) -> None:
    names = [constraint.name for constraint in target_date_constraints("targetrevision", prefix)]

    assert len(set(names)) == 3
    assert max(len(name) for name in names) <= 60
