"""What does the account list say of an account that is somebody's only contact?"""

from django import template

from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.numbers import opening
from milestones.people.contacts import left_without_contact

register = template.Library()


@register.simple_tag
def left_without(user: User) -> str:
    """Say how many responsibilities have no contact without this account, "" for none; never which. One query."""
    count = len(left_without_contact(user))
    if not count:
        return ""
    noun = "responsibility" if count == 1 else "responsibilities"
    if user.is_seated(clock.real_day()):
        return f"{opening(count)} {noun} will have no contact when this account ends; PLCY sees which."
    has = "has" if count == 1 else "have"
    return f"{opening(count)} {noun} {has} no contact since this account ended; PLCY sees which."
