"""Which lists of milestones does a report have, and what does each say of a milestone?

COAC's edition has fewer lists with fewer columns. Takes figures of this schema or an older one.
"""

from collections.abc import Callable, Sequence

from esc_tracker.reader import Reader
from milestones.telling import counted
from reports import cells
from reports.cells import Cell, Figures, Section, section_of

OUTLOOK, SAID = "Outlook", "What was said"

Telling = Callable[[Figures], tuple[Cell, ...]]


def attention(figures: Figures, reader: Reader) -> tuple[Section, ...]:
    """Tell what the committee has to look at first: what is off track or at risk, and what is overdue."""
    return (
        _section(
            figures,
            reader,
            "attention",
            (
                "milestone is off track or at risk",
                "milestones are off track or at risk",
                "None is off track or at risk",
            ),
            ("Target", OUTLOOK, "Why, what is needed and what comes next"),
            lambda row: (
                cells.target(row),
                cells.outlook(row),
                cells.stacked(cells.why(row), cells.next_step(row, "Next"), nothing="Not said"),
            ),
        ),
        overdue(figures, reader),
    )


def unconfirmed(figures: Figures, reader: Reader) -> Section | None:
    """Tell which completions are past target and not confirmed; None in figures of the first schema."""
    if "unconfirmed" not in figures:
        return None
    return _section(
        figures,
        reader,
        "unconfirmed",
        (
            "completion is past target and not confirmed",
            "completions are past target and not confirmed",
            "No completion is past target and not confirmed",
        ),
        ("Target", "Past target", SAID),
        lambda row: (cells.target(row), cells.plain(counted(row["working_days"], "working day")), cells.words(row)),
    )


def overdue(figures: Figures, reader: Reader) -> Section:
    """Tell what is overdue, the longest first."""
    internal = figures["edition"] != "coac"
    return _section(
        figures,
        reader,
        "overdue",
        ("milestone is overdue", "milestones are overdue", "Nothing is overdue"),
        ("Was due", "Overdue", *((OUTLOOK, SAID) if internal else ())),
        lambda row: (
            cells.target(row),
            cells.overdue(row),
            *((cells.outlook(row), cells.words_and_forecast(row)) if internal else ()),
        ),
    )


def since_then(figures: Figures, reader: Reader) -> tuple[Section, ...]:
    """Tell what was completed, what is reported complete, what moved, and what falls due next."""
    internal = figures["edition"] != "coac"
    return (
        _section(
            figures,
            reader,
            "completed",
            ("milestone was completed", "milestones were completed", "Nothing was completed"),
            ("Completed", "Outcome", "Against its target"),
            cells.completion,
        ),
        _section(
            figures,
            reader,
            "reported",
            (
                "completion awaits confirmation",
                "completions await confirmation",
                "No completion awaits confirmation",
            ),
            ("Target", *((SAID,) if internal else ())),
            lambda row: (cells.target(row), *((cells.words(row),) if internal else ())),
        ),
        _section(
            figures,
            reader,
            "moved",
            ("target moved", "targets moved", "No target moved"),
            ("From", "To", *(("Why",) if internal else ())),
            lambda row: (cells.moved_from(row), cells.target(row), *((cells.revisions(row),) if internal else ())),
        ),
        _section(
            figures,
            reader,
            "due_soon",
            (
                "milestone falls due in the next 60 days",
                "milestones fall due in the next 60 days",
                "Nothing falls due in the next 60 days",
            ),
            ("Due", *((OUTLOOK, "What comes next") if internal else ())),
            lambda row: (
                cells.target(row, "exact"),
                *((cells.outlook(row), cells.next_step(row, nothing="Not said")) if internal else ()),
            ),
        ),
    )


def _section(
    figures: Figures, reader: Reader, key: str, heading: tuple[str, str, str], columns: Sequence[str], told: Telling
) -> Section:
    rows = figures[key]
    return section_of(rows, reader, key.replace("_", "-"), cells.heading(rows, *heading), columns, told)
