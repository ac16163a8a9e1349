"""What if a page breaks, or finds the database away? (Routes for tests only.)"""

from typing import NoReturn

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest
from django.urls import path

from esc_tracker.urls import handler500
from esc_tracker.urls import urlpatterns as served

__all__ = ["handler500", "urlpatterns"]


@login_not_required
def broken(request: HttpRequest) -> NoReturn:
    """Break."""
    raise ZeroDivisionError("the secret words of the record")


@login_not_required
def away(request: HttpRequest) -> NoReturn:
    """Find no database."""
    raise OperationalError("could not connect to db.internal.example")


urlpatterns = [path("broken/", broken), path("away/", away), *served]
