"""How does the web server write its own lines? As the site writes its."""

import os

from esc_tracker.logs import logging_config

logconfig_dict = logging_config(as_json=os.environ.get("ESC_ENV") == "production")
