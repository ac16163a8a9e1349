"""What does PLCY write into a weekly report: narratives, asks, and its own words for a printed line?"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField

from esc_tracker.accounts.models import Agency
from milestones.forms import AskedChoice, DayField, PlainText, choose_from
from milestones.words import STATEMENT_MAX
from reports.weekly.forms import JudgedForm
from reports.weekly.writing import ASK_MAX, ASKS, LINE_MAX, NARRATIVE_MAX, Ask, Line

ROWS = 5  # asks that can be filled in on an empty page
EVERYBODY = "All principals"
PARTS = ("agency", "text", "milestone", "by")


class WriteForm(JudgedForm):
    """Narratives and asks of one draft; of a published report the COAC narrative alone."""

    narrative = PlainText(
        label="Narrative for the ESC",
        limit=NARRATIVE_MAX,
        rows=8,
        required=False,
        help_text="Printed above the figures of the committee’s edition. COAC does not see it.",
    )
    coac_narrative = PlainText(
        label="Narrative for COAC",
        limit=NARRATIVE_MAX,
        rows=5,
        required=False,
        help_text="Printed above COAC’s edition once it is released. Assume that it becomes public.",
    )
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, agencies: Sequence[Agency], filled: int, frozen: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = range(0)
        if frozen:
            del self.fields["narrative"]
            return
        self.numbers = range(1, max(ROWS, min(ASKS, filled + 1), self._sent()) + 1)
        choices = [("", EVERYBODY), *((each.code, each.name) for each in agencies)]
        for number in self.numbers:
            self.fields |= _fields_of_ask(number)
            choose_from(self, f"ask_{number}_agency", choices)

    def asks(self) -> list[Ask]:
        """Return what is asked, row by row, empty rows too."""
        return [{part: self.cleaned_data.get(f"ask_{number}_{part}") for part in PARTS} for number in self.numbers]

    def rows(self) -> list[tuple[int, list[BoundField]]]:
        """Return the fields of each ask."""
        return [(number, [self[f"ask_{number}_{part}"] for part in PARTS]) for number in self.numbers]

    def _sent(self) -> int:
        """Return the number of the last ask that was sent; one more than fit is kept, to be refused in words."""
        numbers = [int(found[1]) for name in self.data if (found := re.fullmatch(r"ask_([1-9][0-9]?)_text", name))]
        return min(max(numbers, default=0), ASKS + 1)


class LineForm(JudgedForm):
    """PLCY's words for one printed line."""

    text = PlainText(
        label="Print instead",
        limit=STATEMENT_MAX,
        rows=4,
        required=False,
        help_text="Marked “edited by PLCY”. Empty prints the agency’s own words.",
    )
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, line: Line, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["maxlength"] = LINE_MAX[line.field]


def as_filled_in(narrative: str, coac_narrative: str, asks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what is written in a report as the form's fields would be filled in."""
    fields: dict[str, Any] = {"narrative": narrative, "coac_narrative": coac_narrative}
    for number, ask in enumerate(asks, start=1):
        fields |= {f"ask_{number}_{part}": ask[part] or "" for part in PARTS}
    return fields


def _fields_of_ask(number: int) -> dict[str, forms.Field]:
    return {
        f"ask_{number}_agency": AskedChoice(label="Who is asked", required=False),
        f"ask_{number}_text": PlainText(label=f"Ask {number}", limit=ASK_MAX, rows=2, required=False),
        f"ask_{number}_milestone": PlainText(label="Milestone", limit=9, required=False),
        f"ask_{number}_by": DayField(label="By", required=False),
    }
