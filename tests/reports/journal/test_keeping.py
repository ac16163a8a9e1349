"""What of the journal stays with the chair's office, and does none of it come out another way? (R02, R41)

test_every_act.py holds the rule against every fact of every act; here stands why, and what the pages and files show.
"""

import re

import pytest
from django.test import Client

from esc_tracker import clock
from esc_tracker.journal.models import Entry
from reports.journal.keeping import KEPT, about_of, opened
from tests.access.canaries import AFTER, FIELDS, tell_with_canaries
from tests.access.crawling import canaries
from tests.reports.journal.deeds import KEPT_FIELDS
from tests.reports.journal.told import auditor, numbers, on, tell

MAY_SEE = {f"{row['object']}.{row['field']}": row["reader"] == "yes" for row in FIELDS}
# Readers see these on pages: addresses in use, a report's texts once it is published, a request's once it
# is decided. The journal holds old addresses and drafts for ever, so it keeps them for the chair's office.
KEPT_HERE = {
    *("Person.email", "Person.phone", "WeeklyReport.narrative", "WeeklyReport.asks", "WeeklyReport.edits"),
    *("WeeklyReport.coac_narrative:released", "TargetRevision.text"),
}
WHO_ACTED = {"User.name", "User.name:office"}  # a journal that names nobody proves nothing


@pytest.mark.parametrize(
    ("verb", "field", "repeats"),
    [(verb, field, repeats) for verb, fields in KEPT_FIELDS.items() for field, repeats in fields.items()],
)
def test_a_fact_is_kept_because_a_reader_may_not_see_it_on_pages_either(verb, field, repeats):
    assert not MAY_SEE[repeats] or repeats in KEPT_HERE


def test_a_fact_that_nobody_decided_about_is_kept():
    assert opened("milestones.post_update", {"salary": 1}, whole=False) == {"salary": KEPT}
    assert opened("milestones.post_update", {"salary": 1}, whole=True) == {"salary": 1}


def test_of_seats_everything_is_kept_and_whom_they_concern():
    assert opened("accounts.nominate", {"name": "Eve", "role": "reader"}, whole=False) == {"name": KEPT, "role": KEPT}
    assert about_of("accounts.nominate", "Eve Ortiz", whole=False) == KEPT
    assert about_of("accounts.nominate", "Eve Ortiz", whole=True) == "Eve Ortiz"
    assert about_of("milestones.confirm", "4.3", whole=False) == "4.3"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Ask kim.lee@cbp.example, please.", f"Ask {KEPT}, please."),
        ("<kim@cbp.example>; o'neil+x@a.b.example.", f"<{KEPT}>; {KEPT}"),
        ("At 9 @ the port", "At 9 @ the port"),
        (["x@y.example", {"to": "x@y.example"}], [KEPT, {"to": KEPT}]),
        (3, 3),
    ],
)
def test_an_address_of_mail_is_kept_wherever_it_was_written(written, shown):
    assert opened("milestones.post_update", {"statement": written}, whole=False) == {"statement": shown}


def _all_of_the_journal(client: Client) -> str:
    """Return every page and file of the journal as one text."""
    answers = [client.get(f"/journal/?per_page=100&page={page}") for page in (1, 2)]
    answers += [client.get(f"/journal/{number}/") for number in Entry.objects.values_list("pk", flat=True)]
    assert {answer.status_code for answer in answers} == {200}
    file = client.get("/journal/?export=csv")
    return "\n".join([*(answer.text for answer in answers), b"".join(file.streaming_content).decode()]).lower()


def test_a_reader_given_the_right_finds_no_word_that_pages_keep_from_readers(db):
    people = tell_with_canaries()
    words = canaries([row for row in FIELDS if row["canary"] == "yes"])
    chair, other = Client(), Client()
    chair.force_login(people["plcy"])
    other.force_login(auditor())

    with clock.at(AFTER):
        all_of_it, shown = _all_of_the_journal(chair), _all_of_the_journal(other)

    found = {name for word, name in words.items() if word in all_of_it}
    seen = {name for word, name in words.items() if word in shown}
    assert {name for name in seen if not MAY_SEE[name]} == WHO_ACTED
    assert seen & KEPT_HERE == set()
    assert {name for name in found - seen if MAY_SEE[name]} <= KEPT_HERE
    kept = {
        *("Note.text:own", "Note.text:other", "CheckIn.cleared_by", "CheckIn.source_who", "Nomination.name"),
        *("Nomination.remark", "Release.withheld_because", "TargetRevision.text:pending", "Addition.reason"),
    }
    assert kept <= found - seen
    assert re.search(r"[a-z0-9.]+@[a-z0-9]+\.example", shown) is None


@pytest.mark.parametrize("asked", ["q=ortiz", "q=eve", "q=Eve+Ortiz", "about=4.4"])
def test_what_is_kept_cannot_be_found_out_by_looking_for_it(db, client_of, plcy, asked):
    tell("accounts.nominate", "Eve Ortiz", by=plcy, at=on(13), after={"name": "Eve Ortiz"})
    tell("reports.release", "2020-W36", by=plcy, at=on(13, 10), after={"withheld": ["4.4"]})

    answer = client_of(auditor()).get(f"/journal/?{asked}")

    assert numbers(answer) == []
    assert answer.context["table"].page.paginator.count == 0
