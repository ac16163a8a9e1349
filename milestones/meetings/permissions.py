"""Who may plan meetings and answer what is due out of them? And if not, why not?"""

from esc_tracker.accounts.models import PLCY, Role, User, agency_name
from milestones.models import DueOut


def why_not_meet(user: User) -> str:
    """Say why this person may not plan, change or write up a meeting; "" when they may. No query."""
    return "" if user.role == Role.PLCY_STAFF else "Only PLCY, the chair’s office, plans and writes up meetings."


def why_not_answer(user: User, due_out: DueOut) -> str:
    """Say why this person may not answer a due-out; "" when they may: the agency that owes it, and PLCY. No query."""
    if user.role == Role.PLCY_STAFF:
        return ""
    if user.role != Role.ESC_MEMBER:
        return "Your role reads the record and does not change it."
    if due_out.agency_id is None:
        return f"Only {PLCY} answers for {due_out.person}."
    if due_out.agency_id == user.agency_id:
        return ""
    ours = agency_name(user.agency_id or "")
    return f"Only {agency_name(due_out.agency_id)}, and {PLCY}, can answer this. You are signed in for {ours}."
