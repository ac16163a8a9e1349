"""A real mail server on the loopback address that takes, refuses, drops or hangs."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from django.core.mail.backends.locmem import EmailBackend


@dataclass
class Sink:
    """What arrived, and how the server behaves.

    It `refuses` recipients for good, is `closed` to everybody for now, `drops_after_data` so many messages without an
    answer, answers nothing when it `hangs`, and keeps its answer to a message back while it `holds_after_data`.
    """

    port: int = 0
    messages: list[Message] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    closed: bool = False
    drops_after_data: int = 0
    hangs: bool = False
    holds_after_data: bool = False

    def begin_anew(self) -> None:
        """Forget what arrived, and behave."""
        self.messages.clear()
        self.refuses.clear()
        self.closed = self.hangs = self.holds_after_data = False
        self.drops_after_data = 0

    def identities(self) -> list[str]:
        """Return the Message-ID of each message that arrived, in order."""
        return [str(message["Message-ID"]) for message in self.messages]

    def text(self, to: str) -> str:
        """Return the plain text of the one message to an address, as one line."""
        [message] = [each for each in self.messages if each["To"] == to]
        return " ".join(message.get_body(("plain",)).get_content().split())

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:
        """Greet, unless it hangs."""
        while self.hangs:
            await asyncio.sleep(0.05)
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        """Take a sender, unless it is closed."""
        if self.closed:
            return "421 come back later"
        envelope.mail_from = address
        return "250 fine"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        """Take a recipient, unless it is one of the refused."""
        if address in self.refuses:
            return "550 no such person here"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep the message, and answer, or hang up without."""
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        if self.drops_after_data:
            self.drops_after_data -= 1
            server.transport.close()
        while self.holds_after_data:
            await asyncio.sleep(0.05)
        return "250 taken"


class _AnyPort(Controller):
    """A server on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    """Listen until the block ends."""
    sink = Sink()
    server = _AnyPort(sink, hostname="127.0.0.1", port=0)
    server.start()
    sink.port = server.port
    try:
        yield sink
    finally:
        sink.hangs = sink.holds_after_data = False
        server.stop()


class DiesAfterSending(EmailBackend):
    """A mail backend whose process is ended just after the message left."""

    def send_messages(self, messages):
        """Send, and die."""
        super().send_messages(messages)
        raise SystemExit


DIES_AFTER_SENDING = f"{__name__}.DiesAfterSending"
