"""Where does gunicorn enter when measured? (As in production, but for the refusal of a pinned day.)"""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
