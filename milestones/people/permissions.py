"""Who may say whom one calls, and who reads it?"""

from esc_tracker.accounts.models import PLCY, Role, User, agency_name


def why_not_people(user: User, agency_code: str) -> str:
    """Say why this person may not change an agency's people and contacts; "" when they may. No query."""
    if user.role not in {Role.ESC_MEMBER, Role.PLCY_STAFF}:
        return "Your role reads the record and does not change it."
    if user.role == Role.PLCY_STAFF or user.agency_id == agency_code:
        return ""
    name, ours = agency_name(agency_code), agency_name(user.agency_id or "")
    return f"Only {name} and {PLCY} say who is called for {name}. You are signed in for {ours}."


def why_not_send_report(user: User) -> str:
    """Say why this person may not say who gets the weekly report without an account; "" when they may. No query."""
    if user.role == Role.PLCY_STAFF:
        return ""
    return "Only PLCY, the chair’s office, says who gets the weekly report without an account."


def why_not_see_people(role: str) -> str:
    """Say why people of this role do not read who is called for an agency; "" when they do. No query."""
    if role in {Role.ESC_MEMBER, Role.PLCY_STAFF, Role.READER}:
        return ""
    return "Who is called for an agency is not shared outside the committee."
