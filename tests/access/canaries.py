"""Which history has a word of its own in every text that somebody wrote?

`canary("Note", "text:own")` is the word in the notes for one's own agency, as fields.csv names it. Everything is told
through the doors; only what no person writes (a mail server's answer, a browser's name) is put there by hand.
"""

import csv
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from actions.models import Action
from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Agency, Role, User
from esc_tracker.accounts.seats import decline, nominate
from milestones.authority import Authority, AuthorityKind
from milestones.calls import changing, reminding
from milestones.calls.calling import open_calls
from milestones.checkin.drafts import save_draft
from milestones.checkin.submitting import Source, Submission
from milestones.concurring import concur
from milestones.deciding import confirm, reopen, return_completion, withdraw
from milestones.evidence import Evidence
from milestones.meetings.conclusions import conclude
from milestones.meetings.due_outs import answer_due_out, owe
from milestones.meetings.planning import announce, change
from milestones.models import Meeting, StatusUpdate
from milestones.overdue import flag_overdue
from milestones.people.naming import keep_person, name_contact, set_away
from milestones.plan.assigning import assign, end_part
from milestones.plan.growing import add_milestone
from milestones.questions import answer, ask
from milestones.summaries import clear, propose
from milestones.targets.revisions import decide_revision, request_revision
from milestones.updates import post_note, post_update
from milestones.workflow import Outlook, Status
from reports import delivery, switch
from reports.meetings.freezing import freeze_due
from reports.models import Delivery
from reports.weekly import drafting, publishing, releasing
from reports.weekly.writing import edit_line, write
from tests.factories import make_user
from tests.milestones.calls.calling import call_of
from tests.milestones.people.naming import held
from tests.milestones.telling import DONE, in_september, milestone, say, words
from tests.reports.record import BEGINS_AT, week

HERE = Path(__file__).parent
AFTER = in_september(14, 9)  # the moment at which the pages are read

with (HERE / "fields.csv").open(newline="") as table:
    FIELDS = list(csv.DictReader(table))


def canary(model: str, field: str) -> str:
    """Return the word that stands in a field of the record."""
    return f"zq{model}{field}qz".lower().replace("_", "").replace(":", "")


def seat() -> dict[str, User]:
    """Return one person for each pair of eyes: a COAC reader, a reader, CBP's member and a colleague, ICE/HSI's, …"""
    people = {
        "coac": make_user("coac@esc.example", Role.COAC_READER),
        "reader": make_user("reader@esc.example", Role.READER),
        "author": make_user(canary("User", "email") + "@cbp.example", Role.ESC_MEMBER, "CBP"),
        "own": make_user("cbp2@esc.example", Role.ESC_MEMBER, "CBP"),
        "other": make_user("ice@esc.example", Role.ESC_MEMBER, "ICE-HSI"),
        "usps": make_user("usps@esc.example", Role.ESC_MEMBER, "USPS"),
        "plcy": make_user("plcy@esc.example", Role.PLCY_STAFF),
        "office": make_user("office@esc.example", Role.PLCY_STAFF),
        "admin": make_user("admin@esc.example", Role.ADMINISTRATOR),
    }
    people["author"].name = canary("User", "name")
    people["office"].name = canary("User", "name:office")
    for name in ("author", "office"):
        people[name].save(update_fields=["name"])
    return people


def tell_with_canaries() -> dict[str, User]:
    """Tell the history and return its people. W35 and W36 are published and released; W37 is a draft.

    3.1 is CBP's in every word; 5.1 is carried by CBP and USPS; 6.2 was reported and returned, 2.2 confirmed and
    reopened, 6.3 is completed, 7.1 waits to be confirmed, 4.3's target was moved, a request waits on 3.3, 4.4 is
    withheld, 4.5 withdrawn.
    """
    with clock.at(BEGINS_AT):
        call_command("load_plan", stdout=StringIO())
        people = seat()
        switch.turn(True, by=people["plcy"])
    _people_and_parts(people)
    _words(people)
    _meetings_and_calls(people)
    _reports(people)
    _later(people)
    return people


