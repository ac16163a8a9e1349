"""Does mail go out only while PLCY has turned it on, and only to whom it may?"""

import pytest

from esc_tracker.journal.models import Entry
from esc_tracker.outgoing import may_reach
from esc_tracker.refusals import NotAllowed
from reports import switch
from reports.models import MailSwitch
from tests.milestones.telling import in_september

pytestmark = pytest.mark.django_db


def test_mail_is_off_until_plcy_turns_it_on_and_the_journal_keeps_it(plcy):
    assert (switch.is_on(), switch.latest()) == (False, None)

    turned = switch.turn(True, by=plcy)

    assert (switch.is_on(), switch.latest(), turned.by) == (True, turned, plcy)
    entry = Entry.objects.get()
    assert (entry.verb, entry.about, entry.before, entry.after) == (
        "reports.turn_mail",
        "mail",
        {"on": False},
        {"on": True},
    )


def test_turning_it_to_what_it_is_changes_nothing(plcy, plcy2):
    assert switch.turn(False, by=plcy) is None
    first = switch.turn(True, by=plcy)

    assert switch.turn(True, by=plcy2) == first

    assert (MailSwitch.objects.count(), Entry.objects.count()) == (1, 1)


def test_a_day_of_the_past_reads_how_it_stood_then(plcy):
    switch.turn(True, by=plcy)

    assert switch.is_on(in_september(14, 0)) is False
    assert switch.is_on(in_september(16)) is True


@pytest.mark.parametrize("role", ["cbp", "reader", "coac", "admin_user"])
def test_nobody_but_plcy_turns_mail(role, request):
    person = request.getfixturevalue(role)

    with pytest.raises(NotAllowed, match="Only PLCY"):
        switch.turn(True, by=person)

    assert (MailSwitch.objects.count(), Entry.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("allowed", "address", "may"),
    [
        (["esc.example"], "cbp@esc.example", True),
        (["esc.example"], "CBP@ESC.example", True),
        (["esc.example"], "cbp@cbp.esc.example", False),
        (["esc.example"], "esc.example@elsewhere.example", False),
        (["esc.example"], "dana@cbp.example", False),
        (["esc.example", "dana@cbp.example"], "Dana@cbp.example", True),
        (["dana@cbp.example"], "kim@cbp.example", False),
        ([], "cbp@esc.example", False),
    ],
)
def test_outside_production_only_the_list_is_reached(settings, allowed, address, may):
    settings.MAIL_ALLOWED = allowed

    assert may_reach(address) is may


def test_in_production_everybody_is_reached_unless_a_list_is_set(settings):
    settings.PRODUCTION, settings.MAIL_ALLOWED = True, []
    assert may_reach("dana@cbp.example") is True

    settings.MAIL_ALLOWED = ["esc.example"]
    assert may_reach("dana@cbp.example") is False
