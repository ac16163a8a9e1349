"""Which agency is to have which part in which milestones, and why, as a person says it?"""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from esc_tracker.accounts.models import Agency
from esc_tracker.rendering import RadioTiles
from milestones.authority_forms import AuthorityFields
from milestones.forms import AskedChoice, PlainText, choose_from
from milestones.models import Milestone, Responsibility
from milestones.words import STATEMENT_MAX

Part = Responsibility.Part
PART_MEANS = {
    Part.LEAD: "Answers for it; its outlook is the milestone’s.",
    Part.JOINT: "Answers for it beside the lead, in its own words.",
    Part.SUPPORTING: "Helps; may add notes and is not asked for updates.",
}


class Numbers(forms.MultipleChoiceField):
    """Milestones by number; whether each can be given is told by the rules of the record."""

    def valid_value(self, value: Any) -> bool:
        """Leave the judgment to the door, which names the milestone."""
        return True


class ReasonedForm(AuthorityFields):
    """What is decided about responsibilities: why, and on whose decision."""

    reason = PlainText(label="Why?", limit=STATEMENT_MAX, rows=3, help_text="For the record; the committee reads it.")

    def add_problems(self, problems: Mapping[str, str]) -> None:
        """Show sentences at their fields, unless a field has its error already."""
        for name, sentence in problems.items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, sentence)


class AssignForm(ReasonedForm):
    """One agency's part in several milestones at once."""

    milestones = Numbers(label="Which milestones?", error_messages={"required": "Choose at least one milestone."})
    agency = AskedChoice(
        label="Which agency?", error_messages={"invalid_choice": "Choose one of the agencies offered."}
    )
    part = forms.ChoiceField(
        label="With which part?",
        choices=Part.choices,
        widget=RadioTiles(descriptions={part.value: means for part, means in PART_MEANS.items()}),
        error_messages={
            "required": "Choose lead, joint or supporting.",
            "invalid_choice": "Choose lead, joint or supporting.",
        },
    )

    field_order = ("milestones", "agency", "part", "reason")

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        offered: Sequence[Milestone],
        agencies: Sequence[Agency],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        choose_from(self, "milestones", [(row.code, row.text) for row in offered])
        choose_from(
            self,
            "agency",
            [
                ("", "Choose the agency"),
                *((each.code, str(each)) for each in agencies),
            ],
        )
        self.agencies = {each.code: each for each in agencies}

    def clean_agency(self) -> Agency:
        """Return the agency chosen."""
        code = self.cleaned_data["agency"]
        if not code:
            raise forms.ValidationError("Choose the agency.")
        return self.agencies[code]

    @property
    def chosen(self) -> list[str]:
        """Return the numbers that are ticked, as typed."""
        return [str(code) for code in self["milestones"].value() or []]
