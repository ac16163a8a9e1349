"""How are overdue milestones flagged by hand?"""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from esc_tracker import clock
from milestones.overdue import flag_overdue


def day(text: str) -> date:
    """Read a day such as 2020-11-01."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is not a day such as 2020-11-01") from None


class Command(BaseCommand):
    """Flag what is overdue; prints one number a line, then the counts."""

    help = "Flag overdue milestones and clear the flags of those no longer overdue. Running it twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a day to judge by, and whether only to say."""
        parser.add_argument("--today", type=day, help="judge the present state by this day; default: today")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Flag and say."""
        flagged = flag_overdue(options["today"] or clock.today(), dry_run=options["dry_run"])
        for code in (*flagged.opened, *flagged.closed):
            self.stdout.write(code)
        self.stdout.write(f"opened {len(flagged.opened)}, closed {len(flagged.closed)}, open {flagged.open}")
