"""How does mail stand: is it on, what went out to whom, and what could not be sent?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from esc_tracker import clock
from esc_tracker.outgoing import may_reach
from esc_tracker.reader import Reader
from milestones.telling import counted, listed, say_day
from reports import sentences, switch
from reports.models import Delivery, MailSwitch
from reports.telling import gathering
from reports.telling.gathering import UNWANTED
from reports.telling.mailed import GONE, HELD, problem_in_words
from reports.telling.previewing import WouldGet
from reports.wording import agreeing

SETTLED = 50  # messages the page looks back
LISTED = 100  # messages of a kind that wait; more are counted
_EDITIONS = {Delivery.Edition.ESC: "ESC edition", Delivery.Edition.COAC: "COAC edition"}
_COUNTED = {
    "report": ("{} weekly report", "{} weekly reports"),
    "overdue": ("{} overdue", "{} overdue"),
    "due": ("{} due soon", "{} due soon"),
    "call": ("{} call", "{} calls"),
    "reminder": ("{} reminder of a call", "{} reminders of a call"),
    "decision": ("{} decision", "{} decisions"),
    "entered": ("{} submission entered by PLCY", "{} submissions entered by PLCY"),
    "edited": ("{} report with edited lines", "{} reports with edited lines"),
}


@dataclass(frozen=True)
class Message:
    """One message to one address, in words; `problem` says why it was not sent, `next_try` when it is tried again."""

    name: str
    address: str
    what: str
    url: str
    queued_at: datetime
    sent_at: datetime | None
    tries: int
    problem: str
    next_try: str


@dataclass(frozen=True)
class Post:
    """How mail stood at a reader's moment. `more` is how many wait beside those listed."""

    on: bool
    turned: MailSwitch | None
    headline: str
    failing: Sequence[Message]
    held: Sequence[Message]
    waiting: Sequence[Message]
    more: int
    settled: Sequence[Message]
    to_gather: int
    reached: str


def post_of(reader: Reader) -> Post:
    """Return how mail stood at a reader's moment. Five queries.

    Tries and problems are those of now: of an earlier day it is only known what had been sent by then.
    """
    turned = switch.latest(reader.moment)
    on = turned is not None and turned.on
    rows = Delivery.objects.select_related("recipient", "person", "report")
    settled_by = Q(sent_at__isnull=False) if reader.moment is None else Q(sent_at__lt=reader.moment)
    if reader.moment is not None:
        rows = rows.filter(queued_at__lt=reader.moment)
    may_go = Exists(Delivery.objects.waiting().filter(pk=OuterRef("pk")))
    open_rows = list(rows.exclude(settled_by).annotate(may_go=may_go).order_by("queued_at", "pk"))
    settled = rows.filter(settled_by).exclude(message__startswith=UNWANTED).order_by("-sent_at", "-pk")[:SETTLED]
    failing = [row for row in open_rows if _is_failing(row, reader)]
    held = [row for row in open_rows if row not in failing and _why_held(row, reader)]
    waiting = [row for row in open_rows if row not in failing and row not in held]
    return Post(
        on=on,
        turned=turned,
        headline=_headline(on, failing, held, waiting),
        failing=_told(failing[:LISTED], reader),
        held=_told(held[:LISTED], reader),
        waiting=_told(waiting[:LISTED], reader),
        more=sum(max(0, len(each) - LISTED) for each in (failing, held, waiting)),
        settled=_told(settled, reader),
        to_gather=0 if reader.moment else gathering.waiting().values("address").distinct().count(),
        reached=reached_in_words(),
    )


def reached_in_words() -> str:
    """Say which addresses this installation may mail, "" where it may mail everybody. No query."""
    allowed = sorted(settings.MAIL_ALLOWED)
    if allowed:
        return f"This installation mails only {listed(allowed)}; everything else is held."
    return "" if settings.PRODUCTION else "This installation mails nobody: its list of addresses is empty."


def in_words(counts: dict[str, int]) -> str:
    """Say what a person would get: "3 overdue, 1 due soon, 1 weekly report"."""
    return ", ".join(_COUNTED[kind][number != 1].format(number) for kind, number in counts.items())


def goes(gets: Iterable[WouldGet]) -> int:
    """Count the people who would get a mail now."""
    return len({each.address for each in gets if not each.note})


def _is_failing(row: Delivery, reader: Reader) -> bool:
    return reader.moment is None and bool(row.error) and _may_go(row)


def _may_go(row: Delivery) -> bool:
    return bool(getattr(row, "may_go", True))


def _why_held(row: Delivery, reader: Reader) -> str:
    if reader.moment is not None:
        return ""
    if not _may_go(row):
        return GONE
    return "" if may_reach(row.address) else HELD


def _headline(on: bool, failing: Sequence[Delivery], held: Sequence[Delivery], waiting: Sequence[Delivery]) -> str:
    if not on:
        return "Mail is off: nobody is told anything by mail"
    if failing:
        whys = dict.fromkeys(problem_in_words(row.error) for row in failing)
        return f"{_messages(len(failing))} could not be sent: {', '.join(whys)}"
    if waiting:
        return f"Mail is on; {_messages(len(waiting)).lower()} {agreeing(len(waiting), 'waits', 'wait')} to be sent"
    if held:
        return f"Mail is on; {_messages(len(held)).lower()} {agreeing(len(held), 'is', 'are')} held back"
    return "Mail is on; everything was sent"


def _messages(count: int) -> str:
    return f"{sentences.opening(count)} {agreeing(count, 'message', 'messages')}"


def _told(rows: Iterable[Delivery], reader: Reader) -> list[Message]:
    return [_message(row, reader) for row in rows]


def _message(row: Delivery, reader: Reader) -> Message:
    about = row.recipient or row.person
    what, url = _what(row)
    known = reader.moment is None or row.sent_at is not None
    return Message(
        name=about.name if about else "",
        address=row.address,
        what=what,
        url=url,
        queued_at=row.queued_at,
        sent_at=row.sent_at if reader.moment is None or (row.sent_at and row.sent_at < reader.moment) else None,
        tries=row.tries if known else 0,
        problem=(problem_in_words(row.error) or _why_held(row, reader) if not row.sent_at else _needless(row))
        if known
        else "",
        next_try=_next_try(row),
    )


def _what(row: Delivery) -> tuple[str, str]:
    """Say which message it is, and where it can be read, "" where it can not."""
    if row.report:
        version = f", version {row.report.version}" if row.report.version > 1 else ""
        edition = row.edition and _EDITIONS[Delivery.Edition(row.edition)]
        coac = "?edition=coac" if row.edition == Delivery.Edition.COAC else ""
        return f"Weekly report {row.report.week}{version}, {edition}", f"{row.report.get_absolute_url()}{coac}"
    return f"Notices of {say_day(clock.day_of(row.queued_at))}", ""


def _needless(row: Delivery) -> str:
    """Say why a message that was settled did not go out, "" for one that did."""
    return f"Not sent: {problem_in_words(row.error)}" if row.error else ""


def _next_try(row: Delivery) -> str:
    """Say when it is tried again, by the real clock: "within minutes", "in 4 hours"."""
    left = (row.next_try_at - clock.wall()) if row.next_try_at else timedelta()
    minutes = round(left.total_seconds() / 60)
    if minutes <= 1:
        return "within minutes"
    return f"in {counted(minutes, 'minute')}" if minutes < 90 else f"in {counted(round(minutes / 60), 'hour')}"
