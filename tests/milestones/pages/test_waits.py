"""Does a milestone's page show what waits, to whom it may be shown, with the act that ends it?"""

from datetime import date

import pytest

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from milestones.evidence import Evidence
from milestones.meetings.due_outs import answer_due_out, owe
from milestones.meetings.planning import announce
from milestones.models import Contact, Person
from milestones.questions import answer, ask
from milestones.summaries import propose
from milestones.targets.revisions import request_revision
from milestones.updates import post_update
from milestones.workflow import Status
from tests.milestones.pages.reading import text_of, words_of
from tests.milestones.telling import DONE, in_september, milestone, say, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan")]


def waiting(client, code: str = "5.1", query: str = "") -> dict[str, tuple[str, ...]]:
    """Return what waits on a milestone's page: title, and the acts offered with it."""
    page = client.get(f"/milestones/{code}/{query}")
    assert page.status_code == 200
    return {each.title: tuple(act.label for act in each.acts) for each in page.context["waits"]}


@pytest.fixture
def rich(plan, cbp, usps, plcy):
    """Let all wait on 5.1 since Sep 9: a completion reported by USPS, a question, a due-out, a text for COAC."""
    with clock.at(in_september(3)):
        met = announce(by=plcy, title="First", held_at=in_september(3, 9))
    with clock.at(in_september(9)):
        owe(met, by=plcy, text="A list of posts.", agency=Agency.objects.get(pk="USPS"),
            due_on=date(2020, 10, 9), milestone=milestone("5.1"))  # fmt: skip
        propose(milestone("5.1"), by=usps, text="Messages are sent.")
        post_update(
            milestone("5.1"), by=usps, seen_version=0, words=words(), status=Status.REPORTED_COMPLETE,
            completion=DONE, evidence=Evidence(title="Final report", holder="USPS records", identifier="R-17"),
        )  # fmt: skip
        ask(milestone("5.1").updates.get(), by=plcy, text="Which posts?")


DUE = "Due out of ESC meeting 1: USPS"
TEXT = "A text for COAC waits to be cleared"
COMPLETION = "A completion waits for PLCY’s decision"
SEEN = {
    "plcy": {
        "A completion waits for your decision": ("Confirm completion", "Return it"),
        "PLCY asks USPS": ("Enter USPS’s answer",),
        DUE: ("Answer",),
        TEXT: ("Compare and clear",),
    },
    "usps": {COMPLETION: (), "PLCY asks USPS": ("Answer",), DUE: ("Answer",), TEXT: ()},
    "cbp": {COMPLETION: ("Say whether CBP concurs",), "PLCY asks USPS": (), DUE: ()},
    "reader": {COMPLETION: (), "PLCY asks USPS": (), DUE: ()},
}


@pytest.mark.usefixtures("rich")
@pytest.mark.parametrize("who", SEEN)
def test_each_sees_what_they_may_know_with_what_they_can_do(who, request, client_of):
    assert waiting(client_of(request.getfixturevalue(who))) == SEEN[who]


@pytest.mark.usefixtures("rich")
def test_completion_shows_evidence_and_whether_the_other_agency_concurs(client_of, plcy):
    page = words_of(client_of(plcy).get("/milestones/5.1/"))

    assert "Four things wait A completion waits for your decision USPS reported it on Sep 9, 2020" in page
    assert "Reported complete in Aug. 2020, delivered, 3 months before target; the chair’s office" in page
    assert "Evidence: Final report, R-17; record copy held by USPS records" in page
    assert "CBP has not answered yet" in page


def test_request_for_a_target_shows_to_those_who_may_know_of_it(client_of, ice, plcy, reader, cbp):
    request_revision(
        milestone("4.3"), by=ice, seen_version=0, target=TargetDate.month(2020, 12), category="legal", text="Counsel."
    )

    seen = {user.email: waiting(client_of(user), "4.3") for user in (ice, plcy, reader, cbp)}

    title = "ICE/HSI asks for a new target: Dec. 2020 (+2 months)"
    assert seen == {ice.email: {title: ()}, plcy.email: {title: ("Decide",)}, reader.email: {}, cbp.email: {}}


