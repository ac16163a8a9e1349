"""What did the person write, and what is wrong with it, in words they can act on?"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.http import QueryDict

from actions.target_dates import BadTargetDate, TargetDate, iso, parse_forecast
from esc_tracker.rendering import RadioTiles
from milestones.evidence import Evidence, problems_with_evidence
from milestones.models import Milestone, StatusUpdate
from milestones.words import (
    NEXT_STEP_MAX,
    NOTE_MAX,
    SHORT_MAX,
    STATEMENT_MAX,
    Completion,
    Words,
    problems_with,
    problems_with_notes,
)
from milestones.workflow import OUTLOOK_MEANS, Outcome, Outlook, Status, is_overdue, why_not_move

NOT_KNOWN = "unknown"
STATUS_CHOICES = {
    Status.NOT_STARTED: "Not started",
    Status.IN_PROGRESS: "In progress",
    Status.REPORTED_COMPLETE: "Complete: report it to PLCY",
}
REPORTED_CHOICES = {
    Status.REPORTED_COMPLETE: "Reported complete, awaiting confirmation",
    Status.IN_PROGRESS: "In progress: take the report back",
}


def as_kept(typed: str | None) -> str:
    """Return a text as the record keeps it: trimmed, each line break one character."""
    return (typed or "").replace("\r\n", "\n").replace("\r", "\n").strip()


def choose_from(form: forms.Form, name: str, choices: Iterable[tuple[str, str]]) -> None:
    """Give a field of a form what there is to choose from."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)


class PlainText(forms.CharField):
    """Text as typed, trimmed, with the record's line breaks.

    `required` only keeps the word "optional" away: whether it may be empty, and what cannot be kept, is told by the
    rules of the record (milestones/words.py).
    """

    def __init__(self, *, limit: int, rows: int = 0, **kwargs: Any) -> None:
        attrs: dict[str, Any] = {"maxlength": limit}
        widget = forms.Textarea(attrs={**attrs, "rows": rows}) if rows else forms.TextInput(attrs=attrs)
        super().__init__(widget=widget, **kwargs)
        self.validators = []

    def to_python(self, value: Any) -> str:
        """Return the text with line breaks as one character each."""
        return as_kept(value)

    def validate(self, value: Any) -> None:
        """Leave the judgment to the rules of the record."""


class TargetField(forms.Field):
    """A month such as 2020-10 or a day such as 2020-10-31, or nothing."""

    def to_python(self, value: Any) -> Any:
        """Return a TargetDate, or None when empty."""
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return parse_forecast(text)
        except BadTargetDate as bad:
            raise forms.ValidationError(bad.sentence) from None

    def validate(self, value: Any) -> None:
        """Leave the judgment to the rules of the record."""


class CompletedField(TargetField):
    """As above, or "unknown" for a completion of which nobody knows the day."""

    def to_python(self, value: Any) -> Any:
        """Return a TargetDate, NOT_KNOWN, or None when empty."""
        text = str(value or "").strip()
        return NOT_KNOWN if text.casefold() == NOT_KNOWN else super().to_python(text)


