"""What if a page of the running site breaks? (Settings for tests only.)"""

from esc_tracker.settings import *  # noqa: F403 - the same but for the routes

ROOT_URLCONF = "tests.web.broken_urls"
