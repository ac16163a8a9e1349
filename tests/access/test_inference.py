"""Can COAC learn from a search, a count, a chart or a file what no page tells, and can a query widen a list? (R05, R27)

What COAC may not read must not show in what it finds, sorts by or counts; and for everybody a query only narrows a
list, or is refused in words.
"""

import json
import re
from collections import Counter
from urllib.parse import urlencode

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from milestones.models import Milestone, StatusUpdate
from milestones.workflow import LABELS
from reports.models import ReleasedEdition
from tests.access.acting import signed_in
from tests.access.canaries import FIELDS, canary
from tests.access.given import BOOKS, ONE_BY_ONE, PAGES, page
from tests.reports.documents.opening import bytes_of, lines_of


def _codes(client: Client, query: str) -> list[str]:
    """Return the milestones that a list hands out."""
    return [row["milestone"] for row in _lines(client, query)]


def _lines(client: Client, query: str) -> list[dict[str, str]]:
    return _table(client.get(f"/milestones/?export=csv&{query}"))


def _table(answer: HttpResponseBase) -> list[dict[str, str]]:
    return lines_of(bytes_of(answer))[1]


# --- Search, sort and filters ----------------------------------------------------------------------------------------


def test_coac_finds_by_a_word_it_may_not_read_what_it_finds_by_nonsense(people):
    coac, plcy = signed_in(people["coac"]), signed_in(people["plcy"])
    hidden = [canary(row["object"], row["field"]) for row in FIELDS if (row["canary"], row["coac"]) == ("yes", "no")]

    def found(client: Client, word: str) -> str:
        return page(client, f"/milestones/?q={word}").replace(word, "WORD")

    nonsense = found(coac, "zqnothingofthekindqz")
    telling = [word for word in hidden if found(coac, word) != nonsense]

    assert telling == []
    assert len(hidden) > 50
    assert found(coac, canary("SharedSummary", "text:cleared")) != nonsense  # what it may read it finds
    assert _codes(plcy, "q=" + canary("StatusUpdate", "statement")) == ["3.1"]


@pytest.mark.parametrize(
    "query",
    [
        *("outlook=off_track", "outlook=none", "outlook=zq", "silent=1", "silent=zq", "question=1", "question=zq"),
        *("lead=CBP", "moves=1", "version=1", "current_outlook=off_track", "updates__statement__contains=a"),
        *("forecast=2020-12", "recorded_by=1", "note=a", "waiting_on=a", "summary__isnull=0", "as_of="),
    ],
)
def test_a_filter_of_the_committee_means_nothing_to_coac(people, query):
    coac = signed_in(people["coac"])

    assert _codes(coac, query) == _codes(coac, "")


def test_coac_can_sort_by_nothing_that_it_is_not_shown(people):
    coac = signed_in(people["coac"])
    internal = {field.name for model in (Milestone, StatusUpdate) for field in model._meta.concrete_fields}
    shown = {"target", "status", "milestone", "action", "agencies", "agency", "text"}

    names = {*internal, *(f"-{name}" for name in internal), "outlook", "moves", "lead", "-last_update"}
    sorted_by = {name for name in names if coac.get(f"/milestones/?export=csv&sort={name}").status_code != 400}

    assert sorted_by
    assert {name.removeprefix("-") for name in sorted_by} <= shown


# --- Counts, facets, charts ------------------------------------------------------------------------------------------


def test_every_count_that_coac_sees_is_one_of_what_was_released(people):
    coac = signed_in(people["coac"])
    released = json.loads(ReleasedEdition.objects.get(release__week="2020-W36").figures)
    rows = _lines(coac, "")
    by_status = Counter(row["status"] for row in rows)

    facets = {status: _codes(coac, f"status={status}") for status in (*LABELS, "not_released") if status in _statuses()}

    assert len(rows) == released["totals"]["milestones"]
    assert sum(row["overdue"] == "yes" for row in rows) == released["totals"]["overdue"]
    assert _codes(coac, "overdue=1") == [row["milestone"] for row in rows if row["overdue"] == "yes"]
    assert sorted(map(len, filter(None, facets.values()))) == sorted(by_status.values())
    assert sorted(code for codes in facets.values() for code in codes) == sorted(row["milestone"] for row in rows)
    for each in released["by_action"]:
        assert len(_codes(coac, f"action={each['number']}")) == each["milestones"]


def _statuses() -> set[str]:
    return {*(status for status, _ in Milestone._meta.get_field("current_status").choices), "not_released"}


