"""What happens when the other agency of a joint milestone says whether it concurs that it is complete?"""

from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import act
from milestones.models import Concurrence, Milestone, Responsibility, StatusUpdate
from milestones.refusals import Incomplete, StaleUpdate, demand, problem_with_text
from milestones.reported import why_not_concur
from milestones.words import STATEMENT_MAX
from milestones.workflow import Move

WHY_NOT = "Say why your agency does not concur."


def concur(milestone: Milestone, *, by: User, report_version: int, concurs: bool, text: str = "") -> Concurrence:
    """Record whether a person's agency concurs with the report of completion made at `report_version`.

    Its latest answer counts; the same answer sent twice is one. `text` says why not, and is needed then. The milestone
    itself does not change, and no version moves. Raises NotAllowed, StaleUpdate (it was reported anew) or Incomplete,
    with nothing written. Eight queries.
    """
    with act("milestones.concur", by=by, about=milestone.code) as this:
        row = Milestone.objects.get(pk=milestone.pk)
        responsible = list(Responsibility.objects.filter(milestone=row).in_force().lead_first())
        report = StatusUpdate.objects.filter(milestone=row, move=Move.REPORT).order_by("-version").first()
        reporter = report.agency_id if report else None
        demand(why_not_concur(by, row.current_status, responsible, reporter=reporter))
        if report is None or report.version != report_version:
            raise StaleUpdate(row)
        text = "" if concurs else text.strip()
        if wrong := problem_with_text(text, STATEMENT_MAX, missing="" if concurs else WHY_NOT):
            raise Incomplete({"text": wrong})
        last = Concurrence.objects.filter(report=report, agency_id=by.agency_id).order_by("-recorded_at", "-pk").first()
        if last and (last.concurs, last.text) == (concurs, text):
            this.changed_nothing()
            return last
        this.after = {"agency": by.agency_id, "report": report.version, "concurs": concurs, "text": text}
        said = Concurrence(
            report=report,
            agency=by.agency,
            by=by,
            recorded_at=this.recorded_at,
            concurs=concurs,
            text=text,
        )
        said.save(force_insert=True)
    return said
