"""Does each class of what is not the record go when its time is over, and nothing of the record ever? (R44)"""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command

from esc_tracker import clock
from esc_tracker.accounts.models import PassphraseLink, Session, User
from esc_tracker.accounts.retention import CLASSES, purge
from esc_tracker.security.models import Kind, SecurityEvent

NOON = datetime(2026, 11, 24, 12, tzinfo=clock.NEW_YORK)
MIDNIGHT = datetime(2026, 11, 24, tzinfo=clock.NEW_YORK)
LAST_KEPT = {
    "security_log": MIDNIGHT - timedelta(days=913),
    "sessions": MIDNIGHT - timedelta(days=30),
    "passphrase_links": MIDNIGHT - timedelta(days=90),
}
A_SECOND = timedelta(seconds=1)


@pytest.fixture
def rows(cbp: User) -> None:
    """Give each class one row at the edge of its time and one past it."""
    for moment in (LAST_KEPT["security_log"], LAST_KEPT["security_log"] - A_SECOND):
        SecurityEvent.objects.create(happened_at=moment, kind=Kind.SIGNED_IN, person=cbp, source="web")
    for key, moment in (("kept", LAST_KEPT["sessions"]), ("over", LAST_KEPT["sessions"] - A_SECOND)):
        began = {"started_at": moment, "seen_at": moment}
        Session.objects.create(session_key=key, session_data="", expire_date=moment, person=cbp, **began)
    for moment in (LAST_KEPT["passphrase_links"], LAST_KEPT["passphrase_links"] - A_SECOND):
        PassphraseLink.objects.create(person=None, purpose="reset", asked_at=moment, try_at=moment)


def test_each_class_keeps_its_days_to_the_second(rows) -> None:
    purged = {found.name: found.rows for found in purge(NOON)}

    assert purged == {"security_log": 1, "account_list_log": 0, "sessions": 1, "passphrase_links": 1}
    assert SecurityEvent.objects.filter(kind=Kind.SIGNED_IN).count() == 1
    assert list(Session.objects.values_list("session_key", flat=True)) == ["kept"]
    assert PassphraseLink.objects.get().asked_at == LAST_KEPT["passphrase_links"]


def test_purging_twice_changes_nothing_more(rows) -> None:
    list(purge(NOON))
    noted = SecurityEvent.objects.count()

    again = list(purge(NOON + timedelta(hours=3)))

    assert [found.rows for found in again] == [0, 0, 0, 0]
    assert SecurityEvent.objects.count() == noted


def test_each_purge_leaves_one_line_in_the_security_log(rows) -> None:
    list(purge(NOON))

    lines = SecurityEvent.objects.filter(kind=Kind.PURGED).order_by("pk")
    assert [(line.about, line.facts["rows"]) for line in lines] == [
        ("security_log", 1),
        ("sessions", 1),
        ("passphrase_links", 1),
    ]


@pytest.mark.parametrize("hold", [{"sessions"}, {"all"}])
def test_class_on_hold_keeps_everything(rows, settings, hold: set[str]) -> None:
    settings.RETENTION_HOLD = frozenset(hold)

    purged = {found.name: found for found in purge(NOON)}

    assert purged["sessions"].held
    assert purged["sessions"].rows == 1
    assert Session.objects.count() == 2


def test_dry_run_says_what_would_go_and_throws_nothing_away(rows, time_machine) -> None:
    time_machine.move_to(NOON)
    said = StringIO()

    call_command("purge", "--dry-run", stdout=said)

    assert said.getvalue().splitlines() == [
        "security_log: kept 913 days, would go 1",
        "account_list_log: kept 913 days, would go 0",
        "sessions: kept 30 days, would go 1",
        "passphrase_links: kept 90 days, would go 1",
    ]
    assert Session.objects.count() == 2


def test_no_class_holds_a_row_of_the_record() -> None:
    purged = {rows(NOON).model._meta.label for rows in CLASSES.values()}

    record = {model._meta.label for model in apps.get_models() if model._meta.app_label in ("journal", "milestones")}
    record |= {model._meta.label for model in apps.get_models() if model._meta.app_label in ("reports", "actions")}
    assert purged.isdisjoint(record | {"accounts.Nomination", "accounts.SeatReview", "accounts.User"})
