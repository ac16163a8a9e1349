"""Is each kind of event noted once, with all that its readers ask, and never without its act? (R39)"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import DatabaseError
from django.db.models import Model
from django.test import Client

from esc_tracker import clock
from esc_tracker.accounts.models import PassphraseLink, Role, Session, User
from esc_tracker.keeping import NotKept
from esc_tracker.security.models import Kind, SecurityEvent
from tests.factories import PASSPHRASE, make_user
from tests.ground.signin.phone import SET_UP, Phone, key_in
from tests.ground.test_accounts import sign_in
from tests.tampering import refusing

ADDRESS = "203.0.113.7"
NEW = "violet anvil beneath seven kettles"
SEAT_PAGE = "/admin/accounts/user/{}/change/"

pytestmark = pytest.mark.django_db
Do = Callable[[], Any]


class Scene:
    """CBP's member and an administrator, each in a browser of their own."""

    def __init__(self) -> None:
        self.cbp = make_user("cbp@esc.example")
        self.admin = make_user("admin@esc.example", Role.ADMINISTRATOR)
        self.browser, self.desk = (Client(REMOTE_ADDR=ADDRESS, raise_request_exception=False) for _ in range(2))
        self.desk.force_login(self.admin)

    def signed_in(self) -> Client:
        """Return the member's browser, signed in just now."""
        sign_in(self.cbp.email, client=self.browser)
        SecurityEvent.objects.all().delete()
        return self.browser

    # Each of these sets the stage and returns what is to be done on it.

    def comes_in(self) -> Do:
        return lambda: sign_in(self.cbp.email, client=self.browser)

    def fails_to_come_in(self) -> Do:
        return lambda: sign_in(self.cbp.email, "wrong", client=self.browser)

    def leaves(self) -> Do:
        client = self.signed_in()
        return lambda: client.post("/accounts/logout/")

    def ends_other_sessions(self) -> Do:
        client = self.signed_in()
        Client().force_login(self.cbp)
        return lambda: client.post("/accounts/sessions/", {"end": "others"})

    def adds_a_factor(self) -> Do:
        client = self.signed_in()
        phone = Phone(key_in(client.get(SET_UP).content.decode()))
        return lambda: client.post(SET_UP, {"code": phone.code()})

    def changes_the_passphrase(self) -> Do:
        client = self.signed_in()
        return lambda: client.post("/accounts/passphrase/", {"current": PASSPHRASE, "new": NEW, "again": NEW})

    def asks_for_a_link(self) -> Do:
        return lambda: self.browser.post("/accounts/passphrase/forgotten/", {"address": self.cbp.email})

    def closes_a_seat(self) -> Do:
        form = {"email": self.cbp.email, "name": self.cbp.name, "role": self.cbp.role, "agency": "CBP"}
        return lambda: self.desk.post(SEAT_PAGE.format(self.cbp.pk), {**form, "access_ends_on": ""})

    def is_refused(self) -> Do:
        client = self.signed_in()
        return lambda: client.get("/admin/accounts/user/")

    def takes_a_file(self) -> Do:
        return lambda: self.desk.get("/admin/security/securityevent/file/")

    def purges(self) -> Do:
        long_ago = clock.wall() - timedelta(days=2000)
        PassphraseLink.objects.create(person=None, purpose="reset", asked_at=long_ago, try_at=long_ago)
        return lambda: call_command("purge", stdout=StringIO())


@dataclass(frozen=True)
class Case:
    """What is done, and what its line says; `writes` is what else it does to the database."""

    act: Callable[[Scene], Do]
    person: str | None = None
    about: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    writes: tuple[type[Model], str] | None = None
    succeeded: bool = True