class DayField(TargetField):
    """A day such as 2020-10-31, in the years of the plan, or nothing."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def to_python(self, value: Any) -> date | None:
        """Return a date, or None when empty."""
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}", str(value or "").strip()):
            raise forms.ValidationError("Write a day such as 2020-10-31.")
        target = super().to_python(value)
        return target.due_on if target else None


class AskedChoice(forms.ChoiceField):
    """A choice asked only for some answers: whether it may be empty is told by the rules of the record."""

    def validate(self, value: Any) -> None:
        """Refuse what was not offered; leave the rest to the rules."""
        if value:
            super().validate(value)


class UpdateForm(forms.Form):
    """One agency's word about one milestone."""

    use_required_attribute = False  # What is asked depends on the answers; the answer to a mistake is in words.

    status = forms.ChoiceField(
        label="Status",
        choices=Status.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose where it stands.", "invalid_choice": "Choose one of the statuses offered."},
    )
    statement = PlainText(
        label="In a sentence or two", limit=STATEMENT_MAX, rows=4, help_text="Fit for the weekly status report."
    )
    completed_on = CompletedField(
        label="When was it completed?",
        help_text="A day such as 2020-09-11, a month such as 2020-09, or the word unknown. Only if complete.",
    )
    outcome = AskedChoice(
        label="With what outcome?",
        choices=[("", "Choose the outcome"), *Outcome.choices],
        error_messages={"invalid_choice": "Choose one of the outcomes offered."},
    )
    evidence_title = PlainText(label="Title of the document", limit=SHORT_MAX, required=False)
    evidence_on = DayField(label="Its date", required=False)
    evidence_identifier = PlainText(
        label="Its identifier",
        limit=SHORT_MAX,
        required=False,
        help_text="Such as a docket, contract or tracking number.",
    )
    evidence_holder = PlainText(
        label="Who holds the record copy", limit=SHORT_MAX, required=False, help_text="The office, not a person."
    )
    evidence_link = PlainText(
        label="Link to it", limit=STATEMENT_MAX, required=False, help_text="It begins with http:// or https://."
    )
    next_step = PlainText(
        label="Next step",
        limit=NEXT_STEP_MAX,
        rows=2,
        required=False,
        help_text="Such as: Sessions 3 to 5 with brand owners.",
    )
    next_step_on = DayField(label="By when", required=False)
    waiting_on = PlainText(label="Waiting on whom", limit=SHORT_MAX, required=False)
    outlook = forms.ChoiceField(
        label="Outlook",
        choices=Outlook.choices,
        widget=RadioTiles(descriptions={choice.value: meaning for choice, meaning in OUTLOOK_MEANS.items()}),
        error_messages={"required": "Choose how it looks.", "invalid_choice": "Choose one of the three outlooks."},
    )
    reason = PlainText(
        label="Why is it not on track?", limit=STATEMENT_MAX, rows=3, help_text="Only if at risk or off track."
    )
    needed = PlainText(
        label="What is needed from the ESC?",
        limit=STATEMENT_MAX,
        rows=3,
        help_text="Required if off track, optional if at risk.",
    )
    forecast = TargetField(
        label="Forecast", required=False, help_text="A month such as 2020-10 or a day such as 2020-10-31."
    )
    no_forecast_reason = PlainText(
        label="If you cannot say, why not?",
        limit=SHORT_MAX,
        help_text="Only if the milestone is overdue and has no forecast.",
    )
    note = PlainText(
        label="Note for the ESC",
        limit=NOTE_MAX,
        rows=2,
        required=False,
        help_text="A remark beside the record; never in a report.",
    )
    agency_note = PlainText(label="Note for my agency and PLCY only", limit=NOTE_MAX, rows=2, required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        milestone: Milestone,
        today: date,
        allowed: Sequence[Status],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        if data is not None and (status_field := self.add_prefix("status")) not in data:
            self.data = data.copy()
            self.data[status_field] = milestone.status
        self.milestone, self.today, self.allowed = milestone, today, allowed
        self.may_cite = len(allowed) > 1  # Who may not move its status did not report it either.
        words = REPORTED_CHOICES if milestone.status == Status.REPORTED_COMPLETE else STATUS_CHOICES
        status = self.fields["status"]
        status.widget.choices = [(choice.value, words[choice]) for choice in allowed]
        self.fields["forecast"].required = milestone.overdue  # Or the reason why there is none.
        if milestone.target_on:
            self.fields["forecast"].help_text += f" The target is {milestone.target}."

    def clean_status(self) -> Status:
        """Accept a status that this agency may choose now."""
        status = Status(self.cleaned_data["status"])
        if status not in self.allowed:
            raise forms.ValidationError(why_not_move(self.milestone.status, status))
        return status

    def clean(self) -> dict[str, Any]:
        """Ask the rules of the record, and show each answer at its field unless that is wrong already."""
        said = self.cleaned_data
        status = said.get("status", self.milestone.status)
        overdue = is_overdue(status, self.milestone.target_on, self.today)
        problems = problems_with(
            self.words, status=status, overdue=overdue, completion=self.completion, today=self.today
        ) | problems_with_notes(note=said.get("note", ""), agency_note=said.get("agency_note", ""))
        problems |= problems_with_evidence(self.evidence, today=self.today)
        self.add_problems(problems)
        return said

    def add_problems(self, problems: Mapping[str, str]) -> None:
        """Show sentences at their fields, unless a field has its error already."""
        for name, sentence in problems.items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, sentence)

    @property
    def words(self) -> Words:
        """Return what was said, without what no longer applies: reasons for a milestone that is on track."""
        said = self.cleaned_data
        on_track = said.get("outlook") == Outlook.ON_TRACK
        return Words(
            statement=said.get("statement", ""),
            next_step=said.get("next_step", ""),
            next_step_on=said.get("next_step_on"),
            waiting_on=said.get("waiting_on", ""),
            outlook=said.get("outlook", ""),
            reason="" if on_track else said.get("reason", ""),
            needed="" if on_track else said.get("needed", ""),
            forecast=said.get("forecast"),
            no_forecast_reason="" if said.get("forecast") else said.get("no_forecast_reason", ""),
        )

    @property
    def completion(self) -> Completion | None:
        """Return when and with what outcome it was completed; None unless it is reported complete with a date."""
        when = self.cleaned_data.get("completed_on")
        if self.cleaned_data.get("status") != Status.REPORTED_COMPLETE or when is None:
            return None
        day: TargetDate | None = None if when == NOT_KNOWN else when
        return Completion.when(day, self.cleaned_data.get("outcome", ""))

    @property
    def cites(self) -> bool:
        """Say whether anything stands, or is wrong, in the fields of a citation."""
        return any(self[name].value() or self[name].errors for name in self.fields if name.startswith("evidence_"))

    @property
    def evidence(self) -> Evidence:
        """Return what is cited for it; nothing unless this agency reports it complete, or reported it."""
        if not self.may_cite or self.cleaned_data.get("status") != Status.REPORTED_COMPLETE:
            return Evidence()
        said = {
            name: self.cleaned_data.get(f"evidence_{name}", "") for name in ("title", "identifier", "holder", "link")
        }
        return Evidence(on=self.cleaned_data.get("evidence_on"), **said)


