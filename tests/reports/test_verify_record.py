"""Does a check of the record find whatever was tampered with?"""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from esc_tracker import clock
from esc_tracker.journal.acts import act, first_broken_entry
from esc_tracker.journal.models import Entry
from milestones.models import StatusUpdate
from milestones.workflow import Status
from reports.editions import seal
from reports.models import ReleasedEdition, WeeklyReport
from reports.weekly import drafting, publishing, releasing
from tests.milestones.telling import say
from tests.reports.record import begin_record, drafted, new_york, published, released
from tests.tampering import unguarded

SCHEMA_1 = Path(__file__).parent / "schema_1"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def record(cbp, plcy) -> None:
    """Two published reports, one release that stands, one withdrawn, one draft."""
    begin_record()
    with clock.at(new_york(8, 27)):
        say("3.3", cbp, status=Status.IN_PROGRESS)
    first, second = published("2020-W35", "2020-W36", by=plcy)
    released(first, by=plcy)
    released(second, by=plcy, withheld=("4.3",))
    releasing.withdraw(second, by=plcy)
    drafted("2020-W37")


def verify() -> str:
    out = StringIO()
    call_command("verify_record", stdout=out)
    return out.getvalue()


def test_an_untouched_record_is_proved_line_by_line():
    lines = verify().splitlines()

    assert lines[0] == "journal: every entry is sealed to the one before"
    assert [line.partition(":")[0].partition(" of release")[0] for line in lines[1:]] == [
        "2020-W35 version 1, ESC edition",
        "2020-W35 version 1, COAC edition",
        "2020-W36 version 1, ESC edition",
        "2020-W36 version 1, COAC edition",
        "2020-W37 version 1, ESC edition",
    ]
    assert all("unchanged, and the record says the same: " in line for line in lines[1:5])
    assert "(withdrawn)" in lines[4]
    assert lines[5].endswith(": draft, its digest is right")


def test_a_report_that_plcy_wrote_into_is_replayed_with_what_was_written(cbp, plcy):
    with clock.at(new_york(9, 9)):
        say("3.3", cbp, status=Status.IN_PROGRESS)
    report = WeeklyReport.objects.get(week="2020-W37")
    report.narrative, report.coac_narrative = "A quiet week.", "Work went on."
    report.asks = [{"agency": "CBP", "text": "Name a date.", "milestone": "3.3", "by": "2020-09-30"}]
    line = {"code": "3.3", "agency": "CBP", "field": "statement"}
    report.edits = [line | {"own": "The rule is being drafted.", "text": "A draft exists."}]
    drafting.seal_anew(report)
    report.save()
    released(publishing.publish(report, by=plcy, tell=False), by=plcy)

    lines = verify().splitlines()[-2:]

    assert '"edited":{"statement":"A draft exists."}' in report.figures
    assert [line.partition(":")[2].startswith(" unchanged, and the record says the same") for line in lines] == [
        True
    ] * 2


def test_a_changed_number_in_a_report_is_found():
    report = WeeklyReport.objects.get(week="2020-W36")
    WeeklyReport.objects.filter(pk=report.pk).update(figures=report.figures.replace('"overdue":15', '"overdue":3'))

    with pytest.raises(CommandError, match="2020-W36 version 1, ESC edition: its text does not match its digest"):
        verify()


def test_a_changed_report_with_a_new_digest_is_found_by_replaying():
    report = WeeklyReport.objects.get(week="2020-W36")
    forged = seal({**report.content, "headline": "Nothing is overdue."})
    WeeklyReport.objects.filter(pk=report.pk).update(figures=forged.text, digest=forged.digest)

    with pytest.raises(CommandError, match=r"2020-W36 .* the record no longer says the same about digest, headline"):
        verify()


def test_a_changed_word_in_the_ledgers_is_found_by_replaying():
    StatusUpdate.objects.update(statement="Rewritten.")

    with pytest.raises(CommandError, match=r"2020-W35 .*: the record no longer says the same about digest, "):
        verify()


def test_a_report_that_disagrees_with_its_register_is_found():
    WeeklyReport.objects.filter(week="2020-W37").update(as_of=new_york(9, 20))

    with pytest.raises(CommandError, match=r"2020-W37 .*: its text and the register disagree about as_of"):
        verify()


