"""What does a worker do with a message that no schedule of ours has sent?

Who knows the broker's password can put anything into the queue. Celery rejects what is not JSON, an unknown task and
wrong arguments; but on a message whose very frame is bent it ends, gives the message back, and ends on it again for as
long as somebody starts it. Here such a message is thrown away with a line for the operator: every job that matters is
due in the database still (ADR 0005).
"""

from collections.abc import Callable
from typing import Any

import structlog
from celery.worker.consumer import Consumer as CeleryConsumer
from kombu.transport import TRANSPORT_ALIASES, redis

log = structlog.get_logger(__name__)
FRAME = {"headers": dict, "properties": dict, "content-type": str, "content-encoding": str, "body": str}
PROPERTIES = {"delivery_tag": str, "delivery_info": dict, "body_encoding": str}
ADDRESS = {"exchange": str, "routing_key": str}
HEADERS = {"task": str, "id": str}


class Consumer(CeleryConsumer):
    """A consumer that outlives whatever is wrong with one message."""

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], None]:
        """Return Celery's handler; what it cannot take is rejected for good, with a line."""
        handle = super().create_task_handler(*args, **kwargs)
        lost: tuple[type[Exception], ...] = self.connection_errors  # type: ignore[attr-defined]  # its stubs leave it out

        def take(message: Any) -> None:
            try:
                handle(message)
            except lost:
                raise
            except Exception as problem:  # Whatever it is, the next message is a job.
                log.error("message rejected", error=type(problem).__name__)
                if not message.acknowledged:
                    message.reject_log_error(log, lost)

        return take


class Channel(redis.Channel):
    """A channel that throws away what is no message."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[misc]  # its stubs leave it out
        except (ValueError, RecursionError) as problem:  # no JSON, no text, no base64
            log.error("message thrown away", error=type(problem).__name__)
            return True


class Transport(redis.Transport):
    """The broker's transport; a message comes no further than here unless its frame is one."""

    Channel = Channel

    def _deliver(self, message: Any, queue: str | None) -> None:
        if why := why_no_frame(message):
            log.error("message thrown away", error=why)
            return
        super()._deliver(message, queue)


def why_no_frame(message: object) -> str:
    """Say which part of a message's frame is missing or of another kind; "" when it can be read. Looks into no body."""
    for path, parts in (
        ((), FRAME),
        (("properties",), PROPERTIES),
        (("properties", "delivery_info"), ADDRESS),
        (("headers",), HEADERS),
    ):
        there: Any = message
        for name in path:
            there = there[name]
        if not isinstance(there, dict):
            return "no object"
        for name, kind in parts.items():
            if not isinstance(there.get(name), kind):
                return f"no {name}"
    return ""


def guard() -> None:
    """Let every connection to the broker use this transport."""
    TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = f"{__name__}:Transport"
