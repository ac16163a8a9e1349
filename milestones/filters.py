"""What did the person ask to see: which milestones, in which order, on which page?

Every name may be repeated and then means "any of". A value that cannot be read is an error with a sentence, and then no
row is shown: a bad filter never widens. For COAC the internal filters are not there at all.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast
from django.http import HttpRequest, QueryDict
from django_filters import Filter, FilterSet

from actions.models import Action, PlanEdition
from esc_tracker.accounts.models import Agency, agency_code
from esc_tracker.accounts.templatetags.esc import PAGE_SIZES
from esc_tracker.reader import Reader
from milestones.calls.calling import DueCall, latest_due_call
from milestones.models import Milestone, StatusUpdate
from milestones.querysets import MilestoneQuerySet
from milestones.telling import say_day
from milestones.words import has_control_characters
from milestones.workflow import NO_OUTLOOK, NO_OUTLOOK_LABEL, NOT_RELEASED, NOT_RELEASED_LABEL, Outlook, Status

UNASSIGNED = "unassigned"
UNASSIGNED_LABEL = "No agency named yet"
SEARCH_MAX = 200  # characters
SEARCH_WORDS_MAX = 10
INTERNAL = ("outlook", "silent", "question")
_FAR_PAGE = 10**9  # past the end of any list
_CODE = re.compile(r"([1-9][0-9]{0,3})\.([1-9][0-9]{0,3})")


@dataclass(frozen=True)
class Choices:
    """What there is to choose from: action titles by number, agency names by code, editions the reader knows."""

    actions: Mapping[str, str]
    agencies: Mapping[str, str]
    editions: Mapping[str, str]


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


def read_agency(known: Collection[str]) -> Callable[[str], str]:
    """Return a rule that reads an agency by code or name (ICE-HSI, ICE/HSI), or `unassigned`."""

    def read(text: str) -> str:
        code = UNASSIGNED if text.lower() == UNASSIGNED else agency_code(text)
        if code != UNASSIGNED and code not in known:
            raise forms.ValidationError(f"There is no agency “{shown(text)}”.")
        return code

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


class MilestoneFilter(FilterSet):
    """The filters of the list of milestones, as one reader may use them."""

    action = Asked(method="of_actions", label="Action", read=str)
    agency = Asked(method="of_agencies", label="Agency", read=str)
    status = Asked(method="with_status", label="Status", read=str)
    outlook = Asked(
        method="with_outlook",
        label="Outlook",
        read=one_of({*Outlook.values, NO_OUTLOOK}, "outlook"),
    )
    overdue = Asked(method="only_overdue", label="Overdue", read=read_yes("overdue"))
    silent = Asked(method="only_silent", label="Silent", read=read_yes("silent"))
    question = Asked(method="only_asked", label="Open question", read=read_yes("question"))
    edition = Asked(method="of_editions", label="Edition", read=str)
    due_after = Asked(method="due_from", label="Due from", read=read_day)
    due_before = Asked(method="due_until", label="Due until", read=read_day)
    q = Asked(method="containing", label="Search", read=read_search)
    sort = Asked(method="as_they_are", label="Sort", read=str)

    class Meta:
        model = Milestone
        fields = ()
        form = ListForm

    def __init__(
        self, data: QueryDict, *, queryset: MilestoneQuerySet, reader: Reader, choices: Choices, sorts: Collection[str],
        request: HttpRequest | None = None,
    ) -> None:  # fmt: skip
        super().__init__(data, queryset=queryset, request=request)
        self.is_bound = True  # an address without a query asks for everything
        self.reader = reader
        self.choices = choices
        statuses = {*Status.values, NOT_RELEASED} if reader.is_coac else set(Status.values)
        self.filters["action"].extra["read"] = one_of(choices.actions, "action")
        self.filters["agency"].extra["read"] = read_agency(choices.agencies)
        self.filters["edition"].extra["read"] = one_of(choices.editions, "edition")
        self.filters["status"].extra["read"] = one_of(statuses, "status")
        self.filters["sort"].extra["read"] = one_of(
            {*sorts, *(f"-{name}" for name in sorts)}, "column to sort by named"
        )
        if not reader.sees_internal:
            for name in INTERNAL:
                del self.filters[name]

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
        return [{"name": name, "value": value, "label": self._in_words(name, value)} for name, value in self._given()]

    @property
    def in_words(self) -> str:
        """Return the filters in one line: "Agency: CBP; Overdue"."""
        return "; ".join(chip["label"] for chip in self.chips)

    @property
    def selects(self) -> list[Select]:
        """Return the panel's lists of choices with what is chosen."""
        agencies = {**self.choices.agencies, UNASSIGNED: UNASSIGNED_LABEL}
        actions = {number: f"{number}. {title}" for number, title in self.choices.actions.items()}
        statuses = dict(Status.choices) | ({NOT_RELEASED: NOT_RELEASED_LABEL} if self.reader.is_coac else {})
        found = [
            self._select("agency", "Any agency", agencies),
            self._select("action", "Any action", actions),
            self._select("status", "Any status", statuses),
        ]
        if "outlook" in self.filters:
            found.append(self._select("outlook", "Any outlook", dict(Outlook.choices) | {NO_OUTLOOK: NO_OUTLOOK_LABEL}))
        if len(self.choices.editions) > 1:
            found.append(self._select("edition", "Any edition", self.choices.editions))
        return found

    def first(self, name: str) -> str:
        """Return what was typed under a name, to be shown in its field again."""
        return next((text for text in self.data.getlist(name) if text.strip() and text.isprintable()), "")

    def _select(self, name: str, any_label: str, labels: Mapping[str, str]) -> Select:
        chosen = {str(value) for value in self.asked(name)}
        options = tuple((value, label, value in chosen) for value, label in labels.items())
        return Select(name, str(self.filters[name].label), any_label, len(chosen) > 1, options)

    def _given(self) -> Iterator[tuple[str, str]]:
        for name in self.filters:
            if name != "sort":
                yield from ((name, text) for text in dict.fromkeys(self.data.getlist(name)) if text.strip())

    def _in_words(self, name: str, text: str) -> str:
        if name == "overdue":
            return "Overdue"
        if name == "silent":
            return "Silent at the last call"
        if name == "question":
            return "With an open question"
        return f"{self.filters[name].label}: {self._value_in_words(name, text)}"

    def _value_in_words(self, name: str, text: str) -> str:
        try:
            value = self.form.fields[name].read(text.strip())
        except forms.ValidationError:
            return shown(text)
        if name == "action":
            return f"{value}. {self.choices.actions[value]}"
        if name == "edition":
            return self.choices.editions[value]
        if name == "agency":
            return self.choices.agencies.get(value, UNASSIGNED_LABEL)
        if isinstance(value, date):
            return say_day(value)
        labels = (
            dict(Status.choices)
            | dict(Outlook.choices)
            | {NO_OUTLOOK: NO_OUTLOOK_LABEL, NOT_RELEASED: NOT_RELEASED_LABEL}
        )
        return labels.get(value, text) if isinstance(value, str) else shown(text)

    # --- Which rows -----------------------------------------------------------------------------------------------

    def filter_queryset(self, queryset: MilestoneQuerySet) -> MilestoneQuerySet:
        """Apply what was asked; while there is an error, show nothing."""
        if self.errors:
            return queryset.none()
        for name, each in self.filters.items():
            queryset = each.filter(queryset, self.asked(name))
        return queryset

    def of_actions(self, rows: MilestoneQuerySet, name: str, numbers: list[str]) -> MilestoneQuerySet:
        """Keep those of any of these actions."""
        return rows.filter(action_id__in=[int(number) for number in numbers])

    def of_agencies(self, rows: MilestoneQuerySet, name: str, codes: list[str]) -> MilestoneQuerySet:
        """Keep those that any of these agencies leads or carries jointly, or that none does."""
        return rows.responsible_to(codes, self.reader)

    def of_editions(self, rows: MilestoneQuerySet, name: str, numbers: list[str]) -> MilestoneQuerySet:
        """Keep those that any of these editions of the plan brought."""
        return rows.filter(edition_id__in=[int(number) for number in numbers])

    def with_status(self, rows: MilestoneQuerySet, name: str, statuses: list[str]) -> MilestoneQuerySet:
        """Keep those in any of these statuses."""
        return rows.filter(status__in=statuses)

    def with_outlook(self, rows: MilestoneQuerySet, name: str, outlooks: list[str]) -> MilestoneQuerySet:
        """Keep those with any of these outlooks, the milestone's."""
        return rows.filter(outlook__in=outlooks)

    def only_overdue(self, rows: MilestoneQuerySet, name: str, said: list[bool]) -> MilestoneQuerySet:
        """Keep the overdue ones."""
        return rows.filter(overdue=True)

    def only_asked(self, rows: MilestoneQuerySet, name: str, said: list[bool]) -> MilestoneQuerySet:
        """Keep those with an open question."""
        return rows.with_open_question(self.reader)

    def only_silent(self, rows: MilestoneQuerySet, name: str, said: list[bool]) -> MilestoneQuerySet:
        """Keep those with an agency (one of those asked for) that did not answer the latest call."""
        call: DueCall | None = latest_due_call(self.reader.moment)
        return rows.silent(call, self.reader.moment, [code for code in self.asked("agency") if code != UNASSIGNED])

    def due_from(self, rows: MilestoneQuerySet, name: str, days: list[date]) -> MilestoneQuerySet:
        """Keep those due on a day or later."""
        return rows.filter(target_on__gte=min(days))

    def due_until(self, rows: MilestoneQuerySet, name: str, days: list[date]) -> MilestoneQuerySet:
        """Keep those due on a day or earlier."""
        return rows.filter(target_on__lte=max(days))

    def containing(self, rows: MilestoneQuerySet, name: str, searches: list[tuple[str, ...]]) -> MilestoneQuerySet:
        """Keep those in which all words of any of these searches are found, in what this reader may read."""
        found = Q(pk__in=[])
        for words in searches:
            every = Q()
            for word in words:
                every &= self._found(word)
            found |= every
        return rows.filter(found)

    def as_they_are(self, rows: MilestoneQuerySet, name: str, said: list[str]) -> MilestoneQuerySet:
        """Leave the order to the table."""
        return rows

    def _found(self, word: str) -> Q:
        anywhere = Q(text__icontains=word) | Q(action__title__icontains=word) | Q(summary__icontains=word)
        if code := _CODE.fullmatch(word):
            anywhere |= Q(action_id=int(code[1]), position=int(code[2]))
        if self.reader.sees_internal:
            said = StatusUpdate.objects.last_words(self.reader.moment).filter(milestone=OuterRef("pk"))
            anywhere |= Q(Exists(said.filter(Q(statement__icontains=word) | Q(next_step__icontains=word))))
        return anywhere


