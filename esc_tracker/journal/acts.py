"""How does anything on the record change?

Always inside `act()`: the journal's lock, then the clock, then the change, then one chained entry, in one transaction.
The lock comes first so that the order of moments is the order of entries and two acts can never wait for each other.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction

from esc_tracker import clock
from esc_tracker.journal.anchors import Anchor
from esc_tracker.journal.models import Entry
from esc_tracker.keeping import keeping
from esc_tracker.origin import origin

LOCK = 0x45534331  # one advisory lock for the whole record ("ESC1")
Facts = dict[str, Any]


@dataclass
class Act:
    """An act under way: its moment, and what the journal will keep of it."""

    recorded_at: datetime
    about: str
    before: Facts = field(default_factory=dict)
    after: Facts = field(default_factory=dict)
    kept: bool = True

    def changed_nothing(self) -> None:
        """Leave no entry: the act found nothing to do."""
        self.kept = False


@contextmanager
def act(verb: str, *, by: AbstractBaseUser | None, about: str) -> Iterator[Act]:
    """Open one act on the record; an exception inside leaves neither change nor entry.

    `by` is None for a job. Two queries before the change, one after it. Raises NotKept, as any exception inside, when
    the entry cannot be written.
    """
    with transaction.atomic():
        _take_the_lock()
        last = Entry.objects.order_by("-number").first()
        this = Act(recorded_at=_moment_after(last), about=about)
        yield this
        if this.kept:
            _write(this, verb, by, last)


def digest_of(entry: Entry) -> str:
    """Return the SHA-256 that seals an entry to the one before."""
    facts: list[Any] = [
        entry.number,
        entry.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.by_id,
        entry.verb,
        entry.about,
        entry.before,
        entry.after,
        entry.previous,
    ]
    if entry.source:  # Entries written before the origin was kept are sealed without it.
        facts += [entry.source, entry.request_id]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def first_broken_entry(anchors: Iterable[Anchor] = ()) -> str:
    """Say where the chain is broken, in words; empty when it is whole. Reads every entry once.

    The chain alone cannot tell that its end was cut off or written anew: anchors, kept elsewhere, can.
    """
    previous, expected = "", 1
    kept = {anchor.number: anchor.digest for anchor in sorted(anchors, key=lambda each: each.number)}
    for entry in Entry.objects.order_by("number").iterator(chunk_size=1000):
        if entry.number != expected:
            return f"Entry {expected} is missing."
        if entry.previous != previous or entry.digest != digest_of(entry):
            return f"Entry {entry.number} ({entry.verb} {entry.about}) is not what was written."
        if kept.get(entry.number, entry.digest) != entry.digest:
            return f"Entry {entry.number} ({entry.verb} {entry.about}) is not the one whose anchor was kept."
        previous, expected = entry.digest, expected + 1
    if any(number >= expected for number in kept):
        return f"Entry {expected} is missing, and all after it: an anchor of entry {max(kept)} was kept."
    return ""


def _take_the_lock() -> None:
    """Wait for our turn. SQLite took its write lock when the transaction began (settings: IMMEDIATE)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _moment_after(last: Entry | None) -> datetime:
    """Return the record's moment for the next act: never before the last one, unless the past is being told."""
    now = clock.now()
    if last is None or clock.tells_the_past():
        return now
    return max(now, last.recorded_at + timedelta(microseconds=1))


def _write(this: Act, verb: str, by: AbstractBaseUser | None, last: Entry | None) -> None:
    here = origin()
    entry = Entry(
        number=last.number + 1 if last else 1,
        recorded_at=this.recorded_at,
        by_id=by.pk if by else None,
        verb=verb,
        about=this.about,
        before=this.before,
        after=this.after,
        source=here.source,
        request_id=here.id,
        previous=last.digest if last else "",
    )
    entry.digest = digest_of(entry)
    with keeping("journal"):
        entry.save(force_insert=True)
