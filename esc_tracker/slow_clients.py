"""How long may a client take to send its request?

gunicorn's threads wait for a request without end once its first byte is there, so that as many clients as there are
threads, each sending a byte now and then, would take the site away. Here each thread's wait has an end. A proxy that
takes requests in before it passes them on makes this moot; a site without one stands on it.
"""

import contextlib
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any

from gunicorn.util import write_error

HEADERS_SECONDS = 10
REQUEST_SECONDS = 60  # the longest form over a poor line
LOOKED_AFTER_EVERY_SECONDS = 1


@dataclass
class Visit:
    """One connection that a thread is busy with."""

    since: float
    is_asked: bool = False
    is_given_up: bool = False

    def is_too_slow(self, now: float) -> bool:
        """Say whether it is time to wait no longer."""
        return now - self.since > (REQUEST_SECONDS if self.is_asked else HEADERS_SECONDS)


def watch_over(worker: Any) -> None:
    """Give each request of one of gunicorn's threaded workers an end; called by gunicorn once a worker is there.

    Nothing more is read from a connection that was given up; an answer that is already being made still goes out.
    """
    visits: dict[Any, Visit] = {}
    handle, handle_request = worker.handle, worker.handle_request

    def handle_watched(connection: Any) -> Any:
        visit = visits[connection] = Visit(time.monotonic())
        try:
            outcome = handle(connection)
        finally:
            del visits[connection]
        if visit.is_given_up and not visit.is_asked:
            with contextlib.suppress(OSError):
                write_error(connection.sock, 408, "Request Timeout", "The request did not come in time.")
        return outcome

    def handle_asked(request: Any, connection: Any) -> Any:
        visits[connection].is_asked = True
        return handle_request(request, connection)

    def look_after() -> None:
        while True:
            time.sleep(LOOKED_AFTER_EVERY_SECONDS)
            for connection, visit in list(visits.items()):
                if visit.is_too_slow(time.monotonic()):
                    visit.is_given_up = True
                    with contextlib.suppress(OSError):
                        connection.sock.shutdown(socket.SHUT_RD)

    worker.handle, worker.handle_request = handle_watched, handle_asked
    threading.Thread(target=look_after, name="slow clients", daemon=True).start()
