"""How does the running site get its own, lesser role in PostgreSQL?"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from esc_tracker.journal.runtime_role import NoRole, grant, role_of


class Command(BaseCommand):
    """Create or update the role in RUNTIME_DATABASE_URL; run as the owner of the tables, after each migrate."""

    help = "Give the role in RUNTIME_DATABASE_URL the rights of the running site; the journal it may only add to."

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant, or say why not."""
        try:
            role = role_of(settings.RUNTIME_DATABASE_URL)
            grant(role)
        except NoRole as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{role.name} may read and write the record, and only read and add to the journal.")
