"""Is what we serve of the U.S. Web Design System what was vendored, and does the hashed storage accept it?"""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import override_settings

STATIC = Path(settings.BASE_DIR) / "static"
HOME = STATIC / "vendor" / "uswds"
MANIFEST = json.loads((HOME / "manifest.json").read_text(encoding="utf-8"))


def test_manifest_names_package_and_version() -> None:
    assert MANIFEST["package"] == "@uswds/uswds"
    assert re.fullmatch(r"3\.\d+\.\d+", MANIFEST["version"])


def test_folder_holds_exactly_what_the_manifest_names() -> None:
    found = {path.relative_to(HOME).as_posix() for path in HOME.rglob("*") if path.is_file()}

    assert found == {*MANIFEST["files"], "manifest.json"}


@pytest.mark.parametrize("name", sorted(MANIFEST["files"]))
def test_file_is_unchanged_since_it_was_vendored(name: str) -> None:
    assert hashlib.sha256((HOME / name).read_bytes()).hexdigest() == MANIFEST["files"][name]


def test_license_comes_along() -> None:
    assert "Apache 2.0" in (HOME / "LICENSE.md").read_text(encoding="utf-8")


def test_subset_stays_small() -> None:
    assert sum(path.stat().st_size for path in HOME.rglob("*") if path.is_file()) < 1_200_000


def test_hashed_storage_accepts_every_style_sheet(tmp_path: Path) -> None:
    hashed = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

    with override_settings(STORAGES=hashed, STATIC_ROOT=tmp_path):
        call_command("collectstatic", interactive=False, verbosity=0)
        page = render_to_string("500.html")

    for address in re.findall(r'(?:href|src)="/static/([^"#]+)', page):
        assert (tmp_path / address).is_file()
        assert re.search(r"\.[0-9a-f]{12}\.", address)


def test_nothing_of_ours_names_another_host_to_load_from() -> None:
    own = [*(STATIC / "css").glob("*"), *(STATIC / "js").glob("*")]

    assert own
    assert not any(re.search(r"https?://|//[a-z]", path.read_text(encoding="utf-8").replace("// ", "")) for path in own)


def test_no_template_carries_inline_style_or_script() -> None:
    for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        text = re.sub(r"{%.*?%}", "", path.read_text(encoding="utf-8"))
        assert not re.search(r"\son[a-z]+=\"|javascript:", text), path
        # Mail programs read no style sheet; a mail is no page and has no policy.
        assert path.parent.name == "emails" or not re.search(r"\sstyle=|<style", text), path
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), path
        assert not re.search(r"\|\s*safe\b|autoescape off", path.read_text(encoding="utf-8")), path
