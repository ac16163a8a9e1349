"""Does a mail of notices say what holds when it is sent, in the agency's own words, with where to act?"""

from datetime import date, timedelta

import pytest
from django.core.mail import BadHeaderError

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Agency, Role, User
from milestones.calls.reminding import remind
from milestones.checkin.submitting import Source, open_check_in
from milestones.deciding import return_completion, withdraw
from milestones.models import CallReminder, CheckIn, Milestone, StatusUpdate
from milestones.questions import answer, ask
from milestones.targets.revisions import decide_revision, request_revision
from milestones.updates import post_update
from milestones.workflow import Outlook, Status
from reports import delivery
from reports.models import Delivery, WeeklyReport
from reports.telling.composing import notices_mail
from reports.telling.contents import digest_of
from reports.telling.digest import AgencySection, Block, Digest, NoticeRow
from tests.factories import make_user
from tests.milestones.calls.calling import add_text, call_of, extend, open_call, skip
from tests.milestones.people.naming import Part, call, keep
from tests.milestones.telling import give, in_september, milestone, say, words
from tests.reports.record import begin_record, mail_on, published
from tests.reports.telling.jobs import gather, notice, send, tell

pytestmark = pytest.mark.django_db
USPTOS = "11.2"
THURSDAY, FRIDAY, MONDAY = in_september(10), in_september(11, 9), in_september(14, 8)


@pytest.fixture(autouse=True)
def on(plan, plcy, settings) -> None:
    """Mail is on, and the site has an address."""
    settings.BASE_URL = "https://esc.example"
    mail_on(plcy)


@pytest.fixture
def opened(plan, uspto) -> None:
    """The call of W37; USPTO spoke in the week before."""
    with clock.at(in_september(3)):
        say(USPTOS, uspto, outlook=Outlook.AT_RISK)
    open_call(in_september(9, 9))


def drawn(address: str, at) -> Digest:
    """Return what the mail that waits for an address says at a moment."""
    with clock.at(at):
        return digest_of(Delivery.objects.get(address=address, report=None, sent_at=None), at)


def blocks(digest: Digest) -> dict[str, Block]:
    return {block.kind: block for section in digest.sections for block in section.blocks}


def codes(block: Block) -> list[str]:
    return [row.code for row in block.rows]


def text(mailoutbox, to: str) -> str:
    """Return the one mail to an address as one line."""
    [message] = [each for each in mailoutbox if each.to == [to]]
    return " ".join(message.body.split())


def reminded(by: User, at=THURSDAY) -> None:
    """Remind everybody at a moment, and gather."""
    with clock.at(at):
        remind(call_of(), by=by)
    notice(at, flag=False)
    gather(at)


# --- Overdue and due ------------------------------------------------------------------------------------------------


def test_all_that_is_overdue_of_the_agency_is_told_the_new_marked_with_the_last_words(cbp, plcy):
    with clock.at(in_september(3)):
        say("3.2", cbp, outlook=Outlook.AT_RISK)
    tell(in_september(9, 8))
    give("8.1", "CBP", by=plcy)
    notice(MONDAY)
    gather(MONDAY)

    digest = drawn("cbp@esc.example", MONDAY)

    block = blocks(digest)["overdue"]
    assert [row.code for row in block.rows if row.new] == ["8.1"]
    assert codes(block) == ["8.1", "3.1", "3.2", "3.3", "5.2", "5.3", "7.1"]
    assert block.heading == "7 milestones are overdue, 1 of them new"
    assert next(row for row in block.rows if row.code == "3.2") == NoticeRow(
        code="3.2",
        text="CBP will complete its analysis for implementing an international mail compliance metric.",
        url="https://esc.example/milestones/3.2/",
        facts=(
            ("Target", "Aug. 2020, 14 days overdue"),
            ("Last said Sep 3, 2020", "“The rule is being drafted.”"),
            ("Outlook then", "At risk"),
        ),
    )
    assert (digest.to_name, digest.settings_url) == ("CBP", "https://esc.example/accounts/preferences/")
    assert digest.subject == "ESC tracker, Sep 14, 2020: CBP: 7 overdue"


