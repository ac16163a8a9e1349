"""How is a pack told on a page?

Reads nothing but the figures of one pack, live or frozen, so that the page of a read-ahead says what was frozen and no
more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from esc_tracker.accounts.models import agency_name
from esc_tracker.reader import Reader
from milestones.links import link
from milestones.telling import counted
from reports import cells, sentences
from reports.account import Missing, missing_answers, say_moment
from reports.cells import Cell, Figures, Line, Section, section_of
from reports.wording import agreeing, target_of

NONE_OWED = "No due-out is open"


@dataclass(frozen=True, kw_only=True)
class Owed:
    """One due-out: who owes what by when after which meeting, and the answer if there is one."""

    text: str
    owner: str
    due_on: date
    late: bool
    meeting: int
    meeting_url: str
    milestone: str | None
    milestone_url: str
    answer: str
    answered_by: str
    answered_on: date | None
    answer_url: str


@dataclass(frozen=True, kw_only=True)
class Pack:
    """One pack, ready to be shown; `nothing` are the sentences of the lists that are empty."""

    headline: str
    as_of: str
    since: str
    since_meeting: int | None
    agenda: tuple[str, ...]
    owed_heading: str
    owed: tuple[Owed, ...]
    sections: tuple[Section, ...]
    silent_heading: str
    silent: tuple[Missing, ...]
    waiting_heading: str
    waiting: Section
    waiting_elsewhere: str
    nothing: tuple[str, ...]
    digest: str


def pack_told(figures: Figures, reader: Reader, *, answers: bool) -> Pack:
    """Tell one pack to a reader, who decides only where links lead; `answers` offers to answer due-outs. No query."""
    lists = list(_lists(figures, reader))
    open_now = [each for each in figures["due_outs"] if not each["answer"]]
    silent = figures["silent"]
    return Pack(
        headline=figures["headline"],
        as_of=say_moment(datetime.fromisoformat(figures["as_of"])),
        since=say_moment(datetime.fromisoformat(figures["since"])),
        since_meeting=figures["since_meeting"],
        agenda=agenda_items(figures["meeting"]["agenda"]),
        owed_heading=cells.heading(open_now, "due-out is open", "due-outs are open", NONE_OWED),
        owed=tuple(owed_told(each, reader, answers=answers) for each in figures["due_outs"]),
        sections=tuple(each for each in lists if each.rows),
        silent_heading=cells.heading(
            silent, "answer to the latest call is missing", "answers to the latest call are missing", ""
        ),
        silent=missing_answers(silent, reader),
        waiting_heading=_waiting_heading(figures["waiting"]),
        waiting=_waiting(figures["waiting"]["rows"], reader),
        waiting_elsewhere=_elsewhere(figures["waiting"]),
        nothing=(
            *([] if figures["due_outs"] else [NONE_OWED]),
            *(each.heading for each in lists if not each.rows),
            *([] if silent else ["No answer to the latest call is missing"]),
            *([] if _waits(figures["waiting"]) else ["No decision waits"]),
        ),
        digest=figures.get("digest", ""),
    )


def agenda_items(agenda: str) -> tuple[str, ...]:
    """Return an agenda's items, one a line."""
    return tuple(line.strip() for line in agenda.splitlines() if line.strip())


def owed_told(row: Figures, reader: Reader, *, answers: bool) -> Owed:
    """Tell one due-out to a reader; `answers` offers the answer form to those who may."""
    ours = reader.is_plcy or (bool(row["agency"]) and row["agency"] == reader.agency)
    may = answers and reader.may_act and ours and not row["answer"]
    return Owed(
        text=row["text"],
        owner=row["person"] or agency_name(row["agency"]),
        due_on=date.fromisoformat(row["due_on"]),
        late=row["late"],
        meeting=row["meeting"],
        meeting_url=link("reports:meeting", row["meeting"], reader=reader),
        milestone=row["milestone"],
        milestone_url=link("milestones:detail", row["milestone"], reader=reader) if row["milestone"] else "",
        answer=row["answer"],
        answered_by=agency_name(row["answered_by"] or ""),
        answered_on=cells.day_of(row["answered_on"]),
        answer_url=link("reports:answer_due_out", row["id"], reader=reader) if may else "",
    )


# --- Lists of milestones ---------------------------------------------------------------------------------------------


