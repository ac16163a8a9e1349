"""Does one milestone's page say what each reader may read of it, and nothing else?"""

import pytest

from actions.target_dates import parse_forecast
from milestones.deciding import confirm
from milestones.words import Completion
from tests.milestones.pages.reading import MARKER, text_of, words_of
from tests.milestones.pages.saying import milestone, report, say

pytestmark = pytest.mark.django_db


def page_of(client, code="4.3", query=""):
    answer = client.get(f"/milestones/{code}/{query}")
    assert answer.status_code == 200
    return answer


# --- What the plan says ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["1.1", "4.4", "5.1", "6.1", "10.1", "11.3"])
def test_plan_text_is_verbatim_with_its_provenance_and_title(code, client_of, reader, plan):
    row = milestone(code)

    page = page_of(client_of(reader), code)

    assert page.context["milestone"].text == row.text
    assert f"The plan, edition 1, {row.provenance}" in words_of(page)
    assert f"<h1>{code} {row.action.title}</h1>" in text_of(page)


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [("1.1", "", "1.2"), ("4.3", "4.2", "4.4"), ("10.1", "9.2", "11.1"), ("11.3", "11.2", "")],
)
def test_neighbors_are_those_of_the_plan(code, before, after, client_of, reader, plan):
    page = page_of(client_of(reader), code)

    assert (page.context["before"], page.context["after"]) == (before, after)


@pytest.mark.parametrize(
    "path", ["99.9", "4.30", "0.1", "4.0", "04.3", "4", "4.3.1", "4.a", "99999.1", "4.%EF%BC%93", "4.3%00"]
)
def test_what_is_no_milestone_is_not_found(path, client_of, reader, plan):
    assert client_of(reader).get(f"/milestones/{path}/").status_code == 404


def test_milestone_without_agency_says_so(client_of, reader, plan):
    words = words_of(page_of(client_of(reader), "8.1"))

    assert "No agency named yet PLCY keeps it as chair" in words
    assert "What PLCY says" in words


def test_joint_milestone_names_lead_first_with_basis(client_of, reader, plan):
    words = words_of(page_of(client_of(reader), "5.2"))

    assert "Responsible USPS lead, named in the plan CBP joint, named in the plan" in words


def test_milestone_that_the_plan_prints_as_completed_has_neither_target_nor_day_nor_lateness(client_of, reader, plan):
    words = words_of(page_of(client_of(reader), "6.1"))

    assert "Completed, as the plan itself prints in its date column" in words
    assert "Target None" in words
    assert "target." not in words.replace("a target nor", "")
    assert "on-time" not in words


def test_ongoing_milestone_has_a_target_that_never_falls_due(client_of, reader, plan):
    assert "Plan Ongoing Target Ongoing" in words_of(page_of(client_of(reader), "2.1"))


# --- Where it stands -------------------------------------------------------------------------------------------------


def test_moved_target_stands_beside_plan_and_forecast(client_of, reader, month):
    words = words_of(page_of(client_of(reader)))

    assert "Plan Oct. 2020 Target Dec. 2020 (due Thu, Dec 31) moved once, +2 months Forecast Jan. 2021" in words


def test_status_and_outlook_stand_together_with_the_other_agencys_worse_view(client_of, reader, month):
    words = words_of(page_of(client_of(reader), "5.1"))

    assert "In progress · On track ( At risk for USPS)" in words


def test_each_agencys_word_stands_side_by_side_with_its_day_and_next_step(client_of, reader, month):
    joint = words_of(page_of(client_of(reader), "5.1"))
    single = words_of(page_of(client_of(reader)))

    assert f"CBP, Sep 4 On track “{MARKER} messages”" in joint
    assert f"USPS, Sep 4 At risk “{MARKER} pilot”" in joint
    assert f"ICE/HSI, Sep 11 At risk “{MARKER} curriculum drafted”" in single
    assert "Next: Sessions 3 to 5 by Oct 9, 2020, waiting on USPTO" in single


def test_agency_that_has_not_spoken_is_named_as_such(client_of, reader, plan):
    assert "USPTO Has not given an update yet." in words_of(page_of(client_of(reader), "11.2"))


def test_words_that_were_confirmed_keep_the_day_they_were_written(client_of, reader, ice, month):
    before = milestone().updates.latest("version")
    say("4.3", ice, statement=before.statement, next_step=before.next_step, outlook="at_risk", reason="Trainers left.")

    words = words_of(page_of(client_of(reader)))

    assert "ICE/HSI, Sep 11 confirmed Sep 14" in words