CASES = {
    Kind.SIGNED_IN: Case(Scene.comes_in, "cbp", writes=(Session, "INSERT")),
    Kind.SIGN_IN_FAILED: Case(Scene.fails_to_come_in, "cbp", facts={"reason": "passphrase"}, succeeded=False),
    Kind.SIGNED_OUT: Case(Scene.leaves, "cbp", writes=(Session, "UPDATE")),
    Kind.SESSION_ENDED: Case(Scene.ends_other_sessions, "cbp", "CBP", {"sessions": 1}, (Session, "UPDATE")),
    Kind.SECOND_FACTOR: Case(
        Scene.adds_a_factor, "cbp", "authenticator app", {"change": "added"}, (Authenticator, "INSERT")
    ),
    Kind.PASSPHRASE: Case(Scene.changes_the_passphrase, "cbp", "CBP", writes=(User, "UPDATE")),
    Kind.LINK: Case(Scene.asks_for_a_link, None, "CBP", {"what": "reset asked for"}, (PassphraseLink, "INSERT")),
    Kind.SEAT: Case(Scene.closes_a_seat, "admin", "CBP", writes=(User, "UPDATE")),
    Kind.REFUSED: Case(Scene.is_refused, "cbp", "/admin/accounts/user/", {"status": 403}, succeeded=False),
    Kind.EXPORTED: Case(
        Scene.takes_a_file, "admin", "/admin/security/securityevent/file/", {"form": "csv", "role": "administrator"}
    ),
    Kind.PURGED: Case(Scene.purges, None, "passphrase_links", {"rows": 1}, (PassphraseLink, "DELETE")),
}
# What is refused changes nothing that could be taken back; a file is given or not.
CHANGES = [kind for kind, case in CASES.items() if case.writes]


@pytest.fixture
def scene() -> Scene:
    """Set the stage."""
    return Scene()


def test_every_kind_is_driven_here():
    assert set(CASES) == set(Kind)


@pytest.mark.parametrize("kind", CASES, ids=str)
def test_an_act_is_noted_once_with_who_what_when_and_from_where(kind, scene):
    case = CASES[kind]
    do = case.act(scene)
    began = clock.wall()

    answer = do()

    [event] = [each for each in SecurityEvent.objects.filter(kind=kind) if each.about == case.about]
    assert began <= event.happened_at <= clock.wall()
    assert event.happened_at.tzinfo == UTC
    assert event.person == (getattr(scene, case.person) if case.person else None)
    assert event.succeeded is case.succeeded
    assert case.facts.items() <= event.facts.items()
    here = ("command", None, "") if kind == Kind.PURGED else ("web", ADDRESS, answer.headers["X-Request-ID"])
    assert (event.source, event.address, event.request_id) == here


def test_a_changed_seat_is_noted_as_it_was_and_as_it_is(scene):
    scene.closes_a_seat()()

    facts = SecurityEvent.objects.get(kind=Kind.SEAT).facts
    assert (facts["before"]["is_active"], facts["after"]["is_active"]) == (True, False)
    assert facts["holder"] == scene.cbp.pk


def state() -> list[list[Any]]:
    """Return what the acts above change."""
    standing = Session.objects.filter(expire_date__gt=clock.wall())
    return [
        list(User.objects.order_by("pk").values_list("password", "is_active", "role")),
        list(standing.exclude(person=None).order_by("pk").values_list("person", flat=True)),
        list(Authenticator.objects.values_list("user", "type")),
        list(PassphraseLink.objects.values_list("pk", flat=True)),
    ]


def attempt(do: Do) -> int:
    """Do it; return the status of the page, or 0 when a command failed."""
    try:
        return do().status_code
    except (NotKept, DatabaseError):
        return 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", CHANGES, ids=str)
def test_what_cannot_be_noted_does_not_happen(kind, scene):
    do = CASES[kind].act(scene)
    before, noted = state(), SecurityEvent.objects.count()

    with refusing(SecurityEvent):
        status = attempt(do)

    assert status in {0, 503}
    assert state() == before
    assert SecurityEvent.objects.count() == noted


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", CHANGES, ids=str)
def test_what_does_not_happen_is_not_noted(kind, scene):
    model, on = CASES[kind].writes
    do = CASES[kind].act(scene)
    before = state()

    with refusing(model, on=on):
        status = attempt(do)

    assert status in {0, 500, 503}
    assert state() == before
    assert not SecurityEvent.objects.filter(kind=kind, succeeded=True).exists()
