"""Does the timeline show in five seconds what is late, and draw nothing that has no date?"""

import time

import pytest

from reports.charts.timeline import timeline_chart
from tests.reports.charts.numbers import TODAY, course, drawn, lane_of, marks_of


def test_what_is_overdue_is_a_thick_bar_from_its_target_to_the_day_with_its_days_beside_it():
    chart = timeline_chart([course("4.3", "2020-08-31", kind="day")], TODAY)

    [lane] = chart.wide.lanes
    [bar] = lane.drawn.bars
    assert (bar.kind, bar.x + bar.width) == ("late", pytest.approx(chart.wide.pill.at, abs=0.1))
    assert bar.x == lane.drawn.marks[0].x < chart.wide.pill.at
    assert (lane.drawn.words.text, lane.drawn.words.tone, lane.drawn.is_late) == ("14 days", "late", True)
    assert 'height="10"' in drawn(chart)


def test_each_date_has_its_mark_the_later_further_right():
    lane = lane_of([course("4.3", "2020-12-31", plan="2020-10-31", forecast="2021-01-31")])

    by_kind = {mark.kind: mark.x for mark in lane.drawn.marks}
    assert list(by_kind) == ["plan", "forecast", "target"]
    assert by_kind["plan"] < by_kind["target"] < by_kind["forecast"]
    assert [bar.kind for bar in lane.drawn.bars] == ["moved", "slip"]


def test_a_plan_that_was_not_moved_is_not_drawn_beside_its_target():
    assert marks_of(lane_of([course("4.3")])) == [("target", "")]


def test_what_is_completed_has_a_tick_on_its_day_and_no_forecast():
    row = course("4.3", status="completed", completed={"kind": "day", "on": "2020-08-27"}, forecast="2020-12-31")

    assert marks_of(lane_of([row])) == [("target", "past"), ("done", "")]


def test_what_was_completed_on_its_target_is_one_mark():
    row = course("4.3", "2020-08-31", status="completed", completed={"kind": "day", "on": "2020-08-31"})

    assert marks_of(lane_of([row])) == [("done", "")]


def test_what_awaits_confirmation_says_so_and_is_not_late():
    lane = lane_of([course("4.3", "2020-07-31", status="reported_complete")])

    assert (lane.drawn.words.text, lane.drawn.is_late) == ("awaiting confirmation", False)
    assert lane.drawn.bars == ()


@pytest.mark.parametrize(
    ("row", "note"),
    [
        (course("4.3", None, kind="ongoing"), "ongoing"),
        (course("4.3", None, kind="undated"), "no date"),
        (course("4.3", None, kind="completed", status="completed", target=None), "completed"),
        (course("4.3", "2020-08-31", status="withdrawn"), "withdrawn"),
    ],
)
def test_what_has_no_date_to_draw_is_named_at_the_left_edge_and_never_drawn_as_due(row, note):
    lane = lane_of([row, course("4.4")])

    assert lane.drawn.note == note
    assert lane.drawn.marks == lane.drawn.bars == ()
    assert lane.drawn.words is None


def test_what_is_not_released_shows_the_plan_alone():
    row = course("4.3", status="not_released", plan="2020-10-31") | {"target": None}

    lane = lane_of([row])

    assert marks_of(lane) == [("plan", "")]
    assert lane.drawn.note == "not released"


def test_words_stand_clear_of_the_forecast_and_inside_the_picture():
    rows = [
        course("4.3", "2020-08-31", forecast="2020-09-18"),
        course("4.4", "2020-08-31", forecast="2020-11-30"),
        course("4.5", "2020-08-31"),
    ]
    for picture in (timeline_chart(rows, TODAY).wide, timeline_chart(rows, TODAY).narrow):
        near, far, without = (lane.drawn for lane in picture.lanes)

        assert near.words.anchor == "end"
        assert far.words.anchor == without.words.anchor == "start"
        assert next(bar.x for bar in far.bars if bar.kind == "slip") > far.words.ends
        assert without.words.ends <= picture.width


def test_the_line_of_the_day_does_not_run_through_words():
    lane = lane_of([course("4.3", "2020-08-31", status="reported_complete"), course("4.4", "2020-06-30")])

    assert lane.drawn.words.anchor == "end"


def test_coacs_timeline_tells_no_forecast():
    rows = [course("4.3", "2020-08-31"), course("4.4")]
    for row in rows:
        del row["forecast"], row["outlook"]

    chart = timeline_chart(rows, TODAY)

    assert chart.columns == ("Milestone", "Plan", "Target", "Overdue", "Status", "Completed")
    assert "orecast" not in drawn(chart).replace('id="timeline-wide-forecast"', "")
    assert "forecast" not in {key.mark for key in chart.wide.legend}


def test_the_legend_explains_what_is_drawn_and_no_more():
    chart = timeline_chart([course("4.3", "2020-08-31"), course("4.4", "2020-12-31", plan="2020-10-31")], TODAY)

    assert [key.label for key in chart.wide.legend] == [
        "overdue since its target",
        "target",
        "plan, before it was moved",
    ]


