"""Does the list show exactly what was asked for, and nothing when the question makes no sense?"""

import pytest

from milestones.workflow import Status
from tests.milestones.pages.reading import MARKER, asked, codes, text_of

pytestmark = pytest.mark.django_db

OVERDUE = ["1.1", "1.2", "3.1", "3.2", "3.3", "5.2", "5.3", "6.3", "7.1", "8.1", "8.2", "8.3", "9.1", "11.1"]
PAGES = ("/milestones/", "/milestones/4.3/", "/actions/", "/actions/4/", "/agencies/", "/agencies/CBP/")
UNASSIGNED = ["1.2", "1.3", "4.1", "4.6", "6.1", "8.1", "8.2", "8.3", "9.1", "9.2", "10.1", "11.1", "11.3"]


# --- The page --------------------------------------------------------------------------------------------------------


def test_list_shows_25_of_30_in_plan_order(client_of, reader, month):
    page = client_of(reader).get("/milestones/")

    assert page.status_code == 200
    assert codes(page)[:4] == ["1.1", "1.2", "1.3", "2.1"]
    assert "1–25 of 30 milestones" in page.content.decode()


def test_second_page_goes_on_where_the_first_ends(client_of, reader, month):
    client = client_of(reader)

    assert codes(client.get("/milestones/?page=2")) == ["9.2", "10.1", "11.1", "11.2", "11.3"]


@pytest.mark.parametrize("page", ["3", "999", "9" * 30])
def test_page_past_the_end_is_the_last_page(page, client_of, reader, month):
    assert codes(client_of(reader).get(f"/milestones/?page={page}"))[-1] == "11.3"


def test_count_says_how_many_of_all_match(client_of, reader, month):
    page = client_of(reader).get("/milestones/?agency=USPS")

    assert "3 of 30 milestones" in page.content.decode()


def test_unknown_names_are_ignored(client_of, reader, month):
    assert len(asked(client_of(reader), "utm_source=mail&colour=red")) == 30


def test_row_shows_target_moved_from_plan_overdue_and_last_words(client_of, reader, month):
    page = text_of(client_of(reader).get("/milestones/?action=4&action=3"))

    assert "was: Oct. 2020" in page
    assert "14 days overdue" in page
    assert f'ICE/HSI, <time datetime="2020-09-11">Sep 11</time> <span class="esc-aside">{MARKER} curriculum' in page


# --- Filters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("action=3", ["3.1", "3.2", "3.3"]),
        ("action=2&action=7", ["2.1", "2.2", "7.1"]),
        ("agency=USPS", ["5.1", "5.2", "5.3"]),
        ("agency=ICE-HSI", ["4.3", "4.4", "4.5", "6.2", "6.3"]),
        ("agency=ICE/HSI", ["4.3", "4.4", "4.5", "6.2", "6.3"]),
        ("agency=unassigned", UNASSIGNED),
        ("agency=USPTO&agency=PLCY", ["4.2", "11.2"]),
        ("agency=CBP&agency=unassigned&overdue=1", [each for each in OVERDUE if each != "6.3"]),
        ("status=completed", ["2.2", "6.1"]),
        ("status=reported_complete", ["6.2"]),
        ("status=completed&status=reported_complete", ["2.2", "6.1", "6.2"]),
        ("outlook=at_risk", ["4.3"]),
        ("outlook=at_risk&outlook=off_track", ["3.3", "4.3"]),
        ("outlook=none&action=5", ["5.2", "5.3"]),
        ("overdue=1", OVERDUE),
        ("action=3&overdue=1&outlook=off_track", ["3.3"]),
        ("due_before=2020-07-31", ["1.1", "1.2", "8.1", "8.2", "8.3", "9.1", "11.1"]),
        ("due_before=2020-07-30", []),
        ("due_after=2020-12-31", ["4.3"]),
        ("due_after=2021-01-01", []),
        ("due_after=2020-11-30&due_before=2020-11-30", ["5.1"]),
        ("status=&agency=&q=&page=", None),
    ],
)
def test_filters_combine_and_repeated_ones_mean_any_of(query, expected, client_of, reader, month):
    found = asked(client_of(reader), query)

    assert found == (expected if expected is not None else [*found])
    assert expected is not None or len(found) == 30


def test_silent_are_those_whose_agency_did_not_answer_the_latest_call(client_of, reader, month):
    client = client_of(reader)

    assert asked(client, "silent=1&agency=ICE-HSI") == ["4.4", "4.5", "6.3"]
    assert asked(client, "silent=1&action=5") == ["5.1", "5.2", "5.3"]
    assert asked(client, "silent=1&agency=unassigned") == []
    assert "6.2" not in asked(client, "silent=1")


