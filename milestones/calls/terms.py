"""How does a call stand after what was changed about it?"""

from dataclasses import dataclass, field
from datetime import datetime

from milestones.models import Call, CallChange

Kind = CallChange.Kind


@dataclass(frozen=True)
class Terms:
    """When a call opens and is due, for everybody and for the agencies whose time was extended.

    `skipped` is the change that skipped it, None while it stands; `text` the line that everybody reads with it.
    """

    opens_at: datetime
    due_at: datetime
    extended: dict[str, datetime] = field(default_factory=dict)
    skipped: CallChange | None = None
    text: str = ""

    def due_for(self, agency: str) -> datetime:
        """Return when an agency's answers are due."""
        return self.extended.get(agency, self.due_at)

    def is_opened(self, moment: datetime) -> bool:
        """Say whether it has opened by a moment and was not skipped."""
        return self.skipped is None and self.opens_at <= moment


def terms_of(call: Call) -> Terms:
    """Return how a call stands; reads `told`, its changes, oldest first (CallQuerySet.recorded_before). No query.

    The latest of each kind counts. What is changed for everybody overrules what was granted to one agency before it.
    """
    opens_at, due_at, skipped, text = call.opens_at, call.due_at, None, ""
    extended: dict[str, datetime] = {}
    for change in changes_of(call):
        if change.kind == Kind.TEXT:
            text = change.text
        elif change.kind == Kind.SKIPPED:
            skipped = change
        elif change.kind == Kind.MOVED and change.opens_at and change.due_at:
            opens_at, due_at, extended = change.opens_at, change.due_at, {}
        elif change.agency_id and change.due_at:
            extended[change.agency_id] = change.due_at
    return Terms(opens_at, due_at, extended, skipped, text)


def changes_of(call: Call) -> list[CallChange]:
    """Return what was told of a call's changes, oldest first; none of a call that is not on the record. No query."""
    return getattr(call, "told", [])
