"""Which refusals and which files get into the security log?

Asked of each answer on its way out, so that no page can forget it. A refusal stays a refusal when the log cannot be
written; a file is then not given, as nobody signs in and no seat changes. Pages are read either way: a log that is full
must not close the record.
"""

import re
from collections.abc import Callable
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls.converters import get_converters
from django.views import csrf

from esc_tracker.keeping import NotKept, keeping
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event, note_refusal

REFUSALS = {403, 429}
FORMS = {
    "text/csv": "csv",
    "application/pdf": "pdf",
    "application/json": "json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
_PART = re.compile(r"<(?:(\w+):)?(\w+)>")
_TYPED_FREELY = {"str", "slug", "path"}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Answer a form that is not of this session with Django's own page, and say so to the log."""
    request.refused_as = "form not of this session"  # type: ignore[attr-defined]  # read below
    return csrf.csrf_failure(request, reason)


def count_rows(answer: HttpResponseBase, rows: int) -> None:
    """Say how many rows a file holds; noted when it goes out."""
    answer.rows_given = rows  # type: ignore[attr-defined]  # read below


class NotingMiddleware:
    """Note each refusal and each file that goes out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and note. No query for a page that is neither."""
        answer = self.get_response(request)
        if answer.status_code in REFUSALS:
            _note_refused(request, answer)
        elif request.method == "GET" and answer.status_code == 200 and "Content-Disposition" in answer.headers:
            _note_exported(request, answer)
        return answer


def place_of(request: HttpRequest) -> str:
    """Return where a request went, with the parts of the address that only mean what we know: weeks, codes, keys.

    Never a token, a query, or what somebody typed: those parts are told by their name.
    """
    match = request.resolver_match
    if match is None:
        return ""
    known = get_converters()

    def told(part: re.Match[str]) -> str:
        kind, name = part[1] or "str", part[2]
        return f"<{name}>" if kind in _TYPED_FREELY else known[kind].to_url(match.kwargs[name])

    return f"/{_PART.sub(told, match.route)}"


def _note_refused(request: HttpRequest, answer: HttpResponseBase) -> None:
    facts: dict[str, Any] = {"status": answer.status_code}
    if why := getattr(request, "refused_as", ""):
        facts["why"] = why
    try:
        with keeping("security log"), transaction.atomic():
            note_refusal(person=_person(request), about=place_of(request), **facts)
    except NotKept:
        return  # The operator was told; who was refused stays refused.


def _note_exported(request: HttpRequest, answer: HttpResponseBase) -> None:
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    person = _person(request)
    facts: dict[str, Any] = {"form": FORMS.get(kind, "other"), "role": getattr(person, "role", "")}
    if (rows := getattr(answer, "rows_given", None)) is not None:
        facts["rows"] = rows
    try:
        note_event(Kind.EXPORTED, person=person, about=place_of(request), **facts)
    except NotKept:
        answer.close()
        raise


def _person(request: HttpRequest) -> AbstractBaseUser | None:
    person = request.user
    return person if isinstance(person, AbstractBaseUser) else None