def _people_and_parts(people: dict[str, User]) -> None:
    plcy, author, admin = people["office"], people["author"], people["admin"]
    cbp = Agency.objects.get(pk="CBP")
    with clock.at(in_september(1, 9)):
        principal = Authority(
            kind=AuthorityKind.PRINCIPAL, principal=canary("Responsibility", "authority_principal"),
            on=date(2020, 8, 31),
        )  # fmt: skip
        reason = canary("Responsibility", "reason")
        [given] = assign(["1.1"], agency=cbp, part="lead", by=plcy, reason=reason, authority=principal)
        assign(["11.2"], agency=cbp, part="supporting", by=plcy, reason="Agreed.")
        [ended] = assign(["1.2"], agency=cbp, part="lead", by=plcy, reason="Agreed.")
        principal = Authority(
            kind=AuthorityKind.PRINCIPAL, principal=canary("PartEnd", "authority_principal"), on=date(2020, 8, 31)
        )
        end_part(ended, by=plcy, reason=canary("PartEnd", "reason"), authority=principal)
        details = {name: canary("Person", name) for name in ("name", "office", "phone")}
        details["phone"] = "+1 202 555 0142"
        person = keep_person(cbp, by=author, email=f"{canary('Person', 'email')}@cbp.example", **details)
        name_contact([held("3.1"), given], by=author, part="contact", person=person)
        keep_person(cbp, by=author, name="Lou Park", office="", email="lou.park@cbp.example", phone="")
        set_away(person, by=author, away_until=date(2020, 9, 20))
        nominated = nominate(
            by=plcy, name=canary("Nomination", "name"), email=f"{canary('Nomination', 'email')}@gao.example",
            role=Role.READER, agency=None,
        )  # fmt: skip
        decline(nominated, by=admin, remark=canary("Nomination", "remark"))
        nominate(by=plcy, name="Sam Poe", email="sam.poe@gao.example", role=Role.READER, agency=None)


def _words(people: dict[str, User]) -> None:
    plcy, author, ice, usps = people["office"], people["author"], people["other"], people["usps"]
    update = {
        name: canary("StatusUpdate", name) for name in ("statement", "next_step", "waiting_on", "reason", "needed")
    }
    with clock.at(in_september(2, 9)):
        open_calls(clock.now())
    with clock.at(in_september(2, 10)):
        row = milestone("3.1")
        submission = Submission(author.agency, author, cleared_by=canary("CheckIn", "cleared_by"))
        said, _ = submission.post(
            row, seen_version=row.version, words=words(Outlook.OFF_TRACK, **update), status=Status.IN_PROGRESS,
            note=canary("Note", "text:esc"), agency_note=canary("Note", "text:own"),
        )  # fmt: skip
        answer(ask(said, by=plcy, text=canary("Question", "text")), by=author, text=canary("Question", "answer"))
        why = canary("StatusUpdate", "no_forecast_reason")
        row = milestone("5.1")
        said = words(Outlook.AT_RISK, statement="Sample: pilots.", reason="Sample: few sites.", forecast=None,
                     no_forecast_reason=why)  # fmt: skip
        post_update(row, by=author, seen_version=row.version, words=said)
        ask(say("5.2", usps), by=plcy, text="Sample: at how many sites?")
        ask(say("5.1", usps), by=plcy, text=canary("Question", "text:open"))
        cited = Evidence(
            title=canary("StatusUpdate", "evidence_title"), on=date(2020, 8, 20),
            identifier=canary("StatusUpdate", "evidence_identifier"), holder=canary("StatusUpdate", "evidence_holder"),
            link=f"https://{canary('StatusUpdate', 'evidence_link')}.example/paper",
        )  # fmt: skip
        _complete("2.2", author, evidence=cited)
        _complete("7.1", author)
        _complete("6.2", ice)
        _complete("6.3", ice)
        confirm(milestone("6.3"), by=plcy, seen_version=1)
        propose(milestone("4.3"), by=ice, text="Sample: not cleared.")
        principal = Authority(
            kind=AuthorityKind.PRINCIPAL, principal=canary("StatusUpdate", "authority_principal"), on=date(2020, 9, 1)
        )
        confirm(milestone("2.2"), by=plcy, seen_version=1, authority=principal)
        return_completion(milestone("6.2"), by=plcy, seen_version=1, remark=canary("StatusUpdate", "remark"))
        source = Source(who=canary("CheckIn", "source_who"), on=date(2020, 9, 1), how="call")
        Submission(usps.agency, plcy, source=source).post(milestone("5.3"), seen_version=0, words=words())
        asked = request_revision(
            milestone("4.3"), by=ice, seen_version=0, target=TargetDate.month(2020, 12), category="dependency",
            text=canary("TargetRevision", "text"),
        )  # fmt: skip
        principal = Authority(
            kind=AuthorityKind.PRINCIPAL, principal=canary("TargetRevision", "authority_principal"),
            on=date(2020, 9, 1),
        )  # fmt: skip
        decide_revision(asked, by=plcy, accept=True, authority=principal)
        request_revision(
            milestone("3.3"), by=author, seen_version=0, target=TargetDate.month(2021, 6), category="dependency",
            text=canary("TargetRevision", "text:pending"),
        )  # fmt: skip
        clear(propose(milestone("2.2"), by=author, text=canary("SharedSummary", "text:cleared")), by=plcy)
        clear(propose(milestone("4.4"), by=plcy, text=canary("SharedSummary", "text:withheld")), by=plcy)
        propose(milestone("3.1"), by=author, text=canary("SharedSummary", "text:proposed"))
        post_note(milestone("4.3"), by=ice, text=canary("Note", "text:other"), audience="agency")
        flag_overdue(clock.today())
    row = milestone("3.2")
    with clock.at(in_september(2, 11)):
        fields = {"statement": canary("DraftRow", "fields")}
        save_draft(row, author.agency, by=author, fields=fields, seen_version=row.version, seen_revision=0)


