"""What does the web server take from strangers, and how does it write its own lines?

What is refused here is refused in a plain line, before any page of ours is asked. Slow clients are the proxy's
(ADR 0024): gunicorn's threads wait for a request as long as it takes.
"""

import os
import tempfile
from typing import Any

from esc_tracker.logs import logging_config

# The longest address of ours is a list with every filter, some 900 letters; browsers and proxies send 8 kB and more.
limit_request_line = 4094
# A browser sends some twenty headers, a proxy adds ten. The largest is the cookie, with the messages of a page in it.
limit_request_fields = 64
limit_request_field_size = 8190
# Who sent it and over what is Django's to judge, by TRUSTED_PROXY alone: gunicorn would believe whoever comes from
# this machine, and let them set the path.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
# A worker that does not even look at its connections for so long is replaced. One that is told to end finishes what
# it answers; beyond that the container is ended anyway.
timeout = 30
graceful_timeout = 20
# For the next request of a page that is being loaded, not longer: a waiting connection is a place taken.
keepalive = 5

logconfig_dict = logging_config(as_json=os.environ.get("ESC_ENV") == "production")

if os.environ.get("METRICS_TOKEN"):
    # Where the web processes of this gunicorn add up their counts; read when the library is first imported.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="esc-metrics-")


def post_worker_init(worker: Any) -> None:
    """Let a worker that is told to end take what already waits at its door, then close the door at once.

    gunicorn 27 leaves the door open until the last connection is gone, two seconds and more, and takes nothing more:
    whoever is let in by the kernel meanwhile is cut off at the end, and the proxy does not send a POST twice. With the
    door closed the proxy is refused before it has sent anything, and asks the other web service.
    """
    if not hasattr(worker, "set_accept_enabled"):  # of the threaded worker, which the Procfile names
        return
    take_more = worker.set_accept_enabled

    def take_what_waits_then_close(enabled: bool) -> None:
        take_more(enabled)
        if enabled or worker.alive:
            return
        for door in worker.sockets:
            taken = -1
            while taken != worker.nr_conns:
                taken = worker.nr_conns
                worker.accept(door)
            door.close()

    worker.set_accept_enabled = take_what_waits_then_close
