"""Where does the web server enter?"""

import os

from django.core.wsgi import get_wsgi_application

from esc_tracker import checks
from esc_tracker.readable import with_known_encodings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esc_tracker.settings")

application = with_known_encodings(get_wsgi_application())
checks.refuse_to_start()
