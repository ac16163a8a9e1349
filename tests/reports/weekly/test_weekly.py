"""Is each week's report drafted once, refreshed forward only, and published in order?"""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from esc_tracker import clock
from esc_tracker.accounts.models import Role
from esc_tracker.journal.models import Entry
from esc_tracker.reader import Reader, esc_reader
from milestones.refusals import NotAllowed
from milestones.workflow import Status
from reports.figures import moment_text
from reports.models import Delivery, WeeklyReport
from reports.weekly import drafting, publishing, releasing
from reports.weekly import weeks as which
from reports.weekly.drafting import CannotDraft
from reports.weekly.permissions import NotNow
from tests.factories import make_user
from tests.milestones.telling import say
from tests.reports.record import BEGINS_AT, begin_record, drafted, new_york, published, week

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(db) -> None:
    begin_record()


def weeks_due(moment) -> list[str]:
    return [str(each) for each in which.weeks_due(moment)]


# --- Which weeks ---------------------------------------------------------------------------------------------------


def test_no_week_is_due_before_there_is_a_record():
    assert weeks_due(new_york(9, 14)) == []


def test_weeks_are_due_from_the_one_in_which_the_record_begins(record):
    assert weeks_due(week("2020-W35").cut_off - timedelta(microseconds=1)) == []
    assert weeks_due(week("2020-W35").cut_off) == ["2020-W35"]
    assert weeks_due(new_york(9, 14)) == ["2020-W35", "2020-W36", "2020-W37"]


def test_a_written_week_is_due_no_more(record):
    drafted("2020-W36")

    assert weeks_due(new_york(9, 14)) == ["2020-W35", "2020-W37"]


def test_an_outage_of_weeks_is_caught_up_in_order(record):
    with clock.at(new_york(9, 29)):
        reports = drafting.write_due(clock.now())
        again = drafting.write_due(clock.now())

    assert [report.week for report in reports] == ["2020-W35", "2020-W36", "2020-W37", "2020-W38", "2020-W39"]
    assert [report.as_of for report in reports] == [week(report.week).cut_off for report in reports]
    assert [report.since for report in reports] == [BEGINS_AT, *(report.as_of for report in reports[:-1])]
    assert again == []


# --- Drafting ------------------------------------------------------------------------------------------------------


def test_a_draft_is_as_of_the_cut_off_even_when_written_later(record, cbp):
    with clock.at(new_york(9, 16)):
        say("3.3", cbp, status=Status.REPORTED_COMPLETE)
        report = drafting.draft(week("2020-W37"))

    assert (report.state, report.version) == ("draft", 1)
    assert report.as_of == datetime(2020, 9, 14, 4, tzinfo=UTC)
    assert report.content["totals"]["overdue"] == 15
    assert report.content["as_of"] == "2020-09-14T04:00:00+00:00"
    assert report.content["digest"] == report.digest


def test_an_act_at_the_cut_off_belongs_to_the_next_week(record, cbp):
    with clock.at(week("2020-W37").cut_off):
        say("3.3", cbp, status=Status.REPORTED_COMPLETE)

    [report] = drafted("2020-W37")

    assert report.content["reported"] == []


def test_drafting_twice_changes_nothing(record):
    with clock.at(new_york(9, 14)):
        first = drafting.draft(week("2020-W37"))
        entries = Entry.objects.count()
        second = drafting.draft(week("2020-W37"))

    assert (first.pk, first.digest) == (second.pk, second.digest)
    assert Entry.objects.count() == entries


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2020-W38", "Week 2020-W38 is not finished: its report can be written from Monday on."),
        ("2020-W34", "The record begins after week 2020-W34."),
    ],
)
def test_a_week_unfinished_or_before_the_record_is_refused_in_words(record, text, said):
    with clock.at(new_york(9, 14)), pytest.raises(CannotDraft, match=said):
        drafting.draft(week(text))

    assert WeeklyReport.objects.count() == 0


def test_an_empty_record_is_refused_in_words():
    with pytest.raises(CannotDraft, match="The record is empty"):
        drafting.draft(week("2020-W37"))


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_draft_one_report():
    begin_record()
    ready, problems = threading.Barrier(2), []

    def work() -> None:
        try:
            ready.wait()
            drafting.write_due(week("2020-W37").cut_off)
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert problems == []
    assert list(WeeklyReport.objects.order_by("week").values_list("week", flat=True)) == [
        "2020-W35",
        "2020-W36",
        "2020-W37",
    ]
    assert Entry.objects.filter(verb="reports.draft").count() == 3


# --- Refreshing ----------------------------------------------------------------------------------------------------


def test_a_refresh_takes_the_figures_as_of_now(record, cbp, plcy):
    [report] = drafted("2020-W37")
    with clock.at(new_york(9, 14, 9)):
        say("3.3", cbp, status=Status.REPORTED_COMPLETE)
    with clock.at(new_york(9, 14, 10)):
        fresh = drafting.refresh(report, by=plcy)

    assert fresh.as_of == new_york(9, 14, 10)
    assert [row["code"] for row in fresh.content["reported"]] == ["3.3"]
    assert fresh.content["as_of"] == moment_text(fresh.as_of)
    assert fresh.digest != report.digest


def test_a_refresh_reaches_to_the_next_cut_off_and_no_further(record, cbp, plcy):
    [report] = drafted("2020-W37")
    with clock.at(new_york(9, 22)):
        say("3.3", cbp, status=Status.REPORTED_COMPLETE)
        fresh = drafting.refresh(report, by=plcy)

    assert fresh.as_of == week("2020-W38").cut_off
    assert fresh.content["reported"] == []


