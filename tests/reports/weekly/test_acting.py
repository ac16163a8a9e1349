"""Can PLCY refresh, publish, release and withdraw a report from its page, once, in order, and nobody else?"""

import json
from datetime import date

import pytest

from esc_tracker.journal.models import Entry, Release
from milestones.workflow import Outlook, Status
from reports import switch
from reports.models import ReleasedEdition, WeeklyReport
from reports.weekly.writing import write
from tests.milestones.telling import say
from tests.reports.pages.reading import headline_of, words_of
from tests.reports.record import drafted

pytestmark = pytest.mark.django_db

CLEARED = "Dana Reyes, PLCY counsel, Sep 14"
ACTS = ["refresh", "publish", "release", "withdraw", "write", "correct", "lines/3.1/CBP/statement"]
HELD = {"cleared_by": CLEARED, "withheld": ["2.2"], "withheld_because": "CANARY"}


def report(week: str) -> WeeklyReport:
    return WeeklyReport.objects.get(week=week)


# --- Refresh --------------------------------------------------------------------------------------------------------


def test_refreshing_takes_the_figures_again_and_says_the_headline(client_of, plcy, cbp, week_37):
    say("3.2", cbp, status=Status.REPORTED_COMPLETE)

    answer = client_of(plcy).post("/reports/2020-W37/refresh/", follow=True)

    assert report("2020-W37").as_of > week_37.as_of
    assert "The figures were taken again. Fourteen of 30 milestones are overdue" in words_of(answer)
    assert "Two completions await confirmation" in words_of(answer)


def test_a_published_report_is_not_refreshed(client_of, plcy, week_37):
    before = report("2020-W36").figures

    answer = client_of(plcy).post("/reports/2020-W36/refresh/")

    assert answer.status_code == 409
    assert "This report is published: its figures are frozen." in words_of(answer)
    assert report("2020-W36").figures == before


# --- Publish --------------------------------------------------------------------------------------------------------


def test_the_publish_page_says_what_it_freezes_and_what_waits(client_of, plcy, cbp, week_37):
    client = client_of(plcy)
    assert "Nothing was changed since" in words_of(client.get("/reports/2020-W37/publish/"))
    say("3.2", cbp)

    said = words_of(client.get("/reports/2020-W37/publish/"))

    assert "Publish the report of Sep 7 – 13 to the committee?" in said
    assert week_37.content["headline"] in said
    assert "1 update made since waits for the next report" in said


def test_the_publish_page_says_whether_mail_goes_out_and_to_whom(client_of, plcy, week_37):
    client = client_of(plcy)
    assert "Mail is off: nobody is told by mail." in words_of(client.get("/reports/2020-W37/publish/"))

    switch.turn(True, by=plcy)

    said = "Mail is on: members, PLCY, readers and the people you ticked get it once."
    assert said in words_of(client.get("/reports/2020-W37/publish/"))


def test_the_publish_page_lists_the_asks_that_are_frozen(client_of, plcy, week_37):
    ask = {"agency": "ICE-HSI", "text": "Sample: name a lead.", "milestone": "4.3", "by": date(2020, 9, 30)}
    write(week_37, by=plcy, asks=[ask])

    said = words_of(client_of(plcy).get("/reports/2020-W37/publish/"))

    assert "1 ask of the principals ICE/HSI: Sample: name a lead. 4.3 by Sep 30, 2020" in said


def test_publishing_freezes_and_opens_it_to_the_committee_not_to_coac(client_of, plcy, cbp, coac, week_37):
    answer = client_of(plcy).post("/reports/2020-W37/publish/", {"digest": week_37.digest}, follow=True)

    assert answer.redirect_chain == [("/reports/2020-W37/", 302)]
    assert "The report of Sep 7 – 13 is published. COAC sees it once you release it." in words_of(answer)
    assert report("2020-W37").is_published
    assert client_of(cbp).get("/reports/2020-W37/").status_code == 200
    assert client_of(coac).get("/reports/2020-W37/").status_code == 404


def test_publishing_twice_is_harmless(client_of, plcy, week_37):
    client = client_of(plcy)
    client.post("/reports/2020-W37/publish/", {"digest": week_37.digest})
    published_at, entries = report("2020-W37").published_at, Entry.objects.count()

    answer = client.post("/reports/2020-W37/publish/", {"digest": week_37.digest})

    assert answer.status_code == 409
    assert "This report was published already." in words_of(answer)
    assert (report("2020-W37").published_at, Entry.objects.count()) == (published_at, entries)


