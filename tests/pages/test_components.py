"""Do the components, the form renderer and the table say what they must, to eyes and to assistive technology?"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django_tables2 as tables
import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from actions.target_dates import TargetDate
from esc_tracker import marks
from esc_tracker.accounts.templatetags import esc
from esc_tracker.rendering import RadioTiles


def words(html: str) -> str:
    """Return what a person reads, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()


def page(source: str, path: str = "/milestones/", **context: Any) -> str:
    request = RequestFactory().get(path)
    return Template("{% load esc %}" + source).render(RequestContext(request, {"request": request, **context}))


class UpdateForm(forms.Form):
    """A form with one of each kind of field."""

    statement = forms.CharField(max_length=500, widget=forms.Textarea, help_text="Where it stands.")
    next_step = forms.CharField(max_length=200, required=False)
    outlook = forms.ChoiceField(
        label="How does it look?",
        choices=[("on_track", "On track"), ("at_risk", "At risk")],
        widget=RadioTiles(descriptions={"at_risk": "Slippage."}),
    )
    told = forms.BooleanField(required=False, help_text="By mail.")
    version = forms.IntegerField(widget=forms.HiddenInput)


class MilestoneTable(tables.Table):
    """A table as a page builder writes it."""

    code = tables.Column(verbose_name="No.")
    text = tables.Column(verbose_name="Milestone", orderable=False)
    days = tables.Column(attrs={"td": {"class": "esc-num"}})
    caption = "Overdue milestones"
    noun = "milestones"
    row_header = "code"


def milestone_table(count: int, path: str = "/milestones/", **kwargs: Any) -> str:
    request = RequestFactory().get(path)
    rows = [{"code": f"1.{place}", "text": "Report & <tell>", "days": place} for place in range(1, count + 1)]
    table = MilestoneTable(rows, **kwargs)
    tables.RequestConfig(request, paginate={"per_page": 25}).configure(table)
    return page('{% include "tables/table.html" %}', path, table=table)


# --- Marks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("not_started", "Not started"),
        ("in_progress", "In progress"),
        ("reported_complete", "Awaiting confirmation"),
        ("completed", "Completed"),
        ("withdrawn", "Withdrawn"),
        ("not_released", "Status not released"),
    ],
)
def test_status_is_icon_word_and_color(status: str, word: str) -> None:
    drawn = marks.status_mark(status)

    assert words(drawn) == word
    assert f"esc-mark--{status}" in drawn
    assert 'aria-hidden="true"' in drawn


