"""What happens when somebody proposes a text to be shared with COAC, and when it is cleared?

What COAC reads is the text cleared last before their release (milestones/querysets.py).
"""

from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import act
from milestones.models import Milestone, Responsibility, SharedSummary
from milestones.permissions import why_not_clear, why_not_propose
from milestones.refusals import Incomplete, NotAllowed, demand, problem_with_text
from milestones.words import STATEMENT_MAX

WRITE_IT = "Write the text that COAC may read."


class Overtaken(NotAllowed):
    """Another text was proposed since the page was opened; nothing was cleared."""


def propose(milestone: Milestone, *, by: User, text: str) -> SharedSummary:
    """Propose a text to be shared with COAC; it stands beside the cleared one until PLCY clears it.

    Proposing the text that was proposed or cleared last changes nothing. Raises NotAllowed or Incomplete, with nothing
    written.
    """
    with act("milestones.propose_summary", by=by, about=milestone.code) as this:
        responsible = list(Responsibility.objects.filter(milestone=milestone).in_force().lead_first())
        demand(why_not_propose(by, responsible))
        if wrong := problem_with_text(text, STATEMENT_MAX, missing=WRITE_IT):
            raise Incomplete({"text": wrong})
        newest = SharedSummary.objects.filter(milestone=milestone).first()
        if newest is not None and newest.text == text.strip():
            this.changed_nothing()
            return newest
        summary = SharedSummary.objects.create(
            milestone=milestone,
            text=text.strip(),
            agency_id=str(by.agency_id),  # whoever may act has one
            by=by,
            recorded_at=this.recorded_at,
        )
        this.after = {"summary": summary.pk, "text": summary.text}
    return summary


def clear(summary: SharedSummary, *, by: User) -> SharedSummary:
    """Clear exactly this text for COAC, once; they read it from the next release on.

    Whoever of PLCY proposed it may clear it too: opening the record to COAC is another act. Raises Overtaken if another
    text was proposed meanwhile, NotAllowed if somebody cleared it, with nothing written.
    """
    with act("milestones.clear_summary", by=by, about=summary.milestone.code) as this:
        demand(why_not_clear(by))
        newest = SharedSummary.objects.select_related("cleared_by").filter(milestone_id=summary.milestone_id).first()
        if newest is None or newest.pk != summary.pk:
            raise Overtaken("Another text was proposed since you opened this page; nothing was cleared.")
        if newest.cleared_at and newest.cleared_by_id == by.pk:
            this.changed_nothing()
            return newest
        if newest.cleared_at:
            raise NotAllowed(f"{newest.cleared_by} cleared this text meanwhile.")
        newest.cleared_at, newest.cleared_by = this.recorded_at, by
        newest.save(update_fields=["cleared_at", "cleared_by"])
        this.after = {"summary": newest.pk, "text": newest.text}
    return newest