def test_overdue_milestone_says_for_how_long(client_of, reader, month):
    assert "Not started · 14 days overdue" in words_of(page_of(client_of(reader), "3.2"))


def test_reported_completion_awaits_confirmation_with_day_and_outcome(client_of, reader, month):
    words = words_of(page_of(client_of(reader), "6.2"))

    assert "Awaiting confirmation" in words
    when = "in Sept. 2020, delivered, 1 month after target"
    assert f"Reported complete {when}; the chair’s office has yet to confirm it." in words


@pytest.mark.parametrize(
    ("code", "day", "sentence"),
    [
        ("3.2", "2020-09-12", "Completed 12 days after target."),
        ("3.2", "2020-09-01", "Completed 1 day after target."),
        ("3.2", "2020-08-31", "Completed on the day of its target."),
        ("3.2", "2020-08-01", "Completed 30 days before target."),
        ("3.2", "2020-09", "Completed 1 month after target."),
        ("3.2", "2020-08", "Completed in the month of its target."),
        ("3.2", "unknown", "Completed on a day not known, delivered."),
        ("2.1", "2020-09-12", "Completed on Sep 12, 2020, delivered."),
    ],
)
def test_late_stays_late_in_words(code, day, sentence, client_of, reader, cbp, plcy, plan):
    on = None if day == "unknown" else parse_forecast(day)
    say(code, cbp, status="reported_complete", completion=Completion.when(on, "delivered"))
    confirm(milestone(code), by=plcy, seen_version=1)

    words = words_of(page_of(client_of(reader), code))

    assert sentence in words
    assert ("target." in words) == ("target." in sentence)


# --- As of -----------------------------------------------------------------------------------------------------------


def test_as_of_shows_the_milestone_as_it_stood_and_offers_nothing(client_of, ice, month):
    page = page_of(client_of(ice), query="?as_of=2020-09-09")

    words = words_of(page)
    assert "Plan Oct. 2020 Target Oct. 2020" in words
    assert "ICE/HSI Has not given an update yet." in words
    assert "Nothing has been recorded since the plan was written." in words
    assert MARKER not in words
    assert "Post an update" not in words
    assert "Sep 9, 2020; nothing can be changed here" in words
    assert 'href="/milestones/4.2/?as_of=2020-09-09"' in text_of(page)
    assert 'href="/agencies/ICE-HSI/?as_of=2020-09-09"' in text_of(page)


# --- Who may read what -----------------------------------------------------------------------------------------------


def test_note_for_an_agency_is_read_by_that_agency_and_plcy_only(client_of, reader, cbp, ice, plcy, month):
    seen = {user.email: words_of(page_of(client_of(user))) for user in (reader, cbp, ice, plcy)}

    assert {email for email, words in seen.items() if f"{MARKER} ours alone" in words} == {ice.email, plcy.email}
    assert all(f"{MARKER} for the ESC" in words for words in seen.values())


def test_note_of_plcy_for_plcy_only_is_read_by_plcy_alone(client_of, reader, ice, plcy, plan):
    say("8.1", plcy, agency_note="between us")

    seen = {user.email: "between us" in words_of(page_of(client_of(user), "8.1")) for user in (reader, ice, plcy)}

    assert seen == {reader.email: False, ice.email: False, plcy.email: True}


def test_coac_reads_plan_responsible_status_target_completion_and_summary(client_of, coac, month):
    words = words_of(page_of(client_of(coac), "2.2"))

    assert "Completed on Aug 12, 2020, delivered. Completed 80 days before target." in words
    assert "Responsible CBP lead, named in the plan Plan Oct. 2020 Target Oct. 2020" in words
    assert "The strategy is out." in words


@pytest.mark.parametrize("code", ["2.2", "3.1", "3.3", "4.3", "4.4", "5.1", "6.2", "7.1"])
def test_coac_reads_nothing_internal(code, client_of, coac, month):
    words = words_of(page_of(client_of(coac), code))

    assert MARKER not in words
    for heading in ("History", "Notes", "Forecast", "moved", "At risk", "On track", "says", "Off track"):
        assert heading not in words.replace("“item check” function", "")


def test_withheld_milestone_shows_coac_the_plan_only(client_of, coac, month):
    words = words_of(page_of(client_of(coac), "4.4"))

    assert "Status not released" in words
    assert "Target" not in words
    assert "Withheld summary." not in words
    assert words.endswith("Plan Oct. 2020")


def test_completion_shows_coac_only_once_confirmed(client_of, coac, cbp, plcy, month):
    report("3.2", cbp)

    words = words_of(page_of(client_of(coac), "3.2"))

    assert "Reported complete" not in words