def test_what_falls_due_says_in_how_many_days_once_though_two_notices_wait(uspto, plcy):
    notice(in_september(1), flag=False)
    Milestone.objects.coded(USPTOS).update(current_target_on=date(2020, 9, 30), current_target_kind="day")
    notice(in_september(14, 6), flag=False)
    notice(in_september(23, 6), flag=False)
    gather(in_september(23))

    block = blocks(drawn("uspto@esc.example", in_september(24)))["due"]

    assert codes(block) == [USPTOS]
    assert block.rows[0].facts[0] == ("Target", "Sept. 30, 2020, due in 6 days")
    assert block.heading == "1 milestone falls due soon"


def test_milestones_of_no_agency_are_a_section_of_their_own_for_plcy(plcy):
    notice(MONDAY)
    gather(MONDAY)

    digest = drawn("plcy@esc.example", MONDAY)

    assert [section.heading for section in digest.sections] == ["No agency named yet"]
    assert "8.1" in codes(blocks(digest)["overdue"])
    assert digest.why == "You get this because you sit in the chair’s office."


def test_one_who_is_called_for_two_agencies_gets_one_mail_with_a_section_for_each(cbp, usps, plcy):
    for agency, code in (("CBP", "3.2"), ("USPS", "5.3")):
        kim = keep("Kim Lee", by=plcy, agency=agency, email="kim@esc.example")
        call(code, kim, by=plcy, agency=agency)
    notice(MONDAY)
    gather(MONDAY)

    digest = drawn("kim@esc.example", MONDAY)

    assert [section.heading for section in digest.sections] == ["CBP", "USPS"]
    assert digest.subject == "ESC tracker, Sep 14, 2020: CBP, USPS"
    assert (digest.to_name, digest.settings_url) == ("Kim Lee", "")


# --- Calls ----------------------------------------------------------------------------------------------------------


def test_a_reminder_says_what_is_owed_by_when_with_the_last_words_and_a_link(opened, plcy, mailoutbox):
    add_text(in_september(9, 10), plcy, "Mention the hearing of September 22.")
    reminded(plcy)

    send(FRIDAY)

    told = text(mailoutbox, "uspto@esc.example")
    assert "Reminder: call 2020-W37, 1 milestone to answer" in told
    assert (
        "PLCY asks USPTO for its answers to the call of Sep 7 – 13, 2020. They fall due on Fri, Sep 11, 12:00" in told
    )
    assert "PLCY adds: “Mention the hearing of September 22.”" in told
    assert "11.2 Seek public input while developing the campaign" in told
    assert "Last said Sep 3, 2020: “The rule is being drafted.” Outlook then: At risk" in told
    assert "https://esc.example/check-in/" in told
    assert "Not for release to COAC." in told


def test_a_call_that_opened_says_so_to_who_owes_an_answer(opened, plcy):
    notice(in_september(9, 10), flag=False)
    gather(in_september(9, 10))

    block = blocks(drawn("uspto@esc.example", in_september(9, 10)))["call"]

    assert (block.heading, codes(block)) == ("Call 2020-W37, 1 milestone to answer", [USPTOS])


def test_plcy_reads_what_it_owes_itself(opened, plcy):
    notice(in_september(9, 10), flag=False)
    gather(in_september(9, 10))

    block = blocks(drawn("plcy@esc.example", in_september(9, 10)))["call"]

    assert block.lead.startswith("PLCY owes its own answers to the call of Sep 7 – 13, 2020. They fall due on Fri")


def test_what_was_answered_meanwhile_is_left_out(opened, cbp, plcy):
    reminded(plcy)
    with clock.at(in_september(10, 15)):
        say("3.1", cbp)
        withdraw(milestone("3.2"), by=plcy, seen_version=0, remark="Overtaken.")

    block = blocks(drawn("cbp@esc.example", FRIDAY))["reminder"]

    assert {"3.1", "3.2"}.isdisjoint(codes(block))
    assert block.heading == f"Reminder: call 2020-W37, {len(block.rows)} milestones to answer"
    assert dict(block.rows[0].facts)["Last said"] == "nothing yet"


def test_who_has_answered_everything_meanwhile_gets_no_mail(opened, uspto, plcy, mailoutbox):
    reminded(plcy)
    with clock.at(in_september(10, 15)):
        say(USPTOS, uspto)

    send(FRIDAY)

    assert ["uspto@esc.example"] not in [message.to for message in mailoutbox]
    row = Delivery.objects.get(address="uspto@esc.example")
    assert (row.error, row.sent_at is not None) == ("Not sent: everything was answered meanwhile", True)


