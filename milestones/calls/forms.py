"""What does PLCY write to change a call, and what is wrong with it, in words?"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms

from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from milestones.calls.terms import Terms
from milestones.forms import DayField, PlainText, choose_from
from milestones.words import SHORT_MAX, STATEMENT_MAX

_HOUR = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(:00)?")
OPENING, DUE = ("opens_on", "opens_at"), ("due_on", "due_at")


class HourField(forms.Field):
    """A time of day such as 09:00, New York."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

    def to_python(self, value: Any) -> time | None:
        """Return a time, or None when empty."""
        text = str(value or "").strip()
        if not text:
            return None
        found = _HOUR.fullmatch(text)
        if not found:
            raise forms.ValidationError("Write a time such as 09:00.")
        return time(int(found[1]), int(found[2]))

    def validate(self, value: Any) -> None:
        """Leave the judgment to the form."""


class ReasonForm(forms.Form):
    """Why a call is changed; skipping it asks nothing more."""

    use_required_attribute = False

    reason = PlainText(label="Why?", limit=STATEMENT_MAX, rows=3, help_text="Everybody reads it with the call.")

    def clean(self) -> dict[str, Any]:
        """Ask for each moment's day and time."""
        for names in (OPENING, DUE):
            missing = [name for name in names if name in self.fields and name not in self.errors]
            for name in missing:
                if self.cleaned_data.get(name) is None:
                    self.add_error(name, "Say on which day." if name.endswith("_on") else "Say at what time.")
        return self.cleaned_data

    def moment(self, names: tuple[str, str]) -> datetime:
        """Return the New York moment that a day and a time name, of a form without errors."""
        day, hour = (self.cleaned_data[name] for name in names)
        return datetime.combine(day, hour, clock.NEW_YORK)


class DueForm(ReasonForm):
    """When the answers are due, and why then."""

    due_on = DayField(label="Due on")
    due_at = HourField(label="Time, New York")
    field_order: Sequence[str] = ("due_on", "due_at", "reason")


class MoveForm(DueForm):
    """When a call opens and is due; one that has opened only when it is due."""

    opens_on = DayField(label="Opens on")
    opens_at = HourField(label="Time, New York")
    field_order = ("opens_on", "opens_at", "due_on", "due_at", "reason")

    def __init__(self, *args: Any, terms: Terms, moment: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.terms = terms
        if terms.opens_at <= moment:
            for name in OPENING:
                del self.fields[name]

    @property
    def opens(self) -> datetime:
        """Return when it opens, of a form without errors."""
        return self.moment(OPENING) if "opens_on" in self.fields else self.terms.opens_at


class ExtendForm(DueForm):
    """Which agency gets more time, until when, and why."""

    agency = forms.ChoiceField(
        label="For which agency?",
        error_messages={"required": "Choose the agency.", "invalid_choice": "Choose one of the agencies offered."},
    )
    field_order = ("agency", "due_on", "due_at", "reason")

    def __init__(self, *args: Any, agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agencies = {each.code: each for each in agencies}
        chosen = [("", "Choose the agency"), *((each.code, each.name) for each in agencies)]
        choose_from(self, "agency", chosen)


class LineForm(forms.Form):
    """The line of text that everybody reads with a call."""

    use_required_attribute = False

    text = PlainText(
        label="Line of text",
        limit=SHORT_MAX,
        help_text="Such as: Say for each milestone whether the hearing of Sep 22 changes anything.",
    )


def as_typed(moment: datetime, names: tuple[str, str]) -> dict[str, date | time]:
    """Return a moment as the fields of a form are filled in."""
    there = moment.astimezone(clock.NEW_YORK)
    return {names[0]: there.date(), names[1]: there.time()}
