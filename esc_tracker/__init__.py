"""The ground floor: settings, people, the clock, the journal, who is reading and as of when."""

from esc_tracker.celery import app as celery_app

__all__ = ["celery_app"]
