"""Does COAC see exactly what was released, and no more, and nothing of what was withdrawn?"""

import json

import pytest

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.journal.models import Entry, Release
from esc_tracker.reader import reader_for
from milestones.models import Milestone, Note
from milestones.refusals import Incomplete
from milestones.updates import post_update
from milestones.workflow import Outlook, Status
from reports.models import ReleasedEdition, WeeklyReport
from reports.weekly import publishing, releasing
from reports.weekly.permissions import NotNow
from reports.weekly.writing import WrittenMeanwhile, write, written_digest
from tests.milestones.telling import milestone, say, words
from tests.reports.record import BEGINS_AT, begin_record, drafted, new_york, published, released, week

CANARY = "CANARY"
INTERNAL = {"outlook", "words", "moves", "version_then", "attention", "silent", "asks", "revisions", "confirmed_on"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def record(db) -> None:
    begin_record()


def keys_of(value) -> set[str]:
    """Return every key at any depth."""
    if isinstance(value, dict):
        return set(value) | {key for each in value.values() for key in keys_of(each)}
    return {key for each in value for key in keys_of(each)} if isinstance(value, list) else set()


def status_for(person, code: str) -> str:
    return Milestone.objects.visible_to(reader_for(person)).coded(code).get().status


def test_publishing_alone_changes_nothing_for_coac(coac, cbp, plcy):
    with clock.at(new_york(8, 27)):
        say("3.3", cbp, status=Status.IN_PROGRESS)
    published("2020-W35", by=plcy)

    assert status_for(coac, "3.3") == "not_started"
    assert not WeeklyReport.objects.visible_to(reader_for(coac)).exists()


def test_releasing_opens_the_record_up_to_the_report_and_no_further(coac, cbp, plcy):
    with clock.at(new_york(8, 27)):
        say("3.3", cbp, status=Status.IN_PROGRESS)
    [report] = published("2020-W35", by=plcy)
    with clock.at(new_york(9, 1)):
        say("3.1", cbp, status=Status.IN_PROGRESS)
    with clock.at(new_york(9, 2)):
        edition = released(report, by=plcy)

    assert reader_for(coac).moment == report.as_of
    assert (status_for(coac, "3.3"), status_for(coac, "3.1")) == ("in_progress", "not_started")
    assert (edition.since, edition.before, edition.release.as_of) == (BEGINS_AT, None, report.as_of)
    assert edition.content["edition"] == "coac"
    assert [each.week for each in WeeklyReport.objects.visible_to(reader_for(coac))] == ["2020-W35"]
    assert edition.release.released_at == new_york(9, 2)


def test_a_later_release_counts_from_the_one_before(coac, plcy):
    first, _, third = published("2020-W35", "2020-W36", "2020-W37", by=plcy)
    released(first, by=plcy)

    edition = released(third, by=plcy)

    assert edition.since == first.as_of
    assert edition.before.week == "2020-W35"
    assert edition.content["headline"].startswith("Fifteen of 30 milestones are overdue, eight more than on Aug 30")
    assert reader_for(coac).moment == third.as_of


def test_a_report_released_after_a_later_one_counts_from_the_one_before_it(coac, plcy):
    first, second, third = published("2020-W35", "2020-W36", "2020-W37", by=plcy)
    released(first, by=plcy)
    released(third, by=plcy)

    assert released(second, by=plcy).since == first.as_of
    assert reader_for(coac).moment == third.as_of


def test_withdrawing_falls_back_to_the_release_before_and_keeps_the_bytes(coac, plcy, plcy2):
    first, second = published("2020-W35", "2020-W36", by=plcy)
    released(first, by=plcy)
    kept = released(second, by=plcy)
    assert reader_for(coac).moment == second.as_of

    releasing.withdraw(second, by=plcy2)

    assert reader_for(coac).moment == first.as_of
    assert [each.week for each in WeeklyReport.objects.visible_to(reader_for(coac))] == ["2020-W35"]
    assert second.released() is None
    assert ReleasedEdition.objects.get(pk=kept.pk).figures == kept.figures
    withdrawn = Release.objects.get(week="2020-W36")
    assert (withdrawn.withdrawn_by, withdrawn.withdrawn_at is not None) == (plcy2, True)
    entry = Entry.objects.last()
    assert (entry.verb, entry.before["digest"]) == ("reports.withdraw", kept.digest)


def test_withdrawing_the_only_release_falls_back_to_the_start_of_the_record(coac, plcy):
    [report] = published("2020-W35", by=plcy)
    released(report, by=plcy)

    releasing.withdraw(report, by=plcy)

    assert reader_for(coac).moment == BEGINS_AT
    assert reader_for(coac).release is None


def test_a_withdrawn_report_can_be_released_again_and_both_editions_stay(coac, plcy):
    [report] = published("2020-W35", by=plcy)
    first = released(report, by=plcy, withheld=("3.3",))
    releasing.withdraw(report, by=plcy)

    second = released(report, by=plcy)

    assert report.released() == second
    assert first.digest != second.digest
    assert ReleasedEdition.objects.count() == 2
    assert reader_for(coac).withheld == frozenset()


def test_the_preview_is_byte_for_byte_what_the_release_freezes(plcy):
    first, second = published("2020-W35", "2020-W36", by=plcy)
    released(first, by=plcy)

    preview = releasing.preview_coac(second, ["4.3", "3.3"])
    edition = released(second, by=plcy, withheld=("3.3", "4.3"))

    assert edition.figures.encode() == preview
    assert edition.release.withheld == ["3.3", "4.3"]


def test_what_changed_since_the_preview_is_not_released(plcy):
    first, second = published("2020-W35", "2020-W36", by=plcy)
    released(first, by=plcy)
    seen = json.loads(releasing.preview_coac(second))["digest"]
    releasing.withdraw(first, by=plcy)

    with pytest.raises(NotNow, match="has changed since you opened this page"):
        releasing.release(second, by=plcy, cleared_by="Dana Reyes", seen_digest=seen)

    assert second.released() is None


def test_the_coac_edition_holds_nothing_internal_in_any_form(cbp, ice, plcy):
    with clock.at(new_york(8, 27)):
        said = words(Outlook.OFF_TRACK, statement=CANARY, next_step=CANARY, reason=CANARY, needed=CANARY)
        target = TargetDate.month(2020, 12)
        post_update(milestone("3.3"), by=cbp, seen_version=0, words=said, note=CANARY, agency_note=CANARY)
        post_update(milestone("4.3"), by=ice, seen_version=0, words=said)
    assert Note.objects.count() == 2
    assert said.forecast == target
    [report] = published("2020-W35", by=plcy)

    edition = released(report, by=plcy, withheld=("4.3",))

    assert CANARY in report.figures
    assert CANARY not in edition.figures
    assert INTERNAL.isdisjoint(keys_of(edition.content))
    assert {row["code"] for name in ("overdue", "reported", "due_soon") for row in edition.content[name]}.isdisjoint(
        {"4.3"}
    )


def test_a_withheld_milestone_reads_not_released_and_is_counted_apart(coac, plcy):
    [report] = published("2020-W35", by=plcy)

    edition = released(report, by=plcy, withheld=("3.3",))

    assert status_for(coac, "3.3") == "not_released"
    totals = edition.content["totals"]
    assert totals["not_released"] == 1
    statuses = ("not_started", "in_progress", "reported_complete", "completed", "withdrawn", "not_released")
    assert sum(totals[name] for name in statuses) == totals["milestones"] == 30


def test_numbers_over_different_milestones_are_not_compared(plcy):
    first, second = published("2020-W35", "2020-W36", by=plcy)
    released(first, by=plcy, withheld=("3.3",))

    assert "than" not in released(second, by=plcy).content["headline"]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"cleared_by": "  "}, "cleared_by"),
        ({"cleared_by": "x" * 201}, "cleared_by"),
        ({"cleared_by": "Dana\u0000"}, "cleared_by"),
        ({"cleared_by": "Dana\u202e"}, "cleared_by"),
        ({"withheld": ["9.9"], "withheld_because": "Sample."}, "withheld"),
        ({"withheld": ["4.3", "x'); --"], "withheld_because": "Sample."}, "withheld"),
        ({"withheld": ["4.3"]}, "withheld_because"),
        ({"withheld": ["4.3"], "withheld_because": " "}, "withheld_because"),
        ({"withheld": ["4.3"], "withheld_because": "x" * 501}, "withheld_because"),
        ({"withheld": ["4.3"], "withheld_because": "A\u0000"}, "withheld_because"),
        ({"coac_narrative": "x" * 5001}, "coac_narrative"),
        ({"coac_narrative": "A\u202eB"}, "coac_narrative"),
    ],
)
def test_a_release_without_its_facts_is_refused_by_field(plcy, facts, field):
    [report] = published("2020-W35", by=plcy)

    with pytest.raises(Incomplete) as refusal:
        releasing.release(report, by=plcy, **{"cleared_by": "Dana Reyes", **facts})

    assert list(refusal.value.problems) == [field]
    assert Release.objects.count() == 0


