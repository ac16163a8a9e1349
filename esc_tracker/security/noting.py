"""How does something at the door get into the security log?"""

from datetime import timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count, Q

from esc_tracker import clock
from esc_tracker.browsers import browser_in_words
from esc_tracker.keeping import keeping
from esc_tracker.origin import origin
from esc_tracker.security.models import Kind, SecurityEvent

ABOUT_MAX = 120
# So many refusals a minute are noted of one person or of nobody in particular, from one address and from all.
FROM_ONE_ADDRESS, FROM_ALL = 30, 300
ENTRANCES = {Kind.SIGNED_IN, Kind.SIGN_IN_FAILED}  # people are shown with which browser
MORE = "what followed in the same minute was not noted"


def note_event(
    kind: Kind, *, person: AbstractBaseUser | None, about: str = "", succeeded: bool = True, **facts: Any
) -> SecurityEvent:
    """Note one event, in the transaction of the caller: no change without its line. One query.

    `facts` are plain JSON without a secret, an address of mail or a person's free text. Raises NotKept when the log
    cannot be written, which takes the caller's change back.
    """
    here = origin()
    if kind in ENTRANCES and here.agent:
        facts.setdefault("browser", browser_in_words(here.agent))
    with keeping("security log"):
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


def note_refusal(
    *, person: AbstractBaseUser | None, kind: Kind = Kind.REFUSED, about: str = "", **facts: Any
) -> SecurityEvent | None:
    """Note that somebody was refused, unless this request noted why, or the last minute so many of theirs. Two queries.

    Whoever probes cannot flood the log; the last one noted says that more followed. Nobody's probing hides the
    refusals of a person who is signed in. Raises NotKept as `note_event`.
    """
    here = origin()
    alike = Q(kind=kind, person_id=person.pk if person else None)
    noted = SecurityEvent.objects.filter(
        succeeded=False, happened_at__gt=clock.wall() - timedelta(minutes=1)
    ).aggregate(
        told=Count("pk", filter=Q(request_id=here.id)),
        here=Count("pk", filter=alike & Q(address=here.address)),
        all=Count("pk", filter=alike),
    )
    left = min(FROM_ONE_ADDRESS - noted["here"], FROM_ALL - noted["all"])
    if left <= 0 or (here.id and noted["told"]):
        return None
    more = {"more": MORE} if left == 1 else {}
    return note_event(kind, person=person, about=about, succeeded=False, **facts, **more)
