"""Is what an older version queued and sent still known after the step to one mail a person and day?"""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE, AFTER = "0002_read_ahead_and_notices", "0005_one_address_per_delivery"
SENT = datetime(2020, 9, 10, 13, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def older():
    """The models of the version before, on its tables; the present tables again afterwards."""
    executor = MigrationExecutor(connection)
    present = executor.loader.graph.leaf_nodes()
    yield executor.migrate([("reports", BEFORE)]).apps
    MigrationExecutor(connection).migrate(present)


def test_a_notice_that_was_sent_is_told_and_one_that_waits_is_told_next(older):
    agency = older.get_model("accounts", "Agency").objects.create(code="CBP", name="CBP", full_name="CBP")
    member = older.get_model("accounts", "User").objects.create(
        email="Dana@cbp.example", name="Dana", role="esc_member", agency=agency
    )
    call = older.get_model("milestones", "Call").objects.create(
        week="2020-W37",
        starts_on=date(2020, 9, 7),
        ends_on=date(2020, 9, 13),
        opens_at=SENT,
        due_at=SENT.replace(day=11),
        recorded_at=SENT,
    )
    reminders = [
        older.get_model("milestones", "CallReminder").objects.create(
            call=call, agency=agency, by=member, recorded_at=SENT, on=date(2020, 9, day), milestones=["4.3"]
        )
        for day in (10, 11)
    ]
    report = older.get_model("reports", "WeeklyReport").objects.create(
        week="2020-W36", as_of=SENT, since=SENT, figures="{}", digest="0", drafted_at=SENT
    )
    deliveries = older.get_model("reports", "Delivery").objects
    deliveries.create(
        message="reminder-1",
        agency=agency,
        reminder=reminders[0],
        queued_at=SENT,
        sent_at=SENT,
        sent_to=["a@cbp.example", "b@cbp.example"],
    )
    deliveries.create(message="reminder-2", agency=agency, reminder=reminders[1], queued_at=SENT)
    deliveries.create(message="report-2020-W36-1-esc", recipient=member, report=report, edition="esc", queued_at=SENT)

    now = MigrationExecutor(connection).migrate([("reports", AFTER)]).apps

    notices = now.get_model("reports", "Notice").objects.order_by("key")
    assert list(notices.values_list("key", "kind", "agency", "addressed_at")) == [
        ("reminder-1", "reminder", "CBP", SENT),
        ("reminder-2", "reminder", "CBP", None),
    ]
    told = now.get_model("reports", "Telling").objects.order_by("address")
    assert list(told.values_list("notice__key", "address", "delivery__sent_at")) == [
        ("reminder-1", "a@cbp.example", SENT),
        ("reminder-1", "b@cbp.example", SENT),
    ]
    waiting = now.get_model("reports", "Delivery").objects.filter(sent_at=None)
    assert list(waiting.values_list("message", "address")) == [("report-2020-W36-1-esc", "dana@cbp.example")]