def test_only_a_published_report_is_released_and_only_once(plcy):
    [draft] = drafted("2020-W35")
    with pytest.raises(NotNow, match=r"Only a published report can be released\."):
        released(draft, by=plcy)
    with pytest.raises(NotNow, match=r"This report is not released\."):
        releasing.withdraw(draft, by=plcy)

    report = publishing.publish(draft, by=plcy)
    released(report, by=plcy)
    with pytest.raises(NotNow, match=r"This report is released already\."):
        released(report, by=plcy)

    assert Release.objects.count() == 1
    assert week(report.week).cut_off == report.as_of


# --- Why it is held back, and COAC's narrative -----------------------------------------------------------------------


def test_why_milestones_are_held_back_is_journalled_and_never_in_coacs_edition(plcy):
    [report] = published("2020-W35", by=plcy)

    edition = releasing.release(
        report, by=plcy, cleared_by="Dana Reyes", withheld=["4.3"], withheld_because=f" {CANARY} ", tell=False
    )

    assert edition.release.withheld_because == CANARY
    assert Entry.objects.last().after["withheld_because"] == CANARY
    assert CANARY not in edition.figures


def test_without_anything_held_back_there_is_no_reason(plcy):
    [report] = published("2020-W35", by=plcy)

    edition = releasing.release(report, by=plcy, cleared_by="Dana Reyes", withheld_because="Sample.", tell=False)

    assert edition.release.withheld_because == ""
    assert "withheld_because" not in Entry.objects.last().after


def test_the_coac_narrative_is_written_with_the_release_and_previewed(plcy):
    [report] = published("2020-W35", by=plcy)
    write(report, by=plcy, coac_narrative="Before.")
    preview = releasing.preview_coac(report, narrative="For COAC.")

    edition = releasing.release(report, by=plcy, cleared_by="Dana Reyes", coac_narrative="For COAC.", tell=False)

    assert edition.figures.encode() == preview
    assert WeeklyReport.objects.get().coac_narrative == "For COAC."
    entry = Entry.objects.last()
    assert (entry.before, entry.after["coac_narrative"]) == ({"coac_narrative": "Before."}, "For COAC.")


def test_a_narrative_written_by_somebody_else_meanwhile_is_not_released_over(plcy, plcy2):
    [report] = published("2020-W35", by=plcy)
    seen = written_digest(report)
    write(report, by=plcy2, coac_narrative="Theirs.")

    with pytest.raises(WrittenMeanwhile):
        releasing.release(report, by=plcy, cleared_by="Dana", coac_narrative="Mine.", seen_written=seen, tell=False)

    assert Release.objects.count() == 0
    assert WeeklyReport.objects.get().coac_narrative == "Theirs."
