"""What happens when a published report is released to COAC, and when that release is withdrawn?"""

from collections.abc import Collection
from datetime import datetime

from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import Act, act
from esc_tracker.journal.models import Release
from esc_tracker.reader import esc_reader
from milestones.models import Milestone
from milestones.refusals import Incomplete
from milestones.words import SHORT_MAX, UNPRINTABLE, has_control_characters
from reports import delivery
from reports.editions import Edition, take_coac
from reports.models import ReleasedEdition, WeeklyReport
from reports.weekly import permissions
from reports.weekly.permissions import NotNow, demand
from reports.weekly.weeks import beginning, release_before


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
        demand(by, permissions.why_not_release(by, row, standing=row.released()))
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
        demand(by, permissions.why_not_withdraw(by, standing=standing))
        if standing is None:
            raise NotNow("This report is not released.")
        opened = standing.release
        _tell_release(this, opened, standing.digest)
        this.before, this.after = this.after, {"withdrawn": True}
        opened.withdrawn_at, opened.withdrawn_by = this.recorded_at, by
        opened.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return opened


def _coac_edition(report: WeeklyReport, withheld: Collection[str], before: Release | None) -> tuple[Edition, datetime]:
    since = before.as_of if before else beginning(report)
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


def _tell_release(this: Act, opened: Release, digest: str) -> None:
    this.after = {
        "version": opened.version,
        "as_of": opened.as_of.isoformat(),
        "withheld": list(opened.withheld),
        "cleared_by": opened.cleared_by,
        "digest": digest,
    }
