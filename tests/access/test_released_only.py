"""Is what COAC is given a function of what was released, and of nothing else? (R04, R05, R10)

Whatever else changes, through doors or underneath them, COAC is given the same bytes until the next release.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    Field,
    IntegerField,
    JSONField,
    TextField,
)
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from actions.target_dates import TargetDate
from esc_tracker import clock
from milestones.deciding import withdraw
from milestones.questions import ask
from milestones.summaries import clear, propose
from milestones.targets.revisions import request_revision
from milestones.updates import post_note
from reports.models import WeeklyReport
from reports.weekly import publishing, releasing
from tests.access.acting import signed_in, undone
from tests.access.canaries import AFTER, FIELDS
from tests.access.crawling import text_in_file
from tests.access.given import ONE_BY_ONE, given_to_coac
from tests.milestones.telling import milestone, say
from tests.reports.documents.opening import bytes_of

SOME = ("/", "/milestones/?export=csv", "/overdue/", "/milestones/3.1/", "/agencies/CBP/", "/reports/2020-W36.json")


def _internal_fields() -> Iterator[Field]:
    """Return the fields of the record that COAC never reads and that do not say what was released when."""
    hidden: dict[tuple[str, str], set[str]] = {}
    for row in FIELDS:
        hidden.setdefault((row["object"], row["field"].partition(":")[0]), set()).add(row["coac"])
    for model in apps.get_models():
        if model._meta.app_label in {"actions", "milestones", "reports"}:
            for field in model._meta.concrete_fields:
                plain = not (field.primary_key or field.is_relation or field.unique or isinstance(field, DateTimeField))
                if plain and hidden.get((model.__name__, field.name)) == {"no"} and str(field) not in RELEASING:
                    yield field


# Whether, when and under what name something was released; what decides is no secret that leaks.
RELEASING = {
    *("reports.WeeklyReport.week", "reports.WeeklyReport.version", "reports.WeeklyReport.state"),
    *("reports.Release.week", "reports.Release.version", "reports.Release.withheld"),
    *("reports.ReleasedEdition.digest", "milestones.TargetRevision.state", "milestones.StatusUpdate.version"),
    "milestones.Milestone.text",  # the plan's is public; that of a milestone added later waits for a release
    *("milestones.TargetRevision.version", "milestones.Responsibility.part"),
}
INTERNAL = sorted(_internal_fields(), key=str)


def _mutate(field: Field, word: str, number: int) -> bool:
    """Write something else into a field of every row; say whether the database took it."""
    value: Any = word
    if isinstance(field, JSONField):
        value = {"zq": word}
    elif isinstance(field, BooleanField):
        value = bool(number % 2)
    elif isinstance(field, DateField):
        value = clock.today().replace(year=2021 + number % 50)
    elif isinstance(field, IntegerField):
        value = number
    elif field.choices:
        value = field.choices[number % len(field.choices)][0]
    elif not isinstance(field, CharField | TextField):
        return False
    try:
        with transaction.atomic():
            return bool(field.model._default_manager.update(**{field.attname: value}))
    except IntegrityError:
        return False


def _publish(people: dict[str, Any]) -> None:
    publishing.publish(WeeklyReport.objects.get(week="2020-W37"), by=people["plcy"])


DOORS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "an update": lambda people: say("3.2", people["own"], outlook="off_track"),
    "another update": lambda people: say("5.2", people["usps"], outlook="at_risk"),
    "a note": lambda people: post_note(milestone("3.1"), by=people["own"], text="Sample: a remark.", audience="esc"),
    "a question": lambda people: ask(say("3.1", people["own"]), by=people["plcy"], text="Sample: since when?"),
    "a text that is cleared": lambda people: clear(
        propose(milestone("3.2"), by=people["own"], text="Sample: well on its way."), by=people["plcy"]
    ),
    "a request": lambda people: request_revision(
        milestone("3.2"),
        by=people["own"],
        seen_version=milestone("3.2").version,
        target=TargetDate.month(2021, 6),
        category="dependency",
        text="Sample: counsel has not answered.",
    ),
    "a withdrawal": lambda people: withdraw(
        milestone("4.6"), by=people["plcy"], seen_version=milestone("4.6").version, remark="Sample: overtaken."
    ),
    "a publication": _publish,
}


@pytest.fixture
def released(people) -> tuple[Client, dict[str, Any]]:
    """Give COAC's browser and what it is given now."""
    coac = signed_in(people["coac"])
    return coac, given_to_coac(coac)


def test_no_internal_field_reaches_what_coac_is_given(people, released):
    coac, before = released
    written = []

    @ONE_BY_ONE
    @given(
        fields=st.lists(st.sampled_from(INTERNAL), min_size=4, max_size=40, unique=True),
        word=st.text("abcxyz é漢", min_size=3, max_size=20).filter(str.strip),
        number=st.integers(1, 400),
    )
    def given_the_same(fields: list[Field], word: str, number: int) -> None:
        with undone():
            written.append(sum(_mutate(field, word, number) for field in fields))
            after = given_to_coac(coac, SOME, ())
        assert [address for address in after if after[address] != before[address]] == []

    given_the_same()
    assert sum(written) > 5


def test_no_act_reaches_coac_before_a_release(people, released):
    coac, before = released

    @ONE_BY_ONE
    @given(doors=st.lists(st.sampled_from(sorted(DOORS)), min_size=1, max_size=5, unique=True))
    def given_the_same(doors: list[str]) -> None:
        with undone() as written:
            for name in doors:
                DOORS[name](people)
            after = given_to_coac(coac, SOME, ())
        assert written.statements
        assert [address for address in after if after[address] != before[address]] == []

    given_the_same()


def test_a_release_does_reach_coac_and_the_printed_report_waits_for_it_too(people, released):
    coac, before = released
    printed = text_in_file(bytes_of(coac.get("/reports/2020-W36.pdf")))

    with undone():
        for field in INTERNAL:
            _mutate(field, "Sample: otherwise", 3)
        assert text_in_file(bytes_of(coac.get("/reports/2020-W36.pdf"))) == printed
        assert given_to_coac(coac) == before
    with undone():
        for name in sorted(DOORS):
            DOORS[name](people)
        assert given_to_coac(coac) == before
        report = WeeklyReport.objects.get(week="2020-W37")
        with clock.at(AFTER.replace(hour=10)):
            releasing.release(report, by=people["plcy"], cleared_by="Dana Reyes, counsel")
            after = given_to_coac(coac)

    assert after["/"] != before["/"]
    assert after["/milestones/3.1/"] != before["/milestones/3.1/"]
