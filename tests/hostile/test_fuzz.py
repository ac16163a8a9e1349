"""Can any address, query, form, body, cookie or header break a page, show a trace or change the record? (R25, R27)

What is sent is derived from the site itself: the paths from the access table and the URLconf, the names in queries from
the source, the forms from the pages that show them. The examples are the same in every run; `FUZZ=long` tries fifteen
times as many. Every request is undone, and every answer is held to the rules of `asking.Eyes.ask`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from esc_tracker.readable import with_known_encodings
from milestones.filters import MilestoneFilter
from reports.filters import OverdueFilters
from tests.hostile.asking import FORM, Eyes, Form, encoded, forms_of, in_path
from tests.hostile.values import LONG, TEXTS, VALUES, tries
from tests.pages.test_access import ROLES, ROWS, _pages, _path

SLOW = () if LONG else (".pdf", ".docx")  # a document takes a second to draw
CONVERTED = re.compile(r"<(?:\w+:)?\w+>")
VALID = {"code": "3.1", "week": "2020-W36", "call_week": "2020-W37", "agency": "CBP", "action": "4", "meeting": "1"}
ASKED = re.compile(r"""(?:GET|query)(?:\.get|\.getlist|\.pop)?[(\[]\s*"(\w+)\"""")
KINDS = (
    *(FORM, f"{FORM}; charset=utf-16", f"{FORM}; charset=none-such", "", "text/plain", "x"),
    *("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x"),
    *("multipart/form-data; boundary=\u00e9", "application/json"),
    *("application/json; charset=utf-7", "application/xml", "text/html; charset=latin-1", "a" * 9000),
)
BODIES = (
    *(
        b"",
        b"\x00",
        b"\xff\xfe",
        b"{",
        b'{"a": NaN}',
        b"[" * 5000,
        b"a=%",
        b"a=%FF%ED%A0%80",
        b"=&=&&;;",
        b"a" * 70_000,
    ),
    *(b"--x", b"--x--\r\n", b"--x\r\nContent-Disposition: form-data\r\n\r\nz\r\n--x--\r\n"),
    b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\n\x00\xff\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="note"; filename="../../a.py"\r\n\r\nz\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="note"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--\r\n',
    b"--x\r\nContent-Disposition: form-data; name*=hex''%zz; name=\"a\"\r\n\r\nz\r\n--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="version"\r\n\r\n1\r\n' * 50,
)
HEADERS = (
    *("HTTP_HOST", "HTTP_COOKIE", "HTTP_REFERER", "HTTP_ORIGIN", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_RANGE"),
    *("HTTP_ACCEPT_ENCODING", "HTTP_USER_AGENT", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "REMOTE_ADDR"),
    *("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH", "HTTP_X_REQUESTED_WITH", "HTTP_X_CSRFTOKEN", "CONTENT_LENGTH"),
    *("HTTP_X_HTTP_METHOD_OVERRIDE", "HTTP_X_REQUEST_ID", "HTTP_AUTHORIZATION", "HTTP_EXPECT"),
)
GARBAGE = (
    *("", "\x00", "\xff\xfe", "a" * 9000, "\u00e9", '"', "'", "=", ";", "evil.example:99999", "[::1", "localhost:x"),
    *("Basic ====", "bytes=0-,-1,x", "Sun, 99 Foo 2020 99:99:99 GMT", "-1", "9" * 40, "null", "http://evil.example/"),
    *("sessionid=\x00", "sessionid=" + "a" * 5000, "csrftoken=\xff; sessionid=a b", "messages=%%%", "messages=W10:x:y"),
    *("sessionid=a; sessionid=b", "=; ;;,=", "csrftoken=" + "a" * 32, "csrftoken=<b>", '{"a":'),
)


def _names_in_queries() -> list[str]:
    """Return every name that the site asks a query for, and some that it never does."""
    top = Path(django_settings.BASE_DIR)
    sources = [path for part in ("esc_tracker", "milestones", "reports") for path in (top / part).rglob("*.py")]
    found = {name for path in sources for name in ASKED.findall(path.read_text())}
    found |= {*MilestoneFilter.base_filters, *OverdueFilters.base_fields, "export"}
    assert {"as_of", "page", "q", "edition", "for_agency", "next"} <= found
    return [
        *sorted(found),
        "",
        "status__in",
        "order_by",
        "pk",
        "__proto__",
        "_popup",
        "_to_field",
        "e",
        "p",
        "o",
        "all",
    ]


QUERY_NAMES = _names_in_queries()


def _addresses(people, role: str) -> st.SearchStrategy[str]:
    """Give the paths of the access table without their queries, those that are open to a role more often."""
    rows = [row for row in ROWS if not urlsplit(row["path"]).path.endswith(SLOW)]
    every = {urlsplit(_path(row, people)).path for row in rows}
    theirs = {urlsplit(_path(row, people)).path for row in rows if row["verb"] == "GET" and row[role] == "200"}
    return st.one_of(*[st.sampled_from(sorted(theirs))] * 3, st.sampled_from(sorted(every)))


def _routes() -> list[str]:
    """Return the routes that take something from the address."""
    routes = {re.sub(r"\(\?P<\w+>[^)]*\)|\\Z|\$", "<x>", route) for route, _ in _pages()}
    return sorted(route for route in routes if CONVERTED.search(route) and not route.removesuffix("/").endswith(SLOW))


def _pages_with_forms(eyes: Eyes, people) -> Iterator[Form]:
    """Return every form that somebody is shown, by where it leads, and the empty one of what takes only POST."""
    shown = set()
    for row in ROWS:
        path = _path(row, people)
        if row["verb"] == "GET" and row[eyes.role] == "200" and "export=" not in path:
            _, html = eyes.ask(path)
            for form in forms_of(path, html):
                key = (form.path, form.verb, tuple(sorted({name for name, _ in form.pairs})))
                if key not in shown:
                    shown.add(key)
                    yield form
        elif row["verb"] == "POST" and row[eyes.role] in {"200", "302", "400", "403", "404", "409"}:
            yield Form(path, "POST", [("version", "1"), ("next", "/"), ("text", "Sample."), ("note", "Sample.")])


@pytest.mark.parametrize("role", ROLES)
def test_no_address_and_no_query_breaks_a_page_or_changes_the_record(role, people, history):
    eyes, addresses, routes = Eyes.of(role, people[role]), _addresses(people, role), _routes()
    queries = st.lists(st.tuples(st.sampled_from(QUERY_NAMES), VALUES), min_size=1, max_size=4)

    @tries(90)
    @given(path=addresses, query=queries)
    def any_query(path, query):
        eyes.ask(f"{path}?{encoded(query)}")

    @tries(60)
    @given(data=st.data(), route=st.sampled_from(routes))
    def any_path(data, route):
        def replaced(match: re.Match[str]) -> str:
            valid = VALID.get(match[0].strip("<>").partition(":")[0], "1")
            return data.draw(st.one_of(st.just(valid), VALUES.map(in_path)))

        eyes.ask(f"/{CONVERTED.sub(replaced, route)}", verb=data.draw(st.sampled_from(["GET", "GET", "POST"])))

    any_query()
    any_path()


@pytest.mark.parametrize("role", ROLES)
def test_no_form_breaks_a_page_and_one_that_is_refused_changes_nothing(role, people, history):
    eyes = Eyes.of(role, people[role])
    forms = list(_pages_with_forms(eyes, people))

    @tries(110)
    @given(data=st.data(), form=st.sampled_from(forms))
    def any_form(data, form):
        pairs = list(form.pairs)
        for _ in range(data.draw(st.integers(0, 3))):
            place = data.draw(st.integers(0, len(pairs) - 1)) if pairs else 0
            how = data.draw(st.sampled_from(["change", "change", "change", "leave out", "repeat", "add"]))
            if how == "add" or not pairs:
                pairs.append(
                    (data.draw(st.sampled_from(["status", "version", "next", "x", "\x00"])), data.draw(VALUES))
                )
            elif how == "leave out":
                pairs.pop(place)
            elif how == "repeat":
                pairs.append((pairs[place][0], data.draw(VALUES)))
            else:
                pairs[place] = (pairs[place][0], data.draw(VALUES))
        if form.verb == "POST":
            eyes.ask(form.path, verb="POST", body=encoded(pairs).encode())
        else:
            eyes.ask(f"{urlsplit(form.path).path}?{encoded(pairs)}")

    any_form()


@pytest.mark.parametrize("role", ROLES)
def test_no_body_cookie_or_header_breaks_a_page(role, people, history):
    eyes, addresses = Eyes.of(role, people[role]), _addresses(people, role)

    @tries(40)
    @given(path=addresses, kind=st.sampled_from(KINDS), body=st.sampled_from(BODIES) | st.binary())
    def any_body(path, kind, body):
        eyes.ask(path, verb="POST", body=body, kind=kind)

    @tries(40)
    @given(
        path=addresses,
        verb=st.sampled_from(["GET", "POST"]),
        header=st.sampled_from(HEADERS),
        value=st.sampled_from(GARBAGE) | st.text(st.characters(max_codepoint=255), max_size=60),
    )
    def any_header(path, verb, header, value):
        eyes.ask(path, verb=verb, **{header: value})

    any_body()
    any_header()


@pytest.mark.parametrize("charset", ["hex", "utf-7", "idna", "utf-16", "none-such", '"rot13"', "hex; charset=utf-8"])
@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x", "text/plain"])
def test_an_encoding_that_is_not_read_is_refused_in_words(kind, charset, db):
    told = []
    asked = RequestFactory().post("/livez?q=caf%C3%A9", b"note=%FF", content_type="text/plain").environ

    content = b"".join(
        with_known_encodings(WSGIHandler())(
            asked | {"CONTENT_TYPE": f"{kind}; charset={charset}"}, lambda status, headers: told.append(status)
        )
    )

    assert told == ["400 Bad Request"]
    assert "not written in UTF-8" in content.decode()


@pytest.mark.parametrize("role", ["coac", "member"])
def test_no_search_finds_more_than_the_reader_may_see_or_more_than_a_page(role, people, history):
    eyes = Eyes.of(role, people[role])
    everything = _codes(eyes.ask("/milestones/?per_page=100")[1])
    found, wrong = {}, {}

    for text in TEXTS:
        found[text] = _codes(eyes.ask(f"/milestones/?{encoded([('q', text), ('per_page', '100')])}")[1])
        wrong[text] = _codes(eyes.ask(f"/milestones/?{encoded([('q', text), ('agency', 'FBI'), ('page', '-1')])}")[1])

    assert all(codes <= everything for codes in found.values())
    assert set().union(*wrong.values()) == set()
    assert found[""] == everything
    assert found["' OR '1'='1' --"] == found["%"] - everything == set()


def test_no_query_asks_for_more_names_than_are_read(people, history):
    eyes = Eyes.of("plcy", people["plcy"])

    statuses = [eyes.ask(f"/milestones/?{'q=a&' * count}")[0] for count in (50, 7000)]

    assert statuses == [200, 400]


def test_a_wrong_host_gets_a_page_that_says_no_more_than_that(people, history):
    eyes = Eyes.of("plcy", people["plcy"])

    statuses = [eyes.ask("/", HTTP_HOST=host)[0] for host in ("", "evil.example", "[::1", "localhost:x", "a b")]

    assert statuses == [400] * 5


def _codes(html: str) -> set[str]:
    """Return the milestones that a list links to."""
    return set(re.findall(r'href="/milestones/([0-9.]+)/', html))
