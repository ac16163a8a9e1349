"""How does a sign-out get into the security log, whichever page it was on?"""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver

from esc_tracker.accounts.models import User
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event


@receiver(user_logged_out, dispatch_uid="note_sign_out")
def note_sign_out(user: User | None, **kwargs: Any) -> None:
    """Note who signed out."""
    if user is not None:
        note_event(Kind.SIGNED_OUT, person=user)
