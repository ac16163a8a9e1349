"""Is a save refused whose version is missing, malformed, negative, of the future or given twice? (R35)

Every form that a page shows with a version in it is first sent as it stands, then with each bad version. That one of
the past is a conflict, with both texts kept, is tested beside each door.
"""

import re

import pytest

from tests.hostile.asking import Eyes, Form, encoded
from tests.hostile.conftest import shown_forms

HIDDEN = re.compile(r"<input[^>]*\btype=\"hidden\"[^>]*>")
NUMBER = re.compile(r"\bname=\"([^\"]*(?:version|revision)[^\"]*)\"")
BAD = (
    "",
    " ",
    "-1",
    "+1",
    "1.0",
    "1e0",
    "0x1",
    "\uff11",
    "\u0661",
    "NaN",
    "null",
    "true",
    "999999",
    "9" * 40,
    "1;2",
    "1\x00",
)
SAVED = {301, 302, 303}


def _versions(form: Form, html: str) -> list[str]:
    """Return the names of a form's fields that hold a version."""
    hidden = {found[1] for tag in HIDDEN.findall(html) if (found := NUMBER.search(tag))}
    return [name for name, _ in form.pairs if name in hidden]


def _sent(pairs: list[tuple[str, str]]) -> bytes:
    return encoded(pairs).encode()


@pytest.mark.parametrize("role", ["member", "plcy"])
def test_a_version_that_is_none_is_never_taken_for_the_present_one(role, people, history):
    eyes, saved, wrong = Eyes.of(role, people[role]), set(), []

    for form, html in shown_forms(eyes, people):
        names = _versions(form, html) if form.verb == "POST" else []
        if not names or form.path.startswith("/check-in/"):  # Each row alone: tests/milestones/checkin
            continue
        status, _ = eyes.ask(form.path, verb="POST", body=_sent(form.pairs))
        if status not in SAVED:
            continue
        saved.add(form.path)
        for name in names:
            left = [pair for pair in form.pairs if pair[0] != name]
            twice = [*form.pairs, (name, dict(form.pairs)[name]), (name, "0")]
            for pairs in (left, twice, *([*left, (name, value)] for value in BAD)):
                status, _ = eyes.ask(form.path, verb="POST", body=_sent(pairs))
                if status in SAVED:
                    wrong.append(f"{form.path}: {name} {[value for each, value in pairs if each == name]}")

    assert "\n".join(wrong) == ""
    assert len(saved) >= {"member": 1, "plcy": 3}[role], saved
