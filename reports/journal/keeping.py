"""What of an entry is kept for the chair's office, when somebody else was given the right to read the journal?

One rule, by verb and field. What is not named as open is kept: a field that a door begins to write stays hidden until
somebody decides about it. Kept are the notes for one agency, all that concerns seats, addresses and telephone numbers,
who of an agency cleared or sent something, texts of reports and requests before others may read them, and what was
withheld from COAC and why.
"""

import re
from typing import Any

KEPT = "(kept for PLCY)"
_MAIL = re.compile(r"[^\s@<>()\[\],;:\"“”]+@[^\s@<>()\[\],;:\"“”]+\.[^\s@<>()\[\],;:\"“”]+")
KEPT_VERBS = "accounts."  # nominations and seats: whom they concern, too

_OPEN = frozenset(
    {
        # Words on a milestone, its status and its target.
        *("version", "status", "agency", "move", "statement", "next_step", "next_step_on", "waiting_on", "outlook"),
        *("reason", "needed", "no_forecast_reason", "forecast_kind", "forecast_on", "written_on", "esc_note"),
        *("completed_kind", "completed_on", "outcome", "evidence_title", "evidence_on", "evidence_identifier"),
        *("evidence_holder", "evidence_link", "remark", "superseded_by", "authority", "authority_meeting"),
        *("authority_principal", "authority_on", "closed_requests", "closed_questions", "concurs", "report", "text"),
        *("target", "asked", "state", "summary", "question", "asked_of", "of_version", "answer", "source_how"),
        # The plan and who answers for it.
        *("edition", "timeline", "agencies", "milestones", "milestone", "part", "basis", "source", "sha256"),
        # Calls, meetings, people.
        *("today", "opened", "closed", "kind", "agency_id", "opens_at", "due_at", "copies_principal"),
        *("title", "held_at", "read_ahead_at", "agenda", "due_out", "owner", "due_on"),
        *("name", "office", "seat", "gets_report", "person", "away_until", "contacts"),
        # Reports.
        *("as_of", "since", "digest", "cleared_by", "withdrawn", "code", "field", "acts", "check_in"),
    }
)
_KEPT_IN = {
    "milestones.check_in": frozenset({"cleared_by"}),
    "milestones.request_revision": frozenset({"text"}),
    "milestones.add_milestone": frozenset({"reason"}),
    "reports.edit_line": frozenset({"text"}),
}
_NAMED_BY_AGENCY = "milestones.remind"  # its fields are the codes of agencies


def is_open(verb: str, field: str) -> bool:
    """Say whether a field of an act is open to every reader of the journal."""
    if verb.startswith(KEPT_VERBS):
        return False
    return field not in _KEPT_IN.get(verb, ()) and (field in _OPEN or verb == _NAMED_BY_AGENCY)


def opened(verb: str, facts: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """Return the facts of an act as a reader may see them: all of them where `whole`, else KEPT in place of some."""
    if whole:
        return facts
    return {name: _without_mail(value) if is_open(verb, name) else KEPT for name, value in facts.items()}


def about_of(verb: str, about: str, *, whole: bool) -> str:
    """Return what an act is about as a reader may see it."""
    return KEPT if verb.startswith(KEPT_VERBS) and not whole else about


def _without_mail(value: Any) -> Any:
    """Return a value with KEPT in place of every address of mail that somebody wrote into it."""
    if isinstance(value, str):
        return _MAIL.sub(KEPT, value)
    if isinstance(value, list):
        return [_without_mail(each) for each in value]
    if isinstance(value, dict):
        return {name: _without_mail(each) for name, each in value.items()}
    return value