def test_what_was_answered_waits_no_more_but_waited_then(client_of, cbp, usps, plcy):
    with clock.at(in_september(3)):
        met = announce(by=plcy, title="First", held_at=in_september(3, 9))
    with clock.at(in_september(9)):
        question = ask(say("5.1", usps), by=plcy, text="Which posts?")
        owed = owe(met, by=plcy, text="A list.", agency=Agency.objects.get(pk="USPS"), due_on=date(2020, 10, 9),
                   milestone=milestone("5.1"))  # fmt: skip
    with clock.at(in_september(11)):
        answer(question, by=usps, text="All of them.")
        answer_due_out(owed, by=usps, text="Here it is.")
    client = client_of(plcy)

    days = {day: waiting(client, "5.1", f"?as_of=2020-09-{day}") for day in ("08", "09", "10", "11")}

    both = {"PLCY asks USPS": (), DUE: ()}
    assert days == {"08": {}, "09": both, "10": both, "11": {}}
    assert waiting(client) == {}


def test_nothing_waits_is_nothing_to_show(client_of, plcy):
    assert 'id="waits"' not in text_of(client_of(plcy).get("/milestones/4.3/"))


@pytest.mark.usefixtures("rich")
def test_coac_sees_nothing_of_it(client_of, coac):
    page = client_of(coac).get("/milestones/5.1/")

    assert "waits" not in page.context
    assert "Which posts?" not in text_of(page)
    assert "Messages are sent." not in text_of(page)


# --- Whom one calls --------------------------------------------------------------------------------------------------


@pytest.fixture
def contact(plan, plcy) -> Person:
    """Name a contact for ICE/HSI's part in 4.3."""
    person = Person.objects.create(
        agency_id="ICE-HSI", name="Lee Park", office="Outreach Unit", email="lee@ice.example", phone="202-555-0101"
    )
    held = milestone("4.3").responsibilities.get()
    Contact.objects.create(responsibility=held, person=person, part="contact", by=plcy, named_at=in_september(10))
    return person


@pytest.mark.usefixtures("contact")
@pytest.mark.parametrize(
    ("who", "seen"), [("cbp", True), ("ice", True), ("reader", True), ("plcy", True), ("coac", False)]
)
def test_contact_stands_beside_the_agency_for_the_committee_alone(who, seen, request, client_of):
    page = words_of(client_of(request.getfixturevalue(who)).get("/milestones/4.3/"))

    line = "ICE/HSI lead, named in the plan Contact: Lee Park, Outreach Unit, lee@ice.example, 202-555-0101"
    assert (line in page) == ("Lee Park" in page) == ("202-555" in page) == seen


def test_contact_that_is_away_says_until_when(contact, client_of, reader):
    contact.away_until = date(2020, 9, 20)
    contact.save()

    assert "202-555-0101 away until Sep 20, 2020" in words_of(client_of(reader).get("/milestones/4.3/"))


def test_who_may_name_a_contact_where_nobody_is_named_is_led_there(client_of, cbp, ice, plcy, reader):
    seen = {user.email: text_of(client_of(user).get("/milestones/4.3/")) for user in (cbp, ice, plcy, reader)}

    link = '<a class="usa-link" href="/agencies/ICE-HSI/people/">Name a contact</a>'
    assert {email for email, page in seen.items() if link in page} == {ice.email, plcy.email}


# --- What it costs ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("rich")
@pytest.mark.parametrize(("who", "count"), [("plcy", 11), ("usps", 11), ("reader", 10), ("coac", 6)])
def test_page_with_everything_on_it_takes_few_queries(who, count, request, client_of, django_assert_num_queries):
    client = client_of(request.getfixturevalue(who))

    with django_assert_num_queries(count):
        text_of(client.get("/milestones/5.1/"))
