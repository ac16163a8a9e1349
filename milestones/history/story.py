"""In which order did it all happen?"""

from esc_tracker.reader import Reader
from milestones.history.acts import told_acts
from milestones.history.beside import told_questions, told_remarks
from milestones.history.ledgers import Ledgers, in_force, ledgers_of
from milestones.history.lines import HistoryLine
from milestones.history.parts import told_addition, told_responsibilities
from milestones.history.targets import told_targets
from milestones.models import Milestone
from milestones.targets.moves import may_see_waiting


def history_of(milestone: Milestone, reader: Reader, ledgers: Ledgers | None = None) -> list[HistoryLine]:
    """Tell the history of a milestone as this reader may read it, newest first; empty for COAC."""
    if not reader.sees_internal:
        return []
    told = ledgers or ledgers_of(milestone, reader)
    sees_waiting = may_see_waiting(reader, in_force(told.responsibilities, reader.moment))
    lines = [
        *told_addition(milestone, reader),
        *told_responsibilities(told.responsibilities, reader),
        *told_remarks(told.remarks, reader),
        *told_questions(told.questions, reader),
        *told_targets(milestone, told.revisions, reader, sees_waiting=sees_waiting),
        *told_acts(milestone, told.updates, told.revisions, reader),
    ]
    return sorted(lines, key=lambda line: (line.at, line.place), reverse=True)
