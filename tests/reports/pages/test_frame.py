"""What does the frame around every page show, and to whom?"""

import re

import pytest
from django.test import Client

from tests.reports.pages.reading import headline_of

pytestmark = pytest.mark.django_db


def navigation(answer) -> list[str]:
    html = answer.content.decode()
    nav = html.partition('<ul class="usa-nav__primary">')[2].partition("</ul>")[0]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", each)).strip() for each in nav.split("</li>") if "<a" in each]


def test_a_member_finds_every_page_that_is_built_and_how_many_are_overdue(client_of, cbp, history):
    answer = client_of(cbp).get("/reports/")

    assert navigation(answer) == [
        "Overview", "Overdue 15", "Milestones", "Actions", "Agencies", "Check-in 8", "Calls", "Decisions",
        "Meetings", "Reports"
    ]  # fmt: skip
    assert answer.content.decode().count('aria-current="page"') == 1
    assert 'href="/reports/" aria-current="page"' in answer.content.decode()


def test_the_day_looked_at_goes_along(client_of, cbp, history):
    html = client_of(cbp).get("/definitions/?as_of=2020-09-01").content.decode()

    assert 'href="/overdue/?as_of=2020-09-01"' in html
    assert "You are looking at the record as of" in html


def test_an_administrator_finds_the_accounts_only(client_of, admin_user, record):
    answer = client_of(admin_user).get("/overdue/")

    assert answer.status_code == 403
    assert navigation(answer) == ["Accounts"]


def test_nobody_signed_in_finds_no_navigation_and_costs_no_query(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        answer = Client().get("/accounts/login/")

    assert navigation(answer) == []
    assert "the record’s day is pinned to" in answer.content.decode()


def test_without_a_pinned_day_nothing_says_sample(client_of, cbp, record, settings):
    settings.ESC_TODAY = None

    answer = client_of(cbp).get("/definitions/")

    assert "Sample data" not in answer.content.decode()


def test_coac_reads_what_was_released_and_for_which_week(client_of, coac, week_37):
    html = client_of(coac).get("/definitions/").content.decode()

    assert "(report for Aug 24 – 30). Assume everything here is public." in re.sub(r"<[^>]+>", "", html)


def test_coac_is_told_that_nothing_was_released_yet(client_of, coac, record):
    html = client_of(coac).get("/definitions/").content.decode()

    assert "Nothing has been released yet" in html


def test_a_page_that_is_not_there_has_its_navigation_but_counts_nothing(client_of, cbp, history):
    answer = client_of(cbp).get("/no-such-page/")

    assert answer.status_code == 404
    assert headline_of(answer) == "There is no such page"
    assert navigation(answer)[1] == "Overdue"


def test_the_frame_takes_one_query_at_most(client_of, cbp, history, django_assert_num_queries):
    client = client_of(cbp)

    with django_assert_num_queries(3):  # session, person, how many are overdue
        client.get("/definitions/")
