"""Who sits at which agency's check-in, and what may they say there about a milestone?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.http import QueryDict

from esc_tracker.accounts.models import Agency, User
from esc_tracker.reader import Reader
from milestones.checkin.rows import Waiting, waiting_for, why_words_are_needed, words_of
from milestones.checkin.typed import TypedRow
from milestones.forms import UpdateForm, as_written
from milestones.models import DraftRow, Milestone, StatusUpdate
from milestones.offers import last_report
from milestones.permissions import why_not_update
from milestones.workflow import Status, agency_may_choose


@dataclass
class Desk:
    """One person at one agency's check-in: its own people, or PLCY entering what the agency sent."""

    user: User
    reader: Reader
    agency: Agency
    waiting: Waiting = field(init=False)

    def look(self, codes: Collection[str] = ()) -> None:
        """Fetch what waits, with other milestones that were asked for by number. Queries: see `waiting_for`."""
        self.waiting = waiting_for(self.agency.code, self.user, self.reader, codes=codes)

    @property
    def milestones(self) -> dict[str, Milestone]:
        """Return every milestone fetched, by number; those that are this agency's to answer come first."""
        found = (*self.waiting.open, *self.waiting.reported, *self.waiting.others)
        return {milestone.code: milestone for milestone in found}

    def draft_of(self, milestone: Milestone) -> DraftRow | None:
        """Return what this desk is still writing about a milestone. No query."""
        return self.waiting.drafts.get(milestone.pk)

    def said(self, milestone: Milestone) -> StatusUpdate | None:
        """Return the agency's last word. No query."""
        return words_of(milestone, self.agency.code)

    def written(self, milestone: Milestone) -> dict[str, str]:
        """Return the agency's last words as the form's fields would be filled in. No query."""
        return as_written(milestone, self.said(milestone))

    def why_not(self, milestone: Milestone, status: str = "") -> str:
        """Say why nothing can be said here of a milestone (of this status, if given); "" when it can. No query."""
        return why_not_update(
            self.user, status or milestone.status, milestone.responsible, speaking_for=self.agency.code
        )

    def why_words_are_needed(self, milestone: Milestone) -> str:
        """Say why "no change" is not enough this time; "" when it is. No query."""
        return why_words_are_needed(
            milestone, self.said(milestone), periods=self.waiting.periods, today=self.reader.today
        )

    def is_changed(self, milestone: Milestone, typed: TypedRow) -> bool:
        """Say whether a row says anything else than what its form was filled in with; no, if nobody knows any more."""
        draft = self.draft_of(milestone)
        if (draft.revision if draft else 0) != typed.revision:
            return False
        filled_in = self.written(milestone) | dict(draft.fields if draft else {})
        return any(text != filled_in.get(name, "") for name, text in typed.fields.items())

    def form(self, milestone: Milestone, fields: Mapping[str, str], *, judged: bool = False) -> UpdateForm:
        """Return a row's form filled in; `judged` as sent, with what is wrong with it. No query, one if reported."""
        form = UpdateForm(
            _as_sent(milestone, fields) if judged else None,
            prefix=milestone.code,
            initial=dict(fields),
            milestone=milestone,
            today=self.reader.today,
            allowed=self._allowed(milestone),
        )
        if self.user.agency_id != self.agency.code:
            form.fields["agency_note"].label = f"Note for {self.agency} and PLCY only"
        return form

    def _allowed(self, milestone: Milestone) -> tuple[Status, ...]:
        report = last_report(milestone) if milestone.status == Status.REPORTED_COMPLETE else None
        reported_by_us = report is not None and report.agency_id == self.agency.code
        return agency_may_choose(milestone.status, reported_by_us=reported_by_us)


def _as_sent(milestone: Milestone, fields: Mapping[str, str]) -> QueryDict:
    """Return a row's fields as a form with its prefix takes them; the status is the present one if not sent."""
    data = QueryDict(mutable=True)
    for name, text in {"status": milestone.status, **fields}.items():
        data[f"{milestone.code}-{name}"] = text
    return data
