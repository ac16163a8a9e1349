"""What do tests of the doors say of 4.3, and what had been written before they asked?"""

from datetime import date

from esc_tracker.journal.models import Entry
from milestones.models import Milestone, Note, StatusUpdate
from milestones.updates import post_update
from milestones.words import Completion, Words
from milestones.workflow import CompletedKind, Outcome, Outlook, Status

WORDS = Words(statement="Two of five sessions held.", next_step="Session 3.", outlook=Outlook.ON_TRACK)
DONE = Completion(kind=CompletedKind.DAY, on=date(2020, 9, 11), outcome=Outcome.DELIVERED)


def milestone(code: str = "4.3") -> Milestone:
    """Return a milestone as it stands."""
    return Milestone.objects.coded(code).get()


def record() -> tuple[int, int, int]:
    """Count what an act could have written: ledger rows, notes, journal entries."""
    return StatusUpdate.objects.count(), Note.objects.count(), Entry.objects.count()


def report(by, code: str = "4.3") -> StatusUpdate:
    """Report a milestone complete."""
    row = milestone(code)
    return post_update(
        row, by=by, seen_version=row.version, words=WORDS, status=Status.REPORTED_COMPLETE, completion=DONE
    )
