"""How does a list read what a person asked of it by its address?

Every name may be repeated and then means "any of". A value that cannot be read is an error with a sentence, and then no
row is shown: a bad filter never widens.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django_filters import Filter, FilterSet

from esc_tracker.accounts.templatetags.esc import PAGE_SIZES
from milestones.words import has_control_characters

SEARCH_MAX = 200  # characters
SEARCH_WORDS_MAX = 10
_FAR_PAGE = 10**9  # past the end of any list


@dataclass(frozen=True)
class Select:
    """One list of choices in the panel: `(value, label, is chosen)`."""

    name: str
    label: str
    any_label: str
    several: bool
    options: tuple[tuple[str, str, bool], ...]


class Several(forms.Field):
    """All values given under one name, each read by the same rule; empty ones are left out."""

    widget = forms.SelectMultiple

    def __init__(self, *, read: Callable[[str], Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.read = read

    def clean(self, value: list[str]) -> list[Any]:
        """Read each value; the error names each that cannot be read."""
        found, errors = [], []
        for text in value or ():
            if not text.strip():
                continue
            try:
                found.append(self.read(text.strip()))
            except forms.ValidationError as error:
                errors.append(error)
        if errors:
            raise forms.ValidationError(errors)
        return found


class Asked(Filter):
    """A filter whose name may be repeated."""

    field_class = Several


def shown(text: str) -> str:
    """Return what somebody typed, fit to be shown in a sentence: short, and nothing that cannot be printed."""
    printable = "".join(char if char.isprintable() else "�" for char in text)
    return printable if len(printable) <= 40 else f"{printable[:40]}…"


def one_of(known: Collection[str], what: str) -> Callable[[str], str]:
    """Return a rule that reads one of the known values."""

    def read(text: str) -> str:
        if text not in known:
            raise forms.ValidationError(f"There is no {what} “{shown(text)}”.")
        return text

    return read


def read_yes(name: str) -> Callable[[str], bool]:
    """Return a rule that reads `1`."""

    def read(text: str) -> bool:
        if text != "1":
            raise forms.ValidationError(f"“{name}” takes 1, not “{shown(text)}”.")
        return True

    return read


def read_day(text: str) -> date:
    """Read a day written like 2020-10-31."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise forms.ValidationError(f"Write a day like 2020-10-31, not “{shown(text)}”.")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise forms.ValidationError(f"There is no day {text}.") from None


def read_search(text: str) -> tuple[str, ...]:
    """Read the words to look for; all of them must be found."""
    if len(text) > SEARCH_MAX:
        raise forms.ValidationError(f"The search is {len(text)} characters long; {SEARCH_MAX} fit.")
    if has_control_characters(text):
        raise forms.ValidationError("The search contains characters that cannot be searched for.")
    words = tuple(dict.fromkeys(text.split()))
    if len(words) > SEARCH_WORDS_MAX:
        raise forms.ValidationError(f"Search for at most {SEARCH_WORDS_MAX} words at once.")
    return words


def read_page(text: str) -> int:
    """Read a page number, counted from 1."""
    if not re.fullmatch(r"0*[1-9][0-9]*", text):
        raise forms.ValidationError(f"There is no page “{shown(text)}”; pages count from 1.")
    return int(text) if len(text) < 10 else _FAR_PAGE


def read_page_size(text: str) -> int:
    """Read one of the page sizes offered."""
    if text not in {str(size) for size in PAGE_SIZES}:
        raise forms.ValidationError(f"A page holds 25, 50 or 100 rows, not “{shown(text)}”.")
    return int(text)


class ListForm(forms.Form):
    """What a list takes beside its filters."""

    page = Several(read=read_page, required=False)
    per_page = Several(read=read_page_size, required=False)


class ListFilter(FilterSet):
    """The filters of one list; they combine.

    A list says which filters it has, what a value is in words, and where its search looks.
    """

    def __init__(self, data: QueryDict, *, queryset: QuerySet[Any], request: HttpRequest | None = None) -> None:
        super().__init__(data, queryset=queryset, request=request)
        self.is_bound = True  # an address without a query asks for everything

    def in_words_of(self, name: str, text: str) -> str:
        """Return one value in words, with its filter: "Agency: CBP". Each list's own."""
        raise NotImplementedError

    def found(self, word: str) -> Q:
        """Return where the search looks for a word. Each list's own."""
        raise NotImplementedError

    # --- What was asked -------------------------------------------------------------------------------------------

    def asked(self, name: str) -> list[Any]:
        """Return the values read under a name, empty while there is an error."""
        values: list[Any] = self.form.cleaned_data.get(name, [])
        return values

    @property
    def sentences(self) -> list[str]:
        """Return what is wrong, in sentences."""
        return [str(message) for messages in self.errors.values() for message in messages]

    @property
    def chips(self) -> list[dict[str, str]]:
        """Return the filters that are active, bad ones included, as `{name, value, label}`."""
        return [{"name": name, "value": text, "label": self.in_words_of(name, text)} for name, text in self._given()]

    @property
    def in_words(self) -> str:
        """Return the filters in one line: "Agency: CBP; Overdue"."""
        return "; ".join(chip["label"] for chip in self.chips)

    def first(self, name: str) -> str:
        """Return what was typed under a name, to be shown in its field again."""
        return next((text for text in self.data.getlist(name) if text.strip() and text.isprintable()), "")

    def select(self, name: str, any_label: str, labels: Mapping[str, str]) -> Select:
        """Return a list of choices with what is chosen."""
        chosen = {str(value) for value in self.asked(name)}
        options = tuple((value, label, value in chosen) for value, label in labels.items())
        return Select(name, str(self.filters[name].label), any_label, len(chosen) > 1, options)

    def _given(self) -> Iterator[tuple[str, str]]:
        for name in self.filters:
            if name != "sort":
                yield from ((name, text) for text in dict.fromkeys(self.data.getlist(name)) if text.strip())

    # --- Which rows -----------------------------------------------------------------------------------------------

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Apply what was asked; while there is an error, show nothing."""
        if self.errors:
            return queryset.none()
        for name, each in self.filters.items():
            queryset = each.filter(queryset, self.asked(name))
        return queryset

    def containing(self, rows: QuerySet[Any], name: str, searches: list[tuple[str, ...]]) -> QuerySet[Any]:
        """Keep those in which all words of any of these searches are found."""
        wanted = Q(pk__in=[])
        for words in searches:
            every = Q()
            for word in words:
                every &= self.found(word)
            wanted |= every
        return rows.filter(wanted)

    def as_they_are(self, rows: QuerySet[Any], name: str, said: list[str]) -> QuerySet[Any]:
        """Leave the order to the table."""
        return rows
