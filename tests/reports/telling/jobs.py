"""How does a test make one pass of telling, at a moment of the record?"""

from datetime import datetime, timedelta

from esc_tracker import clock
from milestones.overdue import flag_overdue
from reports import delivery
from reports.models import Delivery, Notice, Telling
from reports.telling import addressing, gathering, noticing

Kind = Notice.Kind


def notice(at: datetime, *, flag: bool = True) -> list[str]:
    """Flag what is overdue and notice at a moment; return the new keys, in their order."""
    before = set(Notice.objects.values_list("key", flat=True))
    with clock.at(at):
        if flag:
            flag_overdue(clock.today())
        noticing.notice(clock.now())
    return sorted(Notice.objects.exclude(key__in=before).values_list("key", flat=True))


def gather(at: datetime) -> tuple[int, int]:
    """Settle whom notices reach and gather them at a moment; return how many notices and mails."""
    with clock.at(at):
        return addressing.address(clock.now()), gathering.gather(clock.now())


def send(at: datetime, minutes: int = 0) -> tuple[int, int]:
    """Send at a moment of the record, so many minutes from now by the real clock; return how many went and failed."""
    with clock.at(at):
        done = delivery.send_due(clock.wall() + timedelta(minutes=minutes))
    return done.sent, done.failed


def tell(at: datetime) -> tuple[int, int]:
    """Make one whole pass at a moment; return how many mails went out and failed."""
    notice(at)
    gather(at)
    return send(at)


def told() -> dict[str, list[str]]:
    """Return the keys told, or about to be, by address."""
    found: dict[str, list[str]] = {}
    for each in Telling.objects.select_related("notice").order_by("address", "notice__key"):
        found.setdefault(each.address, []).append(each.notice.key)
    return found


def mails() -> list[tuple[str, str, str]]:
    """Return `(message, address, state)` of all mail."""
    rows = Delivery.objects.order_by("message", "address")
    return [(row.message, row.address, row.error or ("sent" if row.sent_at else "waits")) for row in rows]
