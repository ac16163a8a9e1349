"""Is the mail of notices good HTML: nothing fetched from elsewhere, nothing unescaped, everything linked?"""

import re
from datetime import date

from django.template.loader import render_to_string

from reports.telling.digest import AgencySection, Block, Digest, NoticeRow

PAGE = "https://esc.example/milestones/3.1/"


def digest(*, settings_url: str = "https://esc.example/accounts/preferences/") -> Digest:
    """Return a mail about one milestone of CBP, new and overdue, with a hostile word in it."""
    row = NoticeRow(
        code="3.1", text="Propose a rule <b>", url=PAGE, new=True, facts=[("Last said", "“<script>alert(1)</script>”")]
    )
    block = Block(
        kind="overdue", heading="One milestone is overdue", rows=[row], lead="PLCY asks.", link=PAGE, link_text="Answer"
    )
    return Digest(
        day=date(2020, 9, 14),
        to_name="Cary & Boone",
        subject="ESC tracker: CBP has 1 overdue",
        sections=[AgencySection(agency="CBP", blocks=[block], copy=True), AgencySection(agency="", blocks=[])],
        why="You are CBP’s contact.",
        settings_url=settings_url,
    )


def html_of(told: Digest) -> str:
    return render_to_string("emails/notices.html", {"digest": told})


def test_it_fetches_nothing_and_escapes_what_people_wrote():
    html = html_of(digest())

    assert not re.search(r"<(img|link|script|style|iframe|object)\b|url\(|@import", html)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "Propose a rule &lt;b&gt;" in html
    assert set(re.findall(r'(?:href|src)="([^"]+)"', html)) == {PAGE, "https://esc.example/accounts/preferences/"}


def test_it_names_its_language_has_one_heading_and_a_preheader_that_says_what_it_is_about():
    html = html_of(digest())

    assert '<html lang="en">' in html
    assert len(re.findall("<h1", html)) == 1
    assert "CBP: One milestone is overdue." in html.partition("<h1")[0]
    assert [re.sub("<[^>]+>", "", each).strip() for each in re.findall("<h2.*?</h2>", html, re.S)] == [
        "CBP copy to the principal", "No agency named yet",
    ]  # fmt: skip


def test_what_is_new_is_marked_in_a_word_and_who_gets_it_and_why_is_said():
    html = html_of(digest())

    assert re.search(r">New</strong> <a href=", html)
    assert "For Cary &amp; Boone" in html
    assert "You are CBP’s contact." in html
    assert "For the committee. Not for release to COAC." in html


def test_one_without_an_account_is_not_sent_to_a_page_they_cannot_open():
    assert "Choose how often you are told" in html_of(digest())
    assert "Choose how often you are told" not in html_of(digest(settings_url=""))
