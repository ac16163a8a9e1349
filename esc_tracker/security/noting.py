"""How does something at the door get into the security log?"""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from esc_tracker import clock
from esc_tracker.origin import origin
from esc_tracker.security.models import Kind, SecurityEvent

ABOUT_MAX = 120


def note_event(
    kind: Kind, *, person: AbstractBaseUser | None, about: str = "", succeeded: bool = True, **facts: Any
) -> SecurityEvent:
    """Note one event, in the transaction of the caller: no change without its line. One query.

    `facts` are plain JSON without a secret, an address of mail or a person's free text.
    """
    here = origin()
    return SecurityEvent.objects.create(
        happened_at=clock.wall(),
        kind=kind,
        succeeded=succeeded,
        person_id=person.pk if person else None,
        about=about[:ABOUT_MAX],
        facts=facts,
        source=here.source,
        address=here.address,
        request_id=here.id,
    )
