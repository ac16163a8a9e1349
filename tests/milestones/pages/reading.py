"""What do the tests of the reading pages look at, and which history do they read?"""

import html
import re
from datetime import date, datetime

from django.http import HttpResponse
from django.test import Client

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Agency, User
from esc_tracker.journal.models import Release
from milestones.calls.calling import open_calls
from milestones.deciding import confirm, return_completion
from milestones.models import Milestone, SharedSummary
from milestones.overdue import flag_overdue
from milestones.plan.assigning import assign
from milestones.targets.revisions import decide_revision, request_revision
from milestones.words import Completion
from milestones.workflow import Outcome, Outlook, Status
from tests.milestones.pages.saying import milestone, say
from tests.milestones.telling import in_september

MARKER = "zzz-secret"  # in every internal text of the history below


def codes(answer: HttpResponse) -> list[str]:
    """Return the numbers of the milestones on a page, in order."""
    return [row.record.code for row in answer.context["table"].paginated_rows]


def asked(client: Client, query: str) -> list[str]:
    """Return the numbers of the milestones that the list shows for a query, all on one page."""
    answer = client.get(f"/milestones/?{query}&per_page=100")
    assert answer.status_code == 200
    assert not answer.context["asked"].errors
    return codes(answer)


def text_of(answer: HttpResponse) -> str:
    """Return a page's or a file's text."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode()


def words_of(answer: HttpResponse) -> str:
    """Return a page's words without its markup, as a person reads them."""
    main = re.search(r"<main.*</main>", text_of(answer), re.DOTALL)
    assert main
    words = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main[0])).split())
    return re.sub(r" ([.,;:])", r"\1", words)


def tell_a_month(*, cbp: User, ice: User, usps: User, plcy: User) -> None:
    """Tell the first days of September 2020: a little of everything that these pages show.

    2.2 is completed early, 4.3's target moved and it is at risk, 5.1's agencies differ, 6.2 waits to be confirmed,
    7.1 was returned, 1.1 got CBP as lead; 3.3 is off track. COAC reads the record up to Sep 7, but not 4.4.
    """
    with clock.at(in_september(1)):
        say(
            "2.2", cbp, status=Status.REPORTED_COMPLETE, completion=_done(date(2020, 8, 12)), statement=f"{MARKER} done"
        )
        say("3.1", cbp, statement=f"{MARKER} counsel reads it", status=Status.IN_PROGRESS)
    with clock.at(in_september(2)):
        open_calls(clock.now())
        confirm(milestone("2.2"), by=plcy, seen_version=1)
        _share("2.2", plcy, "The strategy is out.")
        _share("4.4", plcy, "Withheld summary.")
    with clock.at(in_september(3)):
        assign(["1.1"], agency=Agency.objects.get(pk="CBP"), part="lead", by=plcy, reason=f"{MARKER} agreed")
        say("7.1", cbp, status=Status.REPORTED_COMPLETE, completion=_done(date(2020, 9, 2)))
        return_completion(milestone("7.1"), by=plcy, seen_version=1, remark=f"{MARKER} page 3 is missing")
    with clock.at(in_september(4)):
        say("5.1", usps, statement=f"{MARKER} pilot", outlook=Outlook.AT_RISK, reason="One post is silent.")
        say("5.1", cbp, statement=f"{MARKER} messages", status=Status.IN_PROGRESS, no_forecast_reason="",
            forecast=TargetDate.month(2020, 11))  # fmt: skip
    with clock.at(in_september(9)):
        open_calls(clock.now())
    with clock.at(in_september(10)):
        asked_for = request_revision(
            milestone("4.3"), by=ice, seen_version=0, target=TargetDate.month(2020, 12),
            category="dependency", text=f"{MARKER} the training office",
        )  # fmt: skip
        decide_revision(asked_for, by=plcy, accept=True)
    with clock.at(in_september(11, 9)):
        say("4.3", ice, statement=f"{MARKER} curriculum drafted", status=Status.IN_PROGRESS, outlook=Outlook.AT_RISK,
            reason="Trainers left.", next_step="Sessions 3 to 5", next_step_on=date(2020, 10, 9), waiting_on="USPTO",
            forecast=TargetDate.month(2021, 1), no_forecast_reason="",
            note=f"{MARKER} for the ESC", agency_note=f"{MARKER} ours alone")  # fmt: skip
        say(
            "6.2",
            ice,
            status=Status.REPORTED_COMPLETE,
            completion=Completion.when(TargetDate.month(2020, 9), Outcome.DELIVERED),
        )
        say("3.3", cbp, outlook=Outlook.OFF_TRACK, reason="Counsel.", needed="A word.", status=Status.IN_PROGRESS)
    with clock.at(in_september(12)):
        flag_overdue(clock.today())
    Release.objects.create(
        week="2020-W36", version=1, as_of=in_september(7, 0), withheld=["4.4"], cleared_by="Counsel, Sep 8",
        released_at=in_september(8), released_by=plcy,
    )  # fmt: skip


def _done(on: date) -> Completion:
    return Completion.when(TargetDate.day(on), Outcome.DELIVERED)


def _share(code: str, by: User, text: str) -> None:
    SharedSummary.objects.create(
        milestone=Milestone.objects.coded(code).get(), text=text, agency_id="PLCY", by=by, recorded_at=clock.now(),
        cleared_at=clock.now(), cleared_by=by,
    )  # fmt: skip


def noon(day: int) -> datetime:
    """Return noon of a day of September 2020, New York."""
    return in_september(day)
