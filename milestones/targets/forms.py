"""Which new target does an agency ask for, and why?"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from actions.target_dates import DATED, Kind, TargetDate, iso
from milestones.checkin.forms import SubmissionForm
from milestones.forms import PlainText, TargetField
from milestones.models import TargetRevision
from milestones.telling import say_day
from milestones.words import STATEMENT_MAX

DATED_CHOICE = "dated"
CHOICES = {
    DATED_CHOICE: "A month or a day",
    Kind.ONGOING.value: "Ongoing",
    Kind.UNDATED.value: "No date",
}


class RevisionForm(forms.Form):
    """A request for a new target."""

    use_required_attribute = False

    new_target = forms.ChoiceField(
        label="New target",
        choices=list(CHOICES.items()),
        widget=forms.RadioSelect,
        initial=DATED_CHOICE,
        error_messages={
            "required": "Choose what the target becomes.",
            "invalid_choice": "Choose one of those offered.",
        },
    )
    target = TargetField(label="Month or day", help_text="A month such as 2020-12 or a day such as 2020-12-15.")
    category = forms.ChoiceField(
        label="What kind of reason is it?",
        choices=[("", "Choose the kind of reason"), *TargetRevision.Category.choices],
        error_messages={
            "required": "Choose what kind of reason it is.",
            "invalid_choice": "Choose what kind of reason it is.",
        },
    )
    text = PlainText(label="Why does the target have to move?", limit=STATEMENT_MAX, rows=4)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        present: TargetDate | None,
        today: date,
        source: SubmissionForm | None = None,
        **kwargs: Any,
    ) -> None:
        self.source = source  # where the request came from, if PLCY enters it
        if data is not None and "new_target" not in data:
            data = data.copy()
            data["new_target"] = DATED_CHOICE
        super().__init__(data, **kwargs)
        choices = [(value, label) for value, label in CHOICES.items() if present is None or value != present.kind]
        self.fields["new_target"].widget.choices = choices
        earliest = present.due_on if present else None
        self.fields["new_target"].help_text = _what_happens(earliest, today)

    def is_valid(self) -> bool:
        """Say whether request and source can both be taken."""
        return super().is_valid() & (self.source is None or self.source.is_valid())

    def clean(self) -> dict[str, Any]:
        """Ask for the date where one was chosen."""
        said = self.cleaned_data
        if said.get("new_target") == DATED_CHOICE and not said.get("target") and "target" not in self.errors:
            self.add_error("target", "Say to which month or day.")
        if said.get("new_target") != DATED_CHOICE:
            self.errors.pop("target", None)  # What was typed there does not count.
        return said

    def add_problems(self, problems: Mapping[str, str]) -> None:
        """Show sentences at their fields; what is wrong with a target without a date at the choice."""
        for name, sentence in problems.items():
            at = "new_target" if name == "target" and not self.asked_for.is_dated else name
            if at not in self.errors:
                self.add_error(at if at in self.fields else None, sentence)

    @property
    def asked_for(self) -> TargetDate:
        """Return the target asked for, of a form without errors."""
        chosen = self.cleaned_data["new_target"]
        if chosen != DATED_CHOICE:
            return TargetDate(Kind(chosen))
        target: TargetDate = self.cleaned_data["target"]
        return target


def as_asked(revision: TargetRevision) -> dict[str, str]:
    """Return a request as the form's fields would be filled in."""
    target = revision.new_target
    return {
        "new_target": DATED_CHOICE if target.kind in DATED else target.kind.value,
        "target": iso(target),
        "category": revision.category,
        "text": revision.text,
    }


def _what_happens(present: date | None, today: date) -> str:
    if present is None:
        return "A first date is accepted at once. Ongoing or no date waits for PLCY’s decision."
    if present <= today:
        return "Whatever you ask for waits for PLCY’s decision."
    return f"Earlier than {say_day(present)} is accepted at once. Later, ongoing or no date waits for PLCY’s decision."