@pytest.mark.parametrize(
    ("outlook", "word"),
    [
        ("on_track", "On track"),
        ("at_risk", "At risk"),
        ("off_track", "Off track"),
        ("none", "No word yet"),
        ("", "No word yet"),
    ],
)
def test_outlook_is_a_word(outlook: str, word: str) -> None:
    assert words(marks.outlook_mark(outlook)) == word


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    sprite = (Path(settings.BASE_DIR) / "static" / esc.SPRITE).read_text(encoding="utf-8")
    sources = [path.read_text(encoding="utf-8") for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html")]
    named = {name for source in sources for name in re.findall(r'{% icon "([a-z_]+)" %}', source)}

    assert named
    assert {name for name in named if f'id="{name}"' not in sprite} == set()


def test_overdue_badge_counts_days_and_is_silent_otherwise() -> None:
    assert words(marks.overdue_mark(1)) == "1 day overdue"
    assert words(marks.overdue_mark(14)) == "14 days overdue"
    assert words(marks.overdue_mark(14, short=True)) == "14 days"
    assert marks.overdue_mark(None) == ""


def test_moment_is_shown_as_its_new_york_day() -> None:
    assert marks.day_mark(datetime(2020, 9, 12, 1, tzinfo=UTC)) == '<time datetime="2020-09-11">Sep 11, 2020</time>'
    assert marks.day_mark(None) == ""


def test_month_target_says_its_last_day_when_asked() -> None:
    drawn = render_to_string("components/target.html", {"target": TargetDate.month(2020, 10), "exact": True})

    assert words(drawn) == "Oct. 2020 (due Sat, Oct 31)"
    assert 'datetime="2020-10"' in drawn


@pytest.mark.parametrize(
    ("style", "said"),
    [("short", "Sep 11"), ("weekday", "Fri, Sep 11, 2020"), ("moment", "Sep 11, 2020, 9 p.m."), ("", "Sep 11, 2020")],
)
def test_day_is_said_in_the_style_asked_for(style: str, said: str) -> None:
    moment = datetime(2020, 9, 12, 1, tzinfo=UTC)

    drawn = page('{% include "components/date.html" with day=day style=style only %}', day=moment, style=style)

    assert words(drawn) == said


def test_day_needs_no_style_and_fits_before_a_full_stop() -> None:
    day = datetime(2020, 9, 12, 1, tzinfo=UTC).date()

    assert words(page('{% include "components/date.html" with day=day only %}', day=day)) == "Sep 12, 2020"
    assert words(page('until {{ day|day_mark:"short" }}.', day=day)) == "until Sep 12."


def test_undated_target_shows_its_words() -> None:
    assert marks.target_mark(TargetDate.read("Ongoing")) == "Ongoing"


def test_agency_code_is_written_as_its_name() -> None:
    assert esc.agency_name("ICE-HSI") == "ICE/HSI"
    assert esc.agency_name(None) == ""


# --- Bars ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("counts", [(1,), (1, 1, 1), (9, 1, 6, 7, 7), (1, 999), (0, 5, 0), (1,) * 40], ids=str)
def test_segments_fill_the_bar_without_gap_or_overlap(counts: tuple[int, ...]) -> None:
    segments = marks.cut([("completed", "completed", count) for count in counts])

    assert sum(segment.width for segment in segments) == 100
    assert all(segment.width >= 1 for segment in segments)
    assert [segment.x for segment in segments] == [
        sum(before.width for before in segments[:place]) for place in range(len(segments))
    ]


def test_nothing_counted_draws_no_bar() -> None:
    assert marks.cut([("completed", "completed", 0)]) == ()
    assert render_to_string("components/bar.html", {"segments": (), "label": "x"}).strip() == ""


def test_bar_says_its_numbers() -> None:
    segments = marks.cut([("completed", "completed", 2), ("overdue", "overdue", 1)])

    drawn = render_to_string("components/bar.html", {"segments": segments, "label": "Milestones of action 4"})

    assert 'aria-label="Milestones of action 4: 2 completed, 1 overdue"' in drawn


# --- Links that keep the page's state -----------------------------------------------------------------------------


def test_removing_a_chip_keeps_the_other_filters_and_begins_at_page_one() -> None:
    chips = [{"name": "agency", "value": "CBP", "label": "Agency: CBP"}]

    drawn = page(
        '{% include "components/chips.html" with chips=chips only %}',
        "/milestones/?agency=CBP&agency=USPS&overdue=1&page=3",
        chips=chips,
    )

    assert 'href="?agency=USPS&amp;overdue=1"' in drawn or 'href="?overdue=1&amp;agency=USPS"' in drawn


def test_pages_keep_the_filters() -> None:
    drawn = page(
        '{% include "components/pagination.html" with page=page only %}',
        "/milestones/?agency=CBP&page=2",
        page=Paginator(range(100), 25).page(2),
    )

    assert 'href="?agency=CBP&amp;page=3"' in drawn
    assert drawn.count('aria-current="page"') == 1


# --- Tables -------------------------------------------------------------------------------------------------------


def test_table_has_caption_scopes_and_labels_for_cards() -> None:
    drawn = milestone_table(3)

    assert "<caption>Overdue milestones</caption>" in drawn
    assert drawn.count('scope="col"') == 3
    assert drawn.count('scope="row"') == 3
    assert drawn.count('<td data-label="Milestone">Report &amp; &lt;tell&gt;</td>') == 3
    assert '<p class="esc-table__count" role="status">3 milestones</p>' in drawn


def test_sorted_column_says_so_and_its_link_turns_it_round() -> None:
    drawn = milestone_table(60, "/milestones/?agency=CBP&sort=-days&page=2")

    assert drawn.count("aria-sort=") == 1
    assert 'class="esc-num" aria-sort="descending"><a class="esc-sort" href="?agency=CBP&amp;sort=days">' in drawn
    assert "26–50 of 60 milestones" in drawn


def test_column_nobody_can_sort_has_no_link() -> None:
    assert '<th scope="col">Milestone</th>' in milestone_table(1)


def test_empty_table_says_what_that_means() -> None:
    drawn = milestone_table(0, empty_text="Nothing is overdue.")

    assert "Nothing is overdue.</td>" in drawn
    assert "0 milestones" in drawn


def test_page_sizes_are_offered_only_when_they_matter() -> None:
    assert "Rows on a page" not in milestone_table(25)
    assert "Rows on a page" in milestone_table(26)


# --- Forms --------------------------------------------------------------------------------------------------------


def test_every_visible_field_has_a_label_or_legend() -> None:
    drawn = str(UpdateForm())

    for name in ("statement", "next_step", "told"):
        assert f'for="id_{name}"' in drawn
    assert '<legend class="usa-legend">How does it look?</legend>' in drawn
    assert "Slippage." in drawn


def test_long_text_counts_its_characters() -> None:
    drawn = str(UpdateForm()["statement"])

    assert 'maxlength="500"' in drawn
    assert "You can enter up to 500 characters" in drawn


def test_hint_and_error_are_tied_to_the_input() -> None:
    drawn = str(UpdateForm({"outlook": "on_track", "version": "1"}))

    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="id_statement_helptext id_statement_error"' in drawn
    assert 'id="id_statement_helptext"' in drawn
    assert 'id="id_statement_error"' in drawn


def test_error_summary_takes_focus_and_links_to_each_field() -> None:
    drawn = str(UpdateForm({"version": "1"}))

    assert "autofocus" in drawn
    assert "Nothing was saved. 2 things need another look." in words(drawn)
    for target in re.findall(r'<a href="#([^"]+)"', drawn):
        assert f'id="{target}"' in drawn


def test_form_without_errors_has_no_summary() -> None:
    assert "error-summary" not in str(UpdateForm())
    assert "error-summary" not in str(UpdateForm({"statement": "x", "outlook": "on_track", "version": "1"}))


def test_what_a_person_wrote_is_escaped() -> None:
    drawn = str(UpdateForm({"statement": "<b>&", "outlook": '"><script>', "version": "1"}))

    assert "<script>" not in drawn
    assert "&lt;b&gt;&amp;" in drawn


# --- Pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "429", "500", "503"])
def test_error_page_needs_no_context(code: str) -> None:
    drawn = Template("{% extends name %}").render(Context({"name": f"{code}.html"}))

    assert drawn.count("<h1") == 1
    assert '<html lang="en">' in drawn
    assert "| ESC Milestone Tracker</title>" in drawn
    assert 'href="#main-content"' in drawn


@pytest.mark.parametrize("name", ["reason", "exception"])
def test_refusal_gives_its_reason_escaped(name: str) -> None:
    drawn = render_to_string("403.html", {name: "Only <ICE/HSI> can update this milestone."})

    assert "Only &lt;ICE/HSI&gt; can update this milestone." in drawn
    assert "not open to the role" not in drawn


def test_frame_carries_banner_and_the_seven_required_links() -> None:
    drawn = render_to_string("500.html")

    assert "An official website of the United States government" in drawn
    assert drawn.count('class="usa-identifier__required-link usa-link"') == 7
