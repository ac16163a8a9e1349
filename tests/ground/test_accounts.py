"""Who can sign in, who cannot, and what can an administrator do about it?"""

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from esc_tracker.accounts.models import Agency, PassphraseLink, Role, User, agency_code
from esc_tracker.journal.models import Entry
from tests.factories import PASSPHRASE, make_agency, make_user

LOGIN = "/accounts/login/"
USERS = "/admin/accounts/user/"
ACCEPTED = {"accept": "yes"}


def sign_in(email: str, passphrase: str = PASSPHRASE, client: Client | None = None, **headers):
    """Send the sign-in form as a browser does; return the answer."""
    return (client or Client()).post(LOGIN, {"login": email, "password": passphrase, **ACCEPTED}, **headers)


def is_signed_in(client: Client) -> bool:
    """Say whether this browser's session belongs to somebody."""
    return "_auth_user_id" in client.session


# --- Signing in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["cbp@esc.example", "CBP@ESC.EXAMPLE", "Cbp@Esc.Example", " cbp@esc.example "])
def test_people_sign_in_by_e_mail_whatever_its_case(cbp, client, email):
    answer = sign_in(email, client=client)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert is_signed_in(client)


def test_signing_in_leads_back_to_where_one_came_from(cbp, client):
    answer = client.post(f"{LOGIN}?next=/milestones/4.3/", {"login": cbp.email, "password": PASSPHRASE, **ACCEPTED})

    assert answer.headers["Location"] == "/milestones/4.3/"


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_signing_in_never_leads_away(cbp, client, away):
    answer = client.post(LOGIN, {"login": cbp.email, "password": PASSPHRASE, "next": away, **ACCEPTED})

    assert answer.headers["Location"] == "/"


def _told(answer) -> list[str]:
    return [problem for problems in answer.context["form"].errors.values() for problem in problems]


def test_a_wrong_passphrase_and_an_unknown_address_are_told_in_the_same_words(cbp):
    wrong, unknown = sign_in(cbp.email, "wrong passphrase"), sign_in("nobody@esc.example", "wrong passphrase")

    assert wrong.status_code == unknown.status_code == 200
    assert _told(wrong) == _told(unknown) != []


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"login": ""},
        {"login": "cbp@esc.example"},
        {"login": "cbp@esc.example", "password": ""},
        {"login": "cbp@esc.example\x00", "password": PASSPHRASE},
        {"login": "cbp@esc.example", "password": f"{PASSPHRASE}\x00"},
        {"login": "x" * 5000, "password": "x" * 5000},
        {"login": "not an address", "password": PASSPHRASE},
    ],
    ids=lambda form: "+".join(f"{name} {value[:20]!r}" for name, value in form.items()) or "empty",
)
def test_an_incomplete_or_odd_form_is_answered_in_words(cbp, client, form):
    answer = client.post(LOGIN, form | ACCEPTED)

    assert answer.status_code == 200
    assert _told(answer) != []
    assert not is_signed_in(client)


def test_a_deactivated_person_cannot_sign_in(cbp, client):
    User.objects.update(is_active=False)

    sign_in(cbp.email, client=client)

    assert not is_signed_in(client)


def test_a_deactivated_person_is_signed_out_at_once(cbp, client):
    sign_in(cbp.email, client=client)
    User.objects.update(is_active=False)

    assert client.get("/milestones/").headers["Location"].startswith(LOGIN)


def test_an_account_without_a_passphrase_cannot_sign_in(db, client):
    User.objects.create_user("new@esc.example", None, name="New", role=Role.READER)

    for passphrase in ("", "None", "!"):
        sign_in("new@esc.example", passphrase, client=client)

    assert not is_signed_in(client)


def test_signing_out_ends_the_session(cbp, client):
    sign_in(cbp.email, client=client)

    answer = client.post("/accounts/logout/")

    assert (answer.status_code, answer.headers["Location"]) == (302, LOGIN)
    assert not is_signed_in(client)


def test_a_link_cannot_sign_a_person_out(cbp, client):
    sign_in(cbp.email, client=client)

    client.get("/accounts/logout/")

    assert is_signed_in(client)


