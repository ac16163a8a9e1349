"""Does a person whose time runs out lose access on that day, by the real clock, and get no more mail?"""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from esc_tracker import clock
from esc_tracker.accounts.models import Role, User, seated
from reports.models import Delivery
from tests.factories import make_user
from tests.ground.test_accounts import LOGIN, is_signed_in, sign_in
from tests.reports.record import begin_record, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def today() -> date:
    """Return the day by the real clock."""
    return clock.real_day()


def _ends(user: User, day: date) -> None:
    User.objects.filter(pk=user.pk).update(access_ends_on=day)


def test_until_the_day_before_one_signs_in_and_on_the_day_as_little_as_to_a_closed_account(reader, today):
    _ends(reader, today + timedelta(days=1))
    assert sign_in(reader.email).headers["Location"] == "/"

    _ends(reader, today)
    ended, browser = Client(), Client()
    answer = sign_in(reader.email, client=ended)
    User.objects.filter(pk=reader.pk).update(is_active=False, access_ends_on=None)
    closed = sign_in(reader.email, client=browser)

    assert (answer.status_code, answer.headers["Location"]) == (closed.status_code, closed.headers["Location"])
    assert answer.headers["Location"] == "/accounts/inactive/"
    assert not is_signed_in(ended)
    assert not is_signed_in(browser)


def test_a_wrong_passphrase_is_told_nothing_of_it(reader, today):
    _ends(reader, today)

    answer = sign_in(reader.email, "wrong passphrase")

    assert answer.status_code == 200
    assert answer.context["form"].errors


def test_an_open_session_ends_at_the_next_request(reader, client, plan, today):
    sign_in(reader.email, client=client)
    assert client.get("/milestones/").status_code == 200

    _ends(reader, today)

    assert client.get("/milestones/").headers["Location"].startswith(LOGIN)


def test_the_day_of_the_record_does_not_matter(reader, client, settings, today):
    settings.ESC_TODAY = date(2020, 9, 14)
    _ends(reader, date(2020, 12, 31))
    assert sign_in(reader.email, client=client).headers["Location"] == "/accounts/inactive/"

    settings.ESC_TODAY = date(2099, 9, 14)
    _ends(reader, today + timedelta(days=1))
    assert sign_in(reader.email, client=client).headers["Location"] == "/"


@pytest.mark.parametrize(("hour", "minute", "signed_in"), [(23, 59, True), (0, 1, False)])
def test_the_day_begins_at_midnight_in_new_york(reader, client, hour, minute, signed_in):
    eve = date(2026, 11, 29)
    _ends(reader, eve + timedelta(days=1))
    day = eve if signed_in else eve + timedelta(days=1)

    with time_machine.travel(datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.NEW_YORK)):
        sign_in(reader.email, client=client)

    assert is_signed_in(client) is signed_in


def test_an_account_that_ended_begins_again_with_a_later_day(reader, client, today):
    _ends(reader, today)
    sign_in(reader.email, client=client)
    _ends(reader, today + timedelta(days=30))

    assert sign_in(reader.email, client=client).headers["Location"] == "/"


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize("ends_in", [None, -1, 0, 1])
def test_the_rule_in_python_and_in_sql_say_the_same(today, active, ends_in):
    user = make_user("someone@esc.example", Role.READER)
    user.is_active = active
    user.access_ends_on = None if ends_in is None else today + timedelta(days=ends_in)
    user.save()

    assert user.is_seated(today) is User.objects.filter(seated(today)).exists() is (active and ends_in in {None, 1})


def test_mail_that_waits_for_one_who_left_is_not_sent(reader, plcy, today):
    begin_record()
    [report] = published("2020-W35", by=plcy, tell=True)
    waiting = Delivery.objects.filter(report=report, recipient=reader)
    assert Delivery.objects.waiting().filter(recipient=reader).count() == waiting.count() == 1

    _ends(reader, today)

    assert not Delivery.objects.waiting().filter(recipient=reader).exists()
    assert Delivery.objects.waiting().filter(recipient=plcy).exists()


def test_a_report_is_queued_for_nobody_who_left(reader, plcy, today):
    begin_record()
    _ends(reader, today)

    [report] = published("2020-W35", by=plcy, tell=True)

    assert list(Delivery.objects.filter(report=report).values_list("recipient", flat=True)) == [plcy.pk]
