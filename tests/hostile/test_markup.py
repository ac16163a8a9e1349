"""Does any text that somebody wrote become an element, an attribute, a link or a script? (R28, R33)

The record carries markup in every text. Each role's pages, both parts of every mail and the printed reports are taken
apart: whatever is an element or a link in them must be one of ours. A real browser does the same in
tests/journeys/test_stored_xss.py.
"""

import re
from html.parser import HTMLParser
from io import BytesIO

import pytest
from django.core import mail
from django.test import Client
from django.utils.html import escape
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from esc_tracker import clock
from reports import delivery
from reports.models import Delivery
from tests.access.canaries import AFTER
from tests.access.crawling import crawl
from tests.hostile.telling import MARKUP, tell_hostile

NOT_OURS = {"zq-made", "iframe", "base", "math", "mtext", "object", "embed", "frame", "applet", "marquee"}
ADDRESSES = {"href", "src", "action", "formaction", "xlink:href", "data", "poster", "srcset", "background", "cite"}
SAFE_ADDRESS = re.compile(r"(https?://|/|\?|#|mailto:|tel:|cid:|data:image/(png|svg\+xml)|$)|[\w.-]+(\?|#|/|$)")
RUNS = {"/JavaScript", "/JS", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/RichMedia", "/Movie"}


class Taken(HTMLParser):
    """Notes every element, attribute or link that is none of ours, and keeps the text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.said: list[str] = []
        self._in = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Judge one element."""
        told = dict(attrs)
        self._in = tag
        if tag in NOT_OURS or (tag == "meta" and told.get("http-equiv", "").lower() == "refresh"):
            self.wrong.append(f"<{tag}>")
        if tag == "script" and not told.get("src") and told.get("type") not in {"application/json"}:
            self.wrong.append("<script>")
        for name, value in attrs:
            is_address = name in ADDRESSES and not SAFE_ADDRESS.match(value or "")
            if name.startswith("on") or name in {"srcdoc", "autofocus"} or is_address:
                self.wrong.append(f"<{tag} {name}={value!r}>"[:160])
            if "__ran" in (value or ""):
                self.said.append(value or "")

    def handle_data(self, data: str) -> None:
        """Keep the text of the page; what stands in a script is not text."""
        if self._in == "script" and "__ran" in data and "\\u003C" not in data:
            self.wrong.append(f"script: {data[:160]}")
        self.said.append(data)


@pytest.fixture
def people(db):
    """Tell the record with the pack."""
    return tell_hostile(MARKUP)


@pytest.mark.parametrize("eyes", ["coac"])  # the others: tests/journeys/test_stored_xss.py
def test_no_page_has_an_element_or_a_link_that_somebody_wrote(eyes, people):
    client, wrong, carrying = Client(), [], 0
    client.force_login(people[eyes])

    with clock.at(AFTER):
        pages = [address for address in crawl(client, printed=False).statuses if "export=" not in address]
        for address in pages:
            answer = client.get(address)
            if not answer.headers["Content-Type"].startswith("text/html"):
                continue
            html = answer.content.decode()
            taken = Taken(html)
            wrong += [f"{address}: {each}" for each in taken.wrong]
            carrying += "__ran" in "".join(taken.said)

    assert "\n".join(sorted(set(wrong))) == ""
    assert carrying > {"coac": 2, "admin": 2}.get(eyes, 20)


def test_no_mail_has_an_element_or_a_link_that_somebody_wrote(people):
    with clock.at(AFTER):
        delivery.queue_notices(clock.now())
        Delivery.objects.filter(sent_at=None).update(next_try_at=None)
        delivery.send_due(clock.wall())

    wrong, carrying = [], 0
    for message in mail.outbox:
        for html, kind in message.alternatives:
            taken = Taken(html)
            wrong += [f"{message.subject} to {message.to}: {each}" for each in taken.wrong]
            carrying += kind == "text/html" and "__ran" in "".join(taken.said)

    assert wrong == []
    assert carrying > 5


@pytest.mark.parametrize(("eyes", "edition"), [("coac", "coac")])
@pytest.mark.parametrize("form", [".pdf", "/one-page.pdf"])
def test_no_printed_report_runs_or_opens_anything_that_somebody_wrote(eyes, edition, form, people):
    client = Client()
    client.force_login(people[eyes])

    with clock.at(AFTER):
        answer = client.get(f"/reports/2020-W36{form}?edition={edition}")

    book = PdfReader(BytesIO(answer.content))
    found = {key for each in book.xref[0] for key in _keys(book.get_object(each))}
    links = {str(link) for page in book.pages for link in _links(page)}
    assert found & RUNS == set()
    assert all(link.startswith(("http://", "https://")) for link in links)
    assert not book.attachments
    said = re.sub(r"\s", "", "".join(page.extract_text() for page in book.pages))
    assert "__ran()" in said or (edition, form) == ("coac", "/one-page.pdf")  # which has no free text in this week


def _keys(told: object) -> set[str]:
    """Return the names in an object of a PDF; what it only refers to is asked about on its own."""
    if isinstance(told, DictionaryObject):
        return {*told, str(told.get("/S", "")), *(key for value in told.values() for key in _keys(value))}
    return {key for value in told for key in _keys(value)} if isinstance(told, ArrayObject) else set()


def _links(page: DictionaryObject) -> list[str]:
    notes = [each.get_object() for each in page.get("/Annots", [])]
    return [str(note["/A"].get_object()["/URI"]) for note in notes if "/URI" in note.get("/A", {}).get_object()]


def test_the_reader_of_these_tests_sees_what_is_not_escaped():
    assert all(not Taken(escape(payload)).wrong for payload in MARKUP)
    assert sum(bool(Taken(f"<p title='{payload}'>{payload}</p>").wrong) for payload in MARKUP) > 12