def _lists(figures: Figures, reader: Reader) -> Sequence[Section]:
    def listed(
        key: str,
        heading: tuple[str, str, str],
        columns: Sequence[str],
        told: Callable[[Figures], tuple[Cell, ...]],
    ) -> Section:
        rows = figures[key]
        return section_of(rows, reader, key.replace("_", "-"), cells.heading(rows, *heading), columns, told)

    return [
        listed(
            "newly_overdue",
            ("milestone became overdue", "milestones became overdue", "Nothing became overdue"),
            ("Was due", "Overdue", "Outlook", "What was said"),
            lambda row: (
                cells.target(row),
                cells.overdue(row),
                cells.outlook(row),
                cells.words(row),
            ),
        ),
        listed(
            "completed",
            ("milestone was completed", "milestones were completed", "Nothing was completed"),
            ("Completed", "Outcome", "Against its target"),
            lambda row: cells.completion(row),
        ),
        listed(
            "reported",
            (
                "completion awaits confirmation",
                "completions await confirmation",
                "No completion awaits confirmation",
            ),
            ("Target", "Reported complete", "What was said"),
            lambda row: (cells.target(row), cells.plain(_reported(row)), cells.words(row)),
        ),
        listed(
            "moved",
            ("target moved", "targets moved", "No target moved"),
            ("From", "To", "Why, and on whose decision"),
            lambda row: (cells.moved_from(row), _moved_to(row), _moves(row)),
        ),
        listed(
            "attention",
            (
                "milestone is at risk or off track",
                "milestones are at risk or off track",
                "None is at risk or off track",
            ),
            ("Target", "Outlook", "Why, and what is needed"),
            lambda row: (cells.target(row), cells.outlook(row), cells.why(row)),
        ),
        listed(
            "due_soon",
            (
                "milestone falls due in the next 60 days",
                "milestones fall due in the next 60 days",
                "Nothing falls due in the next 60 days",
            ),
            ("Due", "Outlook", "What comes next"),
            lambda row: (cells.target(row, "exact"), cells.outlook(row), cells.next_step(row, nothing="Not said")),
        ),
    ]


def _reported(row: Figures) -> str:
    """Say when it was reported complete for, and how that lies against its target."""
    against = cells.against_target(row)
    return f"{cells.completed_when(row)}; {against[:1].lower()}{against[1:]}" if against else cells.completed_when(row)


def _moved_to(row: Figures) -> Cell:
    return cells.beside(cells.target(row), _by(row["months"]))


def _moves(row: Figures) -> Cell:
    return cells.lines_of(
        Line(cells.category(each["category"]), each["reason"], _on_whose_decision(each)) for each in row["revisions"]
    )


def _on_whose_decision(move: Figures) -> str:
    return f"{cells.begun(move['authority'] or 'accepted at once')}."


def _by(months: int | None) -> Cell:
    """Say by how many months, nothing where that cannot be said."""
    return cells.aside(_months(months)) if months else cells.plain("")


def _months(months: int) -> str:
    """Say by how many months: "+2 months"."""
    return f"{'+' if months > 0 else '−'}{counted(abs(months), 'month')}"


# --- Decisions that wait ---------------------------------------------------------------------------------------------


def _waits(waiting: Figures) -> int:
    return int(waiting["completions"] + waiting["requests"])


def _waiting_heading(waiting: Figures) -> str:
    count = _waits(waiting)
    return f"{sentences.opening(count)} {agreeing(count, 'decision waits', 'decisions wait')}" if count else ""


def _elsewhere(waiting: Figures) -> str:
    """Say what waits beside the rows that are shown."""
    others = waiting["requests"] - len(waiting["rows"])
    parts = []
    if waiting["completions"]:
        parts.append(f"{counted(waiting['completions'], 'completion')} to confirm")
    if others:
        more = "more " if waiting["rows"] else ""
        parts.append(f"{others} {more}{agreeing(others, 'request', 'requests')} for a new target")
    return f"{' and '.join(parts)}." if parts else ""


def _waiting(rows: Sequence[Figures], reader: Reader) -> Section:
    return section_of(
        rows,
        reader,
        "waiting",
        "",
        ("Target", "Asked for", "Why"),
        lambda row: (
            cells.target(row),
            cells.beside(cells.plain(str(target_of(row["asked_for"]))), _by(row["months"])),
            cells.lines_of([Line(cells.category(row["category"]), row["reason"])]),
        ),
    )
