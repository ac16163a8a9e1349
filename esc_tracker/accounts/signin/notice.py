"""What must a person acknowledge before access, and have they?

NIST AC-8: the notice stands before access and is acknowledged; the server asks, whatever way of signing in is taken.
"""

from django.http import HttpRequest

FIELD, ACCEPTED = "accept", "yes"
NOT_ACCEPTED = "You are signed in only if you accept what is said before the form."
_MARK = "use_notice_accepted"


def is_accepted(request: HttpRequest) -> bool:
    """Say whether this very submission carries the acknowledgment."""
    return request.POST.get(FIELD) == ACCEPTED


def take_acknowledgment(request: HttpRequest) -> str:
    """Keep in the session that the notice was accepted; returns "" or the sentence that says it was not."""
    if not is_accepted(request):
        return NOT_ACCEPTED
    request.session[_MARK] = True
    return ""


def spend_acknowledgment(request: HttpRequest) -> bool:
    """Say whether the notice was accepted for the sign-in under way; it is good for one."""
    return bool(request.session.pop(_MARK, False))
