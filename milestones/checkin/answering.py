"""What becomes of each answer of a check-in: kept, or refused with the writer's text and a reason?"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from milestones.checkin.desk import Desk
from milestones.checkin.drafts import DraftMoved, drop_draft, save_draft
from milestones.checkin.rows import NOTHING_SAID, said_again
from milestones.checkin.submitting import Submission
from milestones.checkin.typed import Choice, TypedRow
from milestones.conflicts import as_notes, as_typed
from milestones.forms import seen_version
from milestones.meetings.due_outs import answer_due_out
from milestones.models import DraftRow, DueOut, Milestone, Note, Question, StatusUpdate
from milestones.refusals import IllegalMove, Incomplete, NotAllowed, StaleUpdate
from milestones.updates import post_note
from milestones.words import problems_with_notes
from milestones.workflow import Outlook, Status

OUT_OF_DATE = "This row was out of date or incomplete, so it was not saved. Check it, then send it again."
NOT_CHOSEN = "Something is written here: choose “Update” to send it."
UNKNOWN_CHOICE = "Choose one of the answers offered."
MOVED_ON = "The record changed while you were writing. Nothing of this row was saved, and nothing is lost."


@dataclass(frozen=True)
class Outcome:
    """What became of one answer.

    `kind` is saved, already, noted, discarded, conflict, closed, refused, error or overtaken; `problems` are sentences
    by field; `seen` the version the row was made from; `theirs` a colleague's draft that came first.
    """

    kind: str
    sentence: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)
    seen: int = 0
    theirs: DraftRow | None = None

    @property
    def is_well(self) -> bool:
        """Say whether nothing is left to do about it."""
        return self.kind in {"saved", "already", "noted", "discarded"}


# --- A row -----------------------------------------------------------------------------------------------------------


def hand_in(desk: Desk, submission: Submission, milestone: Milestone, typed: TypedRow) -> Outcome | None:
    """Carry out one row, each in an act of its own; None for a row that was left as it was."""
    outcome = _carried_out(desk, submission, milestone, typed)
    if outcome is not None and outcome.is_well:
        drop_draft(milestone, desk.agency.code, by=desk.user, seen_revision=typed.revision)
    return outcome


def _carried_out(desk: Desk, submission: Submission, milestone: Milestone, typed: TypedRow) -> Outcome | None:
    seen = seen_version(typed.data, milestone.version, f"{milestone.code}-version")
    match typed.choice:
        case Choice.LEAVE:
            forgotten = seen == milestone.version and not desk.why_not(milestone) and desk.is_changed(milestone, typed)
            return Outcome("error", NOT_CHOSEN, seen=milestone.version) if forgotten else None
        case Choice.DISCARD:
            return Outcome("discarded", "What was written here was discarded.")
        case None:
            return Outcome("error", UNKNOWN_CHOICE, seen=milestone.version)
    if refusal := desk.why_not(milestone):
        if desk.why_not(milestone, Status.IN_PROGRESS):
            return Outcome("refused", refusal)
        if typed.choice == Choice.NOTE:
            return _keep_as_notes(desk, milestone, typed, kind="closed")
        return Outcome("closed", refusal, seen=milestone.version if seen is None else seen)
    if seen is None or typed.is_sent_twice:
        return Outcome("error", OUT_OF_DATE, seen=milestone.version)
    if typed.choice == Choice.NOTE:
        return _keep_as_notes(desk, milestone, typed, kind="conflict")
    try:
        if typed.choice == Choice.NO_CHANGE:
            return _say_again(desk, submission, milestone, seen)
        return _update(desk, submission, milestone, typed, seen)
    except StaleUpdate:
        return Outcome("conflict", MOVED_ON, seen=seen)
    except NotAllowed as refused:
        return Outcome("closed", str(refused), seen=seen)
    except IllegalMove as illegal:
        return Outcome("error", problems={"status": str(illegal)}, seen=seen)
    except Incomplete as incomplete:
        return Outcome("error", problems=incomplete.problems, seen=seen)


def _say_again(desk: Desk, submission: Submission, milestone: Milestone, seen: int) -> Outcome:
    said = desk.said(milestone)
    if said is None:
        return Outcome("error", problems={"statement": NOTHING_SAID}, seen=seen)
    _, is_new = submission.post(milestone, seen_version=seen, words=said_again(said))
    return Outcome("saved", "Saved: no change.") if is_new else _ALREADY


def _update(desk: Desk, submission: Submission, milestone: Milestone, typed: TypedRow, seen: int) -> Outcome:
    form = desk.form(milestone, typed.fields, judged=True)
    if not form.is_valid():
        if seen < milestone.version:
            return Outcome("conflict", MOVED_ON, seen=seen)
        return Outcome("error", seen=seen)
    posted, is_new = submission.post(
        milestone,
        seen_version=seen,
        words=form.words,
        status=form.cleaned_data["status"],
        completion=form.completion,
        evidence=form.evidence,
        note=form.cleaned_data["note"],
        agency_note=form.cleaned_data["agency_note"],
    )
    return Outcome("saved", _saved(posted)) if is_new else _ALREADY


_ALREADY = Outcome("already", "Saved already; nothing more was written.")


def _saved(posted: StatusUpdate) -> str:
    if posted.status == Status.REPORTED_COMPLETE:
        return "Saved: reported complete. PLCY confirms or returns it."
    return f"Saved: {Status(posted.status).label.lower()}, {Outlook(posted.outlook).label.lower()}."


def _keep_as_notes(desk: Desk, milestone: Milestone, typed: TypedRow, *, kind: str) -> Outcome:
    """Keep what was written as notes; the record's words stay theirs. What cannot be kept is answered as `kind`."""
    form = desk.form(milestone, typed.fields, judged=True)
    said = [(text, Note.Audience.ESC) for text in as_notes(desk.written(milestone), as_typed(form))]
    said += [
        (typed.fields.get("note", ""), Note.Audience.ESC),
        (typed.fields.get("agency_note", ""), Note.Audience.AGENCY),
    ]
    said = [(text, audience) for text, audience in said if text]
    for text, _ in said:
        if problem := problems_with_notes(note=text).get("note"):
            return Outcome(kind, problem, seen=milestone.version)
    try:
        for text, audience in said:
            post_note(milestone, by=desk.user, text=text, audience=audience)
    except NotAllowed as refused:
        return Outcome("refused", str(refused))
    return Outcome("noted", "Saved: your note." if said else "There was nothing to add.")


