"""Who goes on writing while a part of the site is hurt, and how is it seen that all are answered again?"""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.faults.member import Member

CODES = ("5.1", "5.2", "5.3")  # Joint of CBP and USPS: one writer of each is at the same milestone.


@dataclass
class Writers:
    """Members who save one update after the other, each in a thread."""

    people: Sequence[Member]
    marked: list[int] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        """How many savings were confirmed so far."""
        return sum(len(person.acknowledged) for person in self.people)

    @property
    def failures(self) -> list[int]:
        """How many requests of each failed so far."""
        return [len(person.failures) for person in self.people]

    def mark(self) -> None:
        """Begin to count answers anew."""
        self.marked = [_answered(person) for person in self.people]

    def all_answered(self) -> bool:
        """Say whether each was given a page, or a confirmation, twice since the mark."""
        return all(_answered(person) >= before + 2 for person, before in zip(self.people, self.marked, strict=True))


@contextmanager
def writing(people: Sequence[Member], codes: Sequence[str] = CODES) -> Iterator[Writers]:
    """Let these save within the block; each finishes what it began. Nobody is marked yet as answered."""
    writers, over = Writers(people), threading.Event()
    writers.mark()

    def write(number: int, person: Member) -> None:
        words = 0
        while not over.is_set():
            person.save(codes[(number // 2 + words) % len(codes)], f"{person.email}, words {words}.")
            words += 1

    with ThreadPoolExecutor(len(people)) as threads:
        under_way = [threads.submit(write, number, person) for number, person in enumerate(people)]
        try:
            yield writers
        finally:
            over.set()
        for each in under_way:
            each.result()


def _answered(person: Member) -> int:
    return sum(status < 500 for status in person.statuses)
