"""Is a changed seat noted and felt at once, nobody's own changed, the last administrator kept? (R08, R09, R39)"""

import threading
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from esc_tracker import clock
from esc_tracker.accounts.models import Agency, PassphraseLink, Role, Session, User
from esc_tracker.accounts.seat_changes import OWN, add_seat, change_seat, close_unused, send_invitation
from esc_tracker.journal.models import Entry
from esc_tracker.refusals import Incomplete, NotAllowed
from esc_tracker.security.models import Kind, SecurityEvent
from tests.factories import make_agency, make_user
from tests.ground.links.test_choosing_by_a_link import GOOD, follow, keep, link_for

USERS = "/admin/accounts/user/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client_of, admin_user) -> Client:
    """Return an administrator's browser."""
    return client_of(admin_user)


def noted() -> list[SecurityEvent]:
    """Return the lines about seats, the first first."""
    return list(SecurityEvent.objects.filter(kind=Kind.SEAT).order_by("pk"))


def state() -> tuple[list, int, int]:
    """Return what a refusal may not touch."""
    columns = ("email", "name", "role", "agency", "is_active", "access_ends_on", "sees_journal", "password")
    return list(User.objects.order_by("pk").values_list(*columns)), len(noted()), PassphraseLink.objects.count()


# --- The door -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "before", "after"),
    [
        (
            {"role": Role.READER, "agency": None},
            {"role": "esc_member", "agency": "CBP"},
            {"role": "reader", "agency": None},
        ),
        ({"is_active": False}, {"is_active": True}, {"is_active": False}),
        ({"access_ends_on": date(2099, 1, 1)}, {"access_ends_on": None}, {"access_ends_on": "2099-01-01"}),
    ],
)
def test_a_change_is_noted_with_before_and_after_and_ends_the_sessions(cbp, admin_user, wanted, before, after):
    now = clock.wall()
    ends = now + timedelta(hours=1)
    Session.objects.create(session_key="k" * 32, person=cbp, started_at=now, seen_at=now, expire_date=ends)

    change_seat(cbp, by=admin_user, wanted=wanted)

    [line] = noted()
    assert (line.person, line.about, line.facts["holder"]) == (admin_user, "CBP", cbp.pk)
    assert {key: line.facts["before"][key] for key in before} == before
    assert {key: line.facts["after"][key] for key in after} == after
    assert not Session.objects.filter(person=cbp, expire_date__gt=clock.wall()).exists()


def test_the_agency_changes_on_the_next_request(cbp, admin_user):
    change_seat(cbp, by=admin_user, wanted={"agency": make_agency("USPS")})

    assert User.objects.get(pk=cbp.pk).agency_id == "USPS"
    assert noted()[0].facts["after"]["agency"] == "USPS"


def test_a_new_address_is_noted_without_it_and_ends_the_links_to_the_old_one(cbp, admin_user):
    link_for(cbp)

    change_seat(cbp, by=admin_user, wanted={"email": "new@esc.example"})

    [line] = noted()
    assert line.facts["email_changed"] is True
    assert "@" not in str(line.facts)
    assert follow(Client()).status_code == 410


def test_a_new_name_is_no_change_of_the_seat(cbp, admin_user):
    change_seat(cbp, by=admin_user, wanted={"name": "Cary Boone"})

    assert User.objects.get(pk=cbp.pk).name == "Cary Boone"
    assert noted() == []


def test_the_same_change_sent_twice_is_noted_once(cbp, admin_user):
    for _ in range(2):
        change_seat(cbp, by=admin_user, wanted={"is_active": False})

    assert len(noted()) == 1


