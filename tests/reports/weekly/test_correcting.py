"""Is a published week corrected by a new version, with its reason, of the same moment, without moving later weeks?"""

import pytest

from esc_tracker import clock
from esc_tracker.journal.models import Entry
from esc_tracker.reader import reader_for
from milestones.refusals import Incomplete
from milestones.workflow import Outlook
from reports.models import WeeklyReport
from reports.verification import check_editions
from reports.weekly import drafting, publishing, releasing
from reports.weekly.permissions import NotNow
from reports.weekly.weeks import release_before, report_before, weeks_due
from reports.weekly.writing import edit_line, write
from tests.milestones.telling import say
from tests.reports.record import begin_record, drafted, new_york, published, released, week

ASK = {"agency": "", "text": "Send a deputy.", "milestone": "", "by": None}
REASON = "The statement on 3.1 was misquoted."

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def record(db, cbp) -> None:
    begin_record()
    with clock.at(new_york(8, 27)):
        say("3.1", cbp, outlook=Outlook.AT_RISK)


def corrected(report: WeeklyReport, by, day: int = 1) -> WeeklyReport:
    with clock.at(new_york(9, day)):
        return drafting.correct(report, by=by, reason=REASON)


def test_a_correction_starts_from_the_version_before(plcy, plcy2):
    [draft] = drafted("2020-W35")
    write(draft, by=plcy, narrative="A quiet week.", coac_narrative="For COAC.", asks=[ASK])
    edit_line(draft, by=plcy, code="3.1", agency="CBP", field="statement", text="CBP drafts the rule.")
    first = publishing.publish(draft, by=plcy, tell=False)

    second = corrected(first, plcy2)

    assert (second.week, second.version, second.state) == ("2020-W35", 2, "draft")
    assert second.written == first.written.__class__(first.narrative, first.asks, first.edits, REASON)
    assert (second.as_of, second.since, second.coac_narrative) == (first.as_of, first.since, "For COAC.")
    assert second.content == first.content | {"version": 2, "correction": REASON, "digest": second.digest}
    assert WeeklyReport.objects.get(pk=first.pk).figures == first.figures
    entry = Entry.objects.last()
    assert (entry.verb, entry.about, entry.by, entry.before["version"]) == ("reports.correct", "2020-W35", plcy2, 1)
    assert (entry.after["version"], entry.after["reason"], entry.after["digest"]) == (2, REASON, second.digest)


def test_a_second_click_finds_the_draft(plcy, plcy2):
    [first] = published("2020-W35", by=plcy)
    second = corrected(first, plcy)
    entries = Entry.objects.count()

    again = drafting.correct(first, by=plcy2, reason="Another reason.")

    assert (again.pk, again.reason) == (second.pk, REASON)
    assert Entry.objects.count() == entries


def test_a_correction_of_a_correction_is_version_three(plcy):
    [first] = published("2020-W35", by=plcy)
    second = publishing.publish(corrected(first, plcy), by=plcy, tell=False)

    third = corrected(first, plcy)

    assert (second.version, third.version, third.content["version"]) == (2, 3, 3)


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (" ", "Say what is corrected, and why."),
        ("x" * 501, "This is 501 characters long; 500 fit."),
        ("A\x00", "characters that cannot be kept"),
        ("A\u2068", "characters that cannot be kept"),
    ],
)
def test_a_correction_needs_a_reason_that_can_be_kept(plcy, reason, sentence):
    [first] = published("2020-W35", by=plcy)

    with pytest.raises(Incomplete) as refusal:
        drafting.correct(first, by=plcy, reason=reason)

    assert sentence in refusal.value.problems["reason"]
    assert WeeklyReport.objects.count() == 1


def test_a_draft_is_not_corrected(plcy):
    [draft] = drafted("2020-W35")

    with pytest.raises(NotNow, match="Only a published report is corrected"):
        drafting.correct(draft, by=plcy, reason=REASON)

    assert WeeklyReport.objects.count() == 1


def test_a_corrected_week_is_not_due_again(plcy):
    [first] = published("2020-W35", by=plcy)
    corrected(first, plcy)

    assert [str(each) for each in weeks_due(week("2020-W36").cut_off)] == ["2020-W36"]


# --- Its moment ------------------------------------------------------------------------------------------------------


