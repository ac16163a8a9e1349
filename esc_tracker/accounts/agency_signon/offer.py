"""Where may people begin to sign in with their agency's sign-on, and where may such a page lead to?"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from esc_tracker.accounts.agency_signon.provider import configured_provider

View = Callable[..., HttpResponse]


def leads_to_provider(view: View) -> View:
    """Let the forms of this one page lead to the provider: browsers judge where a form's answer redirects to."""

    @wraps(view)
    def led(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if provider := configured_provider():
            response._csp_update = {"form-action": [provider.origin]}  # type: ignore[attr-defined]  # django-csp's own
        return response

    return led
