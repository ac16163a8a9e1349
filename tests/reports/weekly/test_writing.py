"""Is what PLCY writes into a report kept, frozen with it, and never lost between two writers?"""

import threading
from datetime import date

import pytest
from django.db import connection

from esc_tracker import clock
from esc_tracker.accounts.models import Role
from esc_tracker.journal.models import Entry
from milestones.refusals import Incomplete, NotAllowed
from milestones.updates import post_update
from milestones.workflow import Outlook
from reports.models import WeeklyReport
from reports.verification import check_editions
from reports.weekly import drafting, publishing, releasing
from reports.weekly.permissions import NotNow
from reports.weekly.writing import WrittenMeanwhile, edit_line, line_of, lines_of, write, written_digest
from tests.factories import make_user
from tests.milestones.telling import milestone, say, words
from tests.reports.record import begin_record, drafted, new_york, published, released

ASK = {"agency": "ICE/HSI", "text": "Name a lead for the sessions.", "milestone": "4.3", "by": date(2020, 9, 30)}
KEPT = {"agency": "ICE-HSI", "text": "Name a lead for the sessions.", "milestone": "4.3", "by": "2020-09-30"}
BLANK = {"agency": "", "text": "", "milestone": "", "by": None}

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(db) -> None:
    begin_record()


@pytest.fixture
def draft(record, cbp) -> WeeklyReport:
    """W35, in which CBP said that 3.1 is at risk."""
    with clock.at(new_york(8, 27)):
        say("3.1", cbp, outlook=Outlook.AT_RISK)
    return drafted("2020-W35")[0]


def again(report: WeeklyReport) -> WeeklyReport:
    return WeeklyReport.objects.get(pk=report.pk)


def words_in(report: WeeklyReport, code: str) -> dict:
    return next(row["words"][0] for row in report.content["attention"] if row["code"] == code)


def state(code: str, by, statement: str) -> None:
    row = milestone(code)
    post_update(row, by=by, seen_version=row.version, words=words(Outlook.AT_RISK, statement=statement))


def broken() -> list[str]:
    return [finding.broken for finding in check_editions() if finding.broken]


# --- Narrative and asks ----------------------------------------------------------------------------------------------


def test_what_is_written_stands_in_the_edition_and_its_digest(draft, plcy):
    row = write(draft, by=plcy, narrative=" A quiet week. ", coac_narrative="For COAC.", asks=[ASK, BLANK])

    assert (row.narrative, row.coac_narrative, row.asks) == ("A quiet week.", "For COAC.", [KEPT])
    assert row.content["narrative"] == "A quiet week."
    assert row.content["asks"] == [KEPT]
    assert row.digest == row.content["digest"] != draft.digest
    assert (row.as_of, row.since) == (draft.as_of, draft.since)
    assert again(draft).figures == row.figures


def test_the_journal_keeps_what_was_written_before_and_after(draft, plcy):
    write(draft, by=plcy, narrative="First.")
    row = write(draft, by=plcy, narrative="Second.", asks=[ASK])

    entry = Entry.objects.last()
    assert (entry.verb, entry.about, entry.by) == ("reports.write", "2020-W35", plcy)
    assert entry.before == {"narrative": "First.", "asks": []}
    assert entry.after == {"version": 1, "digest": row.digest, "narrative": "Second.", "asks": [KEPT]}


def test_what_is_not_named_stays_as_it_is(draft, plcy):
    write(draft, by=plcy, narrative="For the ESC.", coac_narrative="For COAC.", asks=[ASK])

    row = write(draft, by=plcy, narrative="Anew.")

    assert (row.narrative, row.coac_narrative, row.asks) == ("Anew.", "For COAC.", [KEPT])


def test_an_ask_of_all_principals_names_neither_milestone_nor_day(draft, plcy):
    row = write(draft, by=plcy, asks=[BLANK | {"text": "Send one deputy to the meeting."}])

    assert row.asks == [{"agency": "", "text": "Send one deputy to the meeting.", "milestone": None, "by": None}]


