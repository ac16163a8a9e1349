"""What happens when a weekly report is drafted, refreshed, published, released and withdrawn?"""

from collections.abc import Collection
from datetime import datetime

from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import Act, act
from esc_tracker.journal.models import Entry, Release
from esc_tracker.reader import esc_reader
from milestones.calls.weeks import ReportingWeek
from milestones.models import Milestone
from milestones.refusals import Incomplete, NotAllowed
from milestones.words import SHORT_MAX, UNPRINTABLE, has_control_characters
from reports import delivery, permissions
from reports.editions import Edition, take_coac, take_esc
from reports.models import ReleasedEdition, WeeklyReport

__all__ = ["CannotDraft", "Incomplete", "NotAllowed", "NotNow"]

State = WeeklyReport.State


class CannotDraft(Exception):
    """No report can be written of this week; the message says why to a person."""


class NotNow(Exception):
    """The report is not, or no longer, in a state for this; the message says what comes first."""


# --- Which weeks ---------------------------------------------------------------------------------------------------


def weeks_due(now: datetime) -> list[ReportingWeek]:
    """Return the finished weeks without a report, from the week in which the record begins. Two queries."""
    written = set(WeeklyReport.objects.values_list("week", flat=True))
    return [week for week in _finished_weeks(now) if str(week) not in written]


def report_before(week: str) -> WeeklyReport | None:
    """Return the newest version of the latest report of an earlier week, None for the first. One query."""
    return WeeklyReport.objects.filter(week__lt=week).order_by("-week", "-version").first()


def newest(week: ReportingWeek) -> WeeklyReport | None:
    """Return the newest version of a week's report, None if it is not written. One query."""
    return WeeklyReport.objects.filter(week=str(week)).order_by("-version").first()


def release_before(report: WeeklyReport) -> Release | None:
    """Return the standing release that COAC saw before this report's, None for the first. One query."""
    return (
        Release.objects.standing()
        .filter(as_of__lte=report.as_of)
        .exclude(week=report.week, version=report.version)
        .first()
    )


# --- Drafting ------------------------------------------------------------------------------------------------------


def write_due(now: datetime) -> list[WeeklyReport]:
    """Draft every week that is due, in week order, and return the new drafts."""
    return [draft(week) for week in weeks_due(now)]


def draft(week: ReportingWeek) -> WeeklyReport:
    """Draft the report of a finished week as of its cut-off, under the journal's lock.

    A report that is there already stays as it is. Raises CannotDraft for a week that is unfinished or before the
    record. Sixteen queries.
    """
    with act("reports.draft", by=None, about=str(week)) as this:
        there = WeeklyReport.objects.filter(week=str(week)).order_by("-version").first()
        if there is not None:
            this.changed_nothing()
            return there
        if refusal := why_not_draft(week, this.recorded_at):
            raise CannotDraft(refusal)
        report = WeeklyReport(week=str(week), version=1, drafted_at=this.recorded_at)
        _take(report, as_of=week.cut_off)
        report.save(force_insert=True)
        this.after = _told(report)
    return report


def why_not_draft(week: ReportingWeek, now: datetime) -> str:
    """Say why no report can be written of a week; "" when one can. One query."""
    begins_at = Entry.objects.begins_at()
    if begins_at is None:
        return "The record is empty: nothing can be reported yet."
    if week.cut_off <= begins_at:
        return f"The record begins after week {week}."
    return "" if week.cut_off <= now else f"Week {week} is not finished: its report can be written from Monday on."


def refresh(report: WeeklyReport, *, by: User) -> WeeklyReport:
    """Take a draft's figures again as of now, or the next week's cut-off once past; `as_of` never runs backwards.

    Raises NotAllowed or NotNow, with nothing written.
    """
    with act("reports.refresh", by=by, about=report.week) as this:
        row = WeeklyReport.objects.get(pk=report.pk)
        _demand(by, permissions.why_not_refresh(by, row))
        this.before = _told(row)
        limit = ReportingWeek.read(row.week).after().cut_off
        _take(row, as_of=max(row.as_of, min(this.recorded_at, limit)))
        row.save(update_fields=["as_of", "since", "figures", "digest"])
        this.after = _told(row)
    return row


# --- Publishing ----------------------------------------------------------------------------------------------------


def why_not_publish(report: WeeklyReport, *, by: User) -> str:
    """Say why this person may not publish this report now; "" when they may. Three queries."""
    before = report_before(report.week)
    return permissions.why_not_publish(by, report, waits_for=_waits_for(report), before=before)


def publish(report: WeeklyReport, *, by: User, seen_digest: str = "", tell: bool = True) -> WeeklyReport:
    """Freeze a report's ESC edition, in week order, and queue one mail for each of the committee's people.

    `seen_digest` is that of the draft the person read: if it was refreshed since, nothing is published. `tell` false
    queues no mail. Raises NotAllowed or NotNow, with nothing written.
    """
    with act("reports.publish", by=by, about=report.week) as this:
        row = WeeklyReport.objects.get(pk=report.pk)
        _demand(by, why_not_publish(row, by=by))
        if seen_digest and seen_digest != row.digest:
            raise NotNow("This draft was refreshed since you opened it. Read it again, then publish.")
        this.before = {"state": row.state}
        row.state, row.published_at, row.published_by = State.PUBLISHED, this.recorded_at, by
        row.save(update_fields=["state", "published_at", "published_by"])
        if tell:
            delivery.queue_esc(row, this.recorded_at)
        this.after = {"state": row.state, **_told(row)}
    return row


# --- Releasing -----------------------------------------------------------------------------------------------------


