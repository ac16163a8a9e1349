"""How is an act of acts.toml sent, and what did it leave on the record?"""

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.db import connection, transaction
from django.http.response import HttpResponseBase
from django.test import Client

from esc_tracker.accounts.models import Nomination, User
from milestones.models import DueOut, Person, Question, SharedSummary, TargetRevision
from tests.access.canaries import HERE

EYES = ("coac", "reader", "own", "other", "usps", "plcy", "admin")
TABLE: dict[str, Any] = tomllib.loads((HERE / "acts.toml").read_text())
ACTS: list[dict[str, Any]] = TABLE["act"]
DONE = "done"
TAKEN = {200, 302, 303}
# What is no change of the record: a session, the count of failed sign-ins, the log of what was refused.
NOTED = re.compile(r'^(?:INSERT INTO|UPDATE|DELETE FROM) "(?:accounts_session|security_\w+|django_admin_log)"')
WRITES = re.compile(r"^(?:INSERT|UPDATE|DELETE|REPLACE|TRUNCATE)\b")


@dataclass(frozen=True)
class Sent:
    """One act as it is sent: the address, every field, and what the form calls its fields."""

    path: str
    data: dict[str, str]
    own: frozenset[str]


@dataclass
class Written:
    """Which statements changed the record?"""

    statements: list[str] = field(default_factory=list)

    def watch(self, execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Note a statement that writes, and run it."""
        if WRITES.match(sql) and not NOTED.match(sql):
            self.statements.append(sql)
        return execute(sql, params, many, context)


@contextmanager
def undone() -> Iterator[Written]:
    """Watch what is written inside, and undo it."""
    written = Written()
    with transaction.atomic(), connection.execute_wrapper(written.watch):
        yield written
        transaction.set_rollback(True)


def routed(act: dict[str, Any]) -> str:
    """Return an act's address with any key in it."""
    return re.sub(r"\{\w+\}", "1", act["path"]).partition("?")[0]


def name_of(act: dict[str, Any]) -> str:
    """Return how a test names an act."""
    return f"{act['act']} ({act['relation']})"


def outcomes(act: dict[str, Any]) -> dict[str, str]:
    """Return what becomes of an act, by who does it."""
    return dict(zip(EYES, act["outcome"].split(), strict=True))


def signed_in(person: User) -> Client:
    """Return a person's browser."""
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def keys(people: dict[str, User]) -> dict[str, int]:
    """Return the keys that acts.toml speaks of."""
    return {
        "question": Question.objects.get(closed_at=None, asked_of="USPS").pk,
        "due_out": DueOut.objects.get(answered_at=None, agency="CBP").pk,
        "revision": TargetRevision.objects.get(state="pending").pk,
        "person": Person.objects.order_by("pk")[0].pk,
        "successor": Person.objects.order_by("pk")[1].pk,
        "summary": SharedSummary.objects.get(milestone__action_id=4, milestone__position=3, cleared_at=None).pk,
        "nomination": Nomination.objects.get(state=Nomination.State.WAITING).pk,
        "member": people["own"].pk,
        "colleague": people["author"].pk,
    }


def as_filled_in(act: dict[str, Any], people: dict[str, User], clients: dict[str, Client]) -> Sent:
    """Return an act with the hidden fields of its form, as one who may do it sees them."""
    named = keys(people)
    path = act["path"].format(**named)
    typed = {key.format(**named): str(value).format(**named) for key, value in act["post"].items()}
    doer = next((eyes for eyes, outcome in outcomes(act).items() if outcome == DONE), "plcy")
    form = form_on(clients[doer].get(act.get("form", path).format(**named)), path)
    wanted = act["hidden"].split() if "hidden" in act else list(form.hidden)
    return Sent(
        path, {name: form.hidden[name] for name in wanted if name in form.hidden} | typed, frozenset(form.names)
    )


def in_general(name: str) -> str:
    """Return the name of a field with each number in it as 1."""
    return re.sub(r"[0-9]+(\.[0-9]+)?", "1", name)


def form_on(answer: HttpResponseBase, path: str) -> "Form":
    """Return the form of a page that is sent to an address."""
    form = Form(path.partition("?")[0])
    form.feed(answer.content.decode())
    return form


class Form(HTMLParser):
    """The fields of the forms of a page that are sent to one address."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.hidden, self.names, self.inside = path, dict[str, str](), set[str](), False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a field."""
        told = dict(attrs)
        if tag == "form":
            action = (told.get("action") or self.path).partition("?")[0]
            self.inside = told.get("method") == "post" and action == self.path
        elif self.inside and tag in {"input", "select", "textarea", "button"} and told.get("name"):
            name = told["name"] or ""
            if name == "csrfmiddlewaretoken":
                return
            self.names.add(name)
            if told.get("type") == "hidden":
                self.hidden[name] = told.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        """Leave a form."""
        self.inside = self.inside and tag != "form"


def send(client: Client, act: dict[str, Any], sent: Sent, **more: str) -> HttpResponseBase:
    """Send an act, its second step too where it has one."""
    answer = client.post(sent.path, more | sent.data)
    if act.get("again") and answer.status_code == 200:
        confirmed = {name: value for name, value in form_on(answer, sent.path).hidden.items() if name == "read_as"}
        answer = client.post(sent.path, more | sent.data | confirmed)
    return answer
