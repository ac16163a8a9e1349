"""How does a new installation get its first administrator?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from esc_tracker.accounts.links.sending import link_without_mail
from esc_tracker.accounts.models import Role, User
from esc_tracker.accounts.seat_changes import invite_administrator
from esc_tracker.accounts.seats import NAME_MAX
from esc_tracker.plain_text import problem_with_address, problem_with_line
from esc_tracker.refusals import Incomplete


class Command(BaseCommand):
    """Seat an administrator and have them invited; no passphrase is set or known by anybody."""

    help = "Give a person the seat of an administrator and send them a link to choose a passphrase."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take who it is."""
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument("--print-link", action="store_true", help="print the link instead of mailing it")

    def handle(self, *args: Any, email: str, name: str, print_link: bool, **options: Any) -> None:
        """Seat, and say what happens next. One who is an administrator already is invited anew."""
        if problem_with_address(email):
            raise CommandError(f"{email} is no e-mail address.")
        if problem_with := problem_with_line(name, NAME_MAX, missing="Write the name."):
            raise CommandError(problem_with)
        try:
            link = invite_administrator(User(email=email.lower(), name=name.strip(), role=Role.ADMINISTRATOR))
        except Incomplete as refusal:
            raise CommandError(str(refusal)) from refusal
        if print_link:
            self.stdout.write(link_without_mail(link))
        else:
            self.stdout.write("The mail is on its way: the worker, or manage.py run_due_jobs, sends it.")
