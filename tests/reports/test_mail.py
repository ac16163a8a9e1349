"""Is the mail about a report good on its own, word for word?"""

import pytest
from django.core.mail import BadHeaderError

from esc_tracker import clock
from milestones.updates import post_update
from milestones.workflow import Outlook
from reports.mail import message_id, report_mail
from reports.weekly import drafting
from tests.milestones.telling import milestone, words
from tests.reports.record import begin_record, drafted, new_york, published, released

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def record(db, settings) -> None:
    settings.BASE_URL = "https://esc.example"
    begin_record()


def test_the_committees_mail_says_headline_totals_address_and_digest():
    [report] = drafted("2020-W35")

    mail = report_mail(report.content, to="plcy@esc.example", message_id="<a@b>")

    assert mail.subject == "ESC weekly status report 2020-W35, to Aug 30, 2020"
    assert mail.to == ["plcy@esc.example"]
    assert mail.extra_headers == {"Message-ID": "<a@b>"}
    assert (
        mail.body
        == f"""Weekly status report 2020-W35, Aug 24 – 30, 2020
ESC edition, as of the end of Aug 30, 2020

Seven of 30 milestones are overdue; no agency has been named for any of
them.

Milestones                    30
  Not started                 28
  In progress                  1
  Awaiting confirmation        0
  Completed                    1
  Withdrawn                    0
Overdue                        7
No agency named yet           14

The whole report, with every milestone behind these numbers:
https://esc.example/reports/2020-W35/

To check that the report is unchanged, compare its digest (SHA-256):
{report.digest}

For the committee. Not for release to COAC.
"""
    )


def test_a_refreshed_report_says_the_hour_and_the_week_its_months(plcy):
    reports = drafted("2020-W35", "2020-W36")
    with clock.at(new_york(9, 7, 9, 30)):
        report = drafting.refresh(reports[1], by=plcy)

    lines = report_mail(report.content, to="plcy@esc.example", message_id="<a@b>").body.splitlines()

    assert lines[:2] == [
        "Weekly status report 2020-W36, Aug 31 – Sep 6, 2020",
        "ESC edition, as of Sep 7, 2020, 09:30 New York time",
    ]


def test_coacs_mail_holds_released_data_only(cbp, plcy):
    with clock.at(new_york(8, 27)):
        said = words(Outlook.OFF_TRACK, statement="CANARY", reason="CANARY", needed="CANARY")
        post_update(milestone("3.3"), by=cbp, seen_version=0, words=said)
    [report] = published("2020-W35", by=plcy)
    edition = released(report, by=plcy, withheld=("4.3",))

    body = report_mail(edition.content, to="coac@esc.example", message_id="<a@b>").body

    assert "CANARY" not in body
    assert "Released to COAC. Assume everything here is public." in body
    assert "  Status not released          1" in body
    assert "https://esc.example/reports/2020-W35/?edition=coac" in body
    assert edition.digest in body
    assert report.digest not in body


def test_the_identity_of_a_message_is_the_same_every_time(settings):
    settings.DEFAULT_FROM_EMAIL = "ESC Milestone Tracker <tracker@dhs.example>"

    assert message_id("report-2020-W35-1-esc", 7) == "<report-2020-w35-1-esc.7@dhs.example>"


@pytest.mark.parametrize("to", ["a@esc.example\nBcc: b@esc.example", "a@esc.example\r\n\r\nBody"])
def test_no_header_can_be_slipped_in(to):
    [report] = drafted("2020-W35")

    with pytest.raises(BadHeaderError):
        report_mail(report.content, to=to, message_id="<a@b>").message()
