"""How is signing in with the agency's own sign-on offered on a page?"""

from typing import Any

from django import template
from django.conf import settings
from django.template import Context

from esc_tracker.accounts.agency_signon.provider import configured_provider

register = template.Library()


@register.inclusion_tag("account/_agency_signon.html", takes_context=True)
def agency_sign_on(context: Context, next_url: str = "") -> dict[str, Any]:
    """Draw the form that leads to the provider; nothing while none is configured."""
    provider = configured_provider()
    return {
        "name": provider.name if provider else "",
        "next_url": next_url or "",
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def passphrase_sign_in() -> bool:
    """Say whether a person may sign in without the provider."""
    on: bool = settings.PASSPHRASE_SIGN_IN
    return on
