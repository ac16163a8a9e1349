"""Is the mail about a report good on its own, word for word?"""

import re

import pytest
from django.core.mail import BadHeaderError

from esc_tracker import clock
from esc_tracker.outgoing import message_id
from milestones.updates import post_update
from milestones.workflow import Outlook
from reports.charts import pictures
from reports.charts.pictures import picture_of
from reports.mail import report_mail
from reports.plain_text import WIDTH
from reports.weekly import drafting
from tests.milestones.telling import milestone, words
from tests.reports.record import begin_record, drafted, new_york, published, released

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def record(db, settings) -> None:
    settings.BASE_URL = "https://esc.example"
    begin_record()


def test_the_committees_mail_is_one_page_that_is_good_on_its_own():
    [report] = drafted("2020-W35")

    mail = report_mail(report.content, to="plcy@esc.example", message_id="<a@b>")

    assert mail.subject == "ESC weekly status report 2020-W35, to Aug 30, 2020"
    assert mail.to == ["plcy@esc.example"]
    assert mail.extra_headers == {"Message-ID": "<a@b>"}
    assert mail.body.startswith(
        """Weekly status report 2020-W35, Aug 24 – 30, 2020
ESC edition, as of the end of Aug 30, 2020

Seven of 30 milestones are overdue; no agency has been named for any of
them.
"""
    )
    assert (
        """
THE NUMBERS
Milestones                  30
Completed                    1
Awaiting confirmation        0
Overdue                      7
Open, not overdue           22

NEEDS ATTENTION
1.1   Determine whether promulgating new regulations is necessary to better
      define and enforce Section …
      30 days overdue, target July 2020
      Who has it: No agency named yet

1.2   Initiate"""
        in mail.body
    )
    assert mail.body.endswith(
        f"""
      Who has it: No agency named yet

and 2 more in the report

CONFIRMED COMPLETE SINCE AUG 25, 2020
No completion was confirmed.

NEXT DATES
- Mon, Aug 31: 8 milestones due: 3.1, 3.2, 3.3, 5.2, 5.3, 6.2, 6.3, 7.1

The whole report, with every milestone behind these numbers:
https://esc.example/reports/2020-W35/

To check that the report is unchanged, compare its digest (SHA-256):
{report.digest}

For the committee. Not for release to COAC.
"""
    )
    assert max(len(line) for line in mail.body.splitlines()) <= WIDTH


def test_the_page_in_html_says_the_same_and_fetches_nothing(cbp, plcy):
    with clock.at(new_york(8, 27)):
        said = words(Outlook.OFF_TRACK, statement="A <b>bold</b> word & more.", reason="So.", needed="A reply.")
        post_update(milestone("3.3"), by=cbp, seen_version=0, words=said)
    [report] = drafted("2020-W35")

    message = report_mail(report.content, to="a@esc.example", message_id="<a@b>").message()

    plain, html = message.get_payload()
    assert message.get_content_type() == "multipart/alternative"
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    shown = html.get_payload(decode=True).decode()
    assert "A &lt;b&gt;bold&lt;/b&gt; word &amp; more." in shown
    assert "CBP, Aug 27: A <b>bold</b> word & more." in plain.get_payload(decode=True).decode()
    assert re.findall(r"""(?:src|href|url)\W+(https?:[^"')]+)""", shown) == ["https://esc.example/reports/2020-W35/"]
    assert "<style" not in shown
    for each in (report.digest, "For the committee. Not for release to COAC.", report.content["headline"]):
        assert each in shown


def test_the_picture_travels_with_the_mail_and_is_told_in_words(plcy):
    [report] = drafted("2020-W35")
    picture = picture_of(report.content)

    message = report_mail(report.content, to="a@esc.example", message_id="<a@b>", picture=picture).message()

    told, image = message.get_payload()
    html = told.get_payload()[1].get_payload(decode=True).decode()
    assert message.get_content_type() == "multipart/related"
    assert told.get_content_type() == "multipart/alternative"
    assert image.get_content_type() == "image/png"
    assert image.get_payload(decode=True).startswith(b"\x89PNG")
    assert image["Content-ID"] == "<agencies.chart@esc>"
    assert image.get_content_disposition() == "inline"
    [words] = re.findall(r'<img src="cid:agencies.chart@esc" alt="([^"]+)"', html)
    assert words == picture.words
    assert words.startswith("Progress by agency. ")


def test_a_mail_goes_without_a_picture_that_cannot_be_drawn(settings, tmp_path):
    [report] = drafted("2020-W35")
    settings.BASE_DIR = tmp_path  # where no type is
    pictures.type_of.cache_clear()

    assert picture_of(report.content) is None


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

    mail = report_mail(edition.content, to="coac@esc.example", message_id="<a@b>")

    assert "CANARY" in report_mail(report.content, to="a@esc.example", message_id="<a@b>").body
    for body in (mail.body, mail.alternatives[0].content):
        assert "CANARY" not in body
        assert "Released to COAC. Assume everything here is public." in body
        assert "the status of one is not released" in " ".join(body.split())
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
