"""What is an agency still writing, and how do two colleagues not overwrite one another?

A draft is not on the record: no act, no journal entry, and it is gone once the row is handed in. Only the desk that
writes it sees it: the agency's own people, or PLCY entering for it.
"""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from esc_tracker import clock
from esc_tracker.accounts.models import Agency, User
from milestones.models import DraftRow, Milestone
from milestones.permissions import why_not_check_in
from milestones.refusals import Incomplete, demand
from milestones.words import NOTE_MAX, UNPRINTABLE, has_control_characters


class DraftMoved(Exception):
    """A colleague saved or dropped this draft since the page was opened; nothing was written.

    `draft` is theirs as it stands, None where it is gone.
    """

    def __init__(self, draft: DraftRow | None) -> None:
        super().__init__("This draft was changed since you opened it.")
        self.draft = draft


def drafts_of(agency: str, by: User) -> dict[int, DraftRow]:
    """Return the drafts of one's own desk for an agency, by milestone key, with who saved each. One query."""
    rows = DraftRow.objects.filter(agency_id=agency, desk_id=by.agency_id).select_related("saved_by")
    return {row.milestone_id: row for row in rows}


def save_draft(
    milestone: Milestone,
    agency: Agency,
    *,
    by: User,
    fields: Mapping[str, str],
    seen_version: int,
    seen_revision: int,
) -> DraftRow:
    """Keep what is being written about one milestone, as typed; `seen_revision` is 0 where there was no draft.

    The same draft saved twice is saved once. Raises NotAllowed, Incomplete for what cannot be kept, DraftMoved if a
    colleague was quicker; nothing is written then. Four queries.
    """
    demand(why_not_check_in(by, agency.code))
    if problems := _problems(fields):
        raise Incomplete(problems)
    kept = {"fields": dict(fields), "seen_version": seen_version}
    ours = DraftRow.objects.filter(agency=agency, desk=by.agency, milestone=milestone).select_related("saved_by")
    there = ours.first()
    if there is not None and all(getattr(there, name) == value for name, value in kept.items()):
        return there
    saved = {**kept, "saved_by": by, "saved_at": clock.now()}
    if seen_revision:
        changed = ours.filter(revision=seen_revision).update(revision=seen_revision + 1, **saved) == 1
    else:
        changed = _insert(DraftRow(agency=agency, desk=by.agency, milestone=milestone, **saved))
    there = ours.first()
    if there is None or not changed:
        raise DraftMoved(there)
    return there


def drop_draft(milestone: Milestone, agency: str, *, by: User, seen_revision: int) -> None:
    """Let a draft go if it is still the one that was seen; what a colleague wrote since stays. One query."""
    DraftRow.objects.filter(
        agency_id=agency, desk_id=by.agency_id, milestone=milestone, revision=seen_revision
    ).delete()


def _insert(row: DraftRow) -> bool:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False  # A colleague began one meanwhile.
    return True


def _problems(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what cannot be kept: a draft may be wrong and half done, but never endless or unprintable."""
    long = {name: f"This is {len(text)} characters long; {NOTE_MAX} fit." for name, text in fields.items()
            if len(text) > NOTE_MAX}  # fmt: skip
    return long | {name: UNPRINTABLE for name, text in fields.items() if has_control_characters(text)}
