"""How does an operator who changed SECRET_KEY keep everybody's second factor, before the old key is dropped?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from esc_tracker.accounts.signin.factors import seal_anew
from esc_tracker.accounts.signin.sealing import CannotOpen


class Command(BaseCommand):
    """Seal what makes the codes of second factors with the key of today; again, it finds nothing to do."""

    help = "After a change of SECRET_KEY, keep the secrets of second factors under the new key (docs/settings.md)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal and say."""
        try:
            changed = seal_anew()
        except CannotOpen:
            raise CommandError(
                "A second factor was sealed with a key that neither SECRET_KEY nor SECRET_KEY_FALLBACKS holds. "
                "Nothing is changed."
            ) from None
        self.stdout.write(f"Second factors sealed with the key of today: {changed}")
