"""What differs between the measured site and production? The pinned day, two plain pages, and a count of queries."""

from datetime import date

from esc_tracker.settings import *  # noqa: F403 - everything else is production's own
from esc_tracker.settings import MIDDLEWARE as PRODUCTION_MIDDLEWARE

ESC_TODAY = date(2020, 9, 14)
ROOT_URLCONF = "bench.urls"
MIDDLEWARE = ["bench.pages.QueryCount", *PRODUCTION_MIDDLEWARE]
