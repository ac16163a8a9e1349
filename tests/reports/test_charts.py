"""Do the charts show the numbers, at the right places and in the right words?"""

import json
import re
import time
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.template.loader import render_to_string

from reports.charts import charts_of
from reports.charts.agencies import agencies_chart
from reports.charts.burn_up import burn_up_chart
from reports.charts.drawing import Days, legend, width_of
from reports.charts.pictures import png_of
from reports.charts.timeline import timeline_chart

TODAY = date(2020, 9, 14)
SCHEMA_1 = Path(__file__).parent / "schema_1"


def course(code, due="2020-10-31", *, status="in_progress", plan=None, kind="month", completed=None, **more):
    """One row of a report's `timeline`, for the committee unless told otherwise."""
    return {
        "code": code,
        "action": int(code.partition(".")[0]),
        "plan": {"kind": kind, "due_on": plan or due},
        "target": {"kind": kind, "due_on": due},
        "status": status,
        "overdue": bool(due) and status in {"not_started", "in_progress"} and due < TODAY.isoformat(),
        "completed": completed,
        "forecast": None,
        "outlook": "none",
        **more,
    }


def point(on, planned, completed):
    return {"on": on, "planned": planned, "completed": completed}


def agency(code, name, **counts):
    statuses = dict.fromkeys(("not_started", "in_progress", "reported_complete", "completed", "withdrawn"), 0)
    held = {**statuses, **{key: count for key, count in counts.items() if key != "overdue"}}
    return {"code": code, "name": name, "milestones": sum(held.values()), **held, "overdue": counts.get("overdue", 0)}


def lane_of(rows, code="4.3"):
    return next(lane for lane in timeline_chart(rows, TODAY).wide.lanes if lane.label == code)


def marks_of(lane):
    return [(mark.kind, mark.tone) for mark in lane.drawn.marks]


def drawn(chart, size="wide"):
    return render_to_string("charts/picture.html", {"chart": chart, "picture": getattr(chart, size), "size": size})


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


# --- The timeline ---------------------------------------------------------------------------------------------------


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


# --- Planned and completed ------------------------------------------------------------------------------------------

WEEKS = [
    point("2020-08-30", 1, 1),
    point("2020-09-06", 11, 1),
    point("2020-09-13", 11, 2),
    point("2020-09-20", 11, None),
    point("2020-11-01", 23, None),
]


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


# --- By agency ------------------------------------------------------------------------------------------------------

ROWS = [
    agency("CBP", "CBP", completed=3, reported_complete=1, in_progress=9, overdue=5),
    agency("USPS", "USPS", in_progress=3, overdue=2),
    agency("unassigned", "No agency named yet", completed=1, not_started=5, overdue=2),
]


def test_a_bar_is_as_long_as_its_milestones_and_its_parts_follow_each_other():
    chart = agencies_chart(ROWS, "unassigned")

    cbp, usps, _ = chart.wide.bars
    assert [(part.key, part.count) for part in cbp.parts] == [
        ("completed", 3),
        ("reported_complete", 1),
        ("overdue", 5),
        ("open", 4),
    ]
    for bar in chart.wide.bars:
        for before, after in zip(bar.parts, bar.parts[1:], strict=False):
            assert before.x + before.width == pytest.approx(after.x, abs=0.2)
    widths = [sum(part.width for part in bar.parts) for bar in (cbp, usps)]
    assert widths[0] / widths[1] == pytest.approx(13 / 3, rel=0.01)


def test_no_agency_named_yet_stands_apart_at_the_bottom():
    picture = agencies_chart(ROWS, "unassigned").wide

    *_, above, last = picture.bars
    assert last.label == "No agency named yet"
    assert above.top + picture.bar < picture.apart < last.top


def test_each_status_has_its_pattern_besides_its_color():
    html = drawn(agencies_chart(ROWS, "unassigned"))

    for key in ("completed", "reported_complete", "overdue", "open"):
        assert f'<pattern id="agencies-wide-{key}"' in html
        assert f'fill="url(#agencies-wide-{key})"' in html


def test_its_table_equals_the_counts_and_names_what_is_withdrawn_or_not_released_only_where_there_is_any():
    plain = agencies_chart(ROWS, "unassigned")
    shared = agencies_chart([ROWS[0] | {"not_released": 2, "milestones": 15}], "unassigned")

    assert plain.columns == (
        "Agency",
        "Milestones",
        "Completed",
        "Awaiting confirmation",
        "Overdue",
        "Open, not overdue",
    )
    assert [(row.label, *row.cells) for row in plain.rows] == [
        ("CBP", "13", "3", "1", "5", "4"),
        ("USPS", "3", "0", "0", "2", "1"),
        ("No agency named yet", "6", "1", "0", "2", "3"),
    ]
    assert shared.columns[-1] == "Not released"
    assert shared.rows[0].cells[-1] == "2"


@pytest.mark.parametrize(
    ("rows", "reading"),
    [
        (ROWS, "CBP has the most overdue, five of its 13 milestones; six milestones have no agency named yet."),
        (ROWS[1:2], "USPS has the most overdue, two of its 3 milestones."),
        ([ROWS[1], ROWS[1] | {"name": "PLCY"}], "USPS and PLCY have the most overdue, two each."),
        (ROWS[2:], "Six milestones have no agency named yet."),
        ([agency("CBP", "CBP", completed=1)], "No agency has an overdue milestone."),
    ],
)
def test_the_agencies_are_read_in_one_sentence(rows, reading):
    assert agencies_chart(rows, "unassigned").reading == reading


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