def test_of_a_call_skipped_meanwhile_nobody_is_reminded(opened, uspto, plcy, mailoutbox):
    reminded(plcy)
    skip(in_september(10, 15), plcy)

    send(FRIDAY)

    assert mailoutbox == []
    assert Delivery.objects.get(address="uspto@esc.example").error.startswith(
        "Not sent: The call of 2020-W37 was skipped"
    )


def test_an_extended_agency_reads_its_own_due_time_and_a_late_one_that_it_has_passed(opened, uspto, plcy):
    extend(in_september(10), plcy, agency="USPTO", due_at=in_september(14))
    reminded(plcy, at=in_september(10, 13))

    before = blocks(drawn("uspto@esc.example", in_september(11)))["reminder"]
    after = blocks(drawn("uspto@esc.example", in_september(15)))["reminder"]

    assert "They fall due on Mon, Sep 14, 12:00" in before.lead
    assert "They fell due on Mon, Sep 14, 12:00" in after.lead


def test_a_principal_in_copy_reads_that_it_is_a_copy(opened, uspto, plcy, mailoutbox):
    principal = keep("Jo Cole", by=uspto, agency="USPTO", email="jo@esc.example")
    call(USPTOS, principal, by=uspto, agency="USPTO", part=Part.PRINCIPAL)
    with clock.at(THURSDAY):
        remind(call_of(), by=plcy)
    CallReminder.objects.update(copies_principal=True)
    notice(THURSDAY, flag=False)
    gather(THURSDAY)

    send(FRIDAY)

    told = text(mailoutbox, "jo@esc.example")
    assert "USPTO (copy to the principal)" in told
    assert "You read a copy because PLCY chose to copy you as the principal." in told


# --- What was entered, decided, edited ------------------------------------------------------------------------------


def test_an_agency_is_told_what_was_entered_for_it_row_by_row_with_where_to_correct_it(opened, plcy, uspto, mailoutbox):
    with clock.at(in_september(11)):
        question = ask(StatusUpdate.objects.get(), by=plcy, text="Which notice?")
        source = Source(who="Dana Reyes", on=date(2020, 9, 11), how=CheckIn.How.MAIL)
        check_in = open_check_in(Agency.objects.get(pk="USPTO"), by=plcy, source=source)
        answer(question, by=plcy, text="The second.", check_in=check_in)
        row = milestone(USPTOS)
        said = words(Outlook.AT_RISK, statement="The second draft is back.", next_step="Publish the notice.")
        post_update(row, by=plcy, seen_version=row.version, words=said, check_in=check_in)
        row = milestone(USPTOS)
        asked = {"target": TargetDate.month(2021, 2), "category": "legal", "text": "A review takes longer."}
        request_revision(row, by=plcy, seen_version=row.version, check_in=check_in, **asked)
    notice(MONDAY, flag=False)
    gather(MONDAY)

    send(MONDAY)

    told = text(mailoutbox, "uspto@esc.example")
    assert (
        "This stands on the record for USPTO, entered by PLCY from USPTO's e-mail of Sep 11, 2020 (Dana Reyes)." in told
    )
    assert "Statement: “The second draft is back.” Next step: “Publish the notice.” Outlook: At risk" in told
    assert "Why: “Counsel has not answered.” Forecast: Dec. 2020" in told
    assert "New target asked for: Feb. 2021 Legal or regulatory process: “A review takes longer.”" in told
    assert "PLCY asked: “Which notice?” Answer: “The second.”" in told
    assert "Correct it: https://esc.example/milestones/11.2/update/" in told


def test_decisions_say_what_was_asked_for_and_who_decided(cbp, plcy):
    with clock.at(in_september(10)):
        row = milestone("7.1")
        asked = {"target": TargetDate.month(2021, 6), "category": "legal", "text": "A review takes longer."}
        revision = request_revision(row, by=cbp, seen_version=row.version, **asked)
        decide_revision(revision, by=plcy, accept=False)
        say("3.1", cbp, status=Status.REPORTED_COMPLETE)
        return_completion(milestone("3.1"), by=plcy, seen_version=1, remark="The letter is missing.")
    notice(MONDAY, flag=False)
    gather(MONDAY)

    block = blocks(drawn("cbp@esc.example", MONDAY))["decision"]

    assert block.heading == "2 decisions on what you asked for"
    assert {row.code: row.facts for row in block.rows} == {
        "7.1": (("You asked for", "June 2021"), ("Decision", "Refused by the chair's office")),
        "3.1": (
            ("You reported", "complete"),
            ("Decision", "Returned by the chair's office"),
            ("Why", "“The letter is missing.”"),
        ),
    }


