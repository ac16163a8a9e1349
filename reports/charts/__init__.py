"""How are the numbers of a report drawn?

One picture is told three times: in a sentence, in a drawing for a page and one for a phone, and in a table. The rest of
this package is pure: rows in, geometry and words out. Here the figures of an edition are taken apart, and links added.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from esc_tracker.reader import Reader, last_day_before
from milestones.links import link
from reports.charts.agencies import agencies_chart
from reports.charts.burn_up import burn_up_chart
from reports.charts.drawing import Chart as Chart
from reports.charts.timeline import timeline_chart
from reports.figures.totals import UNASSIGNED


def charts_of(figures: Mapping[str, Any], reader: Reader | None = None) -> tuple[Chart, ...]:
    """Draw `timeline`, `burn_up` and `by_agency` of a report's figures as of `as_of`, in this order. No query.

    What the figures lack, as those of an older schema do, is left out, and a plan without milestones has no charts. The
    reader decides only where links lead; there are none without one.
    """
    today = last_day_before(datetime.fromisoformat(figures["as_of"]))
    charts = []
    if figures.get("timeline"):
        charts.append(timeline_chart(figures["timeline"], today, _place_in_plan(reader)))
    if figures.get("timeline") and figures.get("burn_up"):
        charts.append(burn_up_chart(figures["burn_up"], today))
    if any(row["milestones"] for row in figures["by_agency"]):
        charts.append(agencies_chart(figures["by_agency"], UNASSIGNED, _place_of_agency(reader)))
    return tuple(charts)


def _place_in_plan(reader: Reader | None) -> Callable[[str], str] | None:
    """Return where a milestone (4.3) or an action (4) leads."""
    if reader is None:
        return None
    return lambda code: link("milestones:detail" if "." in code else "milestones:action", code, reader=reader)


def _place_of_agency(reader: Reader | None) -> Callable[[str], str] | None:
    if reader is None:
        return None

    def place(code: str) -> str:
        if code == UNASSIGNED:
            return link("milestones:list", reader=reader, agency=UNASSIGNED)
        return link("milestones:agency", code, reader=reader)

    return place
