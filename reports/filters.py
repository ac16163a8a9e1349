"""Which of the overdue did the person ask to see, in which order, on which page?

Every name may be repeated and then means "any of". A value that cannot be read is an error with a sentence, and then no
row is shown.
"""

from collections.abc import Collection
from typing import Any, cast

from django import forms
from django.http import QueryDict

from milestones.filters import UNASSIGNED, UNASSIGNED_LABEL, read_agency
from milestones.lists import ListForm, Select, Several, one_of, shown
from reports.ages import BANDS, Asked
from reports.survey import Survey

FILTERS = {
    "agency": ("Agency", "Any agency"),
    "action": ("Action", "Any action"),
    "band": ("Days overdue", "Any number of days"),
}


class OverdueFilters(ListForm):
    """The filters of the overdue list; they combine."""

    agency = Several(read=str, required=False)
    action = Several(read=str, required=False)
    band = Several(read=one_of({band.key for band in BANDS}, "stretch of days"), required=False)
    sort = Several(read=str, required=False)

    def __init__(self, data: QueryDict, *, survey: Survey, sorts: Collection[str]) -> None:
        super().__init__(data)
        self.query = data
        self.is_bound = True  # an address without a query asks for everything
        self.survey = survey
        actions = {str(number): f"{number}. {title}" for number, title in survey.actions.items()}
        self.labels = {
            "agency": {**survey.agencies, UNASSIGNED: UNASSIGNED_LABEL},
            "action": actions,
            "band": {band.key: band.label for band in BANDS},
        }
        self._read("agency", read_agency(survey.agencies))
        self._read("action", one_of(actions, "action"))
        self._read("sort", one_of({*sorts, *(f"-{name}" for name in sorts)}, "column to sort by named"))

    @property
    def asked(self) -> Asked:
        """Return what was asked for; nothing while there is an error."""
        said = self.cleaned_data if self.is_valid() else {}
        return Asked(
            agencies=tuple(said.get("agency", ())),
            actions=tuple(int(number) for number in said.get("action", ())),
            bands=tuple(said.get("band", ())),
        )

    def first(self, name: str, otherwise: Any = None) -> Any:
        """Return the first value read under a name, or another where there is none or an error."""
        return next(iter(self.cleaned_data.get(name, ())), otherwise) if self.is_valid() else otherwise

    @property
    def sentences(self) -> list[str]:
        """Return what is wrong, in sentences."""
        return [str(message) for messages in self.errors.values() for message in messages]

    @property
    def chips(self) -> list[dict[str, str]]:
        """Return the filters that are active, bad ones included, as `{name, value, label}`."""
        return [
            {"name": name, "value": text, "label": f"{label}: {self._in_words(name, text)}"}
            for name, (label, _) in FILTERS.items()
            for text in dict.fromkeys(self.query.getlist(name))
            if text.strip()
        ]

    @property
    def in_words(self) -> str:
        """Return the filters in one line: "Agency: CBP; Days overdue: 1–30 days"."""
        return "; ".join(chip["label"] for chip in self.chips)

    @property
    def selects(self) -> list[Select]:
        """Return the panel's lists of choices with what is chosen."""
        chosen = {name: set(self.cleaned_data.get(name, ())) if self.is_valid() else set() for name in FILTERS}
        return [
            Select(
                name,
                label,
                any_label,
                len(chosen[name]) > 1,
                tuple((value, said, value in chosen[name]) for value, said in self.labels[name].items()),
            )
            for name, (label, any_label) in FILTERS.items()
        ]

    def _read(self, name: str, rule: Any) -> None:
        cast(Several, self.fields[name]).read = rule

    def _in_words(self, name: str, text: str) -> str:
        try:
            return self.labels[name][cast(Several, self.fields[name]).read(text.strip())]
        except forms.ValidationError:
            return shown(text)
