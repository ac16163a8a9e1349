"""Does the web server refuse what no browser sends in a plain line, and stay up? (R24, R25)

Sent by raw sockets to the site as it runs in production, with no proxy that would have sorted such things out.
"""

import contextlib
import socket

import pytest

from tests.web.sites import HOST, Site

pytestmark = pytest.mark.services

LIVE = f"GET /livez HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n"
POST = f"POST /livez HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n"


def _send(site: Site, request: str | bytes, *, then_hang_up: bool = False) -> bytes:
    """Send bytes as they are; returns all that comes back until the server closes."""
    came = b""
    # It need not read all before it refuses.
    refused_early = contextlib.suppress(BrokenPipeError, ConnectionResetError)
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as line, refused_early:
        line.sendall(request.encode() if isinstance(request, str) else request)
        if then_hang_up:
            line.shutdown(socket.SHUT_WR)
        while piece := line.recv(65536):
            came += piece
    return came


def _is_up(site: Site) -> bool:
    return _send(site, f"{LIVE}\r\n").startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (LIVE.replace("/livez", f"/livez?{'a' * 5000}") + "\r\n", "414"),
        (LIVE + "".join(f"X-{number}: a\r\n" for number in range(80)) + "\r\n", "431"),
        (LIVE + f"X-Long: {'a' * 9000}\r\n\r\n", "431"),
        (POST + "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde", "400"),
        (POST + "Content-Length: 3, 5\r\n\r\nabcde", "400"),
        (POST + "Content-Length: -3\r\n\r\nabc", "400"),
        (POST + "Content-Length: +3\r\n\r\nabc", "400"),
        (POST + f"Content-Length: {'9' * 5000}\r\n\r\nabc", "4"),
        (POST + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /nope HTTP/1.1\r\n\r\n", "400"),
        (POST + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "400"),
        (POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "501"),
        (POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "400"),
        (LIVE + "No colon\r\n\r\n", "400"),
        (LIVE + "X-A: a\r\n folded\r\n\r\n", "400"),
        (LIVE + "X-A: a\x00b\r\n\r\n", "400"),
        (LIVE + f"Host: {HOST}\r\n\r\n", "400"),
        ("GET /livez HTTP/9.9\r\n\r\n", "400"),
        ("get /livez HTTP/1.1\r\n\r\n", "400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "400"),
    ],
)
def test_what_no_browser_sends_is_refused_in_a_plain_line(bare_site, request_, status):
    answer = _send(bare_site, request_)

    first_line, _, rest = answer.partition(b"\r\n")
    assert first_line.startswith(f"HTTP/1.1 {status}".encode())
    assert answer.count(b"HTTP/1.1 ") == 1  # nothing behind it was taken for a second request
    assert b"Traceback" not in rest
    assert _is_up(bare_site)


def test_a_path_set_by_a_header_is_not_the_path(bare_site):
    answer = _send(bare_site, f"{LIVE}Script_Name: /admin\r\nPath_Info: /admin/\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"ok\n")


@pytest.mark.parametrize(("missing", "status"), [(0, b"403"), (1, b"400"), (10, b"400")])
def test_a_form_cut_off_by_a_lost_connection_is_not_taken_for_a_whole_one(site, missing, status):
    form = "csrfmiddlewaretoken=a&statement=Half a sent"
    length = len(form) + missing
    head = f"POST /accounts/login/ HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded\r\n"

    answer = _send(site, f"{head}{kind}Content-Length: {length}\r\n\r\n{form}", then_hang_up=True)

    assert answer.startswith(b"HTTP/1.1 " + status)
    assert (b"What was sent did not arrive whole." in answer) is (missing > 0)
