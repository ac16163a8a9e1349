"""Does the chair's office name agencies and end their parts, once, with everything else told in words?"""

import re

import pytest
from django.contrib.messages import get_messages

from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from esc_tracker.journal.models import Entry
from milestones.models import Responsibility
from milestones.plan.assigning import assign, end_part
from tests.milestones.telling import give, in_september, milestone
from tests.reports.pages.reading import headline_of, words_of

pytestmark = pytest.mark.django_db
UNNAMED = ["1.1", "1.2", "1.3", "4.1", "4.6", "6.1", "8.1", "8.2", "8.3", "9.1", "9.2", "10.1", "11.1", "11.3"]
SENT = {"milestones": ["1.1", "1.2"], "agency": "CBP", "part": "lead", "reason": "Agreed by the ESC."}


@pytest.fixture(autouse=True)
def loaded(plan) -> None:
    """The plan, and nothing else."""


def _record() -> tuple[int, int]:
    return Responsibility.objects.count(), Entry.objects.count()


def told(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def shown(answer) -> list[tuple[str, bool]]:
    return [(row.code, ticked) for row, ticked in answer.context["rows"]]


def held(code: str, agency: str) -> Responsibility:
    return milestone(code).responsibilities.get(agency_id=agency)


# --- Naming an agency ------------------------------------------------------------------------------------------------


def test_the_page_shows_the_milestones_without_an_agency(client_of, plcy):
    page = client_of(plcy).get("/milestones/assign/")

    assert headline_of(page) == "14 milestones without an agency"
    assert shown(page) == [(code, False) for code in UNNAMED]
    assert words_of(page).count("days overdue") == 7


def test_several_are_assigned_at_once_with_one_reason(client_of, plcy):
    before = _record()

    answer = client_of(plcy).post("/milestones/assign/", SENT)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/milestones/assign/")
    assert told(answer) == ["Saved: CBP is lead agency of milestones 1.1 and 1.2."]
    assert _record() == (before[0] + 2, before[1] + 1)
    assert {(held(code, "CBP").part, held(code, "CBP").reason) for code in ("1.1", "1.2")} == {
        ("lead", "Agreed by the ESC.")
    }


def test_one_milestone_leads_back_to_its_page(client_of, plcy):
    answer = client_of(plcy).post("/milestones/assign/", SENT | {"milestones": ["1.1"]})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/milestones/1.1/")


@pytest.mark.parametrize(
    ("asked", "ticked", "part"), [("5.1", ["5.1"], "joint"), ("1.1", ["1.1"], "lead"), ("99.9", [], "lead")]
)
def test_a_milestone_brought_along_is_ticked_and_offered_the_part_it_lacks(client_of, plcy, asked, ticked, part):
    page = client_of(plcy).get(f"/milestones/assign/?milestone={asked}")

    assert [code for code, chosen in shown(page) if chosen] == ticked
    assert page.context["form"]["part"].value() == part


def test_a_milestone_that_has_an_agency_is_shown_alone(client_of, plcy):
    page = client_of(plcy).get("/milestones/assign/?milestone=5.1")

    assert (headline_of(page), shown(page)) == ("Add an agency to milestone 5.1", [("5.1", True)])


def test_a_joint_agency_is_added_to_a_milestone_that_has_a_lead(client_of, plcy):
    fields = SENT | {"milestones": "3.1", "agency": "USPTO", "part": "joint"}

    answer = client_of(plcy).post("/milestones/assign/?milestone=3.1", fields)

    assert (answer.status_code, held("3.1", "USPTO").part) == (302, "joint")


def test_a_principal_stands_behind_it(client_of, plcy):
    who = {"authority": "principal", "authority_principal": "Dana Reyes", "authority_on": "2020-09-11"}

    client_of(plcy).post("/milestones/assign/", SENT | who)

    assert str(held("1.1", "CBP").decided_under) == "Dana Reyes, Sep 11, 2020"


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"milestones": []}, "milestones", "Choose at least one milestone."),
        ({"milestones": ["1.1", "x"]}, "milestones", "There is no milestone x."),
        ({"milestones": ["1.1", "9" * 40 + ".1"]}, "milestones", f"There is no milestone {'9' * 40}.1."),
        ({"milestones": ["1.1", "4.3"]}, "milestones", "Milestone 4.3 has a lead already: ICE/HSI."),
        ({"milestones": ["3.1"], "part": "supporting"}, "milestones",
         "CBP has a part in milestone 3.1 already: lead."),
        ({"part": "joint", "milestones": ["1.1"]}, "milestones",
         "Milestone 1.1 has no lead yet; name the lead first."),
        ({"agency": ""}, "agency", "Choose the agency."),
        ({"agency": "FBI"}, "agency", "Choose one of the agencies offered."),
        ({"part": "owner"}, "part", "Choose lead, joint or supporting."),
        ({"reason": " "}, "reason", "Say why, for the record."),
        ({"reason": "NUL \x00"}, "reason",
         "This text contains characters that cannot be kept. Please type it again."),
        ({"authority": "principal"}, "authority_principal", "Name the principal who decided."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field_and_input_is_kept(client_of, plcy, changes, field, sentence):
    before = _record()

    answer = client_of(plcy).post("/milestones/assign/", SENT | changes)

    assert (answer.status_code, answer.context["form"].errors[field]) == (200, [sentence])
    assert _record() == before
    known = {"1.1", "1.2", "3.1", "4.3"} & set((SENT | changes)["milestones"])
    assert {code for code, ticked in shown(answer) if ticked} == known


def test_the_same_form_sent_twice_has_one_effect_and_says_so(client_of, plcy):
    client = client_of(plcy)
    client.post("/milestones/assign/", SENT)
    before = _record()

    again = client.post("/milestones/assign/", SENT)

    assert (again.status_code, _record()) == (302, before)
    assert told(again)[-1] == "CBP was named for milestones 1.1 and 1.2 already; nothing more was saved."


def test_what_a_colleague_assigned_meanwhile_is_told(client_of, plcy, plcy2):
    assign(["1.1"], agency=Agency.objects.get(pk="USPS"), part="lead", by=plcy2, reason="Agreed by the ESC.")

    answer = client_of(plcy).post("/milestones/assign/", SENT)

    assert answer.status_code == 200
    assert answer.context["form"].errors["milestones"] == ["Milestone 1.1 has a lead already: USPS."]
    assert milestone("1.2").responsibilities.count() == 0


def test_when_nothing_is_left_the_page_says_so(client_of, plcy):
    assign(UNNAMED, agency=Agency.objects.get(pk="CBP"), part="lead", by=plcy, reason="Agreed by the ESC.")

    assert headline_of(client_of(plcy).get("/milestones/assign/")) == "Every milestone has an agency"


# --- The end of a part -----------------------------------------------------------------------------------------------

END = "/milestones/4.3/end-part/ICE-HSI/"


def end(client, **changes):
    part = Responsibility.objects.filter(milestone=milestone("4.3"), agency_id="ICE-HSI").first()
    fields = {"part_id": str(part.pk) if part else "", "reason": "Moved.", **changes}
    return client.post(END, {name: value for name, value in fields.items() if value is not None})


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (END, "ICE/HSI has been the lead, as the plan names it. No agency answers for it then: PLCY keeps it as chair"),
        ("/milestones/5.1/end-part/CBP/", "USPS answers for it then, and nobody leads it."),
        ("/milestones/5.1/end-part/USPS/", "USPS has been a joint agency, as the plan names it. CBP answers for it"),
        ("/milestones/1.1/end-part/USPTO/", "USPTO has been the lead since Sep 10, 2020 . No agency answers"),
    ],
)
def test_the_page_says_what_follows(client_of, plcy, path, said):
    with clock.at(in_september(10)):
        give("1.1", "USPTO", by=plcy)

    page = client_of(plcy).get(path)

    assert page.status_code == 200
    assert said in words_of(page)


