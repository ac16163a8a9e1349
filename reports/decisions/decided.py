"""What was decided lately, on whose decision, and who recorded it?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import CharField, DateField, F, OuterRef, QuerySet, Subquery, Value

from actions.target_dates import FIRST_YEAR, Kind, TargetDate
from esc_tracker import clock
from esc_tracker.reader import Reader
from milestones.authority import CHAIR, Authority
from milestones.models import Addition, PartEnd, Responsibility, StatusUpdate, TargetRevision
from milestones.targets.account import say_target
from milestones.workflow import Move

LATELY = timedelta(days=30)
MOST = 100  # rows shown at most
_EVER = clock.start_of(date(FIRST_YEAR, 1, 1))
_PLACE = ("code_action", "code_position")
_DECIDING = (Move.CONFIRM, Move.RETURN, Move.REOPEN, Move.WITHDRAW)
_OUTCOMES = {
    "accepted": "Approved",
    "refused": "Refused",
    Move.CONFIRM: "Confirmed",
    Move.RETURN: "Returned",
    Move.REOPEN: "Reopened",
    Move.WITHDRAW: "Withdrawn",
    "added": "Added to the plan",
}
_COLUMNS = (
    *("at", "sort", "what", "code_action", "code_position", "agency_name", "by_name", "note", "kind", "due_on"),
    *("authority", "meeting", "principal", "principal_on"),
)
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Decided:
    """One decision in words: about which milestones, what was asked, how it ended and why.

    `authority` is whose decision it is: "The ESC, meeting 3"; `recorded_by` who recorded it, the chair's office where
    the reader may not read the person's name.
    """

    codes: tuple[str, ...]
    what: str
    outcome: str
    note: str
    authority: str
    recorded_by: str
    at: datetime


def decided_lately(reader: Reader) -> list[Decided]:
    """Return what was decided in the 30 days up to the reader's day, the newest first. One query.

    PLCY reads all decisions, a member those on what its own agency asked or reported.
    """
    since = clock.start_of(reader.today - LATELY)
    parts = _of_all(since, reader) if reader.is_plcy else _of_ours(since, reader)
    return _together(_decided(row, reader) for row in _union(parts).order_by("-at", *_PLACE)[:MOST])


def decided_at_meeting(number: int, reader: Reader) -> list[Decided]:
    """Return what is recorded as decided at an ESC meeting, the first recorded first, for any of the committee.

    One query.
    """
    parts = [part.filter(authority_meeting=number) for part in _of_all(_EVER, reader)]
    return _together(_decided(row, reader) for row in _union(parts).order_by("at", *_PLACE))


def _union(parts: list[QuerySet[Any]]) -> QuerySet[Any]:
    first, *rest = [each.order_by().values(*_COLUMNS) for each in parts]
    return first.union(*rest, all=True)


def _of_all(since: datetime, reader: Reader) -> list[QuerySet[Any]]:
    given = Responsibility.objects.filter(assigned_from__gte=since).exclude(authority="")
    added = Addition.objects.filter(recorded_at__gte=since)
    return [
        _revisions(since, reader),
        _moves(since, reader),
        _columns(
            _until(given, "assigned_from", reader), "assigned_from", "assigned", F("part"), "agency__name", "reason"
        ),
        _columns(_until(added, "recorded_at", reader), "recorded_at", "added", Value("added"), None, "reason"),
        _columns(
            _until(PartEnd.objects.filter(recorded_at__gte=since), "recorded_at", reader),
            "recorded_at",
            "ended",
            F("responsibility__part"),
            "responsibility__agency__name",
            "reason",
            of="responsibility__milestone",
        ),
    ]


def _of_ours(since: datetime, reader: Reader) -> list[QuerySet[Any]]:
    decisions = _moves(since, reader).filter(move__in=[Move.CONFIRM, Move.RETURN], reporting=reader.agency)
    return [_revisions(since, reader).filter(agency=reader.agency), decisions]


def _revisions(since: datetime, reader: Reader) -> QuerySet[Any]:
    rows = TargetRevision.objects.filter(decided_at__gte=since, decided_by__isnull=False)
    rows = _until(rows, "decided_at", reader)
    return _columns(
        rows,
        "decided_at",
        "revision",
        F("state"),
        "agency__name",
        None,
        by="decided_by",
        kind=F("new_target_kind"),
        due_on=F("new_target_on"),
    )


def _moves(since: datetime, reader: Reader) -> QuerySet[Any]:
    """Return the chair's moves, each with the agency that reported the completion it was about."""
    rows = _until(StatusUpdate.objects.filter(recorded_at__gte=since, move__in=_DECIDING), "recorded_at", reader)
    reports = StatusUpdate.objects.filter(
        milestone=OuterRef("milestone"), version__lt=OuterRef("version"), move=Move.REPORT
    ).order_by("-version")
    rows = rows.annotate(
        reporting=Subquery(reports.values("agency_id")[:1]), reporting_name=Subquery(reports.values("agency__name")[:1])
    )
    return _columns(rows, "recorded_at", "move", F("move"), "reporting_name", "remark")


