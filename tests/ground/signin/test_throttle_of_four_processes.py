"""Do four web processes count failed tries together, and only failed ones, by person and source? (R14)

A real web server over the test's own database; each source is an address of the loopback net.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
from django.core.management import call_command
from django.db import connection
from requests.adapters import HTTPAdapter

from scripts.children import Children
from scripts.run import wait_until_it_answers
from scripts.servers import TOP, free_port
from tests.factories import PASSPHRASE, make_user

PROCESSES = 4
WRONG, TOO_MANY = "wrong", "too many"

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def _address_of_the_database() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[str]:
    """The address of a site that answers by four processes."""
    room = tmp_path_factory.mktemp("throttle")
    with django_db_blocker.unblock():
        call_command("createcachetable", "esc_cache")
        database_url = _address_of_the_database()
    port = free_port()
    env = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url,
        "VAR_DIR": str(room),
        "BASE_URL": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--log-level", "warning"]
    command += ["--worker-class", "gthread", "--threads", "2"]  # the class the Procfile names
    command += ["--workers", str(PROCESSES), "--bind", f"127.0.0.1:{port}", "tests.ground.signin.quick_site"]
    with Children() as children:
        children.start("web", command, env=env, cwd=TOP, log=room / "web.log")
        wait_until_it_answers(children, port)
        yield f"http://127.0.0.1:{port}"


class Source(HTTPAdapter):
    """One address from which people come; each request is a connection of its own, taken by any process."""

    def __init__(self, site: str, address: str) -> None:
        self.address = address
        super().__init__()
        self.site, self.processes = site, set[str]()
        self.cookies = self._browser().get(f"{site}/accounts/login/", timeout=30).cookies

    def init_poolmanager(self, *args, **more) -> None:
        """Come from this address."""
        super().init_poolmanager(*args, source_address=(self.address, 0), **more)

    def _browser(self) -> requests.Session:
        browser = requests.Session()
        browser.trust_env = False
        browser.mount("http://", self)
        browser.headers["Connection"] = "close"
        return browser

    def post(self, path: str, **fields: str) -> requests.Response:
        """Send a form as a browser that came to the page before."""
        browser = self._browser()
        browser.cookies.update(self.cookies)
        browser.headers["X-CSRFToken"] = self.cookies["csrftoken"]
        answer = browser.post(f"{self.site}{path}", data=fields, timeout=60, allow_redirects=False)
        self.processes.add(answer.headers["X-Process"])
        return answer

    def sign_in(self, email: str, passphrase: str = PASSPHRASE) -> str:
        """Try to get in; returns where one is led, or what was wrong."""
        answer = self.post("/accounts/login/", login=email, password=passphrase, accept="yes")
        if answer.status_code == 302:
            return answer.headers["Location"]
        assert answer.status_code == 200
        if "Too many tries have failed." in answer.text:
            return TOO_MANY
        assert "This address and passphrase do not belong together." in answer.text
        return WRONG


def at_once(*tries: tuple) -> Counter[str]:
    """Make all these tries at once, eight abreast; return how many ended in which way."""
    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(lambda each: each[0](*each[1:]), tries))


def test_of_many_wrong_tries_at_once_exactly_five_are_looked_at_and_the_owner_gets_in_from_elsewhere(site):
    make_user("cbp@esc.example")
    attacker, owner = Source(site, "127.0.0.2"), Source(site, "127.0.0.3")

    outcomes = at_once(*[(attacker.sign_in, "cbp@esc.example", f"guess number {number}") for number in range(24)])

    assert outcomes == {WRONG: 5, TOO_MANY: 19}
    assert len(attacker.processes) > 1
    assert attacker.sign_in("cbp@esc.example") == TOO_MANY
    assert owner.sign_in("cbp@esc.example") == "/"


def test_of_many_accounts_tried_from_one_source_fifty_are_looked_at_and_another_source_is_free(site):
    make_user("cbp@esc.example")
    attacker, office = Source(site, "127.0.0.4"), Source(site, "127.0.0.5")

    outcomes = at_once(*[(attacker.sign_in, f"person{number}@esc.example", "a guess") for number in range(60)])

    assert outcomes == {WRONG: 50, TOO_MANY: 10}
    assert attacker.sign_in("cbp@esc.example") == TOO_MANY
    assert office.sign_in("cbp@esc.example") == "/"


def test_right_tries_are_never_counted_whichever_process_takes_them(site):
    people = [make_user(f"reader{number}@esc.example", agency="CBP").email for number in range(8)]
    office = Source(site, "127.0.0.6")

    in_a_row = Counter(office.sign_in(people[0]) for _ in range(20))
    abreast = at_once(*[(office.sign_in, email) for email in people * 6])

    assert in_a_row == {"/": 20}
    assert abreast == {"/": 48}
    assert len(office.processes) > 1


def test_a_right_try_between_wrong_ones_forgives_none_of_them(site):
    make_user("cbp@esc.example")
    source = Source(site, "127.0.0.7")

    outcomes = [
        source.sign_in("cbp@esc.example", passphrase)
        for passphrase in ["a guess", "a guess", PASSPHRASE, "a guess", PASSPHRASE, "a guess", "a guess", PASSPHRASE]
    ]

    assert outcomes == [WRONG, WRONG, "/", WRONG, "/", WRONG, WRONG, TOO_MANY]


def test_asking_for_a_new_passphrase_is_counted_by_all_processes_too(site):
    make_user("cbp@esc.example")
    source, elsewhere = Source(site, "127.0.0.8"), Source(site, "127.0.0.9")

    def ask(whence: Source) -> int:
        return whence.post("/accounts/passphrase/forgotten/", address="cbp@esc.example").status_code

    outcomes = at_once(*[(ask, source) for _ in range(12)])

    assert outcomes == {302: 5, 429: 7}
    assert ask(elsewhere) == 302