def preview_coac(report: WeeklyReport, withheld: Collection[str] = ()) -> bytes:
    """Return exactly the bytes that a release now would freeze. Six queries."""
    return _coac_edition(report, withheld, release_before(report))[0].text.encode()


def release(
    report: WeeklyReport,
    *,
    by: User,
    cleared_by: str,
    withheld: Collection[str] = (),
    seen_digest: str = "",
    tell: bool = True,
) -> ReleasedEdition:
    """Open the record to COAC up to a published report's `as_of`, and freeze COAC's edition of it.

    `cleared_by` says who cleared it, `withheld` are milestone numbers, `seen_digest` that of the preview the person
    read: if other bytes would be released by now, nothing is. `tell` false queues no mail. Raises NotAllowed, NotNow
    or Incomplete, with nothing written.
    """
    with act("reports.release", by=by, about=report.week) as this:
        row = WeeklyReport.objects.get(pk=report.pk)
        _demand(by, permissions.why_not_release(by, row, standing=row.released()))
        if problems := _problems_with_release(row, cleared_by, withheld):
            raise Incomplete(problems)
        before = release_before(row)
        edition, since = _coac_edition(row, withheld, before)
        if seen_digest and seen_digest != edition.digest:
            raise NotNow("What COAC would see has changed since you opened this page. Read it again, then release.")
        opened = Release.objects.create(
            week=row.week,
            version=row.version,
            as_of=row.as_of,
            withheld=sorted(set(withheld)),
            cleared_by=cleared_by.strip(),
            released_at=this.recorded_at,
            released_by=by,
        )
        released = ReleasedEdition.objects.create(
            release=opened, report=row, before=before, since=since, figures=edition.text, digest=edition.digest
        )
        if tell:
            delivery.queue_coac(row, this.recorded_at)
        _tell_release(this, opened, edition.digest)
    return released


def withdraw(report: WeeklyReport, *, by: User) -> Release:
    """Withdraw a report's release: COAC falls back to the one before. The edition stays in the register.

    Raises NotAllowed or NotNow, with nothing written.
    """
    with act("reports.withdraw", by=by, about=report.week) as this:
        row = WeeklyReport.objects.get(pk=report.pk)
        standing = row.released()
        _demand(by, permissions.why_not_withdraw(by, standing=standing))
        if standing is None:
            raise NotNow("This report is not released.")
        opened = standing.release
        _tell_release(this, opened, standing.digest)
        this.before, this.after = this.after, {"withdrawn": True}
        opened.withdrawn_at, opened.withdrawn_by = this.recorded_at, by
        opened.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return opened


def _finished_weeks(now: datetime) -> list[ReportingWeek]:
    begins_at = Entry.objects.begins_at()
    weeks: list[ReportingWeek] = []
    week = ReportingWeek.of(clock.day_of(begins_at)) if begins_at else None
    while week is not None and week.cut_off <= now:
        weeks.append(week)
        week = week.after()
    return weeks


def _take(report: WeeklyReport, *, as_of: datetime) -> None:
    before = report_before(report.week)
    report.as_of, report.since = as_of, before.as_of if before else _beginning(report)
    edition = take_esc(
        week=report.week, version=report.version, as_of=report.as_of, since=report.since, written=report.written
    )
    report.figures, report.digest = edition.text, edition.digest


def _waits_for(report: WeeklyReport) -> str:
    """Return the first week that has to be published before this one, "" for none. Two queries."""
    published = set(WeeklyReport.objects.published().values_list("week", flat=True))
    weeks = _finished_weeks(ReportingWeek.read(report.week).cut_off)[:-1]
    return next((str(week) for week in weeks if str(week) not in published), "")


def _coac_edition(report: WeeklyReport, withheld: Collection[str], before: Release | None) -> tuple[Edition, datetime]:
    since = before.as_of if before else _beginning(report)
    edition = take_coac(
        week=report.week,
        version=report.version,
        as_of=report.as_of,
        since=since,
        withheld=withheld,
        withheld_before=before.withheld if before else (),
        narrative=report.coac_narrative,
    )
    return edition, since


def _beginning(report: WeeklyReport) -> datetime:
    """Return the start of the record, which holds at least the drafting of this report."""
    return Entry.objects.begins_at() or report.drafted_at


def _problems_with_release(report: WeeklyReport, cleared_by: str, withheld: Collection[str]) -> dict[str, str]:
    problems: dict[str, str] = {}
    if not cleared_by.strip():
        problems["cleared_by"] = "Say who cleared it, such as Dana Reyes, PLCY counsel, Sep 3."
    elif len(cleared_by) > SHORT_MAX:
        problems["cleared_by"] = f"This is {len(cleared_by)} characters long; {SHORT_MAX} fit."
    elif has_control_characters(cleared_by):
        problems["cleared_by"] = UNPRINTABLE
    known = {row.code for row in Milestone.objects.visible_to(esc_reader(report.as_of))} if withheld else set()
    if unknown := sorted(set(withheld) - known):
        problems["withheld"] = f"There is no milestone {unknown[0][:20]}."
    return problems


def _told(report: WeeklyReport) -> dict[str, str | int]:
    return {
        "version": report.version,
        "as_of": report.as_of.isoformat(),
        "since": report.since.isoformat(),
        "digest": report.digest,
    }


def _tell_release(this: Act, opened: Release, digest: str) -> None:
    this.after = {
        "version": opened.version,
        "as_of": opened.as_of.isoformat(),
        "withheld": list(opened.withheld),
        "cleared_by": opened.cleared_by,
        "digest": digest,
    }


def _demand(by: User, refusal: str) -> None:
    """Refuse by whether it is the person or the report that stands in the way."""
    if refusal:
        raise NotAllowed(refusal) if permissions.why_not_write(by) else NotNow(refusal)
