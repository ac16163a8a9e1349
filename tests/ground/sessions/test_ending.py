"""Is a session that was ended over for good, whatever ended it, for a saved cookie too? (R08, R12)"""

from collections.abc import Callable

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client

from esc_tracker import clock
from esc_tracker.accounts.models import Agency, Role, Session, User
from esc_tracker.accounts.seat_changes import change_seat
from esc_tracker.security.models import Kind, SecurityEvent
from tests.factories import PASSPHRASE
from tests.ground.sessions.browsing import saved_cookie_of, shows_the_page
from tests.ground.test_accounts import is_signed_in, sign_in

pytestmark = pytest.mark.django_db
NEW_PASSPHRASE = "seventeen paper lanterns by the river"


def test_signing_in_gives_a_new_id_and_the_old_one_stays_nobodys(now, cbp: User, plan) -> None:
    client = Client()
    planted = client.session  # as one that somebody else knows
    planted["planted"] = True
    planted.save()
    client.cookies["sessionid"] = planted.session_key
    other = saved_cookie_of(client)

    sign_in(cbp.email, client=client)

    assert client.cookies["sessionid"].value != planted.session_key
    assert shows_the_page(client)
    assert not is_signed_in(other)
    assert not Session.objects.filter(session_key=planted.session_key).exists()
    row = Session.objects.get(person=cbp)
    assert (row.session_key, row.started_at) == (client.cookies["sessionid"].value, clock.wall())


def test_signing_out_ends_it_for_a_saved_cookie_and_has_the_browser_forget(member: Client) -> None:
    saved = saved_cookie_of(member)
    key = member.cookies["sessionid"].value
    assert shows_the_page(saved)

    answer = member.post("/accounts/logout/")

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert (shows_the_page(saved), shows_the_page(member)) == (False, False)
    assert member.cookies["sessionid"].value != key
    assert Session.objects.get(session_key=key).session_data == ""


def test_a_changed_passphrase_ends_the_others_and_gives_this_one_a_new_id(member: Client, cbp: User, now) -> None:
    saved, other = saved_cookie_of(member), Client()
    sign_in(cbp.email, client=other)
    began = Session.objects.get(session_key=member.cookies["sessionid"].value).started_at
    now.shift(120)

    wanted = {"current": PASSPHRASE, "new": NEW_PASSPHRASE, "again": NEW_PASSPHRASE}
    answer = member.post("/accounts/passphrase/", wanted)

    assert answer.headers["Location"] == "/accounts/security/"
    assert (shows_the_page(member), shows_the_page(other), shows_the_page(saved)) == (True, False, False)
    row = Session.objects.get(session_key=member.cookies["sessionid"].value)
    assert row.started_at == began  # twelve hours from signing in, not from here


def _deactivated(person: User) -> dict:
    return {"is_active": False}


def _other_role(person: User) -> dict:
    return {"role": Role.READER, "agency": None}


def _other_agency(person: User) -> dict:
    return {"agency": Agency.objects.get(pk="USPS")}


@pytest.mark.parametrize("change", [_deactivated, _other_role, _other_agency])
def test_a_changed_or_closed_seat_ends_it_and_changing_back_revives_nothing(
    member: Client, cbp: User, admin_user: User, change: Callable[[User], dict]
) -> None:
    saved, wanted = saved_cookie_of(member), change(cbp)
    before = {name: getattr(cbp, name) for name in wanted}
    assert shows_the_page(saved)

    change_seat(cbp, by=admin_user, wanted=wanted)
    assert not shows_the_page(saved)
    change_seat(User.objects.get(pk=cbp.pk), by=admin_user, wanted=before)

    assert (shows_the_page(saved), shows_the_page(member)) == (False, False)
    assert SecurityEvent.objects.get(kind=Kind.SESSION_ENDED).facts["why"] == "seat changed"
    sign_in(cbp.email, client=member)
    assert (shows_the_page(saved), shows_the_page(member)) == (False, True)


def test_one_closed_without_a_door_stays_out_after_the_next_request(member: Client, cbp: User) -> None:
    User.objects.filter(pk=cbp.pk).update(is_active=False)
    assert not shows_the_page(member)

    User.objects.filter(pk=cbp.pk).update(is_active=True)

    assert not shows_the_page(member)


@pytest.mark.parametrize("change", [{"agency": "USPS"}, {"role": Role.READER, "agency": None}, {"password": "!"}])
def test_passphrase_role_and_agency_seal_it_even_without_a_door(member: Client, cbp: User, change: dict) -> None:
    User.objects.filter(pk=cbp.pk).update(**change)

    assert not shows_the_page(member)


def test_an_administrator_ends_anybodys(member: Client, cbp: User, admin_user: User, client_of) -> None:
    saved = saved_cookie_of(member)

    answer = client_of(admin_user).post(f"/admin/accounts/user/{cbp.pk}/shut-out/", follow=True)

    assert "Sessions ended: 1." in answer.content.decode()
    assert not shows_the_page(saved)
    event = SecurityEvent.objects.get(kind=Kind.SESSION_ENDED)
    assert (event.person, event.facts["holder"], event.facts["sessions"]) == (admin_user, cbp.pk, 1)


@pytest.mark.parametrize("role", [Role.PLCY_STAFF, Role.ESC_MEMBER])
def test_nobody_else_ends_anothers(member: Client, cbp: User, plcy: User, ice: User, client_of, role: Role) -> None:
    client = client_of(plcy if role == Role.PLCY_STAFF else ice)

    answer = client.post(f"/admin/accounts/user/{cbp.pk}/shut-out/")

    assert answer.status_code == 403
    assert shows_the_page(member)


def test_a_saving_under_way_revives_nothing(member: Client) -> None:
    under_way = member.session
    under_way["something"] = 1
    member.post("/accounts/logout/")

    with pytest.raises(UpdateError):
        under_way.save()

    assert not shows_the_page(saved_cookie_of(member))


def test_cycling_the_id_under_way_revives_nothing(member: Client) -> None:
    under_way = member.session
    _ = under_way["_auth_user_id"]
    member.post("/accounts/logout/")

    with pytest.raises(UpdateError):
        under_way.cycle_key()

    assert Session.objects.filter(person__isnull=False, expire_date__gt=clock.wall()).count() == 0