def test_the_same_text_sent_twice_changes_nothing(draft, plcy):
    seen = written_digest(draft)
    write(draft, by=plcy, narrative="Once.", seen_digest=seen)
    entries = Entry.objects.count()

    write(draft, by=plcy, narrative="Once.", seen_digest=seen)

    assert Entry.objects.count() == entries


def test_what_is_written_outlives_a_refresh(draft, plcy):
    write(draft, by=plcy, narrative="It stays.", asks=[ASK])

    with clock.at(new_york(8, 31, 10)):
        fresh = drafting.refresh(draft, by=plcy)

    assert (fresh.content["narrative"], fresh.content["asks"]) == ("It stays.", [KEPT])


def test_a_refresh_meanwhile_is_no_other_writer(draft, plcy, plcy2):
    seen = written_digest(draft)
    with clock.at(new_york(8, 31, 10)):
        drafting.refresh(draft, by=plcy2)

    assert write(draft, by=plcy, narrative="Mine.", seen_digest=seen).narrative == "Mine."


def test_the_second_of_two_writers_is_told_and_nothing_is_overwritten(draft, plcy, plcy2):
    seen = written_digest(draft)
    write(draft, by=plcy2, coac_narrative="Theirs.", seen_digest=seen)
    entries = Entry.objects.count()

    with pytest.raises(WrittenMeanwhile) as told:
        write(draft, by=plcy, narrative="Mine.", coac_narrative="", seen_digest=seen)

    assert told.value.report.coac_narrative == "Theirs."
    assert (again(draft).narrative, again(draft).coac_narrative) == ("", "Theirs.")
    assert Entry.objects.count() == entries


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_at_once_one_is_told():
    begin_record()
    plcy = make_user("plcy@esc.example", Role.PLCY_STAFF)
    [report] = drafted("2020-W35")
    seen = written_digest(report)
    ready, outcomes = threading.Barrier(2), []

    def work(text: str) -> None:
        try:
            ready.wait()
            write(report, by=plcy, narrative=text, seen_digest=seen)
            outcomes.append(text)
        except WrittenMeanwhile as told:
            outcomes.append(f"told of {told.report.narrative}")
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(text,)) for text in ("One", "Two")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    kept = again(report).narrative
    assert sorted(outcomes) == [kept, f"told of {kept}"]
    assert Entry.objects.filter(verb="reports.write").count() == 1


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"narrative": "x" * 100_000}, "narrative", "This is 100000 characters long; 5000 fit."),
        ({"coac_narrative": "x" * 5001}, "coac_narrative", "This is 5001 characters long; 5000 fit."),
        ({"narrative": "A\x00B"}, "narrative", "characters that cannot be kept"),
        ({"narrative": "A\u202eB"}, "narrative", "characters that cannot be kept"),
        ({"coac_narrative": "A\u2066B"}, "coac_narrative", "characters that cannot be kept"),
        ({"asks": [ASK | {"text": "\u2069"}]}, "ask_1_text", "characters that cannot be kept"),
        ({"asks": [BLANK, ASK | {"text": " "}]}, "ask_2_text", "Say what is asked."),
        ({"asks": [ASK | {"text": "x" * 501}]}, "ask_1_text", "This is 501 characters long; 500 fit."),
        ({"asks": [ASK | {"agency": "EPA"}]}, "ask_1_agency", "There is no agency EPA."),
        ({"asks": [ASK | {"milestone": "9.9"}]}, "ask_1_milestone", "There is no milestone 9.9 in this report."),
        ({"asks": [ASK | {"milestone": "x'); --"}]}, "ask_1_milestone", "There is no milestone x'); --"),
        ({"asks": [ASK | {"by": date(1999, 12, 31)}]}, "ask_1_by", "Write a day of the years 2000 to 2100."),
        ({"asks": [ASK] * 11}, "asks", "These are 11 asks; 10 fit."),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(draft, plcy, said, field, sentence):
    entries = Entry.objects.count()

    with pytest.raises(Incomplete) as refusal:
        write(draft, by=plcy, **said)

    assert list(refusal.value.problems) == [field]
    assert sentence in refusal.value.problems[field]
    assert (again(draft).figures, Entry.objects.count()) == (draft.figures, entries)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "=HYPERLINK(1)", "x" * 5000, "ZWJ \u200d and Ünïcode"])
