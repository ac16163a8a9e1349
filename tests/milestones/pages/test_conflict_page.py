"""Is a save made on stale data answered with both versions, the writer's text kept, and three ways on?"""

from datetime import date

import pytest
from django.contrib.messages import get_messages

from actions.target_dates import TargetDate
from milestones.deciding import confirm, return_completion
from milestones.models import Note, StatusUpdate
from milestones.targets.revisions import request_revision
from milestones.workflow import Status
from tests.factories import make_user
from tests.milestones.pages.saying import FORM, ledger, milestone, report, say, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded(plan) -> None:
    """Every page stands on the plan."""


@pytest.fixture
def colleague(db):
    """Another member for ICE/HSI."""
    return make_user("second@ice.example", agency="ICE-HSI")


def choices(page) -> list[str]:
    return [value for value, _ in page.context["choices"]]


# --- What the page shows ---------------------------------------------------------------------------------------------


def test_a_stale_save_writes_nothing_and_shows_both_versions(client_of, ice, colleague):
    say("4.3", colleague, statement="Three held.", status=Status.IN_PROGRESS)

    page = send(client_of(ice))

    text = page.content.decode()
    assert (page.status_code, ledger(), milestone().version) == (409, (1, 0), 1)
    assert "Three held." in text
    assert text.count("Two of five sessions held.") == 2  # beside theirs, and in the form
    assert 'name="version" value="1"' in text
    assert (choices(page), page.context["chosen"]) == (["note", "mine", "discard"], "note")


def test_what_differs_is_marked(client_of, ice, colleague):
    say("4.3", colleague, statement="Three held.", status=Status.IN_PROGRESS, next_step="Sessions 3 to 5.")

    lines = {line.label: line for line in send(client_of(ice)).context["conflict"].lines}

    assert (lines["Where it stands"].theirs, lines["Where it stands"].yours) == (
        "Three held.",
        "Two of five sessions held.",
    )
    assert lines["Where it stands"].differs
    assert lines["Outlook"].differs
    assert not lines["Next step"].differs
    assert not lines["Status"].differs


def test_a_colleague_is_named_to_their_own_agency(client_of, ice, colleague):
    say("4.3", colleague)

    assert f"ICE/HSI ({colleague.name}) posted an update" in send(client_of(ice)).content.decode()


def test_another_agencys_person_and_notes_stay_hidden(client_of, cbp, usps):
    cbp.name = "Casey Blake"
    cbp.save()
    say("5.1", cbp, agency_note="Between us.", note="For all.")

    text = send(client_of(usps), "5.1").content.decode()

    assert "CBP posted an update" in text
    assert "Casey Blake" not in text
    assert "Between us." not in text


def test_only_the_other_agencys_words_moved_so_both_will_stand(client_of, cbp, usps):
    say("5.1", cbp, statement="CBP speaks.")

    page = send(client_of(usps), "5.1", status="not_started")

    assert (page.status_code, page.context["chosen"]) == (409, "mine")
    assert page.context["conflict"].both_stand
    assert "both will stand" in page.content.decode()
    assert not any(line.differs for line in page.context["conflict"].lines)


def test_the_other_agency_also_moved_the_status_so_look_first(client_of, cbp, usps):
    say("5.1", cbp, status=Status.IN_PROGRESS)

    page = send(client_of(usps), "5.1", status="not_started")

    assert (page.context["chosen"], page.context["conflict"].both_stand) == ("note", False)


def test_a_moved_target_is_told(client_of, ice, colleague):
    request_revision(
        milestone(), by=colleague, seen_version=0, target=TargetDate.month(2020, 9), category="scope", text="Sooner."
    )

    page = send(client_of(ice))

    assert page.status_code == 409
    assert "The target became Sept. 2020, asked for by ICE/HSI" in page.content.decode()


def test_a_return_is_told_with_its_remark(client_of, ice, plcy):
    report("4.3", ice)
    return_completion(milestone(), by=plcy, seen_version=1, remark="Evidence missing.")

    text = send(client_of(ice), version="1").content.decode()

    assert "PLCY returned the report" in text
    assert "Evidence missing." in text


def test_a_stale_form_with_mistakes_is_a_conflict_first(client_of, ice, colleague):
    say("4.3", colleague)

    page = send(client_of(ice), outlook="off_track", needed="", forecast="soon")

    assert (page.status_code, ledger()) == (409, (1, 0))
    assert 'value="soon"' in page.content.decode()


def test_a_double_click_is_no_conflict(client_of, ice):
    client = client_of(ice)

    assert [send(client).status_code for _ in range(2)] == [302, 302]

    assert ledger() == (1, 0)


# --- Three ways on ---------------------------------------------------------------------------------------------------


def test_send_mine_on_top(client_of, ice, colleague):
    say("4.3", colleague, statement="Three held.")

    answer = send(client_of(ice), version="1", resolution="mine")

    assert answer.status_code == 302
    assert list(StatusUpdate.objects.order_by("version").values_list("version", "statement")) == [
        (1, "Three held."),
        (2, "Two of five sessions held."),
    ]