def test_as_of_never_runs_backwards(record, plcy):
    [report] = drafted("2020-W37")
    with clock.at(new_york(9, 15)):
        drafting.refresh(report, by=plcy)
    with clock.at(new_york(9, 14, 8)):
        fresh = drafting.refresh(report, by=plcy)

    assert fresh.as_of == new_york(9, 15)


def test_a_published_report_is_not_refreshed(record, plcy):
    [report] = published("2020-W35", by=plcy)

    with pytest.raises(NotNow, match="its figures are frozen"):
        drafting.refresh(report, by=plcy)

    assert WeeklyReport.objects.get().digest == report.digest


# --- Publishing ----------------------------------------------------------------------------------------------------


def test_publishing_freezes_the_very_bytes_of_the_draft(record, plcy):
    [draft] = drafted("2020-W35")
    with clock.at(new_york(8, 31, 15)):
        report = publishing.publish(draft, by=plcy)

    assert (report.figures, report.digest, report.as_of) == (draft.figures, draft.digest, draft.as_of)
    assert (report.state, report.published_by, report.published_at) == ("published", plcy, new_york(8, 31, 15))
    entry = Entry.objects.last()
    assert (entry.verb, entry.about, entry.by) == ("reports.publish", "2020-W35", plcy)
    assert entry.after["digest"] == report.digest


def test_reports_are_published_in_week_order(record, plcy):
    _, second = drafted("2020-W35", "2020-W36")

    with pytest.raises(NotNow, match=r"Reports are published in week order: 2020-W35 comes first\."):
        publishing.publish(second, by=plcy)

    assert not WeeklyReport.objects.published().exists()


def test_a_week_that_was_never_drafted_holds_the_later_ones_back(record, plcy):
    [report] = drafted("2020-W36")

    assert publishing.why_not_publish(report, by=plcy) == "Reports are published in week order: 2020-W35 comes first."


def test_a_draft_taken_before_the_one_before_it_moved_asks_for_a_refresh(record, plcy):
    first, second = drafted("2020-W35", "2020-W36")
    with clock.at(new_york(9, 8)):
        first = publishing.publish(drafting.refresh(first, by=plcy), by=plcy)
        assert first.as_of == week("2020-W36").cut_off
        with pytest.raises(NotNow, match=r"The report of 2020-W35 moved after this draft was taken\."):
            publishing.publish(second, by=plcy)

        fresh = publishing.publish(drafting.refresh(second, by=plcy), by=plcy)

    assert fresh.since == first.as_of


def test_publishing_twice_is_refused_in_words(record, plcy, plcy2):
    [report] = published("2020-W35", by=plcy)

    with pytest.raises(NotNow, match=r"This report was published already\."):
        publishing.publish(report, by=plcy2)

    assert WeeklyReport.objects.get().published_by == plcy


def test_a_draft_refreshed_since_it_was_read_is_not_published(record, plcy, plcy2):
    [report] = drafted("2020-W35")
    with clock.at(new_york(8, 31, 15)):
        drafting.refresh(report, by=plcy2)
        with pytest.raises(NotNow, match="refreshed since you opened it"):
            publishing.publish(report, by=plcy, seen_digest=report.digest)

    assert not WeeklyReport.objects.get().is_published


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_does_and_the_other_is_told():
    begin_record()
    people = [make_user(f"plcy{number}@esc.example", Role.PLCY_STAFF) for number in range(2)]
    [report] = drafted("2020-W35")
    ready, outcomes = threading.Barrier(2), []

    def work(by) -> None:
        try:
            ready.wait()
            publishing.publish(report, by=by, seen_digest=report.digest)
            outcomes.append("published")
        except NotNow as told:
            outcomes.append(str(told))
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(by,)) for by in people]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(outcomes) == ["This report was published already.", "published"]
    assert Entry.objects.filter(verb="reports.publish").count() == 1


@pytest.mark.parametrize("role", [Role.ESC_MEMBER, Role.READER, Role.COAC_READER, Role.ADMINISTRATOR])
def test_only_the_chairs_office_writes_reports(record, plcy, role):
    draft_id = drafted("2020-W35")[0].pk
    report = WeeklyReport.objects.get(pk=draft_id)
    other = make_user("other@esc.example", role)
    entries = Entry.objects.count()

    for forbidden in (drafting.refresh, publishing.publish, releasing.withdraw):
        with pytest.raises(NotAllowed, match="Only PLCY, the chair's office"):
            forbidden(report, by=other)
    with pytest.raises(NotAllowed, match="Only PLCY, the chair's office"):
        releasing.release(report, by=other, cleared_by="Nobody")

    assert Entry.objects.count() == entries
    assert Delivery.objects.count() == 0
    assert WeeklyReport.objects.get().state == "draft"


# --- Who sees which ------------------------------------------------------------------------------------------------


def test_drafts_are_seen_by_the_chairs_office_only(record, plcy):
    published("2020-W35", by=plcy)
    drafted("2020-W36")

    def seen(**facts) -> list[str]:
        reader = Reader(today=new_york(9, 14).date(), **facts)
        return [report.week for report in WeeklyReport.objects.visible_to(reader)]

    assert seen(role=Role.PLCY_STAFF) == ["2020-W36", "2020-W35"]
    assert seen(role=Role.ESC_MEMBER, agency="CBP") == seen(role=Role.READER) == ["2020-W35"]
    assert seen(role=Role.COAC_READER) == seen(role=Role.ADMINISTRATOR) == []


def test_a_reader_of_the_past_sees_what_was_published_by_then(record, plcy):
    published("2020-W35", "2020-W36", by=plcy)

    seen = [report.week for report in WeeklyReport.objects.visible_to(esc_reader(new_york(9, 2)))]

    assert seen == ["2020-W35"]
