"""Do the pages show who is called, take what an agency says about it, and keep it from whom it is closed to?"""

from datetime import date

import pytest
from django.test import Client

from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.journal.models import Entry
from milestones.models import Contact, Person
from milestones.people.naming import set_away
from milestones.workflow import Status
from tests.milestones.pages.reading import text_of
from tests.milestones.people.naming import Part, call, keep, standing
from tests.milestones.telling import give, in_september, say

pytestmark = pytest.mark.django_db
PEOPLE = "/agencies/CBP/people/"
KIM = {"name": "Kim Lee", "office": "Office of Trade", "email": "kim.lee@cbp.example", "phone": "202-555-0100"}


@pytest.fixture
def desk(plan, client_of, cbp) -> Client:
    """Return the browser of CBP's member."""
    return client_of(cbp)


def told(answer) -> list[str]:
    """Return the messages on the page that an answer leads to."""
    return [str(message) for message in answer.context["messages"]]


def lead_of(answer) -> str:
    """Return the sentence that says what has no contact."""
    return answer.context["in_words"]


def numbers(answer) -> list[str]:
    """Return the milestones on a page, in order."""
    return [line.milestone.code for line in answer.context["lines"]]


def record() -> tuple[int, int, int]:
    return Person.objects.count(), Contact.objects.count(), Entry.objects.count()


# --- Reading --------------------------------------------------------------------------------------------------------


def test_what_has_no_contact_is_said_first_and_stands_first(desk, cbp, plcy):
    assert lead_of(desk.get(PEOPLE)) == "Nine of the nine milestones in which CBP has a part have no contact."

    kim = keep("Kim Lee", by=cbp)
    for code in ("2.1", "2.2", "3.1", "3.2", "3.3", "5.1", "5.2", "5.3"):
        call(code, kim, by=cbp)
    answer = desk.get(PEOPLE)
    assert lead_of(answer) == "One of the nine milestones in which CBP has a part has no contact."
    assert numbers(answer) == ["7.1", "2.1", "2.2", "3.1", "3.2", "3.3", "5.1", "5.2", "5.3"]

    call("7.1", kim, by=cbp)
    answer = desk.get(PEOPLE)
    assert lead_of(answer) == "Each of the nine milestones in which CBP has a part has a contact."
    assert "Contact: 2.1, 2.2, 3.1, 3.2, 3.3, 5.1, 5.2, 5.3, 7.1" in text_of(answer)


def test_a_supporting_part_counts_and_what_is_done_is_left_out(desk, client_of, usps, plcy):
    give("2.1", "USPTO", by=plcy, part="supporting")
    page = client_of(plcy).get("/agencies/USPTO/people/")
    assert numbers(page) == ["2.1", "11.2"]
    assert "(supporting)" in text_of(page)

    say("1.1", plcy, status=Status.REPORTED_COMPLETE)
    give("1.1", "PLCY", by=plcy)
    assert "1.1" in numbers(client_of(plcy).get("/agencies/PLCY/people/"))


def test_a_contact_whose_account_ended_is_marked_and_counts_as_none(desk, client_of, cbp, usps, plcy):
    second = User.objects.create_user("olga@cbp.example", None, name="Olga Dahl", role="esc_member", agency_id="CBP")
    olga, kim = keep("Olga Dahl", by=cbp, seat=second), keep("Kim Lee", by=cbp)
    call("3.1", olga, by=cbp)
    call("3.2", olga, by=cbp)
    call("3.2", kim, by=cbp, part=Part.ALTERNATE)
    set_away(kim, by=cbp, away_until=date(2020, 9, 20))
    User.objects.filter(pk=second.pk).update(is_active=False)

    answer = client_of(plcy).get(PEOPLE)
    assert lead_of(answer) == "Eight of the nine milestones in which CBP has a part have no contact."
    assert "(account closed)" in text_of(answer)
    assert "(away until Sep 20, 2020)" in text_of(answer)
    assert olga not in answer.context["form"].people.values()

    User.objects.filter(pk=second.pk).update(is_active=True, access_ends_on=date(2021, 1, 4))
    assert "(access ended on Jan 4, 2021)" in text_of(client_of(usps).get(PEOPLE))