def test_a_draft_refreshed_since_it_was_read_is_not_published(client_of, plcy, cbp, week_37):
    client = client_of(plcy)
    say("3.2", cbp)
    client.post("/reports/2020-W37/refresh/")

    answer = client.post("/reports/2020-W37/publish/", {"digest": week_37.digest})

    assert answer.status_code == 409
    assert "Read it again, then publish." in words_of(answer)
    assert not report("2020-W37").is_published


def test_reports_are_published_in_week_order(client_of, plcy, history):
    drafted("2020-W35", "2020-W36")
    client = client_of(plcy)

    page = client.get("/reports/2020-W36/publish/")
    answer = client.post("/reports/2020-W36/publish/")

    assert headline_of(page) == "This report cannot be published yet"
    assert "Publish to the committee" not in words_of(page)
    assert answer.status_code == 409
    assert "Reports are published in week order: 2020-W35 comes first." in words_of(answer)
    assert not report("2020-W36").is_published


# --- Release --------------------------------------------------------------------------------------------------------


def test_the_release_page_shows_exactly_the_bytes_that_are_released(client_of, plcy, coac, week_37):
    client = client_of(plcy)
    shown = client.get("/reports/2020-W36/release/").context["json"]

    sent = {"cleared_by": CLEARED, "digest": json.loads(shown)["digest"]}
    answer = client.post("/reports/2020-W36/release/", sent, follow=True)

    assert "The report of Aug 31 – Sep 6 is released: COAC sees the record as of the end of Sep 6, 2020." in words_of(
        answer
    )
    assert report("2020-W36").released().figures == shown
    assert client_of(coac).get("/reports/2020-W36.json").content == shown.encode()
    assert Release.objects.standing().first().cleared_by == CLEARED


def test_the_release_page_draws_what_coac_reads(client_of, plcy, week_37):
    said = words_of(client_of(plcy).get("/reports/2020-W36/release/"))

    assert "Exactly what COAC will see COAC edition, not released" in said
    assert "answers to the call" not in said
    assert "need attention" not in said


def test_who_cleared_it_must_be_said(client_of, plcy, week_37):
    answer = client_of(plcy).post("/reports/2020-W36/release/", {"cleared_by": " "})

    assert answer.status_code == 200
    assert "Nothing was released." in words_of(answer)
    assert "Say who cleared this for COAC" in words_of(answer)
    assert Release.objects.count() == 1


def test_single_milestones_are_held_back_and_previewed_before(client_of, plcy, coac, week_37):
    client = client_of(plcy)
    held = {"withheld": ["1.1", "2.2"], "withheld_because": "Sample: not yet.", "cleared_by": CLEARED}

    preview = client.post("/reports/2020-W36/release/", held | {"preview": "1"})

    assert preview.status_code == 200
    assert Release.objects.count() == 1
    assert json.loads(preview.context["json"])["totals"]["not_released"] == 2
    assert f'value="{CLEARED}"' in preview.content.decode()

    client.post("/reports/2020-W36/release/", held | {"digest": preview.context["digest"]})

    assert Release.objects.standing().first().withheld == ["1.1", "2.2"]
    assert report("2020-W36").released().figures == preview.context["json"]
    page = client_of(coac).get("/milestones/2.2/").content.decode()
    assert "Status not released" in page


def test_holding_back_others_than_were_previewed_releases_nothing(client_of, plcy, week_37):
    client = client_of(plcy)
    seen = client.get("/reports/2020-W36/release/").context["digest"]

    answer = client.post("/reports/2020-W36/release/", HELD | {"digest": seen})

    assert answer.status_code == 409
    assert "What COAC would see has changed since you opened this page." in words_of(answer)
    assert answer.context["digest"] != seen
    assert Release.objects.count() == 1


@pytest.mark.parametrize(
    "sent",
    [
        {"withheld": ["99.9"]},
        {"withheld": ["x"]},
        {"withheld": ["\x00"]},
        {"cleared_by": "Dana\x00Reyes"},
        {"cleared_by": "x" * 5000},
        {"digest": "x" * 5000},
        {"digest": "\x00"},
    ],
    ids=["unknown", "no number", "nul", "nul in the name", "long name", "long digest", "nul digest"],
)
def test_bad_input_is_answered_in_words_and_releases_nothing(sent, client_of, plcy, week_37):
    answer = client_of(plcy).post("/reports/2020-W36/release/", {"cleared_by": CLEARED} | sent)

    assert answer.status_code in {200, 409}
    assert "Nothing was released." in words_of(answer)
    assert Release.objects.count() == 1