def _until(rows: QuerySet[Any], when: str, reader: Reader) -> QuerySet[Any]:
    return rows if reader.moment is None else rows.filter(**{f"{when}__lt": reader.moment})


def _columns(
    rows: QuerySet[Any],
    at: str,
    sort: str,
    what: Any,
    agency: str | None,
    note: str | None,
    *,
    by: str = "by",
    of: str = "milestone",
    **more: Any,
) -> QuerySet[Any]:
    """Give every kind of decision the same columns."""
    nothing, no_day = Value("", CharField()), Value(None, DateField())
    return rows.annotate(
        at=F(at), sort=Value(sort, CharField()), what=what,
        code_action=F(f"{of}__action_id"), code_position=F(f"{of}__position"),
        agency_name=F(agency) if agency else nothing, by_name=F(f"{by}__name"), note=F(note) if note else nothing,
        kind=more.get("kind", nothing), due_on=more.get("due_on", no_day),
        meeting=F("authority_meeting_id"), principal=F("authority_principal"), principal_on=F("authority_on"),
    )  # fmt: skip


def _decided(row: Row, reader: Reader) -> Decided:
    authority = Authority(
        kind=row["authority"], meeting=row["meeting"], principal=row["principal"], on=row["principal_on"]
    )
    return Decided(
        codes=(f"{row['code_action']}.{row['code_position']}",),
        what=_what(row),
        outcome=_outcome(row),
        note=row["note"],
        authority=_opening(str(authority)),
        recorded_by=row["by_name"] if reader.is_plcy else _opening(str(CHAIR)),
        at=row["at"],
    )


def _outcome(row: Row) -> str:
    """Say how it ended: "Approved", "CBP is lead agency", "CBP is no longer lead agency"."""
    no_longer = "no longer " if row["sort"] == "ended" else ""
    return _OUTCOMES.get(row["what"], f"{row['agency_name']} is {no_longer}{row['what']} agency")


def _what(row: Row) -> str:
    """Say what was decided on: "New target Dec. 2020, asked by CBP"."""
    if row["sort"] == "revision":
        wanted = say_target(TargetDate(Kind(row["kind"]), row["due_on"]))
        return f"New target {wanted}, asked by {row['agency_name']}"
    if row["what"] in {Move.CONFIRM, Move.RETURN}:
        return f"Completion, reported by {row['agency_name']}"
    return {Move.REOPEN: "Its completion", Move.WITHDRAW: "The milestone", "added": "A new milestone"}.get(
        row["what"], "Who is responsible"
    )


def _together(decisions: Iterable[Decided]) -> list[Decided]:
    """Tell as one what was decided at one moment, such as one agency named for several milestones."""
    told: list[Decided] = []
    for each in decisions:
        last = told[-1] if told else None
        if last and (last.at, last.what, last.outcome) == (each.at, each.what, each.outcome):
            told[-1] = Decided(**{**vars(last), "codes": last.codes + each.codes})
        else:
            told.append(each)
    return told


def _opening(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"
