"""Does PLCY write, edit lines and take them back from pages, without losing a word between two writers?"""

import pytest

from esc_tracker import clock
from esc_tracker.journal.models import Entry
from milestones.updates import post_update
from milestones.workflow import Outlook
from reports.models import WeeklyReport
from reports.weekly import drafting
from reports.weekly.writing import edit_line, write
from tests.milestones.telling import in_september, milestone, words
from tests.reports.pages.reading import headline_of, words_of

pytestmark = pytest.mark.django_db

WRITE = "/reports/2020-W37/write/"
LINE = "/reports/2020-W37/lines/3.1/CBP/statement/"
OWN = "The rule is being drafted."


def draft() -> WeeklyReport:
    return WeeklyReport.objects.get(week="2020-W37")


def edited(by, text: str = "Sample: CBP drafts it.") -> WeeklyReport:
    return edit_line(draft(), by=by, code="3.1", agency="CBP", field="statement", text=text)


# --- Writing ---------------------------------------------------------------------------------------------------------


def test_what_is_saved_stands_in_the_draft_and_comes_back_filled_in(client_of, plcy, week_37):
    client = client_of(plcy)
    page = client.get(WRITE)
    assert headline_of(page) == "Write the report of Sep 7 – 13"

    sent = {
        "seen": page.context["seen"],
        "narrative": "Sample: one.\r\n\r\nTwo.",
        "coac_narrative": "Sample: COAC.",
        "ask_2_agency": "ICE-HSI",
        "ask_2_text": "Sample: name a lead.",
        "ask_2_milestone": "4.3",
        "ask_2_by": "2020-09-30",
    }
    answer = client.post(WRITE, sent, follow=True)

    assert answer.redirect_chain == [("/reports/2020-W37/", 302)]
    row = draft()
    assert (row.narrative, row.coac_narrative) == ("Sample: one.\n\nTwo.", "Sample: COAC.")
    assert row.asks == [{"agency": "ICE-HSI", "text": "Sample: name a lead.", "milestone": "4.3", "by": "2020-09-30"}]
    assert row.content["asks"] == row.asks
    again = client.get(WRITE).content.decode()
    assert "Sample: one.\n\nTwo.</textarea>" in again
    assert 'value="2020-09-30"' in again


def test_script_is_shown_as_text(client_of, plcy, week_37):
    client = client_of(plcy)

    client.post(WRITE, {"narrative": "<script>alert(1)</script>", "ask_1_text": "=1+1<img src=x>"})

    for path in (WRITE, "/reports/2020-W37/", "/reports/2020-W37/publish/"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x>" not in page
    assert draft().asks[0]["text"] == "=1+1<img src=x>"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"narrative": "x" * 100_000}, "This is 100000 characters long; 5000 fit."),
        ({"narrative": "A\x00"}, "characters that cannot be kept"),
        ({"coac_narrative": "A\u202e"}, "characters that cannot be kept"),
        ({"ask_1_text": "\u2067"}, "characters that cannot be kept"),
        ({"ask_1_milestone": "4.3"}, "Say what is asked."),
        ({"ask_1_text": "Sample.", "ask_1_milestone": "99.9"}, "There is no milestone 99.9 in this report."),
        ({"ask_1_text": "Sample.", "ask_1_milestone": "\x00"}, "There is no milestone"),
        ({"ask_1_text": "Sample.", "ask_1_agency": "EPA"}, "EPA is not one of the available choices"),
        ({"ask_1_text": "Sample.", "ask_1_by": "2020-02-30"}, "has no day 30"),
        ({"ask_1_text": "Sample.", "ask_1_by": "9999-12-31"}, "2100"),
        ({f"ask_{number}_text": "Sample." for number in range(1, 12)}, "These are 11 asks; 10 fit."),
    ],
    ids=["long", "nul", "direction", "ask", "no text", "unknown", "nul number", "agency", "day", "year", "eleven"],
)
def test_what_cannot_be_kept_is_answered_in_words_and_nothing_is_saved(client_of, plcy, week_37, sent, sentence):
    before, entries = draft().figures, Entry.objects.count()

    answer = client_of(plcy).post(WRITE, {"narrative": "Sample: kept in the form."} | sent)

    assert answer.status_code == 200
    assert "Nothing was saved." in words_of(answer)
    assert sentence in words_of(answer)
    assert (draft().figures, Entry.objects.count()) == (before, entries)
    if "narrative" not in sent:
        assert "Sample: kept in the form.</textarea>" in answer.content.decode()