class NoteForm(forms.Form):
    """A remark by one who may not post an update."""

    note = PlainText(
        label="Note for the ESC", limit=NOTE_MAX, rows=4, required=False, help_text="Never printed in a report."
    )
    agency_note = PlainText(label="Note for my agency and PLCY only", limit=NOTE_MAX, rows=3, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two at least."""
        said = self.cleaned_data
        problems = problems_with_notes(note=said["note"], agency_note=said["agency_note"])
        if not said["note"] and not said["agency_note"]:
            problems["note"] = "Write the note."
        for name, sentence in problems.items():
            self.add_error(name, sentence)
        return said


def as_written(milestone: Milestone, said: StatusUpdate | None) -> dict[str, str]:
    """Return an agency's last words, and the milestone's status, as the form's fields would be filled in."""
    fields = {"status": milestone.status, "completed_on": "", "outcome": milestone.outcome}
    if milestone.completed_kind:
        fields["completed_on"] = _completed_as_typed(milestone)
    if said is None:
        return fields
    return fields | {
        "statement": said.statement,
        "next_step": said.next_step,
        "next_step_on": said.next_step_on.isoformat() if said.next_step_on else "",
        "waiting_on": said.waiting_on,
        "outlook": said.outlook,
        "reason": said.reason,
        "needed": said.needed,
        "forecast": iso(said.forecast) if said.forecast else "",
        "no_forecast_reason": said.no_forecast_reason,
        "evidence_title": said.evidence_title,
        "evidence_on": said.evidence_on.isoformat() if said.evidence_on else "",
        "evidence_identifier": said.evidence_identifier,
        "evidence_holder": said.evidence_holder,
        "evidence_link": said.evidence_link,
    }


def _completed_as_typed(milestone: Milestone) -> str:
    if milestone.completed_on is None:
        return NOT_KNOWN
    return (
        f"{milestone.completed_on:%Y-%m}" if milestone.completed_kind == "month" else milestone.completed_on.isoformat()
    )


def seen_version(data: QueryDict, present: int, name: str = "version") -> int | None:
    """Return the version a form was made from; None when it is missing, repeated, malformed or yet to come."""
    said = data.getlist(name)
    if len(said) != 1 or not re.fullmatch(r"[0-9]{1,9}", said[0]) or int(said[0]) > present:
        return None
    return int(said[0])


def repeated_fields(data: QueryDict, form: forms.Form) -> list[str]:
    """Return the fields of a form that were sent more than once, which no page of ours does."""
    return [name for name in form.fields if len(data.getlist(form.add_prefix(name))) > 1]
