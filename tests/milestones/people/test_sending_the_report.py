"""Does PLCY alone say who gets the internal weekly report without an account, and for the address it saw?"""

import pytest

from esc_tracker.accounts.models import User
from esc_tracker.journal.models import Entry
from esc_tracker.refusals import Incomplete, NotAllowed
from milestones.models import Person
from tests.milestones.pages.reading import text_of
from tests.milestones.people.naming import keep

pytestmark = pytest.mark.django_db
TICK = "Send the weekly report to this person"


@pytest.fixture
def kim(plan, plcy) -> Person:
    """A principal of CBP without an account, who gets the report."""
    return keep("Kim Lee", by=plcy, gets_report=True)


def now_of(person: Person) -> tuple[str, bool, int]:
    """Return a person's address, whether the report goes there, and how many acts there were."""
    kept = Person.objects.get(pk=person.pk)
    return kept.email, kept.gets_report, Entry.objects.count()


def sent(person: Person, **more: str) -> dict[str, str]:
    """Return a filled-in form of a person's details."""
    return {"name": person.name, "office": "", "email": person.email, "phone": "", "seat": "", **more}


def page_of(person: Person) -> str:
    """Return the address of a person's page."""
    return f"/agencies/CBP/people/{person.pk}/"


def test_plcy_ticks_a_person_and_unticks_them_and_the_journal_keeps_both(kim, plcy):
    assert (Entry.objects.last().before, Entry.objects.last().after["gets_report"]) == ({}, True)

    keep("Kim Lee", by=plcy, person=kim, gets_report=False)

    entry = Entry.objects.last()
    assert (entry.before["gets_report"], entry.after["gets_report"]) == (True, False)
    assert now_of(kim)[1] is False


def test_a_member_can_neither_tick_nor_untick_and_nothing_is_written(kim, cbp):
    lou = keep("Lou Ortiz", by=cbp)
    before = now_of(kim), now_of(lou)

    for person, wish in ((lou, True), (kim, False)):
        with pytest.raises(NotAllowed, match="Only PLCY, the chair’s office, says who gets the weekly report"):
            keep(person.name, by=cbp, person=person, gets_report=wish)
    with pytest.raises(NotAllowed, match="Only PLCY"):
        keep("Max Moe", by=cbp, gets_report=True)

    assert (now_of(kim), now_of(lou)) == before


def test_a_member_corrects_the_other_details_and_the_report_still_goes_there(kim, cbp):
    keep("Kim Lee", by=cbp, person=kim, phone="202-555-0100")

    assert now_of(kim)[1] is True


@pytest.mark.parametrize("wish", [None, True])
def test_a_member_who_changes_the_address_ends_it_since_plcy_ticked_another(kim, cbp, wish):
    keep("Kim Lee", by=cbp, person=kim, email="elsewhere@cbp.example", gets_report=wish)

    assert now_of(kim)[:2] == ("elsewhere@cbp.example", False)
    assert (Entry.objects.last().before["gets_report"], Entry.objects.last().after["gets_report"]) == (True, False)


def test_plcy_changes_the_address_and_the_report_follows(kim, plcy):
    keep("Kim Lee", by=plcy, person=kim, email="kim@cbp.example")

    assert now_of(kim)[:2] == ("kim@cbp.example", True)


def test_one_with_an_account_chooses_there(kim, cbp, plcy):
    before = now_of(kim)

    with pytest.raises(Incomplete) as refused:
        keep("Kim Lee", by=plcy, person=kim, seat=cbp, gets_report=True)

    assert refused.value.problems == {"gets_report": "CBP has an account, and chooses there whether the report comes."}
    assert now_of(kim) == before
    keep("Kim Lee", by=cbp, person=kim, seat=cbp)
    assert now_of(kim)[1] is False


def test_plcy_ticks_on_the_person_s_page_and_the_people_page_says_so(kim, client_of, plcy, reader):
    client = client_of(plcy)
    keep("Kim Lee", by=plcy, person=kim, gets_report=False)
    assert "gets the weekly report" not in text_of(client.get("/agencies/CBP/people/"))

    page = text_of(client.get(page_of(kim)))
    assert TICK in page
    assert "The report is internal: only for someone of the committee who may read it." in page
    client.post(page_of(kim), sent(kim, gets_report="on"))

    assert now_of(kim)[1] is True
    assert "gets the weekly report" in text_of(client_of(reader).get("/agencies/CBP/people/"))
    assert "gets the weekly report" not in text_of(client.get("/agencies/CBP/people/?as_of=2020-09-10"))


def test_a_member_is_not_offered_it_and_a_forged_tick_does_nothing(kim, client_of, cbp):
    client = client_of(cbp)
    assert TICK not in text_of(client.get(page_of(kim)))

    client.post("/agencies/CBP/people/add/", sent(kim, name="Max Moe", email="max@cbp.example", gets_report="on"))
    answer = client.post(page_of(kim), sent(kim, email="new@cbp.example", gets_report="on"), follow=True)

    assert "Saved: the details of Kim Lee. The weekly report no longer goes there." in text_of(answer)
    assert list(Person.objects.order_by("pk").values_list("name", "gets_report")) == [
        ("Kim Lee", False), ("Max Moe", False),
    ]  # fmt: skip
    assert User.objects.filter(email="max@cbp.example").count() == 0
