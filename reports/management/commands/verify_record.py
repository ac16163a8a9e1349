"""Is the record still what was written?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.anchors import NoAnchor, read_anchors
from reports.verification import Finding, check_editions, check_read_aheads


class Command(BaseCommand):
    """Prove the journal's chain, every report and read-ahead: one line a check; ends with 1 at the first difference."""

    help = "Check the journal's chain, the digest of every report and read-ahead, and replay what is frozen."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take anchors that were kept elsewhere."""
        parser.add_argument(
            "--anchor",
            action="append",
            default=[],
            metavar="NUMBER:DIGEST",
            help="an anchor of export_anchor, or a file of them; may be given several times",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and say."""
        try:
            anchors = [anchor for text in options["anchor"] for anchor in read_anchors(text)]
        except NoAnchor as problem:
            raise CommandError(str(problem)) from None
        whole = "every entry is sealed to the one before"
        if anchors:
            whole += f", and the anchor of entry {max(anchor.number for anchor in anchors)} holds"
        self._say(Finding("journal", first_broken_entry(anchors), whole))
        for finding in (*check_editions(), *check_read_aheads()):
            self._say(finding)

    def _say(self, finding: Finding) -> None:
        if finding.broken:
            raise CommandError(f"{finding.about}: {finding.broken}")
        self.stdout.write(f"{finding.about}: {finding.whole}")
