"""Who released which report to COAC, cleared by whom, and what was held back?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from esc_tracker import clock
from esc_tracker.accounts.guards import only
from esc_tracker.accounts.models import Role
from esc_tracker.journal.models import Release
from esc_tracker.reader import Reader, reader_of
from esc_tracker.security.middleware import count_rows
from esc_tracker.spreadsheets import CSV, csv_lines
from milestones.links import link
from milestones.lists import shown
from milestones.telling import say_day
from reports import sentences
from reports.editions import COAC
from reports.models import ReleasedEdition
from reports.wording import agreeing, week_in_words

PER_PAGE = 25
MARK = "INTERNAL: for PLCY; not for release."
STANDING, WITHDRAWN = "Released", "Withdrawn"
COLUMNS = (
    *("week", "version", "as_of", "released_at", "released_by", "cleared_by", "withheld", "withheld_because"),
    *("digest", "state", "withdrawn_at", "withdrawn_by"),
)


@dataclass(frozen=True)
class Registered:
    """One release as it stood at the reader's moment."""

    edition: ReleasedEdition
    release: Release
    days: str
    url: str
    is_withdrawn: bool
    is_seen: bool


@require_safe
@only(Role.PLCY_STAFF)
def releases(request: HttpRequest) -> HttpResponse:
    """List every release, the latest first, those withdrawn too; or hand the register out as CSV."""
    reader = reader_of(request)
    asked = [text for text in request.GET.getlist("export") if text]
    if asked:
        return _file(request, reader, asked)
    page = Paginator(_rows(reader), PER_PAGE).get_page(request.GET.get("page"))
    seen = _seen_by_coac(reader)
    context = {
        "page": page,
        "listed": list(_listed(page, reader, seen)),
        "headline": _headline(seen, page.paginator.count),
        "acts": [
            {
                "label": "CSV",
                "url": link("reports:releases", reader=reader, export="csv"),
                "style": "outline",
                "icon": "file_download",
            }
        ],
    }
    return render(request, "reports/releases.html", context)


def _rows(reader: Reader) -> QuerySet[ReleasedEdition]:
    """Return the editions released by the reader's moment, without their figures."""
    rows = ReleasedEdition.objects.defer("figures").select_related("release__released_by", "release__withdrawn_by")
    rows = rows.order_by("-release__released_at", "-release_id")
    return rows if reader.moment is None else rows.filter(release__released_at__lt=reader.moment)


def _seen_by_coac(reader: Reader) -> Release | None:
    """Return the release that COAC looks through at the reader's moment, None before the first. One query."""
    rows = Release.objects.order_by("-as_of", "-version", "-pk")
    if reader.moment is None:
        return rows.filter(withdrawn_at=None).first()
    standing = Q(withdrawn_at=None) | Q(withdrawn_at__gte=reader.moment)
    return rows.filter(standing, released_at__lt=reader.moment).first()


def _listed(rows: Iterable[ReleasedEdition], reader: Reader, seen: Release | None) -> Iterator[Registered]:
    for edition in rows:
        release = edition.release
        yield Registered(
            edition,
            release,
            week_in_words(release.week),
            link("reports:report", release.week, reader=reader, edition=COAC, version=release.version),
            _is_withdrawn(release, reader),
            release == seen,
        )


def _is_withdrawn(release: Release, reader: Reader) -> bool:
    return release.withdrawn_at is not None and (reader.moment is None or release.withdrawn_at < reader.moment)


def _headline(seen: Release | None, count: int) -> str:
    if not count:
        return "Nothing has been released to COAC yet"
    if seen is None:
        return "No release stands: COAC sees the plan as loaded"
    if count == 1:
        return f"One release, of {week_in_words(seen.week)}: COAC looks through it"
    times = f"{sentences.opening(count)} {agreeing(count, 'release', 'releases')}"
    return f"{times}; COAC looks through that of {week_in_words(seen.week)}"


# --- The file ------------------------------------------------------------------------------------------------------


def _file(request: HttpRequest, reader: Reader, asked: list[str]) -> HttpResponse:
    """Answer with the whole register as CSV, or with why there is none."""
    if asked != ["csv"]:
        reason = f"The register of releases can be exported as csv, not as “{shown(asked[0])}”."
        return render(request, "400.html", {"reason": reason}, status=400)
    notes = [
        "ESC Milestone Tracker: Register of releases to COAC",
        f"As of {say_day(reader.today)} ({reader.today})",
        MARK,
    ]
    rows = [_cells(edition, reader) for edition in _rows(reader).iterator()]
    answer = HttpResponse(csv_lines(notes, COLUMNS, rows), content_type=CSV)
    count_rows(answer, len(rows))
    answer.headers["Content-Disposition"] = f'attachment; filename="releases-{reader.today}.csv"'
    return answer


def _cells(edition: ReleasedEdition, reader: Reader) -> list[object]:
    release = edition.release
    withdrawn = _is_withdrawn(release, reader)
    return [
        release.week,
        release.version,
        _moment(release.as_of),
        _moment(release.released_at),
        release.released_by,
        release.cleared_by,
        "; ".join(release.withheld),
        release.withheld_because,
        edition.digest,
        WITHDRAWN if withdrawn else STANDING,
        _moment(release.withdrawn_at) if withdrawn else "",
        release.withdrawn_by if withdrawn else "",
    ]


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(clock.NEW_YORK).isoformat(timespec="seconds") if moment else ""
