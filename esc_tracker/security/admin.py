"""How does an administrator read the security log, and take it along?"""

from collections.abc import Iterator
from datetime import UTC, date
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_safe

from esc_tracker import clock
from esc_tracker.plain_text import has_control_characters
from esc_tracker.security.middleware import count_rows
from esc_tracker.security.models import SecurityEvent
from esc_tracker.spreadsheets import CSV, csv_lines

PER_PAGE = 50
TYPED_MAX = 100  # characters
COLUMNS = ("at_utc", "kind", "outcome", "person", "account", "about", "facts", "source", "address", "request_id")


class Typed(admin.ListFilter):
    """A filter that one types into; what cannot be read finds nothing, and the field says so."""

    template = "admin/security/securityevent/typed.html"
    parameter_name = ""
    problem = ""
    kind = "text"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: type[Any], model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        given = params.pop(self.parameter_name, [""])
        self.typed: str = (given[-1] if isinstance(given, list) else given).strip()
        self.unreadable = False
        if self.typed:
            self.used_parameters[self.parameter_name] = self.typed

    def has_output(self) -> bool:
        """Always offer the field."""
        return True

    def expected_parameters(self) -> list[str | None]:
        """Return the one name."""
        return [self.parameter_name]

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        """Yield what the field needs: its text, and what else is asked, so that it stays."""
        others = {name: value for name, value in changelist.get_filters_params().items() if name != self.parameter_name}
        kept = [(name, value[-1] if isinstance(value, list) else value) for name, value in others.items()]
        if changelist.query:
            kept.append(("q", changelist.query))
        yield {"kept": kept, "without": f"?{urlencode(kept)}"}

    def queryset(self, request: HttpRequest, queryset: QuerySet[SecurityEvent]) -> QuerySet[SecurityEvent]:
        """Keep the events that match."""
        if not self.typed:
            return queryset
        matching = None if self._cannot_be_read() else self.matching()
        if matching is None:
            self.unreadable = True
            return queryset.none()
        return queryset.filter(matching)

    def matching(self) -> Q | None:
        """Return the condition, None when the text means nothing here."""
        raise NotImplementedError

    def _cannot_be_read(self) -> bool:
        return len(self.typed) > TYPED_MAX or has_control_characters(self.typed)


class Person(Typed):
    """Who did it, by a part of the name, or by the number of the account."""

    title, parameter_name = "person", "by"

    def matching(self) -> Q | None:
        """Return the condition."""
        named = Q(person__name__icontains=self.typed)
        number = self.typed
        return named | Q(person=int(number)) if number.isascii() and number.isdecimal() and len(number) < 10 else named


class Day(Typed):
    """A day of New York."""

    title, parameter_name, problem, kind = "day", "day", "Write a day like 2020-10-31.", "date"

    def matching(self) -> Q | None:
        """Return the condition."""
        try:
            day = date.fromisoformat(self.typed)
            return Q(happened_at__gte=clock.start_of(day), happened_at__lt=clock.end_of(day))
        except (ValueError, OverflowError):
            return None


class Address(Typed):
    """The network address, whole."""

    title, parameter_name, problem = "address", "from", "Write an address like 203.0.113.7."

    def matching(self) -> Q | None:
        """Return the condition."""
        try:
            return Q(address=str(ip_address(self.typed)))
        except ValueError:
            return None


class Reference(Typed):
    """The reference of a request or job, whole, as an error page or a log line gives it."""

    title, parameter_name = "reference", "reference"

    def matching(self) -> Q | None:
        """Return the condition."""
        return Q(request_id=self.typed)


class Outcome(admin.SimpleListFilter):
    """Whether it went as wanted."""

    title, parameter_name = "outcome", "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the two."""
        return [("done", "Done"), ("failed", "Failed or refused")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SecurityEvent]) -> QuerySet[SecurityEvent]:
        """Keep the events that ended so."""
        return queryset.filter(succeeded=self.value() == "done") if self.value() in {"done", "failed"} else queryset


@admin.register(SecurityEvent)
class SecurityLogAdmin(admin.ModelAdmin):
    """The security log, newest first; nobody adds to it, changes it or deletes from it here."""

    list_display = ("moment", "kind", "outcome", "person", "about", "told", "address", "request_id")
    list_filter = ("kind", Outcome, Day, Person, Address, Reference)
    list_select_related = ("person",)
    list_per_page = PER_PAGE
    list_max_show_all = PER_PAGE
    show_full_result_count = False
    search_fields = ("about", "person__name", "=request_id")
    search_help_text = "A word of what it was about, a name, or a whole reference."
    sortable_by = ()
    actions = None
    fields = ("moment_utc", "kind", "outcome", "person", "about", "told", "source", "address", "request_id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The site alone writes it."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What happened stays as it was noted."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only time deletes: see the settings for retention."""
        return False

    @admin.display(description="when (New York)", ordering="happened_at")
    def moment(self, obj: SecurityEvent) -> str:
        """Say when, to the second."""
        return f"{obj.happened_at.astimezone(clock.NEW_YORK):%Y-%m-%d %H:%M:%S}"

    @admin.display(description="when (UTC)")
    def moment_utc(self, obj: SecurityEvent) -> str:
        """Say when, as exactly as it was noted."""
        return obj.happened_at.astimezone(UTC).isoformat(timespec="milliseconds")

    @admin.display(description="outcome")
    def outcome(self, obj: SecurityEvent) -> str:
        """Say how it ended, in a word."""
        return "Done" if obj.succeeded else "Failed"

    @admin.display(description="details")
    def told(self, obj: SecurityEvent) -> str:
        """Say the facts on one line."""
        return in_a_line(obj.facts)

    def get_urls(self) -> list[Any]:
        """Add the file."""
        file = self.admin_site.admin_view(require_safe(self.file))
        return [path("file/", file, name="security_securityevent_file"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Offer the file of what is shown."""
        way = f"file/?{request.GET.urlencode()}"
        return super().changelist_view(request, {**(extra_context or {}), "title": "Security log", "file_url": way})

    def file(self, request: HttpRequest) -> HttpResponseBase:
        """Give all that the filters match as CSV, newest first; 400 for a filter there is none of. Three queries."""
        try:
            found = self.get_changelist_instance(request).get_queryset(request).select_related("person")
        except IncorrectLookupParameters as problem:
            raise BadRequest("There is no such filter.") from problem
        notes = ["ESC Milestone Tracker: Security log", f"Made {clock.wall().astimezone(UTC):%Y-%m-%d %H:%M} UTC"]
        rows = (_cells(event) for event in found.iterator(chunk_size=1000))
        answer = StreamingHttpResponse(csv_lines(notes, COLUMNS, rows), content_type=CSV)
        answer.headers["Content-Disposition"] = f'attachment; filename="security-log-{clock.real_day()}.csv"'
        count_rows(answer, found.count())
        return answer


def in_a_line(facts: dict[str, Any]) -> str:
    """Return the facts of an event as people read them: "change: added; what: totp, webauthn"."""
    return "; ".join(f"{name.replace('_', ' ')}: {_value(value)}" for name, value in facts.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {_value(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    for known, word in ((True, "yes"), (False, "no"), (None, "none")):
        if value is known:
            return word
    return str(value)


def _cells(event: SecurityEvent) -> list[object]:
    return [
        event.happened_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        event.kind,
        "done" if event.succeeded else "failed",
        event.person.get_full_name() if event.person else "",
        event.person_id,
        event.about,
        in_a_line(event.facts),
        event.source,
        event.address,
        event.request_id,
    ]