def test_signing_in_gives_a_new_session_key(cbp, client):
    client.get(LOGIN)
    session = client.session
    session["before"] = True
    session.save()
    client.cookies["sessionid"] = key = session.session_key

    sign_in(cbp.email, client=client)

    assert client.session.session_key != key


def test_the_form_cannot_be_sent_from_elsewhere(cbp):
    strict = Client(enforce_csrf_checks=True)

    assert sign_in(cbp.email, client=strict).status_code == 403
    assert not is_signed_in(strict)


def test_signing_in_is_no_act_on_the_record(cbp):
    sign_in(cbp.email)

    assert Entry.objects.count() == 0


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/password/reset/", "/accounts/email/", "/accounts/"])
def test_sign_up_and_the_librarys_other_pages_do_not_exist(db, client, path):
    assert [client.get(path).status_code, client.post(path).status_code] == [404, 404]


# --- Only failures count ------------------------------------------------------------------------------------------


def test_an_office_behind_one_address_signs_in_all_day(cbp):
    answers = [sign_in(cbp.email).status_code for _ in range(35)]

    assert answers == [302] * 35


def test_the_sixth_failure_for_one_account_is_stopped(cbp):
    answers = [sign_in(cbp.email, "wrong passphrase") for _ in range(6)]

    assert [answer.status_code for answer in answers[:5]] == [200] * 5
    assert answers[5].status_code == 429 or _told(answers[5]) != _told(answers[4])


def test_a_stopped_account_is_stopped_for_the_right_passphrase_too(cbp, client):
    for _ in range(6):
        sign_in(cbp.email, "wrong passphrase")

    sign_in(cbp.email, client=client)

    assert not is_signed_in(client)


def test_one_accounts_failures_do_not_stop_another(cbp, ice, client):
    for _ in range(6):
        sign_in(cbp.email, "wrong passphrase")

    assert sign_in(ice.email, client=client).status_code == 302


def test_the_case_of_an_address_opens_no_second_row_of_tries(cbp, client):
    for email in ("cbp@esc.example", "CBP@esc.example", "cBp@esc.example", "cbP@esc.example", "CBp@esc.example"):
        sign_in(email, "wrong passphrase")

    answer = sign_in("CBP@ESC.EXAMPLE", "wrong passphrase")

    assert answer.status_code == 429 or "many" in " ".join(_told(answer)).lower()


def test_a_forged_forwarding_header_opens_no_second_row_of_tries(cbp, client):
    for number in range(5):
        sign_in(cbp.email, "wrong passphrase", headers={"X-Forwarded-For": f"10.0.0.{number}"})

    sign_in(cbp.email, client=client, headers={"X-Forwarded-For": "10.0.0.99"})

    assert not is_signed_in(client)


# --- Seats --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "agency", "fits"),
    [
        (Role.ESC_MEMBER, "CBP", True),
        (Role.ESC_MEMBER, None, False),
        (Role.ESC_MEMBER, "PLCY", False),
        (Role.PLCY_STAFF, "PLCY", True),
        (Role.PLCY_STAFF, None, False),
        (Role.PLCY_STAFF, "CBP", False),
        (Role.READER, None, True),
        (Role.READER, "CBP", False),
        (Role.COAC_READER, None, True),
        (Role.COAC_READER, "CBP", False),
        (Role.ADMINISTRATOR, None, True),
        (Role.ADMINISTRATOR, "PLCY", False),
        ("chair", None, False),
    ],
)
def test_role_and_agency_fit_in_the_form_and_in_the_database(db, role, agency, fits):
    seat = make_agency(agency) if agency else None
    user = User(email="new@esc.example", name="New", role=role, agency=seat)
    user.set_password(PASSPHRASE)

    if fits:
        user.full_clean()
        user.save()
    else:
        with pytest.raises(ValidationError):
            user.full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            user.save()


def test_two_people_cannot_share_an_address_in_another_case(cbp):
    other = User(email="CBP@esc.example", name="Other", role=Role.READER, password="x")

    with pytest.raises(ValidationError):
        other.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()


