"""Does the site ask only those addresses that its operator set, and keep only links that a browser may follow? (R33)

Whoever lets a program send a request to an address that somebody typed lends them its place in the network. Few modules
can send anything at all; each stands here with the one address it asks, and was looked at.
"""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Field, FileField, URLField

from milestones.evidence import Evidence
from milestones.models import StatusUpdate
from milestones.refusals import Incomplete
from milestones.updates import post_update
from tests.access.canaries import FIELDS
from tests.milestones.telling import milestone, words

PLACES = ("esc_tracker", "actions", "milestones", "reports")
SENDING = {
    *("requests", "urllib.request", "urllib3", "http.client", "http.server", "httpx", "aiohttp", "httplib2", "pycurl"),
    *("socket", "socketserver", "ssl", "asyncio", "smtplib", "imaplib", "poplib", "ftplib", "telnetlib", "xmlrpc"),
    *("subprocess", "redis", "paramiko", "boto3", "webbrowser", "multiprocessing.connection"),
}
CALLS = {"urlopen", "urlretrieve", "create_connection", "system", "popen"}
# Reviewed: the module, what of it may send, and to which address.
REVIEWED = {
    (
        "esc_tracker/accounts/agency_signon/provider.py",
        "requests",
    ),  # OIDC_ISSUER, and its origin alone
    ("esc_tracker/health.py", "redis"),  # REDIS_URL
}
HOSTILE_LINKS = (
    "javascript:alert(1)",
    "JaVaScRiPt://example.gov/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "ftp://example.gov/paper",
    "gopher://example.gov/",
    "//example.gov/paper",
    "/etc/passwd",
    "example.gov/paper",
    "http://",
    "https:///paper",
    "vbscript:msgbox(1)",
    "\tjavascript:alert(1)",
    "https://exa\nmple.gov/",
)


def _sends(path: Path) -> set[str]:
    """Return what a module imports or calls that could open a connection."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        found |= {sent for name in names for sent in SENDING if name == sent or name.startswith(sent + ".")}
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            found |= {called} & CALLS
    return found


def test_only_reviewed_modules_can_send_a_request():
    found = {
        (str(path.relative_to(settings.BASE_DIR)), name)
        for place in PLACES
        for path in sorted((settings.BASE_DIR / place).rglob("*.py"))
        for name in _sends(path)
    }

    assert sorted(found - REVIEWED) == []
    assert sorted(REVIEWED - found) == []


def test_no_field_holds_a_file_and_one_a_link():
    fields = [field for model in apps.get_models() for field in model._meta.get_fields() if isinstance(field, Field)]
    ours = [field for field in fields if field.model.__name__ in {row["object"] for row in FIELDS}]

    assert [str(field) for field in ours if isinstance(field, FileField)] == []
    assert [str(field) for field in ours if isinstance(field, URLField)] == ["milestones.StatusUpdate.evidence_link"]


@pytest.mark.parametrize("link", HOSTILE_LINKS)
def test_a_link_that_is_not_http_is_refused_by_the_door_and_nothing_written(plan, cbp, link):
    row = milestone("3.1")
    cited = Evidence(title="Sample: a paper", holder="Sample: counsel", link=link)

    with pytest.raises(Incomplete) as refused:
        post_update(row, by=cbp, seen_version=row.version, words=words(), evidence=cited)

    assert set(refused.value.problems) == {"evidence_link"}
    assert StatusUpdate.objects.count() == 0


@pytest.mark.parametrize("link", HOSTILE_LINKS)
def test_a_link_that_is_not_http_is_refused_by_the_page_and_never_shown_as_one(plan, cbp, client_of, link):
    typed = {"version": "0", "status": "reported_complete", "statement": "Sample: done.", "outlook": "on_track"}
    typed |= {"completed_on": "2020-09", "outcome": "delivered", "evidence_title": "Sample", "evidence_link": link}

    answer = client_of(cbp).post("/milestones/3.1/update/", typed)

    assert answer.status_code == 200
    assert "A link begins with http:// or https://" in answer.content.decode()
    assert f'href="{link.strip()}' not in answer.content.decode()
    assert StatusUpdate.objects.count() == 0
