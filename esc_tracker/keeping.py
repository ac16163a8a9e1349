"""What happens when the journal or the security log cannot be written?

What was to be noted does not happen either, and the operator is told by a line of level error.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import DatabaseError


class NotKept(Exception):
    """Something could not be written down, so it must not happen; the message names the book it belongs into."""


@contextmanager
def keeping(book: str) -> Iterator[None]:
    """Write within the block; raise NotKept, and tell the operator, when the database takes no line of `book`."""
    try:
        yield
    except DatabaseError as problem:
        cause = type(problem.__cause__ or problem).__name__
        structlog.get_logger("esc_tracker.keeping").error("not_written", book=book, cause=cause)
        raise NotKept(book) from problem
