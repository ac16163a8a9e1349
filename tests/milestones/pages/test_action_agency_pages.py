"""Do actions and agencies add up, and does every number lead to its rows?"""

import re

import pytest

from esc_tracker.accounts.models import Role
from esc_tracker.reader import Reader
from milestones.progress import by_agency
from tests.conftest import AS_OF
from tests.milestones.pages.reading import MARKER, asked, text_of

pytestmark = pytest.mark.django_db

AGENCIES = ["CBP", "ICE-HSI", "USPS", "USPTO", "PLCY"]


def progress_of(page) -> dict[str, str]:
    return {agency.code: progress.in_words for agency, progress in page.context["agencies"]}


# --- Actions ---------------------------------------------------------------------------------------------------------


def test_actions_show_their_progress(client_of, reader, month):
    page = client_of(reader).get("/actions/")

    told = {number: progress.in_words for number, _, progress in page.context["actions"]}
    assert list(told) == list(range(1, 12))
    assert told[2] == "1 of 2 done"
    assert told[3] == "0 of 3 done · 3 overdue"
    assert told[6] == "1 of 3 done · 1 overdue"
    assert "2 of 30 milestones are done, in 11 actions" in text_of(page)


def test_one_action_shows_its_milestones(client_of, reader, month):
    page = client_of(reader).get("/actions/4/")

    assert [row.record.code for row in page.context["table"].rows] == ["4.1", "4.2", "4.3", "4.4", "4.5", "4.6"]
    assert page.context["progress"].in_words == "0 of 6 done"


@pytest.mark.parametrize("path", ["/actions/12/", "/actions/0/", "/actions/04/", "/actions/abc/", "/actions/99999/"])
def test_what_is_no_action_is_not_found(path, client_of, reader, plan):
    assert client_of(reader).get(path).status_code == 404


# --- Agencies --------------------------------------------------------------------------------------------------------


def test_agencies_show_what_they_carry_and_the_unnamed_apart(client_of, reader, month):
    page = client_of(reader).get("/agencies/")

    assert progress_of(page) == {
        "CBP": "1 of 10 done · 7 overdue",
        "ICE-HSI": "0 of 5 done · 1 overdue",
        "USPS": "0 of 3 done · 2 overdue",
        "USPTO": "0 of 1 done",
        "PLCY": "0 of 1 done",
    }
    assert page.context["unassigned"].in_words == "1 of 13 done · 6 overdue"
    assert page.context["all"].total == 30
    assert "3 milestones are carried by more than one agency" in text_of(page)


def test_silence_is_counted_for_the_committee_and_not_for_the_unnamed(client_of, reader, month):
    page = client_of(reader).get("/agencies/")

    assert {each.code: progress.silent for each, progress in page.context["agencies"]}["ICE-HSI"] == 3
    assert page.context["unassigned"].silent is None


@pytest.mark.parametrize("path", ["/agencies/", "/actions/"])
def test_every_number_leads_to_exactly_its_rows(path, client_of, reader, month):
    client = client_of(reader)

    links = re.findall(r'href="/milestones/\?([^"]+)">(\d+)', text_of(client.get(path)))

    assert len(links) > 20
    for query, number in links:
        assert len(asked(client, query.replace("&amp;", "&"))) == int(number), query


def test_one_agency_shows_overdue_due_soon_and_the_rest(client_of, reader, month):
    page = client_of(reader).get("/agencies/ICE-HSI/")

    groups = {group["key"]: [row.record.code for row in group["table"].rows] for group in page.context["groups"]}
    assert groups == {"overdue": ["6.3"], "soon": ["4.4", "4.5"], "rest": ["4.3", "6.2"]}
    assert "ICE/HSI" in text_of(page)


def test_joint_milestone_appears_with_both_agencies(client_of, reader, plan):
    client = client_of(reader)

    for code in ("CBP", "USPS"):
        groups = client.get(f"/agencies/{code}/").context["groups"]
        assert "5.2" in [row.record.code for group in groups for row in group["table"].rows]


@pytest.mark.parametrize("path", ["/agencies/FBI/", "/agencies/cbp/", "/agencies/ICE/HSI/", "/agencies/unassigned/"])
def test_what_is_no_agency_is_not_found(path, client_of, reader, plan):
    assert client_of(reader).get(path).status_code == 404


def test_as_of_is_kept_in_every_link_between_these_pages(client_of, reader, month):
    client = client_of(reader)

    for path in ("/actions/", "/actions/4/", "/agencies/", "/agencies/CBP/"):
        main = re.search(r"<main.*</main>", text_of(client.get(f"{path}?as_of=2020-09-09")), re.DOTALL)[0]
        links = re.findall(r' href="(/(?!static/)[^"]*)"', main)
        assert links
        assert [link for link in links if "as_of=2020-09-09" not in link] == []


# --- COAC ------------------------------------------------------------------------------------------------------------


def test_coac_counts_the_released_state_without_silence(client_of, coac, month):
    page = client_of(coac).get("/agencies/")

    assert progress_of(page)["ICE-HSI"] == "0 of 5 done · 2 overdue · 1 not released"
    assert "Silent" not in text_of(page)
    assert {progress.silent for _, progress in page.context["agencies"]} == {None}


@pytest.mark.parametrize(
    "path", ["/actions/", "/actions/3/", "/actions/4/", "/agencies/", "/agencies/CBP/", "/agencies/ICE-HSI/"]
)
def test_coac_reads_nothing_internal_there(path, client_of, coac, month):
    content = text_of(client_of(coac).get(path))

    for word in (MARKER, "At risk", "Off track", "No word yet", "Last update", "was:", "silent"):
        assert word not in content


def test_no_agency_is_left_out(plan, reader):
    found = by_agency(Reader(role=Role.READER, today=AS_OF), AGENCIES)

    assert {code: progress.total for code, progress in found.by_agency.items()} == {
        "CBP": 9,
        "ICE-HSI": 5,
        "USPS": 3,
        "USPTO": 1,
        "PLCY": 1,
    }
    assert found.unassigned.total == 14
