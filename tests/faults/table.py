"""What did each fault cost? One line a fault: what was done, how soon all was well again, what was lost or doubled."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tests.faults.installation import Installation
from tests.faults.member import Member

HEAD = ("", "fault", "injected", "recovered in", "lost", "doubled")


@dataclass(frozen=True)
class Line:
    """A line of the table; `recovered_in` are seconds after the fault ended, None where nothing was ever away."""

    number: str
    fault: str
    injected: str
    recovered_in: float | None
    lost: int
    doubled: int

    def cells(self) -> tuple[str, ...]:
        """Return its cells as text."""
        recovered = "never away" if self.recovered_in is None else f"{self.recovered_in:.1f} s"
        return (self.number, self.fault, self.injected, recovered, str(self.lost), str(self.doubled))


def as_markdown(lines: Iterable[Line]) -> str:
    """Return the table, in the order of the faults' numbers."""
    rows = [HEAD, ("---",) * len(HEAD), *(line.cells() for line in sorted(lines, key=_order))]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _order(line: Line) -> tuple[int, str]:
    return int(line.number.strip("F").partition("-")[0]), line.fault


def lost(site: Installation, *members: Member) -> int:
    """Count the acknowledged words that the record does not hold."""
    held = Counter(words for (words,) in site.ask("SELECT statement FROM milestones_statusupdate"))
    return sum(held[words] == 0 for member in members for words in member.acknowledged)


def doubled(site: Installation) -> int:
    """Count effects that are there more than once: updates, reports of a week, open flags, mails, messages sent."""
    twice = 0
    for columns, table, where in (
        ("statement", "milestones_statusupdate", "statement <> ''"),
        ("week, version", "reports_weeklyreport", "true"),
        ("milestone_id", "milestones_overdueflag", "closed_at IS NULL"),
        ("message, address", "reports_delivery", "true"),
    ):
        grouped = f"SELECT count(*) - 1 FROM {table} WHERE {where} GROUP BY {columns} HAVING count(*) > 1"  # noqa: S608 - our own words
        twice += sum(number for (number,) in site.ask(grouped))
    # A message that reached the mail server twice under one name is one message: its reader shows one.
    sent = {(message["To"], message["Subject"], message["Message-ID"]) for message in site.sink.messages}
    return twice + len(sent) - len({(to, subject) for to, subject, _ in sent})


def chain_is_whole(site: Installation) -> bool:
    """Say whether the operator's own command finds the journal whole and each report as it was drawn up."""
    return site.manage("verify_record").returncode == 0
