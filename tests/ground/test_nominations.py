"""Does the chair's office ask for a seat, an administrator give it once, and neither do the other's part?"""

from datetime import date, timedelta

import pytest
from django.test import Client

from esc_tracker import clock
from esc_tracker.accounts.models import Nomination, PassphraseLink, Role, User
from esc_tracker.accounts.seats import decline, nominate, seat
from esc_tracker.journal.models import Entry
from esc_tracker.refusals import Incomplete, NotAllowed, Overtaken
from tests.factories import make_agency, make_user
from tests.ground.test_accounts import sign_in

pytestmark = pytest.mark.django_db
LATER = date(2099, 12, 31)
DESK = "/admin/accounts/nomination/"


def ask(*, by: User, **more) -> Nomination:
    """Nominate Dana Reyes for CBP, until the end of 2099."""
    facts = {"name": "Dana Reyes", "email": "Dana.Reyes@CBP.example", "role": Role.ESC_MEMBER, "access_ends_on": LATER}
    return nominate(by=by, **{**facts, "agency": make_agency("CBP"), **more})


def record() -> tuple[list, list, int]:
    """Return what an act here may touch."""
    people = User.objects.order_by("pk").values_list("email", "role", "agency", "is_active", "access_ends_on")
    return list(people), list(Nomination.objects.values_list("email", "state")), Entry.objects.count()


# --- The chair's office asks ------------------------------------------------------------------------------------------


def test_a_nomination_waits_and_seats_nobody_and_the_journal_keeps_no_address(plcy):
    people = User.objects.count()

    asked = ask(by=plcy)

    assert (asked.email, asked.state, asked.agency_id) == ("dana.reyes@cbp.example", "waiting", "CBP")
    assert (asked.by, asked.access_ends_on, asked.decided_at) == (plcy, LATER, None)
    assert User.objects.count() == people
    entry = Entry.objects.get()
    assert (entry.verb, entry.about, entry.by) == ("accounts.nominate", "Dana Reyes", plcy)
    assert entry.after == {
        "name": "Dana Reyes", "role": "esc_member", "agency": "CBP", "access_ends_on": "2099-12-31", "state": "waiting",
    }  # fmt: skip