def test_nobody_is_silent_before_a_call_fell_due(client_of, reader, month):
    assert asked(client_of(reader), "silent=1&as_of=2020-09-03") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=de+minimis", []),
        ("q=Pilot+administer", ["2.1"]),
        ("q=ADMINISTER", ["2.1"]),
        ("q=4.3", ["4.3"]),
        ("q=curriculum", ["4.3"]),
        ("q=sessions+5", ["4.3"]),
        ("q=strategy+is+out", ["2.2"]),
        ("q=100%25", []),
        ("q=_", []),
        ("q=%5C", []),
        ("q=pilot&q=curriculum&action=4", ["4.3"]),
    ],
)
def test_search_finds_all_words_in_text_number_title_summary_and_last_words(query, expected, client_of, reader, month):
    assert asked(client_of(reader), query) == expected


def test_search_finds_the_title_of_the_action(client_of, reader, month):
    assert asked(client_of(reader), "q=injunctive") == ["4.1", "4.2", "4.3", "4.4", "4.5", "4.6"]


def test_as_of_shows_the_record_of_that_day_and_stays_in_the_links(client_of, reader, month):
    page = client_of(reader).get("/milestones/?as_of=2020-09-10&action=4&sort=-code")

    content = page.content.decode()
    assert asked(client_of(reader), "as_of=2020-09-10&outlook=at_risk") == []
    assert '/milestones/4.3/?as_of=2020-09-10"' in content
    assert '<input type="hidden" name="as_of" value="2020-09-10">' in content
    assert 'href="/milestones/?as_of=2020-09-10"' in content


def test_active_filters_are_chips_that_can_be_removed(client_of, reader, month):
    page = client_of(reader).get("/milestones/?agency=CBP&agency=ICE%2FHSI&overdue=1")

    assert [chip["label"] for chip in page.context["asked"].chips] == ["Agency: CBP", "Agency: ICE/HSI", "Overdue"]
    assert 'href="?overdue=1&amp;agency=ICE%2FHSI"' in page.content.decode()


# --- Order -----------------------------------------------------------------------------------------------------------


def test_sorting_by_number_is_by_action_and_position(client_of, reader, month):
    client = client_of(reader)

    assert asked(client, "sort=code")[-6:] == ["9.1", "9.2", "10.1", "11.1", "11.2", "11.3"]
    assert asked(client, "sort=-code")[:5] == ["11.3", "11.2", "11.1", "10.1", "9.2"]
    assert asked(client, "sort=milestone") == asked(client, "sort=code")


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("target", "1.1", "6.1"),
        ("-target", "4.3", "6.1"),
        ("status", "1.1", "6.1"),
        ("-status", "2.2", "11.3"),
        ("agency", "1.1", "11.3"),
        ("-agency", "4.2", "11.3"),
        ("outlook", "2.2", "11.3"),
        ("-outlook", "3.3", "11.3"),
        ("last_update", "1.1", "6.2"),
        ("-last_update", "3.3", "11.3"),
    ],
)
def test_each_column_sorts_both_ways_with_nothing_last(sort, first, last, client_of, reader, month):
    found = asked(client_of(reader), f"sort={sort}")

    assert len(set(found)) == 30
    assert (found[0], found[-1]) == (first, last)


@pytest.mark.parametrize("sort", ["", "code", "-code", "target", "-status", "agency", "outlook", "-last_update"])
def test_every_order_ends_in_the_key_so_that_pages_never_shuffle(sort, client_of, reader, plan):
    page = client_of(reader).get(f"/milestones/?sort={sort}")

    assert page.context["table"].data.data.query.order_by[-1].removeprefix("-") == "pk"


# --- Bad input: 200, the error in words, no rows ---------------------------------------------------------------------


