"""Is each thing noticed once, and no old thing at all?"""

from datetime import date, timedelta

import pytest

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Agency, User
from milestones.calls.reminding import remind
from milestones.checkin.submitting import Source, open_check_in
from milestones.deciding import confirm, return_completion
from milestones.models import CheckIn, Milestone, TargetRevision
from milestones.targets.revisions import decide_revision, request_revision
from milestones.updates import post_update
from milestones.workflow import Status
from reports.models import Notice, WeeklyReport
from reports.telling import noticing
from tests.milestones.calls.calling import call_of, open_call, skip
from tests.milestones.telling import give, in_september, milestone, say, words
from tests.reports.record import begin_record, new_york, published
from tests.reports.telling.jobs import Kind, notice

pytestmark = pytest.mark.django_db
MONDAY = in_september(14, 8)


def keys(kind: Kind) -> list[str]:
    return sorted(Notice.objects.filter(kind=kind).values_list("key", flat=True))


def enter(by: User, agency: str = "USPTO", code: str = "11.2") -> CheckIn:
    """Enter what an agency sent by mail about one milestone."""
    source = Source(who="Dana Reyes", on=date(2020, 9, 10), how=CheckIn.How.MAIL)
    check_in = open_check_in(Agency.objects.get(pk=agency), by=by, source=source)
    row = milestone(code)
    post_update(row, by=by, seen_version=row.version, words=words(), check_in=check_in)
    return check_in


def ask_for(code: str, by: User) -> TargetRevision:
    """Ask for a new target, far enough that PLCY decides."""
    row = milestone(code)
    target = TargetDate.month(2021, 6)
    return request_revision(
        row, by=by, seen_version=row.version, target=target, category="legal", text="A review takes longer."
    )


# --- Overdue --------------------------------------------------------------------------------------------------------


def test_what_is_overdue_is_noticed_once_for_each_agency_that_leads_or_shares_it(plan, cbp, usps):
    first, again = notice(MONDAY), notice(in_september(15, 8))

    flags = {flag.milestone.code: flag.pk for flag in [each.flag for each in Notice.objects.exclude(flag=None)]}
    assert f"overdue-{flags['5.2']}-CBP" in first
    assert f"overdue-{flags['5.2']}-USPS" in first
    assert f"overdue-{flags['8.1']}-unassigned" in first
    assert [key for key in again if key.startswith("overdue")] == []


def test_an_agency_named_afterwards_is_told_too(plan, plcy):
    notice(MONDAY)
    give("8.1", "CBP", by=plcy)

    [key] = [key for key in notice(in_september(15, 8)) if key.startswith("overdue")]

    assert key.endswith("-CBP")
    assert Notice.objects.get(key=key).milestone == milestone("8.1")


# --- Before a target ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "days"), [(31, None), (30, 30), (29, 30), (8, 30), (7, 7), (2, 7), (1, 1), (0, 1), (-1, None)]
)
def test_the_smallest_threshold_that_holds_counts_so_that_a_missed_day_is_caught_up(left, days):
    assert noticing.threshold(left) == days


def test_a_target_is_noticed_thirty_seven_and_one_day_before_each_once(plan, plcy):
    days = [new_york(9, 30), new_york(10, 1), new_york(10, 2), new_york(10, 25), new_york(10, 30), new_york(10, 31)]

    seen = {day: [key for key in notice(day) if key.startswith("due-11.2")] for day in days}

    assert list(seen.values()) == [
        [],
        ["due-11.2-2020-10-31-30-USPTO"],
        [],
        ["due-11.2-2020-10-31-7-USPTO"],
        ["due-11.2-2020-10-31-1-USPTO"],
        [],
    ]
    assert Notice.objects.get(key="due-11.2-2020-10-31-7-USPTO").due_on == date(2020, 10, 31)


def test_a_fortnight_without_the_job_is_caught_up_by_one_notice_not_two(plan):
    notice(new_york(10, 26))

    assert [key for key in keys(Kind.DUE) if "-11.2-" in key] == ["due-11.2-2020-10-31-7-USPTO"]


def test_a_moved_target_is_another_occasion_and_a_closed_or_undated_one_none(plan, uspto, plcy):
    notice(new_york(10, 2))
    Milestone.objects.coded("11.2").update(current_target_on=date(2020, 11, 1), current_target_kind="day")

    moved = [key for key in notice(new_york(10, 3)) if "-11.2-" in key]
    say("11.2", uspto, status=Status.REPORTED_COMPLETE)
    closed = [key for key in notice(new_york(10, 31)) if "-11.2-" in key]

    assert (moved, closed) == (["due-11.2-2020-11-01-30-USPTO"], [])
    assert not Notice.objects.filter(kind=Kind.DUE, milestone__plan_kind__in=["ongoing", "undated"]).exists()


# --- Calls ----------------------------------------------------------------------------------------------------------


def test_an_opened_call_is_noticed_for_those_who_owe_it_an_answer(plan, uspto):
    with clock.at(in_september(8)):
        say("11.2", uspto)
    assert keys(Kind.CALL) == []
    open_call(in_september(9, 9))

    notice(in_september(9, 10))

    assert keys(Kind.CALL) == [f"call-2020-W37-{agency}" for agency in ("CBP", "ICE-HSI", "PLCY", "USPS")]


