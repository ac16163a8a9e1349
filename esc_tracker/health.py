"""Is this web process alive, and is it ready for people?

A lost broker does not make it unready: pages never need one (ADR 0005), and taking the site away because
jobs wait would turn a delay into an outage. It is told as "degraded".
"""

import sys

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import path
from django.views.decorators.http import require_safe

from esc_tracker.keeping import NotKept

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
RETRY_AFTER_SECONDS = 5
BROKER_PATIENCE_SECONDS = 1


@login_not_required
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; asks nothing of the database or the broker."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say what this process needs and whether it is there; 503 without database or with migrations waiting."""
    database = _database()
    broker = _broker()
    ready = database == "up"
    status = "not ready" if not ready else "ready" if broker == "up" else "degraded"
    answer = JsonResponse({"status": status, "database": database, "broker": broker}, status=200 if ready else 503)
    if not ready:
        answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a failure: 503 and "try again" when the database is away, busy or takes no line in its books, else 500.

    Rendered without the request: nothing here may ask the database again.
    """
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError | NotKept):
        return HttpResponse(render_to_string("500.html"), status=500)
    page = render_to_string("503.html", {"was_saving": request.method not in SAFE})
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def _database() -> str:
    """Return `up`, `down` or `migrations waiting`."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "down"
    return "migrations waiting" if waiting else "up"


def _broker() -> str:
    """Return `up`, `down` or `not set`."""
    if not settings.REDIS_URL:
        return "not set"
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=BROKER_PATIENCE_SECONDS, socket_timeout=BROKER_PATIENCE_SECONDS
        ) as broker:
            broker.ping()
    except redis.RedisError:
        return "down"
    return "up"


urlpatterns = [
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
]
