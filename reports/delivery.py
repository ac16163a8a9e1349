"""What happens when people are to be told?

A message waits as a row: a report for each recipient, queued inside the act it tells of; a person's notices of a day,
gathered into one mail. Sending claims the row by compare-and-swap, sends, stamps. A crash between sending and stamping
repeats the message under the same Message-ID, which mail programs show once; none is lost.
"""

import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.core.mail import EmailMessage

from esc_tracker import clock
from esc_tracker.accounts.models import Role, User, seated
from esc_tracker.outgoing import may_reach, message_id, wait_after
from milestones.models import Person
from reports import switch
from reports.charts.pictures import picture_of
from reports.mail import report_mail
from reports.models import ESC_ROLES, Delivery, WeeklyReport
from reports.telling import addressing, gathering, noticing
from reports.telling.composing import notices_mail
from reports.telling.contents import Needless, digest_of

LEASE = timedelta(minutes=10)  # how long a claim holds: far longer than one message takes
PASS_SECONDS = 120  # a pass ends well before the worker's time limit; the next tick goes on

_CLAIMED_WITH = ("recipient", "person", "report")
log = structlog.get_logger(__name__)


class Withdrawn(Exception):
    """The release was withdrawn while its message was on its way out."""

    def __init__(self) -> None:
        super().__init__("the release was withdrawn")


@dataclass(frozen=True)
class Told:
    """What one pass of noticing did: things noticed, notices that found somebody, mails they were gathered into."""

    noticed: int
    addressed: int
    mails: int


@dataclass(frozen=True)
class Sent:
    """What one pass did: messages sent, failed, and waiting after several tries."""

    sent: int
    failed: int
    stuck: int


def queue_esc(report: WeeklyReport, moment: datetime) -> None:
    """Inside the act of publishing: queue the ESC edition for the committee, and for whom PLCY ticked. Nothing while
    mail is off. Five queries.
    """
    if switch.is_on():
        _queue(report, Delivery.Edition.ESC, moment, [*_seats(ESC_ROLES), *_ticked()])


def queue_coac(report: WeeklyReport, moment: datetime) -> None:
    """Inside the act of releasing: queue COAC's edition for its readers; nobody twice, released again or not.

    Nothing while mail is off. Four queries.
    """
    if switch.is_on():
        _queue(report, Delivery.Edition.COAC, moment, _seats((Role.COAC_READER,)))


def queue_notices(now: datetime) -> Told:
    """Notice what is there to be told, settle whom it reaches, and gather it into one mail a person and day.

    Running it twice, or twice at once, does nothing twice. While mail is off it only notices.
    """
    return Told(noticing.notice(now), addressing.address(now), gathering.gather(now))


def send_due(now: datetime) -> Sent:
    """Send what waits and is due by the real clock `now`; one failure does not stop the rest.

    Nothing while mail is off, and nothing to an address this installation may not reach. Running it twice, or twice at
    once, sends nothing twice.
    """
    outcomes: list[bool | None] = []
    ends = time.monotonic() + PASS_SECONDS
    due = Delivery.objects.due(now).values_list("pk", "tries", "address") if switch.is_on() else ()
    for key, tries, address in due:
        if time.monotonic() > ends:
            break
        if may_reach(address) and _claim(key, tries, now):
            outcomes.append(_send(Delivery.objects.select_related(*_CLAIMED_WITH).get(pk=key)))
    return Sent(outcomes.count(True), outcomes.count(False), Delivery.objects.stuck().count())


def _seats(roles: Collection[Role]) -> Iterator[Delivery]:
    seats = User.objects.filter(seated(clock.real_day()), role__in=roles, wants_report=True)
    for seat in seats.order_by("pk"):
        yield Delivery(address=seat.email.lower(), recipient=seat)


def _ticked() -> Iterator[Delivery]:
    """Yield one for each person whom PLCY ticked and who has no seat; who has one chose there."""
    ticked = Person.objects.filter(gets_report=True, seat=None).order_by("pk")
    taken = _with_a_seat()
    for person in ticked:
        if person.email.lower() not in taken:
            yield Delivery(address=person.email.lower(), person=person)


def _with_a_seat() -> set[str]:
    rows = User.objects.filter(seated(clock.real_day()))
    return {email.lower() for email in rows.values_list("email", flat=True)}


def _queue(report: WeeklyReport, edition: Delivery.Edition, moment: datetime, recipients: Iterable[Delivery]) -> None:
    message = f"report-{report.week}-{report.version}-{edition.value}"
    there = Delivery.objects.filter(message=message)
    addresses, people = set(there.values_list("address", flat=True)), set(there.values_list("recipient", flat=True))
    rows: dict[str, Delivery] = {}
    for row in recipients:
        if row.address not in addresses and (row.recipient_id is None or row.recipient_id not in people):
            row.message, row.report, row.edition, row.queued_at = message, report, edition, moment
            rows.setdefault(row.address, row)
    Delivery.objects.bulk_create(rows.values())


def _claim(key: int, tries: int, now: datetime) -> bool:
    """Take a message for one try, unless another worker was first."""
    mine = Delivery.objects.filter(pk=key, sent_at=None, tries=tries)
    return bool(mine.update(tries=tries + 1, claimed_at=now, next_try_at=clock.wall() + LEASE))


def _send(claimed: Delivery) -> bool | None:
    """Send one message and stamp it, or keep why it failed and when to try again; None when it became needless."""
    row = Delivery.objects.filter(pk=claimed.pk, sent_at=None)
    try:
        _message(claimed).send()
    except Needless as why:
        row.update(sent_at=clock.now(), error=f"Not sent: {why}"[:200])
        return None
    except Exception as problem:  # Whatever went wrong with one message, the others are sent.
        log.warning("send_due failed", delivery=claimed.pk, tries=claimed.tries, error=type(problem).__name__)
        row.update(error=_in_words(problem), next_try_at=clock.wall() + wait_after(claimed.tries))
        return False
    row.update(sent_at=clock.now(), error="")
    return True


def _message(claimed: Delivery) -> EmailMessage:
    """Build the message at the last moment: a release may have been withdrawn, a call answered meanwhile."""
    identity = message_id(claimed.message, claimed.pk)
    report = claimed.report
    if report is None:
        return notices_mail(digest_of(claimed, clock.now()), to=claimed.address, message_id=identity)
    if claimed.recipient is None and claimed.address in _with_a_seat():
        raise Needless("this address has a seat by now")
    if claimed.edition == Delivery.Edition.ESC:
        figures = report.content
    elif released := report.released():
        figures = released.content
    else:
        raise Withdrawn
    return report_mail(figures, to=claimed.address, message_id=identity, picture=picture_of(figures))


def _in_words(problem: Exception) -> str:
    """Return what the mail server or the machine said, printable and short."""
    said = "".join(char if char.isprintable() else " " for char in f"{type(problem).__name__}: {problem}")
    return said[:200]
