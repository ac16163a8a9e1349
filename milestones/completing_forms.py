"""What does a person answer when a reported completion is decided on, or the other agency is asked about it?"""

from django import forms

from milestones.authority_forms import AuthorityFields
from milestones.forms import PlainText
from milestones.words import REMARK_MAX, STATEMENT_MAX


class ConfirmForm(AuthorityFields):
    """On whose decision a completion is confirmed."""


class ReturnForm(AuthorityFields):
    """Why a reported completion goes back, and on whose decision."""

    field_order = ("remark",)

    remark = PlainText(
        label="Why is it returned?", limit=REMARK_MAX, rows=4, help_text="The agency reads this: say what is missing."
    )


class ReopenForm(AuthorityFields):
    """Why a completed milestone is open again, and on whose decision."""

    field_order = ("remark",)

    remark = PlainText(
        label="Why is it reopened?",
        limit=REMARK_MAX,
        rows=4,
        help_text="The agency reads this: say what is left to do.",
    )


class ConcurForm(forms.Form):
    """Whether the other agency of a joint milestone agrees that it is complete."""

    use_required_attribute = False

    concurs = forms.ChoiceField(
        label="Is it complete?",
        choices=[("yes", "We concur: it is complete"), ("no", "We do not concur")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the two.", "invalid_choice": "Choose one of the two."},
    )
    text = PlainText(label="Why not?", limit=STATEMENT_MAX, rows=4, help_text="Only if you do not concur.")
