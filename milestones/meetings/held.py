"""Which meetings have been held, so that a decision may name them?"""

from datetime import datetime

from esc_tracker import clock
from milestones.authority import Authority, problems_with_authority
from milestones.models import Meeting


def held_meetings(moment: datetime) -> list[Meeting]:
    """Return the meetings that had begun by a moment, the latest number first, each with `told`. Two queries."""
    return [each for each in Meeting.objects.announced(None) if each.told and each.told[0].held_at <= moment]


def problems_naming(authority: Authority, moment: datetime) -> dict[str, str]:
    """Return what is wrong with an authority named at a moment, by form field. Two queries for a meeting, else none."""
    held = [each.number for each in held_meetings(moment)] if authority.meeting is not None else []
    return problems_with_authority(authority, today=clock.day_of(moment), held=held)
