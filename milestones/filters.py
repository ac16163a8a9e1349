"""Which milestones did the person ask to see, and in which order?

For COAC the internal filters are not there at all.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django import forms
from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast
from django.http import HttpRequest, QueryDict

from actions.models import Action, PlanEdition
from esc_tracker.accounts.models import Agency, agency_code
from esc_tracker.reader import Reader
from milestones.calls.calling import DueCall, latest_due_call
from milestones.lists import Asked, ListFilter, ListForm, Select, one_of, read_day, read_search, read_yes, shown
from milestones.models import Milestone, StatusUpdate
from milestones.querysets import MilestoneQuerySet
from milestones.telling import say_day
from milestones.workflow import NO_OUTLOOK, NO_OUTLOOK_LABEL, NOT_RELEASED, NOT_RELEASED_LABEL, Outlook, Status

UNASSIGNED = "unassigned"
UNASSIGNED_LABEL = "No agency named yet"
INTERNAL = ("outlook", "silent", "question")
_CODE = re.compile(r"([1-9][0-9]{0,3})\.([1-9][0-9]{0,3})")


@dataclass(frozen=True)
class Choices:
    """What there is to choose from: action titles by number, agency names by code, editions the reader knows."""

    actions: Mapping[str, str]
    agencies: Mapping[str, str]
    editions: Mapping[str, str]


def read_agency(known: Collection[str]) -> Callable[[str], str]:
    """Return a rule that reads an agency by code or name (ICE-HSI, ICE/HSI), or `unassigned`."""

    def read(text: str) -> str:
        code = UNASSIGNED if text.lower() == UNASSIGNED else agency_code(text)
        if code != UNASSIGNED and code not in known:
            raise forms.ValidationError(f"There is no agency “{shown(text)}”.")
        return code

    return read


class MilestoneFilter(ListFilter):
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

    @property
    def selects(self) -> list[Select]:
        """Return the panel's lists of choices with what is chosen."""
        agencies = {**self.choices.agencies, UNASSIGNED: UNASSIGNED_LABEL}
        actions = {number: f"{number}. {title}" for number, title in self.choices.actions.items()}
        statuses = dict(Status.choices) | ({NOT_RELEASED: NOT_RELEASED_LABEL} if self.reader.is_coac else {})
        found = [
            self.select("agency", "Any agency", agencies),
            self.select("action", "Any action", actions),
            self.select("status", "Any status", statuses),
        ]
        if "outlook" in self.filters:
            found.append(self.select("outlook", "Any outlook", dict(Outlook.choices) | {NO_OUTLOOK: NO_OUTLOOK_LABEL}))
        if len(self.choices.editions) > 1:
            found.append(self.select("edition", "Any edition", self.choices.editions))
        return found

    def in_words_of(self, name: str, text: str) -> str:
        """Return one value in words."""
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

    def found(self, word: str) -> Q:
        """Look in what this reader may read."""
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
