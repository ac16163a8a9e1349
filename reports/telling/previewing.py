"""Who would be told what if the job ran now, and who would not, and why?

The same functions as the job asks, on rows that are not kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from esc_tracker import clock
from esc_tracker.accounts.models import Role, User, agency_name, seated
from esc_tracker.outgoing import may_reach
from milestones.models import Contact
from milestones.people.contacts import REACHED, named
from reports.models import Delivery, Notice, Telling
from reports.telling import addressing, gathering, noticing
from reports.telling.gathering import Addressee, Bundle, addressees
from reports.telling.standing import Standing

HELD = "held: the address is not on this installation’s list"
NOTHING_TO_TELL = "no notices"
TOLD_ROLES = (Role.ESC_MEMBER, Role.PLCY_STAFF)


@dataclass(frozen=True, kw_only=True)
class WouldGet:
    """What one address would get: names of agencies, and how many notices of each Notice.Kind (`report`: reports).

    `note` says why it would not go out now, "" where it would.
    """

    address: str
    name: str
    agencies: tuple[str, ...]
    counts: dict[str, int] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Nothing:
    """One who would get nothing, and why."""

    address: str
    name: str
    why: str


@dataclass(frozen=True)
class Untold:
    """An agency that nobody would be told for, "" where none is named, and the milestones it is about."""

    agency: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """A dry run: who would get what, who would get nothing, of what nobody would be told, and what is dropped."""

    gets: tuple[WouldGet, ...]
    nothing: tuple[Nothing, ...]
    untold: tuple[Untold, ...]
    dropped: tuple[tuple[str, str], ...]


def preview(now: datetime) -> Preview:
    """Return what the job would do now if mail were on and the hour had come. Writes nothing. Forty queries at most,
    however many notices and people.
    """
    fresh = noticing.found(now)
    notices = [*addressing.waiting().select_related(*addressing.WITH), *fresh]
    settled = addressing.settle(notices, now)
    tellings = [*gathering.waiting().select_related("notice__milestone"), *settled.tellings]
    bundles = gathering.bundle(tellings, now)
    queued = Delivery.objects.waiting().prefetch_related("tellings__notice")
    gets = sorted(_gets(bundles, list(queued)), key=lambda each: (each.note != "", each.name, each.address))
    return Preview(
        gets=tuple(gets),
        nothing=tuple(_nothing({each.address for each in gets}, bundles)),
        untold=tuple(_untold(settled.nobody, now)),
        dropped=tuple((notice.key, why) for notice, why in settled.dropped),
    )


def _gets(bundles: Sequence[Bundle], queued: Sequence[Delivery]) -> Iterable[WouldGet]:
    for each in bundles:
        if each.now:
            yield _would_get(each.addressee, each.now, "")
        if each.waits:
            yield _would_get(each.addressee, each.waits, each.why)
    known = addressees({each.address for each in queued}) if queued else {}
    for row in queued:
        about = known[row.address]
        note = _held(row.address)
        if row.report_id:
            yield WouldGet(address=row.address, name=about.name, agencies=(), counts={"report": 1}, note=note)
        else:
            yield _would_get(about, list(row.tellings.all()), "")


def _would_get(addressee: Addressee, tellings: Sequence[Telling], note: str) -> WouldGet:
    counts: dict[str, int] = {}
    for each in tellings:
        kind = str(each.notice.kind)
        counts[kind] = counts.get(kind, 0) + 1
    names = sorted({agency_name(each.notice.agency_id or "") for each in tellings})
    held = _held(addressee.address)
    return WouldGet(
        address=addressee.address, name=addressee.name, agencies=tuple(names), counts=counts, note=held or note
    )


def _held(address: str) -> str:
    return "" if may_reach(address) else HELD


def _nothing(reached: set[str], bundles: Sequence[Bundle]) -> list[Nothing]:
    """Return the people who could be told and would not be: members, PLCY, and contacts without a seat."""
    unwanted = {each.addressee.address for each in bundles if each.unwanted}
    seats = User.objects.filter(seated(clock.real_day()), role__in=TOLD_ROLES).order_by("name", "pk")
    people = {user.email.lower(): user.name for user in seats}
    contacts = Contact.objects.filter(named(None), part__in=REACHED).select_related("person")
    for each in contacts.order_by("person__name", "pk"):
        people.setdefault(each.person.email.lower(), each.person.name)
    return [
        Nothing(address, name, "chose no mail beside the report" if address in unwanted else NOTHING_TO_TELL)
        for address, name in people.items()
        if address not in reached
    ]


def _untold(notices: Sequence[Notice], now: datetime) -> list[Untold]:
    if not notices:
        return []
    standing = Standing(notices, now)
    by_agency: dict[str, dict[str, None]] = {}
    for each in notices:
        by_agency.setdefault(agency_name(each.agency_id or ""), {}).update(dict.fromkeys(standing.codes(each)))
    return [Untold(agency, tuple(codes)) for agency, codes in sorted(by_agency.items())]