def _complete(code: str, by: User, **more) -> StatusUpdate:
    row = milestone(code)
    status = Status.REPORTED_COMPLETE
    return post_update(row, by=by, seen_version=row.version, words=words(), status=status, completion=DONE, **more)


def _meetings_and_calls(people: dict[str, User]) -> None:
    plcy, author, cbp = people["office"], people["author"], people["author"].agency
    with clock.at(in_september(2, 12)):
        first = announce(by=plcy, title="Sample", held_at=in_september(3, 9))
        change(
            first, by=plcy, title=canary("Announcement", "title"), held_at=in_september(3, 10), read_ahead_at=None,
            agenda=canary("Announcement", "agenda"), reason=canary("Announcement", "reason"),
        )  # fmt: skip
        announce(by=plcy, title="Sample: later", held_at=in_september(17, 9))
        call = call_of("2020-W36")
        changing.extend(call, by=plcy, agency=cbp, due_at=in_september(5, 12), reason=canary("CallChange", "reason"))
        changing.add_text(call, by=plcy, text=canary("CallChange", "text"))
        reminding.remind(call, by=plcy)
    with clock.at(in_september(3, 9)):
        freeze_due(clock.now())
    with clock.at(in_september(3, 15)):
        first = Meeting.objects.get(pk=1)
        conclude(first, by=plcy, text=canary("Conclusion", "text"))
        owed = owe(first, by=plcy, text=canary("DueOut", "text"), agency=cbp, due_on=date(2020, 9, 21))
        answer_due_out(owed, by=author, text=canary("DueOut", "answer"))
        owe(first, by=plcy, text="Sample: a list of ports.", agency=cbp, due_on=date(2020, 9, 21))
        person = canary("DueOut", "person")
        owe(first, by=plcy, text="Sample: a list.", person=person, due_on=date(2020, 9, 21))
        concurring = canary("Concurrence", "text")
        _complete("5.1", people["usps"])
        row = milestone("5.1")
        concur(row, by=author, report_version=row.version, concurs=False, text=concurring)


def _reports(people: dict[str, User]) -> None:
    plcy = people["office"]
    with clock.at(week("2020-W35").cut_off):
        w35 = drafting.draft(week("2020-W35"))
        publishing.publish(w35, by=plcy)
    with clock.at(week("2020-W36").cut_off):
        report = drafting.draft(week("2020-W36"))
        asks = [{"agency": "CBP", "text": canary("WeeklyReport", "asks"), "milestone": "3.1", "by": date(2020, 9, 18)}]
        report = write(
            report, by=plcy, narrative=canary("WeeklyReport", "narrative"), asks=asks,
            coac_narrative=canary("WeeklyReport", "coac_narrative:released"),
        )  # fmt: skip
        line = canary("WeeklyReport", "edits")
        report = edit_line(report, by=plcy, code="5.2", agency="USPS", field="statement", text=line)
        report = publishing.publish(report, by=plcy)
    with clock.at(in_september(8)):
        report = drafting.correct(report, by=plcy, reason=canary("WeeklyReport", "reason"))
        report = publishing.publish(report, by=plcy)
        releasing.release(
            report, by=plcy, cleared_by=canary("Release", "cleared_by"), withheld=("4.4",),
            withheld_because=canary("Release", "withheld_because"),
        )  # fmt: skip


def _later(people: dict[str, User]) -> None:
    """Tell what happened after the release: COAC may know of none of it."""
    plcy = people["office"]
    with clock.at(in_september(9, 9)):
        open_calls(clock.now())
        freeze_due(clock.now())
    with clock.at(in_september(10)):
        principal = Authority(
            kind=AuthorityKind.PRINCIPAL, principal=canary("Addition", "authority_principal"), on=date(2020, 9, 9)
        )
        add_milestone(
            Action.objects.get(pk=4), by=plcy, text=canary("Milestone", "text:later"), timeline="Dec. 2020",
            agencies=[("CBP", "lead")], reason=canary("Addition", "reason"), authority=principal,
        )  # fmt: skip
        reopen(milestone("2.2"), by=plcy, seen_version=2, remark=canary("StatusUpdate", "remark:reopened"))
        withdraw(milestone("4.5"), by=plcy, seen_version=0, remark=canary("StatusUpdate", "remark:withdrawn"))
        clear(propose(milestone("3.1"), by=plcy, text=canary("SharedSummary", "text:later")), by=plcy)
    with clock.at(week("2020-W37").cut_off):
        [draft] = drafting.write_due(clock.now())
        write(draft, by=plcy, coac_narrative=canary("WeeklyReport", "coac_narrative:draft"))
    with clock.at(in_september(14, 8)):
        delivery.queue_notices(clock.now())
    row = Delivery.objects.filter(sent_at=None).order_by("pk").first()
    assert row is not None
    Delivery.objects.filter(pk=row.pk).update(
        error=canary("Delivery", "error"), tries=1, next_try_at=row.queued_at + timedelta(days=400)
    )
