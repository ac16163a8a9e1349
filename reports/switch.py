"""Does mail go out at all?

Mail is off until PLCY turns it on. Whom it may reach is asked of esc_tracker.outgoing.
"""

from datetime import datetime

from esc_tracker.accounts.models import Role, User
from esc_tracker.journal.acts import act
from esc_tracker.refusals import demand
from reports.models import MailSwitch


def latest(moment: datetime | None = None) -> MailSwitch | None:
    """Return the last turn of the switch recorded before a moment (None: now), None before the first. One query."""
    rows = MailSwitch.objects.select_related("by")
    return (rows if moment is None else rows.filter(recorded_at__lt=moment)).first()


def is_on(moment: datetime | None = None) -> bool:
    """Say whether mail goes out at a moment (None: now); without any turn it does not. One query."""
    turned = latest(moment)
    return turned is not None and turned.on


def why_not_turn(user: User) -> str:
    """Say why this person may not turn mail on or off; "" when they may. No query."""
    return "" if user.role == Role.PLCY_STAFF else "Only PLCY, the chair’s office, turns mail on or off."


def turn(on: bool, *, by: User) -> MailSwitch | None:
    """Turn mail on or off, and return the turn that counts now, None if it was never turned on.

    Turning it to what it is changes nothing. Raises NotAllowed, with nothing written.
    """
    with act("reports.turn_mail", by=by, about="mail") as this:
        demand(why_not_turn(by))
        before = latest()
        was_on = before is not None and before.on
        if was_on == on:
            this.changed_nothing()
            return before
        this.before, this.after = {"on": was_on}, {"on": on}
        return MailSwitch.objects.create(on=on, by=by, recorded_at=this.recorded_at)
