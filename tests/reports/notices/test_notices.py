"""Is each agency told, once, of what it owes and of what was entered for it?"""

import threading
from datetime import date, timedelta

import pytest
from django.core.mail import BadHeaderError
from django.db import connection

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Agency, Role, User
from milestones.calls.reminding import remind
from milestones.checkin.submitting import Source, Submission, open_check_in
from milestones.deciding import withdraw
from milestones.models import CallReminder, CheckIn, StatusUpdate
from milestones.questions import ask
from milestones.targets.revisions import request_revision
from milestones.updates import post_update
from milestones.workflow import Outlook
from reports import delivery, tasks
from reports.mail import NoticeRow, ReminderNotice, reminder_mail
from reports.models import Delivery
from tests.factories import make_user
from tests.milestones.calls.calling import add_text, call_of, extend, open_call, skip
from tests.milestones.telling import in_september, milestone, say, words
from tests.reports.smtp_sink import smtp_sink

pytestmark = pytest.mark.django_db
SMTP = "django.core.mail.backends.smtp.EmailBackend"
THURSDAY, FRIDAY = in_september(10), in_september(11, 9)
USPTOS = "11.2"


@pytest.fixture(autouse=True)
def base_url(settings) -> None:
    settings.BASE_URL = "https://esc.example"


@pytest.fixture
def call(plan, uspto) -> None:
    """The call of W37; USPTO spoke in the week before."""
    with clock.at(in_september(3)):
        say(USPTOS, uspto, outlook=Outlook.AT_RISK)
    open_call(in_september(9, 9))


@pytest.fixture
def sink(settings):
    """A real mail server, to which mail goes."""
    with smtp_sink() as server:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", server.port
        yield server


def reminded(by: User, agency: str = "USPTO", at=THURSDAY) -> CallReminder:
    """Remind everybody; return one agency's reminder, and queue a notice of that one alone."""
    with clock.at(at):
        remind(call_of(), by=by)
    CallReminder.objects.exclude(agency=agency).delete()
    delivery.queue_notices(at)
    return CallReminder.objects.get(agency=agency)


def enter(by: User, agency: str = "USPTO", code: str = USPTOS) -> CheckIn:
    """Enter what an agency sent by mail about one milestone."""
    source = Source(who="Dana Reyes", on=date(2020, 9, 11), how=CheckIn.How.MAIL)
    check_in = open_check_in(Agency.objects.get(pk=agency), by=by, source=source)
    row = milestone(code)
    said = words(Outlook.AT_RISK, statement="The second draft is back.", next_step="Publish the notice.")
    post_update(row, by=by, seen_version=row.version, words=said, check_in=check_in)
    return check_in


def send(at=FRIDAY, minutes: int = 0) -> tuple[int, int]:
    """Make one pass at a moment of the record, so many minutes from now by the real clock."""
    with clock.at(at):
        done = delivery.send_due(clock.wall() + timedelta(minutes=minutes))
    return done.sent, done.failed


# --- A reminder -----------------------------------------------------------------------------------------------------


def test_a_reminder_reaches_the_agency_with_its_last_words_and_a_link(call, plcy, sink):
    add_text(in_september(9, 10), plcy, "Mention the hearing of September 22.")
    reminded(plcy)

    assert send() == (1, 0)

    [message] = sink.messages
    row = Delivery.objects.get()
    assert (message["To"], message["Cc"]) == ("uspto@esc.example", None)
    assert message["Subject"] == "ESC call 2020-W37: USPTO has not answered on 1 milestone"
    assert message["Message-ID"] == f"<{row.message}.{row.pk}@esc.example>"
    text = " ".join(message.get_content().split())
    assert (
        "PLCY asks USPTO for its answers to the call of Sep 7 – 13, 2020. They fall due on Fri, Sep 11, 12:00" in text
    )
    assert "PLCY adds: “Mention the hearing of September 22.”" in text
    assert "11.2 Seek public input while developing the campaign" in text
    assert "Target: Oct. 2020" in text
    assert "Last said Sep 3, 2020: “The rule is being drafted.” Outlook then: At risk" in text
    assert "https://esc.example/check-in/" in text
    assert "Not for release to COAC." in text
    assert (row.sent_to, row.error, row.tries) == (["uspto@esc.example"], "", 1)
    assert row.sent_at == FRIDAY.astimezone(row.sent_at.tzinfo)


