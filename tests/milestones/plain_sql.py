"""What does the database say to plain SQL?"""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Model


def run(statement: str) -> None:
    """Run one statement; a refusal leaves the test's transaction whole."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def taken_wrongly(spoilt: Sequence[tuple[str, str, str]]) -> str:
    """Spoil right rows one by one, and say what was taken, or refused by another constraint than the one named.

    Each is `(table and WHERE, SET, the constraint's name or its beginning)`.
    """
    wrong = []
    for rows, change, constraint in spoilt:
        table, _, where = rows.partition(" WHERE ")
        try:
            run(f"UPDATE {table} SET {change} WHERE {where or '1 = 1'}")  # noqa: S608 - our own words
            wrong.append(f"{rows}, {change}: taken")
        except IntegrityError as refused:
            said = str(refused).partition("\n")[0]
            if constraint not in said:
                wrong.append(f"{rows}, {change}: {said}, not {constraint}")
    return "\n".join(wrong)


def taken_twice(rows: Sequence[tuple[type[Model], dict[str, Any]]]) -> list[str]:
    """Add a second one of each row, and name the models where that was taken."""
    taken = []
    for model, which in rows:
        row, key = model._default_manager.get(**which), model._meta.pk.column
        columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields if field.column != key)
        table = model._meta.db_table
        try:
            run(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE {key} = {row.pk}")  # noqa: S608 - our own words
            taken.append(model.__name__)
        except IntegrityError:
            pass
    return taken
