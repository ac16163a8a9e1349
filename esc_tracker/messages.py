"""How does a browser carry a message to the next page?

In a cookie that is ours alone, as the session's is: no other site of the domain can set or read it. What is too long
for a cookie waits in the session.
"""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class OwnCookieStorage(CookieStorage):
    """Django's cookie under a name that browsers guard wherever there is TLS."""

    cookie_name = "__Host-messages" if settings.SESSION_COOKIE_SECURE else "messages"


class MessageStorage(FallbackStorage):
    """The cookie first, the session for what does not fit."""

    storage_classes = (OwnCookieStorage, SessionStorage)
