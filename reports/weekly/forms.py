"""What does PLCY say when a report is released to COAC?"""

from collections.abc import Mapping
from typing import Any

from django import forms

from milestones.forms import PlainText, choose_from
from milestones.words import SHORT_MAX
from reports.weekly.drafting import REASON_MAX
from reports.weekly.releasing import BECAUSE_MAX
from reports.weekly.writing import NARRATIVE_MAX


class JudgedForm(forms.Form):
    """A form whose texts are judged by the record's doors: each sentence at its field, at the top where it has none."""

    use_required_attribute = False

    def add_problems(self, problems: Mapping[str, str]) -> None:
        """Show the sentences of a door at their fields."""
        for name, sentence in problems.items():
            self.add_error(name if name in self.fields else None, sentence)


class WithheldForm(JudgedForm):
    """Which milestones are held back."""

    withheld = forms.MultipleChoiceField(
        label="Hold these milestones back",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Of a milestone held back COAC reads the plan text and “Status not released”.",
        error_messages={"invalid_choice": "There is no milestone “%(value)s” in this report."},
    )

    def __init__(self, *args: Any, milestones: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "withheld", milestones.items())


class ReleaseForm(WithheldForm):
    """Who cleared a release, what COAC reads above it, which milestones are held back, and why."""

    cleared_by = PlainText(
        label="Who cleared it",
        limit=SHORT_MAX,
        help_text="Name, office and day, such as Dana Reyes, PLCY counsel, Sep 3.",
    )
    coac_narrative = PlainText(
        label="Narrative for COAC",
        limit=NARRATIVE_MAX,
        rows=5,
        required=False,
        help_text="Printed above COAC’s edition. Assume that it becomes public.",
    )
    withheld_because = PlainText(
        label="Why are they held back?",
        limit=BECAUSE_MAX,
        rows=2,
        required=False,
        help_text="Needed when any is. It stays in the register of releases; COAC never sees it.",
    )
    digest = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    written = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    field_order = ("cleared_by", "coac_narrative", "withheld", "withheld_because", "digest", "written")


class CorrectForm(JudgedForm):
    """Why a published report is corrected."""

    reason = PlainText(
        label="What is corrected, and why?",
        limit=REASON_MAX,
        rows=3,
        help_text="Printed at the head of the new version for the committee. COAC does not see it.",
    )
