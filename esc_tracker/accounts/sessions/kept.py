"""What becomes of text that was sent when the session was over already?

It waits on the server, in the row of that session, for the person whose session it was: shown to nobody else, dropped
once it was sent or discarded, and purged with the row. Nothing is written to the record until that person sends it
again. Passphrases and codes are never kept.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest

from esc_tracker import clock
from esc_tracker.accounts.models import Session, User
from esc_tracker.accounts.sessions.store import BEFORE, SessionStore, session_of

CHARACTERS_MAX = 200_000
# Under these nothing typed is kept: passphrases and codes are typed there.
NEVER_KEPT = ("/accounts/", "/admin/")
KEPT = "kept"  # a list of forms in the row of the session that was over; the name of the field that says which is sent
_SENDING = "sending"
_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a form field
_MACHINE = re.compile(r"(^|-)(version|revision|seen|seen-\d+|next|digest|written|turn|again|waiting|part_id|read_as)$")
_CHOICE = re.compile(r"[a-z]+(_[a-z]+)+")


@dataclass(frozen=True)
class KeptForm:
    """A form as it was sent: where to, and its fields in order, a name as often as it came."""

    id: str
    path: str
    fields: list[tuple[str, str]]

    @property
    def place(self) -> str:
        """Return where it was sent, as people read it: Milestones › 3.1 › Update."""
        parts = self.path.partition("?")[0].strip("/").split("/")
        return " › ".join(_plain(part) for part in parts)

    @property
    def words(self) -> list[tuple[str, str]]:
        """Return what was typed and chosen, under the fields' names in plain letters."""
        return [
            (_plain(name), value.replace("_", " ") if _CHOICE.fullmatch(value) else value)
            for name, value in self.fields
            if value.strip() and not _MACHINE.search(name)
        ]


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what a form sent, without the marks of the machinery; a body that cannot be read holds nothing."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in {_TOKEN, KEPT}
        for value in values
        if isinstance(value, str)
    ]


def may_be_kept(request: HttpRequest) -> bool:
    """Say whether this is a form whose words people would miss. No query."""
    return request.method == "POST" and not request.path.startswith(NEVER_KEPT) and bool(fields_of(request))


def keep(request: HttpRequest, key: str) -> bool:
    """Keep the form of a request in the session with this key, which is over; False when it is too long. Two queries.

    The same form sent twice is kept once.
    """
    fields = fields_of(request)
    path = request.get_full_path()
    with transaction.atomic():
        row = _over().select_for_update(of=("self",)).filter(session_key=key).first()
        if row is None:
            return False
        kept = _forms_in(row)
        if not any((form.path, form.fields) == (path, fields) for form in kept):
            kept.append(KeptForm(secrets.token_hex(8), path, fields))
        if sum(len(name) + len(value) for form in kept for name, value in form.fields) > CHARACTERS_MAX:
            return False
        _write(row, kept)
    return True


def whose(key: Any) -> int | None:
    """Return the key of the person whose session this was, if it is over. One query."""
    return _over().filter(session_key=str(key)).values_list("person", flat=True).first()


def kept_for(person: User) -> list[KeptForm]:
    """Return what waits for a person, last sent first. One query."""
    return [form for row in _waiting(person) for form in reversed(_forms_in(row))]


def is_anything_kept_for(person: User) -> bool:
    """Say whether something waits for a person. One query."""
    return _waiting(person).exists()


def drop(person: User, form_id: str) -> bool:
    """Let go of one form; says whether it was there. Two queries."""
    with transaction.atomic():
        for row in _waiting(person).select_for_update(of=("self",)):
            kept = _forms_in(row)
            left = [form for form in kept if form.id != form_id]
            if left != kept:
                _write(row, left)
                return True
    return False


def note_sending(request: HttpRequest, person: User, *, accepted: bool) -> None:
    """Let go of a kept form once it was accepted; remember which it is while its page still asks for something.

    No query for a form that was not kept.
    """
    session = session_of(request)
    sending: dict[str, str] = session.get(_SENDING, {})
    form_id = request.POST.get(KEPT) or sending.get(request.path)
    if not form_id:
        return
    if accepted:
        drop(person, form_id)
    left = {path: each for path, each in sending.items() if path != request.path}
    left |= {} if accepted else {request.path: form_id}
    if left != sending:
        session[_SENDING] = left


def before_of(request: HttpRequest) -> str:
    """Return the key of the session that was over in this browser before the present one; "" if there was none."""
    return str(session_of(request).get(BEFORE, ""))


def _plain(name: str) -> str:
    """Return a field's name as people read it: `3.1-next_step` is "3.1 next step"."""
    words = name.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _over() -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lte=clock.wall(), person__isnull=False)


def _waiting(person: User) -> QuerySet[Session]:
    """Match the sessions of a person to which something was sent after their end."""
    return _over().filter(person=person, seen_at__gt=F("expire_date")).exclude(session_data="").order_by("-seen_at")


def _forms_in(row: Session) -> list[KeptForm]:
    found: list[dict[str, Any]] = SessionStore().decode(row.session_data).get(KEPT, []) if row.session_data else []
    return [KeptForm(form["id"], form["path"], [(name, value) for name, value in form["fields"]]) for form in found]


def _write(row: Session, kept: list[KeptForm]) -> None:
    """Write the forms into a row that is over; that it was seen after its end marks it."""
    row.session_data = SessionStore().encode({KEPT: [vars(form) for form in kept]}) if kept else ""
    row.seen_at = max(clock.wall(), row.expire_date + timedelta.resolution) if kept else row.expire_date
    row.save(update_fields=["session_data", "seen_at"])
