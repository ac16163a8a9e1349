"""Is every requirement of docs/assurance.md shown by tests that exist?"""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
TEXT = (TOP / "docs" / "assurance.md").read_text()
ROWS = re.findall(r"^\| (R\d\d) \| (.+?) \| (.+?) \|$", TEXT, re.MULTILINE)
REQUIRED = [f"R{number:02}" for number in (*range(1, 30), *range(32, 46), 47)]


def test_every_requirement_has_its_row_once() -> None:
    assert [code for code, _, _ in ROWS if code in REQUIRED] == REQUIRED


@pytest.mark.parametrize(("code", "shown_by"), [(code, shown) for code, _, shown in ROWS])
def test_requirement_is_shown_by_tests_that_exist(code: str, shown_by: str) -> None:
    named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", shown_by)

    assert named
    for path, function in named:
        source = (TOP / "tests" / path).read_text()
        assert not function or re.search(rf"def {function}\(", source), f"{path}::{function}"