@pytest.mark.parametrize("role", [Role.PLCY_STAFF, Role.ESC_MEMBER, Role.READER, Role.COAC_READER])
def test_only_an_administrator_changes_gives_or_invites(cbp, role):
    other = make_user("other@esc.example", role)
    before = state()

    for act in (
        lambda: change_seat(cbp, by=other, wanted={"is_active": False}),
        lambda: add_seat(User(email="x@esc.example", name="X", role=Role.ADMINISTRATOR), by=other),
        lambda: send_invitation(cbp, by=other),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert state() == before


@pytest.mark.parametrize("wanted", [{"role": Role.READER}, {"is_active": False}, {"access_ends_on": date(2099, 1, 1)}])
def test_nobody_changes_their_own_seat(admin_user, wanted):
    make_user("admin2@esc.example", Role.ADMINISTRATOR)
    before = state()

    with pytest.raises(NotAllowed, match=OWN):
        change_seat(admin_user, by=admin_user, wanted=wanted)

    assert state() == before


def test_an_administrator_closed_a_moment_ago_closes_nobody(admin_user):
    other = make_user("admin2@esc.example", Role.ADMINISTRATOR)
    change_seat(other, by=admin_user, wanted={"is_active": False})

    with pytest.raises(NotAllowed):
        change_seat(admin_user, by=other, wanted={"is_active": False})

    assert User.objects.get(pk=admin_user.pk).is_active


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_close_each_other_at_once_leave_one():
    pair = [make_user(f"admin{number}@esc.example", Role.ADMINISTRATOR) for number in (1, 2)]
    gate, refused = threading.Barrier(2), []

    def work(mine: User, other: User) -> None:
        try:
            gate.wait()
            change_seat(other, by=mine, wanted={"is_active": False})
        except NotAllowed as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=each) for each in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert User.objects.filter(is_active=True).count() == 1
    assert len(refused) == 1


def test_what_is_no_part_of_a_seat_is_not_changed(cbp, admin_user):
    with pytest.raises(ValueError, match="password"):
        change_seat(cbp, by=admin_user, wanted={"password": "x"})


# --- The account list ---------------------------------------------------------------------------------------------


def form_of(person: User, **more) -> dict[str, str]:
    """Return the form as it stands, with what is changed."""
    facts = {"email": person.email, "name": person.name, "role": person.role, "agency": person.agency_id or ""}
    return facts | ({"is_active": "on"} if person.is_active else {}) | more


def test_the_page_changes_by_the_door(desk, cbp, admin_user):
    make_agency("USPS")

    answer = desk.post(f"{USERS}{cbp.pk}/change/", form_of(cbp, agency="USPS"))

    assert answer.status_code == 302
    assert [(line.person, line.facts["after"]["agency"], line.source) for line in noted()] == [
        (admin_user, "USPS", "web")
    ]


def test_the_pages_ask_for_no_passphrase_and_none_sets_one(desk, cbp):
    stood = User.objects.get(pk=cbp.pk).password
    for path in (f"{USERS}add/", f"{USERS}{cbp.pk}/change/"):
        page = desk.get(path).content.decode()
        assert 'type="password"' not in page
        assert 'name="password' not in page

    desk.post(f"{USERS}{cbp.pk}/password/", {"password1": GOOD, "password2": GOOD})
    desk.post(f"{USERS}{cbp.pk}/change/", form_of(cbp, password="x", password1=GOOD, password2=GOOD))

    assert User.objects.get(pk=cbp.pk).password == stood


@pytest.mark.parametrize("name", ["Dana\nReyes", "Dana\x00", "Dana\u202e"])
def test_a_name_that_could_write_into_a_mail_is_refused(desk, name, db):
    form = {"email": "new@esc.example", "name": name, "role": "reader", "agency": ""}

    answer = desk.post(f"{USERS}add/", form)

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["name"]
    assert not User.objects.filter(email="new@esc.example").exists()


def test_the_right_to_read_the_journal_is_for_readers(desk, cbp, reader):
    refused = desk.post(f"{USERS}{cbp.pk}/change/", form_of(cbp, sees_journal="on"))
    given = desk.post(f"{USERS}{reader.pk}/change/", form_of(reader, sees_journal="on"))

    assert (refused.status_code, given.status_code) == (200, 302)
    assert list(User.objects.filter(sees_journal=True)) == [reader]
    assert [line.facts["after"]["sees_journal"] for line in noted()] == [True]


