"""What did each fault cost? One line a fault: what was done, how soon all was well again, what was lost or doubled."""

import os
import platform
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from esc_tracker import clock
from scripts.servers import TOP
from tests.faults.installation import Installation
from tests.faults.member import Member

HEAD = ("", "fault", "injected", "what held", "recovered in", "lost", "doubled")
HELD = "All acknowledged is kept, once; the journal is whole"
DOCUMENT = """\
# What failing parts cost

Written by `make faults`; not by hand.

The site runs as it is deployed: proxy with TLS, two web services, two workers, two schedules, PostgreSQL, broker and
mail server. Parts of it are ended, cut off, filled up or tampered with while members write and jobs run. A fault that
loses an acknowledged word, does something twice, breaks the journal, or needs a repair by hand fails its test, and this
page is then not worth reading: each line stands for a test of `tests/faults` that passed.

- **Lost**: words whose saving the site had confirmed, and that the record does not hold.
- **Doubled**: updates, reports of a week, open overdue flags and mails that are there more than once.
- **Recovered in**: seconds after the fault ended until all was well again.

Run on {day}, at commit {commit}, on {machine}. To run it again: `make faults` (about an hour, most of it the half
hour under load); `make test-faults` injects those that take seconds.

{table}
**{faults} faults in {lines} lines: {lost} lost, {doubled} doubled, slowest recovery {slowest:.1f} s.**
"""


@dataclass(frozen=True)
class Line:
    """A line of the table; `recovered_in` are seconds after the fault ended, None where nothing was ever away."""

    number: str
    fault: str
    injected: str
    recovered_in: float | None
    lost: int
    doubled: int
    held: str = HELD

    def cells(self) -> tuple[str, ...]:
        """Return its cells as text."""
        recovered = "never away" if self.recovered_in is None else f"{self.recovered_in:.1f} s"
        return (self.number, self.fault, self.injected, self.held, recovered, str(self.lost), str(self.doubled))


def as_markdown(lines: Sequence[Line]) -> str:
    """Return the table, in the order of the faults' numbers."""
    rows = [HEAD, ("---",) * len(HEAD), *(line.cells() for line in sorted(lines, key=_order))]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def as_document(lines: Sequence[Line]) -> str:
    """Return the page of the faults that were injected: when, of what, on what, the table, and what it adds up to."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=TOP, capture_output=True, text=True
    ).stdout.strip()
    return DOCUMENT.format(
        day=clock.real_day().isoformat(),
        commit=commit or "unknown",
        machine=_machine(),
        table=as_markdown(lines),
        faults=len({line.number for line in lines}),
        lines=len(lines),
        lost=sum(line.lost for line in lines),
        doubled=sum(line.doubled for line in lines),
        slowest=max((line.recovered_in or 0.0 for line in lines), default=0.0),
    )


def _machine() -> str:
    """Describe the machine in general terms: nothing of it names it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    software = f"{platform.system()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {software}"


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


def drafted(site: Installation) -> int:
    """Count the weekly reports that are there."""
    return len(site.ask("SELECT week FROM reports_weeklyreport"))


def chain_is_whole(site: Installation) -> bool:
    """Say whether the operator's own command finds the journal whole and each report as it was drawn up."""
    return site.manage("verify_record").returncode == 0