def test_a_reminder_is_queued_and_sent_once_however_often_the_jobs_run(call, plcy, mailoutbox):
    reminded(plcy)

    again = [delivery.queue_notices(FRIDAY) for _ in range(2)]
    passes = [send(), send(), send(minutes=60)]

    assert again == [0, 0]
    assert passes == [(1, 0), (0, 0), (0, 0)]
    assert len(mailoutbox) == 1


def test_the_job_queues_and_sends_in_one_pass(call, plcy, mailoutbox):
    with clock.at(THURSDAY):
        remind(call_of(), by=plcy)

        tasks.send_due()

    assert sorted(message.to for message in mailoutbox) == [["plcy@esc.example"], ["uspto@esc.example"]]
    waiting = Delivery.objects.filter(sent_at=None)
    assert {(each.agency_id, each.error) for each in waiting} == {
        (agency, "NobodyToTell: nobody to tell") for agency in ("CBP", "ICE-HSI", "USPS")
    }


def test_an_agency_without_an_address_is_told_once_it_has_one(call, plcy, mailoutbox):
    reminded(plcy, "CBP")
    assert send() == (0, 1)

    make_user("cbp@esc.example", Role.ESC_MEMBER, "CBP")

    assert send(minutes=3) == (1, 0)
    assert mailoutbox[0].to == ["cbp@esc.example"]


def test_what_was_answered_meanwhile_is_left_out(call, cbp, plcy, mailoutbox):
    reminded(plcy, "CBP")
    with clock.at(in_september(10, 15)):
        say("3.1", cbp)
        withdraw(milestone("3.2"), by=plcy, seen_version=0, remark="Overtaken.")

    send()

    [message] = mailoutbox
    assert message.subject.endswith("CBP has not answered on 7 milestones")
    assert "3.1  " not in message.body
    assert "3.2  " not in message.body
    assert "3.3  CBP will transmit its report" in message.body
    assert "Last said: nothing yet" in message.body


def test_who_has_answered_everything_meanwhile_gets_no_mail(call, uspto, plcy, mailoutbox):
    reminded(plcy)
    with clock.at(in_september(10, 15)):
        say(USPTOS, uspto)

    assert send() == (0, 0)

    row = Delivery.objects.get()
    assert mailoutbox == []
    assert (row.sent_to, row.error) == ([], "Not sent: everything was answered meanwhile")
    assert send(minutes=60) == (0, 0)


def test_of_a_call_skipped_meanwhile_nobody_is_reminded(call, plcy, mailoutbox):
    reminded(plcy)
    skip(in_september(10, 15), plcy)

    assert send() == (0, 0)

    assert mailoutbox == []
    assert Delivery.objects.get().error.startswith("Not sent: The call of 2020-W37 was skipped")


def test_an_extended_agency_reads_its_own_due_time_and_a_late_one_that_it_has_passed(call, plcy, mailoutbox):
    extend(in_september(10), plcy, agency="USPTO", due_at=in_september(14))
    reminded(plcy, at=in_september(10, 13))

    send(in_september(11))
    Delivery.objects.update(sent_at=None, next_try_at=None)
    send(in_september(15))

    assert "They fall due on Mon, Sep 14, 12:00" in " ".join(mailoutbox[0].body.split())
    assert "They fell due on Mon, Sep 14, 12:00" in " ".join(mailoutbox[1].body.split())


def test_no_header_can_be_slipped_into_a_reminder():
    told = ReminderNotice(
        agency="CBP\r\nBcc: all@esc.example",
        week="2020-W37",
        days="Sep 7 – 13, 2020",
        due_at=FRIDAY,
        fell_due=False,
        line="One\r\nBcc: two",
        codes=["3.1"],
        rows=[NoticeRow("3.1", "Text.", [("Last said", "“Words.”")])],
        path="/check-in/",
    )

    with pytest.raises(BadHeaderError):
        reminder_mail(told, to=["a@esc.example"], cc=[], message_id="<a@b>").message()
    with pytest.raises(BadHeaderError):
        reminder_mail(told, to=["a@esc.example\nBcc: b@esc.example"], cc=[], message_id="<a@b>").message()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_queue_and_send_each_notice_once(settings, plan):
    plcy = make_user("plcy@esc.example", Role.PLCY_STAFF)
    for agency in ("CBP", "ICE-HSI", "USPS", "USPTO"):
        make_user(f"{agency.lower()}@esc.example", Role.ESC_MEMBER, agency)
    open_call(in_september(9, 9))
    with clock.at(THURSDAY):
        remind(call_of(), by=plcy)
    ready, passes = threading.Barrier(2), []

    def work() -> None:
        ready.wait()
        with clock.at(FRIDAY):
            delivery.queue_notices(FRIDAY)
            passes.append(delivery.send_due(clock.wall()))
        connection.close()

    with smtp_sink() as sink:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", sink.port
        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    assert sum(each.sent for each in passes) == Delivery.objects.count() == 5
    assert len(sink.identities()) == len(set(sink.identities())) == 5


