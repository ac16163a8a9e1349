"""Is the record still what was written?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from esc_tracker.journal.acts import first_broken_entry
from reports.verification import Finding, check_editions


class Command(BaseCommand):
    """Prove the journal's chain and every report; prints one line a check and ends with 1 at the first difference."""

    help = "Check the journal's chain and the digest of every report, and replay published ones from the record."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and say."""
        self._say(Finding("journal", first_broken_entry(), "every entry is sealed to the one before"))
        for finding in check_editions():
            self._say(finding)

    def _say(self, finding: Finding) -> None:
        if finding.broken:
            raise CommandError(f"{finding.about}: {finding.broken}")
        self.stdout.write(f"{finding.about}: {finding.whole}")