def test_an_edited_line_is_told_beside_the_own_words_with_the_report(cbp, plcy):
    report = published("2020-W35", "2020-W36", by=plcy)[-1]
    WeeklyReport.objects.filter(pk=report.pk).update(
        edits=[{"code": "3.2", "agency": "CBP", "field": "statement", "own": "We wait.", "text": "Counsel is late."}]
    )
    notice(MONDAY, flag=False)
    gather(MONDAY)

    block = blocks(drawn("cbp@esc.example", MONDAY))["edited"]

    assert block.rows[0].facts == (
        ("Statement, your words", "“We wait.”"),
        ("Statement, as printed", "“Counsel is late.”"),
    )
    assert (block.link, codes(block)) == ("https://esc.example/reports/2020-W36/", ["3.2"])


# --- The mail itself ------------------------------------------------------------------------------------------------


def test_the_html_says_what_the_text_says(cbp, plcy, mailoutbox):
    tell(MONDAY)

    [message] = [each for each in mailoutbox if each.to == ["cbp@esc.example"]]
    [(html, kind)] = message.alternatives
    row = Delivery.objects.get(address="cbp@esc.example")
    assert kind == "text/html"
    assert message.extra_headers["Message-ID"] == f"<notices-2020-09-14.{row.pk}@esc.example>"
    for said in ("6 milestones are overdue", "https://esc.example/milestones/3.2/", "14 days overdue"):
        assert said in message.body
        assert said in html


def test_one_whose_seat_ended_meanwhile_is_not_told(cbp, plcy, mailoutbox):
    notice(MONDAY)
    gather(MONDAY)
    User.objects.filter(pk=cbp.pk).update(access_ends_on=clock.real_day() - timedelta(days=1))

    send(MONDAY)

    assert [message.to for message in mailoutbox] == [["plcy@esc.example"]]
    assert Delivery.objects.get(address="cbp@esc.example").error == "Not sent: the account was closed meanwhile"


def test_one_who_moved_to_coac_meanwhile_is_not_told(cbp, plcy, mailoutbox):
    notice(MONDAY)
    gather(MONDAY)
    User.objects.filter(pk=cbp.pk).update(role=Role.COAC_READER, agency=None)

    send(MONDAY)

    assert ["cbp@esc.example"] not in [message.to for message in mailoutbox]


@pytest.mark.parametrize("to", ["a@esc.example\nBcc: b@esc.example", "a@esc.example\r\n\r\nBody"])
def test_no_header_can_be_slipped_in(to):
    row = NoticeRow(code="3.1", text="Text.", url="https://esc.example/milestones/3.1/")
    section = AgencySection(agency="CBP", blocks=[Block(kind="overdue", heading="1 milestone is overdue", rows=[row])])
    digest = Digest(day=MONDAY.date(), to_name="Kim", subject="One", sections=[section], why="Because.")

    with pytest.raises(BadHeaderError):
        notices_mail(digest, to=to, message_id="<a@b>").message()


def test_drawing_up_takes_as_many_queries_for_much_as_for_little(opened, cbp, plcy, django_assert_max_num_queries):
    reminded(plcy)
    notice(THURSDAY)
    make_user("second@cbp.example", Role.ESC_MEMBER, "CBP")
    row = Delivery.objects.select_related("recipient").get(address="cbp@esc.example")

    with clock.at(FRIDAY), django_assert_max_num_queries(14):
        digest_of(row, FRIDAY)


def test_reports_are_published_and_told_beside_the_notices(cbp, plcy, mailoutbox):
    begin_record()
    published("2020-W35", by=plcy, tell=True)
    notice(MONDAY)
    gather(MONDAY)

    with clock.at(MONDAY):
        done = delivery.send_due(clock.wall())

    assert (done.sent, done.failed) == (4, 0)
