"""Is this web process alive, and is it ready for people?

A lost broker, late jobs and mail that does not go out do not make it unready: pages need none of them (ADR 0005), and
taking the site away because jobs wait would turn a delay into an outage. They are told as "degraded".
"""

import sys
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from esc_tracker import clock
from esc_tracker.answers import drawn_alone
from esc_tracker.keeping import NotKept
from esc_tracker.monitoring.gauges import read_gauges
from esc_tracker.monitoring.jobs import look_at_jobs
from esc_tracker.monitoring.metrics import metrics

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
RETRY_AFTER_SECONDS = 5
BROKER_PATIENCE_SECONDS = 1
STUCK = "deliveries_stuck"


@login_not_required
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; asks nothing of the database or the broker."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say what this process needs and whether it is there; 503 without database or with migrations waiting.

    `last_tick_seconds` tells how long ago a job last ended well, None when none ever did.
    """
    said: dict[str, Any] = {"database": _database(), "broker": _broker()}
    ready = said["database"] == "up"
    if ready:
        now = clock.wall()
        jobs = look_at_jobs(now)
        said["last_tick_seconds"] = round((now - jobs.last).total_seconds()) if jobs.last else None
        said["late_jobs"] = list(jobs.late)
        said |= {gauge.name: int(gauge.value) for gauge in read_gauges(now) if gauge.name == STUCK}
    well = said["broker"] == "up" and not said.get("late_jobs") and not said.get(STUCK)
    status = "not ready" if not ready else "ready" if well else "degraded"
    answer = JsonResponse({"status": status, **said}, status=200 if ready else 503)
    if not ready:
        answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a failure: 503 and "try again" when the database is away, busy or takes no line in its books, else 500.

    Rendered without the request: nothing here may ask the database again.
    """
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError | NotKept):
        return HttpResponse(drawn_alone("500.html"), status=500)
    page = drawn_alone("503.html", was_saving=request.method not in SAFE)
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
    path("metrics", metrics, name="metrics"),
]