# --- A question, a due-out ------------------------------------------------------------------------------------------


def answer_question(submission: Submission, question: Question, text: str) -> Outcome:
    """Answer one question in an act of its own."""
    try:
        _, is_new = submission.answer(question, text)
    except NotAllowed as refused:
        return Outcome("error", str(refused))
    except Incomplete as incomplete:
        return Outcome("error", str(incomplete))
    return Outcome("saved", "Saved: your answer.") if is_new else _ALREADY


def answer_owed(desk: Desk, due_out: DueOut, text: str) -> Outcome:
    """Answer one due-out in an act of its own."""
    try:
        answer_due_out(due_out, by=desk.user, text=text)
    except NotAllowed as refused:
        return Outcome("error", str(refused))
    except Incomplete as incomplete:
        return Outcome("error", str(incomplete))
    return Outcome("saved", "Saved: your answer.")


# --- A draft ---------------------------------------------------------------------------------------------------------


def keep_draft(
    desk: Desk, milestone: Milestone, typed: TypedRow, *, beside: Mapping[str, str], head: Mapping[str, str]
) -> Outcome | None:
    """Keep one row as a draft, with the answers typed `beside` it and what is said of the whole; None for nothing.

    A row put back to how it was lets its draft go.
    """
    choice = typed.choice
    if choice is None:
        return Outcome("error", UNKNOWN_CHOICE, seen=milestone.version)
    if choice in {Choice.LEAVE, Choice.DISCARD} and not beside and not desk.is_changed(milestone, typed):
        drop_draft(milestone, desk.agency.code, by=desk.user, seen_revision=typed.revision)
        return None
    seen = seen_version(typed.data, milestone.version, f"{milestone.code}-version")
    if seen is None or typed.is_sent_twice:
        return Outcome("error", OUT_OF_DATE, seen=milestone.version)
    if refusal := desk.why_not(milestone):
        return Outcome("closed", refusal, seen=seen)
    try:
        save_draft(
            milestone,
            desk.agency,
            by=desk.user,
            fields={**head, **typed.fields, **beside, "choice": choice.value},
            seen_version=seen,
            seen_revision=typed.revision,
        )
    except DraftMoved as moved:
        return Outcome("overtaken", seen=seen, theirs=moved.draft)
    except Incomplete as incomplete:
        return Outcome("error", problems=incomplete.problems, seen=seen)
    return Outcome("saved", "Kept as a draft.")