def test_an_earlier_day_shows_who_was_called_then_and_takes_nothing(desk, cbp, plan):
    with clock.at(in_september(2)):
        kim, dana = keep("Kim Lee", by=cbp), keep("Dana Reyes", by=cbp)
        call("3.1", kim, by=cbp)
    with clock.at(in_september(9)):
        call("3.1", dana, by=cbp)

    then, now = text_of(desk.get(f"{PEOPLE}?as_of=2020-09-05")), text_of(desk.get(PEOPLE))
    assert ("Kim Lee" in then, "Dana Reyes" in then, "Names, addresses and numbers are those of today." in then) == (
        True, False, True,
    )  # fmt: skip
    assert "Contact: 3.1" in now
    assert "<form" not in then.partition("<main")[2].partition("</main>")[0]
    before = record()
    form = {"milestones": "3.1", "part": "contact", "person": kim.pk}
    assert desk.post(f"{PEOPLE}?as_of=2020-09-05", form).status_code == 403
    assert desk.post(f"{PEOPLE}add/?as_of=2020-09-05", KIM).status_code == 403
    assert record() == before


def test_another_agency_reads_and_is_offered_nothing_to_do(plan, client_of, usps, reader):
    for user in (usps, reader):
        page = text_of(client_of(user).get(PEOPLE))

        assert "Add a person" not in page
        assert 'name="milestones"' not in page


def test_the_agencys_page_leads_to_its_people_but_not_for_coac(plan, client_of, reader, coac):
    assert PEOPLE in text_of(client_of(reader).get("/agencies/CBP/"))
    assert PEOPLE not in text_of(client_of(coac).get("/agencies/CBP/"))


@pytest.mark.parametrize(
    ("who", "path", "queries"),
    [
        ("cbp", PEOPLE, 10),
        ("reader", PEOPLE, 8),
        ("cbp", f"{PEOPLE}add/", 5),
        ("cbp", f"{PEOPLE}hand-over/", 5),
        ("plcy", "/nominations/", 5),
    ],
)
def test_pages_take_their_few_queries(plan, cbp, client_of, request, who, path, queries, django_assert_num_queries):
    kim = keep("Kim Lee", by=cbp)
    for code in ("2.1", "2.2", "3.1", "3.2"):
        call(code, kim, by=cbp)
    client = client_of(request.getfixturevalue(who))

    with django_assert_num_queries(queries):
        assert client.get(path).status_code == 200


# --- Naming ---------------------------------------------------------------------------------------------------------


def test_one_person_is_named_for_those_ticked_or_for_all(desk, cbp):
    kim, dana = keep("Kim Lee", by=cbp), keep("Dana Reyes", by=cbp)

    answer = desk.post(PEOPLE, {"milestones": ["3.1", "3.2"], "part": "contact", "person": kim.pk}, follow=True)
    assert told(answer) == ["Saved: Kim Lee is contact for 3.1 and 3.2."]
    assert standing("3.2") == {"contact": "Kim Lee"}

    answer = desk.post(PEOPLE, {"everything": "on", "part": "alternate", "person": dana.pk}, follow=True)
    assert told(answer) == [
        "Saved: Dana Reyes is alternate for 2.1, 2.2, 3.1, 3.2, 3.3, 5.1, 5.2, 5.3 and 7.1.",
    ]
    assert standing("3.1") == {"contact": "Kim Lee", "alternate": "Dana Reyes"}
    assert Contact.objects.filter(part="alternate").count() == 9

    answer = desk.post(PEOPLE, {"milestones": "3.1", "part": "contact", "person": "nobody"}, follow=True)
    assert told(answer) == ["Saved: nobody is contact for 3.1."]
    assert standing("3.1") == {"alternate": "Dana Reyes"}


