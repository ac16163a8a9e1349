"""Does the burn-up tell what was planned and what is completed, week by week?"""

import pytest

from reports.charts.burn_up import burn_up_chart
from tests.reports.charts.numbers import TODAY, WEEKS, point


def test_the_gap_to_the_plan_is_said():
    assert (
        burn_up_chart(WEEKS, TODAY).reading == "By Sep 13, 11 were planned and 2 are completed: nine behind the plan."
    )


@pytest.mark.parametrize(
    ("planned", "completed", "reading"),
    [
        (1, 1, "By Sep 13, 1 was planned and 1 is completed: as planned."),
        (2, 4, "By Sep 13, 2 were planned and 4 are completed: two ahead of the plan."),
        (1200, 0, "By Sep 13, 1,200 were planned and 0 are completed: 1,200 behind the plan."),
    ],
)
def test_so_is_being_on_plan_or_ahead_of_it(planned, completed, reading):
    assert burn_up_chart([point("2020-09-13", planned, completed)], TODAY).reading == reading


def test_its_gap_reaches_from_what_was_planned_to_what_is_completed():
    picture = burn_up_chart(WEEKS, TODAY).wide

    assert picture.gap.y + picture.gap.height == pytest.approx(picture.dot[1], abs=0.1)
    assert picture.gap.x == picture.dot[0] <= picture.pill.at
    assert [ending.text for ending in picture.endings] == ["23 planned", "2 completed", "9 behind"]


def test_the_lines_step_up_where_the_counts_do_and_completed_ends_at_the_day():
    picture = burn_up_chart(WEEKS, TODAY).wide

    assert picture.planned.count("V") == 2
    assert picture.completed.count("V") == 1
    assert picture.completed.endswith(f"H{picture.dot[0]}")
    assert picture.planned.endswith(f"H{picture.right:.1f}".removesuffix(".0"))


def test_the_names_of_the_lines_never_stand_upon_each_other():
    for completed in range(12):
        picture = burn_up_chart([point("2020-09-06", 0, 0), point("2020-09-13", 11, completed)], TODAY).wide

        planned, done, *_ = picture.endings
        assert abs(picture.dot[1] - done.y) < 20 or done.anchor == "end"
        assert abs(planned.y - done.y) >= 11


def test_its_table_has_every_week_and_nothing_for_weeks_to_come():
    chart = burn_up_chart(WEEKS, TODAY)

    assert [(row.label, *row.cells) for row in chart.rows] == [
        ("Aug 30, 2020", "1", "1"),
        ("Sep 6, 2020", "11", "1"),
        ("Sep 13, 2020", "11", "2"),
        ("Sep 20, 2020", "11", ""),
        ("Nov 1, 2020", "23", ""),
    ]
