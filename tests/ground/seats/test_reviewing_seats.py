"""Does somebody other than its holder say once a year whether each seat is needed? (R09, R36, R39)"""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esc_tracker import clock
from esc_tracker.accounts.models import Agency, Role, SeatReview, User
from esc_tracker.accounts.review.reviewing import groups_for, review_seats
from esc_tracker.accounts.seats import nominate, seat
from esc_tracker.journal.models import Entry
from esc_tracker.refusals import Incomplete, NotAllowed, Overtaken
from tests.factories import make_agency, make_user

PAGE = "/accounts/review/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def cbp2(db) -> User:
    """A second member for CBP."""
    return make_user("cbp2@esc.example", Role.ESC_MEMBER, "CBP")


def said() -> list[tuple]:
    """Return every answer."""
    return list(SeatReview.objects.order_by("pk").values_list("year", "person__email", "needed", "by__email"))


def this_year() -> int:
    """Return the real year."""
    return clock.real_day().year


def test_a_member_reviews_their_agencys_people_and_the_journal_has_it(cbp, cbp2):
    assert review_seats({cbp2.pk: False}, seen={}, by=cbp) == 1

    assert said() == [(this_year(), "cbp2@esc.example", False, "cbp@esc.example")]
    entry = Entry.objects.get()
    assert (entry.verb, entry.about, entry.by) == ("accounts.review_seats", str(this_year()), cbp)
    assert (entry.before, entry.after) == ({}, {str(cbp2.pk): "no longer needed"})


def test_the_same_answers_sent_twice_have_one_effect(cbp, cbp2):
    assert [review_seats({cbp2.pk: True}, seen={}, by=cbp) for _ in range(2)] == [1, 0]

    assert (len(said()), Entry.objects.count()) == (1, 1)


def test_an_answer_may_be_changed_and_the_journal_keeps_both(cbp, cbp2):
    review_seats({cbp2.pk: True}, seen={}, by=cbp)
    review_seats({cbp2.pk: False}, seen={cbp2.pk: True}, by=cbp)

    assert said() == [(this_year(), "cbp2@esc.example", False, "cbp@esc.example")]
    assert Entry.objects.last().before == {str(cbp2.pk): "still needed"}


def test_an_answer_given_meanwhile_is_not_written_over(cbp, cbp2, plcy):
    review_seats({cbp2.pk: False}, seen={cbp2.pk: None}, by=plcy)

    with pytest.raises(Overtaken, match="no longer needed by now"):
        review_seats({cbp2.pk: True}, seen={cbp2.pk: None}, by=cbp)

    assert said() == [(this_year(), "cbp2@esc.example", False, "plcy@esc.example")]
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    ("by", "of"),
    [
        ("cbp", "cbp"), ("cbp", "usps"), ("cbp", "reader"), ("cbp", "plcy"), ("plcy", "plcy"),
        ("reader", "cbp"), ("coac", "cbp"), ("admin_user", "cbp"),
    ],
)  # fmt: skip
def test_nobody_reviews_themself_or_beyond_their_part(by, of, request, cbp, usps, plcy, reader, coac, admin_user):
    people = {"cbp": cbp, "usps": usps, "plcy": plcy, "reader": reader, "coac": coac, "admin_user": admin_user}

    with pytest.raises(NotAllowed):
        review_seats({people[of].pk: True}, seen={}, by=people[by])

    assert (said(), Entry.objects.count()) == ([], 0)


def test_plcy_reviews_everybody_else(cbp, plcy, plcy2, reader, coac, admin_user):
    others = [cbp, plcy2, reader, coac, admin_user]

    assert review_seats({each.pk: True for each in others}, seen={}, by=plcy) == 5


def test_a_seat_that_ended_meanwhile_is_refused_in_words(cbp, cbp2):
    User.objects.filter(pk=cbp2.pk).update(is_active=False)

    with pytest.raises(Incomplete, match="ended meanwhile"):
        review_seats({cbp2.pk: True}, seen={}, by=cbp)

    assert said() == []