def test_a_correction_is_refreshed_while_no_later_week_is_published(plcy, cbp):
    [first] = published("2020-W35", by=plcy)
    second = corrected(first, plcy)
    with clock.at(new_york(9, 2)):
        fresh = drafting.refresh(second, by=plcy)

    assert (fresh.as_of, fresh.content["correction"]) == (new_york(9, 2), REASON)


def test_after_a_later_week_a_correction_keeps_the_moment_of_what_it_corrects(plcy):
    first, _ = published("2020-W35", "2020-W36", by=plcy)
    second = corrected(first, plcy, day=8)

    with pytest.raises(NotNow, match="The report of 2020-W36 is published"):
        drafting.refresh(second, by=plcy)

    assert publishing.publish(second, by=plcy, tell=False).as_of == first.as_of


def test_a_correction_left_behind_goes_back_before_it_is_published(plcy):
    [first] = published("2020-W35", by=plcy)
    second = corrected(first, plcy)
    with clock.at(new_york(9, 2)):
        moved = drafting.refresh(second, by=plcy)
    published("2020-W36", by=plcy)

    with clock.at(new_york(9, 8)):
        with pytest.raises(NotNow, match="The report of 2020-W36 was published after this correction was refreshed"):
            publishing.publish(moved, by=plcy, tell=False)
        fresh = drafting.refresh(moved, by=plcy)
        done = publishing.publish(fresh, by=plcy, tell=False)

    assert (done.as_of, done.since, done.state) == (first.as_of, first.since, "published")
    assert [finding.broken for finding in check_editions() if finding.broken] == []


def test_a_later_week_counts_from_the_published_version_not_from_the_draft_of_its_correction(plcy):
    [first] = published("2020-W35", by=plcy)
    second = corrected(first, plcy)
    with clock.at(new_york(9, 2)):
        drafting.refresh(second, by=plcy)

    [later] = drafted("2020-W36")

    assert report_before("2020-W36") == first
    assert later.since == first.as_of


def test_a_later_draft_asks_for_a_refresh_once_the_correction_moved_and_is_published(plcy):
    [first] = published("2020-W35", by=plcy)
    [later] = drafted("2020-W36")
    with clock.at(new_york(9, 7, 10)):
        second = drafting.refresh(drafting.correct(first, by=plcy, reason=REASON), by=plcy)
        publishing.publish(second, by=plcy, tell=False)
        with pytest.raises(NotNow, match="moved after this draft was taken"):
            publishing.publish(later, by=plcy, tell=False)
        fresh = drafting.refresh(later, by=plcy)

    assert fresh.since == second.as_of == week("2020-W36").cut_off


def test_an_unpublished_first_draft_is_the_report_before(plcy):
    first, second = drafted("2020-W35", "2020-W36")

    assert report_before("2020-W36") == first
    assert second.since == first.as_of


# --- Its release -----------------------------------------------------------------------------------------------------


def test_a_released_correction_counts_from_the_release_of_an_earlier_week(plcy, coac):
    first, second = published("2020-W35", "2020-W36", by=plcy)
    earlier = released(first, by=plcy)
    released(second, by=plcy)
    corrected_second = publishing.publish(corrected(second, plcy, day=8), by=plcy, tell=False)

    edition = released(corrected_second, by=plcy)

    assert release_before(corrected_second) == earlier.release
    assert (edition.since, edition.before) == (first.as_of, earlier.release)
    assert reader_for(coac).release == edition.release
    assert [finding.broken for finding in check_editions() if finding.broken] == []


def test_withdrawing_a_released_correction_falls_back_to_the_version_before(plcy, coac):
    [first] = published("2020-W35", by=plcy)
    kept = released(first, by=plcy)
    second = publishing.publish(corrected(first, plcy), by=plcy, tell=False)
    released(second, by=plcy)

    releasing.withdraw(second, by=plcy)

    assert reader_for(coac).release == kept.release
    assert [each.version for each in WeeklyReport.objects.visible_to(reader_for(coac))] == [1]


def test_withdrawing_the_version_before_leaves_the_correction_standing(plcy, coac):
    [first] = published("2020-W35", by=plcy)
    released(first, by=plcy)
    second = publishing.publish(corrected(first, plcy), by=plcy, tell=False)
    edition = released(second, by=plcy)

    releasing.withdraw(first, by=plcy)

    assert reader_for(coac).release == edition.release