def test_the_same_nomination_sent_twice_is_one(plcy):
    asked = ask(by=plcy)
    before = record()

    assert ask(by=plcy) == asked

    assert record() == before


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        pytest.param({"name": " "}, "name", id="no name"),
        pytest.param({"name": "Dana\nReyes"}, "name", id="a line break"),
        pytest.param({"name": "Dana\x00"}, "name", id="NUL"),
        pytest.param({"name": "x" * 121}, "name", id="long name"),
        pytest.param({"email": ""}, "email", id="no address"),
        pytest.param({"email": "dana"}, "email", id="half an address"),
        pytest.param({"email": "dana@cbp.example\nBcc: x@cbp.example"}, "email", id="a header"),
        pytest.param({"email": f"{'x' * 250}@cbp.example"}, "email", id="long address"),
        pytest.param({"email": "PLCY@esc.example"}, "email", id="somebody with a seat"),
        pytest.param({"role": "chair"}, "role", id="unknown role"),
        pytest.param({"agency": None}, "agency", id="a member of no agency"),
        pytest.param({"agency": "PLCY"}, "agency", id="a member of PLCY"),
        pytest.param({"role": Role.PLCY_STAFF}, "agency", id="PLCY staff of CBP"),
        pytest.param({"role": Role.READER}, "agency", id="a reader of CBP"),
        pytest.param({"role": Role.COAC_READER}, "agency", id="a COAC reader of CBP"),
        pytest.param({"role": Role.ADMINISTRATOR}, "agency", id="an administrator of CBP"),
        pytest.param({"access_ends_on": date(2020, 12, 31)}, "access_ends_on", id="an end that is over"),
        pytest.param({"access_ends_on": date(2101, 1, 1)}, "access_ends_on", id="an end after 2100"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_at_its_field_and_nothing_is_written(plcy, facts, field):
    facts = {**facts, "agency": make_agency(facts["agency"])} if facts.get("agency") else facts
    make_agency("CBP")
    before = record()

    with pytest.raises(Incomplete) as refused:
        ask(by=plcy, **facts)

    assert set(refused.value.problems) == {field}
    assert record() == before


def test_access_may_end_tomorrow_and_not_today(plcy):
    with pytest.raises(Incomplete, match="Name a day from"):
        ask(by=plcy, access_ends_on=clock.real_day())

    assert ask(by=plcy, access_ends_on=clock.real_day() + timedelta(days=1)).state == "waiting"


def test_another_nomination_for_an_address_waits_until_the_first_is_decided(plcy, admin_user):
    first = ask(by=plcy)
    before = record()
    with pytest.raises(Incomplete, match="nominated at this address already"):
        ask(by=plcy, name="Dana R. Reyes")
    assert record() == before

    decline(first, by=admin_user, remark="Misspelled.")

    assert ask(by=plcy, name="Dana R. Reyes").state == "waiting"


@pytest.mark.parametrize("who", ["cbp", "reader", "coac", "admin_user"])
def test_only_the_chairs_office_nominates(request, who):
    stranger = request.getfixturevalue(who)
    make_agency("CBP")
    before = record()

    with pytest.raises(NotAllowed, match="Only PLCY"):
        ask(by=stranger)

    assert record() == before


# --- The administrator decides ----------------------------------------------------------------------------------------


def test_a_seat_is_given_as_asked_and_without_a_passphrase(plcy, admin_user):
    asked = ask(by=plcy)

    dana = seat(asked, by=admin_user)

    assert (dana.email, dana.name, dana.role, dana.agency_id) == (
        "dana.reyes@cbp.example", "Dana Reyes", "esc_member", "CBP",
    )  # fmt: skip
    assert (dana.access_ends_on, dana.is_active, dana.has_usable_password()) == (LATER, True, False)
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("seated", admin_user)
    assert [entry.verb for entry in Entry.objects.all()] == ["accounts.nominate", "accounts.seat"]


def test_a_closed_account_is_opened_again_under_its_new_role_and_its_old_passphrase_is_gone(plcy, admin_user, client):
    old = make_user("dana.reyes@cbp.example", Role.READER)
    sign_in(old.email, client=client)
    User.objects.filter(pk=old.pk).update(is_active=False)

    dana = seat(ask(by=plcy), by=admin_user)

    assert (dana.pk, dana.role, dana.agency_id, dana.is_active) == (old.pk, "esc_member", "CBP", True)
    assert not dana.has_usable_password()
    assert client.get("/milestones/").status_code == 302
    assert Entry.objects.last().before == {"role": "reader", "agency": None}


def test_one_whose_time_ran_out_is_seated_again(plcy, admin_user):
    old = make_user("dana.reyes@cbp.example", Role.ESC_MEMBER, "CBP")
    User.objects.filter(pk=old.pk).update(access_ends_on=date(2021, 1, 1))

    assert seat(ask(by=plcy), by=admin_user).access_ends_on == LATER


def test_seating_twice_is_once_and_the_second_administrator_is_told(plcy, admin_user):
    asked = ask(by=plcy)
    dana = seat(asked, by=admin_user)
    before = record()

    assert seat(asked, by=admin_user) == dana
    other = make_user("admin2@esc.example", Role.ADMINISTRATOR)
    before = (record()[0], *before[1:])
    with pytest.raises(Overtaken, match="Dana Reyes was seated by ADMIN meanwhile"):
        seat(asked, by=other)
    with pytest.raises(Overtaken, match="Dana Reyes was seated by ADMIN meanwhile"):
        decline(asked, by=other, remark="Not known.")

    assert record() == before


def test_declining_says_why_and_seats_nobody_once(plcy, admin_user):
    asked = ask(by=plcy)
    people = User.objects.count()

    for _ in range(2):
        assert decline(asked, by=admin_user, remark=" Not known to CBP. ").remark == "Not known to CBP."

    assert User.objects.count() == people
    assert [entry.verb for entry in Entry.objects.all()] == ["accounts.nominate", "accounts.decline"]


@pytest.mark.parametrize("remark", ["", "  ", "x" * 201, "No.\nNever.", "No \x07"])
def test_declining_without_a_reason_that_can_be_kept_is_refused(plcy, admin_user, remark):
    asked = ask(by=plcy)
    before = record()

    with pytest.raises(Incomplete) as refused:
        decline(asked, by=admin_user, remark=remark)

    assert set(refused.value.problems) == {"remark"}
    assert record() == before


def test_an_account_given_meanwhile_or_a_time_that_is_over_is_not_seated(plcy, admin_user):
    asked = ask(by=plcy)
    dana = make_user("dana.reyes@cbp.example", Role.READER)
    late = ask(by=plcy, email="late@cbp.example")
    Nomination.objects.filter(pk=late.pk).update(access_ends_on=clock.real_day())
    before = record()

    with pytest.raises(Incomplete, match="has a seat at this address already"):
        seat(asked, by=admin_user)
    with pytest.raises(Incomplete, match="time asked for is over"):
        seat(late, by=admin_user)

    assert record() == before
    assert User.objects.get(pk=dana.pk).role == "reader"


def test_nobody_but_an_administrator_decides_and_none_about_themselves(plcy, cbp, admin_user):
    asked = ask(by=plcy)
    mine = ask(by=plcy, email="admin2@esc.example", role=Role.PLCY_STAFF, agency=make_agency("PLCY"))
    admin2 = make_user("admin2@esc.example", Role.ADMINISTRATOR)
    before = record()

    for nomination, who, words in (
        (asked, plcy, "Only an administrator"), (asked, cbp, "Only an administrator"), (mine, admin2, "This is you"),
    ):  # fmt: skip
        with pytest.raises(NotAllowed, match=words):
            seat(nomination, by=who)
        with pytest.raises(NotAllowed, match=words):
            decline(nomination, by=who, remark="No.")

    assert record() == before


# --- The administrator's list -----------------------------------------------------------------------------------------


@pytest.fixture
def desk(client_of, admin_user) -> Client:
    """Return an administrator's browser."""
    return client_of(admin_user)


def test_the_list_says_who_waits_and_leads_to_the_two_acts(desk, plcy):
    asked = ask(by=plcy)

    assert "Dana Reyes" in desk.get(DESK).content.decode()
    page = desk.get(f"{DESK}{asked.pk}/change/").content.decode()

    assert "dana.reyes@cbp.example" in page
    assert f"{DESK}{asked.pk}/seat/" in page
    assert f"{DESK}{asked.pk}/decline/" in page
    assert 'name="name"' not in page


def test_the_administrator_seats_and_an_invitation_waits_to_be_sent(desk, plcy, admin_user):
    asked = ask(by=plcy)

    answer = desk.post(f"{DESK}{asked.pk}/seat/", follow=True)

    dana = User.objects.get(email="dana.reyes@cbp.example")
    assert answer.redirect_chain[-1][0] == f"/admin/accounts/user/{dana.pk}/change/"
    assert "Dana Reyes has a seat. A mail with a link" in answer.content.decode()
    [link] = PassphraseLink.objects.all()
    assert (link.person, link.purpose, link.asked_by) == (dana, "invitation", admin_user)
    assert (link.sent_at, link.digest) == (None, "")
    assert not dana.has_usable_password()


def test_a_link_seats_nobody(desk, plcy):
    asked = ask(by=plcy)
    before = record()

    assert desk.get(f"{DESK}{asked.pk}/seat/").status_code == 405

    assert record() == before


def test_the_administrator_declines_with_a_reason_that_the_chairs_office_reads(desk, plcy, client_of):
    asked = ask(by=plcy)
    before = record()
    without = desk.post(f"{DESK}{asked.pk}/decline/", {"remark": ""})
    assert (without.status_code, record()) == (200, before)
    assert "Say why, so that the chair’s office knows." in without.content.decode()

    assert desk.post(f"{DESK}{asked.pk}/decline/", {"remark": "Not known to CBP."}).status_code == 302

    assert Nomination.objects.get().state == "declined"
    assert "Not known to CBP." in client_of(plcy).get("/nominations/").content.decode()


def test_what_was_decided_offers_no_act_and_a_late_one_is_told(desk, plcy):
    asked = ask(by=plcy)
    seat(asked, by=make_user("admin2@esc.example", Role.ADMINISTRATOR))
    before = record()

    page = desk.get(f"{DESK}{asked.pk}/change/").content.decode()
    late = desk.post(f"{DESK}{asked.pk}/seat/", follow=True).content.decode()
    later = desk.post(f"{DESK}{asked.pk}/decline/", {"remark": "No."}, follow=True).content.decode()

    assert "/seat/" not in page
    assert "was seated by ADMIN2 meanwhile" in late
    assert "was seated by ADMIN2 meanwhile" in later
    assert record() == before


def test_the_administrator_changes_adds_and_deletes_no_nomination(desk, plcy):
    asked = ask(by=plcy)
    before = record()

    answers = [
        desk.get(f"{DESK}add/"),
        desk.post(f"{DESK}add/", {"name": "Eve", "email": "eve@cbp.example", "role": "reader"}),
        desk.post(f"{DESK}{asked.pk}/change/", {"name": "Eve", "role": "administrator"}),
        desk.post(f"{DESK}{asked.pk}/delete/", {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403, 403]
    assert Nomination.objects.get().name == "Dana Reyes"
    assert record() == before


def test_an_administrator_does_not_seat_themselves(client_of, plcy):
    mine = ask(by=plcy, email="admin2@esc.example", role=Role.ADMINISTRATOR, agency=None)
    desk = client_of(make_user("admin2@esc.example", Role.ADMINISTRATOR))
    before = record()

    answer = desk.post(f"{DESK}{mine.pk}/seat/", follow=True)

    assert "This is you; another administrator decides it." in answer.content.decode()
    assert record() == before
