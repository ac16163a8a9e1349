"""Does no answer of one person reach another, and does no address but ours stand in any? (R22, R24)"""

import re

from django.db import transaction
from django.test import Client

from esc_tracker import clock
from esc_tracker.accounts.links.sending import send_links
from tests.pages.test_access import ROWS, _path

# What differs from one answer to the next of the same page: its token, its reference, and the seconds left.
OF_ONE_ANSWER = re.compile(rb'value="[A-Za-z0-9]{64}"|<code>[0-9a-f]{16}</code>|data-[a-z-]+="\d+"')
IN_FUTURE = "Fri, 01 Jan 2100 00:00:00 GMT"
OTHER_NAME = "other.esc.example"


def _content(answer) -> bytes:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return OF_ONE_ANSWER.sub(b"", content)


def _asked(people) -> list[str]:
    return sorted({_path(row, people) for row in ROWS if row["verb"] == "GET" and "/static/" not in row["path"]})


def test_no_page_or_file_is_known_again_from_what_another_role_was_sent(people, history, client_of):
    """No page gives a validator (test_headers.py); what somebody makes up must not count either."""
    coac = client_of(people["coac"])
    coac.raise_request_exception = False
    made_up = {"if-none-match": "*", "if-modified-since": IN_FUTURE, "range": "bytes=0-9"}

    wrong = []
    for path in _asked(people):
        coac.cookies.pop("messages", None)  # what the page before had to say
        with transaction.atomic():
            plain, conditional = coac.get(path), coac.get(path, headers=made_up)
            transaction.set_rollback(True)
        if plain.status_code != conditional.status_code or plain.status_code in {206, 304}:
            wrong.append(f"{path}: {plain.status_code}, {conditional.status_code}")
        if "html" in plain.headers.get("Content-Type", "") and _content(plain) != _content(conditional):
            wrong.append(f"{path}: other words")

    assert "\n".join(wrong) == ""


def test_no_page_repeats_the_name_it_was_asked_by(settings, people, history, client_of):
    settings.ALLOWED_HOSTS = [OTHER_NAME]
    settings.BASE_URL = "https://esc.example"
    client = client_of(people["plcy"])
    client.raise_request_exception = False

    wrong = []
    for path in _asked(people):
        with transaction.atomic():
            answer = client.get(path, headers={"host": OTHER_NAME})
            transaction.set_rollback(True)
        if OTHER_NAME.encode() in _content(answer) or OTHER_NAME in str(answer.headers.get("Location")):
            wrong.append(f"{path}: {answer.status_code}")

    assert "\n".join(wrong) == ""


def test_a_link_by_mail_leads_to_the_address_we_gave_the_site(settings, cbp, mailoutbox):
    settings.ALLOWED_HOSTS = [OTHER_NAME]
    settings.BASE_URL = "https://esc.example"
    forged = {"host": OTHER_NAME, "x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}

    Client().post("/accounts/passphrase/forgotten/", {"address": cbp.email}, headers=forged)
    send_links(clock.wall())

    [mail] = mailoutbox
    assert re.findall(r"https?://[^/\s]+", mail.body) == ["https://esc.example"] * mail.body.count("://")
    assert "https://esc.example/accounts/passphrase/" in mail.body
