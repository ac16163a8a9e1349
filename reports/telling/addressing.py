"""What happens when it is settled whom a notice reaches?

While mail is on, from the hour of the day on. Contacts and absences are those of that moment; nobody is told twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from esc_tracker import clock
from esc_tracker.accounts.models import PLCY, User, seated
from milestones.people.contacts import Reach
from reports import switch
from reports.models import ESC_ROLES, Notice, Telling
from reports.telling.noticing import NEWS_FOR
from reports.telling.standing import Standing

WITH = ("report", "reminder", "flag", "milestone")
TOO_OLD = "Not told within 14 days."


@dataclass
class Settled:
    """Whom some notices reach: the tellings, not kept yet; the notices that are dropped, with why; and those that
    reach nobody.
    """

    tellings: list[Telling] = field(default_factory=list)
    dropped: list[tuple[Notice, str]] = field(default_factory=list)
    nobody: list[Notice] = field(default_factory=list)


def is_time(now: datetime) -> bool:
    """Say whether the hour has come from which people are told of the day."""
    return now.astimezone(clock.NEW_YORK).time() >= settings.DIGEST_AT


def address(now: datetime) -> int:
    """Settle whom each notice reaches that nobody was told of yet; return how many reach somebody.

    Nothing while mail is off or before the hour. One that reaches nobody stays, and is asked about again. Running it
    twice, or twice at once, settles nothing twice. Nineteen queries at most, however many notices.
    """
    if not (switch.is_on() and is_time(now) and waiting().exists()):
        return 0
    with transaction.atomic():
        notices = list(waiting().select_for_update(of=("self",)).select_related(*WITH))
        settled = settle(notices, now)
        Telling.objects.bulk_create(settled.tellings)
        for notice, why in settled.dropped:
            notice.dropped = why[:200]
        Notice.objects.bulk_update([notice for notice, _ in settled.dropped], ["dropped"])
        told = {each.notice_id for each in settled.tellings}
        Notice.objects.filter(pk__in=told).update(addressed_at=now)
    return len(told)


def waiting() -> QuerySet[Notice]:
    """Return the notices of which it is not settled whom they reach."""
    return Notice.objects.filter(addressed_at=None, dropped="").order_by("pk")


def settle(notices: Sequence[Notice], now: datetime) -> Settled:
    """Return whom notices reach at a moment; nothing is kept. Thirteen queries at most, however many."""
    settled = Settled()
    if not notices:
        return settled
    standing = Standing(notices, now)
    reach = Reach({each.agency_id or PLCY for each in notices}, clock.day_of(now))
    outsiders = _outsiders()
    for each in notices:
        if why := TOO_OLD if each.noticed_at < now - NEWS_FOR else standing.why_not(each):
            settled.dropped.append((each, why))
            continue
        to, cc = _addresses(each, standing, reach)
        told = [Telling(notice=each, address=one) for one in to if one not in outsiders]
        told += [Telling(notice=each, address=one, copy=True) for one in cc if one not in outsiders]
        settled.tellings += told
        if not told:
            settled.nobody.append(each)
    return settled


def _addresses(notice: Notice, standing: Standing, reach: Reach) -> tuple[list[str], list[str]]:
    """Return `(to, cc)` for one notice; a principal reads along only where PLCY chose so."""
    if notice.agency_id is None:
        return reach.seats(PLCY), []
    to, cc = reach.addresses(notice.agency_id, standing.codes(notice))
    return to, cc if notice.reminder and notice.reminder.copies_principal else []


def _outsiders() -> set[str]:
    """Return the addresses of those with a seat from which nothing of the committee is to be read. One query."""
    rows = User.objects.filter(seated(clock.real_day())).exclude(role__in=ESC_ROLES)
    return {email.lower() for email in rows.values_list("email", flat=True)}