def test_a_changed_release_is_found_even_when_withdrawn():
    edition = ReleasedEdition.objects.get(report__week="2020-W36")
    edition.figures = edition.figures.replace('"not_released":1', '"not_released":0')
    edition.save()

    with pytest.raises(CommandError, match=r"2020-W36 version 1, COAC edition of release .*withdrawn.*does not match"):
        verify()


def test_a_broken_chain_is_named_first():
    unguarded().filter(number=2).update(about="9.9")

    with pytest.raises(CommandError, match="journal: Entry 2"):
        verify()


@pytest.mark.parametrize("edition", ["esc", "coac"])
def test_a_report_of_schema_1_is_checked_but_not_replayed(edition):
    older = json.loads((SCHEMA_1 / f"2020-W35-{edition}.json").read_text())
    report = WeeklyReport.objects.get(week="2020-W35")
    rows = (
        WeeklyReport.objects.filter(pk=report.pk) if edition == "esc" else ReleasedEdition.objects.filter(report=report)
    )
    kept = json.loads(rows.get().figures)
    older = seal(older | {name: kept[name] for name in ("as_of", "since")})
    rows.update(figures=older.text, digest=older.digest)

    lines = verify().splitlines()

    told = {"esc": "published", "coac": "released"}[edition]
    [line] = [line for line in lines if "2020-W35" in line and f"{edition.upper()} edition" in line]
    assert line.endswith(f": unchanged since {told}; written under schema 1, not replayed")


def test_a_changed_report_of_schema_1_is_found():
    report = WeeklyReport.objects.get(week="2020-W35")
    older = seal({**report.content, "schema": 1})
    WeeklyReport.objects.filter(pk=report.pk).update(
        figures=older.text.replace('"overdue":7', '"overdue":1'), digest=older.digest
    )

    with pytest.raises(CommandError, match="2020-W35 version 1, ESC edition: its text does not match its digest"):
        verify()


# --- The journal, and an anchor kept elsewhere ----------------------------------------------------------------------


def verify_with(*anchors: str) -> str:
    out = StringIO()
    call_command("verify_record", *(word for anchor in anchors for word in ("--anchor", anchor)), stdout=out)
    return out.getvalue()


def anchor() -> str:
    """Take an anchor, as the operator does each day."""
    out = StringIO()
    call_command("export_anchor", stdout=out)
    return out.getvalue().strip()


def test_an_anchor_is_held_while_the_record_goes_on(ice):
    kept = anchor()
    with clock.at(new_york(9, 13)):
        say("4.3", ice, status=Status.IN_PROGRESS)

    first = verify_with(kept).splitlines()[0]

    number = kept.partition(":")[0]
    assert first == f"journal: every entry is sealed to the one before, and the anchor of entry {number} holds"


def test_a_cut_end_is_found_by_its_anchor_alone(tmp_path):
    file = tmp_path / "anchors.txt"
    file.write_text(f"{anchor()}\n")
    last = Entry.objects.latest("number").number
    unguarded().filter(number__gt=last - 2).delete()

    assert first_broken_entry() == ""
    with pytest.raises(CommandError, match=rf"journal: Entry {last - 1} is missing, and all after it: .*{last} was"):
        verify_with(str(file))


def test_an_end_cut_off_and_written_anew_with_good_digests_is_found_by_its_anchor(plcy):
    kept = anchor()
    last = Entry.objects.latest("number")
    unguarded().filter(number__gte=last.number - 1).delete()
    for _ in range(3):
        with act("milestones.forged", by=plcy, about="4.3"):
            pass

    assert first_broken_entry() == ""
    with pytest.raises(CommandError, match=rf"journal: Entry {last.number} \(milestones.forged 4.3\) is not the one"):
        verify_with(kept)


@pytest.mark.parametrize("text", ["", "12", "12:abc", "x" * 64, "/no/such/file"])
def test_what_is_no_anchor_is_refused_in_words(text):
    with pytest.raises(CommandError, match=r"neither NUMBER:DIGEST nor a file|no anchor"):
        verify_with(text)


def test_the_first_of_several_changes_is_named():
    unguarded().filter(number=5).update(about="9.9")
    unguarded().filter(number=3).delete()

    with pytest.raises(CommandError, match=r"journal: Entry 3 is missing\."):
        verify()
