"""Does each class of what is not the record go when its time is over, and nothing of the record ever? (R44)"""

import threading
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import connection

from esc_tracker import clock
from esc_tracker.accounts import retention
from esc_tracker.accounts.models import Nomination, PassphraseLink, SeatReview, Session, User
from esc_tracker.accounts.retention import CLASSES, purge
from esc_tracker.security.models import Kind, SecurityEvent

NOON = datetime(2026, 11, 24, 12, tzinfo=clock.NEW_YORK)
MIDNIGHT = datetime(2026, 11, 24, tzinfo=clock.NEW_YORK)
LAST_KEPT = {
    "security_log": MIDNIGHT - timedelta(days=913),
    "sessions": MIDNIGHT - timedelta(days=30),
    "passphrase_links": MIDNIGHT - timedelta(days=90),
}
RECORD = {"actions", "journal", "milestones", "reports"}
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


@pytest.mark.parametrize(
    ("day", "name", "days"),
    [
        (date(2026, 11, 24), "security_log", 913),
        (date(2026, 11, 24), "account_list_log", 913),
        (date(2026, 11, 24), "sessions", 30),
        (date(2026, 11, 24), "passphrase_links", 90),
        (date(2026, 11, 2), "sessions", 30),
        (date(2026, 3, 9), "sessions", 30),
    ],
    ids=["log", "list", "sessions", "links", "after the clocks went back", "after the clocks went forward"],
)
def test_a_class_goes_on_the_day_after_its_last_and_no_sooner(
    cbp: User, time_machine, day: date, name: str, days: int
) -> None:
    """By the command, over the real clock: kept until New York's midnight, gone a second later."""
    midnight = clock.start_of(day)
    over = clock.start_of(day - timedelta(days=days)) - A_SECOND
    row = MADE[name](over, cbp)

    time_machine.move_to(midnight - A_SECOND, tick=False)
    call_command("purge", stdout=StringIO())
    kept = type(row).objects.filter(pk=row.pk).exists()
    time_machine.move_to(midnight, tick=False)
    call_command("purge", stdout=StringIO())

    assert kept
    assert not type(row).objects.filter(pk=row.pk).exists()


def _link(moment: datetime, person: User) -> PassphraseLink:
    return PassphraseLink.objects.create(person=person, purpose="reset", asked_at=moment, try_at=moment)


def _session(moment: datetime, person: User) -> Session:
    began = {"started_at": moment, "seen_at": moment}
    return Session.objects.create(session_key="one", session_data="", expire_date=moment, person=person, **began)


def _listed(moment: datetime, person: User) -> LogEntry:
    return LogEntry.objects.create(action_time=moment, user=person, action_flag=1, object_repr="")


def _event(moment: datetime, person: User) -> SecurityEvent:
    return SecurityEvent.objects.create(happened_at=moment, kind=Kind.SIGNED_IN, person=person, source="web")


MADE = {"security_log": _event, "account_list_log": _listed, "sessions": _session, "passphrase_links": _link}


def test_the_security_log_is_kept_for_thirty_months_unless_told_otherwise(settings) -> None:
    assert settings.RETENTION_DAYS["security_log"] >= 913
    assert settings.RETENTION_DAYS["account_list_log"] >= 913
    assert settings.RETENTION_DAYS.keys() == CLASSES.keys()


def test_years_go_in_batches_each_with_its_line(cbp: User, monkeypatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 40)
    old = LAST_KEPT["security_log"] - A_SECOND
    SecurityEvent.objects.bulk_create(
        SecurityEvent(happened_at=old, kind=Kind.SIGNED_IN, person=cbp, source="web") for _ in range(100)
    )

    purged = {found.name: found.rows for found in purge(NOON)}

    assert purged["security_log"] == 100
    lines = SecurityEvent.objects.filter(kind=Kind.PURGED).order_by("pk")
    assert [line.facts["rows"] for line in lines] == [40, 40, 20]
    assert not SecurityEvent.objects.exclude(kind=Kind.PURGED).exists()


def test_two_purges_at_once_throw_each_row_away_once(transactional_db, cbp: User, monkeypatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 10)
    old = LAST_KEPT["security_log"] - A_SECOND
    SecurityEvent.objects.bulk_create(
        SecurityEvent(happened_at=old, kind=Kind.SIGNED_IN, person=cbp, source="web") for _ in range(200)
    )
    together, counts = threading.Barrier(2), list[int]()

    def run() -> None:
        together.wait()
        counts.append(sum(found.rows for found in purge(NOON)))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    list(purge(NOON))  # what one left to the other

    noted = SecurityEvent.objects.filter(kind=Kind.PURGED)
    assert len(counts) == 2
    assert sum(line.facts["rows"] for line in noted) == 200
    assert not SecurityEvent.objects.exclude(kind=Kind.PURGED).exists()


def test_the_record_is_the_same_after_everything_else_has_gone(cbp: User, plan, rows) -> None:
    counts = {model: model._base_manager.count() for model in apps.get_models() if model._meta.app_label in RECORD}
    accounts = (User.objects.count(), Nomination.objects.count(), SeatReview.objects.count())

    list(purge(NOON + timedelta(days=100_000)))

    assert counts == {model: model._base_manager.count() for model in counts}
    assert sum(counts.values()) > 50
    assert accounts == (User.objects.count(), Nomination.objects.count(), SeatReview.objects.count())
    assert not Session.objects.exists()


def test_no_class_holds_a_row_of_the_record() -> None:
    purged = {rows(NOON).model._meta.label for rows in CLASSES.values()}

    record = {model._meta.label for model in apps.get_models() if model._meta.app_label in RECORD}
    assert purged.isdisjoint(record | {"accounts.Nomination", "accounts.SeatReview", "accounts.User"})
