"""What does it take to draft one report, alone in a process?

usage: python -m bench.draft WEEK     (of the record in DATABASE_URL; prints one line of JSON)
"""

import json
import resource
import sys
import time

import django

django.setup()

from django.db import connection  # noqa: E402 - settings exist only once Django is set up
from django.test.utils import CaptureQueriesContext  # noqa: E402 - as above

from milestones.calls.weeks import ReportingWeek  # noqa: E402 - as above
from reports.weekly.drafting import draft  # noqa: E402 - as above


def main(week: str) -> None:
    """Draft, and tell the seconds, the queries, the most memory in use, and the size of the edition."""
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        report = draft(ReportingWeek.read(week))
    took = time.perf_counter() - begun
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = len(report.figures.encode()) / 1024
    print(json.dumps({"seconds": took, "queries": len(asked), "mib": most, "kib": size}))


if __name__ == "__main__":
    main(sys.argv[1])