# --- What was entered for an agency ---------------------------------------------------------------------------------


def test_an_agency_is_told_what_was_entered_for_it_row_by_row_with_where_to_correct_it(call, plcy, mailoutbox):
    enter(plcy)
    delivery.queue_notices(in_september(14))

    assert send(in_september(14), minutes=2) == (1, 0)

    [message] = mailoutbox
    text = " ".join(message.body.split())
    assert message.to == ["uspto@esc.example"]
    assert message.subject == "ESC tracker: PLCY entered what USPTO said on 1 milestone"
    assert (
        "This stands on the record for USPTO, entered by PLCY from USPTO's e-mail of Sep 11, 2020 (Dana Reyes)." in text
    )
    assert "Statement: “The second draft is back.” Next step: “Publish the notice.” Outlook: At risk" in text
    assert "Why: “Counsel has not answered.” Forecast: Dec. 2020" in text
    assert "Correct it: https://esc.example/milestones/11.2/update/" in text
    assert Delivery.objects.get().sent_to == ["uspto@esc.example"]


def test_a_new_target_and_an_answer_are_told_with_it(call, plcy, uspto, mailoutbox):
    question = ask(StatusUpdate.objects.get(), by=plcy, text="Which notice?")
    source = Source(who="Dana Reyes", on=date(2020, 9, 11), how=CheckIn.How.MAIL)
    submission = Submission(uspto.agency, plcy, source=source)
    submission.answer(question, "The second.")
    row = milestone(USPTOS)
    asked = {"target": TargetDate.month(2021, 2), "category": "legal", "text": "A review takes longer."}
    request_revision(row, by=plcy, seen_version=row.version, check_in=submission.check_in, **asked)
    delivery.queue_notices(in_september(14))

    send(in_september(14), minutes=2)

    text = " ".join(mailoutbox[0].body.split())
    assert "PLCY asked: “Which notice?” Answer: “The second.”" in text
    assert "New target asked for: Feb. 2021" in text
    assert "Legal or regulatory process: “A review takes longer.”" in text
    assert "Correct it: https://esc.example/milestones/11.2/revise/" in text


def test_it_waits_a_minute_so_that_all_answers_of_the_submission_are_told(call, plcy, mailoutbox):
    enter(plcy)

    queued = [delivery.queue_notices(in_september(14)) for _ in range(2)]

    assert queued == [1, 0]
    assert [send(in_september(14)), send(in_september(14), minutes=2)] == [(0, 0), (1, 0)]


def test_a_submission_of_the_agency_itself_tells_nobody(call, uspto):
    check_in = open_check_in(uspto.agency, by=uspto)
    row = milestone(USPTOS)
    post_update(row, by=uspto, seen_version=row.version, words=words(), check_in=check_in)

    assert delivery.queue_notices(in_september(14)) == 0
    assert Delivery.objects.count() == 0


def test_a_submission_of_which_nothing_was_kept_tells_nobody(call, plcy):
    source = Source(who="Dana Reyes", on=date(2020, 9, 11), how=CheckIn.How.MAIL)
    open_check_in(Agency.objects.get(pk="USPTO"), by=plcy, source=source)

    assert delivery.queue_notices(in_september(14)) == 0


def test_queueing_takes_two_queries_when_there_is_nothing_and_three_when_there_is(
    call, plcy, django_assert_num_queries
):
    with django_assert_num_queries(2):
        delivery.queue_notices(THURSDAY)
    with clock.at(THURSDAY):
        remind(call_of(), by=plcy)
    with django_assert_num_queries(3):
        delivery.queue_notices(THURSDAY)
