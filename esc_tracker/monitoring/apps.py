"""How does Django know what watches the machinery?"""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Jobs that ran, gauges, metrics."""

    name = "esc_tracker.monitoring"