def test_a_part_is_ended_with_its_reason(client_of, plcy):
    answer = end(client_of(plcy))

    assert (answer.status_code, answer.headers["Location"]) == (302, "/milestones/4.3/")
    assert told(answer) == ["Saved: the part of ICE/HSI in milestone 4.3 is ended."]
    assert (held("4.3", "ICE-HSI").end.by, held("4.3", "ICE-HSI").end.reason) == (plcy, "Moved.")


def test_ending_asks_why(client_of, plcy):
    answer = end(client_of(plcy), reason=" ")

    assert (answer.status_code, answer.context["form"].errors["reason"]) == (200, ["Say why, for the record."])
    assert held("4.3", "ICE-HSI").assigned_until is None


@pytest.mark.parametrize("part", [None, "", "x", "0", "9" * 40])
def test_a_form_that_does_not_say_which_part_is_out_of_date(client_of, plcy, part):
    answer = end(client_of(plcy), part_id=part)

    assert (answer.status_code, held("4.3", "ICE-HSI").assigned_until) == (400, None)
    assert "This form was out of date" in words_of(answer)


def test_ending_twice_has_one_effect(client_of, plcy):
    client = client_of(plcy)
    end(client)
    before = _record()

    again = end(client)

    assert (again.status_code, _record()) == (302, before)


def test_a_part_a_colleague_ended_and_gave_again_is_not_ended_by_an_old_page(client_of, plcy, plcy2):
    end_part(held("4.3", "ICE-HSI"), by=plcy2, reason="A mistake.")
    give("4.3", "ICE-HSI", by=plcy2)
    before = _record()

    answer = end(client_of(plcy))

    assert (answer.status_code, _record()) == (409, before)
    assert "The part of ICE/HSI in milestone 4.3 was ended meanwhile by PLCY2: A mistake." in words_of(answer)
    assert milestone("4.3").current_lead_id == "ICE-HSI"


# --- Who may not, and how much it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["cbp", "ice", "reader", "coac"])
@pytest.mark.parametrize("path", ["/milestones/assign/", END])
def test_only_the_chairs_office_may(client_of, request, who, path):
    client = client_of(request.getfixturevalue(who))
    before = _record()

    answers = [client.get(path), client.post(path, SENT)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert all(re.search("Only PLCY, the chair&#x27;s office,", answer.content.decode()) for answer in answers)
    assert _record() == before


@pytest.mark.parametrize("path", ["/milestones/assign/", END])
def test_nothing_is_changed_on_a_day_gone_by(client_of, plcy, path):
    answer = client_of(plcy).get(f"{path}?as_of=2020-09-14")

    assert answer.status_code == 403
    assert "nothing can be changed here" in answer.content.decode()


@pytest.mark.parametrize("path", ["/milestones/assign/?milestone=5.1", END])
def test_the_page_takes_at_most_eight_queries(client_of, plcy, django_assert_max_num_queries, path):
    client = client_of(plcy)

    with django_assert_max_num_queries(8):
        assert client.get(path).status_code == 200
