"""How much does the site take of everything, and what does it say to one more than that? (R25, R26, R30)

The web server's own limits, of a line and of headers, are tried in tests/web/test_raw_requests.py. Each limit here is
tried at its last value and one past it: what fits is read as ever, what does not is answered in words and
changes nothing (`asking.Eyes.ask` looks). The fields of text are those of the forms that the pages show.
"""

import re

import pytest
from django.conf import settings as django_settings

from esc_tracker.readable import NO_FILES, TOO_MANY, TOO_MANY_FIELDS
from milestones.authority import AuthorityKind
from milestones.lists import SEARCH_MAX, SEARCH_WORDS_MAX
from tests.hostile.asking import FORM, Eyes, Form, encoded
from tests.hostile.conftest import shown_forms

TOO_MUCH = "That is too much at once"
BODY_MAX = django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE
FIELDS_MAX = django_settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
MULTIPART = "multipart/form-data; boundary=x"
# Fields whose rule says something else of what is too long: "no such milestone", "no address".
# Fields that the untouched form does not get as far as; their lengths are tested beside their doors.
ASKED_LATER = {
    *("/reports/2020-W37/write/ narrative", "/reports/2020-W37/write/ coac_narrative"),
    *("/meetings/1/owe/ person", "/meetings/1/owe/ text", "/decisions/ completion-4.3-remark"),
}
SAID_OTHERWISE = {"milestone", *(f"ask_{number}_milestone" for number in range(1, 6))}
PART = 'Content-Disposition: form-data; name="note"'


def part(head: str, text: str = "z") -> bytes:
    """Write a part of a form as a browser does."""
    return f"--x\r\n{head}\r\n\r\n{text}\r\n".encode()


@pytest.fixture
def eyes(people, history) -> Eyes:
    """Give PLCY's eyes, which see most."""
    return Eyes.of("plcy", people["plcy"])


@pytest.mark.parametrize(
    ("fits", "does_not", "status", "sentence"),
    [
        (b"a=" + b"x" * (BODY_MAX - 2), b"a=" + b"x" * (BODY_MAX - 1), 413, TOO_MUCH),
        (b"a=&" * (FIELDS_MAX - 1) + b"a=", b"a=&" * FIELDS_MAX + b"a=", 400, TOO_MANY_FIELDS),
    ],
    ids=["body", "fields"],
)
def test_a_form_is_read_up_to_its_limits(fits, does_not, status, sentence, eyes):
    read, _ = eyes.ask("/milestones/3.1/update/", verb="POST", body=fits)
    refused, html = eyes.ask("/milestones/3.1/update/", verb="POST", body=does_not)

    assert (read, refused) == (200, status)
    assert sentence in html


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (part(PART) * (FIELDS_MAX + 1) + b"--x--\r\n", TOO_MANY_FIELDS),
        (part(PART, "z" * BODY_MAX) + b"--x--\r\n", TOO_MUCH),
        (part(f'{PART}; filename="a.xlsx"') + b"--x--\r\n", NO_FILES),
        (part(PART) + part(f'{PART}; filename="../../etc/passwd"', "z" * 100_000) + b"--x--\r\n", NO_FILES),
        (part(f'{PART}; filename="a"\r\nContent-Type: application/zip', "PK") * 200 + b"--x--\r\n", NO_FILES),
        (part(f"{PART}; filename*=UTF-8''%E2%82%AC.html", "<script>") + b"--x--\r\n", NO_FILES),
    ],
    ids=["fields", "body", "file", "path as name", "many files", "coded name"],
)
@pytest.mark.parametrize("path", ["/milestones/3.1/update/", "/accounts/login/", "/admin/", "/no-such-page/"])
def test_a_form_in_parts_has_the_same_limits_and_brings_no_file(path, body, sentence, eyes):
    status, html = eyes.ask(path, verb="POST", body=body, kind=MULTIPART)

    assert status == (413 if sentence == TOO_MUCH else 400)
    assert sentence in html


def test_a_form_in_parts_is_read_like_any_other(eyes):
    kept = eyes.ask("/milestones/3.1/update/", verb="POST", body=part(PART, "") + b"--x--\r\n", kind=MULTIPART)
    empty_file = part(f'{PART}; filename=""', "") + b"--x--\r\n"

    assert kept[0] == 200
    assert eyes.ask("/milestones/3.1/update/", verb="POST", body=empty_file, kind=MULTIPART)[0] == 200


@pytest.mark.parametrize("length", [BODY_MAX + 1, 10**12, 10**40])
@pytest.mark.parametrize("kind", [FORM, MULTIPART])
def test_what_says_that_it_is_too_long_is_refused_unread(length, kind, eyes):
    status, html = eyes.ask("/milestones/3.1/update/", verb="POST", body=b"a=b", kind=kind, CONTENT_LENGTH=str(length))

    assert status == 413
    assert TOO_MUCH in html