def test_keep_theirs_and_add_mine_as_a_note(client_of, ice, colleague):
    say("4.3", colleague, statement="Three held.", status=Status.IN_PROGRESS, next_step="Sessions 3 to 5.")
    sent = {"version": "1", "resolution": "note", "note": "For all.", "agency_note": "For us."}

    answers = [send(client_of(ice), **sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert ledger() == (1, 3)
    texts = set(Note.objects.values_list("audience", "text"))
    assert {("esc", "For all."), ("agency", "For us.")} < texts
    kept = next(text for audience, text in texts if "Two of five" in text)
    assert kept.splitlines() == [
        "Where it stands: Two of five sessions held.",
        "By when: Oct. 9, 2020",
        "Waiting on: USPTO",
        "Outlook: At risk",
        "Why it is not on track: Two trainers left.",
        "Forecast: Dec. 2020",
    ]


def test_a_long_text_is_kept_in_as_many_notes_as_it_takes(client_of, ice, colleague):
    say("4.3", colleague)

    send(client_of(ice), version="1", resolution="note", statement="z" * 4500)

    assert sum(text.count("z") for text in Note.objects.values_list("text", flat=True)) == 4500


@pytest.mark.parametrize("change", [{"note": "x" * 2001}, {"statement": "a\x00b"}], ids=["too long", "NUL"])
def test_a_note_that_cannot_be_kept_is_said_with_the_text_kept(client_of, ice, colleague, change):
    say("4.3", colleague)

    page = send(client_of(ice), version="1", resolution="note", **change)

    assert (page.status_code, ledger()) == (409, (1, 0))
    assert page.context["refusal"]
    assert "Two trainers left." in page.content.decode()


def test_discard(client_of, ice, colleague):
    say("4.3", colleague)

    answer = send(client_of(ice), version="1", resolution="discard")

    assert answer.headers["Location"] == "/milestones/4.3/"
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "What you wrote about 4.3 was discarded; nothing was saved."
    ]
    assert ledger() == (1, 0)


@pytest.mark.parametrize("resolution", ["mine", "note"])
def test_moved_again_is_a_conflict_again(client_of, ice, colleague, resolution):
    say("4.3", colleague)
    say("4.3", colleague, statement="And again.")

    page = send(client_of(ice), version="1", resolution=resolution)

    assert (page.status_code, ledger()) == (409, (2, 0))
    assert 'name="version" value="2"' in page.content.decode()


def test_an_unknown_choice_is_refused(client_of, ice, colleague):
    say("4.3", colleague)

    page = send(client_of(ice), version="1", resolution="overwrite")

    assert (page.status_code, ledger()) == (400, (1, 0))


def test_mine_with_a_status_no_longer_allowed_is_said_with_the_text_kept(client_of, cbp, usps):
    report("5.1", cbp)

    page = send(client_of(usps), "5.1", version="1", resolution="mine")

    assert (page.status_code, ledger()) == (200, (1, 0))
    assert page.context["form"].errors["status"] == [
        "Only the agency that reported this milestone complete can take that back."
    ]
    assert "Two of five sessions held." in page.content.decode()


# --- Closed while writing --------------------------------------------------------------------------------------------


def closed_while_writing(ice, plcy) -> None:
    report("4.3", ice)
    confirm(milestone(), by=plcy, seen_version=1)


def test_text_written_while_it_was_closed_is_kept_and_can_become_a_note(client_of, ice, plcy):
    closed_while_writing(ice, plcy)
    client = client_of(ice)

    page = send(client, version="1")
    answer = send(client, version="2", resolution="note")

    assert (page.status_code, choices(page), page.context["chosen"]) == (409, ["note", "discard"], "note")
    assert "This milestone is completed and takes no more updates." in page.content.decode()
    assert "Two of five sessions held." in page.content.decode()
    assert (answer.status_code, ledger()) == (302, (2, 1))
    assert milestone().version == 2


def test_text_written_while_it_was_closed_can_be_discarded(client_of, ice, plcy):
    closed_while_writing(ice, plcy)

    assert send(client_of(ice), version="2", resolution="discard").status_code == 302
    assert ledger() == (2, 0)


@pytest.mark.parametrize("resolution", ["mine", None])
def test_nothing_goes_on_top_of_a_closed_milestone(client_of, ice, plcy, resolution):
    closed_while_writing(ice, plcy)

    answer = send(client_of(ice), version="2", resolution=resolution)

    assert (answer.status_code, ledger()) == (403, (2, 0))


def test_form_of_the_conflict_page_carries_every_field(client_of, ice, colleague):
    say("4.3", colleague, next_step_on=date(2020, 9, 30))

    text = send(client_of(ice)).content.decode()

    assert [name for name in FORM if f'name="{name}"' not in text] == []
