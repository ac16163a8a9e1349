"""How is the sample history loaded?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.demo import CannotTell, load_demo


class Command(BaseCommand):
    """Load sample accounts and a sample history, July to September 2020."""

    help = "Load sample accounts and a sample history. Loads the plan if needed; changes nothing when already there."

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell it, or say that it was told."""
        try:
            told = load_demo()
        except CannotTell as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("sample history loaded" if told else "sample history is there already; nothing changed")
