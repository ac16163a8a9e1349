"""How does an operator see, before it happens, what retention throws away?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from esc_tracker import clock
from esc_tracker.accounts import retention


class Command(BaseCommand):
    """Purge what is kept long enough; prints one line a class."""

    help = "Throw away what is kept longer than its class asks for (docs/settings.md); the record is never touched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the dry run."""
        parser.add_argument("--dry-run", action="store_true", help="count, and throw nothing away")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        """Purge and say."""
        for purged in retention.purge(clock.wall(), dry_run=dry_run):
            what = "held" if purged.held else "would go" if dry_run else "purged"
            self.stdout.write(f"{purged.name}: kept {purged.days} days, {what} {purged.rows}")
