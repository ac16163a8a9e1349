"""Do the commands say what they did, and do it once?"""

from datetime import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from milestones.models import OverdueFlag
from reports.models import WeeklyReport
from tests.reports.record import begin_record, drafted, mail_on, published

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> list[str]:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().splitlines()


def test_every_week_that_is_due_is_drafted_and_then_none():
    begin_record()

    lines = run("write_weekly_report")

    assert [line.partition(",")[0] for line in lines] == [
        "2020-W35: drafted as of 2020-08-31 04:00 UTC",
        "2020-W36: drafted as of 2020-09-07 04:00 UTC",
        "2020-W37: drafted as of 2020-09-14 04:00 UTC",
    ]
    assert run("write_weekly_report") == ["No week is due: every finished week has its report."]
    assert WeeklyReport.objects.count() == 3


def test_one_week_is_drafted_by_name_and_stays_as_it_is():
    begin_record()
    run("write_weekly_report", "--week", "2020-W37")

    lines = run("write_weekly_report", "--week", "2020-W37")

    assert lines == ["2020-W37: written already, version 1, draft"]
    assert WeeklyReport.objects.count() == 1


def test_a_dry_run_says_and_does_nothing():
    begin_record()
    drafted("2020-W35", "2020-W36")

    assert run("write_weekly_report", "--dry-run") == ["2020-W37: would be drafted as of 2020-09-14 04:00 UTC"]
    assert WeeklyReport.objects.count() == 2


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)], ids=["", "dry run"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2020-W38", "is not finished"),
        ("2020-W34", "The record begins after week 2020-W34"),
        ("2020-W54", "There is no reporting week 2020-W54"),
        ("2020-W00", "There is no reporting week 2020-W00"),
        ("37", "weeks are written like 2020-W37"),
    ],
)
def test_a_week_that_cannot_be_written_ends_in_words(text, said, dry_run):
    begin_record()

    with pytest.raises(CommandError, match=said):
        run("write_weekly_report", "--week", text, *dry_run)

    assert WeeklyReport.objects.count() == 0


def test_one_pass_of_every_job_and_a_second_that_finds_nothing(plcy, reader, mailoutbox, settings):
    settings.DIGEST_AT = time()
    begin_record()
    mail_on(plcy)
    published("2020-W35", by=plcy, tell=True)

    first, second = run("run_due_jobs"), run("run_due_jobs")

    assert first == [
        "open_calls: opened 0",
        "flag_overdue: opened 15, closed 0, open 15",
        "write_weekly_reports: drafted 2",
        "freeze_read_aheads: frozen 0",
        "send_due: noticed 17, mails 1, sent 3, failed 0, stuck 0",
        "purge: threw away 0",
        "send_links: sent 0, failed 0",
        "close_unused: closed 0",
    ]
    assert second == [
        "open_calls: opened 0",
        "flag_overdue: opened 0, closed 0, open 15",
        "write_weekly_reports: drafted 0",
        "freeze_read_aheads: frozen 0",
        "send_due: noticed 0, mails 0, sent 0, failed 0, stuck 0",
        "purge: threw away 0",
        "send_links: sent 0, failed 0",
        "close_unused: closed 0",
    ]
    assert (len(mailoutbox), OverdueFlag.objects.count()) == (3, 15)


def test_a_job_that_fails_does_not_stop_the_others(plcy, monkeypatch):
    begin_record()
    monkeypatch.setattr("milestones.overdue.OverdueFlag.objects.bulk_create", None)

    with pytest.raises(CommandError, match="Failed: flag_overdue"):
        run("run_due_jobs")

    assert WeeklyReport.objects.count() == 3
