"""Who may write, publish and release a report? And if not, why not?

Each predicate answers with a sentence, empty when they may. Pages show it; doors ask it again inside the act.
"""

from esc_tracker.accounts.models import Role, User
from milestones.refusals import NotAllowed
from reports.models import ReleasedEdition, WeeklyReport

_NOT_YOURS = "Only PLCY, the chair's office, writes, publishes and releases reports."


class NotNow(Exception):
    """The report is not, or no longer, in a state for this; the message says what comes first."""


def demand(by: User, refusal: str) -> None:
    """Raise NotAllowed or NotNow by whether it is the person or the report that stands in the way."""
    if refusal:
        raise NotAllowed(refusal) if why_not_write(by) else NotNow(refusal)


def why_not_write(user: User) -> str:
    """Say why this person may not work on reports at all; "" when they may. No query."""
    return "" if user.role == Role.PLCY_STAFF else _NOT_YOURS


def why_not_refresh(user: User, report: WeeklyReport) -> str:
    """Say why this person may not take a report's figures again; "" when they may. No query."""
    if report.is_published:
        return why_not_write(user) or "This report is published: its figures are frozen."
    return why_not_write(user)


def why_not_edit(user: User, report: WeeklyReport) -> str:
    """Say why this person may not write into a report for the committee; "" when they may. No query."""
    if report.is_published:
        return why_not_write(user) or "This report is published: what it says is frozen. Correct it by a new version."
    return why_not_write(user)


def why_not_write_for_coac(user: User, report: WeeklyReport, *, standing: ReleasedEdition | None) -> str:
    """Say why this person may not change what is written for COAC; "" when they may. No query.

    `standing` is the release of this report that stands, if one does.
    """
    if standing is not None:
        return why_not_write(user) or "This report is released to COAC: what COAC reads is frozen."
    return why_not_write(user)


def why_not_correct(user: User, report: WeeklyReport) -> str:
    """Say why this person may not draft a correction of a report; "" when they may. No query."""
    if not report.is_published:
        return why_not_write(user) or "Only a published report is corrected: this draft can still be changed."
    return why_not_write(user)


def why_not_publish(
    user: User, report: WeeklyReport, *, waits_for: str, before: WeeklyReport | None, left_behind_by: str
) -> str:
    """Say why this person may not publish a report; "" when they may. No query.

    `waits_for` is the week that comes first, "" for none; `before` the report before, None for the first;
    `left_behind_by` the later week published after this correction had moved on, "" for none.
    """
    if refusal := why_not_write(user):
        return refusal
    if report.is_published:
        return "This report was published already."
    if waits_for:
        return f"Reports are published in week order: {waits_for} comes first."
    if left_behind_by:
        return (
            f"The report of {left_behind_by} was published after this correction was refreshed. Refresh it again: it "
            "then ends where the version before it does."
        )
    if before is not None and before.as_of != report.since:
        return f"The report of {before.week} moved after this draft was taken. Refresh it, then publish."
    return ""


def why_not_release(user: User, report: WeeklyReport, *, standing: ReleasedEdition | None) -> str:
    """Say why this person may not release a report to COAC; "" when they may. No query.

    `standing` is the release of this report that stands, if one does.
    """
    if refusal := why_not_write(user):
        return refusal
    if not report.is_published:
        return "Only a published report can be released."
    return "This report is released already." if standing else ""


def why_not_withdraw(user: User, *, standing: ReleasedEdition | None) -> str:
    """Say why this person may not withdraw a report's release; "" when they may. No query."""
    return why_not_write(user) or ("" if standing else "This report is not released.")
