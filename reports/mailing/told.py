"""Who was told that a milestone is overdue, and when?

PLCY reads it of all agencies, a member of the own agency; nobody else.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Subquery

from esc_tracker import clock
from esc_tracker.accounts.models import PLCY, agency_name
from esc_tracker.reader import Reader
from milestones.querysets import still_open
from reports.models import MailSwitch, Notice
from reports.telling.addressing import is_time
from reports.telling.mailed import problem_in_words

SETTLED_AFTER = timedelta(hours=1)  # by then the job has asked whom a notice reaches
NOT_YET, MAIL_IS_OFF, NOBODY = "not yet", "mail is off", "nobody to tell"


@dataclass(frozen=True)
class Told:
    """What became of telling one agency: on which day whom, or in words why nobody yet.

    `agency` is its name, "" for who reads of their own alone.
    """

    agency: str
    on: date | None = None
    addresses: tuple[str, ...] = ()
    why: str = ""

    @property
    def people(self) -> str:
        """Say to how many: "2 people"."""
        return "1 person" if len(self.addresses) == 1 else f"{len(self.addresses)} people"


@dataclass
class _Notice:
    """One notice as it stood: when it was sent to whom, what went wrong, and whether it still waits."""

    agency: str
    noticed_at: datetime
    dropped: str
    mail_on_since: datetime | None
    sent: dict[str, datetime] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    waits: bool = False


def why_not_told(reader: Reader) -> str:
    """Say why this reader may not know who was told; "" when they may. No query."""
    may = reader.is_plcy or (reader.sees_internal and reader.agency is not None)
    return "" if may else "Who was told is for PLCY and for the agency itself."


def told_of(milestones: Collection[int], reader: Reader) -> dict[int, list[Told]]:
    """Return `{milestone id: an agency after the other}` of milestones overdue at the reader's moment.

    Nothing for who may not know. A milestone that was not noticed yet is left out. One query.
    """
    if why_not_told(reader) or not milestones:
        return {}
    found: dict[int, list[Told]] = {}
    for milestone, notice in _notices(milestones, reader):
        found.setdefault(milestone, []).append(_told(notice, reader))
    return found


def not_noticed() -> Told:
    """Return what is told of a milestone of which nobody was noticed to be told yet. No query."""
    return Told(agency="", why=NOT_YET)


def _notices(milestones: Collection[int], reader: Reader) -> list[tuple[int, _Notice]]:
    """Return the notices of open flags, with the milestone each is about. One query."""
    rows = Notice.objects.filter(
        still_open("flag__closed_at", reader.moment), kind=Notice.Kind.OVERDUE, milestone__in=milestones
    )
    turns = MailSwitch.objects.order_by("-recorded_at", "-pk")
    if reader.moment is not None:
        rows = rows.filter(noticed_at__lt=reader.moment)
        turns = turns.filter(recorded_at__lt=reader.moment)
    rows = rows.annotate(on=Subquery(turns.values("on")[:1]), turned_at=Subquery(turns.values("recorded_at")[:1]))
    if not reader.is_plcy:
        rows = rows.filter(agency=reader.agency)
    found: dict[int, tuple[int, _Notice]] = {}
    for key, milestone, agency, noticed_at, dropped, on, turned_at, address, sent_at, error in rows.order_by(
        "pk"
    ).values_list(
        *("pk", "milestone", "agency", "noticed_at", "dropped", "on", "turned_at"),
        *("tellings__address", "tellings__delivery__sent_at", "tellings__delivery__error"),
    ):
        why = dropped if reader.moment is None else ""
        name = agency_name(agency or PLCY) if reader.is_plcy else ""
        begun = _Notice(name, noticed_at, why, turned_at if on else None)
        _, notice = found.setdefault(key, (milestone, begun))
        settled = sent_at is not None and (reader.moment is None or sent_at < reader.moment)
        if settled and not error:
            notice.sent[address] = sent_at
        elif error and reader.moment is None:
            notice.errors.append(error)
        elif address:
            notice.waits = True
    return list(found.values())


def _told(notice: _Notice, reader: Reader) -> Told:
    if notice.sent:
        first = min(notice.sent.values())
        return Told(notice.agency, clock.day_of(first), tuple(sorted(notice.sent)))
    return Told(notice.agency, why=_why_nobody(notice, reader))


def _why_nobody(notice: _Notice, reader: Reader) -> str:
    if notice.dropped:
        return notice.dropped
    if notice.mail_on_since is None:
        return MAIL_IS_OFF
    if notice.errors and not notice.waits:
        return f"not sent, {problem_in_words(notice.errors[0])}"
    now = clock.now() if reader.moment is None else reader.moment
    settled = max(notice.noticed_at, notice.mail_on_since) < now - SETTLED_AFTER and is_time(now - SETTLED_AFTER)
    return NOBODY if settled and not notice.waits else NOT_YET
