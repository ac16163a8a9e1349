"""What does the source document print, row by row?

The document is plain text with a table of three columns separated by tabs. Its page break cuts the table
in two: the header is printed again, and one milestone begins on the first page and ends on the second.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_HEADER = ("ACTION", "MILESTONES", "ESTIMATED TIMELINES")
_ACTION_CELL = re.compile(r"(?P<number>[0-9]{1,3})\.\s+(?P<title>\S.*)")
_PARAGRAPHS = re.compile(r"(?:<p>[^<>]+</p>\s*)+")
_PARAGRAPH = re.compile(r"<p>([^<>]+)</p>")
_ENDS_A_SENTENCE = (".", "!", "?")


class PlanDocumentError(ValueError):
    """The document cannot be read as a plan; `sentence` says where and why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class PlanAction:
    """One numbered action as the document prints it."""

    number: int
    title: str


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One milestone as the document prints it, with the place in the document where it stands."""

    action: int
    position: int
    text: str
    timeline_printed: str
    provenance: str

    @property
    def code(self) -> str:
        return f"{self.action}.{self.position}"


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """The whole plan: its title, its actions and its milestones, in the order printed."""

    title: str
    actions: tuple[PlanAction, ...]
    milestones: tuple[PlanRow, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of the printed table, with its cells taken apart into paragraphs."""

    table: int
    row: int
    action_cell: str
    texts: tuple[str, ...]
    timelines: tuple[str, ...]
    is_list: bool

    @property
    def place(self) -> str:
        return f"table {self.table}, row {self.row}"

    def place_of(self, paragraph: int) -> str:
        return f"{self.place}, paragraph {paragraph}" if self.is_list else self.place


def read_plan(text: str) -> PlanDocument:
    """Read the source document. Raises PlanDocumentError where its rows cannot be told apart with certainty."""
    actions: list[PlanAction] = []
    milestones: list[PlanRow] = []
    before: _Line | None = None
    for line in _table_lines(text):
        _take_action(line, actions)
        texts, places = list(line.texts), [line.place_of(number) for number in range(1, len(line.texts) + 1)]
        if before is not None and line.table > before.table and _goes_on(line, before, milestones[-1]):
            milestones[-1] = _joined(milestones[-1], texts.pop(0), places.pop(0))
        if not texts or len(texts) != len(line.timelines):
            raise PlanDocumentError(
                f"In {line.place}: milestones {len(texts)}, timelines {len(line.timelines)};"
                " they must pair, and there must be some."
            )
        action = actions[-1].number
        printed_before = sum(milestone.action == action for milestone in milestones)
        milestones += [
            PlanRow(action, printed_before + offset, milestone, timeline, place)
            for offset, (milestone, timeline, place) in enumerate(zip(texts, line.timelines, places, strict=True), 1)
        ]
        before = line
    if not milestones:
        raise PlanDocumentError("The document has no table of milestones.")
    if not milestones[-1].text.endswith(_ENDS_A_SENTENCE):
        raise PlanDocumentError(f"The document ends in the middle of milestone {milestones[-1].code}.")
    return PlanDocument(_title(text), tuple(actions), tuple(milestones))


def _table_lines(text: str) -> Iterator[_Line]:
    # Not str.splitlines(), which would also cut a cell at a form feed or a Unicode line separator.
    table = row = 0
    for printed in text.split("\n"):
        cells = tuple(cell.strip() for cell in printed.split("\t"))
        # The whole row is compared: action 6 is called "Plan for ACTION".
        if cells == _HEADER:
            table, row = table + 1, 0
        elif table and any(cells):
            row += 1
            if len(cells) != len(_HEADER):
                raise PlanDocumentError(f"In table {table}, row {row}: {len(cells)} cells instead of 3.")
            place = f"table {table}, row {row}"
            texts, timelines = _paragraphs(cells[1], place), _paragraphs(cells[2], place)
            yield _Line(table, row, cells[0], texts, timelines, is_list=cells[1].startswith("<p>"))


def _paragraphs(cell: str, place: str) -> tuple[str, ...]:
    if "<p>" not in cell and "</p>" not in cell:
        return (cell,) if cell else ()
    if not _PARAGRAPHS.fullmatch(cell):
        raise PlanDocumentError(f"In {place}: a list whose paragraphs cannot be told apart.")
    return tuple(_PARAGRAPH.findall(cell))


def _take_action(line: _Line, actions: list[PlanAction]) -> None:
    """Add the action named in the first cell; a blank cell leaves the last one standing, also across the break."""
    if not line.action_cell:
        if not actions:
            raise PlanDocumentError(f"In {line.place}: a milestone before the first action.")
        return
    found = _ACTION_CELL.fullmatch(line.action_cell)
    if not found or int(found["number"]) != len(actions) + 1:
        raise PlanDocumentError(f"In {line.place}: action {len(actions) + 1} should begin here.")
    actions.append(PlanAction(int(found["number"]), found["title"]))


def _goes_on(line: _Line, before: _Line, last: PlanRow) -> bool:
    """Whether the first paragraph after a page break finishes the milestone cut by it.

    Two signs must agree: the milestone before the break has no end of sentence, and the row after it has
    one paragraph more than timelines. Pairing by either alone can give the right count and the wrong text.
    """
    is_cut = not last.text.endswith(_ENDS_A_SENTENCE)
    has_rest = not line.action_cell and len(line.texts) == len(line.timelines) + 1
    if is_cut != has_rest:
        raise PlanDocumentError(
            f"In {line.place}: it cannot be told whether {before.place} goes on here, after the page break."
        )
    return is_cut


def _joined(milestone: PlanRow, rest: str, place: str) -> PlanRow:
    return replace(milestone, text=f"{milestone.text} {rest}", provenance=f"{milestone.provenance} \N{EN DASH} {place}")


def _title(text: str) -> str:
    """Return the first two printed lines: the name of the report and the name of this document."""
    printed = [line.strip() for line in text.split("\n") if line.strip()]
    return ": ".join(printed[:2])
