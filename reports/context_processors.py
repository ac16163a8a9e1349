"""What does the frame around every page show?"""

from typing import Any

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what base.html needs."""
    return {}