def known_choices(reader: Reader) -> Choices:
    """Return the actions and agencies there are, and the editions known at the reader's moment. One query for all."""
    actions = Action.objects.order_by().annotate(
        of=Value("action"), place=F("number"), key=Cast("number", CharField()), says=F("title")
    )
    agencies = Agency.objects.order_by().annotate(
        of=Value("agency"), place=F("sort_order"), key=F("code"), says=F("name")
    )
    editions = PlanEdition.objects.order_by()
    if reader.moment is not None:
        editions = editions.filter(Q(recorded_at=None) | Q(recorded_at__lt=reader.moment))
    editions = editions.annotate(
        of=Value("edition"), place=F("number"), key=Cast("number", CharField()), says=F("title")
    )
    columns = ("of", "place", "key", "says")
    lists = [rows.values_list(*columns) for rows in (actions, agencies, editions)]
    found = sorted(lists[0].union(*lists[1:], all=True))
    return Choices(
        actions={key: says for of, _, key, says in found if of == "action"},
        agencies={key: says for of, _, key, says in found if of == "agency"},
        editions={key: _edition_in_words(key, says) for of, _, key, says in found if of == "edition"},
    )


def _edition_in_words(number: str, title: str) -> str:
    """Say which edition: "1, the plan as printed", "2, Sep 14, 2020"."""
    return f"{number}, {'the plan as printed' if number == '1' else title.removeprefix(f'Edition {number}, ')}"
