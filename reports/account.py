"""How is a frozen report told on a page?

Reads nothing but the figures of one edition, of this schema or an older one, so that every form of a report says what
was frozen and no more. Plain values throughout: a page, a document and a sheet are drawn from the same account.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from esc_tracker import clock
from esc_tracker.accounts.templatetags.esc import agency_name
from esc_tracker.marks import Segment
from esc_tracker.reader import Reader, last_day_before
from milestones.calls.weeks import ReportingWeek
from milestones.filters import UNASSIGNED
from milestones.links import link
from milestones.telling import days_in_words, listed, say_day
from milestones.workflow import NOT_RELEASED, NOT_RELEASED_LABEL, Status
from reports import cells, sections, sentences
from reports.cells import Figures, Section
from reports.charts import Chart, charts_of
from reports.definitions import CHAPTERS, Term
from reports.definitions import VERSION as DEFINITIONS
from reports.progress import bar_of, change_in_words, in_words, open_in_time
from reports.wording import agreeing, week_in_words

DEFINED = ("overdue", "open", "awaiting-confirmation", "completed", "unassigned", "subtotals")  # what the totals count
DEFINED_OF_WORDS = ("attention", "unconfirmed", "silent")
DEFINED_OF_TIME = ("completed-since", "moved-since", "due-soon", "since", "as-of")


@dataclass(frozen=True)
class Number:
    """One of the totals, with where its rows are and how it changed since the report before."""

    count: int
    label: str
    url: str
    tone: str = ""
    change: str = ""


@dataclass(frozen=True)
class Share:
    """One line by action or by agency."""

    label: str
    url: str
    words: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Missing:
    """One agency that owes answers to a call: how many, of how many asked, and on which milestones."""

    agency: str
    count: int
    milestones: tuple[tuple[str, str], ...]
    asked: int | None = None


@dataclass(frozen=True)
class Ask:
    """What PLCY asks of one agency's principal, or of all of them, and by when."""

    who: str
    what: str
    code: str
    url: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Account:
    """One edition of a report, ready to be shown."""

    week: str
    days: str
    year: int
    edition: str
    version: int
    correction: str
    as_of: str
    since: str
    headline: str
    forward: str
    narrative: str
    digest: str
    numbers: tuple[Number, ...]
    asks_heading: str
    asks: tuple[Ask, ...]
    attention: tuple[Section, ...]
    silent_heading: str
    silent_lead: str
    silent: tuple[Missing, ...]
    unconfirmed: Section | None
    sections: tuple[Section, ...]
    actions: tuple[Share, ...]
    agencies: tuple[Share, ...]
    nobodys: tuple[Share, ...]
    all: tuple[Segment, ...]
    definitions: int | None
    defined: tuple[Term, ...]
    charts: Mapping[str, Chart]

    @property
    def is_coac(self) -> bool:
        """Say whether this is the edition that is shared with COAC."""
        return self.edition == "coac"

    @property
    def about_version(self) -> str:
        """Say that it corrects an earlier version, and why where the edition holds the reason; "" for the first."""
        if self.version == 1:
            return ""
        if not self.correction:
            return f"This is version {self.version} of this report."
        return f"Version {self.version}, a correction: {self.correction.rstrip('.')}."

    @property
    def is_compared(self) -> bool:
        """Say whether the totals tell their change."""
        return any(number.change for number in self.numbers)

    @property
    def is_defined_as_now(self) -> bool:
        """Say whether the words still mean what they meant when it was drawn up."""
        return self.definitions == DEFINITIONS


