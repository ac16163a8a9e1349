"""What does a log line say, and what does it never say?

One JSON object a line, in UTC, with the reference of its request or job: for the operator and for machines. Never a
mail address, a person's own words, a secret or a session: what our own lines carry are names of events and numbers,
and of what other libraries say we keep the sentence without the values put into it, except from those that speak of
processes only, as long as they speak of nothing wrong: what they complain of is what somebody sent. Of an exception
or a warning we keep its type and where it happened; its message may quote what a person typed.
"""

import json
import os
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Any, TextIO

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.typing import EventDict, Processor

from esc_tracker import clock
from esc_tracker.origin import origin

PROBES = {"livez", "readyz"}
SPEAKS_OF_PROCESSES = ("celery", "gunicorn", "kombu")
ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


def logging_config(*, as_json: bool) -> dict[str, Any]:
    """Set structlog up and return the settings for Python's own logging, through which every line goes out.

    `as_json` is for production; a person at a terminal reads plain lines, exceptions in full.
    """
    ours: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _say_where_from,
    ]
    structlog.configure(
        processors=[*ours, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    drawn: list[Processor] = (
        [_say_type_and_place, structlog.processors.JSONRenderer(sort_keys=True)]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    if as_json:
        warnings.showwarning = _show_warning
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*ours, _without_values],
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *drawn],
                "use_get_message": False,
                "pass_foreign_args": True,
            }
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line"},
            "nowhere": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "weasyprint.progress": {"level": "WARNING"},  # Each step of a PDF.
            "fontTools": {"level": "WARNING"},
            # Their lines quote addresses as typed; ours below and the security log tell the same without.
            "django.request": {"level": "ERROR"},
            "django.security": {"handlers": ["nowhere"], "propagate": False},
            "gunicorn.error": {"handlers": [], "propagate": True},
            # Whatever --access-logfile says: it writes down addresses, links and searches. Our line is the one below.
            "gunicorn.access": {"handlers": ["nowhere"], "propagate": False},
        },
    }


def _say_where_from(logger: Any, method: str, line: EventDict) -> EventDict:
    """Add the reference that the journal, the security log and an error page show for the same request."""
    here = origin()
    return {**line, "source": here.source, **({"request_id": here.id} if here.id else {})}


def _without_values(logger: Any, method: str, line: EventDict) -> EventDict:
    """Keep a library's sentence without the values put into it, unless it speaks of processes, and of no trouble."""
    values = line.pop("positional_args")
    said = line["event"]
    problem = line.get("exc_info")
    if isinstance(problem, tuple) and said == str(problem[1]):  # its message in place of a sentence
        return {**line, "event": problem[0].__qualname__}
    if said.startswith(_QUOTES):
        return {**line, "event": _QUOTES}
    if line["logger"] == "django.request":  # a template of nothing but values
        return {**line, "event": "unhandled error"}
    spoken = line["logger"].split(".")[0] in SPEAKS_OF_PROCESSES and "exc_info" not in line
    harmless = line["level"] == "info" or (isinstance(values, tuple) and all(isinstance(one, int) for one in values))
    return {**line, "event": said % values} if values and spoken and harmless else line


_QUOTES = "Invalid request"  # gunicorn goes on to say from which address, and quotes it


def _say_type_and_place(logger: Any, method: str, line: EventDict) -> EventDict:
    """Turn an exception into its type and the lines it came through, without its message."""
    given: ExcInfo | bool | None = line.pop("exc_info", None)
    told = sys.exc_info() if given is True else given
    if told and told[0]:
        frames = traceback.extract_tb(told[2])
        line["error"] = told[0].__qualname__
        line["through"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return line


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Write a line in place of Python's own two, which are no JSON."""
    where = f"{filename.rpartition('/')[2]}:{lineno}"
    structlog.get_logger("py.warnings").warning("warning", kind=category.__qualname__, where=where)


def say_at_once(words: str, stream: TextIO | None = None) -> None:
    """Write a line from within a signal's handler, where the locks of logging may be held by whom it interrupted."""
    line = {"at": f"{clock.wall():%Y-%m-%dT%H:%M:%S.%fZ}", "event": words, "level": "info", "source": origin().source}
    os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, f"{json.dumps(line, sort_keys=True)}\n".encode())


class RequestLogMiddleware:
    """Write one line a request: the route as we wrote it, never the address as it was typed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.log = structlog.get_logger("esc_tracker.requests")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and say how it went. No query: a person whom nobody asked for stays unknown."""
        began = time.perf_counter()
        response = self.get_response(request)
        route = route_of(request)
        if route not in PROBES:
            person = getattr(request, "_cached_user", None)
            self.log.info(
                "request",
                method=method_of(request),
                route=route,
                status=response.status_code,
                ms=round((time.perf_counter() - began) * 1000),
                person=person.pk if person else None,
            )
        return response


def route_of(request: HttpRequest) -> str:
    """Return the route as we wrote it, or nothing when none was found."""
    return request.resolver_match.route if request.resolver_match else ""


def method_of(request: HttpRequest) -> str:
    """Return the method, or `other` for a word of the client's own."""
    return request.method if request.method in _METHODS else "other"


_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"})
