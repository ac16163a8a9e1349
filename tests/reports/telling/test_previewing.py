"""Does the dry run say what the job would do, and write nothing?"""

from io import StringIO

import pytest
from django.core.management import call_command

from esc_tracker import clock
from esc_tracker.accounts.models import Pace, Role, User
from milestones.overdue import flag_overdue
from reports.models import Delivery, Notice, Telling
from reports.telling.mailed import Mailed, mailed_of, problem_in_words
from reports.telling.previewing import Nothing, Preview, Untold, preview
from tests.factories import make_user
from tests.milestones.people.naming import call, keep
from tests.milestones.telling import in_september
from tests.reports.record import begin_record, mail_on, published
from tests.reports.telling.jobs import gather, notice, send, tell

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = in_september(14, 8), in_september(15, 8)


@pytest.fixture
def flagged(plan) -> None:
    """What is overdue is flagged, by Tuesday."""
    with clock.at(TUESDAY):
        flag_overdue(clock.today())


def seen(at) -> Preview:
    with clock.at(at):
        return preview(at)


def gets(found: Preview) -> list[tuple[str, dict[str, int], str]]:
    return sorted((each.address, each.counts, each.note) for each in found.gets)


# --- The dry run ----------------------------------------------------------------------------------------------------


def test_it_says_who_would_get_what_also_while_mail_is_off_and_writes_nothing(flagged, cbp, plcy, mailoutbox):
    found = seen(TUESDAY)

    assert gets(found) == [("cbp@esc.example", {"overdue": 6}, ""), ("plcy@esc.example", {"overdue": 7}, "")]
    assert [(each.name, each.agencies) for each in found.gets] == [("CBP", ("CBP",)), ("PLCY", ("",))]
    assert (Notice.objects.count(), Telling.objects.count(), Delivery.objects.count(), mailoutbox) == (0, 0, 0, [])


def test_it_says_what_the_job_then_does(flagged, cbp, ice, usps, plcy, plcy2):
    User.objects.filter(pk=ice.pk).update(pace=Pace.WEEKLY)
    User.objects.filter(pk=usps.pk).update(pace=Pace.NONE)
    mail_on(plcy)
    said = {address: counts for address, counts, note in gets(seen(TUESDAY)) if not note}

    tell(TUESDAY)

    done = {
        row.address: {"overdue": row.tellings.count()} for row in Delivery.objects.filter(message__startswith="notices")
    }
    assert done == said
    assert sorted(said) == ["cbp@esc.example", "plcy2@esc.example", "plcy@esc.example"]


def test_it_says_why_somebody_would_not_get_it_now(flagged, cbp, ice, usps, uspto, plcy):
    User.objects.filter(pk=ice.pk).update(pace=Pace.WEEKLY)
    User.objects.filter(pk=usps.pk).update(pace=Pace.NONE)
    call("3.2", keep("Kim Lee", by=cbp), by=cbp)

    found = seen(TUESDAY)

    notes = {address: note for address, _, note in gets(found)}
    assert notes["ice-hsi@esc.example"] == "once a week: waits for Monday"
    assert notes["kim.lee@cbp.example"] == "held: the address is not on this installation’s list"
    assert found.nothing == (
        Nothing("usps@esc.example", "USPS", "chose no mail beside the report"),
        Nothing("uspto@esc.example", "USPTO", "no notices"),
    )


def test_it_says_of_what_nobody_would_be_told(flagged, cbp):
    found = seen(TUESDAY)

    assert [each.agency for each in found.untold] == ["", "ICE/HSI", "USPS"]
    assert Untold("USPS", ("5.2", "5.3")) in found.untold


def test_what_waits_in_a_mail_already_is_counted_and_what_is_dropped_is_said(flagged, cbp, plcy):
    notice(in_september(1))
    mail_on(plcy)
    notice(TUESDAY)
    gather(TUESDAY)

    found = seen(in_september(15, 9))

    assert ("cbp@esc.example", {"overdue": 6}, "") in gets(found)


def test_its_queries_do_not_grow_with_the_notices(flagged, cbp, ice, usps, plcy, django_assert_max_num_queries):
    for number in range(5):
        make_user(f"member{number}@esc.example", Role.ESC_MEMBER, "CBP")

    with clock.at(TUESDAY), django_assert_max_num_queries(42):
        preview(TUESDAY)


def test_the_command_says_it_and_then_does_it(flagged, cbp, plcy, mailoutbox):
    def run(*more: str) -> list[str]:
        out = StringIO()
        with clock.at(TUESDAY):
            call_command("send_mail", *more, stdout=out)
        return out.getvalue().splitlines()

    assert run("--dry-run")[:3] == [
        "Mail is off: nothing goes out until PLCY turns it on.",
        "cbp@esc.example: 6 overdue",
        "plcy@esc.example: 7 overdue",
    ]
    assert run()[0].endswith("mails 0, sent 0, failed 0. Mail is off.")
    mail_on(plcy)
    assert run() == ["noticed 0, mails 2, sent 2, failed 0."]
    assert len(mailoutbox) == 2


# --- What came of a report's mail -----------------------------------------------------------------------------------


def test_a_reports_mail_is_counted_by_what_came_of_it(
    cbp, plcy, reader, usps, ice, settings, django_assert_num_queries
):
    begin_record()
    mail_on(plcy)
    settings.MAIL_ALLOWED = ["esc.example"]
    keep("Kim Lee", by=plcy, gets_report=True)
    [report] = published("2020-W35", by=plcy, tell=True)
    assert mailed_of(report) == Mailed(
        6, 0, 5, ("not sent to 1 of 6: held: not on this installation’s list of addresses",)
    )
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    Delivery.objects.filter(address="cbp@esc.example").update(sent_at=MONDAY)
    User.objects.filter(pk=usps.pk).update(is_active=False)

    assert send(MONDAY) == (0, 3)

    with django_assert_num_queries(1):
        mailed = mailed_of(report)
    assert mailed == Mailed(
        total=6,
        sent=1,
        waiting=0,
        failed=(
            "not sent to 3 of 6: connection refused",
            "not sent to 1 of 6: held: not on this installation’s list of addresses",
            "not sent to 1 of 6: no seat any more, or the release was withdrawn",
        ),
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("SMTPRecipientsRefused: {'a@b': (550, b'no')}", "the mail server refused the address"),
        ("TimeoutError: timed out", "the mail server did not answer in time"),
        ("Not sent: everything was answered meanwhile", "everything was answered meanwhile"),
        ("OddError: odd", "OddError: odd"),
    ],
)
def test_an_error_is_said_in_words(error, words):
    assert problem_in_words(error) == words