def test_script_and_formulas_are_plain_text(draft, plcy, text):
    assert write(draft, by=plcy, narrative=text).content["narrative"] == text


def test_a_published_report_is_written_into_no_more(record, plcy):
    [report] = published("2020-W35", by=plcy)

    for said in ({"narrative": "Late."}, {"asks": [ASK]}, {"narrative": "", "coac_narrative": "Late."}):
        with pytest.raises(NotNow, match="what it says is frozen"):
            write(report, by=plcy, **said)

    assert again(report).figures == report.figures
    assert (again(report).narrative, again(report).coac_narrative) == ("", "")


def test_the_coac_narrative_may_change_until_the_release(record, plcy):
    [report] = published("2020-W35", by=plcy)

    row = write(report, by=plcy, coac_narrative="For COAC.")
    edition = released(row, by=plcy)

    assert (row.figures, row.digest) == (report.figures, report.digest)
    assert edition.content["narrative"] == "For COAC."
    with pytest.raises(NotNow, match="This report is released to COAC: what COAC reads is frozen"):
        write(report, by=plcy, coac_narrative="Other.")
    assert again(report).coac_narrative == "For COAC."


@pytest.mark.parametrize("role", [Role.ESC_MEMBER, Role.READER, Role.COAC_READER, Role.ADMINISTRATOR])
def test_only_the_chairs_office_writes_edits_and_corrects(draft, role):
    other = make_user("other@esc.example", role)
    entries = Entry.objects.count()

    for forbidden in (
        lambda: write(draft, by=other, narrative="Mine."),
        lambda: write(draft, by=other, coac_narrative="Mine."),
        lambda: edit_line(draft, by=other, code="3.1", agency="CBP", field="statement", text="Mine."),
        lambda: drafting.correct(draft, by=other, reason="Mine."),
    ):
        with pytest.raises(NotAllowed, match="Only PLCY, the chair's office"):
            forbidden()

    assert (again(draft).figures, Entry.objects.count()) == (draft.figures, entries)


# --- Edited lines ----------------------------------------------------------------------------------------------------


def edit(report: WeeklyReport, by, text: str, **more) -> WeeklyReport:
    place = {"code": "3.1", "agency": "CBP", "field": "statement"}
    return edit_line(report, by=by, text=text, **{**place, **more})


def test_an_edited_line_stands_beside_the_agencys_own(draft, plcy):
    own = words_in(draft, "3.1")["statement"]

    row = edit(draft, plcy, "CBP drafts the rule.")

    assert row.edits == [
        {"code": "3.1", "agency": "CBP", "field": "statement", "own": own, "text": "CBP drafts the rule."}
    ]
    said = words_in(row, "3.1")
    assert (said["statement"], said["edited"]) == (own, {"statement": "CBP drafts the rule."})
    assert row.digest == row.content["digest"] != draft.digest
    entry = Entry.objects.last()
    assert (entry.verb, entry.before) == ("reports.edit_line", {})
    assert entry.after == {"version": 1, "digest": row.digest, **row.edits[0]}


def test_an_edit_is_replaced_and_taken_back(draft, plcy):
    edit(draft, plcy, "First.")
    replaced = edit(draft, plcy, "Second.")
    assert [each["text"] for each in replaced.edits] == ["Second."]

    back = edit(draft, plcy, "")

    assert (back.edits, back.figures, back.digest) == ([], draft.figures, draft.digest)
    assert Entry.objects.last().before["text"] == "Second."


def test_the_agencys_own_words_are_no_edit(draft, plcy):
    entries = Entry.objects.count()

    row = edit(draft, plcy, words_in(draft, "3.1")["statement"])

    assert (row.edits, Entry.objects.count()) == ([], entries)


