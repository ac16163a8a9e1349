"""How is what waits sent by hand, or only said?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from esc_tracker import clock
from reports import delivery, switch
from reports.telling.previewing import WouldGet, preview


class Command(BaseCommand):
    """Make one pass of telling: notice, gather, send; or say who would get what."""

    help = "Notice what is there to be told, gather it, and send what waits. Sends nothing while mail is off."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether only to say."""
        parser.add_argument("--dry-run", action="store_true", help="say who would get what, and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send, or say."""
        if options["dry_run"]:
            self._say_who_would_get_what()
            return
        told = delivery.queue_notices(clock.now())
        done = delivery.send_due(clock.wall())
        off = "" if switch.is_on() else " Mail is off."
        self.stdout.write(f"noticed {told.noticed}, mails {told.mails}, sent {done.sent}, failed {done.failed}.{off}")

    def _say_who_would_get_what(self) -> None:
        seen = preview(clock.now())
        self.stdout.write("Mail is on." if switch.is_on() else "Mail is off: nothing goes out until PLCY turns it on.")
        for each in seen.gets:
            self.stdout.write(_line(each))
        for one in seen.nothing:
            self.stdout.write(f"{one.address}: nothing, {one.why}")
        for gap in seen.untold:
            self.stdout.write(f"nobody to tell for {gap.agency or 'no agency named'}: {', '.join(gap.codes)}")


def _line(each: WouldGet) -> str:
    counts = ", ".join(f"{count} {kind}" for kind, count in each.counts.items())
    return f"{each.address}: {counts}{f' ({each.note})' if each.note else ''}"