@pytest.mark.parametrize("text", ["ICE/HSI", "ICE-HSI", "ice-hsi", " ice/hsi "])
def test_an_agency_is_found_by_code_or_name(text):
    assert agency_code(text) == "ICE-HSI"


def test_only_administrators_are_staff_and_nobody_is_a_superuser(db):
    seats = [(Role.ESC_MEMBER, "CBP"), (Role.PLCY_STAFF, None), (Role.READER, None), (Role.ADMINISTRATOR, None)]
    people = [make_user(f"{role}@esc.example", role, agency) for role, agency in seats]

    assert [person.is_staff for person in people] == [False, False, False, True]
    assert not any(person.is_superuser for person in people)
    assert not people[3].has_perm("milestones.view_milestone")


# --- The account list ---------------------------------------------------------------------------------------------


@pytest.fixture
def desk(client_of, admin_user) -> Client:
    """Return an administrator's browser."""
    return client_of(admin_user)


def test_the_account_list_knows_people_and_nothing_of_the_record():
    registered = {model._meta.label for model in admin.site._registry}

    assert registered == {"accounts.User", "accounts.Nomination", "security.SecurityEvent"}
    business = {
        label
        for label in ("actions", "milestones", "reports", "journal")
        for _ in apps.get_app_config(label).get_models()
    }
    assert not {label.partition(".")[0] for label in registered} & business


def test_an_administrator_seats_a_person_who_is_then_invited_and_has_no_passphrase(desk, admin_user):
    make_agency("USPTO")
    form = {"email": "New@ESC.example", "name": "Dana Reyes", "role": "esc_member", "agency": "USPTO"}

    answer = desk.post(f"{USERS}add/", form)

    assert answer.status_code == 302
    dana = User.objects.get(email="new@esc.example")
    assert (dana.agency_id, dana.has_usable_password()) == ("USPTO", False)
    link = PassphraseLink.objects.get()
    assert (link.person, link.purpose, link.asked_by, link.sent_at) == (dana, "invitation", admin_user, None)


@pytest.mark.parametrize(
    ("role", "agency"), [("esc_member", ""), ("plcy_staff", ""), ("reader", "USPTO"), ("plcy_staff", "USPTO")]
)
def test_a_seat_that_does_not_fit_is_told_in_words_and_not_given(desk, role, agency):
    make_agency("USPTO")
    form = {"email": "new@esc.example", "name": "Dana Reyes", "role": role, "agency": agency}

    answer = desk.post(f"{USERS}add/", form)

    assert answer.status_code == 200
    assert (
        "PLCY staff belong to PLCY, ESC members to another agency, everybody else to none." in answer.content.decode()
    )
    assert not User.objects.filter(email="new@esc.example").exists()


def test_an_administrator_deactivates_a_person(desk, cbp):
    form = {"email": cbp.email, "name": cbp.name, "role": "esc_member", "agency": "CBP"}

    assert desk.post(f"{USERS}{cbp.pk}/change/", form).status_code == 302

    cbp.refresh_from_db()
    assert not cbp.is_active


def test_an_administrator_cannot_change_their_own_role_or_seat(desk, admin_user):
    make_agency("PLCY")
    form = {"email": admin_user.email, "name": "Renamed", "role": "plcy_staff", "agency": "PLCY"}

    desk.post(f"{USERS}{admin_user.pk}/change/", form)

    admin_user.refresh_from_db()
    assert (admin_user.name, admin_user.role, admin_user.agency_id) == ("Renamed", "administrator", None)
    assert admin_user.is_active


def test_nobody_is_deleted(desk, cbp):
    assert desk.post(f"{USERS}{cbp.pk}/delete/", {"post": "yes"}).status_code == 403
    desk.post(USERS, {"action": "delete_selected", "_selected_action": [cbp.pk], "post": "yes"})

    assert User.objects.filter(pk=cbp.pk).exists()


def test_the_account_list_names_people_by_their_seat(desk, cbp, plcy):
    page = desk.get(USERS).content.decode()

    assert "cbp@esc.example" in page
    assert "plcy@esc.example" in page


def test_agencies_are_no_accounts_to_be_edited(desk, cbp):
    assert desk.get("/admin/accounts/agency/").status_code == 404
    assert Agency.objects.count() == 1
