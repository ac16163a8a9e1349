"""Does everybody find on all pages and in all files exactly what they may see, and COAC only what is shared? (R04, R09)

Each pair of eyes follows every link, opens every form and takes every file; the words they come across are compared
with fields.csv, both ways: a word that should not be there is a leak, one not found means that nothing was looked at.
"""

import pytest
from django.core import mail
from django.test import Client

from esc_tracker import clock
from reports import delivery
from reports.models import Delivery
from tests.access.canaries import FIELDS
from tests.access.crawling import Crawl, canaries, crawl, text_in_file
from tests.pages.test_access import ROWS

WORDS = [row for row in FIELDS if row["canary"] == "yes"]
FILES = (".json", ".xlsx", ".csv", ".docx")
# Addresses that no page links but a person may type, those of errors among them.
TYPED = (
    *("/milestones/99.9/", "/reports/2020-W38/", "/reports/2020-W36/?version=9", "/meetings/9/", "/agencies/FBI/"),
    *("/milestones/?q=zqstatusupdatestatementqz", "/milestones/?sort=zq", "/milestones/?outlook=off_track"),
    *("/milestones/?as_of=2020-13-01", "/overdue/?agency=FBI", "/reports/2020-W37/", "/reports/2020-W37.json"),
    *(f"/reports/2020-W36{kind}?edition={edition}" for kind in FILES for edition in ("esc", "coac")),
    *("/reports/2020-W35/", "/reports/2020-W36/one-page/", "/reports/2020-W36/one-page.docx?edition=coac"),
)


def _crawl_as(person, *, printed: bool = False) -> Crawl:
    client = Client()
    client.force_login(person)
    first = ("/", "/milestones/?q=rule&page=1", "/admin/", "/accounts/preferences/", *TYPED)
    return crawl(client, first, printed=printed)


def _without_what_was_typed(found: Crawl) -> Crawl:
    """A search and a bad value are repeated to who typed them."""
    kept = {address: text.replace(address.lower(), "") for address, text in found.texts.items() if "zq" not in address}
    return Crawl(kept, found.statuses)


def _pages_open_to_coac() -> set[str]:
    """Return the addresses of the record that the access table opens to COAC."""
    opened = {row["path"].partition("?")[0] for row in ROWS if row["verb"] == "GET" and row["coac"] == "200"}
    return {path for path in opened if not path.startswith(("/accounts/", "/static/", "/livez", "/readyz"))}


@pytest.mark.parametrize("eyes", ["coac", "reader", "own", "other", "plcy", "admin"])
def test_everybody_finds_exactly_what_they_may_see(eyes, people):
    found = _without_what_was_typed(_crawl_as(people[eyes], printed=eyes == "coac"))

    if eyes == "coac":
        assert _pages_open_to_coac() - {address.partition("?")[0] for address in found.statuses} == set()
    seen = {name: found.where(word)[:3] for word, name in canaries(WORDS).items() if word in found}
    may_see = set(canaries([row for row in WORDS if row[eyes] == "yes"]).values())

    assert {name: where for name, where in seen.items() if name not in may_see} == {}  # no leak
    assert sorted(may_see - set(seen)) == []  # and it looked everywhere
    assert [address for address, status in found.statuses.items() if status >= 500] == []


def test_all_words_are_found_by_somebody():
    unseen = [row["field"] for row in WORDS if "yes" not in {row[eyes] for eyes in ("own", "plcy", "admin")}]

    assert unseen == []


def test_mail_to_each_person_holds_what_they_may_see(people):
    delivery.queue_notices(clock.now())
    Delivery.objects.filter(sent_at=None).update(next_try_at=None)
    delivery.send_due(clock.wall())

    by_address: dict[str, str] = {}
    for message in mail.outbox:
        for address in message.to:
            parts = [text_in_file(part) for part in _parts(message.message())]
            by_address[address] = by_address.get(address, "") + "\n".join(parts)
    leaks = {
        f"{name} to {eyes}"
        for eyes in ("coac", "reader", "own", "other", "admin")
        for word, name in canaries([row for row in WORDS if row[eyes] == "no"]).items()
        if word in by_address.get(people[eyes].email, "")
    }
    assert {people[eyes].email for eyes in ("coac", "reader", "own", "other", "plcy")} <= set(by_address)
    assert people["admin"].email not in by_address
    assert leaks == set()
    told = {name for word, name in canaries(WORDS).items() if word in by_address[people["own"].email]}
    assert {"StatusUpdate.statement", "StatusUpdate.needed", "WeeklyReport.asks", "WeeklyReport.reason"} <= told
    assert "2020-w36" in by_address[people["coac"].email]


def _parts(message) -> list[bytes]:
    """Return the headers of a mail and what its parts hold, decoded."""
    headers = "\n".join(f"{name}: {value}" for name, value in message.items()).encode()
    parts = (part.get_payload(decode=True) for part in message.walk() if not part.is_multipart())
    return [headers, *(part for part in parts if isinstance(part, bytes) and not part.startswith(b"\x89PNG"))]
