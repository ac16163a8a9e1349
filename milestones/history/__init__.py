"""What happened to one milestone, in sentences, and who may read them?

Put together from the ledgers up to the reader's moment. The agency speaks; the person is named within the own agency
and to the chair's office. COAC has no history at all.
"""

from milestones.history.acts import next_in_words
from milestones.history.ledgers import Ledgers, in_force, last_words, ledgers_of
from milestones.history.lines import HistoryLine
from milestones.history.shared import Shared, shared_of
from milestones.history.story import history_of

__all__ = [
    "HistoryLine",
    "Ledgers",
    "Shared",
    "history_of",
    "in_force",
    "last_words",
    "ledgers_of",
    "next_in_words",
    "shared_of",
]
