"""How do I run a command with a real PostgreSQL and a real broker beside it, and nothing left afterward?

usage: python -m scripts.with_services [--postgres] [--broker] -- COMMAND …

Without --postgres the command gets no DATABASE_URL, so each run of it works on its own SQLite file.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys

from scripts.children import GRACE_SECONDS, Stopped, die_with_parent, say, stopped_by_signals
from scripts.servers import CannotStart, postgres, valkey


def run_beside(command: list[str], env: dict[str, str]) -> int:
    """Run the command in our own process group, so that it keeps the terminal; return its exit code."""
    process = subprocess.Popen(command, env=env, preexec_fn=die_with_parent(signal.SIGINT))
    try:
        return process.wait()
    except Stopped:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
        process.kill()
        process.wait()
        raise


def main(arguments: list[str]) -> int:
    """Start what was asked for, run the command, end it all."""
    parser = argparse.ArgumentParser(prog="with_services", description="Run a command beside real servers.")
    parser.add_argument("--postgres", action="store_true", help="start a PostgreSQL and export DATABASE_URL")
    parser.add_argument("--broker", action="store_true", help="start a Valkey and export REDIS_URL")
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    asked = parser.parse_args(arguments)
    env = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    try:
        with stopped_by_signals(), contextlib.ExitStack() as servers:
            if asked.postgres:
                env["DATABASE_URL"] = servers.enter_context(postgres())
            if asked.broker:
                env["REDIS_URL"] = servers.enter_context(valkey())
            return run_beside(asked.command, env)
    except Stopped as stopped:
        return stopped.exit_code
    except (CannotStart, subprocess.CalledProcessError) as problem:
        say(f"with_services: {problem}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
