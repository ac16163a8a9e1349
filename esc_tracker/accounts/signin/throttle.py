"""How often may somebody try to get in and fail?

Counted in the cache that all processes share. What counts is the failure: a try is taken back when it succeeds. The
count for one person is kept for each source, so that nobody can lock a person out from elsewhere.

A count is a row of places, each free again a while after it was taken; taking one is a single insertion, of which the
database lets one through. The library's own counter keeps a list behind a lock: under many tries at once it waits a
second for the lock, then calls an honest try one too many.
"""

import hashlib
import random
from dataclasses import dataclass

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache
from django.http import HttpRequest

PER_PERSON_AND_SOURCE, PER_SOURCE = 5, 50
WITHIN_SECONDS = 15 * 60
TOO_MANY = "Too many tries have failed. Wait 15 minutes, then try again."


@dataclass(frozen=True)
class Try:
    """One try that counts as failed until it succeeds."""

    places: tuple[str, ...]

    def succeeded(self) -> None:
        """Take the try back: only failures count, and nobody's success wipes the failures of another."""
        cache.delete_many(self.places)


def begin_try(request: HttpRequest, whom: str) -> Try | None:
    """Count one try for `whom` from this source; None when too many have failed. Some eight short queries.

    `whom` is any text that stands for one account: an address as typed or `code:12`. It is stored as a digest only.
    """
    source = get_ip(request)
    from_here = _places(source, PER_SOURCE)
    for_one = _places(f"{source} {whom.strip().lower()}", PER_PERSON_AND_SOURCE)
    taken = set(cache.get_many([*from_here, *for_one]))  # forgets those whose time is over
    first = _take(for_one, taken)
    second = _take(from_here, taken) if first else ""
    if second:
        return Try((first, second))
    if first:
        cache.delete(first)  # refused for the source: no failure of this person's
    return None


def _places(whose: str, number: int) -> list[str]:
    digest = hashlib.sha256(whose.encode("utf-8", "surrogatepass")).hexdigest()
    return [f"failed:{digest}:{place}" for place in range(number)]


def _take(places: list[str], taken: set[str]) -> str:
    """Take a free place and return it; "" when there is none. Begins anywhere: two at once seldom want the same."""
    free = [place for place in places if place not in taken]
    random.shuffle(free)
    return next((place for place in free if cache.add(place, True, WITHIN_SECONDS)), "")
