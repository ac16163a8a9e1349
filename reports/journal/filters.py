"""Which entries of the journal did the person ask to see?

Every name may be repeated and then means "any of". A value that cannot be read is an error with a sentence, and then no
row is shown: a bad filter never widens. The search looks only at who acted and at what it was about.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import CharField, F, Q, TextField, Value
from django.db.models.functions import Cast
from django.http import QueryDict

from esc_tracker import clock
from esc_tracker.accounts.models import Agency, User
from esc_tracker.journal.models import Entry, EntryQuerySet
from esc_tracker.reader import Reader
from milestones.filters import read_agency
from milestones.lists import Asked, ListFilter, ListForm, Select, one_of, read_day, read_search, shown
from milestones.telling import say_day
from reports.journal.keeping import KEPT_VERBS
from reports.journal.verbs import GROUPS, VERBS, verbs_in
from reports.journal.wording import SOURCES, UNTOLD_SOURCE

NOBODY = "nobody"
NOBODY_LABEL = "Nobody: a job or command"
NO_AGENCY = "none"
NO_AGENCY_LABEL = "Of no agency"
UNTOLD = "untold"
SORTS = ("number", "-number")
REFERENCE_MAX = 36
# Acts about something else that name milestones in what they wrote.
NAME_MILESTONES = (
    *("milestones.assign", "milestones.name_contact", "milestones.owe", "milestones.flag_overdue"),
    *("milestones.remind", "reports.edit_line"),
)
_CODE = re.compile(r"[1-9][0-9]{0,3}\.[1-9][0-9]{0,3}")
_WEEK = re.compile(r"[0-9]{4}-W[0-9]{2}")
_MEETING = re.compile(r"(?:esc )?meeting ([1-9][0-9]{0,5})", re.IGNORECASE)
_REFERENCE = re.compile(r"[0-9a-f-]{1,36}")


@dataclass(frozen=True)
class Known:
    """What there is to choose from: people who acted by key, agencies by code."""

    people: Mapping[str, str]
    agencies: Mapping[str, str]


def read_about(text: str) -> str:
    """Read a milestone, a report's or call's week, or a meeting, as the journal writes it."""
    if found := _MEETING.fullmatch(text):
        return f"ESC meeting {found[1]}"
    if _CODE.fullmatch(text) or _WEEK.fullmatch(text.upper()):
        return text.upper()
    raise forms.ValidationError(
        f"Write a milestone like 4.3, a week like 2020-W37 or a meeting like “meeting 2”, not “{shown(text)}”."
    )


def read_reference(text: str) -> str:
    """Read the reference of a request or job."""
    if not _REFERENCE.fullmatch(text.lower()):
        raise forms.ValidationError(f"A reference is made of the characters 0–9, a–f and -, unlike “{shown(text)}”.")
    return text.lower()


class PeriodForm(ListForm):
    """What the list takes beside its filters; a period must not end before it begins."""

    def clean(self) -> dict[str, Any]:
        """Compare the days."""
        said: dict[str, Any] = super().clean() or {}
        first, last = said.get("after") or [], said.get("before") or []
        if first and last and min(first) > max(last):
            raise forms.ValidationError("The period ends before it begins.")
        return said


class JournalFilter(ListFilter):
    """The filters of the journal; they combine."""

    after = Asked(method="from_day", label="From", read=read_day)
    before = Asked(method="until_day", label="Until", read=read_day)
    agency = Asked(method="by_agencies", label="Agency", read=str)
    person = Asked(method="by_people", label="Person", read=str)
    act = Asked(method="of_kinds", label="Act", read=one_of({*GROUPS, *VERBS}, "kind of act"))
    about = Asked(method="about_things", label="About", read=read_about)
    source = Asked(method="from_sources", label="Came from", read=one_of({*SOURCES, UNTOLD}, "source"))
    request = Asked(method="of_requests", label="Reference", read=read_reference)
    q = Asked(method="containing", label="Search", read=read_search)
    sort = Asked(method="as_they_are", label="Sort", read=one_of(SORTS, "column to sort by named"))

    class Meta:
        model = Entry
        fields = ()
        form = PeriodForm

    def __init__(self, data: QueryDict, *, queryset: EntryQuerySet, reader: Reader, known: Known) -> None:
        super().__init__(data, queryset=queryset)
        self.reader = reader
        self.labels: dict[str, Mapping[str, str]] = {
            "agency": {**known.agencies, NO_AGENCY: NO_AGENCY_LABEL},
            "person": {**known.people, NOBODY: NOBODY_LABEL},
            "act": {**GROUPS, **{name: verb.label for name, verb in VERBS.items()}},
            "source": {**SOURCES, UNTOLD: UNTOLD_SOURCE},
        }
        self.filters["person"].extra["read"] = one_of(self.labels["person"], "person who acted named")
        self.filters["agency"].extra["read"] = _read_agency(known.agencies)

    # --- What was asked -------------------------------------------------------------------------------------------

    @property
    def selects(self) -> list[Select]:
        """Return the panel's lists of choices with what is chosen, but for acts."""
        return [
            self.select(name, any_label, self.labels[name])
            for name, any_label in (("agency", "Any agency"), ("person", "Anybody"), ("source", "Anywhere"))
        ]

    @property
    def acts(self) -> list[tuple[str, str, bool, list[tuple[str, str, bool]]]]:
        """Return the kinds of act, group by group: `(value, label, is chosen, its acts)`."""
        chosen = set(self.asked("act"))
        return [
            (group, label, group in chosen, [(name, VERBS[name].label, name in chosen) for name in verbs_in(group)])
            for group, label in GROUPS.items()
        ]

    @property
    def several_acts(self) -> bool:
        """Say whether more than one kind of act is asked for."""
        return len(set(self.asked("act"))) > 1

    def in_words_of(self, name: str, text: str) -> str:
        """Return one value in words."""
        return f"{self.filters[name].label}: {self._in_words(name, text)}"

    def _in_words(self, name: str, text: str) -> str:
        try:
            value = self.form.fields[name].read(text.strip())
        except forms.ValidationError:
            return shown(text)
        if isinstance(value, date):
            return say_day(value)
        if name in self.labels:
            return self.labels[name][value]
        return value if isinstance(value, str) else shown(text)

    # --- Which rows -----------------------------------------------------------------------------------------------

    def from_day(self, rows: EntryQuerySet, name: str, days: list[date]) -> EntryQuerySet:
        """Keep acts of a day or later."""
        return rows.filter(recorded_at__gte=clock.start_of(min(days)))

    def until_day(self, rows: EntryQuerySet, name: str, days: list[date]) -> EntryQuerySet:
        """Keep acts of a day or earlier."""
        return rows.filter(recorded_at__lt=clock.end_of(max(days)))

    def by_agencies(self, rows: EntryQuerySet, name: str, codes: list[str]) -> EntryQuerySet:
        """Keep acts of people of any of these agencies, or of people of none."""
        nobodys = Q(by__isnull=False, by__agency=None) if NO_AGENCY in codes else Q(pk__in=[])
        return rows.filter(Q(by__agency__in=[code for code in codes if code != NO_AGENCY]) | nobodys)

    def by_people(self, rows: EntryQuerySet, name: str, keys: list[str]) -> EntryQuerySet:
        """Keep acts of any of these people, or of nobody."""
        nobodys = Q(by=None) if NOBODY in keys else Q(pk__in=[])
        return rows.filter(Q(by__in=[int(key) for key in keys if key != NOBODY]) | nobodys)

    def of_kinds(self, rows: EntryQuerySet, name: str, kinds: list[str]) -> EntryQuerySet:
        """Keep acts of any of these kinds: single verbs, or groups of them."""
        verbs = {verb for kind in kinds for verb in (verbs_in(kind) if kind in GROUPS else [kind])}
        return rows.filter(verb__in=sorted(verbs))

    def about_things(self, rows: EntryQuerySet, name: str, things: list[str]) -> EntryQuerySet:
        """Keep acts about any of these, those that name it among others too."""
        found = Q(pk__in=[])
        for thing in things:
            found |= Q(about=thing)
            if _CODE.fullmatch(thing):
                found |= Q(about__startswith=f"{thing}, ") | Q(about__endswith=f", {thing}")
                found |= Q(about__contains=f", {thing}, ") | Q(verb__in=NAME_MILESTONES, facts__contains=f'"{thing}"')
        return rows.alias(facts=_facts()).filter(found)

    def from_sources(self, rows: EntryQuerySet, name: str, sources: list[str]) -> EntryQuerySet:
        """Keep acts that came from any of these."""
        return rows.filter(source__in=["" if source == UNTOLD else source for source in sources])

    def of_requests(self, rows: EntryQuerySet, name: str, references: list[str]) -> EntryQuerySet:
        """Keep acts of any of these requests or jobs."""
        return rows.filter(request_id__in=references)

    def found(self, word: str) -> Q:
        """Look at who acted and at what it was about; what a reader may not read is not found out by looking."""
        about = Q(about__icontains=word)
        if not self.reader.is_plcy:
            about &= ~Q(verb__startswith=KEPT_VERBS)
        agency = Q(by__agency__name__icontains=word) | Q(by__agency__code__icontains=word)
        return Q(by__name__icontains=word) | agency | about


