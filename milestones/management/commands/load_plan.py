"""How is the plan loaded?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from actions.plan_fixture import PlanFixtureError
from milestones.plan.loading import PLAN_FILE, load_plan


class Command(BaseCommand):
    """Load edition 1 of the plan; adds what is missing and overwrites nothing."""

    help = "Load the plan: adds what is missing, never overwrites live work, changes nothing the second time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take another plan file, for a later edition."""
        parser.add_argument(
            "file", nargs="?", type=Path, default=PLAN_FILE, help="a plan file; default: the Plan itself"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it and say what was added."""
        try:
            loaded = load_plan(options["file"])
        except (OSError, PlanFixtureError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"added {loaded.actions} actions, {loaded.milestones} milestones, {loaded.agencies} agencies")
