"""What happens when a person's notices are put into one mail?

At most one mail of notices an address and day, at the pace its person chose; a contact always gets what is overdue.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from esc_tracker import clock
from esc_tracker.accounts.models import Pace, User, seated
from milestones.models import Person
from milestones.people.contacts import Reach
from reports import switch
from reports.models import Delivery, Notice, Telling
from reports.telling.addressing import is_time

MAIL, UNWANTED = "notices", "unwanted"  # how the names of messages begin
NOT_WANTED = "Not sent: no mail wanted beside the report"
_WITH = ("notice__milestone",)


@dataclass(frozen=True)
class Addressee:
    """Who stands behind an address: a seat, a person an agency named, both, or nobody known any more."""

    address: str
    seat: User | None
    person: Person | None

    @property
    def name(self) -> str:
        """Return what to call them."""
        found = self.seat or self.person
        return found.name if found else self.address

    @property
    def pace(self) -> str:
        """Return when they are told; who has no seat could not choose."""
        return self.seat.pace if self.seat else Pace.IMMEDIATE


@dataclass(frozen=True)
class Bundle:
    """What waits for one address: what goes out `now`, what nobody wanted, and why the rest waits, "" for none."""

    addressee: Addressee
    now: Sequence[Telling]
    unwanted: Sequence[Telling]
    waits: Sequence[Telling]
    why: str


def gather(now: datetime) -> int:
    """Put what waits into one mail for each address whose time has come; return how many mails.

    Nothing while mail is off or before the hour. Running it twice, or twice at once, makes one. Fourteen queries at
    most, however many tellings.
    """
    if not (switch.is_on() and is_time(now) and waiting().exists()):
        return 0
    with transaction.atomic():
        tellings = list(waiting().select_for_update(of=("self",)).select_related(*_WITH))
        bundles = bundle(tellings, now)
        mails = [_mail(each.addressee, now) for each in bundles if each.now]
        closed = [_unwanted(each.addressee, now) for each in bundles if each.unwanted]
        Delivery.objects.bulk_create(mails)
        Delivery.objects.bulk_create(closed, ignore_conflicts=True)  # More of the kind may have come that day.
        messages = {_message(MAIL, now), _message(UNWANTED, now)}
        there = {(row.message, row.address): row for row in Delivery.objects.filter(message__in=messages)}
        gathered = []
        for each in bundles:
            for kind, rows in ((MAIL, each.now), (UNWANTED, each.unwanted)):
                for telling in rows:
                    telling.delivery = there[_message(kind, now), each.addressee.address]
                    gathered.append(telling)
        Telling.objects.bulk_update(gathered, ["delivery"])
    return len(mails)


def waiting() -> QuerySet[Telling]:
    """Return the tellings that are in no mail yet."""
    return Telling.objects.filter(delivery=None, notice__dropped="").order_by("pk")


def bundle(tellings: Sequence[Telling], now: datetime) -> list[Bundle]:
    """Return what happens to what waits, an address after the other; nothing is kept. Eight queries at most."""
    by_address: dict[str, list[Telling]] = {}
    for each in tellings:
        by_address.setdefault(each.address, []).append(each)
    if not by_address:
        return []
    known = addressees(by_address)
    busy = _busy(by_address, now)
    called = Reach({each.notice.agency_id for each in tellings if each.notice.agency_id}, clock.day_of(now))
    return [
        _bundle(known[address], rows, busy.get(address, ""), called, now)
        for address, rows in sorted(by_address.items())
    ]


def addressees(addresses: Iterable[str]) -> dict[str, Addressee]:
    """Return who stands behind each address; a seat that has ended is none. Two queries."""
    wanted = set(addresses)
    on = clock.real_day()
    seats = {user.email.lower(): user for user in User.objects.filter(seated(on))}
    people: dict[str, Person] = {}
    for person in Person.objects.select_related("seat").order_by("-pk"):
        people[person.email.lower()] = person
    found = {}
    for address in wanted:
        named = people.get(address)
        own = named.seat if named and named.seat and named.seat.is_seated(on) else None
        found[address] = Addressee(address, seats.get(address) or own, named)
    return found


def _bundle(addressee: Addressee, rows: Sequence[Telling], busy: str, called: Reach, now: datetime) -> Bundle:
    owed = [each for each in rows if _is_owed(each, called)]
    others = [each for each in rows if each not in owed]
    unwanted: Sequence[Telling] = ()
    waits: Sequence[Telling] = ()
    why = ""
    if addressee.pace == Pace.NONE:
        unwanted, others = others, []
    elif addressee.pace == Pace.WEEKLY and not _is_week_told(rows, now):
        waits, others, why = others, [], "once a week: waits for Monday" if others else ""
    if busy and (owed or others):
        return Bundle(addressee, (), unwanted, [*owed, *others, *waits], busy)
    return Bundle(addressee, [*owed, *others], unwanted, waits, why)


def _is_owed(telling: Telling, called: Reach) -> bool:
    """Say whether a contact is told whatever pace they chose: of what is overdue, and theirs."""
    notice = telling.notice
    if notice.kind != Notice.Kind.OVERDUE or not notice.agency_id or not notice.milestone:
        return False
    return called.calls(telling.address, notice.agency_id, notice.milestone.code)


def _is_week_told(rows: Sequence[Telling], now: datetime) -> bool:
    """Say whether it is the day of the weekly mail: Monday, or later in the week if Monday's did not go out."""
    today = clock.day_of(now)
    monday = clock.start_of(today - timedelta(days=today.weekday()))
    missed = any(each.notice.addressed_at and each.notice.addressed_at < monday for each in rows)
    return today.weekday() == 0 or missed


def _busy(addresses: Iterable[str], now: datetime) -> dict[str, str]:
    """Return the addresses that get no other mail of notices now, with why. One query."""
    rows = Delivery.objects.filter(report=None, address__in=sorted(addresses)).exclude(message__startswith=UNWANTED)
    today = clock.start_of(clock.day_of(now))
    there = Q(sent_at=None) | Q(sent_at__gte=today) | Q(message=_message(MAIL, now))
    return {
        row.address: "told today already: waits for tomorrow" if row.sent_at else "an earlier mail waits still"
        for row in rows.filter(there).order_by("pk")
    }


def _message(kind: str, now: datetime) -> str:
    return f"{kind}-{clock.day_of(now)}"


def _mail(addressee: Addressee, now: datetime) -> Delivery:
    return Delivery(
        message=_message(MAIL, now),
        address=addressee.address,
        recipient=addressee.seat,
        person=addressee.person,
        queued_at=now,
    )


def _unwanted(addressee: Addressee, now: datetime) -> Delivery:
    row = _mail(addressee, now)
    row.message, row.sent_at, row.error = _message(UNWANTED, now), now, NOT_WANTED
    return row
