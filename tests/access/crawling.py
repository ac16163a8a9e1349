"""What can somebody reach who follows every link, opens every form and takes every file?"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import resolve
from pypdf import PdfReader

from tests.access.canaries import canary
from tests.reports.documents.opening import text_in

LINK = re.compile(r"""\s(?:href|src|action)="([^"]+)\"""")
GET_FORM = re.compile(r"""<form[^>]*\bmethod="get"[^>]*>.*?</form>""", re.DOTALL | re.IGNORECASE)
FIELD_NAME = re.compile(r"""<(?:input|select)[^>]*\bname="([^"]+)\"""")
TOLD_APART = ("edition", "version", "view", "export", "since", "for_agency")  # other parameters: one value is as good
SKIPPED = re.compile(r"^/(static|accounts/logout|admin/logout|admin/jsi18n)/")
# One milestone of which nothing was said (11.2) stands for all such.
TOLD_OF = (
    "1.1",
    "1.2",
    "2.2",
    "3.1",
    "3.2",
    "3.3",
    "4.3",
    "4.4",
    "4.5",
    "4.6",
    "5.1",
    "5.2",
    "5.3",
    "6.2",
    "7.1",
    "11.2",
)
MILESTONE = re.compile(r"/(?:milestones|lines)/([0-9]+\.[0-9]+)/")
FIRST = ("/", "/milestones/?q=rule&page=1", "/admin/", "/accounts/preferences/")


@dataclass
class Crawl:
    """What one person found: `{address: text}` of what was answered with 200, and every status by address."""

    texts: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)

    def __contains__(self, word: str) -> bool:
        """Say whether a word stands anywhere."""
        return any(word in text for text in self.texts.values())

    def where(self, word: str) -> list[str]:
        """Return the addresses whose answer holds a word."""
        return [address for address, text in self.texts.items() if word in text]


def crawl(client: Client, first: tuple[str, ...] = FIRST, *, printed: bool = True) -> Crawl:
    """Follow every link from these addresses; a PDF is taken only if `printed`."""
    found = Crawl()
    waiting, seen = list(first), set()
    while waiting:
        address = waiting.pop(0)
        key = _key(address)
        if key in seen or _is_left_out(address, printed=printed):
            continue
        seen.add(key)
        answer = client.get(address)
        found.statuses[address] = answer.status_code
        text = text_of(answer)
        found.texts[address] = text
        if answer.status_code in {301, 302}:
            waiting.append(urljoin(address, answer.headers["Location"]))
        if "html" in answer.headers.get("Content-Type", ""):
            waiting += _links(address, answer.content.decode())
    return found


def text_of(answer: HttpResponseBase) -> str:
    """Return all that an answer says, its headers too: a PDF's text and data, a packed file's parts, a page's words."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return "\n".join([*(f"{name}: {value}" for name, value in answer.headers.items()), text_in_file(content)])


def text_in_file(content: bytes) -> str:
    """Return all that a file says."""
    if not content.startswith(b"%PDF"):
        return html.unescape(text_in(content)).lower()
    book = PdfReader(BytesIO(content))
    said = [page.extract_text() for page in book.pages] + [str(book.metadata), *map(str, book.attachments.items())]
    if "/Metadata" in book.root_object:
        said.append(book.root_object["/Metadata"].get_data().decode(errors="replace"))
    return re.sub(r"[\s\u00ad-]+", "", " ".join(said)).lower()  # a long word is broken over lines


def canaries(rows: list[dict[str, str]]) -> dict[str, str]:
    """Return the words of these rows of fields.csv, `{canary: "Note.text:own"}`."""
    return {canary(row["object"], row["field"]): f"{row['object']}.{row['field']}" for row in rows}


def _links(address: str, text: str) -> Iterator[str]:
    for form in GET_FORM.findall(text):
        action = re.search(r"""<form[^>]*\baction="([^"]*)\"""", form)
        names = dict.fromkeys(FIELD_NAME.findall(form))
        yield _inside(address, f"{action[1] if action else ''}?{'&'.join(f'{name}=' for name in names)}")
    for link in LINK.findall(text):
        yield _inside(address, html.unescape(link))


def _inside(address: str, link: str) -> str:
    """Return a link as an address of this site, "" for any other."""
    if link.startswith(("mailto:", "tel:", "data:", "javascript:", "#")):
        return ""
    parts = urlsplit(urljoin(f"http://testserver{address}", link))
    if parts.netloc != "testserver":
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _key(address: str) -> tuple:
    parts = urlsplit(address)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    if any(name == "as_of" for name, _ in asked):
        return "as_of", resolve(parts.path).route  # one earlier day of each kind of page
    if parts.path.startswith("/admin/") or not any(name in TOLD_APART for name, _ in asked):
        return parts.path, bool(asked) and frozenset(name for name, _ in asked[:1])
    apart = TOLD_APART if parts.path.endswith("/") else ("edition",)  # a file of one version is as good as of another
    return parts.path, frozenset((name, value) for name, value in asked if name in apart)


def _is_left_out(address: str, *, printed: bool) -> bool:
    path = urlsplit(address).path
    named = MILESTONE.search(path)
    return (
        not path.startswith("/")
        or bool(SKIPPED.match(path))
        or bool(named and named[1] not in TOLD_OF)
        or (path.endswith(".pdf") and not printed)
    )
