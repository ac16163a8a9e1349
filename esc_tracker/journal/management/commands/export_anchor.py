"""What of the journal must be kept elsewhere today?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from esc_tracker.journal.anchors import last_anchor


class Command(BaseCommand):
    """Print the last entry's number, digest and moment in one line, to be kept away from the database."""

    help = "Print the anchor of the journal's last entry; keep it elsewhere, and give it to verify_record --anchor."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        anchor = last_anchor()
        if not anchor:
            raise CommandError("The journal is empty: there is nothing to anchor.")
        self.stdout.write(anchor)
