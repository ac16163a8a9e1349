"""A real mail server on the loopback address that takes, refuses, or drops what it is sent."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default


@dataclass
class Sink:
    """What arrived, and how the server behaves.

    It `refuses` recipients, `drops_after_data` so many messages without an answer, and answers nothing when it `hangs`.
    """

    port: int = 0
    messages: list[Message] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    drops_after_data: int = 0
    hangs: bool = False

    def identities(self) -> list[str]:
        """Return the Message-ID of each message that arrived, in order."""
        return [str(message["Message-ID"]) for message in self.messages]


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    """Listen until the block ends."""
    sink = Sink()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if sink.hangs:
                self.rfile.read()  # until the other side gives up
                return
            self._say("220 sink")
            for line in self.rfile:
                command = line.decode("ascii", "replace").strip()
                verb = command[:4].upper()
                if verb == "QUIT":
                    self._say("221 bye")
                    return
                if verb == "RCPT" and any(refused in command for refused in sink.refuses):
                    self._say("550 no such person here")
                elif verb == "DATA":
                    self._say("354 go on")
                    sink.messages.append(self._message())
                    if sink.drops_after_data:
                        sink.drops_after_data -= 1
                        return
                    self._say("250 taken")
                else:
                    self._say("250 fine")

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

        def _message(self) -> Message:
            lines = []
            for line in self.rfile:
                if line == b".\r\n":
                    break
                lines.append(line.removeprefix(b"."))
            return message_from_bytes(b"".join(lines), policy=default)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Session) as server:
        sink.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield sink
        server.shutdown()
