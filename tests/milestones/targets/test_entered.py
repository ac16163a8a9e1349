"""Can PLCY enter the new target that an agency asked for by mail, and is it the agency's request then?"""

from datetime import date

import pytest

from esc_tracker.journal.models import Entry
from milestones.models import CheckIn, TargetRevision
from milestones.refusals import NotAllowed
from milestones.targets.revisions import decide_revision
from tests.milestones.telling import milestone

pytestmark = pytest.mark.django_db

FORM = {
    "version": "0",
    "waiting": "0",
    "for_agency": "ICE-HSI",
    "source": "Lee Park, IPR Center",
    "source_on": "2020-09-11",
    "source_how": "mail",
    "new_target": "dated",
    "target": "2020-12",
    "category": "legal",
    "text": "A court has to decide first.",
}
WHERE_FROM = "entered by PLCY from ICE/HSI&#x27;s e-mail of Sep 11, 2020"


@pytest.fixture(autouse=True)
def loaded(plan, ice) -> None:
    """Every page stands on the plan, and ICE/HSI has a member."""


def send(client, **changes):
    return client.post("/milestones/4.3/revise/", {**FORM, **changes})


def test_it_is_the_agencys_request_and_names_its_source(client_of, plcy):
    answer = send(client_of(plcy))

    assert answer.status_code == 302
    asked = TargetRevision.objects.get()
    assert (asked.agency_id, asked.by, asked.state) == ("ICE-HSI", plcy, "pending")
    assert (asked.check_in.source_who, asked.check_in.source_on) == ("Lee Park, IPR Center", date(2020, 9, 11))
    verbs = Entry.objects.order_by("number").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["milestones.check_in", "milestones.request_revision"]


@pytest.mark.parametrize("path", ["/milestones/4.3/", "/decisions/", "/milestones/4.3/revise/?for_agency=ICE-HSI"])
def test_every_page_says_that_plcy_entered_it(client_of, plcy, path):
    send(client_of(plcy))

    page = client_of(plcy).get(path)

    assert WHERE_FROM in page.content.decode()


def test_the_agency_reads_it_in_its_history(client_of, plcy, ice):
    send(client_of(plcy))

    page = client_of(ice).get("/milestones/4.3/")

    assert "Entered by PLCY from ICE/HSI&#x27;s e-mail of Sep 11, 2020 (Lee Park, IPR Center)." in page.content.decode()


def test_who_entered_it_does_not_decide_it_for_the_chairs_office(client_of, plcy, plcy2):
    send(client_of(plcy))

    with pytest.raises(NotAllowed):
        decide_revision(TargetRevision.objects.get(), by=plcy, accept=True)

    assert decide_revision(TargetRevision.objects.get(), by=plcy2, accept=True).state == "accepted"


@pytest.mark.parametrize(
    "changes",
    [{"source": ""}, {"source_on": ""}, {"source_how": ""}, {"source_on": "2020-09-15"}, {"source_how": "rumor"}],
    ids=["nobody", "no day", "no way", "a day to come", "another way"],
)
def test_without_a_whole_source_nothing_is_written(client_of, plcy, changes):
    answer = send(client_of(plcy), **changes)

    assert answer.status_code == 200
    assert "Nothing was saved." in answer.content.decode()
    assert "A court has to decide first." in answer.content.decode()
    assert (TargetRevision.objects.count(), CheckIn.objects.count()) == (0, 0)


def test_sent_twice_it_is_one_request_and_one_submission(client_of, plcy):
    send(client_of(plcy))
    send(client_of(plcy))

    assert (TargetRevision.objects.count(), CheckIn.objects.count()) == (1, 1)


def test_a_stale_page_leaves_no_submission_behind(client_of, plcy, ice):
    client_of(ice).post("/milestones/4.3/revise/", {**FORM, "for_agency": "", "target": "2020-11"})

    answer = send(client_of(plcy))

    assert answer.status_code == 409
    assert CheckIn.objects.count() == 0


def test_nobody_else_enters_for_an_agency(client_of, cbp, ice, plcy):
    assert send(client_of(cbp)).status_code == 403
    assert send(client_of(plcy), for_agency="USPTO").status_code == 404
    assert send(client_of(plcy), for_agency="<b>").status_code == 404

    assert TargetRevision.objects.count() == 0


def test_plcys_page_of_the_milestone_leads_there(client_of, plcy, cbp):
    link = "/milestones/4.3/revise/?for_agency=ICE-HSI"

    assert link in client_of(plcy).get("/milestones/4.3/").content.decode()
    assert link not in client_of(cbp).get("/milestones/4.3/").content.decode()


def test_the_page_takes_few_queries(client_of, plcy, django_assert_max_num_queries):
    client = client_of(plcy)

    with django_assert_max_num_queries(8):
        client.get("/milestones/4.3/revise/?for_agency=ICE-HSI")

    assert milestone("4.3").version == 0
