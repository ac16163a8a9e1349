"""Is the record still what was written?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from esc_tracker.journal.acts import first_broken_entry
from reports.verification import Finding, check_editions, check_read_aheads


class Command(BaseCommand):
    """Prove the journal's chain, every report and read-ahead: one line a check; ends with 1 at the first difference."""

    help = "Check the journal's chain, the digest of every report and read-ahead, and replay what is frozen."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and say."""
        self._say(Finding("journal", first_broken_entry(), "every entry is sealed to the one before"))
        for finding in (*check_editions(), *check_read_aheads()):
            self._say(finding)

    def _say(self, finding: Finding) -> None:
        if finding.broken:
            raise CommandError(f"{finding.about}: {finding.broken}")
        self.stdout.write(f"{finding.about}: {finding.whole}")
