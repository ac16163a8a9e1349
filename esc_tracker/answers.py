"""What does every answer of the site carry, whoever gives it?

This is the outermost of all that answers: the redirect to TLS, a file for the browser, the refusal of a wrong host and
the page of a failure pass through here as every page does. The policy for content is django-csp's, next to it.
"""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware
from django.template.loader import render_to_string
from whitenoise.middleware import WhiteNoiseFileResponse

from esc_tracker import clock

# Passkeys are the one of these a page of ours asks for. Only names that browsers know: others end in their console.
NOT_USED = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation"),
    *("gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "usb"),
)
PERMISSIONS = ", ".join(
    [
        *(f"{feature}=()" for feature in NOT_USED),
        *(f"publickey-credentials-{act}=(self)" for act in ("create", "get")),
    ]
)
PAGES = {HTTPStatus.METHOD_NOT_ALLOWED: "405.html"}


class AnswersMiddleware(SecurityMiddleware):
    """Give every answer its headers, and words to a refusal that came without any. No query.

    Of Django's own it takes what it sets (nosniff, Referrer-Policy, COOP; HSTS, which means nothing outside TLS and
    must not be sent there: RFC 6797, 7.2), so that an answer of what stands between the two has it as well.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Lead nobody to TLS: Django's own does, further in, where a wrong host is refused in words."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Return the answer as it goes out."""
        if response.status_code >= HTTPStatus.BAD_REQUEST and _is_empty(response):
            response = _in_words(response)
        answer = super().process_response(request, response)
        answer.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        answer.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if not _is_file(answer):  # Whatever the page itself says of it: no page is the same for two people.
            answer.headers["Cache-Control"] = "no-store"
        return answer


def _is_file(response: HttpResponse) -> bool:
    """Say whether this is a file of the site's own look, the same for everybody."""
    return isinstance(response, WhiteNoiseFileResponse) and response.status_code < HTTPStatus.BAD_REQUEST


def _is_empty(response: HttpResponse) -> bool:
    """Say whether nothing stands in the answer, as in that of a file asked for in a wrong way."""
    return isinstance(response, WhiteNoiseFileResponse) or not (response.streaming or response.content)


def _in_words(response: HttpResponse) -> HttpResponse:
    """Return the same refusal as a page."""
    usual = "500.html" if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else "400.html"
    page = drawn_alone(PAGES.get(HTTPStatus(response.status_code), usual))
    told = {name: value for name, value in response.headers.items() if name not in {"Content-Type", "Content-Length"}}
    worded = HttpResponse(page, status=response.status_code, headers=told)
    worded.cookies = response.cookies
    return worded


def drawn_alone(template: str, **told: object) -> str:
    """Return a page drawn without the request: nothing in it may ask the database. A sample still says so."""
    return render_to_string(template, {"demo": settings.ESC_TODAY is not None, "today": clock.today(), **told})
