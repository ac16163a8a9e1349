"""How does a test fill in a check-in? Plain data with boring defaults."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client

from esc_tracker import clock
from esc_tracker.accounts.models import Agency, User
from esc_tracker.journal.models import Entry
from milestones.calls.calling import open_calls
from milestones.checkin.page import Row
from milestones.models import CheckIn, DraftRow, DueOut, Note, Question, StatusUpdate
from milestones.questions import ask
from tests.milestones.meetings.telling import meet, owed
from tests.milestones.telling import milestone

PATH = "/check-in/"
WRITTEN = {
    "status": "in_progress",
    "statement": "The analysis is with counsel.",
    "outlook": "on_track",
    "forecast": "2020-12",
}
SOURCE = {"source": "Dana Reyes", "source_on": "2020-09-11", "source_how": "mail"}


def row(code: str, choice: str = "no_change", **fields: Any) -> dict[str, Any]:
    """Return one row as the page would send it; None leaves a field out."""
    fields = {"version": str(milestone(code).version), "choice": choice, **fields}
    return {f"{code}-{name}": value for name, value in fields.items() if value is not None}


def update(code: str, **changes: Any) -> dict[str, Any]:
    """Return a row with new words."""
    return row(code, changes.pop("choice", "update"), **{**WRITTEN, **changes})


def hand_in(client: Client, *rows: dict[str, Any], path: str = PATH, **head: Any) -> HttpResponse:
    """Submit these rows."""
    return client.post(path, {name: value for each in (*rows, head) for name, value in each.items()})


def save_draft(client: Client, *rows: dict[str, Any], path: str = PATH, **head: Any) -> HttpResponse:
    """Save these rows as a draft."""
    return hand_in(client, *rows, path=path, act="draft", **head)


def rows_on(page: HttpResponse) -> dict[str, Row]:
    """Return the rows of a page, by number, in their order."""
    return {each.code: each for _, _, rows in page.context["groups"] for each in rows}


def outcomes(page: HttpResponse) -> dict[str, str]:
    """Return what became of each row that was tried."""
    return {code: each.outcome.kind for code, each in rows_on(page).items() if each.outcome}


def told(answer: HttpResponse) -> list[str]:
    """Return the messages that wait for the next page."""
    return [str(message) for message in get_messages(answer.wsgi_request)]


def record() -> tuple[int, int, int, int, int]:
    """Count what is on the record: updates, notes, check-ins, answered questions, journal entries."""
    answered = Question.objects.exclude(answer="").count()
    counts = (StatusUpdate.objects.count(), Note.objects.count(), CheckIn.objects.count())
    return (*counts, answered, Entry.objects.count())


def drafted() -> list[tuple[str, str, int]]:
    """Return each draft: whose milestone, by whom, how often saved."""
    drafts = DraftRow.objects.select_related("milestone", "saved_by").order_by("milestone_id", "desk_id")
    return [(draft.milestone.code, draft.saved_by.email, draft.revision) for draft in drafts]


def agency(code: str) -> Agency:
    """Return an agency."""
    return Agency.objects.get(pk=code)


def question_on(said: StatusUpdate, by: User, text: str = "Which counsel?") -> Question:
    """Ask about an agency's word."""
    return ask(said, by=by, text=text)


def call_weekly(first: datetime, count: int) -> None:
    """Open the calls of so many weeks, the first on a Wednesday at noon."""
    for week in range(count):
        with clock.at(first + timedelta(weeks=week)):
            open_calls(clock.now())


def due_out(by: User, owner: str = "CBP", code: str = "") -> DueOut:
    """Return what an agency owes since the meeting of Sep 10."""
    return owed(meet(10, by), by, owner, milestone=milestone(code) if code else None)
