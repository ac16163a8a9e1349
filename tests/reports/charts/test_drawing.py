"""Do the charts show the numbers, at the right places and in the right words?"""

import json
import re
from dataclasses import asdict
from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string

from reports.charts import charts_of
from reports.charts.agencies import agencies_chart
from reports.charts.drawing import Days, legend, width_of
from reports.charts.pictures import png_of
from tests.reports.charts.numbers import ROWS, SCHEMA_1, WEEKS, agency, course, drawn

# --- The line of days -----------------------------------------------------------------------------------------------


def test_days_stand_in_their_order_between_the_ends():
    days = Days(date(2020, 7, 1), date(2021, 1, 1), 100, 900)

    places = [days.x(date(2020, 7, 1) + timedelta(days=day)) for day in range(185)]

    assert places == sorted(set(places))
    assert (places[0], places[-1]) == (100, 900)


def test_what_lies_further_off_stands_at_the_ends():
    days = Days(date(2020, 7, 1), date(2021, 1, 1), 100, 900)

    assert (days.x(date(2000, 1, 1)), days.x(date.max)) == (100, 900)


def test_months_are_named_once_with_the_year_first_and_in_january():
    ticks = Days(date(2020, 11, 1), date(2021, 3, 1), 0, 800).months(14)

    assert [(tick.at, tick.label) for tick in ticks] == [
        (0, "Nov 2020"),
        (200, "Dec"),
        (406.7, "Jan 2021"),
        (613.3, "Feb"),
    ]


@pytest.mark.parametrize("years", [1, 2, 5, 20, 80])
def test_labels_of_months_never_stand_upon_each_other(years):
    ticks = Days(date(2020, 7, 1), date(2020 + years, 7, 1), 40, 340).months(12)

    labeled = [tick for tick in ticks if tick.label]
    ends = [tick.at + width_of(tick.label, 12) for tick in labeled]
    assert len(labeled) > 1
    assert all(end < after.at for end, after in zip(ends, labeled[1:], strict=False))


def test_a_legend_breaks_into_lines_that_fit():
    keys = legend([("a", "overdue since its target"), ("b", "target"), ("c", "completed")], width=200, size=12, top=0)

    assert [key.y for key in keys] == [9.0, 27.0, 27.0]
    assert all(key.text_x + width_of(key.label, 12) <= 200 for key in keys)


# --- All of them ----------------------------------------------------------------------------------------------------


def figures_of(**more):
    return {"as_of": "2020-09-15T04:00:00+00:00", "by_agency": ROWS, **more}


def test_figures_of_an_older_schema_lack_what_they_do_not_hold():
    figures = json.loads((SCHEMA_1 / "2020-W35-coac.json").read_text())

    assert [chart.key for chart in charts_of(figures)] == ["agencies"]


def test_all_three_stand_as_of_the_last_day_of_the_account():
    charts = charts_of(figures_of(timeline=[course("4.3", "2020-08-31")], burn_up=WEEKS))

    assert [chart.key for chart in charts] == ["timeline", "burn_up", "agencies"]
    assert charts[0].wide.pill.text == charts[1].wide.pill.text == "As of Sep 14"


def test_a_plan_without_milestones_has_no_charts():
    assert charts_of(figures_of(timeline=[], burn_up=WEEKS) | {"by_agency": []}) == ()


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_pictures_carry_their_words_and_no_style_of_their_own(size):
    for chart in charts_of(figures_of(timeline=[course("4.3", "2020-08-31")], burn_up=WEEKS)):
        html = drawn(chart, size)

        assert f'role="img" aria-labelledby="{chart.key}-{size}"' in html
        assert f'<title id="{chart.key}-{size}">{chart.title}. {chart.reading}</title>' in html
        assert not re.search(r"style|class=\"(?!esc-chart__picture)|<script|\son\w+=", html.replace("font-style", ""))
        assert re.findall(r'<(?!title)[a-z]+[^>]*="[^"]*None', html) == []


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_nothing_is_drawn_outside_of_the_picture(size):
    for chart in charts_of(figures_of(timeline=[course("4.3", "2020-08-31"), course("4.4")], burn_up=WEEKS)):
        picture = getattr(chart, size)

        places = [float(x) for x in re.findall(r'\b(?:x|cx)="(-?[0-9.]+)"', drawn(chart, size).partition("</defs>")[2])]
        assert all(-1 <= x <= picture.width for x in places), (chart.key, asdict(picture))


def test_texts_are_escaped():
    rows = [agency("X", 'Bits & <b>"Bobs"', completed=2), ROWS[2]]

    html = render_to_string(
        "charts/chart.html", {"chart": agencies_chart(rows, "unassigned", lambda code: f"/?a={code}&b")}
    )

    assert "<b>" not in html
    assert "Bits &amp; &lt;b&gt;" in html
    assert 'href="/?a=X&amp;b"' in html


def test_a_chart_becomes_a_picture_for_mail():
    [chart] = charts_of(figures_of())

    picture = png_of(chart)

    assert picture.startswith(b"\x89PNG")
    width, height = (int.from_bytes(picture[place : place + 4]) for place in (16, 20))
    assert (width, height) == (2 * chart.width, pytest.approx(2 * chart.height, abs=2))