def test_releasing_twice_is_harmless(client_of, plcy, week_37):
    client = client_of(plcy)
    client.post("/reports/2020-W36/release/", {"cleared_by": CLEARED})

    answer = client.post("/reports/2020-W36/release/", {"cleared_by": CLEARED})

    assert answer.status_code == 409
    assert "This report is released already." in words_of(answer)
    assert Release.objects.count() == 2


def test_a_draft_is_not_released(client_of, plcy, week_37):
    answer = client_of(plcy).post("/reports/2020-W37/release/", {"cleared_by": CLEARED})

    assert answer.status_code == 409
    assert "Only a published report can be released." in words_of(answer)
    assert Release.objects.count() == 1


def test_a_milestone_is_held_back_with_a_reason_that_coac_never_reads(client_of, plcy, coac, week_37):
    client = client_of(plcy)

    without = client.post("/reports/2020-W36/release/", HELD | {"withheld_because": " "})
    assert without.status_code == 200
    assert "Say why these are held back; COAC does not see it." in words_of(without)
    assert Release.objects.count() == 1

    client.post("/reports/2020-W36/release/", HELD)

    assert Release.objects.standing().first().withheld_because == "CANARY"
    for path in ("/", "/reports/", "/reports/2020-W36/", "/reports/2020-W36.json", "/milestones/2.2/"):
        assert "CANARY" not in client_of(coac).get(path).content.decode()


def test_the_narrative_for_coac_is_written_on_the_release_page_and_previewed(client_of, plcy, coac, week_37):
    client = client_of(plcy)
    said = {"cleared_by": CLEARED, "coac_narrative": "Sample: <b>for COAC</b>."}

    preview = client.post("/reports/2020-W36/release/", said | {"preview": "1"})
    assert json.loads(preview.context["json"])["narrative"] == "Sample: <b>for COAC</b>."
    assert report("2020-W36").coac_narrative == ""

    hidden = {"digest": preview.context["digest"], "written": preview.context["written"]}
    client.post("/reports/2020-W36/release/", said | hidden)

    assert report("2020-W36").released().figures == preview.context["json"]
    page = client_of(coac).get("/reports/2020-W36/").content.decode()
    assert "Sample: &lt;b&gt;for COAC&lt;/b&gt;." in page


def test_a_narrative_written_meanwhile_is_shown_before_it_is_released_over(client_of, plcy, plcy2, week_37):
    client = client_of(plcy)
    page = client.get("/reports/2020-W36/release/")
    write(report("2020-W36"), by=plcy2, coac_narrative="Sample: theirs.")
    hidden = {"digest": page.context["digest"], "written": page.context["written"]}

    answer = client.post(
        "/reports/2020-W36/release/", {"cleared_by": CLEARED, "coac_narrative": "Sample: mine."} | hidden
    )

    assert answer.status_code == 409
    assert "The narrative for COAC is now: “Sample: theirs.”" in words_of(answer)
    assert "Sample: mine.</textarea>" in answer.content.decode()
    assert Release.objects.count() == 1


# --- Correct --------------------------------------------------------------------------------------------------------


def test_a_week_is_corrected_from_its_page(client_of, plcy, cbp, week_37):
    client = client_of(plcy)
    page = client.get("/reports/2020-W36/correct/")
    assert headline_of(page) == "Correct the report of Aug 31 – Sep 6?"
    assert "Version 2 is drafted from version 1" in words_of(page)

    answer = client.post("/reports/2020-W36/correct/", {"reason": "Sample: a wrong name."}, follow=True)

    assert "Version 2 is a draft: change what is wrong, then publish it." in words_of(answer)
    assert "Sample: a wrong name." in client.get("/reports/2020-W36/publish/").content.decode()
    assert client_of(cbp).get("/reports/2020-W36/").context["report"].version == 1

    client.post("/reports/2020-W36/publish/")
    assert client_of(cbp).get("/reports/2020-W36/").context["report"].version == 2
    assert "A newer version of this report exists." in words_of(client_of(cbp).get("/reports/2020-W36/?version=1"))


def test_correcting_twice_finds_the_draft(client_of, plcy, week_37):
    client = client_of(plcy)
    client.post("/reports/2020-W36/correct/", {"reason": "Sample: a wrong name."})

    answer = client.post("/reports/2020-W36/correct/", {"reason": "Sample: another."}, follow=True)

    assert "Version 2 is a draft already" in words_of(answer)
    assert WeeklyReport.objects.filter(week="2020-W36").count() == 2


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("", "Say what is corrected"), ("x" * 501, "500 fit"), ("\x00", "cannot be kept"), ("\u202e", "cannot be kept")],
    ids=["none", "long", "nul", "direction"],
)
def test_a_correction_without_a_reason_is_refused_in_words(client_of, plcy, week_37, reason, sentence):
    answer = client_of(plcy).post("/reports/2020-W36/correct/", {"reason": reason})

    assert answer.status_code == 200
    assert sentence in words_of(answer)
    assert WeeklyReport.objects.filter(week="2020-W36").count() == 1


