"""Does whatever a hostile or clumsy person sends get a plain page with a reference, and change nothing? (R25)

Bad input is the subject. The table tells one of each kind, who sends it, and the sentence that is answered.
"""

import re
from dataclasses import dataclass

import pytest

from esc_tracker.readable import DAMAGED, NO_FILES, TOO_MANY, WRONG_ENCODING
from tests.hostile.asking import FORM, STYLED, Eyes

REFERENCE = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Bad:
    """One bad request: who sends what, and what is answered."""

    role: str
    verb: str
    path: str
    status: int
    sentence: str
    body: str = ""
    kind: str = FORM


TABLE = (
    Bad("plcy", "GET", "/no-such-page/", 404, "There is no such page"),
    Bad("anonymous", "GET", "/no-such-page/", 404, "There is no such page"),
    Bad("plcy", "GET", "/milestones/99.9/", 404, ""),
    Bad("plcy", "GET", "/milestones/3.1%00/", 404, ""),
    Bad("plcy", "GET", "/milestones/" + "9" * 400 + ".1/", 404, ""),
    Bad("plcy", "GET", "/agencies/<script>/", 404, ""),
    Bad("plcy", "GET", "/reports/2020-W54/", 404, ""),
    Bad("plcy", "GET", "/reports/2020-W36/?version=" + "9" * 60, 404, ""),
    Bad("plcy", "GET", "/calls/2020-W30/", 404, ""),
    Bad("plcy", "GET", "/meetings/" + "9" * 30 + "/", 404, ""),
    Bad("admin", "GET", "/admin/accounts/user/" + "9" * 40 + "/change/", 302, ""),
    Bad("coac", "GET", "/meetings/", 403, "Meetings are for the committee"),
    Bad("coac", "GET", "/reports/2020-W36/?edition=esc", 404, ""),
    Bad("member", "GET", "/nominations/", 403, "Only PLCY"),
    Bad("member", "GET", "/milestones/4.3/update/", 403, ""),
    Bad("reader", "POST", "/milestones/3.1/update/", 403, "", "version=1"),
    Bad("admin", "GET", "/milestones/", 403, "Administrators seat people"),
    Bad("plcy", "GET", "/admin/", 403, "The account list is for administrators."),
    Bad("plcy", "POST", "/milestones/", 405, ""),
    Bad("member", "POST", "/milestones/3.1/update/", 400, "", "statement=x"),
    Bad("member", "POST", "/milestones/3.1/update/", 400, "", "version=-1&statement=x"),
    Bad("member", "POST", "/milestones/3.1/update/", 400, "", "version=1&version=1&statement=x"),
    Bad("plcy", "POST", "/reports/2020-W36/refresh/", 409, ""),
    Bad("plcy", "POST", "/milestones/4.3/confirm/", 400, "", "version=NaN"),
    Bad("plcy", "POST", "/mail/turn/", 400, "", "on=maybe"),
    Bad("plcy", "POST", "/calls/2020-W37/move/", 400, "", "version="),
    Bad("plcy", "GET", "/milestones/?" + "a&" * 6001, 400, TOO_MANY),
    Bad("anonymous", "GET", "/accounts/login/?" + "a&" * 6001, 400, TOO_MANY),
    Bad("anonymous", "POST", "/accounts/login/", 413, "too much at once", "a" * 3_000_000),
    Bad("member", "POST", "/milestones/3.1/update/", 400, WRONG_ENCODING, "a=b", f"{FORM}; charset=utf-16"),
    Bad("member", "POST", "/milestones/3.1/update/", 400, DAMAGED, "--x", "multipart/form-data; boundary="),
    Bad(
        "member", "POST", "/milestones/3.1/update/", 400, NO_FILES,
        '--x\r\nContent-Disposition: form-data; name="evidence"; filename="a.pdf"\r\n\r\n%PDF\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
)  # fmt: skip


def _words(html: str) -> str:
    main = re.search(r"<main\b.*?</main>", html, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main[0] if main else "")).strip()


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: f"{bad.role} {bad.verb} {bad.path[:40]} {bad.body[:20]}")
def test_bad_input_gets_a_plain_page_and_changes_nothing(bad, people, history):
    eyes = Eyes.of(bad.role, people[bad.role])

    status, html = eyes.ask(bad.path, verb=bad.verb, body=bad.body.encode(), kind=bad.kind)

    assert status == bad.status
    if status in {302, 405}:
        return
    words = _words(html)
    assert not [mark for mark in STYLED if mark not in html]
    assert html.count("<h1") == 1
    assert bad.sentence in words
    assert len(words) > 40
    if bad.sentence in {TOO_MANY, WRONG_ENCODING, DAMAGED, NO_FILES} or status in {403, 404}:
        assert REFERENCE.search(words), words
    assert "<script>alert" not in html