def test_the_second_of_two_writers_sees_theirs_and_keeps_their_own(client_of, plcy, plcy2, week_37):
    client = client_of(plcy)
    seen = client.get(WRITE).context["seen"]
    write(draft(), by=plcy2, narrative="Sample: theirs.")

    answer = client.post(WRITE, {"seen": seen, "narrative": "Sample: mine.", "ask_1_text": "Sample: an ask."})

    assert answer.status_code == 409
    said = words_of(answer)
    assert "Nothing of yours was saved yet, and nothing is lost." in said
    assert f"{plcy2} wrote into this report" in said
    assert "Narrative for the ESC Sample: theirs. Differs: Sample: mine." in said
    assert "Asks Nothing Differs: All principals: Sample: an ask." in said
    assert "Sample: mine.</textarea>" in answer.content.decode()
    assert draft().narrative == "Sample: theirs."

    again = {"seen": answer.context["seen"], "narrative": "Sample: mine.", "ask_1_text": "Sample: an ask."}
    client.post(WRITE, again)
    assert draft().narrative == "Sample: mine."
    assert len(draft().asks) == 1


def test_five_asks_are_offered_and_one_more_than_is_filled(client_of, plcy, week_37):
    client = client_of(plcy)
    assert len(client.get(WRITE).context["form"].rows()) == 5
    asks = [{"agency": "", "text": f"Sample: {number}.", "milestone": "", "by": None} for number in range(6)]

    write(draft(), by=plcy, asks=asks)

    assert len(client.get(WRITE).context["form"].rows()) == 7


def test_of_a_published_report_only_the_narrative_for_coac_is_written(client_of, plcy, week_37):
    client = client_of(plcy)
    page = client.get("/reports/2020-W36/write/")
    assert headline_of(page) == "Write for COAC"
    before = page.context["report"].figures

    sent = {"coac_narrative": "Sample: COAC.", "narrative": "Sample: smuggled.", "ask_1_text": "Sample: smuggled."}
    client.post("/reports/2020-W36/write/", sent)

    row = WeeklyReport.objects.get(week="2020-W36")
    assert (row.coac_narrative, row.narrative, row.asks, row.figures) == ("Sample: COAC.", "", [], before)


def test_a_released_report_is_not_written_into(client_of, plcy, week_37):
    answer = client_of(plcy).post("/reports/2020-W35/write/", {"coac_narrative": "Sample."})

    assert answer.status_code == 409
    assert "what COAC reads is frozen" in words_of(answer)
    assert WeeklyReport.objects.get(week="2020-W35").coac_narrative == ""


# --- Lines -----------------------------------------------------------------------------------------------------------


def test_the_page_lists_the_printed_lines_and_saves_before_it_leads_to_one(client_of, plcy, week_37):
    client = client_of(plcy)
    assert f"CBP, where it stands: {OWN}" in words_of(client.get(WRITE))

    answer = client.post(WRITE, {"narrative": "Sample: kept.", "then": LINE})

    assert (answer.status_code, answer["Location"]) == (302, LINE)
    assert draft().narrative == "Sample: kept."


def test_nobody_is_led_to_a_page_that_is_no_line(client_of, plcy, week_37):
    answer = client_of(plcy).post(WRITE, {"narrative": "Sample.", "then": "https://evil.example/"})

    assert answer["Location"] == "/reports/2020-W37/"


def test_a_line_is_edited_and_shown_beside_the_agencys_own(client_of, plcy, week_37):
    client = client_of(plcy)
    page = client.get(LINE)
    assert headline_of(page) == "Edit a line of CBP on 3.1"

    sent = {"text": "Sample: CBP drafts it.", "seen": page.context["line"].digest}
    answer = client.post(LINE, sent, follow=True)

    assert "Saved: your line on 3.1 is printed, marked as edited, with CBP’s own words beside it." in words_of(answer)
    assert "1 printed line edited" in words_of(answer)
    assert "Sample: CBP drafts it. edited by PLCY CBP wrote: “The rule is being drafted.”" in words_of(answer)
    assert "1 printed line edited by PLCY" in words_of(client.get("/reports/2020-W37/publish/"))


def test_the_agency_reads_both_in_the_published_report(client_of, plcy, cbp, week_37):
    edited(plcy)
    client_of(plcy).post("/reports/2020-W37/publish/")

    said = words_of(client_of(cbp).get("/reports/2020-W37/"))

    assert "Sample: CBP drafts it." in said
    assert f"CBP wrote: “{OWN}”" in said


