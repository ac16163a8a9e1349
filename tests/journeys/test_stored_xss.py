"""Does anything that somebody wrote run in a browser, or become an element of a page? (R28)

The whole record carries markup in every text (tests/hostile/telling.py). Each role opens every kind of page; forms are
sent with the pack, refused and overtaken; mail is opened as HTML. No dialog opens, no script of theirs runs, the policy
of the site is never even asked, and no element or link is made of a text.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Dialog

from esc_tracker.accounts.sample_accounts import PASSPHRASE
from tests.access.crawling import _is_left_out, _links
from tests.hostile.telling import MARKUP
from tests.journeys.people import Person
from tests.journeys.site import Record, running_site, tell

TELL = """
import json
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esc_tracker.settings")
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
from tests.hostile.telling import MARKUP, tell_hostile
tell_hostile(MARKUP)
"""
MAILS = """
import json, pathlib
from django.core import mail
from esc_tracker import clock
from reports import delivery
from reports.models import Delivery
from tests.access.canaries import AFTER
from django.conf import settings
settings.EMAIL_BACKEND, mail.outbox = "django.core.mail.backends.locmem.EmailBackend", []
with clock.at(AFTER):
    delivery.queue_notices(clock.now())
    Delivery.objects.filter(sent_at=None).update(next_try_at=None)
    delivery.send_due(clock.wall())
