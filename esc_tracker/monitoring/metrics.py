"""What does Prometheus read of this site?

Only where METRICS_TOKEN is set, and only for who sends it; else the address does not exist. Requests and queries are
counted by each web process and added up over those of one gunicorn (ADR 0025); jobs and what waits are asked of the
database, so every web process tells the same.
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from esc_tracker import clock
from esc_tracker.logs import method_of, route_of
from esc_tracker.monitoring.gauges import read_gauges
from esc_tracker.monitoring.jobs import look_at_jobs
from esc_tracker.monitoring.models import JobRun

SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
REQUESTS = Histogram(
    "esc_request_seconds", "Requests by route, method and status.", ("route", "method", "status"), buckets=SECONDS
)
QUERIES = Counter("esc_queries", "Statements sent to the database, by route.", ("route",))


class MetricsMiddleware:
    """Count each request, how long it took, and what it asked of the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and count."""
        asked = _Asked()
        began = time.perf_counter()
        with connection.execute_wrapper(asked):
            response = self.get_response(request)
        route = route_of(request)
        labels = (route, method_of(request), str(response.status_code))
        REQUESTS.labels(*labels).observe(time.perf_counter() - began)
        QUERIES.labels(route).inc(asked.count)
        return response


class _Asked:
    """How many statements one request sent."""

    count = 0

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        """Count one, and send it."""
        self.count += 1
        return execute(*statement)


class _FromDatabase(Collector):
    """Jobs and gauges at a real moment."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        """Yield what the database says."""
        runs = CounterMetricFamily("esc_job_runs", "Runs of a job, by how they ended.", labels=("job", "ended"))
        age = GaugeMetricFamily("esc_job_age_seconds", "Since a job last ended well.", labels=("job",))
        late = GaugeMetricFamily("esc_job_late", "1 where a job has not ended well for too long.", labels=("job",))
        for job in JobRun.objects.all():
            runs.add_metric((job.name, "well"), job.runs - job.failures)
            runs.add_metric((job.name, "failed"), job.failures)
            if job.succeeded_at:
                age.add_metric((job.name,), (self.now - job.succeeded_at).total_seconds())
        for name in look_at_jobs(self.now).late:
            late.add_metric((name,), 1)
        yield from (runs, age, late)
        for gauge in read_gauges(self.now):
            yield GaugeMetricFamily(f"esc_{gauge.name}", gauge.says, value=gauge.value)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus in its own text format; 404 for everybody else. Seven queries."""
    token, sent = settings.METRICS_TOKEN, request.headers.get("Authorization", "")
    if not token or not constant_time_compare(sent.encode(), f"Bearer {token}".encode()):
        raise Http404
    registry = CollectorRegistry()
    registry.register(_FromDatabase(clock.wall()))
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
        counted = b""
    else:
        counted = generate_latest(REGISTRY)
    return HttpResponse(generate_latest(registry) + counted, content_type=CONTENT_TYPE_LATEST)