def known_to_journal(reader: Reader) -> Known:
    """Return the agencies there are and the people who acted before the reader's moment. One query for both."""
    acted = Entry.objects.order_by().exclude(by=None)
    if reader.moment is not None:
        acted = acted.filter(recorded_at__lt=reader.moment)
    people = User.objects.order_by().filter(pk__in=acted.values("by").distinct())
    agencies = Agency.objects.order_by()
    columns = ("of", "place", "says", "key")
    lists = [
        agencies.annotate(of=Value("agency"), place=F("sort_order"), says=F("name"), key=F("code")),
        people.annotate(of=Value("person"), place=Value(0), says=F("name"), key=Cast("pk", CharField())),
    ]
    first, second = (rows.values_list(*columns) for rows in lists)
    found = sorted(first.union(second, all=True))
    return Known(
        people={key: says for of, _, says, key in found if of == "person"},
        agencies={key: says for of, _, says, key in found if of == "agency"},
    )


def _facts() -> Any:
    """Return what was written after an act, as text; a list of numbers is written alike by both databases."""
    return Cast("after", TextField())


def _read_agency(known: Mapping[str, str]) -> Any:
    read = read_agency(known)

    def read_one(text: str) -> str:
        if text.lower() == NO_AGENCY:
            return NO_AGENCY
        code = read(text)
        if code not in known:
            raise forms.ValidationError(f"There is no agency “{shown(text)}”.")
        return code

    return read_one