def test_its_table_equals_the_rows():
    rows = [
        course("4.3", "2020-12-31", plan="2020-10-31", forecast="2021-01-31"),
        course("6.3", "2020-08-31", status="not_started"),
        course("7.1", "2020-08-31", status="completed", completed={"kind": "month", "on": "2020-08-31"}),
        course(
            "9.1", None, kind="completed", status="completed", completed={"kind": "unknown", "on": None}, target=None
        ),
    ]

    chart = timeline_chart(rows, TODAY, lambda code: f"/milestones/{code}/")

    assert chart.columns == ("Milestone", "Plan", "Target", "Overdue", "Forecast", "Status", "Completed")
    assert [(row.label, *row.cells, row.url) for row in chart.rows] == [
        ("4.3", "Oct. 2020", "Dec. 2020", "", "Jan 31, 2021", "In progress", "", "/milestones/4.3/"),
        ("6.3", "Aug. 2020", "Aug. 2020", "14 days", "", "Not started", "", "/milestones/6.3/"),
        ("7.1", "Aug. 2020", "Aug. 2020", "", "", "Completed", "Aug 2020", "/milestones/7.1/"),
        ("9.1", "Completed", "", "", "", "Completed", "Day not known", "/milestones/9.1/"),
    ]


@pytest.mark.parametrize(
    ("rows", "reading"),
    [
        ([], "The plan has no milestones yet."),
        ([course("4.3")], "None of 1 milestone is overdue; the next target is Oct. 31."),
        ([course("4.3", None, kind="ongoing")], "None of 1 milestone is overdue; no other target lies ahead."),
        (
            [course("4.3", "2020-08-31"), course("4.4")],
            "One of 2 milestones is overdue, 4.3, by 14 days; the next target is Oct. 31.",
        ),
        (
            [course("4.3", "2020-08-31"), course("4.4", "2020-09-13", kind="day")],
            "Two of 2 milestones are overdue, the longest by 14 days (4.3); no other target lies ahead.",
        ),
        (
            [course(f"4.{number}", "2020-07-31") for number in range(1, 4)],
            "Three of 3 milestones are overdue, the longest by 45 days (4.1, 4.2 and 4.3); no other target lies ahead.",
        ),
        (
            [course(f"4.{number}", "2020-07-31") for number in range(1, 6)],
            "Five of 5 milestones are overdue, the longest by 45 days (4.1, 4.2 and three more); "
            "no other target lies ahead.",
        ),
    ],
)
def test_it_is_read_in_one_sentence(rows, reading):
    assert timeline_chart(rows, TODAY).reading == reading


def test_sixty_milestones_have_a_row_each_and_one_more_folds_them_by_action():
    sixty = [course(f"{1 + number // 10}.{1 + number % 10}") for number in range(60)]

    assert len(timeline_chart(sixty, TODAY).wide.lanes) == 60
    assert len(timeline_chart([*sixty, course("7.1")], TODAY).wide.lanes) == 7


def test_ten_thousand_milestones_fold_to_one_row_for_each_action():
    rows = [
        course(f"{1 + number % 11}.{1 + number // 11}", "2020-08-31" if number < 22 else "2020-10-31")
        for number in range(10_000)
    ]

    began = time.perf_counter()
    chart = timeline_chart(rows, TODAY)
    took = time.perf_counter() - began

    assert [lane.label for lane in chart.wide.lanes] == [str(action) for action in range(1, 12)]
    assert {lane.drawn.note for lane in chart.narrow.lanes} == {"2 overdue"}
    assert chart.rows[0].cells == ("910", "0", "2", "Aug 31, 2020", "Oct 31, 2020")
    assert sum(int(row.cells[0].replace(",", "")) for row in chart.rows) == 10_000
    assert took < 1


def test_a_folded_action_says_what_is_overdue_and_what_comes_next():
    rows = [course(f"{1 + number // 31}.{1 + number % 31}", "2020-10-31") for number in range(60)]
    rows += [course("1.90", "2020-08-31"), course("1.91", "2020-12-31")]

    lane, _ = timeline_chart(rows, TODAY).wide.lanes

    assert [bar.kind for bar in lane.drawn.bars] == ["span", "late"]
    assert (lane.drawn.note, lane.drawn.is_late) == ("0 of 33 done, 1 overdue", True)
    assert lane.drawn.title == "Action 1: 0 of 33 done, 1 overdue, the oldest by 14 days, next target Oct 31, 2020"
    assert timeline_chart(rows, TODAY).narrow.lanes[0].drawn.note == "1 overdue"


def test_words_do_not_stand_upon_the_line_from_the_plan():
    lane = lane_of(
        [course("4.3", "2020-08-31", plan="2020-03-31", status="reported_complete"), course("4.4", "2021-01-31")]
    )

    assert lane.drawn.words.anchor == "start"


def test_thirty_milestones_are_drawn_in_the_blink_of_an_eye():
    rows = [
        course(f"4.{number}", f"2020-{8 + number % 4:02}-28", kind="day", forecast="2021-01-31") for number in range(30)
    ]
    drawn(timeline_chart(rows, TODAY))

    took = []
    for _ in range(5):
        began = time.perf_counter()
        chart = timeline_chart(rows, TODAY)
        drawn(chart)
        drawn(chart, "narrow")
        took.append(time.perf_counter() - began)

    assert min(took) < 0.05
