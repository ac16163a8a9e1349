"""What does a test type into the forms? Plain data with boring defaults."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.test import Client

from milestones.models import Milestone, Note, StatusUpdate
from milestones.updates import post_update
from milestones.words import Completion, Words
from milestones.workflow import CompletedKind, Outcome, Outlook, Status

FORM = {
    "version": "0",
    "status": "in_progress",
    "statement": "Two of five sessions held.",
    "next_step": "Sessions 3 to 5.",
    "next_step_on": "2020-10-09",
    "waiting_on": "USPTO",
    "outlook": "at_risk",
    "reason": "Two trainers left.",
    "needed": "",
    "forecast": "2020-12",
    "no_forecast_reason": "",
    "note": "",
    "agency_note": "",
    "completed_on": "",
    "outcome": "",
}
DONE = Completion(kind=CompletedKind.DAY, on=date(2020, 9, 11), outcome=Outcome.DELIVERED)


def milestone(code: str = "4.3") -> Milestone:
    """Return a milestone as it stands."""
    return Milestone.objects.coded(code).get()


def send(client: Client, code: str = "4.3", act: str = "update", **changes: Any) -> HttpResponse:
    """Send the update form of version 0, changed as told; None leaves a field out."""
    fields = {name: value for name, value in {**FORM, **changes}.items() if value is not None}
    return client.post(f"/milestones/{code}/{act}/", fields)


def say(code: str, by: Any, **changes: Any) -> StatusUpdate:
    """Post an update through the door: on track unless told otherwise."""
    acts = {name: changes.pop(name) for name in ("status", "completion", "note", "agency_note") if name in changes}
    row = milestone(code)
    words = Words(
        **{"statement": "Said before.", "outlook": Outlook.ON_TRACK, "no_forecast_reason": "Unclear.", **changes}
    )
    return post_update(row, by=by, seen_version=row.version, words=words, **acts)


def report(code: str, by: Any) -> StatusUpdate:
    """Report a milestone complete on Sep 11, delivered."""
    return say(code, by, status=Status.REPORTED_COMPLETE, completion=DONE)


def ledger() -> tuple[int, int]:
    """Count the acts and notes recorded."""
    return StatusUpdate.objects.count(), Note.objects.count()
