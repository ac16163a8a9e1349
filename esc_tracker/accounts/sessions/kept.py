"""What becomes of text that was sent after the session had run out?

It waits on the server, in the new session of the same browser, for the person whose session it was: half an hour, and
shown to nobody else. Nothing is written to the record until that person sends it again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

from esc_tracker import clock

KEPT = "kept"
KEPT_FOR = timedelta(minutes=30)
CHARACTERS_MAX = 200_000
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a form field


@dataclass(frozen=True)
class KeptForm:
    """A form as it was sent: where to, and its fields in order, a name as often as it came."""

    path: str
    fields: list[tuple[str, str]]

    @property
    def words(self) -> list[tuple[str, str]]:
        """Return what a person wrote, under the fields' names in plain letters; not numbers and choices."""
        named = ((name.replace("-", " ").replace("_", " "), value) for name, value in self.fields)
        return [(name, value) for name, value in named if " " in value.strip()]


def keep(request: HttpRequest, person_id: int | None) -> bool:
    """Keep the form of a request for a person; False when it is too long to be kept or holds nothing. No query."""
    fields = [(name, value) for name, values in request.POST.lists() if name != TOKEN for value in values]
    if not fields or sum(len(name) + len(value) for name, value in fields) > CHARACTERS_MAX:
        return False
    request.session[KEPT] = {
        "person": person_id,
        "path": request.get_full_path(),
        "fields": fields,
        "at": clock.wall().isoformat(),
    }
    return True


def kept_for(request: HttpRequest) -> KeptForm | None:
    """Return what waits for the person who is signed in now; drop what is another's or too old. No query."""
    found = request.session.get(KEPT)
    if not found:
        return None
    fresh = clock.wall() - datetime.fromisoformat(found["at"]) < KEPT_FOR
    if not fresh or found["person"] != request.user.pk:
        drop(request)
        return None
    return KeptForm(found["path"], [(name, value) for name, value in found["fields"]])


def drop(request: HttpRequest) -> None:
    """Let go of what was kept."""
    request.session.pop(KEPT, None)
