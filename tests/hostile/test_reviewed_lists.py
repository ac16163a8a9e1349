"""Where could a text slip past escaping, who reads a file that is sent, and who asks another server? (R28, R30, R33)

Each is a list that somebody has read: what stands in the source and not in the list fails, and so does what stands in
the list and no longer in the source.
"""

import ast
import csv
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.forms import FileField, FileInput
from django.template.engine import Engine

from esc_tracker.readable import NoFiles

TOP = Path(settings.BASE_DIR)
OURS = ("actions", "esc_tracker", "milestones", "reports")
# Names that turn a text into markup as it stands, in Python.
PAST_ESCAPING = {
    *("mark_safe", "SafeText", "SafeString", "html_safe", "__html__", "Markup", "from_string", "Template"),
    *("safe", "safeseq", "is_safe", "needs_autoescape"),
}
BUILDS_MARKUP = {"format_html": 0, "format_html_join": 1}  # Which argument is the pattern.
IN_TEMPLATES = re.compile(r"\|\s*(safe|safeseq|json_script)\b|\{%\s*(autoescape|filter|debug)\b")
IN_SCRIPTS = re.compile(
    r"(innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval|new Function|DOMParser|srcdoc"
    r"|createContextualFragment|setTimeout\(\s*[\"'`]|setAttribute\(\s*[\"'`]on|javascript:)"
)
# Who speaks to another server: the provider of the agency's sign-on, by its configured address alone.
CLIENTS = {"requests", "urllib", "urllib3", "httpx", "http", "aiohttp", "socket", "ftplib", "smtplib", "telnetlib"}
ASKS_NOBODY = ("urllib.parse", "http.HTTPStatus")
SPEAKS = {"esc_tracker/accounts/agency_signon/provider.py": {"requests"}}

with (Path(__file__).parent / "escaping.csv").open(newline="") as table:
    REVIEWED = list(csv.DictReader(table))


@cache
def _trees() -> dict[str, ast.Module]:
    """Return the syntax of each source file that is part of the site."""
    files = [path for part in OURS for path in sorted((TOP / part).rglob("*.py"))]
    return {str(path.relative_to(TOP)): ast.parse(path.read_text()) for path in files}


def _templates() -> dict[str, str]:
    folders = [TOP / "templates", *(TOP / part for part in OURS)]
    endings = {".html", ".txt", ".css", ".svg", ".xml"}
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in endings]
    return {str(path.relative_to(TOP)): path.read_text() for path in files}


def _called(node: ast.Call) -> str:
    """Return the last part of the name that is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _past_escaping() -> Iterator[tuple[str, str]]:
    """Yield each place where a text becomes markup as it stands: `(file, name)`."""
    for path, tree in _trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) in PAST_ESCAPING:
                yield path, _called(node)
            elif isinstance(node, ast.FunctionDef | ast.Attribute) and getattr(node, "name", "") in PAST_ESCAPING:
                yield path, getattr(node, "name", "")
            elif isinstance(node, ast.keyword) and node.arg in {"is_safe", "autoescape"}:
                yield path, node.arg
    for path, text in _templates().items():
        yield from ((path, found[1] or found[2]) for found in IN_TEMPLATES.finditer(text))
    for file in sorted((TOP / "static" / "js").rglob("*.js")):
        yield from ((str(file.relative_to(TOP)), found[1]) for found in IN_SCRIPTS.finditer(file.read_text()))


def test_each_place_that_goes_past_escaping_has_been_read():
    reviewed = {(row["path"], row["name"]): int(row["times"]) for row in REVIEWED}

    assert dict(Counter(_past_escaping())) == reviewed
    assert all(row["reason"] for row in REVIEWED)


def test_markup_is_built_only_from_patterns_that_stand_in_the_source():
    patterns = [
        (path, node.lineno, node.args[BUILDS_MARKUP[_called(node)]])
        for path, tree in _trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _called(node) in BUILDS_MARKUP
    ]

    made = [f"{path}:{line}" for path, line, node in patterns if not isinstance(node, ast.Constant)]

    assert len(patterns) > 20
    assert made == []


def test_every_template_escapes():
    assert all(each["OPTIONS"].get("autoescape", True) for each in settings.TEMPLATES)
    assert Engine.get_default().autoescape is True


def test_an_attribute_of_markup_always_stands_in_quotes():
    bare = re.compile(r"=\s*\{\{|=\s*\{%\s*(?:url|static)")

    found = [
        f"{path}: {tag}"
        for path, text in _templates().items()
        if path.endswith(".html")
        for tag in re.findall(r"<[a-zA-Z][^<>]*>", re.sub(r"\{%\s*(?:with|include).*?%\}", "", text, flags=re.DOTALL))
        if bare.search(re.sub(r"\"[^\"]*\"|'[^']*'", '""', tag))
    ]

    assert found == []


def test_no_text_of_a_person_stands_in_a_script_a_style_or_a_handler():
    inside = re.compile(r"<(script|style)\b[^>]*>([^<]*\{[{%][^<]*)</\1>|\son\w+\s*=", re.IGNORECASE)

    found = [path for path, text in _templates().items() if path.endswith(".html") and inside.search(text)]

    assert found == []


def test_nobody_reads_a_file_that_is_sent():
    read = [path for path, tree in _trees().items() for node in ast.walk(tree) if _asks_for_files(node)]
    shown = [path for path, text in _templates().items() if re.search(r"type=[\"']?file|multipart/form-data", text)]
    kept = [field for model in apps.get_models() for field in model._meta.fields if isinstance(field, models.FileField)]

    assert read == shown == kept == []


def _asks_for_files(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in {"FILES", "upload_handlers", FileField.__name__, FileInput.__name__, "ImageField"}
    return isinstance(node, ast.Name) and node.id in {FileField.__name__, FileInput.__name__, "ImageField"}


def test_what_is_sent_as_a_file_is_never_kept_on_a_disk():
    assert [f"{NoFiles.__module__}.{NoFiles.__qualname__}"] == settings.FILE_UPLOAD_HANDLERS


def test_nobody_but_the_sign_on_speaks_to_another_server():
    speaking: dict[str, set[str]] = {}
    for path, tree in _trees().items():
        for node in ast.walk(tree):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [f"{node.module}.{name.name}" for name in node.names]
            asked = {name for name in names if name.partition(".")[0] in CLIENTS and not name.startswith(ASKS_NOBODY)}
            if asked:
                speaking.setdefault(path, set()).update(asked)

    assert speaking == SPEAKS


@pytest.mark.parametrize("name", ["evidence_link"])
def test_the_one_address_that_people_write_is_only_ever_a_link(name):
    fields = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in {"accounts", "actions", "milestones", "reports", "journal", "security"}
        for field in model._meta.fields
        if isinstance(field, models.URLField)
    ]

    assert fields == [f"StatusUpdate.{name}"]
