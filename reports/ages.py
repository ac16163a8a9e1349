"""How long is what is overdue, and whose is it?

Counts over the survey's facts: no query, no page.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from milestones.filters import UNASSIGNED, UNASSIGNED_LABEL
from reports.survey import Fact, Survey


@dataclass(frozen=True)
class Band:
    """A stretch of days overdue; `last` is None for the band without an end."""

    key: str
    label: str
    first: int
    last: int | None

    def holds(self, fact: Fact) -> bool:
        """Say whether a milestone is overdue by so many days."""
        return fact.days is not None and self.first <= fact.days and (self.last is None or fact.days <= self.last)


BANDS = (
    Band("1-30", "1–30 days", 1, 30),
    Band("31-60", "31–60 days", 31, 60),
    Band("61-90", "61–90 days", 61, 90),
    Band("over-90", "over 90 days", 91, None),
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which of the overdue a person asked for; nothing asked leaves nothing out."""

    agencies: tuple[str, ...] = ()
    actions: tuple[int, ...] = ()
    bands: tuple[str, ...] = ()

    def takes(self, fact: Fact) -> bool:
        """Say whether a milestone is among them."""
        held_by = fact.agencies or (UNASSIGNED,)
        return (
            (not self.agencies or any(code in self.agencies for code in held_by))
            and (not self.actions or fact.action in self.actions)
            and (not self.bands or any(band.key in self.bands and band.holds(fact) for band in BANDS))
        )


@dataclass(frozen=True)
class AgencyAges:
    """One line of the table by agency: how many in each band, in the order of BANDS, and in all."""

    key: str
    name: str
    counts: tuple[int, ...]
    total: int


def by_band(overdue: Collection[Fact]) -> list[tuple[Band, int]]:
    """Count the overdue in each band, every band present, zero included."""
    return [(band, sum(band.holds(fact) for fact in overdue)) for band in BANDS]


def by_agency(overdue: Sequence[Fact], survey: Survey) -> tuple[list[AgencyAges], AgencyAges]:
    """Count the overdue of each agency that has any, in the agencies' usual order, and of no agency named yet.

    A joint milestone counts for each of its agencies, so the lines can add up to more than all.
    """
    lines = [
        _line(code, name, [fact for fact in overdue if code in fact.agencies]) for code, name in survey.agencies.items()
    ]
    unnamed = _line(UNASSIGNED, UNASSIGNED_LABEL, [fact for fact in overdue if not fact.agencies])
    return [line for line in lines if line.total], unnamed


def _line(key: str, name: str, overdue: Sequence[Fact]) -> AgencyAges:
    return AgencyAges(key, name, tuple(count for _, count in by_band(overdue)), len(overdue))