BAD = [
    ("action=99", "There is no action “99”."),
    ("action=abc", "There is no action “abc”."),
    ("action=%EF%BC%91", "There is no action “１”."),
    ("action=1%00", "There is no action “1�”."),
    ("agency=FBI", "There is no agency “FBI”."),
    ("agency=CBP&agency=FBI", "There is no agency “FBI”."),
    ("agency=%00", "There is no agency “�”."),
    ("status=done", "There is no status “done”."),
    ("status=not_released", "There is no status “not_released”."),
    ("outlook=rosy", "There is no outlook “rosy”."),
    ("overdue=yes", "“overdue” takes 1, not “yes”."),
    ("overdue=0", "“overdue” takes 1, not “0”."),
    ("silent=true", "“silent” takes 1, not “true”."),
    ("due_after=2020-02-30", "There is no day 2020-02-30."),
    ("due_after=tomorrow", "Write a day like 2020-10-31, not “tomorrow”."),
    ("due_before=2020-1-1", "Write a day like 2020-10-31, not “2020-1-1”."),
    ("due_before=0000-01-01", "There is no day 0000-01-01."),
    ("due_before=2020-10-31%00", "Write a day like 2020-10-31, not “2020-10-31�”."),
    ("q=" + "a" * 5000, "The search is 5000 characters long; 200 fit."),
    ("q=a%00b", "The search contains characters that cannot be searched for."),
    ("q=a%E2%80%AEb", "The search contains characters that cannot be searched for."),
    ("q=a+b+c+d+e+f+g+h+i+j+k", "Search for at most 10 words at once."),
    ("sort=colour", "There is no column to sort by named “colour”."),
    ("sort=--code", "There is no column to sort by named “--code”."),
    ("sort=current_status", "There is no column to sort by named “current_status”."),
    ("page=-1", "There is no page “-1”; pages count from 1."),
    ("page=0", "There is no page “0”; pages count from 1."),
    ("page=abc", "There is no page “abc”; pages count from 1."),
    ("page=1.5", "There is no page “1.5”; pages count from 1."),
    ("page=%EF%BC%92", "There is no page “２”; pages count from 1."),
    ("per_page=-1", "A page holds 25, 50 or 100 rows, not “-1”."),
    ("per_page=100000000", "A page holds 25, 50 or 100 rows, not “100000000”."),
    ("per_page=0", "A page holds 25, 50 or 100 rows, not “0”."),
]


@pytest.mark.parametrize(("query", "sentence"), BAD, ids=[query[:30] for query, _ in BAD])
def test_what_cannot_be_read_is_said_shows_no_rows_and_gives_no_file(query, sentence, client_of, reader, plan):
    client = client_of(reader)

    page = client.get(f"/milestones/?{query}")
    file = client.get(f"/milestones/?{query}&export=csv")

    assert page.status_code == 200
    assert sentence in page.context["asked"].sentences
    assert codes(page) == []
    assert 'class="usa-alert__heading">Nothing is shown' in page.content.decode()
    assert file.status_code == 400
    assert file.headers["Content-Type"].startswith("text/html")
    assert sentence in file.context["reason"]


@pytest.mark.parametrize(
    "day", ["2020-02-30", "2020-09-15", "1999-01-01", "yesterday", "2020-09-01%00", "0001-01-01", "9999-12-31"]
)
def test_a_day_that_is_not_in_the_record_is_refused_on_every_page(day, client_of, reader, plan):
    client = client_of(reader)

    answers = {client.get(f"{path}?as_of={day}").status_code for path in PAGES}

    assert answers == {400}


def test_text_that_was_typed_is_shown_escaped(client_of, reader, month):
    page = client_of(reader).get("/milestones/?q=%3Cscript%3E%22&status=%3Cb%3E").content.decode()

    assert '<script>"' not in page
    assert "“&lt;b&gt;”" in page


# --- COAC ------------------------------------------------------------------------------------------------------------


def test_coac_reads_the_released_state_and_no_internal_column(client_of, coac, month):
    page = client_of(coac).get("/milestones/?per_page=100")

    content = page.content.decode()
    assert MARKER not in content
    assert list(page.context["table"].columns.names()) == ["code", "milestone", "agency", "target", "status"]
    assert "was:" not in content
    assert "At risk" not in content
    assert "Status not released" in content


def test_internal_filters_do_not_exist_for_coac(client_of, coac, month):
    client = client_of(coac)

    assert len(asked(client, "outlook=at_risk")) == 30
    assert len(asked(client, "silent=1&outlook=nonsense")) == 30
    assert client.get("/milestones/?outlook=at_risk").context["asked"].chips == []


@pytest.mark.parametrize("sort", ["outlook", "-outlook", "last_update", "moves"])
def test_internal_sorts_are_refused_to_coac_like_unknown_ones(sort, client_of, coac, month):
    page = client_of(coac).get(f"/milestones/?sort={sort}")

    assert page.context["asked"].sentences == [f"There is no column to sort by named “{sort}”."]
    assert codes(page) == []


def test_coac_cannot_find_internal_words(client_of, coac, month):
    client = client_of(coac)

    assert asked(client, f"q={MARKER}") == []
    assert asked(client, "q=curriculum") == []
    assert asked(client, "q=withheld+summary") == []
    assert asked(client, "q=strategy+is+out") == ["2.2"]


def test_withheld_milestone_is_counted_under_its_own_status_only(client_of, coac, month):
    client = client_of(coac)

    assert asked(client, "status=not_released") == ["4.4"]
    assert "4.4" not in asked(client, "status=not_started")
    assert "4.4" not in asked(client, "due_after=2020-01-01")
    assert asked(client, "q=staffing") == ["4.4"]


def test_coac_sees_no_status_from_after_the_release(client_of, coac, month):
    client = client_of(coac)

    assert "6.2" not in asked(client, f"status={Status.REPORTED_COMPLETE}")
    assert asked(client, "due_after=2020-12-31") == []
