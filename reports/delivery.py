"""What happens when people are to be told?

A message waits as a row: a report for each recipient, queued inside the act it tells of; a notice for one agency's
contacts, queued for each reminder and each submission entered for an agency. Sending claims the row by
compare-and-swap, sends, stamps. A crash between sending and stamping repeats the message under the same Message-ID,
which mail programs show once; none is lost.
"""

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.db.models import Exists, OuterRef

from esc_tracker import clock
from esc_tracker.accounts.models import Role, User, seated
from milestones.models import CallReminder, CheckIn, Question, StatusUpdate, TargetRevision
from milestones.people.contacts import mail_addresses
from reports.mail import entered_mail, message_id, reminder_mail, report_mail
from reports.models import ESC_ROLES, Delivery, WeeklyReport
from reports.notices import Needless, entered_of, reminder_of

LEASE = timedelta(minutes=10)  # how long a claim holds: far longer than one message takes
LONGEST_WAIT = timedelta(hours=6)
WHOLE_AFTER = timedelta(minutes=1)  # a submission's answers are kept one by one: by then all of them are
PASS_SECONDS = 120  # a pass ends well before the worker's time limit; the next tick goes on

_CLAIMED_WITH = ("recipient", "report", "reminder__call", "check_in")
log = logging.getLogger(__name__)


class Withdrawn(Exception):
    """The release was withdrawn while its message was on its way out."""

    def __init__(self) -> None:
        super().__init__("the release was withdrawn")


class NobodyToTell(Exception):
    """No address is known for an agency's contacts; the message waits until one is."""

    def __init__(self) -> None:
        super().__init__("nobody to tell")


@dataclass(frozen=True)
class Sent:
    """What one pass did: messages sent, failed, and waiting after several tries."""

    sent: int
    failed: int
    stuck: int


def queue_esc(report: WeeklyReport, moment: datetime) -> None:
    """Inside the act of publishing: queue the ESC edition for everybody of the committee. Two queries."""
    _queue(report, Delivery.Edition.ESC, ESC_ROLES, moment)


def queue_coac(report: WeeklyReport, moment: datetime) -> None:
    """Inside the act of releasing: queue COAC's edition for its readers; nobody twice, released again or not."""
    _queue(report, Delivery.Edition.COAC, (Role.COAC_READER,), moment)


def queue_notices(now: datetime) -> int:
    """Queue a notice for each reminder, and each submission PLCY entered for another agency, that has none; count them.

    Running it twice, or twice at once, queues nothing twice. Two queries, and one more if there is something to queue.
    """
    kept = [Exists(each.objects.filter(check_in=OuterRef("pk"))) for each in (StatusUpdate, TargetRevision, Question)]
    entered = CheckIn.objects.filter(kept[0] | kept[1] | kept[2], delivery=None).exclude(source_how="")
    later = clock.wall() + WHOLE_AFTER
    rows = [
        Delivery(message=f"reminder-{each.pk}", reminder=each, agency_id=each.agency_id, queued_at=now)
        for each in CallReminder.objects.filter(delivery=None).order_by("pk")
    ] + [
        Delivery(
            message=f"entered-{each.pk}", check_in=each, agency_id=each.agency_id, queued_at=now, next_try_at=later
        )
        for each in entered.order_by("pk")
    ]
    if rows:
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)  # Another worker may have been first.
    return len(rows)


def send_due(now: datetime) -> Sent:
    """Send what waits and is due by the real clock `now`; one failure does not stop the rest.

    Running it twice, or twice at once, sends nothing twice.
    """
    outcomes: list[bool | None] = []
    ends = time.monotonic() + PASS_SECONDS
    for key, tries in Delivery.objects.due(now).values_list("pk", "tries"):
        if time.monotonic() > ends:
            break
        if _claim(key, tries, now):
            outcomes.append(_send(Delivery.objects.select_related(*_CLAIMED_WITH).get(pk=key)))
    return Sent(outcomes.count(True), outcomes.count(False), Delivery.objects.stuck().count())


def wait_after(tries: int) -> timedelta:
    """Return how long to wait after so many failed tries: 2, 4, 8 … minutes, six hours at most."""
    return min(timedelta(minutes=2 ** min(tries, 10)), LONGEST_WAIT)


def _queue(report: WeeklyReport, edition: Delivery.Edition, roles: Collection[Role], moment: datetime) -> None:
    message = f"report-{report.week}-{report.version}-{edition.value}"
    Delivery.objects.bulk_create(
        (
            Delivery(
                message=message,
                address=person.email.lower(),
                recipient=person,
                report=report,
                edition=edition,
                queued_at=moment,
            )
            for person in User.objects.filter(seated(clock.real_day()), role__in=roles, wants_report=True)
            .exclude(pk__in=Delivery.objects.filter(message=message).values("recipient"))
            .order_by("pk")
        ),
    )


def _claim(key: int, tries: int, now: datetime) -> bool:
    """Take a message for one try, unless another worker was first."""
    mine = Delivery.objects.filter(pk=key, sent_at=None, tries=tries)
    return bool(mine.update(tries=tries + 1, claimed_at=now, next_try_at=clock.wall() + LEASE))


def _send(claimed: Delivery) -> bool | None:
    """Send one message and stamp it, or keep why it failed and when to try again; None when it became needless."""
    row = Delivery.objects.filter(pk=claimed.pk, sent_at=None)
    try:
        message = _message(claimed)
        message.send()
    except Needless as why:
        row.update(sent_at=clock.now(), error=f"Not sent: {why}"[:200])
        return None
    except Exception as problem:  # Whatever went wrong with one message, the others are sent.
        log.warning("send_due failed delivery=%d tries=%d error=%s", claimed.pk, claimed.tries, type(problem).__name__)
        row.update(error=_in_words(problem), next_try_at=clock.wall() + wait_after(claimed.tries))
        return False
    row.update(sent_at=clock.now(), sent_to=[] if claimed.recipient_id else message.recipients(), error="")
    return True


def _message(claimed: Delivery) -> EmailMessage:
    """Build the message at the last moment: a release may have been withdrawn, a call answered meanwhile."""
    report, person = claimed.report, claimed.recipient
    if report is None or person is None:
        return _notice(claimed)
    if claimed.edition == Delivery.Edition.ESC:
        figures = report.content
    elif released := report.released():
        figures = released.content
    else:
        raise Withdrawn
    return report_mail(figures, to=person.email, message_id=message_id(claimed.message, person.pk))


def _notice(claimed: Delivery) -> EmailMessage:
    """Build a notice for whomever the agency named for its milestones."""
    agency, identity = str(claimed.agency_id), message_id(claimed.message, claimed.pk)
    if claimed.reminder:
        reminder = reminder_of(claimed.reminder)
        to, cc = _addresses(agency, reminder.codes)
        return reminder_mail(reminder, to=to, cc=cc, message_id=identity)
    if claimed.check_in:
        entered = entered_of(claimed.check_in)
        to, cc = _addresses(agency, entered.codes)
        return entered_mail(entered, to=to, cc=cc, message_id=identity)
    raise Needless("it tells of nothing")  # The constraint delivery_is_a_report_or_a_notice keeps this from happening.


def _addresses(agency: str, codes: Sequence[str]) -> tuple[list[str], list[str]]:
    to, cc = mail_addresses(agency, codes, clock.today())
    if not to:
        raise NobodyToTell
    return to, cc


def _in_words(problem: Exception) -> str:
    """Return what the mail server or the machine said, printable and short."""
    said = "".join(char if char.isprintable() else " " for char in f"{type(problem).__name__}: {problem}")
    return said[:200]