def test_sent_twice_it_has_one_effect_and_says_so(desk, cbp):
    kim = keep("Kim Lee", by=cbp)
    form = {"milestones": "3.1", "part": "contact", "person": kim.pk, "seen": "2000-01-01T00:00:00+00:00"}
    desk.post(PEOPLE, form, follow=True)
    before = record()

    answer = desk.post(PEOPLE, form, follow=True)

    assert told(answer) == ["Kim Lee was contact for 3.1 already."]
    assert record() == before


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"part": "contact"}, "Choose at least one milestone."),
        ({"milestones": "4.3", "part": "contact"}, "Choose among the milestones shown."),
        ({"milestones": "3.1", "part": "deputy"}, "Choose contact, alternate or principal in copy."),
        ({"milestones": "3.1", "part": "contact", "person": "999"}, "Choose one of the people shown."),
        ({"milestones": "3.1", "part": "contact", "person": ""}, "Choose a person."),
    ],
)
def test_a_form_that_cannot_be_taken_says_why_and_keeps_what_was_ticked(desk, cbp, form, sentence):
    kim = keep("Kim Lee", by=cbp)
    before = record()

    answer = desk.post(PEOPLE, {"person": kim.pk, **form})

    assert answer.status_code == 200
    assert sentence in text_of(answer)
    assert answer.context["ticked"] == ([form["milestones"]] if "milestones" in form else [])
    assert record() == before


def test_who_comes_second_is_told_what_stands_now(desk, client_of, cbp, plcy):
    kim, dana = keep("Kim Lee", by=cbp), keep("Dana Reyes", by=cbp)
    seen = desk.get(PEOPLE).context["seen"]
    form = {"milestones": "3.1", "part": "contact", "seen": seen}
    client_of(plcy).post(PEOPLE, {**form, "person": dana.pk})
    before = record()

    answer = desk.post(PEOPLE, {**form, "person": kim.pk})

    assert answer.status_code == 409
    assert "The contact for 3.1 was changed since you opened this page: now Dana Reyes." in text_of(answer)
    assert record() == before
    assert desk.post(PEOPLE, {**form, "person": kim.pk, "seen": answer.context["seen"]}).status_code == 302


# --- People ---------------------------------------------------------------------------------------------------------


def test_a_person_is_added_and_corrected(desk, cbp):
    answer = desk.post(f"{PEOPLE}add/", KIM, follow=True)
    assert told(answer) == ["Saved: Kim Lee is one of CBP’s people."]
    kim = Person.objects.get()
    page = desk.get(f"{PEOPLE}{kim.pk}/")
    assert "kim.lee@cbp.example" in text_of(page)

    desk.post(f"{PEOPLE}{kim.pk}/", {**KIM, "phone": "", "seen": page.context["seen"]})
    kim.refresh_from_db()
    assert kim.phone == ""
    late = desk.post(f"{PEOPLE}{kim.pk}/", {**KIM, "office": "Office of Rules", "seen": page.context["seen"]})
    assert late.status_code == 409
    assert "Kim Lee was changed since you opened this page." in text_of(late)


def test_who_has_a_seat_is_added_with_it(desk, cbp):
    assert f"{PEOPLE}add/?seat={cbp.pk}" in text_of(desk.get(PEOPLE))
    begun = desk.get(f"{PEOPLE}add/?seat={cbp.pk}").context["form"].initial

    desk.post(f"{PEOPLE}add/", {**begun, "office": "", "phone": ""})

    assert Person.objects.get().seat == cbp
    assert f"?seat={cbp.pk}" not in text_of(desk.get(PEOPLE))


def test_what_is_wrong_with_a_person_is_said_at_its_field(desk):
    before = record()

    answer = desk.post(f"{PEOPLE}add/", {**KIM, "name": "Kim\nLee", "email": "kim", "seat": "999"})
    page = text_of(answer)
    assert answer.status_code == 200
    assert "Choose one of the accounts offered." in page
    page = text_of(desk.post(f"{PEOPLE}add/", {**KIM, "name": "Kim\nLee", "email": "kim"}))
    assert "This is one line: take the line break out." in page
    assert "Write an address such as dana.reyes@agency.gov." in page

    assert record() == before


@pytest.mark.parametrize("day", ["2020-09-13", "2101-01-01", "2020-02-30", "2020-10", "soon"])
def test_an_absence_that_cannot_be_is_refused_in_words(desk, cbp, day):
    kim = keep("Kim Lee", by=cbp)
    before = record()

    answer = desk.post(f"{PEOPLE}{kim.pk}/away/", {"away_until": day})

    assert answer.status_code == 200
    assert answer.context["away"].errors
    assert "Kim Lee" in text_of(answer)
    assert record() == before


