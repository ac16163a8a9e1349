"""From which numbers are charts drawn in these tests, and how are they drawn?"""

from datetime import date
from pathlib import Path

from django.template.loader import render_to_string

from reports.charts.timeline import timeline_chart

TODAY = date(2020, 9, 14)
SCHEMA_1 = Path(__file__).parents[1] / "schema_1"


def course(code, due="2020-10-31", *, status="in_progress", plan=None, kind="month", completed=None, **more):
    """One row of a report's `timeline`, for the committee unless told otherwise."""
    return {
        "code": code,
        "action": int(code.partition(".")[0]),
        "plan": {"kind": kind, "due_on": plan or due},
        "target": {"kind": kind, "due_on": due},
        "status": status,
        "overdue": bool(due) and status in {"not_started", "in_progress"} and due < TODAY.isoformat(),
        "completed": completed,
        "forecast": None,
        "outlook": "none",
        **more,
    }


def point(on, planned, completed):
    return {"on": on, "planned": planned, "completed": completed}


def agency(code, name, **counts):
    statuses = dict.fromkeys(("not_started", "in_progress", "reported_complete", "completed", "withdrawn"), 0)
    held = {**statuses, **{key: count for key, count in counts.items() if key != "overdue"}}
    return {"code": code, "name": name, "milestones": sum(held.values()), **held, "overdue": counts.get("overdue", 0)}


def lane_of(rows, code="4.3"):
    return next(lane for lane in timeline_chart(rows, TODAY).wide.lanes if lane.label == code)


def marks_of(lane):
    return [(mark.kind, mark.tone) for mark in lane.drawn.marks]


def drawn(chart, size="wide"):
    return render_to_string("charts/picture.html", {"chart": chart, "picture": getattr(chart, size), "size": size})


WEEKS = [
    point("2020-08-30", 1, 1),
    point("2020-09-06", 11, 1),
    point("2020-09-13", 11, 2),
    point("2020-09-20", 11, None),
    point("2020-11-01", 23, None),
]

ROWS = [
    agency("CBP", "CBP", completed=3, reported_complete=1, in_progress=9, overdue=5),
    agency("USPS", "USPS", in_progress=3, overdue=2),
    agency("unassigned", "No agency named yet", completed=1, not_started=5, overdue=2),
]
