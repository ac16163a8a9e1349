"""What was saved while someone was writing, and how does it compare with what they wrote?"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from actions.target_dates import BadTargetDate, parse_forecast
from esc_tracker.reader import Reader
from milestones.forms import UpdateForm, as_kept, as_written
from milestones.models import Milestone, StatusUpdate, TargetRevision
from milestones.words import NOTE_MAX
from milestones.workflow import Outcome, Outlook, Status, initial_status

_LABELS = {
    "status": "Status",
    "statement": "Where it stands",
    "completed_on": "Completed",
    "outcome": "Outcome",
    "evidence_title": "Evidence",
    "evidence_on": "Evidence dated",
    "evidence_identifier": "Identifier",
    "evidence_holder": "Record copy held by",
    "evidence_link": "Link",
    "next_step": "Next step",
    "next_step_on": "By when",
    "waiting_on": "Waiting on",
    "outlook": "Outlook",
    "reason": "Why it is not on track",
    "needed": "Needed from the ESC",
    "forecast": "Forecast",
    "no_forecast_reason": "Why there is no forecast",
}
_CHOICES = {"status": dict(Status.choices), "outlook": dict(Outlook.choices), "outcome": dict(Outcome.choices)}
_DATES = frozenset({"completed_on", "evidence_on", "next_step_on", "forecast"})
Happened = StatusUpdate | TargetRevision


@dataclass(frozen=True)
class Line:
    """One field, as they saved it and as you wrote it."""

    label: str
    theirs: str
    yours: str
    differs: bool


@dataclass(frozen=True)
class Conflict:
    """What a stale save is answered with.

    `happened` are acts since the form was made, oldest first, each with the words of `told`; `theirs` names whose words
    stand in the left column; `both_stand` says that only another agency's words moved.
    """

    happened: tuple[tuple[Happened, str], ...]
    theirs: str
    lines: tuple[Line, ...]
    both_stand: bool


def compare(
    milestone: Milestone, seen: int, form: UpdateForm, reader: Reader, *, speaking_for: str | None = None
) -> Conflict:
    """Compare a form made from version `seen` with the milestone as it stands.

    `speaking_for` is the agency whose words the form holds, if not the reader's own. Needs `milestone.last_words`.
    Three queries.
    """
    agency = speaking_for or reader.agency
    acts = list(milestone.updates.filter(version__gt=seen).select_related("agency", "by").order_by("version"))
    moved = list(milestone.revisions.filter(version__gt=seen).select_related("agency", "by").order_by("version"))
    since: list[Happened] = sorted([*acts, *moved], key=lambda each: each.version or 0)
    ours = next((said for said in milestone.last_words if said.agency_id == agency), None)
    ours_moved = ours is not None and ours.version > seen
    others = [said for said in milestone.last_words if said.version > seen]
    shown = ours if ours_moved or not others else others[0]
    earlier = milestone.updates.filter(version__lte=seen).order_by("-version").values_list("status", flat=True).first()
    before = earlier or initial_status(milestone.plan_kind)
    status_moved = any(act.status != before or not act.is_words for act in acts)
    both_stand = not ours_moved and not status_moved and not moved
    saved = as_written(milestone, shown)
    return Conflict(
        happened=tuple((each, told(each, reader)) for each in since),
        theirs=str(shown.agency) if shown is not None and shown.version > seen else "The record",
        lines=tuple(_lines(saved, as_typed(form), both_stand=both_stand)),
        both_stand=both_stand,
    )


def told(act: Happened, reader: Reader) -> str:
    """Say who did what: the agency speaks; the person's name is for PLCY and their own agency."""
    person = f" ({act.by})" if reader.is_plcy or act.agency_id == reader.agency else ""
    if isinstance(act, TargetRevision):
        return f"The target became {act.new_target}, asked for by {act.agency}{person}"
    return f"{act.agency}{person} {act.get_move_display()}"


def as_typed(form: UpdateForm) -> dict[str, str]:
    """Return what the person typed into the form, whether it is right or wrong."""
    return {name: as_kept(form.data.get(form.add_prefix(name))) for name in _LABELS}


def as_notes(theirs: Mapping[str, str], yours: Mapping[str, str]) -> list[str]:
    """Return what the person wrote, where it differs from the record, as the text of notes, as few as hold it."""
    notes: list[str] = []
    for line in _lines(theirs, yours, both_stand=False):
        if not line.differs or not line.yours:
            continue
        text = f"{line.label}: {line.yours}"
        if notes and len(notes[-1]) + 1 + len(text) <= NOTE_MAX:
            notes[-1] += f"\n{text}"
        else:
            notes += [text[start : start + NOTE_MAX] for start in range(0, len(text), NOTE_MAX)]
    return notes


def side_by_side(theirs: Mapping[str, str], yours: Mapping[str, str]) -> tuple[Line, ...]:
    """Return two versions of a form's fields beside one another, what differs marked."""
    return tuple(_lines(theirs, yours, both_stand=False))


def _lines(theirs: Mapping[str, str], yours: Mapping[str, str], *, both_stand: bool) -> Iterator[Line]:
    """Yield the fields that either says anything in; where both stand, two agencies' words are not a difference."""
    for name, label in _LABELS.items():
        left, right = _shown(name, theirs.get(name, "")), _shown(name, yours.get(name, ""))
        if left or right:
            yield Line(label, left, right, differs=left != right and not both_stand)


def _shown(name: str, typed: str) -> str:
    """Say a field's value as a page says it; what is no date is shown as typed."""
    if name in _DATES:
        with suppress(BadTargetDate):
            return str(parse_forecast(typed))
    return str(_CHOICES.get(name, {}).get(typed, typed))
