"""What happens when a meeting's conclusions are written down?"""

from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import act
from milestones.meetings.permissions import why_not_meet
from milestones.models import Conclusion, Meeting
from milestones.refusals import Incomplete, NotAllowed, demand, problem_with_text
from milestones.words import STATEMENT_MAX


def conclude(meeting: Meeting, *, by: User, text: str) -> Conclusion:
    """Record one thing that a meeting concluded, once it was held. The same conclusion sent twice is one.

    Raises NotAllowed or Incomplete, with nothing written.
    """
    with act("milestones.conclude", by=by, about=str(meeting)) as this:
        demand(why_not_meet(by))
        row = Meeting.objects.announced(None).get(pk=meeting.pk)
        if row.told[0].held_at > this.recorded_at:
            raise NotAllowed(f"{row} has not been held yet: it has concluded nothing.")
        text = text.strip()
        if wrong := problem_with_text(text, STATEMENT_MAX, missing="Write what was concluded."):
            raise Incomplete({"text": wrong})
        if there := Conclusion.objects.filter(meeting=row, text=text).first():
            this.changed_nothing()
            return there
        said = Conclusion.objects.create(meeting=row, recorded_at=this.recorded_at, by=by, text=text)
        this.after = {"text": text}
    return said
