"""To how many was a report sent, how many wait, and why did it not reach the others?"""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from esc_tracker.outgoing import may_reach
from reports.models import Delivery, WeeklyReport

HELD = "held: not on this installation’s list of addresses"
GONE = "no seat any more, or the release was withdrawn"
_SAID = {
    "ConnectionRefusedError": "connection refused",
    "gaierror": "the mail server was not found",
    "TimeoutError": "the mail server did not answer in time",
    "SMTPServerDisconnected": "the mail server hung up",
    "SMTPConnectError": "the mail server took no connection",
    "SMTPRecipientsRefused": "the mail server refused the address",
    "SMTPSenderRefused": "the mail server refused the sender",
    "SMTPDataError": "the mail server refused the message",
    "SMTPAuthenticationError": "the mail server refused the sign-in",
    "ValueError": "the address is not one",
    "BadHeaderError": "the address is not one",
    "Withdrawn": "the release was withdrawn",
}


@dataclass(frozen=True)
class Mailed:
    """What came of a report's mail: how many it was meant for, reached, and still waits for without any failure.

    `failed` are whole sentences such as "not sent to 2 of 14: connection refused".
    """

    total: int
    sent: int
    waiting: int
    failed: tuple[str, ...]


def mailed_of(report: WeeklyReport) -> Mailed:
    """Return what came of a report's mail, both editions. One query."""
    may_go = Delivery.objects.waiting().filter(pk=OuterRef("pk"))
    rows = Delivery.objects.filter(report=report).annotate(may_go=Exists(may_go)).order_by("pk")
    sent = waiting = 0
    why: Counter[str] = Counter()
    for row in rows:
        if row.sent_at and not row.error:
            sent += 1
        elif not row.sent_at and row.may_go and not row.error and may_reach(row.address):
            waiting += 1
        else:
            why[_reason(row, may_go=row.may_go)] += 1
    total = len(rows)
    reasons = sorted(why.items(), key=lambda each: (-each[1], each[0]))
    failed = tuple(f"not sent to {count} of {total}: {reason}" for reason, count in reasons)
    return Mailed(total, sent, waiting, failed)


def problem_in_words(error: str) -> str:
    """Say what went wrong with a message, from what was kept of it: "connection refused". "" for nothing."""
    kind, _, said = error.partition(": ")
    return said if kind == "Not sent" else _SAID.get(kind, error)


def _reason(row: Delivery, *, may_go: bool) -> str:
    if row.sent_at is None and not may_go:
        return GONE
    if row.sent_at is None and not may_reach(row.address):
        return HELD
    return problem_in_words(row.error)