def test_a_new_invitation_is_sent_by_a_button(desk, cbp, admin_user):
    assert "Send a new invitation" in desk.get(f"{USERS}{cbp.pk}/change/").content.decode()

    answer = desk.post(f"{USERS}{cbp.pk}/invite/", {"_invite": "x"}, follow=True)

    assert "A mail with a link to choose a passphrase is on its way" in answer.content.decode()
    assert PassphraseLink.objects.get().asked_by == admin_user


def test_nobody_invites_themself_or_a_closed_person(desk, admin_user, cbp):
    User.objects.filter(pk=cbp.pk).update(is_active=False)

    for person in (admin_user, cbp):
        assert "Send a new invitation" not in desk.get(f"{USERS}{person.pk}/change/").content.decode()
        desk.post(f"{USERS}{person.pk}/invite/", {"_invite": "x"})

    assert PassphraseLink.objects.count() == 0


# --- Unused seats -------------------------------------------------------------------------------------------------


def last_used(person: User, days: int) -> None:
    """Let a person's last sign-in be so many days ago."""
    moment = clock.wall() - timedelta(days=days)
    User.objects.filter(pk=person.pk).update(last_login=moment, joined_at=moment)


def test_without_the_setting_nobody_is_closed_however_long_away(reader):
    last_used(reader, 4000)

    assert close_unused(clock.wall()) == []


def test_a_seat_unused_for_so_long_is_closed_and_noted_with_why(cbp, reader, admin_user, settings):
    settings.INACTIVE_DAYS = 100
    last_used(reader, 101)
    last_used(cbp, 99)
    last_used(admin_user, 5000)

    assert close_unused(clock.wall()) == [reader]
    assert close_unused(clock.wall()) == []

    assert list(User.objects.filter(is_active=False)) == [reader]
    [line] = noted()
    assert (line.person, line.about, line.facts["why"]) == (None, "READER", "unused for 100 days")


def test_one_invited_lately_is_not_closed(reader, admin_user, settings):
    settings.INACTIVE_DAYS = 100
    last_used(reader, 4000)
    send_invitation(reader, by=admin_user)

    assert close_unused(clock.wall()) == []


# --- The first administrator --------------------------------------------------------------------------------------


def test_the_first_administrator_is_invited_from_the_terminal(db, client, settings):
    settings.BASE_URL = "https://esc.example"
    out = StringIO()

    call_command("invite_administrator", "First@esc.example", "Ada Min", "--print-link", stdout=out)

    ada = User.objects.get()
    assert (ada.email, ada.role, ada.has_usable_password()) == ("first@esc.example", "administrator", False)
    link = out.getvalue().strip()
    assert link.startswith("https://esc.example/accounts/passphrase/")
    client.get(link.removeprefix("https://esc.example"))
    assert keep(client).status_code == 302
    assert User.objects.get().check_password(GOOD)
    assert Entry.objects.count() == 0


def test_without_the_option_the_link_goes_by_mail_and_twice_is_one_person(db, mailoutbox):
    for _ in range(2):
        call_command("invite_administrator", "first@esc.example", "Ada Min", stdout=StringIO())
    call_command("run_due_jobs", stdout=StringIO())

    assert User.objects.count() == 1
    assert [message.to for message in mailoutbox] == [["first@esc.example"]]


@pytest.mark.parametrize(("email", "name"), [("no address", "Ada"), ("a@b.example", " "), ("a@b.example", "A\nB")])
def test_the_command_refuses_in_words(db, email, name):
    with pytest.raises(CommandError):
        call_command("invite_administrator", email, name, stdout=StringIO())

    assert User.objects.count() == 0


def test_the_command_makes_no_administrator_of_somebody_else(cbp):
    with pytest.raises(CommandError, match="no administrator"):
        call_command("invite_administrator", cbp.email, "Ada", stdout=StringIO())

    assert User.objects.get().role == Role.ESC_MEMBER


def test_an_address_is_given_one_seat(cbp, admin_user):
    before = state()

    with pytest.raises(Incomplete):
        add_seat(User(email="CBP@esc.example", name="Other", role=Role.READER), by=admin_user)

    assert state() == before
    assert Agency.objects.count() == 1
