"""How long is kept what is not the record, and what is thrown away today?

The record itself (journal, milestones, reports, releases, nominations, reviews) is in no class here and is kept for
ever. A setting says for how many days each class is kept; one on hold keeps everything until the hold is lifted.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Q, QuerySet

from esc_tracker import clock
from esc_tracker.accounts.models import PassphraseLink, Session
from esc_tracker.security.models import Kind, SecurityEvent
from esc_tracker.security.noting import note_event

BATCH = 5_000
Rows = Callable[[datetime], QuerySet[Any]]

# What of each class is over since before a moment.
CLASSES: dict[str, Rows] = {
    "security_log": lambda moment: SecurityEvent.objects.filter(happened_at__lt=moment),
    "account_list_log": lambda moment: LogEntry.objects.filter(action_time__lt=moment),
    "sessions": lambda moment: Session.objects.filter(expire_date__lt=moment),
    "passphrase_links": lambda moment: PassphraseLink.objects.filter(
        Q(used_at__lt=moment) | Q(expires_at__lt=moment) | Q(expires_at=None, asked_at__lt=moment)
    ),
}


@dataclass(frozen=True)
class Purged:
    """What became of one class: `rows` thrown away, or only counted; `held` where a hold keeps them."""

    name: str
    days: int
    rows: int
    held: bool


def purge(now: datetime, *, dry_run: bool = False) -> Iterator[Purged]:
    """Throw away what is over for longer than its class is kept; twice, or twice at once, changes nothing more.

    Whole New York days are counted, so that a class is purged once a day. `now` is a real moment. In batches, each a
    transaction with its line in the security log: people go on working while years are thrown away. Two queries a
    batch, one for a class with nothing to throw away.
    """
    today = clock.day_of(now)
    for name, over in CLASSES.items():
        days = settings.RETENTION_DAYS[name]
        rows = over(clock.start_of(today - timedelta(days=days)))
        held = not settings.RETENTION_HOLD.isdisjoint({name, "all"})
        gone = rows.count() if held or dry_run else _throw_away(name, days, rows)
        yield Purged(name, days, gone, held)


def _throw_away(name: str, days: int, rows: QuerySet[Any]) -> int:
    """Return how many rows this call threw away; those that another threw away at the same time are counted there."""
    gone, batch = 0, BATCH
    while batch == BATCH:
        with transaction.atomic():
            batch, _ = rows.model._default_manager.filter(pk__in=rows.order_by("pk").values("pk")[:BATCH]).delete()
            if batch:
                note_event(Kind.PURGED, person=None, about=name, rows=batch, days=days)
        gone += batch
    return gone