def test_a_skipped_call_is_not_noticed_and_an_old_one_no_more(plan, plcy):
    open_call(in_september(9, 9))
    skip(in_september(9, 10), plcy)
    notice(in_september(9, 11))
    assert keys(Kind.CALL) == []

    open_call(in_september(16, 9))
    notice(new_york(10, 12))
    assert keys(Kind.CALL) == []


def test_each_reminder_is_noticed_once(plan, plcy):
    open_call(in_september(9, 9))
    with clock.at(in_september(10)):
        reminders = remind(call_of(), by=plcy)

    notice(in_september(10, 13))
    notice(in_september(10, 14))

    assert keys(Kind.REMINDER) == sorted(f"reminder-{each.pk}" for each in reminders)


# --- What PLCY entered, decided, edited -----------------------------------------------------------------------------


def test_what_plcy_entered_is_noticed_a_minute_later_when_all_of_it_is_kept(plan, plcy):
    with clock.at(in_september(11, 9)):
        check_in = enter(plcy)

    notice(in_september(11, 9))
    assert keys(Kind.ENTERED) == []
    notice(in_september(11, 9, 1))
    assert keys(Kind.ENTERED) == [f"entered-{check_in.pk}"]


def test_a_submission_of_the_agency_itself_or_of_which_nothing_was_kept_is_not_noticed(plan, uspto, plcy):
    with clock.at(in_september(11, 9)):
        own = open_check_in(uspto.agency, by=uspto)
        row = milestone("11.2")
        post_update(row, by=uspto, seen_version=row.version, words=words(), check_in=own)
        open_check_in(uspto.agency, by=plcy, source=Source(who="Dana", on=date(2020, 9, 11), how=CheckIn.How.MAIL))

    notice(MONDAY)

    assert keys(Kind.ENTERED) == []


def test_a_decision_is_noticed_for_the_agency_that_asked(plan, cbp, usps, plcy):
    with clock.at(in_september(10)):
        accepted, refused = ask_for("3.2", cbp), ask_for("3.3", cbp)
        decide_revision(accepted, by=plcy, accept=True)
        decide_revision(refused, by=plcy, accept=False)
        ask_for("7.1", cbp)
        say("3.1", cbp, status=Status.REPORTED_COMPLETE)
        confirm(milestone("3.1"), by=plcy, seen_version=1)
        say("5.1", usps, status=Status.REPORTED_COMPLETE)
        return_completion(milestone("5.1"), by=plcy, seen_version=1, remark="The letter is missing.")

    notice(MONDAY)
    notice(in_september(15))

    assert [(each.key, each.agency_id) for each in Notice.objects.filter(kind=Kind.DECISION).order_by("key")] == [
        ("decision-3.1-2", "CBP"),
        ("decision-5.1-2", "USPS"),
        (f"decision-target-{accepted.pk}", "CBP"),
        (f"decision-target-{refused.pk}", "CBP"),
    ]


def test_a_decision_older_than_a_fortnight_is_no_news(plan, cbp, plcy):
    with clock.at(in_september(1, 7)):
        say("3.1", cbp, status=Status.REPORTED_COMPLETE)
        confirm(milestone("3.1"), by=plcy, seen_version=1)

    notice(in_september(15, 8))

    assert keys(Kind.DECISION) == []


def test_lines_that_plcy_edited_are_noticed_once_published_for_each_agency(plcy):
    begin_record()
    [report] = published("2020-W35", by=plcy)
    line = {"field": "statement", "own": "Ours.", "text": "Theirs."}
    WeeklyReport.objects.filter(pk=report.pk).update(
        edits=[
            {"code": code, "agency": agency, **line}
            for code, agency in (("3.1", "CBP"), ("3.2", "CBP"), ("5.2", "USPS"))
        ]
    )

    notice(in_september(1, 8))

    assert keys(Kind.EDITED) == ["edited-2020-W35-1-CBP", "edited-2020-W35-1-USPS"]


# --- The job --------------------------------------------------------------------------------------------------------


def test_noticing_takes_as_many_queries_for_much_as_for_little(plan, cbp, usps, plcy, django_assert_max_num_queries):
    with clock.at(in_september(10)):
        open_call(in_september(10))
        remind(call_of(), by=plcy)
        say("3.1", cbp, status=Status.REPORTED_COMPLETE)
        confirm(milestone("3.1"), by=plcy, seen_version=1)
        enter(plcy)
    notice(in_september(10, 13))
    before = Notice.objects.count()

    with clock.at(MONDAY), django_assert_max_num_queries(14):
        assert noticing.notice(MONDAY) == 0
    Notice.objects.all().delete()
    with clock.at(MONDAY), django_assert_max_num_queries(15):
        assert noticing.notice(MONDAY) == before > 20


def test_finding_writes_nothing(plan):
    with clock.at(MONDAY):
        rows = noticing.found(MONDAY + timedelta(days=20))

    assert rows
    assert Notice.objects.count() == 0
