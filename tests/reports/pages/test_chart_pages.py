"""Do the first pages show the charts of what each reader may know, with their tables and ways onward?"""

import re
from datetime import date

import pytest

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Role, User
from esc_tracker.reader import Reader, esc_reader
from milestones.deciding import confirm
from milestones.updates import post_update
from milestones.words import Completion
from milestones.workflow import Outcome, Status
from reports.charts import charts_of
from reports.charts.present import present
from reports.figures import take_figures
from reports.survey import take_survey
from reports.weekly import publishing
from tests.milestones.telling import in_september, milestone, words
from tests.reports.pages.reading import headings_of
from tests.reports.record import new_york, released

pytestmark = pytest.mark.django_db

DRAWN = ("timeline", "burn_up", "by_agency")


def expect(code: str, by: User) -> None:
    """Post an update that forecasts the last day of 2021."""
    row = milestone(code)
    forecast = TargetDate.day(date(2021, 12, 31))
    post_update(row, by=by, seen_version=row.version, words=words(forecast=forecast), status=Status.IN_PROGRESS)


def complete(code: str, by: User, plcy: User) -> None:
    """Complete a milestone on a day that nobody knows."""
    row = milestone(code)
    unknown = Completion.when(None, Outcome.DELIVERED)
    post_update(
        row, by=by, seen_version=row.version, words=words(), status=Status.REPORTED_COMPLETE, completion=unknown
    )
    confirm(milestone(code), by=plcy, seen_version=row.version + 1)


def part_of(html: str, key: str) -> str:
    return html.partition(f'aria-labelledby="chart-{key}"')[2].partition("</section>")[0]


def table_of(html: str, key: str) -> list[list[str]]:
    body = part_of(html, key).partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)
    ]


@pytest.mark.parametrize("moment", [new_york(9, 5, 0), new_york(9, 14, 0)])
def test_a_dashboard_draws_the_same_rows_as_a_report(moment, history, cbp, plcy):
    with clock.at(in_september(3, 11)):
        expect("5.1", cbp)
        complete("3.2", cbp, plcy)
    reader = esc_reader(moment)

    drawn = present(take_survey(reader), reader)

    figures = take_figures(reader, new_york(8, 25))
    assert drawn["as_of"] == figures["as_of"]
    assert {key: drawn[key] for key in ("timeline", "burn_up")} == {
        key: figures[key] for key in ("timeline", "burn_up")
    }
    assert drawn["by_agency"] == [each | {"not_released": 0} for each in figures["by_agency"]]


def test_a_dashboard_draws_now_what_a_report_of_now_would(history, cbp):
    expect("5.1", cbp)
    reader = Reader(role=Role.READER, today=date(2020, 9, 14))

    drawn = present(take_survey(reader), reader)

    figures = take_figures(reader, new_york(8, 25))
    assert [drawn[key] for key in ("timeline", "burn_up")] == [figures[key] for key in ("timeline", "burn_up")]
    [row] = [each for each in drawn["timeline"] if each["code"] == "5.1"]
    assert (row["forecast"], drawn["as_of"]) == ("2021-12-31", "2020-09-15T04:00:00+00:00")


def test_plcy_sees_in_one_picture_what_is_late(client_of, plcy, history):
    html = client_of(plcy).get("/").content.decode()

    timeline = part_of(html, "timeline")
    assert "Fifteen of 30 milestones are overdue, the longest by 45 days" in timeline
    assert timeline.count(">45 days</text>") == 2 * sum(row[3] == "45 days" for row in table_of(html, "timeline"))
    assert "<title>3.1: overdue by 14 days, target Aug 31, 2020" in timeline
    assert '<a href="/milestones/3.1/"><title>' in timeline


def test_what_is_read_is_what_the_table_adds_up_to(client_of, plcy, history):
    html = client_of(plcy).get("/").content.decode()

    rows = table_of(html, "timeline")
    assert len(rows) == 30
    assert sum(bool(row[3]) for row in rows) == 15
    by_agency = table_of(html, "agencies")
    assert [row[0] for row in by_agency] == ["CBP", "ICE/HSI", "USPS", "PLCY", "USPTO", "No agency named yet"]
    assert by_agency[-1] == ["No agency named yet", "14", "1", "0", "7", "6"]
    burn_up = [row for row in table_of(html, "burn_up") if row[0] == "Sep 13, 2020"]
    assert burn_up == [["Sep 13, 2020", "16", "2"]]


def test_the_day_looked_at_goes_along(client_of, plcy, history):
    html = client_of(plcy).get("/?as_of=2020-09-10").content.decode()

    assert "As of Sep 10" in part_of(html, "timeline")
    assert '<a href="/milestones/3.1/?as_of=2020-09-10"><title>' in html
    assert '<a href="/agencies/CBP/?as_of=2020-09-10"><title>' in html


def test_members_and_readers_see_the_timeline_and_how_far_behind_it_is(client_of, cbp, reader, history):
    for who in (cbp, reader):
        headings = headings_of(client_of(who).get("/"))

        assert "Timeline of the plan" in headings
        assert "Planned and completed" in headings


def test_coac_sees_no_forecast_and_no_outlook(client_of, coac, cbp, plcy, week_37):
    expect("3.1", cbp)
    publishing.publish(week_37, by=plcy, tell=False)
    released(week_37, by=plcy)

    html = client_of(coac).get("/").content.decode()

    timeline = part_of(html, "timeline")
    assert "As of Sep 13" in timeline
    assert "forecast" not in re.sub(r'id="timeline-\w+-forecast"', "", timeline)
    assert "Forecast" not in timeline
    assert "Dec 31, 2021" not in html


def test_an_empty_plan_has_a_first_page_without_charts(client_of, reader, db):
    answer = client_of(reader).get("/")

    assert answer.status_code == 200
    assert "esc-chart" not in answer.content.decode()


def test_identifiers_are_unique_though_each_chart_is_drawn_twice(client_of, plcy, history):
    html = client_of(plcy).get("/").content.decode()

    names = re.findall(r'\sid="([^"]+)"', html)
    assert len(names) == len(set(names))
    for used in re.findall(r'(?:<use href="#|url\(#)([\w-]+)', html):
        assert used in names


def test_charts_of_a_reader_lead_on_and_those_of_a_document_nowhere(history):
    reader = esc_reader(new_york(9, 14, 0))
    figures = take_figures(reader, new_york(9, 7, 0))

    linked, plain = charts_of(figures, reader), charts_of(figures)

    assert linked[0].rows[0].url == "/milestones/1.1/"
    assert linked[2].rows[-1].url == "/milestones/?agency=unassigned"
    assert {row.url for chart in plain for row in chart.rows} == {""}
    assert [chart.reading for chart in linked] == [chart.reading for chart in plain]
