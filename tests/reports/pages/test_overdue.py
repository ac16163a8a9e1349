"""Does the overdue page say how much is overdue, for how long and whose, and to each only what they may read?"""

import re
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from milestones.workflow import Status
from reports.weekly import publishing
from tests.milestones.telling import say
from tests.reports.pages.reading import headings_of, headline_of, words_of
from tests.reports.record import released

pytestmark = pytest.mark.django_db


def codes(answer) -> list[str]:
    return [row.record.code for row in answer.context["table"].paginated_rows]


def bands(answer) -> list[int]:
    return [each["count"] for each in answer.context["bands"]]


def columns(answer) -> list[str]:
    return [column.name for column in answer.context["table"].columns]


def file_of(answer) -> list[str]:
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()


def test_the_heading_is_the_answer_and_the_oldest_come_first(client_of, plcy, history):
    answer = client_of(plcy).get("/overdue/")

    assert headline_of(answer) == "Fifteen of 30 milestones are overdue; for seven of them no agency has been named."
    assert "The oldest seven were due on Jul 31, 2020, 45 days ago." in words_of(answer)
    assert codes(answer) == [
        *("1.1", "1.2", "8.1", "8.2", "8.3", "9.1", "11.1"),
        *("3.1", "3.2", "3.3", "5.2", "5.3", "6.2", "6.3", "7.1"),
    ]


def test_ages_and_agencies_are_counted_with_no_agency_named_yet_apart(client_of, plcy, history):
    answer = client_of(plcy).get("/overdue/")

    assert bands(answer) == [8, 7, 0, 0]
    lines = answer.context["agency_lines"]
    assert [(line.name, line.counts, line.total) for line in lines] == [
        ("CBP", (6, 0, 0, 0), 6),
        ("ICE/HSI", (2, 0, 0, 0), 2),
        ("USPS", (2, 0, 0, 0), 2),
    ]
    unnamed = answer.context["unnamed"]
    assert (unnamed.name, unnamed.counts, unnamed.total) == ("No agency named yet", (0, 7, 0, 0), 7)


@pytest.mark.parametrize(
    ("query", "found", "counted"),
    [
        ("band=1-30", 8, [8, 7, 0, 0]),
        ("band=31-60", 7, [8, 7, 0, 0]),
        ("band=1-30&band=31-60", 15, [8, 7, 0, 0]),
        ("band=over-90", 0, [8, 7, 0, 0]),
        ("agency=CBP", 6, [6, 0, 0, 0]),
        ("agency=ICE/HSI", 2, [2, 0, 0, 0]),
        ("agency=ice-hsi&agency=unassigned", 9, [2, 7, 0, 0]),
        ("agency=USPTO", 0, [0, 0, 0, 0]),
        ("action=8", 3, [0, 3, 0, 0]),
        ("action=5&agency=CBP&band=1-30", 2, [2, 0, 0, 0]),
        ("colour=red", 15, [8, 7, 0, 0]),
    ],
)
def test_filters_combine_and_a_repeated_one_means_any_of(query, found, counted, client_of, cbp, history):
    answer = client_of(cbp).get(f"/overdue/?{query}")

    assert len(codes(answer)) == found
    assert bands(answer) == counted


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("agency=FBI", "There is no agency “FBI”."),
        ("action=99", "There is no action “99”."),
        ("action=%00", "There is no action “�”."),
        ("band=5", "There is no stretch of days “5”."),
        ("sort=summary", "There is no column to sort by named “summary”."),
        ("per_page=-1", "A page holds 25, 50 or 100 rows, not “-1”."),
        ("page=-1", "There is no page “-1”; pages count from 1."),
    ],
)
def test_what_cannot_be_read_is_said_and_shows_nothing(query, said, client_of, cbp, history):
    answer = client_of(cbp).get(f"/overdue/?{query}")

    assert answer.status_code == 200
    assert said in words_of(answer)
    assert codes(answer) == []
    assert "3.1" not in words_of(answer)


def test_a_page_past_the_end_is_the_last_one(client_of, cbp, history):
    assert len(codes(client_of(cbp).get("/overdue/?page=9999999999999"))) == 15


@pytest.mark.parametrize(
    ("sort", "first"), [("code", "1.1"), ("-code", "11.1"), ("days", "3.1"), ("-days", "1.1"), ("-last_update", "3.1")]
)
def test_columns_sort(sort, first, client_of, cbp, history):
    assert codes(client_of(cbp).get(f"/overdue/?sort={sort}"))[0] == first


