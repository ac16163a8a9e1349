"""What does it take to draft one report, alone in a process?

usage: python -m bench.draft WEEK     (of the record in DATABASE_URL; prints one line of JSON)
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402 - settings exist only once Django is set up

from milestones.calls.weeks import ReportingWeek  # noqa: E402 - as above
from reports.weekly.drafting import draft  # noqa: E402 - as above


class Count:
    """Counts queries and keeps none: a log of them would hold the whole edition twice more."""

    asked = 0

    def __call__(self, execute: Callable[..., Any], *query: Any) -> Any:
        """Pass a query on."""
        self.asked += 1
        return execute(*query)


def main(week: str) -> None:
    """Draft, and tell the seconds, the queries, the most memory in use, and the size of the edition."""
    begun, count = time.perf_counter(), Count()
    with connection.execute_wrapper(count):
        report = draft(ReportingWeek.read(week))
    took = time.perf_counter() - begun
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    told = {"seconds": took, "queries": count.asked, "mb": most / 1e6, "kb": len(report.figures.encode()) / 1e3}
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
