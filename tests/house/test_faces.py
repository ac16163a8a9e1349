"""Do forms, tables, views and templates read only what `visible_to` shows, and print nothing unescaped?"""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PROJECT = ("esc_tracker", "actions", "milestones", "reports")
# What may read the stored columns: the models, the engine that answers from them, the rules, the doors and their tests.
MAY_READ_STORED = {
    "milestones/models/promises.py",
    "milestones/querysets.py",
    "milestones/updates.py",
    "milestones/questions.py",
    "milestones/targets/revisions.py",
    "milestones/plan/loading.py",
    "milestones/plan/assigning.py",
    "milestones/deciding.py",
    "milestones/concurring.py",
    "milestones/ledger.py",
}
STORED = re.compile(r"\bcurrent_(status|target|moves|completed|outcome|lead|outlook|said)")
UNESCAPED = re.compile(r"mark_safe|Safe(String|Text)\([^)]|\|\s*safe(seq)?\b|autoescape\s+off|csrf_exempt|__html__")
EVERY_FIELD = re.compile(r"""["']__all__["']|^\s*exclude\s*=""", re.MULTILINE)


def _code() -> list[Path]:
    return [path for app in PROJECT for path in sorted((TOP / app).rglob("*.py")) if "migrations" not in path.parts]


def _templates() -> list[Path]:
    return [path for path in sorted((TOP / "templates").rglob("*")) if path.suffix in {".html", ".txt", ".svg"}]


def _found(pattern: re.Pattern[str], paths: list[Path], *, beside: str = "") -> list[str]:
    """Return the lines that match, with their place; what matches `beside` is taken out of a line first."""
    return [
        f"{path.relative_to(TOP)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if pattern.search(re.sub(beside, "", line) if beside else line)
    ]


def test_there_are_faces_to_look_at():
    assert len(_code()) > 50
    assert len(_templates()) > 30


def test_stored_columns_are_read_by_the_engine_and_the_doors_alone():
    faces = [path for path in _code() if str(path.relative_to(TOP)) not in MAY_READ_STORED]

    assert _found(STORED, [*faces, *_templates()]) == []


def test_every_exception_is_still_there_and_still_needed():
    assert {name for name in MAY_READ_STORED if not _found(STORED, [TOP / name])} == set()


def test_nothing_is_printed_unescaped_and_no_form_goes_unprotected():
    assert _found(UNESCAPED, [*_code(), *_templates()]) == []


def test_forms_and_filters_name_their_fields():
    assert _found(EVERY_FIELD, _code()) == []


def test_templates_hold_no_script_or_style_of_their_own():
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|javascript:")

    pages = [path for path in _templates() if path.suffix == ".html" and "emails" not in path.parts]

    assert _found(inline, pages, beside=r"{%.*?%}") == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (STORED, "row.current_status"),
        (STORED, "{{ milestone.current_outlook }}"),
        (STORED, 'filter(current_target_on__lt=today)'),
        (UNESCAPED, "{{ text|safe }}"),
        (UNESCAPED, "{{ text | safe }}"),
        (UNESCAPED, "{% autoescape off %}"),
        (UNESCAPED, "return mark_safe(text)"),
        (EVERY_FIELD, '    fields = "__all__"'),
        (EVERY_FIELD, "        exclude = ('role',)"),
    ],
)  # fmt: skip
def test_what_is_refused_would_be_found(pattern, line):
    assert pattern.search(line)


@pytest.mark.parametrize("line", ["aria-current={{ current }}", "current_page", "{{ text|safely }}", ".exclude(pk=1)"])
def test_what_is_harmless_is_left_alone(line):
    assert not any(pattern.search(line) for pattern in (STORED, UNESCAPED, EVERY_FIELD))
