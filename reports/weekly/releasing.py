"""What happens when a published report is released to COAC, and when that release is withdrawn?"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import act
from esc_tracker.journal.models import Release
from esc_tracker.plain_text import problem_with_line, problem_with_text
from esc_tracker.reader import esc_reader
from milestones.models import Milestone
from milestones.refusals import Incomplete
from milestones.words import SHORT_MAX
from reports import delivery
from reports.editions import Edition, take_coac
from reports.models import ReleasedEdition, WeeklyReport
from reports.weekly import permissions
from reports.weekly.permissions import NotNow, demand
from reports.weekly.weeks import beginning, release_before
from reports.weekly.writing import NARRATIVE_MAX, WrittenMeanwhile, written_digest

BECAUSE_MAX = 500
WHO_CLEARED = "Say who cleared this for COAC, such as Dana Reyes, PLCY counsel, Sep 3."


def preview_coac(report: WeeklyReport, withheld: Collection[str] = (), narrative: str | None = None) -> bytes:
    """Return exactly the bytes that a release now would freeze. Six queries.

    `narrative` is the one for COAC as it would be, None as it is.
    """
    narrative = report.coac_narrative if narrative is None else narrative
    return _coac_edition(report, withheld, release_before(report), narrative)[0].text.encode()


def release(
    report: WeeklyReport,
    *,
    by: User,
    cleared_by: str,
    withheld: Collection[str] = (),
    withheld_because: str = "",
    coac_narrative: str | None = None,
    seen_digest: str = "",
    seen_written: str = "",
    tell: bool = True,
) -> ReleasedEdition:
    """Open the record to COAC up to a published report's `as_of`, and freeze COAC's edition of it.

    `cleared_by` says who cleared it, `withheld` are milestone numbers, `withheld_because` why (COAC never reads it).
    `coac_narrative` is written into the report first, None leaves it. `seen_digest` is that of the preview the person
    read, `seen_written` the `written_digest`: if other bytes would be released by now, or somebody else wrote
    meanwhile, nothing is. `tell` false queues no mail. Raises NotAllowed, NotNow, WrittenMeanwhile or Incomplete, with
    nothing written.
    """
    with act("reports.release", by=by, about=report.week) as this:
        row = WeeklyReport.objects.get(pk=report.pk)
        demand(by, permissions.why_not_release(by, row, standing=row.released()))
        narrative = row.coac_narrative if coac_narrative is None else coac_narrative.strip()
        if problems := _problems_with_release(row, cleared_by, withheld, withheld_because, narrative):
            raise Incomplete(problems)
        if seen_written and seen_written != written_digest(row):
            raise WrittenMeanwhile(row)
        before = release_before(row)
        edition, since = _coac_edition(row, withheld, before, narrative)
        if seen_digest and seen_digest != edition.digest:
            raise NotNow("What COAC would see has changed since you opened this page. Read it again, then release.")
        opened = Release.objects.create(
            week=row.week,
            version=row.version,
            as_of=row.as_of,
            withheld=sorted(set(withheld)),
            withheld_because=withheld_because.strip() if withheld else "",
            cleared_by=cleared_by.strip(),
            released_at=this.recorded_at,
            released_by=by,
        )
        released = ReleasedEdition.objects.create(
            release=opened, report=row, before=before, since=since, figures=edition.text, digest=edition.digest
        )
        if narrative != row.coac_narrative:
            this.before = {"coac_narrative": row.coac_narrative}
            row.coac_narrative = narrative
            row.save(update_fields=["coac_narrative"])
        if tell:
            delivery.queue_coac(row, this.recorded_at)
        this.after = {**_told(opened, edition.digest), **({"coac_narrative": narrative} if this.before else {})}
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
        this.before, this.after = _told(opened, standing.digest), {"withdrawn": True}
        opened.withdrawn_at, opened.withdrawn_by = this.recorded_at, by
        opened.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return opened


def _coac_edition(
    report: WeeklyReport, withheld: Collection[str], before: Release | None, narrative: str
) -> tuple[Edition, datetime]:
    since = before.as_of if before else beginning(report)
    edition = take_coac(
        week=report.week,
        version=report.version,
        as_of=report.as_of,
        since=since,
        withheld=withheld,
        withheld_before=before.withheld if before else (),
        narrative=narrative,
    )
    return edition, since


def _problems_with_release(
    report: WeeklyReport, cleared_by: str, withheld: Collection[str], withheld_because: str, narrative: str
) -> dict[str, str]:
    why_missing = "Say why these are held back; COAC does not see it." if withheld else ""
    said = {
        "cleared_by": problem_with_line(cleared_by, SHORT_MAX, missing=WHO_CLEARED),
        "withheld_because": problem_with_text(withheld_because, BECAUSE_MAX, missing=why_missing),
        "coac_narrative": problem_with_text(narrative, NARRATIVE_MAX),
    }
    problems = {name: problem for name, problem in said.items() if problem}
    known = {row.code for row in Milestone.objects.visible_to(esc_reader(report.as_of))} if withheld else set()
    if unknown := sorted(set(withheld) - known):
        problems["withheld"] = f"There is no milestone {unknown[0][:20]}."
    return problems


def _told(opened: Release, digest: str) -> dict[str, Any]:
    return {
        "version": opened.version,
        "as_of": opened.as_of.isoformat(),
        "withheld": list(opened.withheld),
        **({"withheld_because": opened.withheld_because} if opened.withheld else {}),
        "cleared_by": opened.cleared_by,
        "digest": digest,
    }