@pytest.mark.parametrize(
    ("fits", "does_not", "status", "sentence"),
    [
        ("/reports/?" + "a&" * (FIELDS_MAX - 1), "/reports/?" + "a&" * (FIELDS_MAX + 1), 400, TOO_MANY),
        (f"/milestones/?q={'a' * SEARCH_MAX}", f"/milestones/?q={'a' * (SEARCH_MAX + 1)}", 200, "characters"),
        (f"/milestones/?q={'a+' * SEARCH_WORDS_MAX}", f"/milestones/?q={'a+' * (SEARCH_WORDS_MAX + 1)}", 200, "words"),
        ("/milestones/?per_page=100", "/milestones/?per_page=101", 200, "100"),
        ("/milestones/?page=1", "/milestones/?page=" + "9" * 4000, 200, "page"),
        ("/milestones/", "/milestones/" + "a" * 4000 + "/", 404, "There is no such page"),
    ],
    ids=["names in a query", "search", "words of a search", "rows of a page", "page", "path"],
)
def test_an_address_is_read_up_to_its_limits(fits, does_not, status, sentence, eyes):
    read, _ = eyes.ask(fits)
    refused, told = eyes.ask(does_not)

    assert (read, refused) == (200, status)
    assert sentence in told


@pytest.mark.parametrize("query", ["per_page=101", "per_page=100000", "per_page=-1", "per_page=all", "per_page="])
@pytest.mark.parametrize("path", ["/milestones/", "/overdue/", "/actions/", "/mail/", "/decisions/", "/reports/"])
def test_no_page_shows_more_rows_than_a_hundred(path, query, eyes):
    _, html = eyes.ask(f"{path}?{query}")

    assert html.count("<tr") <= 101


def _limits(form: Form, html: str) -> dict[str, int]:
    """Return how long each field of text of a form may be, as the page says."""
    tags = re.findall(r"<(?:input|textarea)\b[^>]*>", html)
    told = {tag_name[1]: tag for tag in tags if (tag_name := re.search(r'\bname="([^"]*)"', tag))}
    found = {name: re.search(r'maxlength="(\d+)"', told[name]) for name, _ in form.pairs if name in told}
    return {name: int(limit[1]) for name, limit in found.items() if limit}


@pytest.mark.parametrize("role", ["anonymous", "member", "plcy", "admin"])
def test_every_field_of_text_takes_its_length_and_not_one_more(role, people, history):
    eyes, wrong, tried = Eyes.of(role, people[role]), [], 0

    for form, html in shown_forms(eyes, people):
        limits = _limits(form, html) if form.verb == "POST" else {}
        if not limits:
            continue
        tried += len(limits)
        _, fits = eyes.ask(form.path, verb="POST", body=_filled(form, limits, 0))
        status, told = eyes.ask(form.path, verb="POST", body=_filled(form, limits, 1))
        if "characters long" in fits:
            wrong.append(f"{form.path}: {limits} do not fit")
        if status in {301, 302, 303}:
            wrong.append(f"{form.path}: takes one more than {limits}")
        unsaid = {name for name, limit in limits.items() if not _says(told, limit) and status == 200}
        unsaid -= {name for name in unsaid if f"{form.path} {name}" in ASKED_LATER}
        for name in sorted(unsaid - SAID_OTHERWISE):  # Doors ask some things first: this one alone, then.
            alone = [(each, _written(name, limits[name] + 1) if each == name else value) for each, value in form.pairs]
            status, told = eyes.ask(form.path, verb="POST", body=encoded(alone).encode())
            if _says(told, limits[name]):
                unsaid.discard(name)
        wrong += [f"{form.path} {name}: one too many goes without a word" for name in sorted(unsaid - SAID_OTHERWISE)]

    assert "\n".join(wrong) == ""
    assert tried >= {"anonymous": 1, "member": 15, "plcy": 25, "admin": 1}[role]


def _filled(form: Form, limits: dict[str, int], more: int) -> bytes:
    chosen = {"authority": AuthorityKind.PRINCIPAL.value}  # else who it was is not read
    pairs = [
        (name, _written(name, limits[name] + more) if name in limits else chosen.get(name, value))
        for name, value in form.pairs
    ]
    return encoded(pairs).encode()


def _written(name: str, length: int) -> str:
    """Return a text of a length, of the kind that a field takes."""
    if "email" in name or name == "address":
        return "a" * (length - len("@cbp.example")) + "@cbp.example"
    return ("1" if length < 12 or "phone" in name else "x") * length


def _says(html: str, limit: int) -> bool:
    return (
        f"{limit + 1} characters long" in html or f"at most {limit} character" in html or f"it has {limit + 1}" in html
    )


@pytest.mark.parametrize("role", ["anonymous", "member", "plcy", "admin"])
def test_a_field_of_no_stated_length_breaks_nothing_either(role, people, history):
    eyes = Eyes.of(role, people[role])
    forms = [(form, _limits(form, html)) for form, html in shown_forms(eyes, people) if form.verb == "POST"]

    for form, limits in forms:
        pairs = [(name, value if name in limits or name == "version" else "9" * 20_000) for name, value in form.pairs]
        eyes.ask(form.path, verb="POST", body=encoded(pairs).encode())

    assert forms != [] or role == "reader"