pathlib.Path({file!r}).write_text(json.dumps([html for each in mail.outbox for html, _ in each.alternatives]))
"""
RAN = "window.__ran = () => { window.__hit = true; console.error('a text ran as a script'); }"
# What no text may have become: an element of the pack's, a handler, a link that runs.
JUDGE = """() => {
  const made = [];
  for (const it of document.querySelectorAll("*")) {
    const odd = /^(zq-made|iframe|math|mtext|base|object|embed)$/.test(it.localName)
      || (it.localName === "meta" && /refresh/i.test(it.httpEquiv))
      || (it.localName === "script" && !it.src && it.type !== "application/json")
      || [...it.attributes].some(({ name, value }) => /^on|^srcdoc$/i.test(name)
        || (/^(href|src|action|formaction|xlink:href|data)$/.test(name)
          && /^\\s*(javascript|vbscript|data:text)/i.test(value)));
    if (odd) made.push(it.outerHTML.slice(0, 160));
  }
  const fields = [...document.querySelectorAll("input, textarea")].map((it) => it.value);
  return { made, hit: window.__hit === true, carries: [document.body.textContent, ...fields].join().includes("__ran") };
}"""
# What is opened first of its kind: where most is written.
FIRST = (
    *("/", "/milestones/3.1/", "/milestones/3.1/update/", "/reports/2020-W36/", "/reports/2020-W36/one-page/"),
    *("/meetings/1/", "/agencies/CBP/", "/agencies/CBP/people/", "/decisions/", "/mail/", "/calls/2020-W36/"),
)


class Looking:
    """Somebody who looks at pages, and what they found there."""

    def __init__(self, person: Person) -> None:
        self.person, self.page = person, person.page
        self.wrong: list[str] = []
        self.carrying = 0
        self.looked = 0
        self.page.on("dialog", self._refuse)

    def _refuse(self, dialog: Dialog) -> None:
        self.wrong.append(f"{self.page.url}: dialog {dialog.message[:60]}")
        dialog.dismiss()

    def judge(self) -> dict[str, Any]:
        """Look at the page that is open."""
        self.page.wait_for_load_state()
        found: dict[str, Any] = self.page.evaluate(JUDGE)
        self.wrong += [f"{self.page.url}: {each}" for each in found["made"]]
        self.wrong += [f"{self.page.url}: ran"] * found["hit"]
        self.carrying += found["carries"]
        self.looked += 1
        return found

    def walk(self, *first: str) -> None:
        """Open one address of each kind that links lead to."""
        waiting, seen = list(first), set[str]()
        while waiting:
            address = waiting.pop(0)
            kind = _kind(address)
            if not kind or kind in seen or _is_left_out(address, printed=False):
                continue
            seen.add(kind)
            self.person.go(address)
            self.judge()
            waiting += [link for link in _links(address, self.page.content()) if _kind(link)]


def _kind(address: str) -> str:
    """Return which kind of page an address leads to, "" for a file or none of ours."""
    parts = urlsplit(address)
    if not parts.path.startswith("/") or "." in parts.path.rpartition("/")[2] or "export=" in parts.query:
        return ""
    try:
        route = resolve(parts.path).route
    except Resolver404:
        return ""
    if route.startswith(("accounts/logout", "static")) or route.endswith("/file/"):
        return ""
    return f"{route}?{'&'.join(sorted(each.partition('=')[0] for each in parts.query.split('&')[:1]))}"


def _open_the_account_list(person: Person) -> None:
    person.go("/accounts/login/")
    person.page.locator("[name=login]").fill("admin@esc.example")
    person.page.locator("[name=password]").fill(PASSPHRASE)
    person.click("Accept and sign in")
    person.page.wait_for_url("**/admin/")
    person.complaints.clear()  # the library's page asks for an icon that is not there


@pytest.fixture(scope="session")
def hostile_record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """The record with the pack in every text."""
    room = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        room = room.parent
    room = room / "hostile"
    room.mkdir(exist_ok=True)
    record = Record(os.environ.get("DATABASE_URL", ""), room, "hostile_told", ("-c", TELL))
    record.tell()
    return record


@pytest.fixture
def look(sit_down: Callable[..., Person]) -> Callable[..., Looking]:
    """Return a function that sits somebody down who looks for what ran."""

    def at(site: str, name: str) -> Looking:
        person = sit_down(site)
        person.page.add_init_script(RAN)
        if name == "admin":
            _open_the_account_list(person)
        elif name:
            person.sign_in(name)
        return Looking(person)

    return at


def test_no_page_runs_what_somebody_wrote(hostile_record, look):
    with running_site(hostile_record) as site:
        for name, least in (("plcy", 20), ("cbp2", 10), ("coac", 2), ("admin", 1)):
            looking = look(site, name)
            looking.walk(*(["/admin/"] if name == "admin" else FIRST))

            assert looking.wrong == []
            assert looking.carrying >= least, (name, looking.carrying, looking.looked)


def test_no_form_that_comes_back_runs_what_somebody_wrote(hostile_record, look):
    pack = list(MARKUP)
    with running_site(hostile_record) as site:
        here, there = look(site, "cbp2"), look(site, "cbp2")
        for each in (here, there):
            each.person.go("/milestones/3.3/update/")

        for looking in (there, here):
            fields = looking.page.locator("main form textarea, main form input[type=text]")
            for number in range(fields.count()):
                if fields.nth(number).is_visible() and fields.nth(number).get_attribute("maxlength"):
                    limit = int(fields.nth(number).get_attribute("maxlength") or 0)
                    fields.nth(number).fill(" ".join(pack[number % 5 :: 5])[:limit])
        here.page.locator("[name=evidence_link]").evaluate("it => it.value = 'javascript:__ran()'")
        there.person.write("In a sentence or two", "".join(pack)[:500])
        there.person.click("Save this update")
        there.judge()
        here.person.click("Save this update")
        overtaken = here.judge()
        here.person.go("/milestones/?q=" + "%3Cscript%3E__ran()%3C/script%3E" + "&agency=%22%3E%3Czq-made%3E&sort=%27")
        here.judge()

        assert here.wrong == there.wrong == []
        assert overtaken["carries"]


def test_no_mail_runs_what_somebody_wrote(hostile_record, look, tmp_path: Path):
    file = tmp_path / "mails.json"
    with hostile_record.copy() as database_url:
        tell(hostile_record, database_url, "shell", "-v0", "-c", MAILS.format(file=str(file)))
    with running_site(hostile_record) as site:
        looking = look(site, "")  # on an empty page, which has no policy: a mail program has none either
        looking.page.evaluate(f"() => {{ {RAN}; }}")

        for html in json.loads(file.read_text()):
            looking.page.set_content(html.replace('src="cid:', 'data-picture="'))
            looking.judge()

        assert looking.wrong == []
        assert looking.carrying > 5