def test_a_draft_is_not_corrected(client_of, plcy, week_37):
    answer = client_of(plcy).post("/reports/2020-W37/correct/", {"reason": "Sample."})

    assert answer.status_code == 409
    assert "this draft can still be changed" in words_of(answer)


def test_an_older_version_is_released_or_withdrawn_by_its_number(client_of, plcy, coac, week_37):
    client = client_of(plcy)
    client.post("/reports/2020-W35/correct/", {"reason": "Sample: a wrong name."})
    client.post("/reports/2020-W35/publish/")
    client.post("/reports/2020-W35/release/", {"cleared_by": CLEARED})
    assert client_of(coac).get("/reports/2020-W35/").context["report"].version == 2

    client.post("/reports/2020-W35/withdraw/?version=2")

    assert client_of(coac).get("/reports/2020-W35/").context["report"].version == 1


# --- Bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("week", ["2020-W54", "2020-W00", "2020-W38", "2021-W37", "2020-W34", "9999-W01", "2020-w37"])
@pytest.mark.parametrize("act", ["write", "correct", "refresh", "publish", "release", "withdraw"])
def test_a_week_without_a_report_is_not_there_and_nothing_is_written(act, week, client_of, plcy, week_37):
    entries = Entry.objects.count()

    answer = client_of(plcy).post(f"/reports/{week}/{act}/", {"reason": "Sample.", "narrative": "Sample."})

    assert answer.status_code == 404
    assert (Entry.objects.count(), WeeklyReport.objects.count()) == (entries, 3)


# --- Withdraw, and who may ------------------------------------------------------------------------------------------


def test_withdrawing_falls_back_to_the_release_before(client_of, plcy, coac, week_37):
    client = client_of(plcy)
    client.post("/reports/2020-W36/release/", {"cleared_by": CLEARED})

    answer = client.post("/reports/2020-W36/withdraw/", follow=True)

    assert "The release is withdrawn." in words_of(answer)
    assert client_of(coac).get("/reports/2020-W36/").status_code == 404
    assert client_of(coac).get("/reports/2020-W35/").status_code == 200
    assert ReleasedEdition.objects.count() == 2
    assert client.post("/reports/2020-W36/withdraw/").status_code == 409


@pytest.mark.parametrize("who", ["cbp", "reader", "coac"])
@pytest.mark.parametrize("act", ACTS)
def test_nobody_else_may_and_nothing_is_written(act, who, request, client_of, coac, reader, week_37):
    entries = Entry.objects.count()

    answer = client_of(request.getfixturevalue(who)).post(f"/reports/2020-W36/{act}/", {"cleared_by": CLEARED})

    assert answer.status_code == 403
    assert "This page is for PLCY staff." in words_of(answer)
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_done_while_looking_back(act, client_of, plcy, week_37):
    entries = Entry.objects.count()

    answer = client_of(plcy).post(f"/reports/2020-W36/{act}/?as_of=2020-09-10", {"cleared_by": CLEARED})

    assert answer.status_code == 403
    assert "nothing can be changed here" in words_of(answer)
    assert Entry.objects.count() == entries


def test_the_page_offers_plcy_what_comes_next_and_others_nothing(client_of, plcy, cbp, week_37):
    def offered(user, week: str, query: str = "") -> list[str]:
        return [act["label"] for act in client_of(user).get(f"/reports/{week}/{query}").context["acts"]]

    assert offered(plcy, "2020-W37") == ["Publish…", "Write…", "Refresh"]
    assert offered(plcy, "2020-W36") == ["Release to COAC…", "Write for COAC…", "Correct…"]
    assert offered(plcy, "2020-W35") == ["Correct…"]
    assert offered(plcy, "2020-W36", "?as_of=2020-09-10") == []
    assert offered(cbp, "2020-W36") == []


def test_a_change_shows_as_coac_only_after_the_release(client_of, plcy, cbp, coac, week_37):
    say("3.2", cbp, outlook=Outlook.ON_TRACK, status=Status.IN_PROGRESS)
    desk, reading = client_of(plcy), client_of(coac)

    def seen() -> bool:
        return "In progress" in words_of(reading.get("/milestones/3.2/"))

    desk.post("/reports/2020-W37/refresh/")
    assert not seen()
    desk.post("/reports/2020-W37/publish/")
    assert not seen()
    desk.post("/reports/2020-W37/release/", {"cleared_by": CLEARED})
    assert seen()
