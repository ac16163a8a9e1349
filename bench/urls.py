"""Where are the measured pages, and the two plain ones beside them?"""

from django.urls import include, path

from bench import pages

urlpatterns = [
    path("bench/hello", pages.hello),
    path("bench/row", pages.row),
    path("", include("esc_tracker.urls")),
]
