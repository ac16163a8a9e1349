"""What is COAC given, page by page and file by file?"""

import re
from typing import Any

from django.test import Client
from hypothesis import HealthCheck, Phase, settings

from tests.reports.documents.opening import book_of, bytes_of

PAGES = (
    *(
        "/",
        "/milestones/?per_page=100",
        "/milestones/?overdue=1",
        "/milestones/?sort=-target",
        "/overdue/",
        "/actions/",
    ),
    *("/actions/4/", "/agencies/", "/agencies/CBP/", "/milestones/3.1/", "/milestones/4.4/", "/milestones/2.2/"),
    *("/reports/", "/reports/2020-W36/", "/milestones/?export=csv", "/reports/2020-W36.json", "/reports/2020-W36.csv"),
)
BOOKS = ("/milestones/?export=xlsx", "/overdue/?export=xlsx", "/reports/2020-W36.xlsx")
PASSING = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|data-[a-z-]+="[0-9]+"')  # of each request its own
ONE_BY_ONE = settings(
    max_examples=4, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


def page(client: Client, address: str) -> str:
    """Return a page without what every request has of its own."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return PASSING.sub("", bytes_of(answer).decode())


def cells(client: Client, address: str) -> list[Any]:
    """Return all cells of a workbook, and what it says of itself."""
    book = book_of(bytes_of(client.get(address)))
    about = {name: getattr(book.properties, name) for name in ("creator", "title", "subject", "created", "modified")}
    return [about, *([sheet.title, *sheet.iter_rows(values_only=True)] for sheet in book.worksheets)]


def given_to_coac(client: Client, pages: tuple[str, ...] = PAGES, books: tuple[str, ...] = BOOKS) -> dict[str, Any]:
    """Return all that COAC is given, `{address: what}`."""
    return {address: page(client, address) for address in pages} | {book: cells(client, book) for book in books}
