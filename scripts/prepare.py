"""What must be in the database before `make run` shows it?"""

import os
import sys

import django
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from scripts.children import say


def load_record() -> None:
    """Load the sample history; the plan alone if no day is pinned or the record holds acts of its own."""
    if os.environ.get("ESC_TODAY"):
        try:
            call_command("load_demo")
        except CommandError as refusal:
            say(f"No sample history: {refusal}")
        else:
            return
    call_command("load_plan")


def main() -> int:
    """Bring the tables up to date and load the record."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esc_tracker.settings")
    try:
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        load_record()
    except ImportError as problem:
        say(f"make run: a Python module cannot be read ({problem}): remove .venv, then say make run again.")
        return 1
    except DatabaseError as problem:
        say(f"make run: the database refuses: {str(problem).strip().splitlines()[0]}")
        return 1
    except CommandError as problem:
        say(f"make run: {problem}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
