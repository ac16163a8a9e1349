"""What did the chair's office write about a milestone that comes into the plan, or leaves it?"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from actions.target_dates import Kind, TargetDate
from milestones.authority_forms import AuthorityFields
from milestones.forms import AskedChoice, PlainText
from milestones.models import Meeting, Milestone, Responsibility
from milestones.plan.growing import TEXT_MAX, TIMELINE_MAX
from milestones.telling import say_day
from milestones.words import REMARK_MAX, STATEMENT_MAX

FIRST_WORDS = 60  # characters of a milestone's text in a list of choices
Part = Responsibility.Part


class AddForm(AuthorityFields):
    """One milestone for one action, as the plan is to print it."""

    text = PlainText(label="Milestone", limit=TEXT_MAX, rows=4, help_text="Word for word, as the plan is to print it.")
    timeline = PlainText(
        label="Timeline",
        limit=TIMELINE_MAX,
        help_text="As the plan is to print it: Dec. 2020, or Jan. 8, 2021, or Ongoing, or words that name no date.",
    )
    lead = AskedChoice(label="Lead agency", error_messages={"invalid_choice": "Choose one of the agencies offered."})
    joint = forms.MultipleChoiceField(
        label="Jointly with",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose from the agencies offered."},
    )
    supporting = forms.MultipleChoiceField(
        label="Supported by",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose from the agencies offered."},
    )
    superseding = AskedChoice(
        label="Takes the place of",
        required=False,
        help_text="That milestone is withdrawn together with this addition.",
        error_messages={"invalid_choice": "Choose a milestone that is not closed."},
    )
    reason = PlainText(label="Why does the plan get this milestone?", limit=STATEMENT_MAX, rows=3)

    field_order = ("text", "timeline", "lead", "joint", "supporting", "superseding", "reason")

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        agencies: Mapping[str, str],
        replaceable: Sequence[Milestone],
        held: Sequence[Meeting],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, held=held, today=today, **kwargs)
        named: dict[str, Any] = self.fields
        named["lead"].choices = [("", "No agency named yet"), *agencies.items()]
        named["joint"].choices = named["supporting"].choices = list(agencies.items())
        named["superseding"].choices = [("", "None"), *((each.code, first_words(each)) for each in replaceable)]

    @property
    def agencies(self) -> list[tuple[str, str]]:
        """Return who is to be responsible, as `(code, part)`, the lead first."""
        said = self.cleaned_data
        lead = [(said["lead"], Part.LEAD.value)] if said.get("lead") else []
        return [
            *lead,
            *((code, Part.JOINT.value) for code in said.get("joint", ())),
            *((code, Part.SUPPORTING.value) for code in said.get("supporting", ())),
        ]


class WithdrawForm(AuthorityFields):
    """Why a milestone leaves the plan, and what takes its place."""

    remark = PlainText(
        label="Why is it withdrawn?", limit=REMARK_MAX, rows=4, help_text="The agencies read this in its history."
    )
    superseded_by = AskedChoice(
        label="What takes its place?",
        required=False,
        error_messages={"invalid_choice": "Choose a milestone that was not withdrawn."},
    )

    field_order = ("remark", "superseded_by")

    def __init__(self, data: QueryDict | None = None, *, successors: Sequence[Milestone], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        offered: Any = self.fields["superseded_by"]
        offered.choices = [("", "Nothing"), *((each.code, first_words(each)) for each in successors)]


def first_words(milestone: Milestone) -> str:
    """Name a milestone in a list of choices: its number and the first words of its text."""
    text = milestone.text
    return f"{milestone.code} {text if len(text) <= FIRST_WORDS else f'{text[:FIRST_WORDS].rstrip()}…'}"


def meaning(timeline: TargetDate, today: date) -> str:
    """Say what a timeline that is to be printed will mean."""
    if timeline.due_on is None:
        if timeline.kind == Kind.ONGOING:
            return "It never falls due; it begins in progress."
        return "These words name no date: it never falls due, and no date is guessed."
    late = " It is overdue from the first day." if timeline.due_on < today else ""
    return f"It falls due on {timeline.due_on:%A}, {say_day(timeline.due_on)}.{late}"
