"""Does an act take only what its form names, whatever else is sent with it? (R06)

Each act is done twice and undone: as its form sends it, and with every field name of every model beside, each with a
hostile value. Both must leave the same rows, or the second is refused and leaves none.
"""

import ast
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import BooleanField, DateField, DateTimeField, Field, ForeignKey, IntegerField, Model

from esc_tracker.accounts.models import PassphraseLink, Session, User
from esc_tracker.journal.models import Entry
from esc_tracker.security.models import SecurityEvent
from tests.access.acting import ACTS, DONE, EYES, TAKEN, as_filled_in, name_of, outcomes, send, signed_in, undone

OURS = ("accounts", "journal", "actions", "milestones", "reports")
HOSTILE = "zqhostileqz"
# What people who guess would send, whether a model has it or not.
GUESSED = {
    **dict.fromkeys(("id", "pk", "number", "milestone", "milestone_id", "user", "author", "owner", "chair"), "1"),
    **dict.fromkeys(("is_superuser", "is_staff", "is_admin", "released", "cleared", "published", "confirmed"), "on"),
    **{"agency": "ICE-HSI", "agency_id": "ICE-HSI", "lead": "ICE-HSI", "joint": "ICE-HSI", "for_agency": "ICE-HSI"},
    **{"role": "administrator", "status": "completed", "state": "published", "audience": "esc", "part": "lead"},
    **{"decided_by": "1", "recorded_by": "1", "created_at": "2020-01-01", "_method": "DELETE", "as_of": "2020-09-01"},
}
# Of each request its own: a digest, a secret, the moment on the wall.
NOT_COMPARED = {
    Entry: {"request_id", "previous", "digest", "before", "after"},
    User: {"password", "joined_at"},
    PassphraseLink: {
        "digest",
        *(field.name for field in PassphraseLink._meta.fields if isinstance(field, DateTimeField)),
    },
}


def _models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS and model is not Session]


def _value(field: Field) -> str:
    """Return what a hostile person would write into a field."""
    if isinstance(field, ForeignKey):
        return "ICE-HSI" if field.related_model._meta.model_name == "agency" else "1"
    if isinstance(field, BooleanField):
        return "on"
    if isinstance(field, DateTimeField | DateField):
        return "2020-01-02"
    if isinstance(field, IntegerField):
        return "7"
    return str(field.choices[-1][0]) if field.choices else HOSTILE


def _everything(own: frozenset[str] | set[str]) -> dict[str, str]:
    """Return every field name there is, but for a form's own; with the prefixes of its own too."""
    fields = [field for model in _models() for field in model._meta.concrete_fields]
    named = {name: _value(field) for field in fields for name in (field.name, field.attname)} | GUESSED
    prefixes = {name.rpartition("-")[0] + "-" for name in own if "-" in name}
    chosen = sorted(prefixes)[:2]
    everywhere = named | {prefix + name: value for prefix in chosen for name, value in named.items()}
    return {name: value for name, value in everywhere.items() if name not in own}


def _rows() -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each business table without their own keys; a reference says only whether it was there."""
    found = {}
    for model in _models():
        left_out = NOT_COMPARED.get(model, set())
        columns = [field for field in model._meta.concrete_fields if field.name not in left_out]
        rows = model._default_manager.order_by("pk").values_list(*(field.attname for field in columns))
        found[model._meta.label] = [
            tuple(_said(field, value) for field, value in zip(columns, row, strict=True)) for row in rows
        ]
    return found


def _said(field: Field, value: Any) -> Any:
    if value is None or not (field.primary_key or field.is_relation) or isinstance(value, str):
        return value
    last = LAST.get(field.model if field.primary_key else field.related_model, 0)
    return value if value <= last else "new"


LAST: dict[type[Model], int] = {}


@pytest.fixture
def last_keys(people) -> Iterator[None]:
    """Know which keys were given before; on PostgreSQL those given inside are never given again."""
    for model in _models():
        key = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
        if isinstance(key, int):
            LAST[model] = key
    yield
    LAST.clear()


def _changes(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> list[str]:
    return [
        f"{label}: {[row for row in after[label] if row not in rows][:2]}"
        for label, rows in before.items()
        if rows != after[label]
    ]


def test_what_a_form_does_not_name_has_no_effect(people, last_keys):
    clients = {eyes: signed_in(people[eyes]) for eyes in EYES}
    before, wrong, done = _rows(), [], 0

    for act in ACTS:
        doer = next((eyes for eyes, outcome in outcomes(act).items() if outcome == DONE), None)
        if doer is None:
            continue
        sent = as_filled_in(act, people, clients)
        own = sent.own | set(sent.data)
        with undone():
            answer = send(clients[doer], act, sent)
            plain, status = _rows(), answer.status_code
        with undone():
            answer = send(clients[doer], act, sent, **_everything(own))
            loaded = _rows()
            events = str(list(SecurityEvent.objects.values_list("facts", "about")))
        done += status in TAKEN
        refused = answer.status_code in {400, 403, 404, 409} and loaded == before
        if not refused and (answer.status_code, loaded) != (status, plain):
            wrong.append(f"{name_of(act)}: {status}, {answer.status_code}, {_changes(plain, loaded)}"[:400])
        if HOSTILE in str(loaded) + events:
            wrong.append(f"{name_of(act)}: wrote {HOSTILE}")

    assert "\n".join(wrong) == ""
    assert done >= 45  # and they were done


def test_the_hostile_names_cover_every_field_of_the_record():
    names = set(_everything(frozenset()))
    fields = {field.name for model in _models() for field in model._meta.concrete_fields}

    assert sorted(fields - names) == []
    assert len(names) > 200


def test_no_form_takes_the_fields_of_a_model_as_they_come():
    """`fields = "__all__"` and `exclude` take what a later migration adds."""
    found, named = [], 0

    for place in ("esc_tracker", "actions", "milestones", "reports"):
        for path in sorted((settings.BASE_DIR / place).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef) and node.name == "Meta":
                    named += "fields" in _assigned(node)
                    found += [f"{path}: {line}" for line in _open(node)]
                if isinstance(node, ast.Call) and "modelform_factory" in ast.unparse(node.func):
                    found.append(f"{path}: {ast.unparse(node)}")

    assert found == []
    assert named >= 2


def _assigned(node: ast.ClassDef) -> dict[str, str]:
    return {
        ast.unparse(target): ast.unparse(line.value)
        for line in node.body
        if isinstance(line, ast.Assign)
        for target in line.targets
    }


def _open(node: ast.ClassDef) -> list[str]:
    return [f"{name} = {value}" for name, value in _assigned(node).items() if name == "exclude" or "__all__" in value]
