"""What does a person say when a report is released to COAC?"""

from collections.abc import Mapping
from typing import Any, cast

from django import forms

from milestones.words import SHORT_MAX, UNPRINTABLE, has_control_characters


class WithheldForm(forms.Form):
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
        cast(forms.MultipleChoiceField, self.fields["withheld"]).choices = list(milestones.items())


class ReleaseForm(WithheldForm):
    """Who cleared a release, and which milestones are held back."""

    cleared_by = forms.CharField(
        label="Who cleared it",
        max_length=SHORT_MAX,
        help_text="Name, office and day, such as Dana Reyes, PLCY counsel, Sep 3.",
        error_messages={"required": "Say who cleared this for COAC, such as Dana Reyes, PLCY counsel, Sep 3."},
    )
    digest = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    field_order = ("cleared_by", "withheld", "digest")

    def clean_cleared_by(self) -> str:
        """Refuse characters that cannot be kept."""
        text: str = self.cleaned_data["cleared_by"]
        if has_control_characters(text):
            raise forms.ValidationError(UNPRINTABLE)
        return text