def account_of(figures: Figures, reader: Reader) -> Account:
    """Tell one edition to a reader: the reader decides only where links lead. No query."""
    week = ReportingWeek.read(figures["week"])
    as_of = datetime.fromisoformat(figures["as_of"])
    internal = figures["edition"] != "coac"
    asks = figures.get("asks") or []
    silent = figures.get("silent", [])
    by_agency = [_share_of_agency(each, reader) for each in figures["by_agency"] if each["code"] != UNASSIGNED]
    nobodys = [_share_of_agency(each, reader) for each in figures["by_agency"] if each["code"] == UNASSIGNED]
    overdue = () if internal else (sections.overdue(figures, reader),)
    return Account(
        week=str(week),
        days=days_in_words(week.starts_on, week.ends_on),
        year=week.ends_on.year,
        edition=figures["edition"],
        version=figures["version"],
        correction=figures.get("correction") or "",
        as_of=say_moment(as_of),
        since=say_moment(datetime.fromisoformat(figures["since"])),
        headline=figures["headline"],
        forward=figures.get("forward") or "",
        narrative=figures["narrative"],
        digest=figures["digest"],
        numbers=_numbers(figures, reader, as_of),
        asks_heading=cells.heading(
            asks, "thing is asked of the principals", "things are asked of the principals", "Nothing is asked"
        ),
        asks=tuple(_ask(each, reader, as_of.year) for each in asks),
        attention=sections.attention(figures, reader) if internal else (),
        silent_heading=cells.heading(
            silent,
            "answer to the call is missing",
            "answers to the call are missing",
            "No answer to a call is missing",
        ),
        silent_lead=_who_answered(figures),
        silent=missing_answers(silent, reader, asked=_asked(figures)),
        unconfirmed=sections.unconfirmed(figures, reader) if internal else None,
        sections=overdue + sections.since_then(figures, reader),
        actions=tuple(
            _share(f"{each['number']}. {each['title']}", link("milestones:action", each["number"], reader=reader), each)
            for each in figures["by_action"]
        ),
        agencies=tuple(by_agency),
        nobodys=tuple(nobodys),
        all=bar_of(figures["totals"]),
        definitions=figures.get("definitions"),
        defined=_defined(internal=internal),
        charts={chart.key: chart for chart in charts_of(figures, reader)},
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
    totals: Mapping[str, int] = figures["totals"]
    before: Mapping[str, int] | None = figures.get("totals_before")
    day = last_day_before(as_of)
    exact = reader.is_coac or as_of == clock.end_of(day)

    def rows(**query: object) -> str:
        return link(
            "milestones:list", reader=reader, **query, **({"as_of": day} if exact and reader.as_of is None else {})
        )

    def number(label: str, key: str, url: str, tone: str = "") -> Number:
        change = change_in_words(totals[key] - before.get(key, 0)) if before else ""
        return Number(totals[key], label, url, tone, change)

    in_time = open_in_time(totals)
    numbers = [
        number("milestones", "milestones", rows()),
        number("completed", Status.COMPLETED, rows(status=Status.COMPLETED.value), "completed"),
        number("awaiting confirmation", Status.REPORTED_COMPLETE, "#reported"),
        number("overdue", "overdue", "#overdue", "overdue"),
        Number(
            in_time,
            "open, not overdue",
            rows(status=[Status.NOT_STARTED.value, Status.IN_PROGRESS.value]),
            change=change_in_words(in_time - open_in_time(before)) if before else "",
        ),
        number("without an agency", "unassigned", rows(agency=UNASSIGNED), "at_risk"),
    ]
    if totals[Status.WITHDRAWN]:
        numbers.append(number("withdrawn", Status.WITHDRAWN, rows(status=Status.WITHDRAWN.value)))
    if totals.get(NOT_RELEASED):
        numbers.append(number(NOT_RELEASED_LABEL.lower(), NOT_RELEASED, rows(status=NOT_RELEASED)))
    return tuple(numbers)


def _share(label: str, url: str, counts: Figures) -> Share:
    return Share(label, url, in_words(counts), bar_of(counts))


def _share_of_agency(counts: Figures, reader: Reader) -> Share:
    if counts["code"] == UNASSIGNED:
        return _share(counts["name"], link("milestones:list", reader=reader, agency=UNASSIGNED), counts)
    return _share(counts["name"], link("milestones:agency", counts["code"], reader=reader), counts)


def _defined(*, internal: bool) -> tuple[Term, ...]:
    """Return how the numbers of an edition are defined, in the order in which they stand in it."""
    terms = {term.anchor: term for chapter in CHAPTERS for term in chapter.terms}
    shown = (*DEFINED, *(DEFINED_OF_WORDS if internal else ()), *DEFINED_OF_TIME)
    return tuple(terms[anchor] for anchor in shown)


# --- What is asked, and who answered ------------------------------------------------------------------------------


def _ask(asked: Figures, reader: Reader, year: int) -> Ask:
    code = asked.get("milestone") or ""
    by = cells.day_of(asked.get("by"))
    return Ask(
        who=agency_name(asked["agency"]) or "All principals",
        what=asked["text"],
        code=code,
        url=link("milestones:detail", code, reader=reader) if code else "",
        by=_weekday(by, year) if by else "",
    )


def _weekday(day: date, year: int) -> str:
    """Say a day with its weekday, and with the year where it is another."""
    return f"{day:%a}, {sentences.day(day) if day.year == year else say_day(day)}"


def missing_answers(
    rows: Sequence[Figures], reader: Reader, *, asked: Mapping[str, int] | None = None
) -> tuple[Missing, ...]:
    """Gather the missing answers by agency, in the order of the figures; `asked` counts what each was asked."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        place = (row["code"], link("milestones:detail", row["code"], reader=reader))
        found.setdefault(row["agency"], []).append(place)
    return tuple(
        Missing(agency_name(code), len(places), tuple(places), (asked or {}).get(code))
        for code, places in found.items()
    )


def _asked(figures: Figures) -> dict[str, int]:
    return {each["agency"]: each["asked"] for each in figures.get("answers") or []}


def _who_answered(figures: Figures) -> str:
    """Say how many answered the latest call, and who answered on everything; "" where there was none."""
    call, answers = figures.get("call"), figures.get("answers") or []
    if not call or not answers:
        return ""
    asked, answered = (sum(each[key] for each in answers) for key in ("asked", "answered"))
    said = f"{sentences.opening(answered)} of {asked} answers to the call of {week_in_words(call['week'])} came."
    whole = [agency_name(each["agency"]) for each in answers if not each["silent"]]
    if not whole or answered == asked:
        return said
    return f"{said} {listed(whole)} answered on all of {agreeing(len(whole), 'its', 'their')} milestones."
