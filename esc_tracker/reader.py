"""Who is reading, and as of when?

Resolved once a request, from the person, `?as_of=` and the releases. A freeze or a preview builds one by hand.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from esc_tracker import clock
from esc_tracker.accounts.models import Role, User
from esc_tracker.journal.models import Entry, Release


class BadAsOf(ValueError):
    """The day asked for is no day of the record; the message says why to a person."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A pair of eyes: a role, an agency, and the moment up to which they see the record.

    `moment` is None for the record as it stands; `today` is the day that counts as today for them;
    `as_of` is the day they asked for, None when they asked for none.
    """

    role: Role
    agency: str | None = None
    moment: datetime | None = None
    today: date
    withheld: frozenset[str] = frozenset()
    release: Release | None = None
    as_of: date | None = None

    @property
    def is_coac(self) -> bool:
        """Say whether only shared fields may be shown."""
        return self.role == Role.COAC_READER

    @property
    def is_plcy(self) -> bool:
        """Say whether the reader sits in the chair's office."""
        return self.role == Role.PLCY_STAFF

    @property
    def sees_internal(self) -> bool:
        """Say whether agencies' words, notes, outlooks and history may be shown."""
        return self.role in {Role.ESC_MEMBER, Role.PLCY_STAFF, Role.READER}

    @property
    def may_act(self) -> bool:
        """Say whether this reader looks at the present in a role that changes the record."""
        return self.moment is None and self.role in {Role.ESC_MEMBER, Role.PLCY_STAFF}


def last_day_before(moment: datetime) -> date:
    """Return the New York day of the instant just before a moment: "today" for an `as_of`."""
    return clock.day_of(moment - timedelta(microseconds=1))


def coac_reader(moment: datetime, *, withheld: frozenset[str] = frozenset(), release: Release | None = None) -> Reader:
    """Return COAC's eyes as of a moment, for a page, a freeze or a preview."""
    return Reader(
        role=Role.COAC_READER, moment=moment, today=last_day_before(moment), withheld=withheld, release=release
    )


def esc_reader(moment: datetime) -> Reader:
    """Return the committee's eyes as of a moment, for a freeze."""
    return Reader(role=Role.READER, moment=moment, today=last_day_before(moment))


def reader_for(user: User, asked: str = "") -> Reader:
    """Return the reader for a signed-in person and the text of `?as_of=` (empty for none).

    Raises BadAsOf with a sentence for a day that is malformed, in the future or before the record.
    No query for the present, one for an `as_of`, one or two for COAC.
    """
    day = _day_of_the_record(asked) if asked else None
    role = Role(user.role)
    if role == Role.COAC_READER:
        reader = _coac_reader_on(day)
    elif day is not None:
        reader = Reader(role=role, agency=user.agency_id, moment=clock.end_of(day), today=day, as_of=day)
    else:
        reader = Reader(role=role, agency=user.agency_id, today=clock.today())
    return reader


def _coac_reader_on(day: date | None) -> Reader:
    """Return COAC's eyes as of the latest standing release, at or before the end of a day if one is asked for.

    Before the first release they see the plan as loaded: the record at its very start.
    """
    releases = Release.objects.standing()
    if day is not None:
        releases = releases.filter(as_of__lte=clock.end_of(day))
    release = releases.first()
    moment = release.as_of if release else Entry.objects.begins_at() or clock.now()
    return Reader(
        role=Role.COAC_READER,
        moment=moment,
        today=last_day_before(moment) if release else clock.day_of(moment),
        withheld=frozenset(release.withheld) if release else frozenset(),
        release=release,
        as_of=day,
    )


def _day_of_the_record(asked: str) -> date:
    """Read `?as_of=` strictly; raise BadAsOf with the sentence for the person."""
    today = clock.today()
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", asked):
        raise BadAsOf("The day in as_of must be written like 2020-09-01.")
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        raise BadAsOf(f"There is no day {asked}.") from None
    if day > today:
        raise BadAsOf(f"{_say(day)} is in the future. The record reaches to today, {_say(today)}.")
    begins_at = Entry.objects.begins_at()
    begins_on = clock.day_of(begins_at) if begins_at else today
    if day < begins_on:
        raise BadAsOf(f"The record begins on {_say(begins_on)}. Nothing is recorded of {_say(day)}.")
    return day


def _say(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def reader_of(request: HttpRequest) -> Reader:
    """Return who reads; the middleware found it out."""
    return cast(Reader, request.reader)  # type: ignore[attr-defined]  # set by ReaderMiddleware


class ReaderMiddleware:
    """Give every signed-in request its `reader`; answer a bad `as_of` with 400 and the sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; the reader is resolved once it is known that sign-in let them pass."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Resolve the reader, or refuse the day."""
        user = request.user
        if not getattr(view, "login_required", True):  # asked first: a public page needs no database
            return None
        if not isinstance(user, User) or user.role == Role.ADMINISTRATOR:
            return None
        try:
            request.reader = reader_for(user, request.GET.get("as_of", ""))  # type: ignore[attr-defined]  # read by reader_of
        except BadAsOf as refusal:
            return render(request, "400.html", {"reason": str(refusal)}, status=400)
        return None