def test_the_committee_reads_what_was_said_and_what_comes_next(client_of, reader, usps, history):
    answer = client_of(reader).get("/overdue/")

    assert columns(answer) == ["code", "milestone", "agency", "target", "days", "outlook", "forecast", "last_update"]
    assert "USPS, Sep 10, 2020 : The rule is being drafted." in words_of(answer)
    assert "Dec. 2020" in words_of(answer)


def test_coac_reads_shared_columns_only_and_cannot_sort_by_the_others(client_of, coac, plcy, week_37):
    publishing.publish(week_37, by=plcy, tell=False)
    released(week_37, by=plcy, withheld=("3.1",))
    client = client_of(coac)

    answer = client.get("/overdue/")

    assert columns(answer) == ["code", "milestone", "agency", "target", "days"]
    assert headline_of(answer).endswith(
        "for seven of them no agency has been named; the status of one is not released."
    )
    assert "3.1" not in codes(answer)
    for hidden in ("The rule is being drafted", "Outlook", "Forecast", "At risk"):
        assert hidden not in answer.content.decode()
    refused = client.get("/overdue/?sort=outlook")
    assert "There is no column to sort by named “outlook”." in words_of(refused)
    assert codes(refused) == []


def test_as_of_an_earlier_day_it_is_what_was_overdue_then(client_of, cbp, history):
    answer = client_of(cbp).get("/overdue/?as_of=2020-08-31")

    assert headline_of(answer) == "Seven of 30 milestones are overdue; no agency has been named for any of them."
    assert "/milestones/1.1/?as_of=2020-08-31" in answer.content.decode()
    assert '<input type="hidden" name="as_of" value="2020-08-31">' in answer.content.decode()


def test_nothing_overdue_is_said_with_what_comes_next(client_of, cbp, record, settings):
    settings.ESC_TODAY = date(2020, 7, 31)

    answer = client_of(cbp).get("/overdue/")

    assert headline_of(answer) == "None of 30 milestones is overdue."
    assert "The next to come: seven milestones fall due on Jul 31, 2020." in words_of(answer)
    assert headings_of(answer) == []


def test_the_file_holds_what_is_shown(client_of, cbp, history):
    lines = file_of(client_of(cbp).get("/overdue/?agency=CBP&sort=-code&export=csv&per_page=25"))

    assert lines[1] == "# Filters: Overdue; Agency: CBP"
    assert [re.match(r"[0-9.]+", line)[0] for line in lines if re.match(r"[0-9]+\.[0-9]+,", line)] == [
        *("7.1", "5.3", "5.2", "3.3", "3.2", "3.1")
    ]


def test_the_workbook_holds_what_is_shown(client_of, cbp, history):
    answer = client_of(cbp).get("/overdue/?agency=CBP&sort=-code&export=xlsx")

    sheet = load_workbook(BytesIO(answer.content))["Milestones"]
    shown = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert shown == ["7.1", "5.3", "5.2", "3.3", "3.2", "3.1"]
    assert "?export=xlsx" in [act["url"] for act in client_of(cbp).get("/overdue/").context["acts"]]


def test_coacs_file_holds_shared_columns_only(client_of, coac, history):
    lines = file_of(client_of(coac).get("/overdue/?export=csv"))

    header = next(line for line in lines if line.startswith("milestone,"))
    assert "outlook" not in header
    assert "statement" not in header


@pytest.mark.parametrize(
    "query",
    [
        "export=pdf",
        "export=xlsx&agency=FBI",
        "export=csv&agency=FBI",
        "export=csv&sort=x",
    ],
)
def test_a_file_that_cannot_be_is_refused_in_words(query, client_of, cbp, history):
    answer = client_of(cbp).get(f"/overdue/?{query}")

    assert answer.status_code == 400
    assert "“" in words_of(answer)


@pytest.mark.parametrize(
    ("who", "path", "queries"),
    [
        ("plcy", "/overdue/", 9),
        ("cbp", "/overdue/?agency=CBP&sort=-days", 9),
        ("cbp", "/overdue/?as_of=2020-09-12", 9),
        ("cbp", "/overdue/?agency=FBI", 5),
        ("coac", "/overdue/", 8),
    ],
)
def test_the_page_takes_its_few_queries(
    who, path, queries, request, client_of, coac, history, cbp, usps, django_assert_num_queries
):
    say("5.1", cbp, status=Status.IN_PROGRESS)
    client = client_of(request.getfixturevalue(who))

    with django_assert_num_queries(queries):
        assert client.get(path).status_code == 200

    assert queries <= 9
