"""Is what a proxy says believed of our own proxy only, and no host but ours? (R24)"""

import pytest

from tests.web.sites import Site

pytestmark = pytest.mark.services

LOGIN = "/accounts/login/"
HOME = f"https://esc.example{LOGIN}"


def _leads_to_tls(site: Site, **told: str) -> bool:
    """Say whether the site takes a request for one outside TLS."""
    answer = site.ask(LOGIN, **told)
    assert (answer.status, answer.headers["Location"]) in {(301, HOME), (200, None)}
    return answer.status == 301


@pytest.mark.parametrize(
    "told",
    [
        {"x_forwarded_proto": "https"},
        {"x_forwarded_ssl": "on"},
        {"x_forwarded_protocol": "ssl"},
        {"x_forwarded_proto": "https", "x_forwarded_host": "evil.example", "x_forwarded_port": "443"},
        {"forwarded": "for=192.0.2.1;proto=https;host=evil.example"},
    ],
)
def test_without_a_trusted_proxy_nothing_forwarded_counts(bare_site, told):
    assert _leads_to_tls(bare_site, **told)


@pytest.mark.parametrize(
    ("told", "over_tls"),
    [
        ("https", True),
        ("http", False),
        ("http, https", True),
        ("https, http", False),
        ("https,http", False),
        ("HTTPS ", False),
        ("", False),
    ],
)
def test_of_a_trusted_proxy_the_last_hop_counts(site, told, over_tls):
    assert _leads_to_tls(site, x_forwarded_proto=told) is not over_tls


@pytest.mark.parametrize("name", ["x_forwarded_ssl", "x_forwarded_protocol"])
def test_a_trusted_proxy_speaks_by_one_header_alone(site, name):
    assert _leads_to_tls(site, **{name: "on"})


def test_no_proxy_may_name_another_host_or_port(site):
    told = {"x_forwarded_proto": "https", "x_forwarded_host": "evil.example", "x_forwarded_port": "8443"}

    answer = site.ask("/milestones/", **told)

    assert (answer.status, answer.headers["Location"]) == (302, "/accounts/login/?next=/milestones/")
    assert b"evil.example" not in site.ask(LOGIN, **told).body


@pytest.mark.parametrize(
    "host", ["evil.example", "esc.example.evil.example", "esc.example@evil.example", "evil.example:443", "a b", ""]
)
@pytest.mark.parametrize("path", ["/accounts/login/", "/", "/static/css/site.css", "/no-such-page/"])
def test_a_wrong_host_is_refused_and_never_repeated(site, host, path):
    answer = site.ask(path, host=host, x_forwarded_proto="https")

    assert answer.status == 400 or path.startswith("/static/")
    assert b"evil.example" not in answer.body
    assert "evil.example" not in (answer.headers["Location"] or "")
