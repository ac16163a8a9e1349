"""How does somebody who may write the database change the journal behind the site's back, or stop the site's pen?"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import Model, QuerySet

from esc_tracker.journal.models import Entry


def unguarded() -> QuerySet[Entry]:
    """Give the rows of the journal by plain SQL, past the queryset that refuses."""
    return QuerySet(Entry)


@contextmanager
def refusing(model: type[Model], *, on: str = "INSERT") -> Iterator[None]:
    """Let the database refuse every write of one kind to a table, as a full disk or a lost right would."""
    table, name = model._meta.db_table, "refuses_in_a_test"
    sqlite = f"CREATE TRIGGER {name} BEFORE {on} ON {table} BEGIN SELECT RAISE(ABORT, 'no more'); END"
    postgresql = (
        f"CREATE FUNCTION {name}() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'no more'; END $$ LANGUAGE plpgsql; "
        f"CREATE TRIGGER {name} BEFORE {on} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )
    lifted = f"DROP FUNCTION {name}() CASCADE" if connection.vendor == "postgresql" else f"DROP TRIGGER {name}"
    with connection.cursor() as cursor:
        cursor.execute(postgresql if connection.vendor == "postgresql" else sqlite)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(lifted)
