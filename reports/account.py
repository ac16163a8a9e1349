"""How is a frozen report told on a page?

Reads nothing but the figures of one edition, so that the page says what was frozen and no more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from esc_tracker import clock
from esc_tracker.accounts.templatetags.esc import agency_name
from esc_tracker.marks import Segment
from esc_tracker.reader import Reader, last_day_before
from milestones.calls.weeks import ReportingWeek
from milestones.filters import UNASSIGNED
from milestones.links import link
from milestones.telling import days_in_words, say_day
from milestones.workflow import NOT_RELEASED, NOT_RELEASED_LABEL, Status
from reports import cells
from reports.cells import Cell, Figures, Section, section_of
from reports.progress import bar_of, in_words, open_in_time


@dataclass(frozen=True)
class Number:
    """One of the totals, with where its rows are."""

    count: int
    label: str
    url: str
    tone: str = ""


@dataclass(frozen=True)
class Share:
    """One line by action or by agency."""

    label: str
    url: str
    words: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Missing:
    """One agency that owes answers to a call: how many, and on which milestones."""

    agency: str
    count: int
    milestones: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Account:
    """One edition of a report, ready to be shown."""

    week: str
    days: str
    year: int
    edition: str
    version: int
    as_of: str
    since: str
    headline: str
    narrative: str
    digest: str
    numbers: tuple[Number, ...]
    sections: tuple[Section, ...]
    actions: tuple[Share, ...]
    agencies: tuple[Share, ...]
    all: tuple[Segment, ...]
    silent_heading: str
    silent: tuple[Missing, ...]

    @property
    def is_coac(self) -> bool:
        """Say whether this is the edition that is shared with COAC."""
        return self.edition == "coac"


def account_of(figures: Figures, reader: Reader) -> Account:
    """Tell one edition to a reader: the reader decides only where links lead. No query."""
    week = ReportingWeek.read(figures["week"])
    as_of = datetime.fromisoformat(figures["as_of"])
    return Account(
        week=str(week),
        days=days_in_words(week.starts_on, week.ends_on),
        year=week.ends_on.year,
        edition=figures["edition"],
        version=figures["version"],
        as_of=say_moment(as_of),
        since=say_moment(datetime.fromisoformat(figures["since"])),
        headline=figures["headline"],
        narrative=figures["narrative"],
        digest=figures["digest"],
        numbers=_numbers(figures, reader, as_of),
        sections=tuple(_sections(figures, reader)),
        actions=tuple(
            _share(f"{each['number']}. {each['title']}", link("milestones:action", each["number"], reader=reader), each)
            for each in figures["by_action"]
        ),
        agencies=tuple(
            _share(
                each["name"],
                link("milestones:list", reader=reader, agency=UNASSIGNED)
                if each["code"] == UNASSIGNED
                else link("milestones:agency", each["code"], reader=reader),
                each,
            )
            for each in figures["by_agency"]
        ),
        all=bar_of(figures["totals"]),
        silent_heading=cells.heading(
            figures.get("silent", []),
            "answer to the call is missing",
            "answers to the call are missing",
            "No answer to a call is missing",
        ),
        silent=missing_answers(figures.get("silent", []), reader),
    )


def say_moment(moment: datetime) -> str:
    """Say a moment: "the end of Sep 13, 2020" for a midnight, else "Sep 14, 2020, 10:12 AM"."""
    local = moment.astimezone(clock.NEW_YORK)
    if moment == clock.start_of(local.date()):
        return f"the end of {say_day(last_day_before(moment))}"
    return f"{say_day(local.date())}, {local:%I:%M %p}".replace(", 0", ", ")


# --- Totals -------------------------------------------------------------------------------------------------------


def _numbers(figures: Figures, reader: Reader, as_of: datetime) -> tuple[Number, ...]:
    """Return the totals: those listed below lead there, others to the list as of the same day where a day says it."""
    totals = figures["totals"]
    day = last_day_before(as_of)
    exact = reader.is_coac or as_of == clock.end_of(day)

    def listed(**query: object) -> str:
        return link(
            "milestones:list", reader=reader, **query, **({"as_of": day} if exact and reader.as_of is None else {})
        )

    numbers = [
        Number(totals["milestones"], "milestones", listed()),
        Number(totals[Status.COMPLETED], "completed", listed(status=Status.COMPLETED.value), "completed"),
        Number(totals[Status.REPORTED_COMPLETE], "awaiting confirmation", "#reported"),
        Number(totals["overdue"], "overdue", "#overdue", "overdue"),
        Number(
            open_in_time(totals),
            "open, not overdue",
            listed(status=[Status.NOT_STARTED.value, Status.IN_PROGRESS.value]),
        ),
        Number(totals["unassigned"], "without an agency", listed(agency=UNASSIGNED), "at_risk"),
    ]
    if totals[Status.WITHDRAWN]:
        numbers.append(Number(totals[Status.WITHDRAWN], "withdrawn", listed(status=Status.WITHDRAWN.value)))
    if totals.get(NOT_RELEASED):
        numbers.append(Number(totals[NOT_RELEASED], NOT_RELEASED_LABEL.lower(), listed(status=NOT_RELEASED)))
    return tuple(numbers)


def _share(label: str, url: str, counts: Figures) -> Share:
    return Share(label, url, in_words(counts), bar_of(counts))


# --- Lists --------------------------------------------------------------------------------------------------------


def _sections(figures: Figures, reader: Reader) -> list[Section]:
    internal = figures["edition"] != "coac"

    def section(key: str, title: str, columns: Sequence[str], told: Callable[[Figures], tuple[Cell, ...]]) -> Section:
        return section_of(figures[key], reader, key.replace("_", "-"), title, columns, told)

    def heading(key: str, one: str, several: str, none: str) -> str:
        return cells.heading(figures[key], one, several, none)

    found = []
    if internal:
        found.append(
            section(
                "attention",
                heading(
                    "attention",
                    "milestone needs attention",
                    "milestones need attention",
                    "None is off track or at risk",
                ),
                ("Target", "Outlook", "Why, and what is needed"),
                lambda row: (cells.target(row), cells.outlook(row), cells.why(row)),
            )
        )
    found += [
        section(
            "overdue",
            heading("overdue", "milestone is overdue", "milestones are overdue", "Nothing is overdue"),
            ("Was due", "Overdue", *(("Outlook", "What was said") if internal else ())),
            lambda row: (
                cells.target(row),
                cells.overdue(row),
                *((cells.outlook(row), cells.words(row)) if internal else ()),
            ),
        ),
        section(
            "completed",
            heading("completed", "milestone was completed", "milestones were completed", "Nothing was completed"),
            ("Completed", "Outcome", "Against its target"),
            lambda row: cells.completion(row),
        ),
        section(
            "reported",
            heading(
                "reported",
                "completion awaits confirmation",
                "completions await confirmation",
                "No completion awaits confirmation",
            ),
            ("Target", *(("What was said",) if internal else ())),
            lambda row: (cells.target(row), *((cells.words(row),) if internal else ())),
        ),
        section(
            "moved",
            heading("moved", "target moved", "targets moved", "No target moved"),
            ("From", "To", *(("Why",) if internal else ())),
            lambda row: (
                cells.moved_from(row),
                cells.target(row),
                *((cells.revisions(row),) if internal else ()),
            ),
        ),
        section(
            "due_soon",
            heading(
                "due_soon",
                "milestone falls due in the next 60 days",
                "milestones fall due in the next 60 days",
                "Nothing falls due in the next 60 days",
            ),
            ("Due", *(("Outlook", "What comes next") if internal else ())),
            lambda row: (
                cells.target(row, "exact"),
                *((cells.outlook(row), cells.next_step(row)) if internal else ()),
            ),
        ),
    ]
    return found


def missing_answers(rows: Sequence[Figures], reader: Reader) -> tuple[Missing, ...]:
    """Gather the missing answers by agency, in the order of the figures."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        place = (row["code"], link("milestones:detail", row["code"], reader=reader))
        found.setdefault(row["agency"], []).append(place)
    return tuple(Missing(agency_name(code), len(places), tuple(places)) for code, places in found.items())