def test_an_edit_that_fits_no_more_is_kept_and_not_printed(draft, plcy, cbp):
    edit(draft, plcy, "CBP drafts the rule.")
    with clock.at(new_york(8, 31, 9)):
        state("3.1", cbp, "CBP said something else.")
    with clock.at(new_york(8, 31, 10)):
        fresh = drafting.refresh(draft, by=plcy)

    line = line_of(fresh, "3.1", "CBP", "statement")
    assert (line.own, line.is_edited, line.is_outdated) == ("CBP said something else.", False, True)
    assert "edited" not in words_in(fresh, "3.1")
    assert len(fresh.edits) == 1

    anew = edit(fresh, plcy, "PLCY says it so.")
    assert words_in(anew, "3.1")["edited"] == {"statement": "PLCY says it so."}
    assert [each["own"] for each in anew.edits] == ["CBP said something else."]


def test_an_edit_in_vain_is_dropped(draft, plcy, cbp):
    edit(draft, plcy, "CBP drafts the rule.")
    with clock.at(new_york(8, 31, 9)):
        state("3.1", cbp, "The rule is with counsel.")
    with clock.at(new_york(8, 31, 10)):
        fresh = drafting.refresh(draft, by=plcy)
    assert [line.field for line in lines_of(fresh) if line.is_outdated] == ["statement"]

    assert edit(fresh, plcy, "").edits == []


def test_the_second_of_two_editors_of_a_line_is_told(draft, plcy, plcy2):
    seen = line_of(draft, "3.1", "CBP", "statement").digest
    edit(draft, plcy2, "Theirs.", seen_digest=seen)
    assert edit(draft, plcy2, "Theirs.", seen_digest=seen).edits[0]["text"] == "Theirs."

    with pytest.raises(WrittenMeanwhile):
        edit(draft, plcy, "Mine.", seen_digest=seen)

    assert [each["text"] for each in again(draft).edits] == ["Theirs."]


def test_two_lines_at_once_are_no_conflict(draft, plcy, plcy2):
    seen = line_of(draft, "3.1", "CBP", "reason").digest
    edit(draft, plcy2, "Theirs.")

    row = edit(draft, plcy, "Mine.", field="reason", seen_digest=seen)

    assert {each["field"]: each["text"] for each in row.edits} == {"statement": "Theirs.", "reason": "Mine."}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": "x" * 501}, "This is 501 characters long; 500 fit."),
        ({"text": "\u202e"}, "characters that cannot be kept"),
        ({"text": "x", "code": "9.9"}, "no such line"),
        ({"text": "x", "agency": "USPTO"}, "no such line"),
        ({"text": "x", "field": "outlook"}, "no such line"),
        ({"text": "x", "field": "next_step"}, "no such line"),
    ],
)
def test_a_line_that_is_not_there_or_cannot_be_kept_is_refused(draft, plcy, change, sentence):
    entries = Entry.objects.count()

    with pytest.raises(Incomplete) as refusal:
        edit(draft, plcy, **change)

    assert sentence in refusal.value.problems["text"]
    assert (again(draft).edits, Entry.objects.count()) == ([], entries)


def test_a_line_of_a_published_report_is_frozen(draft, plcy):
    report = publishing.publish(edit(draft, plcy, "CBP drafts the rule."), by=plcy, tell=False)

    with pytest.raises(NotNow, match="what it says is frozen"):
        edit(report, plcy, "")

    assert words_in(again(report), "3.1")["edited"] == {"statement": "CBP drafts the rule."}


def test_what_is_written_and_edited_is_replayed_byte_for_byte_and_never_reaches_coac(draft, plcy):
    write(draft, by=plcy, narrative="CANARY", asks=[ASK | {"text": "CANARY"}])
    report = publishing.publish(edit(draft, plcy, "CANARY"), by=plcy, tell=False)

    edition = released(report, by=plcy, withheld=("4.3",))

    assert report.figures.count("CANARY") >= 3
    assert "CANARY" not in edition.figures
    assert broken() == []
    assert releasing.preview_coac(report, ("4.3",)).decode() == edition.figures
