"""Can an agency say where its milestone stands, and is everything else refused in words with nothing written?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client

from actions.target_dates import TargetDate
from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from milestones.deciding import confirm
from milestones.models import Note, StatusUpdate
from tests.milestones.pages.saying import FORM, ledger, milestone, report, say, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded(plan) -> None:
    """Every page stands on the plan."""


def told(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- What the page shows ---------------------------------------------------------------------------------------------


def test_first_form_is_empty_but_for_the_present_status(client_of, ice):
    page = client_of(ice).get("/milestones/4.3/update/")

    form = page.context["form"]
    assert page.status_code == 200
    assert form["status"].value() == "not_started"
    assert form["statement"].value() is None
    assert 'name="version" value="0"' in page.content.decode()


def test_form_comes_prefilled_with_my_agencys_last_words(client_of, cbp, usps):
    say("5.1", cbp, statement="CBP speaks.")
    say(
        "5.1",
        usps,
        statement="USPS speaks.",
        next_step="Next.",
        next_step_on=date(2020, 10, 9),
        waiting_on="UPU",
        outlook="off_track",
        reason="Rates.",
        needed="A letter.",
        forecast=TargetDate.month(2020, 10),
        no_forecast_reason="",
    )

    page = client_of(usps).get("/milestones/5.1/update/")

    form = page.context["form"]
    assert {name: form[name].value() for name in form.initial} == {
        "status": "not_started",
        "statement": "USPS speaks.",
        "next_step": "Next.",
        "next_step_on": "2020-10-09",
        "waiting_on": "UPU",
        "outlook": "off_track",
        "reason": "Rates.",
        "needed": "A letter.",
        "forecast": "2020-10",
        "no_forecast_reason": "",
        "completed_on": "",
        "outcome": "",
        "evidence_title": "",
        "evidence_on": "",
        "evidence_identifier": "",
        "evidence_holder": "",
        "evidence_link": "",
    }
    assert [said.agency_id for said in page.context["others"]] == ["CBP"]
    assert "CBP speaks." in page.content.decode()


def test_a_day_stays_a_day_and_a_month_a_month_in_the_form(client_of, ice):
    say("4.3", ice, forecast=TargetDate.day(date(2020, 10, 31)), no_forecast_reason="")

    page = client_of(ice).get("/milestones/4.3/update/")

    assert page.context["form"]["forecast"].value() == "2020-10-31"


@pytest.mark.parametrize(
    ("history", "statuses"),
    [
        ([], ["not_started", "in_progress", "reported_complete"]),
        (["in_progress"], ["in_progress", "reported_complete"]),
        (["reported_complete"], ["reported_complete", "in_progress"]),
    ],
    ids=["not started", "in progress", "reported by us"],
)
def test_only_allowed_statuses_are_offered(client_of, ice, history, statuses):
    for status in history:
        report("4.3", ice) if status == "reported_complete" else say("4.3", ice, status=status)

    page = client_of(ice).get("/milestones/4.3/update/")

    assert [value for value, _ in page.context["form"].fields["status"].widget.choices] == statuses


def test_report_complete_is_preselected_when_asked(client_of, ice):
    page = client_of(ice).get("/milestones/4.3/update/?status=reported_complete")

    assert page.context["form"]["status"].value() == "reported_complete"


@pytest.mark.parametrize("asked", ["completed", "nonsense", "%00"])
def test_a_status_that_is_not_offered_is_not_preselected(client_of, ice, asked):
    page = client_of(ice).get(f"/milestones/4.3/update/?status={asked}")

    assert page.context["form"]["status"].value() == "not_started"


def test_outlooks_are_defined_beside_the_choice(client_of, ice):
    page = client_of(ice).get("/milestones/4.3/update/").content.decode()

    for meaning in (
        "Proceeding as agreed.",
        "Slippage, or a problem that needs",
        "Will miss the target unless the ESC",
    ):
        assert meaning in page


@pytest.mark.parametrize(
    ("who", "code"), [("ice", "4.3"), ("usps", "5.1"), ("plcy", "8.2")], ids=["lead", "joint", "nobody named"]
)
def test_the_form_takes_at_most_eight_queries(client_of, request, django_assert_max_num_queries, who, code, plcy):
    client = client_of(request.getfixturevalue(who))
    report(code, request.getfixturevalue(who))

    with django_assert_max_num_queries(8):
        assert client.get(f"/milestones/{code}/update/").status_code == 200


# --- Saving ----------------------------------------------------------------------------------------------------------


def test_saving_records_it_and_says_so(client_of, ice):
    answer = send(client_of(ice), note="For all.", agency_note="For us.")

    kept = StatusUpdate.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/milestones/4.3/")
    assert told(answer) == ["Saved: 4.3 is in progress, at risk."]
    assert (kept.statement, kept.next_step_on, kept.forecast) == (
        "Two of five sessions held.",
        date(2020, 10, 9),
        TargetDate.month(2020, 12),
    )
    assert set(Note.objects.values_list("audience", "text")) == {("esc", "For all."), ("agency", "For us.")}
    assert milestone().current_status == "in_progress"


@pytest.mark.parametrize(
    ("typed", "kind", "day"),
    [
        ("2020-09-11", "day", date(2020, 9, 11)),
        ("2020-09", "month", date(2020, 9, 30)),
        ("unknown", "unknown", None),
        (" Unknown ", "unknown", None),
    ],
)
def test_reporting_complete_asks_date_and_outcome(client_of, ice, typed, kind, day):
    answer = send(client_of(ice), status="reported_complete", completed_on=typed, outcome="not_necessary")

    kept = StatusUpdate.objects.get()
    assert answer.status_code == 302
    assert told(answer) == ["Saved: 4.3 is reported complete. PLCY confirms or returns it."]
    assert (kept.move, kept.completed_kind, kept.completed_on, kept.outcome) == ("report", kind, day, "not_necessary")


def test_plcy_speaks_for_a_milestone_without_an_agency(client_of, plcy):
    answer = send(client_of(plcy), "8.2")

    assert answer.status_code == 302
    assert StatusUpdate.objects.get().agency_id == "PLCY"


def test_reasons_do_not_outlive_a_return_to_on_track(client_of, ice):
    send(client_of(ice), outlook="on_track", reason="Two trainers left.", needed="Two trainers.")

    kept = StatusUpdate.objects.get()
    assert (kept.outlook, kept.reason, kept.needed) == ("on_track", "", "")


def test_line_breaks_count_as_one_character(client_of, ice):
    send(client_of(ice), statement="a\r\n" * 249 + "bc")

    assert StatusUpdate.objects.get().statement == "a\n" * 249 + "bc"


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/milestones/?agency=ICE-HSI", "/milestones/?agency=ICE-HSI"),
        ("https://evil.example/", "/milestones/4.3/"),
        ("//evil.example/", "/milestones/4.3/"),
        ("javascript:alert(1)", "/milestones/4.3/"),
    ],
)
def test_the_way_back_stays_on_this_site(client_of, ice, asked, leads_to):
    answer = send(client_of(ice), next=asked)

    assert answer.headers["Location"] == leads_to


# --- Refused in words ------------------------------------------------------------------------------------------------

WRONG = {
    "no statement": ({"statement": " "}, "statement", "Say where it stands, in a sentence or two."),
    "long statement": ({"statement": "x" * 501}, "statement", "This is 501 characters long; 500 fit."),
    "NUL": ({"statement": "a\x00b"}, "statement", "This text contains characters that cannot be kept."),
    "long next step": ({"next_step": "x" * 201}, "next_step", "This is 201 characters long; 200 fit."),
    "long note": ({"note": "x" * 2001}, "note", "This is 2001 characters long; 2000 fit."),
    "NUL in a note": ({"agency_note": "a\x00b"}, "agency_note", "This text contains characters"),
    "unknown status": ({"status": "overdue"}, "status", "Choose one of the statuses offered."),
    "a status of the chair's": ({"status": "completed"}, "status", "cannot become “Completed” here."),
    "no outlook": ({"outlook": None}, "outlook", "Choose how it looks."),
    "unknown outlook": ({"outlook": "splendid"}, "outlook", "Choose one of the three outlooks."),
    "no reason": ({"reason": ""}, "reason", "Say why it is not on track."),
    "nothing needed": ({"outlook": "off_track"}, "needed", "Say what is needed from the ESC."),
    "forecast in words": ({"forecast": "next year"}, "forecast", "Write a month such as 2020-10"),
    "forecast of full-width digits": ({"forecast": "２０２０-10"}, "forecast", "Write a month such as 2020-10"),
    "forecast in 1999": ({"forecast": "1999-12"}, "forecast", "The year must be between 2000 and 2100."),
    "forecast in 2101": ({"forecast": "2101-01-01"}, "forecast", "The year must be between 2000 and 2100."),
    "Feb. 30": ({"next_step_on": "2020-02-30"}, "next_step_on", "February 2020 has no day 30"),
    "year 1": ({"next_step_on": "0001-01-01"}, "next_step_on", "The year must be between 2000 and 2100."),
    "year 9999": ({"next_step_on": "9999-12-31"}, "next_step_on", "The year must be between 2000 and 2100."),
    "a month for a day": ({"next_step_on": "2020-10"}, "next_step_on", "Write a day such as 2020-10-31."),
    "complete, no date": ({"status": "reported_complete", "outcome": "delivered"}, "completed_on", "Say on which day"),
    "complete, no outcome": (
        {"status": "reported_complete", "completed_on": "unknown"},
        "outcome",
        "Choose the outcome.",
    ),
    "complete, unknown outcome": (
        {"status": "reported_complete", "completed_on": "unknown", "outcome": "splendid"},
        "outcome",
        "Choose one of the outcomes offered.",
    ),
    "complete in the future": (
        {"status": "reported_complete", "completed_on": "2020-09-15", "outcome": "delivered"},
        "completed_on",
        "A completion cannot lie in the future.",
    ),
}


@pytest.mark.parametrize(("change", "field", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said_at_its_field_with_the_text_kept(client_of, ice, change, field, sentence):
    answer = send(client_of(ice), **change)

    errors = answer.context["form"].errors
    assert answer.status_code == 200
    assert list(errors) == [field]
    assert sentence in errors[field][0]
    assert "Nothing was saved." in answer.content.decode()
    assert "Two trainers left." in answer.content.decode() or field == "reason"
    assert ledger() == (0, 0)
    assert 'name="version" value="0"' in answer.content.decode()


def test_an_overdue_milestone_asks_for_a_forecast(client_of, cbp):
    answer = send(client_of(cbp), "3.1", forecast="")

    assert list(answer.context["form"].errors) == ["forecast"]
    assert ledger() == (0, 0)


VERSIONS = {
    "missing": None,
    "empty": "",
    "repeated": ["0", "0"],
    "in words": "zero",
    "negative": "-1",
    "yet to come": "1",
    "huge": "9" * 40,
    "a fraction": "0.0",
    "full-width": "０",
    "NUL": "0\x00",
}


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS.keys())
def test_a_version_that_is_none_is_refused_with_the_text_kept(client_of, ice, version):
    answer = send(client_of(ice), version=version)

    assert answer.status_code == 400
    assert "This form was out of date or incomplete" in answer.content.decode()
    assert "Two of five sessions held." in answer.content.decode()
    assert ledger() == (0, 0)
    assert milestone().version == 0


@pytest.mark.parametrize("field", [name for name in FORM if name != "version"])
def test_a_field_sent_twice_is_refused(client_of, ice, field):
    answer = send(client_of(ice), **{field: ["a", "b"]})

    assert answer.status_code == 400
    assert ledger() == (0, 0)


def test_an_empty_post_is_refused(client_of, ice):
    assert client_of(ice).post("/milestones/4.3/update/").status_code == 400


# --- Who may not -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "code", "sentence"),
    [
        ("cbp", "4.3", "Only ICE/HSI can update this milestone. You are signed in for CBP."),
        ("cbp", "8.2", "No agency is named for this milestone yet"),
        ("plcy", "4.3", "Only ICE/HSI can update this milestone. You are signed in for PLCY."),
        ("reader", "4.3", "Your role reads the record and does not change it."),
        ("coac", "4.3", "Your role reads the record and does not change it."),
        ("admin_user", "4.3", "Administrators seat people"),
    ],
)
def test_a_forbidden_update_says_why_and_writes_nothing(client_of, request, who, code, sentence):
    answer = send(client_of(request.getfixturevalue(who)), code)

    assert answer.status_code == 403
    assert sentence in answer.content.decode()
    assert ledger() == (0, 0)


def test_strangers_sign_in_first():
    assert Client().get("/milestones/4.3/update/").headers["Location"].startswith("/accounts/login/")
    assert send(Client()).status_code == 302
    assert ledger() == (0, 0)


@pytest.mark.parametrize("code", ["4.9", "99.1", "0.0", "4.03", "x", "4.3.1", "4." + "9" * 40])
@pytest.mark.parametrize("act", ["update", "confirm", "return"])
def test_an_unknown_milestone_is_not_found(client_of, ice, code, act):
    assert client_of(ice).get(f"/milestones/{code}/{act}/").status_code == 404


@pytest.mark.parametrize("act", ["update", "confirm", "return"])
def test_nothing_is_changed_from_an_earlier_day(client_of, ice, plcy, act):
    report("4.3", ice)
    who = ice if act == "update" else plcy

    answer = client_of(who).post(f"/milestones/4.3/{act}/?as_of=2020-09-14", {**FORM, "version": "1", "remark": "No."})

    assert answer.status_code == 403
    assert "You are looking at the record as of Sep 14, 2020; nothing can be changed here." in answer.content.decode()
    assert milestone().version == 1


@pytest.mark.parametrize("act", ["update", "confirm", "return"])
@pytest.mark.parametrize("verb", ["put", "patch", "delete"])
def test_other_verbs_are_not_answered(client_of, plcy, act, verb):
    assert getattr(client_of(plcy), verb)(f"/milestones/4.3/{act}/").status_code == 405


def test_a_post_without_its_token_is_refused(ice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ice)

    assert send(client).status_code == 403
    assert ledger() == (0, 0)


# --- Only a note -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["4.3", "6.1"], ids=["another agency's", "completed"])
def test_one_who_may_only_note_is_offered_a_note(client_of, plcy, code):
    client = client_of(plcy)

    page = client.get(f"/milestones/{code}/update/")
    answer = client.post(f"/milestones/{code}/update/", {"note": "Well done.", "agency_note": ""})

    assert list(page.context["form"].fields) == ["note", "agency_note"]
    assert page.context["refusal"] in page.content.decode()
    assert (answer.status_code, told(answer)) == (302, [f"Saved: your note on {code}."])
    assert list(Note.objects.values_list("audience", "text", "agency_id")) == [("esc", "Well done.", "PLCY")]
    assert milestone(code).version == 0


@pytest.mark.parametrize("text", ["", "x" * 2001, "a\x00b"], ids=["empty", "too long", "NUL"])
def test_a_note_that_cannot_be_kept_is_refused_in_words(client_of, plcy, text):
    answer = client_of(plcy).post("/milestones/4.3/update/", {"note": text})

    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["note"])
    assert ledger() == (0, 0)


# --- Twice at once ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_twenty_identical_posts_at_once_save_once(client_of, ice):
    clients = [client_of(ice) for _ in range(20)]
    entries = Entry.objects.count()

    def once(client: Client) -> int:
        try:
            return send(client, note="Once.").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(once, clients))

    assert answers == [302] * 20
    assert ledger() == (1, 1)
    assert Entry.objects.count() == entries + 1
    assert (milestone().version, first_broken_entry()) == (1, "")


def test_an_update_after_confirmation_is_refused(client_of, ice, plcy):
    report("4.3", ice)
    confirm(milestone(), by=plcy, seen_version=1)

    answer = send(client_of(ice), version="2")

    assert answer.status_code == 403
    assert "This milestone is completed and takes no more updates." in answer.content.decode()
    assert milestone().version == 2
