"""How does a program start other programs and leave none of them behind?"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

GRACE_SECONDS = 8
PR_SET_PDEATHSIG = 1


class Stopped(Exception):
    """The person or the machine told this program to end."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number

    @property
    def exit_code(self) -> int:
        return 128 + self.number


def say(words: str) -> None:
    """Print a line at once; a closed terminal is no reason to stop tidying up."""
    with contextlib.suppress(OSError):
        print(words, flush=True)


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Turn the first Ctrl-C, TERM or closed terminal into `Stopped`; ignore any further one while tidying up."""
    told_by = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> None:
        for each in told_by:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    for each in told_by:
        signal.signal(each, stop)
    yield


def die_with_parent(number: int) -> Callable[[], None] | None:
    """Return what a child runs first, so that it gets the signal even if this program is killed outright (Linux)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, number)

    return ask_kernel


@dataclass
class Child:
    """One program that we started, in a process group of its own."""

    name: str
    process: "subprocess.Popen[bytes]"
    stop_signal: signal.Signals


@dataclass
class Children:
    """The programs that we started, in order; leaving the context ends them, last first, with all they started."""

    running: list[Child] = field(default_factory=list)

    def __enter__(self) -> "Children":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | None = None,
        config: str | None = None,
        log: Path | None = None,
        user: int | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> Child:
        """Start a program; `config` is handed to it on its standard input, `log` takes what it prints."""
        with contextlib.ExitStack() as opened:
            output = opened.enter_context(log.open("ab")) if log else None
            process = subprocess.Popen(
                command,
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL if config is None else subprocess.PIPE,
                stdout=output,
                stderr=output and subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(stop_signal),
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )
        child = Child(name, process, stop_signal)
        self.running.append(child)
        if config is not None and process.stdin:
            with process.stdin as pipe:
                pipe.write(config.encode())
        return child

    def ended(self) -> Child | None:
        """Return a child that has ended by itself, or None."""
        return next((child for child in self.running if child.process.poll() is not None), None)

    def stop(self) -> None:
        """Ask all to end at the same time; after a few seconds make them."""
        leaving = self.running[::-1]
        for child in leaving:
            if child.process.poll() is None:
                child.process.send_signal(child.stop_signal)
        limit = time.monotonic() + GRACE_SECONDS
        for child in leaving:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, limit - time.monotonic()))
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
        self.running.clear()