def test_an_edit_is_taken_back(client_of, plcy, week_37):
    edited(plcy)

    answer = client_of(plcy).post(LINE, {"drop": "1", "text": "Sample: ignored."}, follow=True)

    assert "Saved: CBP’s own words on 3.1 are printed." in words_of(answer)
    assert draft().edits == []


def test_an_edit_in_vain_is_listed_and_dropped_or_made_anew(client_of, plcy, cbp, week_37):
    edited(plcy)
    row = milestone("3.1")
    with clock.at(in_september(14, 9)):
        said = words(Outlook.AT_RISK, statement="Sample: counsel has answered.")
        post_update(row, by=cbp, seen_version=row.version, words=said)
    with clock.at(in_september(14, 10)):
        drafting.refresh(draft(), by=plcy)
    client = client_of(plcy)

    page = words_of(client.get(WRITE))
    assert "1 edit no longer printed" in page
    assert "CBP has said something else since: “Sample: counsel has answered.”" in page
    line = client.get(LINE)
    assert "Your edit replaced “The rule is being drafted.” and is no longer printed." in words_of(line)
    assert "Sample: CBP drafts it.</textarea>" in line.content.decode()
    assert "1 edit fits no line any more and falls away." in words_of(client.get("/reports/2020-W37/publish/"))

    client.post(LINE, {"drop": "1"})
    assert draft().edits == []


def test_publishing_drops_the_edits_that_print_nothing(client_of, plcy, cbp, week_37):
    edited(plcy)
    row = milestone("3.1")
    with clock.at(in_september(14, 9)):
        said = words(Outlook.AT_RISK, statement="Sample: counsel has answered.")
        post_update(row, by=cbp, seen_version=row.version, words=said)
    with clock.at(in_september(14, 10)):
        fresh = drafting.refresh(draft(), by=plcy)

    client_of(plcy).post("/reports/2020-W37/publish/")

    assert (draft().edits, draft().figures) == ([], fresh.figures)
    assert Entry.objects.filter(verb="reports.publish").last().after["dropped_edits"] == fresh.edits


def test_the_second_of_two_editors_sees_theirs_and_keeps_their_own(client_of, plcy, plcy2, week_37):
    client = client_of(plcy)
    seen = client.get(LINE).context["line"].digest
    edited(plcy2, "Sample: theirs.")

    answer = client.post(LINE, {"text": "Sample: mine.", "seen": seen})

    assert answer.status_code == 409
    assert "It is printed as: “Sample: theirs.”" in words_of(answer)
    assert "Sample: mine.</textarea>" in answer.content.decode()
    assert draft().edits[0]["text"] == "Sample: theirs."


@pytest.mark.parametrize(("text", "sentence"), [("x" * 501, "500 fit"), ("A\x00", "cannot"), ("\u202e", "cannot")])
def test_a_line_that_cannot_be_kept_is_answered_in_words(client_of, plcy, week_37, text, sentence):
    answer = client_of(plcy).post(LINE, {"text": text})

    assert answer.status_code == 200
    assert sentence in words_of(answer)
    assert draft().edits == []


@pytest.mark.parametrize(
    "path", ["9.9/CBP/statement", "3.1/USPTO/statement", "3.1/CBP/outlook", "3.1/CBP/forecast_on", "3.1/CBP/next_step"]
)
def test_a_line_that_is_not_printed_is_not_there(client_of, plcy, week_37, path):
    assert client_of(plcy).post(f"/reports/2020-W37/lines/{path}/", {"text": "Sample."}).status_code == 404
    assert draft().edits == []


def test_a_line_of_a_published_report_is_frozen(client_of, plcy, week_37):
    client = client_of(plcy)
    client.post("/reports/2020-W37/publish/")

    answer = client.post(LINE, {"text": "Sample."})

    assert answer.status_code == 409
    assert "what it says is frozen" in words_of(answer)
    assert draft().edits == []


# --- What the pages cost ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        (WRITE, 5),
        (LINE, 4),
        ("/reports/2020-W36/write/", 6),
        ("/reports/2020-W36/correct/", 5),
        ("/reports/2020-W37/publish/", 9),
        ("/reports/2020-W36/release/", 11),
        ("/reports/releases/", 6),
    ],
)
def test_the_pages_ask_few_questions(client_of, plcy, week_37, django_assert_num_queries, path, queries):
    client = client_of(plcy)
    client.get(path)

    with django_assert_num_queries(queries):
        client.get(path)
