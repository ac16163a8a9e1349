"""What may the running site do in PostgreSQL?

Its role reads and writes rows. It owns nothing, changes no table, and may only read the journal and add to it
(ADR 0021). The owner of the tables, who migrates, gives it these rights, anew after each migrate.
"""

from dataclasses import dataclass

import environ
from django.db import connection, transaction
from psycopg2.extensions import encrypt_password
from psycopg2.sql import SQL, Composable, Identifier, Literal

JOURNAL, MIGRATIONS = "journal_entry", "django_migrations"
_GREAT = ("rolsuper", "rolcreatedb", "rolcreaterole", "rolreplication", "rolbypassrls")
_IDENTIFIER_MAX = 63  # bytes; PostgreSQL cuts longer names off


class NoRole(Exception):
    """The role cannot be given or would be worth nothing; the message says why."""


@dataclass(frozen=True)
class RuntimeRole:
    """The name and passphrase with which the running site comes to the database."""

    name: str
    password: str


def role_of(url: str) -> RuntimeRole:
    """Read the role from an address like the site's DATABASE_URL; raise NoRole when it names none."""
    config = environ.Env.db_url_config(url) if url else {}
    name, password = str(config.get("USER") or ""), str(config.get("PASSWORD") or "")
    if not name or not password:
        raise NoRole("RUNTIME_DATABASE_URL must be postgres://user:password@host:5432/name.")
    if len(name.encode()) > _IDENTIFIER_MAX:
        raise NoRole("The user in RUNTIME_DATABASE_URL is longer than 63 characters.")
    return RuntimeRole(name, password)


def grant(role: RuntimeRole) -> None:
    """Create or update the role and give it its rights, all or nothing; safe to repeat, also while the site runs.

    Raises NoRole when this is no PostgreSQL, or when the role owns tables or has the owner's rights.
    """
    if connection.vendor != "postgresql":
        raise NoRole("Only PostgreSQL knows roles; a file is guarded by who may open it.")
    with transaction.atomic(), connection.cursor() as cursor:
        owner = _one(cursor, "SELECT current_user")
        if role.name == owner:
            raise NoRole(f"{role.name} owns the tables: the site needs a role of its own in RUNTIME_DATABASE_URL.")
        for statement in _seat(cursor, role):
            cursor.execute(statement)
        _refuse_the_mighty(cursor, role.name, owner)
        for text in _RIGHTS:
            cursor.execute(
                SQL(text).format(
                    role=Identifier(role.name),
                    database=Identifier(_one(cursor, "SELECT current_database()")),
                    journal=Identifier(JOURNAL),
                    migrations=Identifier(MIGRATIONS),
                )
            )


_RIGHTS = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT ON DATABASE {database} TO {role}",
    "REVOKE ALL ON SCHEMA public FROM {role}",
    "GRANT USAGE ON SCHEMA public TO {role}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "REVOKE UPDATE, DELETE ON {journal} FROM {role}",
    "REVOKE INSERT, UPDATE, DELETE ON {migrations} FROM {role}",
    "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {role}",
)


def _seat(cursor, role: RuntimeRole) -> list[Composable]:  # type: ignore[no-untyped-def]  # Django's cursor has no public type
    """Return what creates the role, or gives a known one its passphrase and takes away what it must not have."""
    # Sealed here, as the server keeps it: no log of its statements ever holds the passphrase.
    sealed = encrypt_password(role.password, role.name, connection.connection, "scram-sha-256")
    names = {"role": Identifier(role.name), "secret": Literal(sealed)}
    cursor.execute(f"SELECT {', '.join(_GREAT)} FROM pg_roles WHERE rolname = %s", [role.name])  # noqa: S608 - our own words
    known = cursor.fetchone()
    if known is None:
        return [SQL("CREATE ROLE {role} LOGIN PASSWORD {secret}").format(**names)]
    statements = [SQL("ALTER ROLE {role} LOGIN PASSWORD {secret}").format(**names)]
    if any(known):  # Only a superuser may take these away, so they are named only where they are there.
        takes = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
        statements.append(SQL("ALTER ROLE {role} " + takes).format(**names))
    return statements


def _refuse_the_mighty(cursor, name: str, owner: str) -> None:  # type: ignore[no-untyped-def]  # as above
    """Raise NoRole when what the role is makes its rights worth nothing."""
    cursor.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", [name, owner])
    if cursor.fetchone()[0]:
        raise NoRole(f"{name} is a member of {owner} and so owns the tables: take the membership away.")
    cursor.execute("SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = %s LIMIT 1", [name])
    if owned := cursor.fetchone():
        raise NoRole(f"{name} owns {owned[0]}, and an owner may do everything: give it to {owner}.")


def _one(cursor, query: str) -> str:  # type: ignore[no-untyped-def]  # as above
    cursor.execute(query)
    return str(cursor.fetchone()[0])
