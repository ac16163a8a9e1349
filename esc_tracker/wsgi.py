"""Where does the web server enter?"""

import os

from django.core.wsgi import get_wsgi_application

from esc_tracker import checks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esc_tracker.settings")

application = get_wsgi_application()
checks.refuse_to_start()
