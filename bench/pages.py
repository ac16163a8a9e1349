"""With what are the pages compared, and how many queries does each ask?"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from milestones.models import Milestone

QUERIES_HEADER = "X-Bench-Queries"


@login_not_required
def hello(request: HttpRequest) -> HttpResponse:
    """Answer with nothing but the framework's own work."""
    return HttpResponse("<p>Hello</p>")


def row(request: HttpRequest) -> HttpResponse:
    """Read the session, the person and one row: the least that any page of ours does."""
    milestone = Milestone.objects.get(action=4, position=3)
    return HttpResponse(format_html("<p>{}: {}</p><p>{}</p>", milestone.code, milestone.text, request.user))


class QueryCount:
    """Say in a header how many queries an answer took, the session's and the person's included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Count what passes to the database while the request is answered."""
        count = 0

        def counted(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
            nonlocal count
            count += 1
            return execute(sql, params, many, context)

        with connection.execute_wrapper(counted):
            response = self.get_response(request)
        response.headers[QUERIES_HEADER] = str(count)
        return response