def test_an_absence_is_told_and_taken_back(desk, cbp):
    kim = keep("Kim Lee", by=cbp)

    answer = desk.post(f"{PEOPLE}{kim.pk}/away/", {"away_until": "2020-09-20"}, follow=True)
    assert told(answer) == ["Saved: Kim Lee is away until Sep 20, 2020."]

    answer = desk.post(f"{PEOPLE}{kim.pk}/away/", {"away_until": ""}, follow=True)
    assert told(answer) == ["Saved: Kim Lee is not away."]


def test_a_number_that_no_person_has_is_not_found(desk):
    assert [desk.get(f"{PEOPLE}{number}/").status_code for number in ("1", "9" * 30)] == [404, 404]


# --- Handing over -----------------------------------------------------------------------------------------------------


def test_a_hand_over_says_what_moved_and_again_that_nothing_did(desk, cbp):
    kim, dana = keep("Kim Lee", by=cbp), keep("Dana Reyes", by=cbp)
    call("3.1", kim, by=cbp)
    call("3.2", kim, by=cbp)
    form = {"giver": kim.pk, "successor": dana.pk}
    assert desk.get(f"{PEOPLE}hand-over/?from={kim.pk}").context["form"].initial["giver"] == str(kim.pk)

    answers = [desk.post(f"{PEOPLE}hand-over/", form, follow=True) for _ in range(2)]

    assert [told(answer) for answer in answers] == [
        ["Saved: Dana Reyes takes over from Kim Lee: milestones 3.1 and 3.2."],
        ["Kim Lee had nothing to hand over to Dana Reyes; nothing was changed."],
    ]
    assert standing("3.1") == {"contact": "Dana Reyes"}


def test_a_hand_over_to_oneself_or_to_another_agency_is_refused(desk, cbp, plcy):
    kim, uma = keep("Kim Lee", by=cbp), keep("Uma Posey", by=plcy, agency="USPS")
    call("3.1", kim, by=cbp)
    before = record()

    mine = desk.post(f"{PEOPLE}hand-over/", {"giver": kim.pk, "successor": kim.pk})
    theirs = desk.post(f"{PEOPLE}hand-over/", {"giver": kim.pk, "successor": uma.pk})

    assert "Kim Lee cannot hand over to Kim Lee: choose somebody else." in text_of(mine)
    assert "Choose one of the people of this agency." in text_of(theirs)
    assert record() == before


# --- Nominations ------------------------------------------------------------------------------------------------------


def test_the_chairs_office_nominates_by_page_once(plan, client_of, plcy):
    desk = client_of(plcy)
    form = {"name": "Eve Ortiz", "email": "eve@gao.example", "role": "reader", "agency": "",
            "access_ends_on": "2099-12-31"}  # fmt: skip

    answers = [desk.post("/nominations/", form, follow=True) for _ in range(2)]

    assert [told(answer) for answer in answers] == [["Saved: Eve Ortiz is nominated; the administrator decides."]] * 2
    assert Entry.objects.filter(verb="accounts.nominate").count() == 1
    page = text_of(desk.get("/nominations/"))
    assert "1 nomination waits for the administrator" in page
    assert "Dec 31, 2099" in page


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"access_ends_on": "2020-02-30"}, "February 2020 has no day 30"),
        ({"access_ends_on": "2020-12-31"}, "Name a day from"),
        ({"role": "chair"}, "Choose a role."),
        ({"agency": "FBI"}, "Choose one of the agencies."),
        ({"agency": "CBP"}, "A person of this role belongs to no agency"),
    ],
)
def test_a_nomination_that_cannot_be_is_refused_in_words(plan, client_of, plcy, wrong, sentence):
    form = {"name": "Eve Ortiz", "email": "eve@gao.example", "role": "reader", "agency": "", "access_ends_on": ""}
    before = record()

    answer = client_of(plcy).post("/nominations/", {**form, **wrong})

    assert answer.status_code == 200
    assert sentence in text_of(answer)
    assert record() == before
