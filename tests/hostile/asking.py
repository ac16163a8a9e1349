"""How is a hostile request sent, and what must hold for every answer, whatever was asked?"""

import hashlib
import re
import traceback
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode

from django.apps import apps
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.test import Client

from esc_tracker.accounts.models import User

BUSINESS = ("accounts", "journal", "actions", "milestones", "reports")
# Who sits where changes with every request; what stands in an unsent check-in is kept whatever is wrong with it.
PASSING = {"accounts.Session", "milestones.DraftRow"}
FORM = "application/x-www-form-urlencoded"
# What only the program says. No hostile value contains any of it.
TRACE = re.compile(
    r"Traceback|site-packages|(?<!manage)\.py\b|line \d+, in |psycopg|sqlite3?\b|DETAIL:|\bSELECT |DoesNotExist"
)
# The committee's own words in the history of the access table.
UNSHARED = ("the rule is being drafted", "A remark.", "counsel has not answered", "since when?", "kim.lee", "a list.")
STYLED = ("<h1", 'lang="en"', "css/site.css")
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|MERGE)\b", re.IGNORECASE)
TABLES = tuple(
    model._meta.db_table
    for model in apps.get_models()
    if model._meta.app_label in BUSINESS and model._meta.label not in PASSING
)


@dataclass
class Eyes:
    """Somebody who sends requests; `counted` tells how many of each status came back.

    `before` is the fingerprint of the record, taken once: as every request is undone, it is the same before each.
    """

    role: str
    session: str | None
    counted: Counter[int] = field(default_factory=Counter)
    before: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, role: str, person: User | None) -> "Eyes":
        """Sit a person down."""
        if person is None:
            return cls(role, None)
        client = Client()
        client.force_login(person)
        return cls(role, client.cookies["sessionid"].value)

    def ask(
        self, path: str, *, verb: str = "GET", body: bytes = b"", kind: str = FORM, **extra: Any
    ) -> tuple[int, str]:
        """Send one request, undo it, and return status and text; fails where what came back must never come."""
        client = Client(raise_request_exception=False)
        if self.session:
            client.cookies["sessionid"] = self.session
        raised: list[str] = []
        wrote: list[str] = []

        def hear(**told: Any) -> None:
            raised.append(traceback.format_exc()[-1800:])

        def watch(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
            if WRITES.match(sql) and any(f'"{table}"' in sql for table in TABLES):
                wrote.append(sql)
            return execute(sql, params, many, context)

        got_request_exception.connect(hear)
        try:
            with transaction.atomic():
                self.before = self.before or fingerprint()
                with connection.execute_wrapper(watch):
                    answer = client.generic(verb, path, body, content_type=kind, **extra)
                    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
                status = answer.status_code
                told = f"{self.role}: {verb} {path[:300]} {kind} {body[:600]!r} {str(extra)[:300]} -> {status}"
                assert status < 500, f"{told}\n{''.join(raised)}"
                if wrote:
                    # A check-in takes its rows one by one, and says on its page which it did not take.
                    changes_nothing = verb == "GET" or status >= 400 or (status == 200 and path != "/check-in/")
                    assert not (changes_nothing and (verb == "GET" or fingerprint() != self.before)), (
                        f"{told} wrote {wrote}"
                    )
                transaction.set_rollback(True)
        finally:
            got_request_exception.disconnect(hear)
        self.counted[status] += 1
        text = content.decode(errors="replace") if answer.headers.get("Content-Type", "").startswith("text/") else ""
        found = TRACE.search(text)
        assert found is None, f"{told} shows a trace: …{text[max(0, found.start() - 80) : found.end() + 80]}…"
        if status >= 400 and status != 405:
            assert not [mark for mark in STYLED if mark not in text], f"{told} is no page of ours: {text[:300]}"
        if self.role == "coac":
            assert not [word for word in UNSHARED if word in text], f"{told} shows COAC what is not shared"
        if self.role == "anonymous":
            assert "Sample:" not in text, f"{told} shows a stranger the record"
        return status, text


def fingerprint() -> dict[str, str]:
    """Return a digest of all rows of each business table, when a person last signed in aside."""
    prints = {}
    for model in apps.get_models():
        if model._meta.db_table in TABLES:
            columns = [each.attname for each in model._meta.concrete_fields if each.name != "last_login"]
            rows = list(model._default_manager.order_by("pk").values_list(*columns))
            prints[model._meta.label] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return prints


def encoded(pairs: list[tuple[str, str]]) -> str:
    """Write names and values as a browser would, surrogates too, which no browser sends."""
    return urlencode([(_bytes(name), _bytes(value)) for name, value in pairs])


def in_path(value: str) -> str:
    """Write a value as part of an address."""
    return quote(_bytes(value), safe="")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@dataclass
class Form:
    """A form as a page shows it: where it leads, how, and what a person would send without touching it."""

    path: str
    verb: str
    pairs: list[tuple[str, str]] = field(default_factory=list)


class FormReader(HTMLParser):
    """Reads the forms of a page; empty fields of text get a text, those of a day a day: sent so, most come through."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = self._area = ""
        self._options: list[tuple[str, bool]] = []
        self._chosen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form or a field."""
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(told.get("action") or self.path, told.get("method", "get").upper())
            self._chosen = set()
            self.forms.append(self._form)
        if self._form is None:
            return
        name = told.get("name", "")
        if tag == "input" and name:
            self._input(name, told)
        elif tag == "button" and name:
            self._form.pairs.append((name, told.get("value", "")))
        elif tag == "textarea":
            self._area = name
            self._form.pairs.append((name, "Sample: a text."))
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option" and self._select:
            self._options.append((told.get("value", ""), "selected" in told))

    def _input(self, name: str, told: dict[str, str]) -> None:
        assert self._form is not None
        kind, value = told.get("type", "text"), told.get("value", "")
        if kind in {"radio", "checkbox"}:
            if "checked" in told or name not in self._chosen:
                self._form.pairs = [pair for pair in self._form.pairs if kind == "checkbox" or pair[0] != name]
                self._form.pairs.append((name, value))
                self._chosen.add(name)
            return
        plain = {"date": "2020-09-21", "time": "10:00", "datetime-local": "2020-09-21T10:00", "email": "a@cbp.example"}
        self._form.pairs.append((name, value or ("" if kind == "hidden" else plain.get(kind, "2020-12"))))

    def handle_endtag(self, tag: str) -> None:
        """Close a form or a list of choices."""
        if tag == "select" and self._select and self._form:
            chosen = [value for value, selected in self._options if selected and value]
            offered = chosen or [value for value, _ in self._options if value] or [""]
            self._form.pairs.append((self._select, offered[0]))
            self._select = ""
        elif tag == "form":
            self._form = None


def forms_of(path: str, html: str) -> list[Form]:
    """Return the forms of a page, the one that signs out and those without a field aside."""
    reader = FormReader(path)
    reader.feed(html)
    return [form for form in reader.forms if form.pairs and "logout" not in form.path]
