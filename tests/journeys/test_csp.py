"""Does any page, opened in a browser, break the policy it was sent with, or leave words behind there? (R19, R22)

Each role opens every place of its navigation and, from there, one page of each kind. `sit_down` fails a test for
whatever the browser's console complains of.
"""

import re
from collections.abc import Callable

import pytest
from django.urls import Resolver404, resolve

from tests.journeys.people import Person
from tests.journeys.site import Record, running_site

LISTEN = """
document.addEventListener("securitypolicyviolation", (broken) => {
  console.error(`policy: ${broken.violatedDirective} by ${broken.blockedURI}`);
});
"""
LINKS = "links => links.map(link => link.getAttribute('href'))"
KEPT = "() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"
A_FILE = re.compile(r"\.(csv|xlsx|docx|pdf|json|png|svg)$|[?&]export=|^/static/|^/accounts/logout/")


@pytest.fixture(scope="module")
def shared(record: Record):
    """One site for all roles: nobody changes anything."""
    with running_site(record) as address:
        yield address


@pytest.mark.parametrize("name", ["plcy", "cbp", "coac", "admin"])
def test_every_kind_of_page_keeps_its_policy_and_leaves_nothing_behind(
    shared: str, sit_down: Callable[..., Person], name: str
) -> None:
    person = sit_down(shared)
    person.page.add_init_script(LISTEN)
    person.sign_in(name)
    opened: dict[str, str] = {}

    person.go("/")
    places = ["/", *_links(person, "header nav a")]
    children = [link for place in places if _opens(person, place, opened) for link in _links(person, "main a")]
    for child in children:
        _opens(person, child, opened)

    assert len(opened) >= {"plcy": 20, "cbp": 15, "coac": 8, "admin": 3}[name]
    assert {kept for kept in opened.values() if kept != "[[],[]]"} == set()


def _links(person: Person, where: str) -> list[str]:
    """Return where the links of the open page lead, on this site."""
    hrefs = person.page.locator(f"{where}[href]").evaluate_all(LINKS)
    return [href.partition("#")[0] for href in hrefs if href.startswith("/") and not href.startswith("//")]


def _opens(person: Person, address: str, opened: dict[str, str]) -> bool:
    """Open a page of a kind that was not opened yet, and note what the browser keeps of it."""
    try:
        kind = resolve(address.partition("?")[0]).route
    except Resolver404:
        return False
    if kind in opened or A_FILE.search(address):
        return False
    status = person.go(address)
    opened[kind] = person.page.evaluate(KEPT)
    return status == 200