def test_a_new_year_asks_anew(cbp, cbp2, plcy):
    SeatReview.objects.create(
        year=this_year() - 1,
        person=cbp2,
        needed=True,
        by=plcy,
        recorded_at=datetime(2020, 9, 14, tzinfo=clock.NEW_YORK),
    )

    [group] = groups_for(cbp, clock.real_day())

    assert (group.name, group.reviewed, [seat.said for seat in group.seats]) == ("CBP", 0, [None, None])


def test_who_asked_for_a_seat_is_told(cbp, plcy, admin_user):
    asked = nominate(
        by=plcy, name="Dana Reyes", email="dana@esc.example", role=Role.ESC_MEMBER, agency=Agency.objects.get(pk="CBP")
    )
    seat(asked, by=admin_user)

    [group] = groups_for(cbp, clock.real_day())

    assert [(each.person.name, each.asked_by) for each in group.seats] == [
        ("CBP", "an administrator"),
        ("Dana Reyes", "PLCY"),
    ]


def test_a_member_sees_their_agency_only_and_plcy_and_the_administrator_everybody(
    client_of, cbp, usps, plcy, reader, coac, admin_user
):
    pages = {person.name: client_of(person).get(PAGE).content.decode() for person in (cbp, plcy, admin_user)}

    assert [name for name in ("USPS", "READER", "COAC") if f">{name}</th>" in pages["CBP"]] == []
    for page in (pages["PLCY"], pages["ADMIN"]):
        assert all(f">{name}</th>" in page for name in ("CBP", "USPS", "READER", "COAC", "ADMIN", "PLCY"))
    assert 'type="radio"' in pages["PLCY"]
    assert 'type="radio"' not in pages["ADMIN"]


def test_the_page_keeps_what_is_ticked_and_says_so(client_of, cbp, cbp2):
    browser = client_of(cbp)
    form = {f"needed-{cbp2.pk}": "no", f"seen-{cbp2.pk}": "", f"needed-{cbp.pk}": "yes", f"seen-{cbp.pk}": ""}

    page = browser.post(PAGE, form, follow=True).content.decode()

    assert "Saved: 1 answer." in page
    assert "1 of 2 seats to review" in page
    assert said() == [(this_year(), "cbp2@esc.example", False, "cbp@esc.example")]


def test_the_page_tells_of_an_answer_given_meanwhile(client_of, cbp, cbp2, plcy):
    review_seats({cbp2.pk: False}, seen={}, by=plcy)

    answer = client_of(cbp).post(PAGE, {f"needed-{cbp2.pk}": "yes", f"seen-{cbp2.pk}": ""})

    assert answer.status_code == 200
    assert "seat is no longer needed by now" in answer.content.decode()
    assert len(said()) == 1


@pytest.mark.parametrize("value", ["", "maybe", "YES", "\x00", "1"])
def test_an_odd_answer_is_none(client_of, cbp, cbp2, value):
    client_of(cbp).post(PAGE, {f"needed-{cbp2.pk}": value, "needed-x": "yes", "needed-999999": "no"})

    assert said() == []


def test_on_an_earlier_day_nothing_is_reviewed(client_of, plan, cbp, cbp2):
    make_agency("CBP")
    answer = client_of(cbp).post(f"{PAGE}?as_of=2020-09-14", {f"needed-{cbp2.pk}": "yes", f"seen-{cbp2.pk}": ""})

    assert answer.status_code == 403
    assert said() == []


def test_the_account_list_shows_and_filters_who_is_no_longer_needed(client_of, cbp, cbp2, usps, admin_user):
    review_seats({cbp2.pk: False}, seen={}, by=cbp)
    desk = client_of(admin_user)

    page = desk.get("/admin/accounts/user/?review=over").content.decode()

    assert "cbp2@esc.example" in page
    assert "usps@esc.example" not in page
    assert "No longer needed" in page
    assert "usps@esc.example" in desk.get("/admin/accounts/user/?review=open").content.decode()


def test_the_page_asks_few_queries(client_of, cbp, usps, plcy, reader, coac):
    browser = client_of(plcy)
    browser.get(PAGE)

    with CaptureQueriesContext(connection) as counted:
        browser.get(PAGE)

    assert len(counted) <= 7
