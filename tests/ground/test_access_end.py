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
from tests.milestones.people.naming import call, keep
from tests.reports.record import begin_record, mail_on, published

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
    mail_on(plcy)
    [report] = published("2020-W35", by=plcy, tell=True)
    waiting = Delivery.objects.filter(report=report, recipient=reader)
    assert Delivery.objects.waiting().filter(recipient=reader).count() == waiting.count() == 1

    _ends(reader, today)

    assert not Delivery.objects.waiting().filter(recipient=reader).exists()
    assert Delivery.objects.waiting().filter(recipient=plcy).exists()


def test_a_report_is_queued_for_nobody_who_left(reader, plcy, today):
    begin_record()
    mail_on(plcy)
    _ends(reader, today)

    [report] = published("2020-W35", by=plcy, tell=True)

    assert list(Delivery.objects.filter(report=report).values_list("recipient", flat=True)) == [plcy.pk]


# --- The account list -------------------------------------------------------------------------------------------------


def _change(desk: Client, user: User, **more):
    form = {
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "agency": user.agency_id or "",
        "is_active": "on",
    }
    return desk.post(f"/admin/accounts/user/{user.pk}/change/", {**form, **more}, follow=True)


def test_an_administrator_ends_access_and_reads_how_much_is_left_without_a_contact(
    plan, client_of, cbp, admin_user, today
):
    desk = client_of(admin_user)
    cary = keep("Cary Boone", by=cbp, seat=cbp)
    for code in ("3.1", "3.2", "3.3"):
        call(code, cary, by=cbp)
    call("3.3", keep("Kim Lee", by=cbp), by=cbp, part="alternate")
    page = desk.get(f"/admin/accounts/user/{cbp.pk}/change/").content.decode()
    assert "Two responsibilities will have no contact when this account ends; PLCY sees which." in page

    page = _change(desk, cbp, access_ends_on=today.isoformat()).content.decode()

    assert User.objects.get(pk=cbp.pk).access_ends_on == today
    assert "Two responsibilities have no contact since this account ended; PLCY sees which." in page
    assert "3.1" not in page
    assert "Section 321" not in page


@pytest.mark.parametrize("day", ["2020-12-31", "2101-01-01", "2020-02-30"])
def test_a_day_that_is_over_or_none_is_refused_in_words(client_of, reader, admin_user, day):
    answer = _change(client_of(admin_user), reader, access_ends_on=day)

    assert answer.context["errors"]
    assert User.objects.get(pk=reader.pk).access_ends_on is None


def test_access_that_ended_stays_ended_while_something_else_changes(client_of, reader, admin_user):
    _ends(reader, date(2021, 1, 4))

    _change(client_of(admin_user), reader, access_ends_on="2021-01-04", name="Renamed")

    assert User.objects.values_list("name", "access_ends_on").get(pk=reader.pk) == ("Renamed", date(2021, 1, 4))


def test_an_administrator_does_not_end_their_own_access(client_of, admin_user, today):
    _change(client_of(admin_user), admin_user, access_ends_on=today.isoformat())

    assert User.objects.get(pk=admin_user.pk).access_ends_on is None
