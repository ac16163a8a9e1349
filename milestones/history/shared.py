"""What does COAC read about a milestone from the next release on, what is proposed, and did the words move on since?"""

from dataclasses import dataclass
from datetime import datetime

from esc_tracker.accounts.models import PLCY
from esc_tracker.reader import Reader
from milestones.history.ledgers import Ledgers, Remark, last_words
from milestones.history.lines import ended, named
from milestones.models import StatusUpdate


@dataclass(frozen=True, kw_only=True)
class SharedText:
    """One text for COAC: who proposed it and when, and who cleared it, where somebody has."""

    key: int
    text: str
    agency: str
    person: str
    at: datetime
    cleared_at: datetime | None
    cleared_by: str


@dataclass(frozen=True, kw_only=True)
class Shared:
    """The text cleared last, the newer one that waits to be cleared, and the words that moved on since clearance."""

    cleared: SharedText | None
    proposed: SharedText | None
    moved: tuple[StatusUpdate, ...]


def shared_of(ledgers: Ledgers, reader: Reader) -> Shared:
    """Tell what is shared with COAC and what is proposed, as of the reader's moment. No query."""
    texts = sorted(ledgers.of("summary"), key=lambda each: (each.at, each.key))
    cleared = max(
        (each for each in texts if ended(each.ended_at, reader)),
        key=lambda each: (each.ended_at, each.key),
        default=None,
    )
    waits = texts[-1] if texts and not ended(texts[-1].ended_at, reader) else None
    return Shared(
        cleared=_told(cleared, reader) if cleared else None,
        proposed=_told(waits, reader) if waits else None,
        moved=_moved_since(cleared.ended_at, ledgers) if cleared and cleared.ended_at else (),
    )


def _told(remark: Remark, reader: Reader) -> SharedText:
    is_cleared = ended(remark.ended_at, reader)
    return SharedText(
        key=remark.key,
        text=remark.said,
        agency=remark.says or "",
        person=named(reader, remark.whose, remark.who),
        at=remark.at,
        cleared_at=remark.ended_at if is_cleared else None,
        cleared_by=named(reader, PLCY, remark.ender) if is_cleared else "",
    )


def _moved_since(moment: datetime, ledgers: Ledgers) -> tuple[StatusUpdate, ...]:
    """Return the last words of each agency that says something else than it said at a moment, the newest first."""
    then = last_words([update for update in ledgers.updates if update.recorded_at < moment])
    now = last_words(ledgers.updates).values()
    said = {code: update.statement for code, update in then.items()}
    moved = [update for update in now if update.statement != said.get(update.agency_id)]
    return tuple(sorted(moved, key=lambda update: -update.version))
