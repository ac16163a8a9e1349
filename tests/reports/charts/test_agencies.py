"""Do the bars of the agencies add up, and can they be told apart without color?"""

import pytest

from reports.charts.agencies import agencies_chart
from tests.reports.charts.numbers import ROWS, agency, drawn


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
