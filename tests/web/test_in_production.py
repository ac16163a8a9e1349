"""Does the running site in production send its headers with every status, and cookies that stay at home? (R19, R20)"""

import pytest

from esc_tracker.accounts.sample_accounts import PASSPHRASE
from tests.web.carried import problems_of
from tests.web.sites import Answer, Site, token_in

pytestmark = pytest.mark.services

TLS = {"x_forwarded_proto": "https"}
LOGIN = "/accounts/login/"
TOO_LONG = "a" * 2_700_000


def _jar(*answers: Answer) -> str:
    """Return the cookies of these answers as a browser sends them back."""
    pairs = dict(line.split(";")[0].split("=", 1) for answer in answers for line in answer.cookies)
    return "; ".join(f"{name}={value}" for name, value in pairs.items() if value.strip('"'))


def _sign_in(site: Site, email: str = "member@esc.example") -> tuple[Answer, str]:
    """Sign in as a person does; returns the answer and the cookies from then on."""
    page = site.ask(LOGIN, **TLS)
    form = f"csrfmiddlewaretoken={token_in(page.body)}&login={email}&password={PASSPHRASE}&accept=yes"
    answer = site.ask(LOGIN, "POST", form, cookie=_jar(page), referer=f"https://esc.example{LOGIN}", **TLS)
    return answer, _jar(page, answer)


@pytest.mark.parametrize(
    ("path", "verb", "more", "status"),
    [
        ("/accounts/login/", "GET", {}, 200),
        ("/livez", "GET", {}, 200),
        ("/milestones", "GET", {}, 301),
        ("/milestones/", "GET", {}, 302),
        ("/accounts/login/", "GET", {"host": "evil.example"}, 400),
        ("/accounts/login/", "GET", {"content_type": "text/html; charset=hex"}, 400),
        ("/accounts/login/", "POST", {"body": "login=a"}, 403),
        ("/no-such-page/", "GET", {}, 404),
        ("/accounts/agency/start/", "GET", {}, 405),
        ("/accounts/login/", "POST", {"body": TOO_LONG}, 413),
        ("/broken/", "GET", {}, 500),
        ("/away/", "GET", {}, 503),
    ],
)
def test_every_status_carries_all_headers(site, path, verb, more, status):
    answer = site.ask(path, verb, **TLS, **more)

    assert answer.status == status
    assert problems_of(answer.headers, over_tls=True) == []


@pytest.mark.parametrize("status", [200, 304])
def test_files_carry_them_too_and_may_be_kept(site, status):
    page = site.ask(LOGIN, **TLS).body.decode()
    address = page.split('<link rel="stylesheet" href="')[2].split('"')[0]
    first = site.ask(address, **TLS)

    told = {"if_none_match": first.headers["ETag"] or "", "if_modified_since": first.headers["Last-Modified"] or ""}
    answer = first if status == 200 else site.ask(address, **TLS, **told)

    assert answer.status == status
    assert problems_of(answer.headers, is_file=True, over_tls=True) == []
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("host", ["esc.example", "evil.example"])
def test_the_way_to_tls_and_its_refusal_carry_all_but_what_is_for_tls_alone(site, host):
    answer = site.ask("/milestones/?q=1", host=host)

    assert answer.status == (301 if host == "esc.example" else 400)
    assert answer.headers["Location"] == ("https://esc.example/milestones/?q=1" if host == "esc.example" else None)
    assert problems_of(answer.headers, over_tls=False) == []


def test_too_many_tries_carry_them(site):
    page = site.ask("/accounts/passphrase/forgotten/", **TLS)
    form = f"csrfmiddlewaretoken={token_in(page.body)}&address=nobody@esc.example"
    told = {"cookie": _jar(page), "referer": "https://esc.example/", "x_forwarded_for": "192.0.2.200"}

    answers = [site.ask("/accounts/passphrase/forgotten/", "POST", form, **told, **TLS) for _ in range(6)]

    assert [answer.status for answer in answers] == [302] * 5 + [429]
    assert problems_of(answers[-1].headers, over_tls=True) == []


def test_a_download_carries_them(site):
    _, cookies = _sign_in(site)

    answer = site.ask("/overdue/?export=csv", cookie=cookies, **TLS)

    assert answer.status == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert problems_of(answer.headers, over_tls=True) == []


def test_every_cookie_is_for_this_host_over_tls_and_out_of_reach_of_scripts(site):
    _, cookies = _sign_in(site)
    page = site.ask("/accounts/preferences/", cookie=cookies, **TLS)
    form = f"csrfmiddlewaretoken={token_in(page.body)}"
    told = {"cookie": cookies, "referer": "https://esc.example/", **TLS}

    signed_in, _ = _sign_in(site)
    said = site.ask("/accounts/sessions/", "POST", f"{form}&end=others", **told)  # answers with a message
    signed_out = site.ask("/accounts/logout/", "POST", form, **told)

    lines = [line for answer in (site.ask(LOGIN, **TLS), signed_in, said) for line in answer.cookies]
    assert {line.split("=")[0] for line in lines} == {"__Host-csrftoken", "__Host-sessionid", "__Host-messages"}
    for line in lines:
        parts = {part.strip().lower() for part in line.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= parts
        assert not any(part.startswith("domain") for part in parts)
    assert signed_out.status == 302
    assert signed_out.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert all("Secure" in line for line in signed_out.cookies)