# --- Validators and what files say of themselves ---------------------------------------------------------------------


def test_no_validator_tells_coac_that_something_changed(people):
    coac, plcy = signed_in(people["coac"]), signed_in(people["plcy"])
    wrong = []

    for address in (*PAGES, *BOOKS):
        answers = {"coac": coac.get(address), "plcy": plcy.get(address)}
        tags = [answer.headers.get("ETag") for answer in answers.values()]
        days = [answer.headers.get("Last-Modified") for answer in answers.values()]
        for answer in answers.values():
            bytes_of(answer)
        for header, values in (("if-none-match", [*tags, "*", 'W/"1"']), ("if-modified-since", days)):
            for value in [*values, "Thu, 01 Jan 2099 00:00:00 GMT"]:
                if value:
                    answer = coac.get(address, headers={header: value})
                    wrong += (
                        [f"{address}: {header}: {value}: {answer.status_code}"] if answer.status_code != 200 else []
                    )
        wrong += [f"{address}: {tags} {days}"] if any(tags) or any(days) else []

    assert wrong == []


# --- No query widens a list ------------------------------------------------------------------------------------------

READABLE = {
    "action": ["4", "3", "10"], "agency": ["CBP", "ice/hsi", "unassigned"], "status": ["in_progress", "completed"],
    "overdue": ["1"], "outlook": ["at_risk", "none"], "silent": ["1"], "question": ["1"], "q": ["rule", "3.1", "é %_"],
    "due_after": ["2020-09-01"], "due_before": ["2020-12-31"], "sort": ["target", "-status"], "page": ["1", "99"],
    "per_page": ["25", "100"], "edition": ["1"],
}  # fmt: skip
UNREADABLE = {
    "action": "99", "agency": "FBI", "status": "zq", "overdue": "yes", "q": "a " * 101, "due_after": "2020-02-30",
    "due_before": "soon", "sort": "zq", "page": "0", "per_page": "7", "edition": "77",
}  # fmt: skip
STRAY = st.text(min_size=0, max_size=12).filter(lambda text: "\x00" not in text)
ASKED = st.lists(
    st.one_of(
        *(st.tuples(st.just(name), st.sampled_from(values)) for name, values in READABLE.items()),
        st.tuples(st.sampled_from(["milestone__id", "pk__gt", "or", "lead_code", "withheld", "zq"]), STRAY),
    ),
    max_size=6,
)


@pytest.mark.parametrize("eyes", ["coac", "own"])
def test_no_query_widens_a_list_and_a_bad_value_says_so(people, eyes):
    client = signed_in(people[eyes])
    scope = [tuple(row.values()) for row in _lines(client, "")]

    @ONE_BY_ONE
    @given(asked=ASKED, bad=st.sampled_from([None, *UNREADABLE]))
    def ask_for(asked: list[tuple[str, str]], bad: str | None) -> None:
        query = urlencode([*asked, *([(bad, UNREADABLE[bad])] if bad else [])])
        answer, file = client.get(f"/milestones/?{query}"), client.get(f"/milestones/?export=csv&{query}")
        text = answer.content.decode()
        if bad:
            assert (answer.status_code, file.status_code) == (200, 400)
            assert "Nothing is shown, because something that was asked for cannot be read." in text
            assert not re.search(r'<td[^>]*>\s*<a[^>]*href="/milestones/\d', text)
        else:
            assert (answer.status_code, file.status_code) == (200, 200)
            assert {tuple(row.values()) for row in _table(file)} <= set(scope)
            listed = set(re.findall(r'href="/milestones/(\d+\.\d+)/', text))
            assert listed <= {row[0] for row in scope}

    ask_for()
    assert len(scope) > 20


@pytest.mark.parametrize(
    "query", ["agency=FBI", "action=99", "band=zq", "sort=zq", "page=0", "per_page=7", "agency=%00"]
)
@pytest.mark.parametrize("eyes", ["coac", "own"])
def test_a_bad_value_on_the_overdue_list_shows_no_row(people, eyes, query):
    client = signed_in(people[eyes])

    answer, file = client.get(f"/overdue/?{query}"), client.get(f"/overdue/?export=csv&{query}")

    assert file.status_code == 400
    assert not re.search(r'<t[dh][^>]*>\s*<a[^>]*href="/milestones/\d', answer.content.decode())
    assert re.search(r'href="/milestones/\d', client.get("/overdue/").content.decode())
