"""Is every report and read-ahead still what was frozen, and does the record still say the same?"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from esc_tracker.journal.models import Entry
from reports.editions import SCHEMA, Edition, take_coac, take_esc, why_broken
from reports.meetings import pack
from reports.meetings.calendar import meetings_announced
from reports.meetings.freezing import take_read_ahead
from reports.models import ReadAhead, ReleasedEdition, WeeklyReport


@dataclass(frozen=True)
class Finding:
    """What one check found: `broken` says what differs, "" when nothing does; then `whole` says what was proved."""

    about: str
    broken: str
    whole: str


def check_editions() -> Iterator[Finding]:
    """Check every report and every released edition, withdrawn ones too, in week order."""
    for report in WeeklyReport.objects.order_by("week", "version"):
        yield _check_report(report)
        editions = ReleasedEdition.objects.filter(report=report).select_related("release", "before")
        for released in editions.order_by("release_id"):
            yield _check_released(released, report)


def check_read_aheads() -> Iterator[Finding]:
    """Check the read-ahead of every meeting, in the order of their numbers."""
    begins_at = Entry.objects.begins_at()
    for kept in ReadAhead.objects.select_related("meeting").order_by("meeting_id"):
        about = f"read-ahead of {kept.meeting}"
        broken = why_broken(kept.figures, kept.digest)
        facts = json.loads(kept.figures) if not broken else {}
        # What was announced when it was frozen counts: a later word on the meeting changes nothing of it.
        meeting = meetings_announced(kept.frozen_at).find(kept.meeting_id)
        if broken or meeting is None or begins_at is None:
            yield Finding(about, broken or "the register knows no such meeting then", "")
        elif facts["schema"] != pack.SCHEMA:
            yield Finding(about, "", f"unchanged since it was frozen; written under schema {facts['schema']}")
        else:
            yield _compare(about, kept.figures, facts, take_read_ahead(meeting, kept.as_of, begins_at)[0])


def _check_report(report: WeeklyReport) -> Finding:
    about = f"{report.week} version {report.version}, ESC edition"
    broken = why_broken(report.figures, report.digest)
    facts = json.loads(report.figures) if not broken else {}
    broken = broken or _contradiction(facts, report, report.as_of, report.since)
    if broken or not report.is_published:
        return Finding(about, broken, "draft, its digest is right")
    return _replay(about, "published", report.figures, facts, take_esc, {"written": report.written})


def _check_released(released: ReleasedEdition, report: WeeklyReport) -> Finding:
    withdrawn = " (withdrawn)" if released.release.withdrawn_at else ""
    about = f"{report.week} version {report.version}, COAC edition of release {released.release_id}{withdrawn}"
    broken = why_broken(released.figures, released.digest)
    facts = json.loads(released.figures) if not broken else {}
    broken = broken or _contradiction(facts, report, released.release.as_of, released.since)
    withheld_before = released.before.withheld if released.before else ()
    circumstances = {
        "withheld": released.release.withheld,
        "withheld_before": withheld_before,
        "narrative": facts.get("narrative", ""),
    }
    if broken:
        return Finding(about, broken, "")
    return _replay(about, "released", released.figures, facts, take_coac, circumstances)


def _contradiction(facts: dict[str, Any], report: WeeklyReport, as_of: datetime, since: datetime) -> str:
    """Say where the frozen text and the register disagree."""
    kept = {"week": report.week, "version": report.version, "as_of": as_of, "since": since}
    told = {**facts, "as_of": datetime.fromisoformat(facts["as_of"]), "since": datetime.fromisoformat(facts["since"])}
    wrong = [name for name, value in kept.items() if told.get(name) != value]
    return f"its text and the register disagree about {', '.join(wrong)}" if wrong else ""


def _replay(
    about: str, frozen: str, text: str, facts: dict[str, Any], take: Any, circumstances: dict[str, Any]
) -> Finding:
    """Draw the edition up again from the record, and compare byte for byte."""
    if facts["schema"] != SCHEMA:
        told = f"unchanged since {frozen}; written under schema {facts['schema']}, not replayed"
        return Finding(about, "", told)
    again = take(
        week=facts["week"],
        version=facts["version"],
        as_of=datetime.fromisoformat(facts["as_of"]),
        since=datetime.fromisoformat(facts["since"]),
        **circumstances,
    )
    return _compare(about, text, facts, again)


def _compare(about: str, text: str, facts: dict[str, Any], again: Edition) -> Finding:
    if again.text == text:
        return Finding(about, "", f"unchanged, and the record says the same: {facts['digest']}")
    drawn = json.loads(again.text)
    differs = sorted(name for name in drawn.keys() | facts.keys() if drawn.get(name) != facts.get(name))
    return Finding(about, f"the record no longer says the same about {', '.join(differs)}", "")
