"""What did the person say of the whole submission: who cleared it, and where did it come from?"""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from esc_tracker.accounts.models import Agency, User
from milestones.checkin.submitting import Source, problems_with_submission
from milestones.forms import AskedChoice, DayField, PlainText
from milestones.models import CheckIn
from milestones.words import SHORT_MAX

SOURCE_FIELDS = ("source", "source_on", "source_how")


class SubmissionForm(forms.Form):
    """What a submission says of itself; the source is asked only where PLCY enters for another agency."""

    use_required_attribute = False

    source = PlainText(label="Who said so?", limit=SHORT_MAX, help_text="Such as Dana Reyes, Office of Trade.")
    source_on = DayField(label="When?")
    source_how = AskedChoice(
        label="How?",
        choices=[("", "Choose how it came"), *CheckIn.How.choices],
        error_messages={"invalid_choice": "Choose one of the ways offered."},
    )
    cleared_by = PlainText(
        label="Cleared by",
        limit=SHORT_MAX,
        required=False,
        help_text="Who approved these answers, if somebody had to.",
    )

    def __init__(self, data: QueryDict | None = None, *, by: User, agency: Agency, today: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.by, self.agency, self.today = by, agency, today
        if not self.enters:
            for name in SOURCE_FIELDS:
                del self.fields[name]

    @property
    def enters(self) -> bool:
        """Say whether PLCY enters what another agency sent."""
        return self.by.agency_id != self.agency.code

    @property
    def cited(self) -> Source | None:
        """Return where the answers came from, None where the agency answers itself."""
        said = self.cleaned_data
        if not self.enters:
            return None
        return Source(who=said.get("source", ""), on=said.get("source_on"), how=said.get("source_how", ""))

    def clean(self) -> dict[str, Any]:
        """Ask the rules of the record, and show each answer at its field unless that is wrong already."""
        said = self.cleaned_data
        problems = problems_with_submission(
            self.by, self.agency.code, cleared_by=said.get("cleared_by", ""), source=self.cited, today=self.today
        )
        for name, sentence in problems.items():
            if name not in self.errors:
                self.add_error(name, sentence)
        return said
